// SPDX-License-Identifier: MIT
import { deflateSync } from 'node:zlib';

import { KIB } from '../../limits.js';
import type { ObjectType } from '../store.js';

/** Object types in packs (gitformat-pack(5)). */
const TYPE_NUMBER: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
/** Sources take a third less time than at zlib's default, 6, and 3 % more bytes until the host packs them anew (measured: 20,000 files of a kernel). */
const LEVEL = 5;
/** So many bytes are tried before a level is chosen. */
const PROBE_BYTES = 32 * KIB;

/** What zlib writes into at a time, and by how much at most it makes so small an object longer; in bytes. */
const ZLIB_CHUNK = 16 * KIB;
const ZLIB_MARGIN = 64;

/** One object of a batch. */
export interface BatchEntry {
  readonly type: ObjectType;
  readonly size: number;
}

/** Objects whose contents lie one behind the other in one buffer. */
export interface Batch {
  /** An array buffer of its own, which can go to another thread. */
  readonly content: Uint8Array<ArrayBuffer>;
  readonly entries: readonly BatchEntry[];
}

/** The entries of a pack for the objects of a batch, one behind the other: the same bytes in whatever thread. */
export function deflateBatch({ content, entries }: Batch): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { type, size } of entries) {
    const object = content.subarray(at, at + size);
    // Room for the result of a small one, which would keep 16 KiB else: a batch may hold 100,000 objects of some bytes.
    const chunkSize = Math.min(size + ZLIB_MARGIN, ZLIB_CHUNK);
    const deflated = deflateSync(object, { level: chooseLevel(object), chunkSize });
    parts.push(entryHeader(type, size), deflated);
    at += size;
  }
  const packed = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    packed.set(part, end);
    end += part.length;
  }
  return packed;
}

/** Type and size of an entry: three bits and four, then seven bits a byte, least significant first. */
export function entryHeader(type: ObjectType, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (TYPE_NUMBER[type] << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.of(...bytes, byte);
}

/** Packages are compressed already: trying again costs most of the time and gains nothing. */
export function chooseLevel(content: Uint8Array): number {
  if (content.length <= PROBE_BYTES) return LEVEL;
  const middle = (content.length - PROBE_BYTES) >> 1;
  const probe = content.subarray(middle, middle + PROBE_BYTES);
  return deflateSync(probe, { level: 1 }).length > PROBE_BYTES * 0.95 ? 0 : LEVEL;
}
