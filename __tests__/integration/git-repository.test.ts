// SPDX-License-Identifier: MIT
import { readdirSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { GitStore, Oid } from '../../src/git/store.js';
import { type GitBench, gitBench, stageCommit, stageTag } from '../fixtures/git-bench.js';
import { type GitServer, type GitServerOptions, startGitServer } from '../fixtures/git-server.js';

const TOKEN = 'ghs_test-token';
let bench: GitBench;
let server: GitServer;
beforeEach(() => {
  bench = gitBench();
});
afterEach(async () => {
  await bench.close();
  await server?.close();
});

const serve = async (options: GitServerOptions = {}): Promise<GitServer> =>
  (server = await startGitServer({ token: TOKEN, ...options }));
const open = (): Promise<GitStore> => bench.open(server.url, { token: TOKEN });
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Pushes a first commit with a tag; returns its id. */
async function begin(): Promise<Oid> {
  const store = await open();
  const commit = await stageCommit(store, undefined, {
    'src/a': 'a 1\n',
    'src/b': 'b\n',
    'archive/big': 'x\n'.repeat(50_000),
    'human.txt': 'mine\n',
    'keep/k': 'k\n',
  });
  const tag = await stageTag(store, '1.0', commit);
  expect(
    await store.push({
      branches: [{ name: 'main', oid: commit }],
      tags: [{ name: '1.0', oid: tag }],
    }),
  ).toEqual({ status: 'pushed' });
  return commit;
}

describe('an empty repository', () => {
  it('has no refs, and is begun by a push', async () => {
    await serve();
    expect(await (await open()).listRefs()).toEqual({
      head: undefined,
      branches: new Map(),
      tags: new Map(),
    });
    const commit = await begin();
    const refs = await (await open()).listRefs();
    expect(refs.head).toBe('main');
    expect(refs.branches).toEqual(new Map([['main', commit]]));
    expect(refs.tags.get('1.0')?.commit).toBe(commit);
    expect(server.git('fsck', '--strict', '--full')).toBe('');
  });

  it('has nothing to fetch', async () => {
    await serve();
    await expect((await open()).fetchCommit('refs/heads/main')).rejects.toMatchObject({
      code: 'BRANCH_NOT_FOUND',
    });
  });
});

describe('fetchCommit', () => {
  it('brings a commit with its trees and no blobs, whatever the length of the history', async () => {
    await serve();
    let commit = await begin();
    const writer = await open();
    await writer.fetchCommit('refs/heads/main');
    for (let number = 0; number < 5; number += 1)
      commit = await stageCommit(writer, commit, { 'src/a': `${number}\n` });
    await writer.push({ branches: [{ name: 'main', oid: commit }], tags: [] });
    server.requests.length = 0;
    const store = await open();
    expect(await store.fetchCommit('refs/heads/main')).toBe(commit);
    const { tree, parents } = await store.readCommit(commit);
    const names = (await store.readTree(tree)).map(({ name }) => text(name));
    expect(names).toEqual(['archive', 'human.txt', 'keep', 'src']);
    await expect(store.readCommit(parents[0]!)).rejects.toMatchObject({ code: 'MIRROR_INVALID' });
    await expect(store.readBlob((await store.readTree(tree))[1]!.oid)).rejects.toMatchObject({
      code: 'MIRROR_INVALID',
    });
    expect(server.requests.reduce((sum, { sent }) => sum + sent, 0)).toBeLessThan(4000);
  });

  it('takes tags and ids, and gives the commit behind an annotated tag', async () => {
    await serve();
    const commit = await begin();
    const store = await open();
    expect(await store.fetchCommit('refs/tags/1.0')).toBe(commit);
    expect(await store.fetchCommit(commit)).toBe(commit);
  });

  it('works with a server that does not filter', async () => {
    await serve({
      config: { 'uploadpack.allowFilter': 'false', 'uploadpack.allowAnySHA1InWant': 'false' },
    });
    const commit = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const { tree } = await store.readCommit(commit);
    const blob = (await store.readTree(tree))[1]!.oid;
    server.requests.length = 0;
    await store.fetchBlobs([blob]);
    expect(server.requests).toHaveLength(0);
    expect(text(await store.readBlob(blob))).toBe('mine\n');
  });
});

describe('fetchBlobs', () => {
  it('asks once for several, and not again for what is here', async () => {
    await serve();
    const commit = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const root = await store.readTree((await store.readCommit(commit)).tree);
    const src = await store.readTree(root[3]!.oid);
    const staged = await store.write('blob', Buffer.from('new\n'));
    server.requests.length = 0;
    await store.fetchBlobs([src[0]!.oid, src[1]!.oid, src[0]!.oid, staged]);
    const requests = server.requests.length;
    expect(requests).toBeLessThanOrEqual(2);
    await store.fetchBlobs([src[0]!.oid, staged]);
    expect(server.requests).toHaveLength(requests);
    expect(text(await store.readBlob(src[1]!.oid))).toBe('b\n');
    expect(text(await store.readBlob(staged))).toBe('new\n');
  });
});

describe('write', () => {
  it('stages nothing that the remote has', async () => {
    await serve();
    const commit = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const root = await store.readTree((await store.readCommit(commit)).tree);
    await store.readTree(root[3]!.oid);
    await store.write('blob', Buffer.from('b\n'));
    await store.check();
    await expect(store.readBlob('61780798228d17af2d34fce4cfbdf35556832472')).rejects.toMatchObject({
      code: 'MIRROR_INVALID',
    });
  });

  it('gives back what is staged, before and after a check', async () => {
    await serve();
    const store = await open();
    const oids = await Promise.all(
      ['a', 'b', 'a', 'c'].map((content) => store.write('blob', Buffer.from(content))),
    );
    expect(oids[0]).toBe(oids[2]);
    expect(text(await store.readBlob(oids[1]!))).toBe('b');
    await store.check();
    expect(text(await store.readBlob(oids[3]!))).toBe('c');
  });
});

describe('push', () => {
  it('sends what is new on top of a blobless clone, and fetches nothing for it', async () => {
    await serve();
    const first = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const { tree } = await store.readCommit(first);
    const root = await store.readTree(tree);
    const [copied] = await store.readTree(root[2]!.oid);
    const [, moved] = await store.readTree(root[3]!.oid);
    // A change, a file that moves, one that is copied from a folder without changes, a new file, a file that goes.
    const changes = {
      'src/a': 'a 2\n',
      'src/b': undefined,
      'other/place/b': moved!,
      'other/copy': copied!,
      'new.txt': 'n\n',
      'archive/big': undefined,
    };
    const commit = await stageCommit(store, first, changes);
    server.requests.length = 0;
    expect(
      await store.push({
        branches: [{ name: 'main', oid: commit }],
        tags: [{ name: '2.0', oid: await stageTag(store, '2.0', commit) }],
      }),
    ).toEqual({ status: 'pushed' });
    expect(new Set(server.requests.map(({ service }) => service))).toEqual(
      new Set(['git-receive-pack']),
    );
    expect(server.git('ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
      'human.txt',
      'keep/k',
      'new.txt',
      'other/copy',
      'other/place/b',
      'src/a',
    ]);
    expect(server.git('show', 'main:human.txt')).toBe('mine');
    expect(server.git('fsck', '--strict', '--full')).toBe('');
  });

  it('finds the content of a file that was gone and comes back in a later push', async () => {
    await serve();
    const first = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const { tree } = await store.readCommit(first);
    const gone = (await store.readTree((await store.readTree(tree))[3]!.oid))[1]!;
    const second = await stageCommit(store, first, { 'src/b': undefined });
    expect(await store.push({ branches: [{ name: 'main', oid: second }], tags: [] })).toEqual({
      status: 'pushed',
    });
    const third = await stageCommit(store, second, { 'src/c': gone });
    expect(await store.push({ branches: [{ name: 'main', oid: third }], tags: [] })).toEqual({
      status: 'pushed',
    });
    expect(server.git('show', 'main:src/c')).toBe('b');
  });

  it('builds a backport on an old tag and pushes it beside the branch', async () => {
    await serve();
    const first = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const second = await stageCommit(store, first, { 'src/a': 'a 2\n' });
    await store.push({
      branches: [{ name: 'main', oid: second }],
      tags: [{ name: '2.0', oid: await stageTag(store, '2.0', second) }],
    });
    const later = await open();
    const tip = await later.fetchCommit('refs/heads/main');
    const base = await later.fetchCommit('refs/tags/1.0');
    const backport = await stageCommit(later, base, { 'src/a': 'a 1.1\n' });
    const onBranch = await stageCommit(later, tip, { 'archive/1.1': 'package\n' });
    const branches = [
      { name: 'main', oid: onBranch },
      { name: 'release/1', oid: backport },
    ];
    expect(
      await later.push({
        branches,
        tags: [{ name: '1.1', oid: await stageTag(later, '1.1', backport) }],
      }),
    ).toEqual({ status: 'pushed' });
    expect(server.git('log', '--format=%s %D', '--graph', '1.1')).toContain('release/1');
    expect(server.git('show', 'main:src/a')).toBe('a 2');
    expect(server.git('rev-parse', '1.1^')).toBe(first);
  });

  it('changes nothing in a dry run', async () => {
    await serve();
    const store = await open();
    const commit = await stageCommit(store, undefined, { a: 'a' });
    expect(
      await store.push({ branches: [{ name: 'main', oid: commit }], tags: [], dryRun: true }),
    ).toEqual({ status: 'pushed' });
    expect(server.git('for-each-ref')).toBe('');
  });

  it('hands on why the remote refused', async () => {
    await serve();
    const first = await begin();
    server.setHook('pre-receive', 'echo "GH006: Protected branch update failed"; exit 1');
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const answer = await store.push({
      branches: [{ name: 'main', oid: await stageCommit(store, first, { x: 'x' }) }],
      tags: [],
    });
    expect(answer).toEqual({
      status: 'rejected',
      message: expect.stringMatching(/GH006.*\n.*main: .*pre-receive hook declined/),
    });
    expect(server.git('rev-parse', 'main')).toBe(first);
  });

  it('names a file that the host does not take', async () => {
    await serve();
    const first = await begin();
    server.setHook('pre-receive', 'echo "error: GH001: Large files detected." >&2; exit 1');
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    await expect(
      store.push({
        branches: [{ name: 'main', oid: await stageCommit(store, first, { x: 'x' }) }],
        tags: [],
      }),
    ).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });
});

describe('a server that says no', () => {
  it.each([
    ['a wrong token', 'wrong'],
    ['no token', undefined],
  ])('is AUTH with %s', async (_, token) => {
    await serve();
    const store = await bench.open(server.url, token === undefined ? {} : { token });
    await expect(store.listRefs()).rejects.toMatchObject({ name: 'GitError', code: 'AUTH' });
  });

  it('is AUTH when the token may only read', async () => {
    await serve({ readOnlyToken: 'reader' });
    const first = await begin();
    const store = await bench.open(server.url, { token: 'reader' });
    expect(await store.fetchCommit('refs/heads/main')).toBe(first);
    const commit = await stageCommit(store, first, { x: 'x' });
    await expect(
      store.push({ branches: [{ name: 'main', oid: commit }], tags: [], dryRun: true }),
    ).rejects.toMatchObject({ code: 'AUTH' });
    await expect(
      store.push({ branches: [{ name: 'main', oid: commit }], tags: [] }),
    ).rejects.toMatchObject({ code: 'AUTH' });
  });

  it('is REMOTE_FAILED when there is no repository', async () => {
    await serve();
    await expect(
      (await bench.open(`${server.serverUrl}/no/where`, { token: TOKEN })).listRefs(),
    ).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    await expect((await bench.open(`${bench.dir}/nowhere`)).listRefs()).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
    });
  });
});

