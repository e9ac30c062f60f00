// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import type { Pool } from 'workerpool';

import { MIB } from './limits.js';

export type { Pool } from 'workerpool';

/** One thread reads and unpacks, and gives no more than two others work. */
const MOST_THREADS = 2;
/** What a thread takes, and what must be free beside it for the run itself. */
const THREAD_BYTES = 64 * MIB;
const RUN_BYTES = 512 * MIB;
/** A thread is told to end, and made to after a second; nobody waits longer than this (ms). */
const END_WAIT = 3000;
/** What a job leaves behind dies at once. */
const HEAP = { maxYoungGenerationSizeMb: 8 };

/** Worker threads that this machine has room for, beside the main one. */
export function threadsHere(
  cores: number = availableParallelism(),
  memory: number = process.availableMemory(),
): number {
  const room = Math.floor((memory - RUN_BYTES) / THREAD_BYTES);
  return Math.max(0, Math.min(cores - 1, room, MOST_THREADS));
}

/** The script that worker threads start with. It lies beside the bundle; run from source there is none. */
export function threadScript(name: string): string | undefined {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return existsSync(script) ? script : undefined;
}

/** At most so many threads, which start with their first job. The library is loaded late: a run with nothing to do does without. */
export async function openThreads(script: string, most: number): Promise<Pool> {
  const { pool } = await import('workerpool');
  return pool(script, {
    workerType: 'thread',
    maxWorkers: most,
    workerThreadOpts: { resourceLimits: HEAP },
  });
}

/** Ends the threads, whatever they do. One that died while it had nothing to do is never heard of again, so there is an end to the wait. */
export async function endThreads(pool: Pool): Promise<void> {
  await Promise.allSettled([pool.terminate(true, END_WAIT)]);
}

/** What a job failed by whose thread ended; `task` names it in the infinitive. */
export function threadEnded(task: string, cause: unknown): Error {
  const said = String(cause).split('\n', 1)[0] ?? '';
  return new Error(`expected a worker thread to ${task}, found that it ended: ${said}`, { cause });
}
