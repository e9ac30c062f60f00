// SPDX-License-Identifier: MIT
import { endThreads, openThreads, type Pool, threadEnded } from '../threads.js';
import type { DecodedKind } from './decoders.js';
import type { DecodeStep } from './stepped.js';

/** What the thread is asked for. */
export interface DecodeRequest {
  readonly stream: number;
  /** Given with the first request of a stream. */
  readonly opens: { readonly kind: DecodedKind; readonly what: string } | undefined;
  readonly input: Uint8Array<ArrayBuffer>;
  /** No more input comes. */
  readonly isLast: boolean;
}

/** The one thread in which streams are decoded. It ends with the last of them, or once it failed: what it knew of the others is lost then. */
export class SharedThread {
  /** While a stream is open in it. */
  static #current: SharedThread | undefined;
  readonly #pool: Promise<Pool>;
  #users = 0;
  #failure: unknown;
  #end: Promise<void> | undefined;

  private constructor(script: string) {
    this.#pool = openThreads(script, 1);
  }

  /** For a stream, which leaves it in the end. */
  static join(script: string): SharedThread {
    const joined = (SharedThread.#current ??= new SharedThread(script));
    joined.#users++;
    return joined;
  }

  /** The next step of a stream. @throws Error when the thread ended */
  async decode(request: DecodeRequest): Promise<DecodeStep> {
    return (await this.#exec('decode', [request], [request.input.buffer])) as DecodeStep;
  }

  /** Resolves when the thread has forgotten the stream, or has ended. */
  async leave(stream: number): Promise<void> {
    this.#users--;
    if (this.#users === 0) await this.#close();
    else await Promise.allSettled([this.#exec('drop', [stream])]);
  }

  async #exec(method: string, params: unknown[], transfer: ArrayBuffer[] = []): Promise<unknown> {
    try {
      const pool = await this.#pool;
      // A pool that was ended would start again.
      if (this.#end !== undefined) throw this.#failure;
      return await pool.exec(method, params, { transfer });
    } catch (cause) {
      // What the others have asked for would wait for ever.
      this.#failure ??= cause;
      void this.#close();
      throw threadEnded('decode a stream', this.#failure);
    }
  }

  #close(): Promise<void> {
    if (SharedThread.#current === this) SharedThread.#current = undefined;
    return (this.#end ??= this.#pool.then(endThreads, () => undefined));
  }
}
