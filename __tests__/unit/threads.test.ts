// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { GIB, MIB } from '../../src/limits.js';
import {
  endThreads,
  openThreads,
  threadEnded,
  threadScript,
  threadsHere,
} from '../../src/threads.js';
import { watchThreads } from '../fixtures/thread-watch.js';

describe('threadsHere', () => {
  it.each([
    [0, 'one core', 1, 64 * GIB],
    [1, 'two cores', 2, 64 * GIB],
    [2, 'three cores', 3, 64 * GIB],
    [2, 'many cores', 64, 64 * GIB],
    [2, 'memory for two', 64, 640 * MIB],
    [1, 'memory for one', 64, 640 * MIB - 1],
    [1, 'memory for just one', 64, 576 * MIB],
    [0, 'less memory than one takes', 64, 576 * MIB - 1],
    [0, 'less memory than the run takes', 64, 100 * MIB],
    [0, 'no memory', 64, 0],
  ])('is %d with %s', (threads, _, cores, memory) => {
    expect(threadsHere(cores, memory)).toBe(threads);
  });
});

describe('threadScript', () => {
  it.each(['decode-worker', 'deflate-worker'])('finds no %s from source', (name) => {
    expect(threadScript(name)).toBeUndefined();
  });
});

describe('threadEnded', () => {
  it('names the task and the first line of the cause', () => {
    const cause = new Error('terminated\n    exitCode: `3`');
    const error = threadEnded('count', cause);
    expect(error.message).toBe(
      'expected a worker thread to count, found that it ended: Error: terminated',
    );
    expect(error.cause).toBe(cause);
  });
});

describe('endThreads', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'threads-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A pool whose thread answers once, then does `after`; and the thread. */
  async function started(after: string) {
    const script = path.join(folder, `${String(after.length)}.mjs`);
    writeFileSync(
      script,
      `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ id }) => { parentPort.postMessage({ id, result: 'done', error: null }); ${after} });
      parentPort.postMessage('ready');`,
    );
    const pool = await openThreads(script, 1);
    const { result, threads } = await watchThreads(
      async () => (await pool.exec('any', [])) as unknown,
    );
    expect([result, threads.length]).toEqual(['done', 1]);
    return { pool, thread: threads[0]! };
  }

  it.each([
    ['that waits and does not listen', ''],
    ['that never lets go', 'for (;;);'],
  ])('ends a thread %s', async (_, after) => {
    const { pool, thread } = await started(after);
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    await endThreads(pool);
    await ended;
    expect(thread.threadId).toBe(-1);
  });

  it('does not wait for ever for one that died while it had nothing to do', async () => {
    const { pool, thread } = await started('setTimeout(() => process.exit(3), 10);');
    while (thread.threadId !== -1) await sleep(5);
    await endThreads(pool);
  });

  it('has nothing to do where none started', async () => {
    const pool = await openThreads(path.join(folder, 'absent.mjs'), 2);
    await expect(endThreads(pool)).resolves.toBeUndefined();
  });
});
