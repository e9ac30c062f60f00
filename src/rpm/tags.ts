// SPDX-License-Identifier: MIT

/** Tags of the main header that this program reads (rpm tags.md). */
export const TAG = {
  I18N_TABLE: 100,
  NAME: 1000,
  VERSION: 1001,
  RELEASE: 1002,
  EPOCH: 1003,
  SUMMARY: 1004,
  DESCRIPTION: 1005,
  BUILD_TIME: 1006,
  BUILD_HOST: 1007,
  LICENSE: 1014,
  SOURCE: 1018,
  PATCH: 1019,
  URL: 1020,
  ARCH: 1022,
  OLD_FILENAMES: 1027,
  FILE_SIZES: 1028,
  FILE_MODES: 1030,
  FILE_DIGESTS: 1035,
  FILE_LINK_TOS: 1036,
  FILE_FLAGS: 1037,
  SOURCE_RPM: 1044,
  ARCHIVE_SIZE: 1046,
  RPM_VERSION: 1064,
  CHANGELOG_TIME: 1080,
  CHANGELOG_NAME: 1081,
  CHANGELOG_TEXT: 1082,
  FILE_DEVICES: 1095,
  FILE_INODES: 1096,
  SOURCE_PACKAGE: 1106,
  DIR_INDEXES: 1116,
  BASE_NAMES: 1117,
  DIR_NAMES: 1118,
  PAYLOAD_FORMAT: 1124,
  PAYLOAD_COMPRESSOR: 1125,
  LONG_FILE_SIZES: 5008,
  FILE_DIGEST_ALGO: 5011,
  PAYLOAD_SHA256: 5092,
  PAYLOAD_SHA256_ALT: 5097,
  PAYLOAD_SIZE_ALT: 5113,
  PAYLOAD_SHA512: 5121,
  PAYLOAD_SHA512_ALT: 5122,
  PAYLOAD_SHA3_256: 5123,
  PAYLOAD_SHA3_256_ALT: 5124,
} as const;

/** Tags of the signature header (rpm format_v3.md, format_v4.md, format_v6.md). */
export const SIGTAG = {
  DSA_HEADER: 267,
  RSA_HEADER: 268,
  SHA1_HEADER: 269,
  LONG_ARCHIVE_SIZE: 271,
  SHA256_HEADER: 273,
  OPENPGP: 278,
  SHA3_256_HEADER: 279,
  RESERVED: 999,
  PGP: 1002,
  MD5: 1004,
  GPG: 1005,
  PGP5: 1006,
  PAYLOAD_SIZE: 1007,
} as const;

/** Region tags: the first entry of a header that was sealed (rpm hregions.md). */
export const REGION = { IMAGE: 61, SIGNATURES: 62, IMMUTABLE: 63 } as const;

/** Data types of header entries (rpm format_header.md). */
export const TYPE = {
  CHAR: 1,
  INT8: 2,
  INT16: 3,
  INT32: 4,
  INT64: 5,
  STRING: 6,
  BIN: 7,
  STRING_ARRAY: 8,
  I18N_STRING: 9,
} as const;

type Ranges = readonly (number | readonly [first: number, last: number])[];

const STRINGS: Ranges = [
  100,
  266,
  269,
  273,
  276,
  278,
  279,
  [1000, 1002],
  [1004, 1005],
  1007,
  [1010, 1011],
  [1014, 1016],
  [1018, 1027],
  [1035, 1036],
  [1039, 1040],
  1044,
  1047,
  [1049, 1050],
  [1054, 1055],
  [1059, 1062],
  [1064, 1067],
  1079,
  [1081, 1082],
  [1085, 1092],
  1094,
  [1097, 1099],
  1113,
  1115,
  [1117, 1118],
  [1120, 1126],
  [1132, 1133],
  1135,
  1142,
  [1147, 1157],
  [1159, 1160],
  1196,
  [5000, 5002],
  [5005, 5007],
  5010,
  [5012, 5016],
  [5030, 5031],
  [5034, 5036],
  [5040, 5044],
  [5046, 5047],
  [5049, 5050],
  [5052, 5053],
  [5055, 5056],
  [5058, 5062],
  [5066, 5067],
  5069,
  5071,
  [5076, 5077],
  5079,
  5081,
  [5086, 5090],
  5092,
  [5096, 5101],
  [5103, 5106],
  [5120, 5124],
];
const INT32S: Ranges = [
  257,
  277,
  1003,
  1006,
  [1008, 1009],
  1028,
  1034,
  1037,
  [1045, 1046],
  1048,
  [1051, 1053],
  [1068, 1069],
  1080,
  [1095, 1096],
  1106,
  1112,
  1114,
  1116,
  1119,
  [1127, 1129],
  1134,
  [1140, 1141],
  [1143, 1145],
  1158,
  1161,
  1195,
  5011,
  [5017, 5027],
  [5032, 5033],
  5037,
  5045,
  5048,
  5051,
  5054,
  5057,
  5068,
  5070,
  5072,
  5078,
  5080,
  5082,
  [5084, 5085],
  5091,
  5093,
  [5107, 5108],
  5114,
];
const INT64S: Ranges = [
  [270, 271],
  [5008, 5009],
  [5112, 5113],
];
const BINARIES: Ranges = [259, [261, 262], [267, 268], [1012, 1013], 1043, 1146];

/** Tag to the type that rpm expects; all string types are one. Unknown tags may have any type. */
const EXPECTED: ReadonlyMap<number, number> = new Map([
  ...expand(STRINGS, TYPE.STRING),
  ...expand(INT32S, TYPE.INT32),
  ...expand(INT64S, TYPE.INT64),
  ...expand(BINARIES, TYPE.BIN),
  ...expand([1029], TYPE.CHAR),
  ...expand([1030, 1033], TYPE.INT16),
]);

/** True when an entry of a main header may have this type: rpm's hdrchkTagType over the table of rpm 4.18 and the tags of rpm 6. */
export function typeFits(tag: number, type: number): boolean {
  const expected = EXPECTED.get(tag);
  return (
    expected === undefined || expected === type || (expected === TYPE.STRING && isStringType(type))
  );
}

/** STRING, STRING_ARRAY or I18NSTRING. */
export function isStringType(type: number): boolean {
  return type === TYPE.STRING || type === TYPE.STRING_ARRAY || type === TYPE.I18N_STRING;
}

function expand(ranges: Ranges, type: number): [number, number][] {
  return ranges.flatMap((range) => {
    const [first, last] = typeof range === 'number' ? [range, range] : range;
    return Array.from({ length: last - first + 1 }, (_, index): [number, number] => [
      first + index,
      type,
    ]);
  });
}

/** Bytes to whose multiple the values of a type are aligned; 1 for all others. */
export const ALIGNMENT: Readonly<Record<number, number>> = {
  [TYPE.INT16]: 2,
  [TYPE.INT32]: 4,
  [TYPE.INT64]: 8,
};
