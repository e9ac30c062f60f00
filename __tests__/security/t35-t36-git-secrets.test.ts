// SPDX-License-Identifier: MIT
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { secretsToMask } from '../../src/git/remote/access/credentials.js';
import { silentLogger } from '../../src/log.js';
import { execFileSync } from '../fixtures/commands.js';
import { type GitBench, gitBench, stageCommit, stageTag } from '../fixtures/git-bench.js';
import { type GitServer, startGitServer } from '../fixtures/git-server.js';

const TOKEN = 'ghs_CANARYcanary0123456789';
const FORMS = secretsToMask(TOKEN);
let bench: GitBench;
let server: GitServer;
const saved = { ...process.env };
beforeEach(async () => {
  bench = gitBench();
  server = await startGitServer({ token: TOKEN });
});
afterEach(async () => {
  for (const name of Object.keys(process.env))
    if (!(name in saved)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, saved);
  await bench.close();
  await server.close();
});

/** Puts a `git` first in PATH that writes down its arguments and environment. */
function recordGit(): { calls(): { args: string; env: string }[] } {
  const bin = join(bench.dir, 'bin');
  const log = join(bench.dir, 'calls');
  mkdirSync(bin);
  mkdirSync(log);
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}/'$$.args\nenv > '${log}/'$$.env\nexec ${real} "$@"\n`,
  );
  chmodSync(join(bin, 'git'), 0o755);
  process.env['PATH'] = `${bin}:${process.env['PATH'] ?? ''}`;
  const read = (name: string): string => readFileSync(join(log, name), 'utf8');
  return {
    calls: () =>
      readdirSync(log)
        .filter((name) => name.endsWith('.args'))
        .map((name) => ({ args: read(name), env: read(name.replace('.args', '.env')) })),
  };
}

const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((name) => statSync(name).isFile());
const holdsSecret = (text: string): boolean => FORMS.some((form) => text.includes(form));

describe('T35: the token', () => {
  it('is in no argument, log line, file, object or error', async () => {
    const recorder = recordGit();
    const lines: string[] = [];
    const store = await bench.open(server.url, {
      token: TOKEN,
      logger: { ...silentLogger, debug: (text) => lines.push(text) },
    });
    await store.listRefs();
    const commit = await stageCommit(store, undefined, { a: 'a' });
    await store.push({
      branches: [{ name: 'main', oid: commit }],
      tags: [{ name: '1', oid: await stageTag(store, '1', commit) }],
    });
    await store.fetchCommit('refs/heads/main');
    server.setHook('pre-receive', `echo '${TOKEN} ${FORMS[1]!} ${FORMS[2]!}' >&2; exit 1`);
    const refused = await store.push({
      branches: [{ name: 'main', oid: await stageCommit(store, commit, { b: 'b' }) }],
      tags: [],
    });
    const failed = await (
      await bench.open(`${server.serverUrl}/x/${TOKEN}`, { token: TOKEN })
    )
      .listRefs()
      .catch((error: unknown) => (error as Error).message);
    expect(recorder.calls().length).toBeGreaterThan(5);
    for (const { args } of recorder.calls()) expect(holdsSecret(args)).toBe(false);
    expect(refused).toMatchObject({ status: 'rejected', message: expect.stringContaining('***') });
    expect(holdsSecret(JSON.stringify([lines, refused]))).toBe(false);
    expect(failed).toContain('git could not');
    const files = filesBelow(bench.dir).filter((name) => !name.includes('/calls/'));
    expect(files.some((name) => name.endsWith('.pack'))).toBe(true);
    for (const name of files) expect(holdsSecret(readFileSync(name, 'latin1'))).toBe(false);
    expect(
      holdsSecret(bench.git(['-C', server.repoDir, 'log', '--all', '-p', '--format=raw'])),
    ).toBe(false);
  });

  it('reaches the server once per request, and works beside the credentials of actions/checkout', async () => {
    // What checkout leaves: a header in the environment or configuration of the job.
    const extra = `AUTHORIZATION: basic ${Buffer.from('x-access-token:other').toString('base64')}`;
    Object.assign(process.env, {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${server.serverUrl}/.extraheader`,
      GIT_CONFIG_VALUE_0: extra,
    });
    await (await bench.open(server.url, { token: TOKEN })).listRefs();
    expect(server.requests.length).toBeGreaterThan(0);
    for (const { authorization, status } of server.requests) {
      expect(authorization).toHaveLength(1);
      expect(status).toBe(200);
    }
  });

  it('does not follow a redirect to another origin', async () => {
    const seen: (string | undefined)[] = [];
    const other = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(404).end();
    });
    const redirecting = await listen((request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url ?? ''}` }).end();
    });
    try {
      const store = await bench.open(`${redirecting.url}/a/b`, { token: TOKEN });
      await expect(store.listRefs()).rejects.toMatchObject({
        code: 'REMOTE_FAILED',
        remedy: expect.stringContaining('redirects'),
      });
      expect(seen).toEqual([]);
    } finally {
      other.server.close();
      redirecting.server.close();
    }
  });

  it('is not sent to another host, nor over http, nor over ssh', async () => {
    const recorder = recordGit();
    for (const remote of [
      bench.bare(),
      'http://git.example.invalid/a/b',
      'ssh://git@127.0.0.1:1/a/b',
    ]) {
      await (await bench.open(remote, { token: TOKEN })).listRefs().catch(() => undefined);
    }
    expect(recorder.calls().length).toBeGreaterThan(2);
    for (const { env } of recorder.calls()) expect(holdsSecret(env)).toBe(false);
  });
});

describe('T36: a git process', () => {
  it('gets no input, no token of the job, and its own token only where it talks to the remote', async () => {
    Object.assign(process.env, {
      INPUT_TOKEN: 'canary-1',
      'INPUT_SIGNING-KEY': 'canary-2',
      GITHUB_TOKEN: 'canary-3',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-4',
      AWS_SECRET_ACCESS_KEY: 'canary-5',
      NODE_OPTIONS: '',
    });
    const recorder = recordGit();
    const store = await bench.open(server.url, { token: TOKEN });
    const commit = await stageCommit(store, undefined, { a: 'a' });
    await store.push({ branches: [{ name: 'main', oid: commit }], tags: [] });
    await store.readBlob(await store.write('blob', Buffer.from('b')));
    const calls = recorder.calls();
    for (const { env } of calls)
      expect(env).not.toMatch(/canary-\d|INPUT_|GITHUB_|ACTIONS_|AWS_|NODE_OPTIONS/);
    for (const { args, env } of calls)
      if (/^(index-pack|cat-file|--version)/.test(args)) expect(holdsSecret(env)).toBe(false);
    expect(calls.some(({ env }) => holdsSecret(env))).toBe(true);
  });
});

async function listen(
  answer: Parameters<typeof createServer>[1] & object,
): Promise<{ server: Server; url: string }> {
  const made = createServer(answer);
  await new Promise<void>((done) => made.listen(0, '127.0.0.1', done));
  return { server: made, url: `http://127.0.0.1:${(made.address() as AddressInfo).port}` };
}
