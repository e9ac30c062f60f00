// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import type { ByteSource, ContentSink } from '../bytes.js';
import type { MirrorReader, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import { formatTimestamp } from '../mirror/facts.js';
import { packagePaths } from '../mirror/layout.js';
import { nevraKey } from '../mirror/nevra.js';
import type { Keyring, SignaturePolicy } from '../openpgp/model.js';
import { checkSignature } from '../openpgp/verify.js';
import type { PackageRow } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import { examineHeader, examinePackage } from '../rpm/examine.js';
import type { RpmSignatureReport } from '../rpm/model.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { needsWholePackage, readContent } from '../source/content.js';
import {
  type ExpectedFile,
  type ExpectedSource,
  expectedSource,
  selectFiles,
} from '../source/files.js';
import { type ContentFile } from '../source/model.js';
import { judge, judgeHeader, type Judgement } from '../trust/policy.js';
import type { MirrorFiles } from './mirror-reading.js';
import type { ServedPackages } from './served-packages.js';
import type { TagCase } from './tag-cases.js';

/** The archived form of a package. */
export interface Archived {
  /** File name in the index. */
  readonly file: string;
  /** Path in the mirror. */
  readonly path: string;
  readonly bytes: ByteSource;
  readonly isHeader: boolean;
  /** Undefined when it came from the yum server. */
  readonly oid: Oid | undefined;
  /** Frees what a download holds. */
  release(): Promise<void>;
}

export interface ArchiveParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly served: ServedPackages;
  readonly archiveDirectory: string;
}

/** Names under which a commit may have archived its package: what it records, best first. */
export function recordedFiles({ record, listed, message, text }: TagCase): string[] {
  const extracted = /^Source code extracted from file: (.+)$/m.exec(text)?.[1];
  const names = [record?.file, message?.metadata?.get('Filename'), extracted, listed?.file];
  return [
    ...new Set(names.filter((name) => name !== undefined && name !== '' && !name.includes('/'))),
  ] as string[];
}

/** NEVRA as most places record it. */
export function recordedNevra({ record, listed, message }: TagCase): string | undefined {
  return mostCommon([record?.nevra, message?.trailers?.get('Rpm-Nevra')?.[0], listed?.nevra]);
}

/**
 * The package as archived in this commit, or its header, or as the yum server has it where the commit archived neither.
 * `missing`: the commit says that it archived one. `not-archived`: it does not, and no server has it.
 * @throws GitError MIRROR_INVALID
 */
export async function readArchived(
  item: TagCase,
  { reader, files, served, archiveDirectory }: ArchiveParts,
): Promise<Archived | 'missing' | 'not-archived'> {
  const names = recordedFiles(item);
  for (const file of names) {
    const { rpm, header } = packagePaths(file);
    for (const [path, isHeader] of [
      [`${archiveDirectory}/${rpm}`, false],
      [`${archiveDirectory}/${header}`, true],
    ] as const) {
      const entry = await files.find(item.root, path);
      if (entry !== undefined)
        return { file, path, isHeader, oid: entry.oid, ...(await reader.openBlob(entry.oid)) };
    }
  }
  const [file] = names;
  const nevra = recordedNevra(item);
  // The predecessor archived every package; a commit of ours lists what it added.
  if (
    file === undefined ||
    nevra === undefined ||
    item.message?.trailers === undefined ||
    names.some((name) => saysArchived(item.text, `${archiveDirectory}/rpm/${name}`))
  )
    return 'missing';
  const download = await served.read(nevra);
  if (download === undefined) return 'not-archived';
  return {
    file,
    path: `${archiveDirectory}/${packagePaths(file).rpm}`,
    isHeader: false,
    oid: undefined,
    bytes: download.bytes,
    release: () => download.release(),
  };
}

function saysArchived(text: string, path: string): boolean {
  return text.includes(`: ${path}\n`) || text.includes(`: ${path}.header\n`);
}

