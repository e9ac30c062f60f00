// SPDX-License-Identifier: MIT
import { MIB } from '../../limits.js';
import {
  endThreads,
  openThreads,
  type Pool,
  threadEnded,
  threadScript,
  threadsHere,
} from '../../threads.js';
import { type Batch, deflateBatch } from './deflate.js';

/** A run that stages less than this does not start a thread. */
const START_AFTER = 8 * MIB;

/** What became of a batch, and its buffer. */
interface Deflated {
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * Deflates batches of objects in worker threads, which start when there is enough to do; where there are none, in this one. Whoever made it
 * closes it.
 */
export class Deflaters {
  readonly #script: string | undefined;
  readonly #workers: number;
  readonly #startAfter: number;
  #staged = 0;
  #pool: Promise<Pool> | undefined;

  constructor(
    workers: number = threadsHere(),
    { script = threadScript('deflate-worker'), startAfter = START_AFTER } = {},
  ) {
    this.#script = script;
    this.#workers = script === undefined ? 0 : workers;
    this.#startAfter = startAfter;
  }

  /** Batches that are to be under way at a time, so that no thread waits and memory is bounded. */
  get width(): number {
    return this.#workers + 1;
  }

  /** Rejects when the thread ended over it. The batch's content is not to be used any more. */
  async deflate(batch: Batch): Promise<Deflated> {
    this.#staged += batch.content.length;
    if (this.#script === undefined || this.#workers === 0 || this.#staged < this.#startAfter)
      return { packed: deflateBatch(batch), content: batch.content };
    const pool = await (this.#pool ??= openThreads(this.#script, this.#workers));
    try {
      return (await pool.exec('deflate', [batch], {
        transfer: [batch.content.buffer],
      })) as Deflated;
    } catch (cause) {
      throw threadEnded(`deflate ${batch.entries.length} objects`, cause);
    }
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    if (pool !== undefined) await endThreads(pool);
  }
}
