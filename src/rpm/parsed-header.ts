// SPDX-License-Identifier: MIT
import { RpmFormatError } from '../errors.js';
import { ByteReader } from './reader.js';
import { ALIGNMENT, isStringType, TYPE } from './tags.js';

/** Which of a package's two headers: they differ in region tag and in what rpm checks. */
export type HeaderKind = 'signature' | 'main';

/** One row of a header's index with the bytes it stands for. */
export interface HeaderEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Uint8Array;
}

/** A parsed header. Getters give what is there, whatever the type; wrong types are `undefined`, as absent ones are. */
export interface Header {
  readonly kind: HeaderKind;
  /** False for headers of rpm 3 and older, which no region seals. */
  readonly sealed: boolean;
  /** In the order of the index, without the region. */
  readonly entries: readonly HeaderEntry[];
  get(tag: number): HeaderEntry | undefined;
  /** All strings of STRING, STRING_ARRAY and I18NSTRING entries, as bytes without NUL. */
  strings(tag: number): Uint8Array[] | undefined;
  /** All numbers of INT8, INT16, INT32 and INT64 entries, unsigned. */
  numbers(tag: number): number[] | undefined;
  /** Bytes of a BIN entry. */
  binary(tag: number): Uint8Array | undefined;
}

/** A header's rows by their tags. */
export class ParsedHeader implements Header {
  readonly kind: HeaderKind;
  readonly sealed: boolean;
  readonly entries: readonly HeaderEntry[];
  readonly #byTag = new Map<number, HeaderEntry>();

  constructor(kind: HeaderKind, sealed: boolean, entries: readonly HeaderEntry[]) {
    this.kind = kind;
    this.sealed = sealed;
    this.entries = entries;
    for (const entry of entries) {
      if (this.#byTag.has(entry.tag))
        throw new RpmFormatError('HEADER_INVALID', `${kind} header: tag ${entry.tag} occurs twice`);
      this.#byTag.set(entry.tag, entry);
    }
  }

  get(tag: number): HeaderEntry | undefined {
    return this.#byTag.get(tag);
  }

  strings(tag: number): Uint8Array[] | undefined {
    const entry = this.get(tag);
    if (entry === undefined || !isStringType(entry.type)) return undefined;
    const strings: Uint8Array[] = [];
    for (let start = 0; strings.length < entry.count;) {
      const nul = entry.data.indexOf(0, start);
      strings.push(entry.data.subarray(start, nul));
      start = nul + 1;
    }
    return strings;
  }

  numbers(tag: number): number[] | undefined {
    const entry = this.get(tag);
    if (entry === undefined || entry.type < TYPE.INT8 || entry.type > TYPE.INT64) return undefined;
    const width = ALIGNMENT[entry.type] ?? 1;
    const reader = new ByteReader(entry.data, `tag ${tag}`);
    return Array.from({ length: entry.count }, (_, at) => {
      if (width === 8) return Number(reader.u64(at * 8));
      if (width === 4) return reader.u32(at * 4);
      return width === 2 ? reader.u16(at * 2) : (entry.data[at] ?? 0);
    });
  }

  binary(tag: number): Uint8Array | undefined {
    const entry = this.get(tag);
    return entry?.type === TYPE.BIN ? entry.data : undefined;
  }
}
