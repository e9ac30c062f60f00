import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  KIB
} from "./chunk-4IDUXMNJ.js";

// src/git/objects/deflate.ts
import { deflateSync } from "node:zlib";
var TYPE_NUMBER = { commit: 1, tree: 2, blob: 3, tag: 4 };
var LEVEL = 5;
var PROBE_BYTES = 32 * KIB;
var ZLIB_CHUNK = 16 * KIB;
var ZLIB_MARGIN = 64;
function deflateBatch({ content, entries }) {
  const parts = [];
  let at = 0;
  for (const { type, size } of entries) {
    const object = content.subarray(at, at + size);
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
function entryHeader(type, size) {
  const bytes = [];
  let byte = TYPE_NUMBER[type] << 4 | size & 15;
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 128);
    byte = rest & 127;
  }
  return Buffer.of(...bytes, byte);
}
function chooseLevel(content) {
  if (content.length <= PROBE_BYTES) return LEVEL;
  const middle = content.length - PROBE_BYTES >> 1;
  const probe = content.subarray(middle, middle + PROBE_BYTES);
  return deflateSync(probe, { level: 1 }).length > PROBE_BYTES * 0.95 ? 0 : LEVEL;
}

export {
  deflateBatch,
  entryHeader,
  chooseLevel
};
