// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import type { Pool } from 'workerpool';

import { MIB } from '../../limits.js';
import { type Batch, deflateBatch } from './deflate.js';

/** Beside the bundle. */
const SCRIPT = fileURLToPath(new URL('./deflate-worker.js', import.meta.url));
/** One thread reads and unpacks, and gives no more than two others work. */
const MOST_WORKERS = 2;
/** What a thread takes, and what must be free beside it for the run itself. */
const WORKER_BYTES = 64 * MIB;
const RUN_BYTES = 512 * MIB;
/** A run that stages less than this does not start a thread. */
const START_AFTER = 8 * MIB;
/** Batches leave little behind, and die at once. */
const HEAP = { maxYoungGenerationSizeMb: 8 };

/** What became of a batch, and its buffer. */
interface Deflated {
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Threads that this machine has room for, beside the main one. */
export function workersHere(
  cores: number = availableParallelism(),
  memory: number = process.availableMemory(),
): number {
  const room = Math.floor((memory - RUN_BYTES) / WORKER_BYTES);
  return Math.max(0, Math.min(cores - 1, room, MOST_WORKERS));
}

/**
 * Deflates batches of objects in worker threads, which start when there is enough to do; where there are none, in this one. Whoever made it
 * closes it.
 */
export class Deflaters {
  readonly #script: string;
  readonly #workers: number;
  readonly #startAfter: number;
  #staged = 0;
  #pool: Promise<Pool> | undefined;

  constructor(workers: number = workersHere(), { script = SCRIPT, startAfter = START_AFTER } = {}) {
    this.#script = script;
    // Run from source there is no such file.
    this.#workers = workers > 0 && existsSync(script) ? workers : 0;
    this.#startAfter = startAfter;
  }

  /** Batches that are to be under way at a time, so that no thread waits and memory is bounded. */
  get width(): number {
    return this.#workers + 1;
  }

  /** Rejects when the thread ended over it. The batch's content is not to be used any more. */
  async deflate(batch: Batch): Promise<Deflated> {
    this.#staged += batch.content.length;
    if (this.#workers === 0 || this.#staged < this.#startAfter)
      return { packed: deflateBatch(batch), content: batch.content };
    const pool = await (this.#pool ??= this.#open());
    try {
      return (await pool.exec('deflate', [batch], {
        transfer: [batch.content.buffer],
      })) as Deflated;
    } catch (cause) {
      throw new Error(
        `expected a worker thread to deflate ${batch.entries.length} objects, found that it ended: ${String(cause).split('\n', 1)[0] ?? ''}`,
        { cause },
      );
    }
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.terminate(true);
  }

  /** Loaded late: a run with nothing to do does without. */
  async #open(): Promise<Pool> {
    const { pool } = await import('workerpool');
    return pool(this.#script, {
      workerType: 'thread',
      maxWorkers: this.#workers,
      workerThreadOpts: { resourceLimits: HEAP },
    });
  }
}