/** What was found in an archived package, and what it proves. */
export interface ProvedPackage {
  readonly pkg: RpmPackage;
  /** Undefined for a header. */
  readonly sha256: string | undefined;
  readonly contentSha256: string | undefined;
  readonly headerSha256: string;
  readonly signature: RpmSignatureReport | undefined;
  readonly judgement: Judgement;
  readonly source: ExpectedSource;
  /** Source packages: what the packaging directory must hold, and the archives that became the source. */
  readonly packaging: ReadonlyMap<string, ExpectedFile> | undefined;
  readonly unpackedFrom: readonly Uint8Array[];
  /** True for the header of a source package, which says nothing of what its archives hold. */
  readonly isSourceUnknown: boolean;
  /** Octal mode and path of source files that lost a special bit, as the trailer says it. */
  readonly droppedModes: readonly Uint8Array[];
}

export interface ProofOptions {
  readonly keyring: Keyring;
  readonly policy: SignaturePolicy;
  readonly sourcePath: string;
  readonly unpack: Options['unpack'];
}

/** Reads an archived package, or its header, and judges it. @throws MirrorError when it is no package */
export async function provePackage(
  { bytes, isHeader }: Pick<Archived, 'bytes' | 'isHeader'>,
  options: ProofOptions,
): Promise<ProvedPackage> {
  const { keyring, policy } = options;
  const pkg = await readPackage(bytes);
  const check = (
    packets: Uint8Array,
    data: Parameters<typeof checkSignature>[1],
  ): ReturnType<typeof checkSignature> => checkSignature(packets, data, keyring, policy);
  const content = await expectedContent(pkg, isHeader ? undefined : bytes, options);
  if (isHeader) {
    const evidence = await examineHeader(pkg, check);
    const judgement = judgeHeader(evidence);
    const { headerSha256 } = evidence;
    return {
      pkg,
      sha256: undefined,
      contentSha256: undefined,
      headerSha256,
      signature: judgement.signature,
      judgement,
      ...content,
    };
  }
  const evidence = await examinePackage(pkg, bytes, check);
  const judgement = judge(evidence, { keysGiven: true });
  const { sha256: whole, contentSha256, headerSha256 } = evidence;
  return {
    pkg,
    sha256: whole,
    contentSha256,
    headerSha256,
    signature: judgement.signature,
    judgement,
    ...content,
  };
}

type Content = Pick<
  ProvedPackage,
  'source' | 'packaging' | 'unpackedFrom' | 'isSourceUnknown' | 'droppedModes'
>;

async function expectedContent(
  pkg: RpmPackage,
  whole: ByteSource | undefined,
  { sourcePath, unpack }: ProofOptions,
): Promise<Content> {
  if (whole !== undefined) return wholeContent(pkg, whole, { sourcePath, unpack });
  if (needsWholePackage(pkg.facts, { sourcePath, unpack }))
    return {
      source: { roots: [], files: new Map() },
      packaging: undefined,
      unpackedFrom: [],
      isSourceUnknown: true,
      droppedModes: [],
    };
  return {
    source: await expectedSource(pkg, undefined, sourcePath),
    packaging: undefined,
    unpackedFrom: [],
    isSourceUnknown: false,
    droppedModes: droppedModes(pkg, sourcePath),
  };
}

/** What publish makes of a whole package, as digests of the files. */
async function wholeContent(
  pkg: RpmPackage,
  whole: ByteSource,
  options: Pick<ProofOptions, 'sourcePath' | 'unpack'>,
): Promise<Content> {
  const {
    sourcePaths,
    source,
    packaging,
    unpackedFrom,
    droppedModes: dropped,
  } = await readContent(
    pkg,
    whole,
    { ...options, dotGit: 'drop', maxFileSize: LIMITS.packageBytes },
    digestSink,
  );
  return {
    source: { roots: sourcePaths, files: expectedFiles(source) },
    packaging: packaging && expectedFiles(packaging),
    unpackedFrom,
    isSourceUnknown: false,
    droppedModes: dropped.map(({ mode, path }) => Buffer.concat([Buffer.from(`${mode} `), path])),
  };
}

