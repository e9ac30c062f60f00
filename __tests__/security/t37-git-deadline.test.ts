// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/limits.js';
import { type GitBench, gitBench, stageCommit } from '../fixtures/git-bench.js';
import { startGitServer } from '../fixtures/git-server.js';

const lowered = LIMITS as { gitTimeout: number };
const original = LIMITS.gitTimeout;
let bench: GitBench;
beforeAll(() => {
  bench = gitBench();
});
afterEach(() => {
  lowered.gitTimeout = original;
});
afterAll(() => bench.close());

/** True once the process is gone, within ten seconds. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(100);
  }
  return false;
}

describe('T37: git has a total deadline, too', () => {
  it("a server that drips faster than git's own rate limit ends with TIMEOUT, once, and is left by git's children", async () => {
    let requests = 0;
    let left: () => void = () => undefined;
    const isLeft = new Promise<void>((done) => {
      left = done;
    });
    const server = createServer((request, response) => {
      requests += 1;
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
      response.write('001e# service=git-upload-pack\n0000');
      const timer = setInterval(() => {
        response.write(`0020${'0'.repeat(28)}`.repeat(10));
      }, 50);
      request.socket.once('close', () => {
        clearInterval(timer);
        left();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    lowered.gitTimeout = 1000;
    try {
      const store = await bench.open(
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/mirror`,
      );
      await expect(store.listRefs()).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringContaining('git ls-remote did not end within'),
        remedy: expect.stringContaining('Try again later'),
      });
      await isLeft;
      expect(requests).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('a push that a hook holds up ends with TIMEOUT, and so does the hook on this machine', async () => {
    const path = bench.bare('held.git');
    const server = await startGitServer({ repoDir: path });
    const pidFile = join(bench.dir, 'pid');
    server.setHook('pre-receive', `echo $$ > '${pidFile}'; sleep 600`);
    await server.close();
    const store = await bench.open(path);
    const commit = await stageCommit(store, undefined, { a: 'a' });
    await store.check();
    lowered.gitTimeout = 2000;
    await expect(
      store.push({ branches: [{ name: 'main', oid: commit }], tags: [] }),
    ).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(existsSync(pidFile)).toBe(true);
    expect(await hasEnded(Number(readFileSync(pidFile, 'utf8')))).toBe(true);
    expect(bench.git(['-C', path, 'for-each-ref'])).toBe('');
  });

  it('what ends in time is not touched', async () => {
    const path = bench.bare('quick.git');
    lowered.gitTimeout = 60_000;
    expect((await (await bench.open(path)).listRefs()).branches.size).toBe(0);
  });
});
