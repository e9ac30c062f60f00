// SPDX-License-Identifier: MIT
import { PayloadError } from '../errors.js';
import { KIB, MIB } from '../limits.js';
import { threadScript, threadsHere } from '../threads.js';
import type { DecodedKind } from './decoders.js';
import type { ChunkReader } from './input.js';
import { type DecodeRequest, SharedThread } from './shared-thread.js';
import type { DecodeStep } from './stepped.js';

/** These are slow and hold their thread up; zlib's streams have threads of their own. */
const SLOW: readonly DecodedKind[] = ['xz', 'lzma', 'bzip2'];
const START_BYTES = MIB;
/** Input that the thread has at hand. */
const AHEAD_BYTES = 256 * KIB;
/** Steps that are asked for at a time, so that the thread does not wait for its reader. */
const STEPS_AHEAD = 2;

/** Where streams are decoded in a thread, and which. */
export interface ThreadChoice {
  /** What the thread starts with; nothing is decoded in one where there is none. */
  readonly script: string | undefined;
  /** Shorter streams are decoded before a thread has started. */
  readonly startBytes: number;
}

/** For what is only looked into. */
export const NO_THREAD: ThreadChoice = { script: undefined, startBytes: 0 };

/** By this machine. */
export function threadChoice(room = threadsHere()): ThreadChoice {
  return {
    script: room === 0 ? undefined : threadScript('decode-worker'),
    startBytes: START_BYTES,
  };
}

/** The script of a thread for this stream; undefined where it is not worth one. Pulls from the input, and consumes nothing. */
export async function threadFor(
  kind: DecodedKind,
  input: ChunkReader,
  { script, startBytes }: ThreadChoice,
): Promise<string | undefined> {
  if (script === undefined || !SLOW.includes(kind)) return undefined;
  try {
    return (await input.fill(startBytes)).length < startBytes ? undefined : script;
  } catch {
    // A source that fails so early fails again, behind what came before.
    return undefined;
  }
}

let streams = 0;

/** A stream that is decoded in a worker thread, one step ahead of its reader. */
export class ThreadDecoding {
  readonly #stream = ++streams;
  readonly #input: ChunkReader;
  #opens: DecodeRequest['opens'];
  #isLast = false;
  #failure: { readonly reason: unknown } | undefined;
  #consumed = 0;

  /** `what` names the stream in messages. */
  constructor(kind: DecodedKind, input: ChunkReader, what: string) {
    this.#opens = { kind, what };
    this.#input = input;
  }

  /** Bytes of input that were consumed for the chunks so far. */
  get consumed(): number {
    return this.#consumed;
  }

  /** The chunks that the decoder would give in this thread. @throws as it does; Error when the thread ends */
  async *chunks(script: string): AsyncGenerator<Uint8Array, void> {
    const thread = SharedThread.join(script);
    try {
      const asked: Promise<DecodeStep>[] = [];
      while (asked.length < STEPS_AHEAD) asked.push(this.#ask(thread, await this.#pull(0)));
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
        const { bytes, chunks, waiting, state, failure } = await next;
        // It works on while the reader has these.
        if (state === 'more' || (state === 'starved' && this.#failure === undefined))
          asked.push(this.#ask(thread, await this.#pull(waiting)));
        let at = 0;
        for (const { end, consumed } of chunks) {
          this.#consumed = consumed;
          yield bytes.subarray(at, end);
          at = end;
        }
        if (failure !== undefined) throw new PayloadError(failure.code, failure.message);
        if (state === 'ended') return;
      }
      // Only what its source failed to give is lacking.
      throw this.#failure?.reason;
    } finally {
      await thread.leave(this.#stream);
    }
  }

  /** Input for a step beside what waits there, in a buffer of its own. A failure of the source is told behind what came before it. */
  async #pull(waiting: number): Promise<Uint8Array<ArrayBuffer>> {
    const input = new Uint8Array(Math.max(0, AHEAD_BYTES - waiting));
    let length = 0;
    try {
      while (length < input.length && !this.#isLast && this.#failure === undefined) {
        const chunk = await this.#input.some(input.length - length);
        this.#isLast = chunk === undefined;
        if (chunk !== undefined) input.set(chunk, length);
        length += chunk?.length ?? 0;
      }
    } catch (reason) {
      this.#failure = { reason };
    }
    return input.subarray(0, length);
  }

  #ask(thread: SharedThread, input: Uint8Array<ArrayBuffer>): Promise<DecodeStep> {
    const asked = thread.decode({
      stream: this.#stream,
      opens: this.#opens,
      input,
      isLast: this.#isLast,
    });
    this.#opens = undefined;
    // A reader that stops early does not wait for it.
    asked.catch(() => undefined);
    return asked;
  }
}