describe('a network that fails', () => {
  it('is asked again when it only reads', async () => {
    await serve();
    const commit = await begin();
    let faults = 2;
    server.setFault(() => (faults-- > 0 ? { status: 503 } : undefined));
    const store = await open();
    expect((await store.listRefs()).branches.get('main')).toBe(commit);
    faults = 1;
    server.setFault(() => (faults-- > 0 ? 'reset' : undefined));
    expect(await store.fetchCommit('refs/heads/main')).toBe(commit);
  });

  it('is REMOTE_FAILED in the end', async () => {
    await serve();
    server.setFault(() => ({ status: 503 }));
    await expect((await open()).listRefs()).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringContaining('503'),
    });
    expect(server.requests).toHaveLength(3);
  });

  it('may lose the reply to a push, and the same push again is fine', async () => {
    await serve();
    const first = await begin();
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const commit = await stageCommit(store, first, { x: 'x' });
    const request = {
      branches: [{ name: 'main', oid: commit }],
      tags: [{ name: '2.0', oid: await stageTag(store, '2.0', commit) }],
    };
    server.setFault(({ method, service }) =>
      method === 'POST' && service === 'git-receive-pack' ? 'lose-reply' : undefined,
    );
    await expect(store.push(request)).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    server.setFault(undefined);
    expect((await store.listRefs()).branches.get('main')).toBe(commit);
    expect(await store.push(request)).toEqual({ status: 'pushed' });
  });
});

describe('a repository on this machine', () => {
  it('is read and written by its path, with filters and without history', async () => {
    const path = bench.bare('a b%20c.git');
    const store = await bench.open(path);
    const first = await stageCommit(store, undefined, { a: 'a', b: 'b' });
    expect(await store.push({ branches: [{ name: 'main', oid: first }], tags: [] })).toEqual({
      status: 'pushed',
    });
    const again = await bench.open(path);
    await again.fetchCommit('refs/heads/main');
    const [entry] = await again.readTree((await again.readCommit(first)).tree);
    await expect(again.readBlob(entry!.oid)).rejects.toMatchObject({ code: 'MIRROR_INVALID' });
    await again.fetchBlobs([entry!.oid]);
    expect(text(await again.readBlob(entry!.oid))).toBe('a');
  });
});

describe('close', () => {
  it('leaves nothing behind, with objects staged and processes running', async () => {
    const before = readdirSync(bench.dir).length;
    const store = await bench.open(bench.bare());
    const oid = await store.write('blob', Buffer.from('a'));
    await store.readBlob(oid);
    await store.write('blob', Buffer.from('b'));
    await store.close();
    expect(readdirSync(bench.dir)).toHaveLength(before + 1);
  });
});
