// SPDX-License-Identifier: MIT
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import createLiblzma from 'node-liblzma/wasm/liblzma.js';

import { MIB } from '../limits.js';

/** The functions of liblzma's C API that decoding needs; names and numbers as in `lzma/base.h` and `lzma/container.h`. */
export interface Liblzma {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _lzma_auto_decoder(stream: number, memoryLimit: bigint, flags: number): number;
  _lzma_code(stream: number, action: number): number;
  _lzma_end(stream: number): void;
}

/** The package's types of this module lack the file that they refer to. */
const instantiate = createLiblzma as (module: { wasmBinary: Uint8Array }) => Promise<Liblzma>;

/** A WebAssembly heap never shrinks: an instance that grew beyond this is dropped after use. */
const KEPT_HEAP = 32 * MIB;
const KEPT_INSTANCES = 4;
const idle: Liblzma[] = [];
let binary: Promise<Uint8Array> | undefined;

/**
 * An instance of liblzma for one stream; give it back with {@link releaseLiblzma}. The package's own
 * JavaScript layer is not used: it drops trailing data and truncation in silence.
 */
export async function acquireLiblzma(): Promise<Liblzma> {
  const kept = idle.pop();
  if (kept !== undefined) return kept;
  binary ??= readBinary();
  return instantiate({ wasmBinary: await binary });
}

/** Takes an instance back, once its stream was ended. */
export function releaseLiblzma(instance: Liblzma): void {
  if (instance.HEAPU8.length <= KEPT_HEAP && idle.length < KEPT_INSTANCES) idle.push(instance);
}

/** The binary lies beside the bundle; run from source it is the package's. */
async function readBinary(): Promise<Uint8Array> {
  try {
    return await readFile(new URL('./liblzma.wasm', import.meta.url));
  } catch {
    return readFile(createRequire(import.meta.url).resolve('node-liblzma/wasm/liblzma.wasm'));
  }
}