const digestSink: ContentSink<string> = {
  whole: (content) => Promise.resolve(sha256(content)),
  stream: async (_, chunks) => {
    const hash = createHash('sha256');
    for await (const chunk of chunks) hash.update(chunk);
    return hash.digest('hex');
  },
};

function expectedFiles(files: ReadonlyMap<string, ContentFile<string>>): Map<string, ExpectedFile> {
  return new Map(
    Array.from(files, ([path, { mode, kept, target }]) => [
      path,
      { mode, digest: target === undefined ? { algorithm: 'sha256', hex: kept } : { target } },
    ]),
  );
}

const SPECIAL_BITS = 0o7000;

function droppedModes({ facts }: RpmPackage, sourcePath: string): Uint8Array[] {
  const special = facts.files.filter(
    ({ type, ghost, mode }) => type === 'file' && !ghost && (mode & SPECIAL_BITS) !== 0,
  );
  if (special.length === 0) return [];
  const selection = selectFiles(facts, sourcePath);
  return special.flatMap(({ path, mode }) => {
    const mapped = selection.map(path);
    return mapped === undefined
      ? []
      : [Buffer.concat([Buffer.from(`${mode.toString(8)} `), mapped])];
  });
}

/**
 * Does the package disagree with most of what is recorded of it? Then it was exchanged, and that is the one finding;
 * a single wrong record of the right package is a finding of its own.
 * @param checksum content of its `.sha256`
 */
export function isOtherPackage(
  item: TagCase,
  archived: Archived,
  proved: ProvedPackage,
  checksum: string | undefined,
): { expected: string; actual: string } | undefined {
  const { record, message } = item;
  const trailer = (key: string): string | undefined => message?.trailers?.get(key)?.[0];
  const [recorded, actual] =
    archived.oid === undefined
      ? // The server may have signed it anew; what is not signature must be the same.
        [[trailer('Content-Sha256'), record?.contentSha256], proved.contentSha256]
      : archived.isHeader
        ? [[trailer('Header-Sha256'), record?.headerSha256], proved.headerSha256]
        : [
            [trailer('Rpm-Sha256'), record?.sha256, message?.metadata?.get('Checksum'), checksum],
            proved.sha256,
          ];
  const known = recorded.filter((value) => typeof value === 'string');
  const wrong = known.filter((value) => value !== actual);
  const isTie = wrong.length > 0 && wrong.length * 2 === known.length;
  if (
    wrong.length * 2 < known.length ||
    wrong.length === 0 ||
    (isTie && isRecordedRelease(item, proved))
  )
    return undefined;
  return { expected: wrong[0]!, actual: actual ?? '' };
}

function isRecordedRelease(item: TagCase, { pkg: { facts } }: ProvedPackage): boolean {
  const { message } = item;
  const nevra = recordedNevra(item);
  if (nevra !== undefined) return nevraKey(nevra) === nevraKey(formatNevra(facts.nevra));
  return (
    message?.metadata?.get('Package') === facts.nevra.name &&
    message.metadata.get('Version') === facts.nevra.version
  );
}

/** Lower-case hex SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The value that most places have, the first of equals. */
export function mostCommon(values: readonly (string | null | undefined)[]): string | undefined {
  const counts = [
    ...Map.groupBy(
      values.filter((value) => typeof value === 'string'),
      (value) => value,
    ),
  ];
  return counts.reduce<[string, number] | undefined>(
    (best, [value, { length }]) =>
      best === undefined || length > best[1] ? [value, length] : best,
    undefined,
  )?.[0];
}

/** The package as the report shows it. */
export function packageRow(
  file: string,
  { pkg, sha256: whole, contentSha256, signature }: ProvedPackage,
): PackageRow {
  return {
    file,
    sha256: whole ?? '',
    contentSha256: contentSha256 ?? '',
    signature: {
      fingerprint: signature?.fingerprint ?? '',
      created: formatTimestamp(signature?.created ?? 0),
      version: signature?.version ?? 0,
      hash: signature?.hash ?? '',
    },
    checks: [{ name: 'file list', covers: `${pkg.facts.files.length} files`, status: 'good' }],
  };
}
