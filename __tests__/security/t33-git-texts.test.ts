// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { MirrorError } from '../../src/errors.js';
import { silentLogger } from '../../src/log.js';
import { type GitBench, gitBench, stageCommit } from '../fixtures/git-bench.js';
import { type GitServer, startGitServer } from '../fixtures/git-server.js';

let bench: GitBench;
let server: GitServer;
beforeEach(async () => {
  bench = gitBench();
  server = await startGitServer();
});
afterEach(async () => {
  await bench.close();
  await server.close();
});

describe("T33: the remote's words are no workflow command", () => {
  it('begin no line as a command does, without control characters, in results, errors and the log', async () => {
    const written: string[] = [];
    const logger = { ...silentLogger, debug: (text: string) => written.push(text) };
    const original = {
      out: process.stdout.write.bind(process.stdout),
      err: process.stderr.write.bind(process.stderr),
    };
    const raw: string[] = [];
    const spy = (chunk: unknown): boolean => raw.push(String(chunk)) > 0;
    process.stdout.write = spy;
    process.stderr.write = spy;
    const texts: string[] = [];
    try {
      server.setHook(
        'pre-receive',
        String.raw`printf 'x\n::error::forged\n\r::add-mask::forged\n\033[31m\033]0;t\007\n##[error]forged\n' >&2; exit 1`,
      );
      const store = await bench.open(server.url, { logger });
      const answer = await store.push({
        branches: [{ name: 'main', oid: await stageCommit(store, undefined, { a: 'a' }) }],
        tags: [],
      });
      expect(answer.status).toBe('rejected');
      if (answer.status === 'rejected') texts.push(answer.message);
      const missing = await bench.open(`${server.serverUrl}/a/b`, { logger });
      await missing
        .listRefs()
        .catch((error: unknown) => texts.push((error as MirrorError).message));
    } finally {
      process.stdout.write = original.out;
      process.stderr.write = original.err;
    }
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain('forged');
    // What the remote said of a push keeps its lines; each is harmless by itself.
    for (const text of [...texts.flatMap((all) => all.split('\n')), ...written]) {
      expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(text).not.toMatch(/^\s*(::|##\[)/);
    }
    expect(raw).toEqual([]);
  });
});
