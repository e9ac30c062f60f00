// SPDX-License-Identifier: MIT
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  gitEnvironment,
  type GitServer,
  type GitServerOptions,
  startGitServer,
} from '../fixtures/git-server.js';
import { parseOutputs } from '../fixtures/run-bundle.js';
import { startYumServer, type YumServer } from '../fixtures/yum-server.js';

const run = promisify(execFile);

describe('the yum server of the tests', () => {
  let root: string;
  let server: YumServer;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'yum-server-'));
    mkdirSync(join(root, 'a'));
    mkdirSync(join(root, 'b'));
    writeFileSync(join(root, 'a', 'x'), 'from a');
    writeFileSync(join(root, 'b', 'x'), 'from b');
    writeFileSync(join(root, 'b', 'y'), '0123456789');
    server = await startYumServer({ roots: [join(root, 'a'), join(root, 'b')] });
  });
  afterAll(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });

  it('lays roots over one another, and swaps them', async () => {
    expect(await (await fetch(`${server.url}/x`)).text()).toBe('from a');
    server.setRoots(join(root, 'b'), join(root, 'a'));
    expect(await (await fetch(`${server.url}/x`)).text()).toBe('from b');
  });

  it('serves nothing from outside its roots', async () => {
    expect((await fetch(`${server.url}/..%2fa%2fx`)).status).toBe(404);
  });

  it('answers ranges and conditions, and logs them', async () => {
    server.requests.length = 0;
    const part = await fetch(`${server.url}/y`, { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    const again = await fetch(`${server.url}/y`, {
      headers: { 'if-none-match': part.headers.get('etag')! },
    });
    expect(again.status).toBe(304);
    expect(
      server.requests.map(({ url, range, status, bytes }) => [url, range, status, bytes]),
    ).toEqual([
      ['/y', 'bytes=2-4', 206, 3],
      ['/y', undefined, 304, 0],
    ]);
  });
});

describe('the git server of the tests', () => {
  const opened: GitServer[] = [];
  const home = mkdtempSync(join(tmpdir(), 'git-client-'));
  afterAll(async () => {
    await Promise.all(opened.map((server) => server.close()));
    rmSync(home, { recursive: true, force: true });
  });
  const open = async (options: GitServerOptions): Promise<GitServer> => {
    const server = await startGitServer(options);
    opened.push(server);
    return server;
  };
  const git = async (args: string[], ...headers: string[]): Promise<string> => {
    const config = headers.flatMap((value, i) => [
      [`GIT_CONFIG_KEY_${i}`, 'http.extraheader'],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]);
    const env = {
      ...gitEnvironment(home),
      GIT_CONFIG_COUNT: String(headers.length),
      ...(Object.fromEntries(config) as Record<string, string>),
    };
    return (await run('git', args, { env, cwd: home })).stdout;
  };
  const basic = (token: string): string =>
    `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const commit = async (dir: string): Promise<void> => {
    await git(['init', '--quiet', '--initial-branch=main', dir]);
    writeFileSync(join(home, dir, 'file'), 'x'.repeat(100));
    await git(['-C', dir, 'add', '.']);
    await git([
      '-C',
      dir,
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.org',
      'commit',
      '--quiet',
      '-m',
      'one',
    ]);
  };

  it('takes a push with the token only, and gives a blobless clone over protocol 2', async () => {
    const server = await open({ token: 'secret', readOnlyToken: 'reader' });
    await commit('work');
    await expect(git(['ls-remote', server.url])).rejects.toThrow(/could not read Username/);
    await expect(git(['-C', 'work', 'push', server.url, 'main'], basic('reader'))).rejects.toThrow(
      /403/,
    );
    await expect(git(['ls-remote', server.url], basic('secret'), basic('secret'))).rejects.toThrow(
      /400/,
    );
    await git(['-C', 'work', 'push', '--atomic', server.url, 'main'], basic('secret'));
    expect(server.git('rev-parse', 'main')).toBe(
      (await git(['-C', 'work', 'rev-parse', 'main'])).trim(),
    );
    await git(
      [
        'clone',
        '--quiet',
        '--bare',
        '--depth=1',
        '--filter=blob:none',
        `${server.url}.git`,
        'clone',
      ],
      basic('reader'),
    );
    expect(await git(['-C', 'clone', 'count-objects', '-v'])).toMatch(/in-pack: 2\n/);
    expect(server.requests.some((request) => request.headers['git-protocol'] === 'version=2')).toBe(
      true,
    );
  });

  it('runs hooks, fails on demand and loses a reply after the work was done', async () => {
    const server = await open({});
    await commit('other');
    server.setHook('pre-receive', 'echo no thanks >&2; exit 1');
    await expect(git(['-C', 'other', 'push', server.url, 'main'])).rejects.toThrow(/no thanks/);
    server.setHook('pre-receive', undefined);
    server.setFault(() => ({ status: 503 }));
    await expect(git(['ls-remote', server.url])).rejects.toThrow(/503/);
    server.setFault((request) => (request.method === 'POST' ? 'lose-reply' : undefined));
    await expect(git(['-C', 'other', 'push', server.url, 'main'])).rejects.toThrow();
    expect(server.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });
});

describe('parseOutputs', () => {
  it('reads lines and blocks', () => {
    expect(parseOutputs('a=1\nb<<EOF\nx=1\n\ny\nEOF\nc=\n')).toEqual({
      a: '1',
      b: 'x=1\n\ny',
      c: '',
    });
  });
});
