// SPDX-License-Identifier: MIT
import { PayloadError, type PayloadErrorCode } from '../errors.js';
import { KIB } from '../limits.js';
import { type DecodedKind, DECODERS } from './decoders.js';
import { ChunkReader } from './input.js';

/** Output of one step; the last chunk of it may reach beyond, by less than its own size. */
const STEP_BYTES = 512 * KIB;
const CHUNK_BYTES = 256 * KIB;

/** What one step of a stream gave. */
export interface DecodeStep {
  /** Chunks of output, one behind the other, in a buffer of their own that can go to another thread. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each chunk ends in `bytes`, and the bytes of input that were consumed by then. */
  readonly chunks: readonly { readonly end: number; readonly consumed: number }[];
  /** Bytes of input that its next step can begin with: none when it is starved, whatever it holds. */
  readonly waiting: number;
  /** Whether there is more, or more input is needed, or it is over. */
  readonly state: 'more' | 'starved' | 'ended';
  /** What is wrong with the stream behind these chunks. */
  readonly failure?: { readonly code: PayloadErrorCode; readonly message: string };
}

/** Decodes a stream in steps of a bounded size, as its input comes. */
export class SteppedDecoder {
  readonly #feed = new Feed();
  readonly #input = new ChunkReader(this.#feed);
  readonly #output: AsyncGenerator<Uint8Array, void>;
  /** A chunk that was asked for, for which there was no input yet. */
  #asked: Promise<IteratorResult<Uint8Array, void>> | undefined;

  /** `what` names the stream in messages. */
  constructor(kind: DecodedKind, what: string) {
    this.#output = DECODERS[kind](this.#input, what, true);
  }

  /** Takes more input, and gives the next output. `isLast`: no more input comes. @throws what is no PayloadError, which the step tells */
  async step(input: Uint8Array, isLast: boolean): Promise<DecodeStep> {
    this.#feed.push(input, isLast);
    const bytes = new Uint8Array(STEP_BYTES + CHUNK_BYTES);
    const chunks: { end: number; consumed: number }[] = [];
    let end = 0;
    let state: DecodeStep['state'] = 'more';
    let failure: DecodeStep['failure'];
    try {
      while (end < STEP_BYTES && state === 'more') {
        const next = await this.#next();
        if (next === 'starved') state = 'starved';
        else if (next.done === true) state = 'ended';
        else {
          bytes.set(next.value, end);
          end += next.value.length;
          release(next.value);
          chunks.push({ end, consumed: this.#input.consumed });
        }
      }
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      state = 'ended';
      failure = { code: error.code, message: error.message };
    }
    return {
      bytes: bytes.subarray(0, end),
      chunks,
      waiting: state === 'starved' ? 0 : this.#feed.pushed - this.#input.consumed,
      state,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array, void> | 'starved'> {
    const asked = (this.#asked ??= this.#output.next());
    const next = await Promise.race([asked, this.#feed.starved()]);
    if (next !== 'starved') this.#asked = undefined;
    return next;
  }
}

/** Input of a decoder, which waits for it. */
class Feed implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #isLast = false;
  #wake: (() => void) | undefined;
  #starve: (() => void) | undefined;
  pushed = 0;

  push(chunk: Uint8Array, isLast: boolean): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.pushed += chunk.length;
    this.#isLast = isLast;
    if (chunk.length === 0 && !isLast) return;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves once the decoder waits for input. */
  starved(): Promise<'starved'> {
    return new Promise((resolve) => {
      this.#starve = () => {
        resolve('starved');
      };
      if (this.#wake !== undefined) this.#starve();
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#isLast) return;
      else {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#starve?.();
        await woken;
      }
    }
  }
}

/** Frees a chunk that was copied, where its buffer is its own: a thread whose heap is this small collects what hangs on it after 64 MiB only. */
function release({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
