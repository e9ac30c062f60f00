// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { GitStore, Oid } from '../../src/git/store.js';
import { type GitBench, gitBench, stageCommit, stageTag } from '../fixtures/git-bench.js';
import { type GitServer, startGitServer } from '../fixtures/git-server.js';

let bench: GitBench;
let server: GitServer;
let first: Oid;
beforeEach(async () => {
  bench = gitBench();
  server = await startGitServer({ token: 'secret' });
  const store = await open();
  first = await stageCommit(store, undefined, { a: '1' });
  await store.push({
    branches: [{ name: 'main', oid: first }],
    tags: [{ name: '1.0', oid: await stageTag(store, '1.0', first) }],
  });
});
afterEach(async () => {
  await bench.close();
  await server.close();
});

const open = (): Promise<GitStore> => bench.open(server.url, { token: 'secret' });
const refs = (): string => server.git('for-each-ref', '--format=%(refname) %(objectname)');

/** A store on the tip, with a second release staged. */
async function stage(
  content = '2',
): Promise<{ store: GitStore; commit: Oid; push: () => Promise<unknown> }> {
  const store = await open();
  await store.fetchCommit('refs/heads/main');
  const commit = await stageCommit(store, first, { a: content });
  const tag = await stageTag(store, '2.0', commit);
  return {
    store,
    commit,
    push: () =>
      store.push({ branches: [{ name: 'main', oid: commit }], tags: [{ name: '2.0', oid: tag }] }),
  };
}

describe('T26: a push is whole or nothing', () => {
  it.each([
    ['the server dies before it takes the refs', 'pre-receive', 'kill -9 $PPID'],
    ['the server refuses one tag', 'update', 'case "$1" in refs/tags/*) exit 1;; esac'],
    ['the server refuses the branch', 'update', 'case "$1" in refs/heads/*) exit 1;; esac'],
    [
      'the transaction is refused when it is prepared',
      'reference-transaction',
      '[ "$1" != prepared ]',
    ],
  ])('%s: nothing moved, and the next push is whole', async (_, hook, script) => {
    const { store, commit, push } = await stage();
    const before = refs();
    server.setHook(hook, script);
    const answer = await push().catch((error: unknown) => error);
    expect(answer).toMatchObject(
      answer instanceof Error ? { code: 'REMOTE_FAILED' } : { status: 'rejected' },
    );
    expect(refs()).toBe(before);
    server.setHook(hook, undefined);
    expect(await push()).toEqual({ status: 'pushed' });
    expect((await store.listRefs()).tags.get('2.0')?.commit).toBe(commit);
    expect(server.git('fsck', '--strict', '--full')).toBe('');
  });

  it('the server dies after it took the refs: everything moved, and the refs say so', async () => {
    const { store, commit, push } = await stage();
    server.setHook('post-receive', 'kill -9 $PPID');
    await push().catch(() => undefined);
    const seen = await store.listRefs();
    expect(seen.branches.get('main')).toBe(commit);
    expect(seen.tags.get('2.0')?.commit).toBe(commit);
    server.setHook('post-receive', undefined);
    expect(await push()).toEqual({ status: 'pushed' });
  });
});

describe('T27: two at once, or a human in between', () => {
  it('the second loses, nothing of it is there, and it wins on the new tip', async () => {
    const [one, other] = [await stage('one'), await stage('other')];
    expect(await one.push()).toEqual({ status: 'pushed' });
    const before = refs();
    expect(await other.push()).toMatchObject({ status: 'rejected' });
    expect(refs()).toBe(before);
    const tip = await other.store.fetchCommit('refs/heads/main');
    const rebuilt = await stageCommit(other.store, tip, { b: 'b' });
    expect(
      await other.store.push({
        branches: [{ name: 'main', oid: rebuilt }],
        tags: [{ name: '3.0', oid: await stageTag(other.store, '3.0', rebuilt) }],
      }),
    ).toEqual({ status: 'pushed' });
    expect(server.git('rev-list', '--count', '--no-merges', 'main')).toBe('3');
  });

  it('pushes that start together leave one of them, whole', async () => {
    const stages = await Promise.all(['x', 'y', 'z'].map((content) => stage(content)));
    const answers = await Promise.all(stages.map(({ push }) => push()));
    expect(
      answers.filter((answer) => (answer as { status: string }).status === 'pushed'),
    ).toHaveLength(1);
    expect(server.git('rev-parse', '2.0^{commit}')).toBe(server.git('rev-parse', 'main'));
  });

  it("a human's commit is kept", async () => {
    const { push } = await stage();
    const human = await open();
    await human.fetchCommit('refs/heads/main');
    const commit = await stageCommit(human, first, { 'README.md': 'hello' });
    await human.push({ branches: [{ name: 'main', oid: commit }], tags: [] });
    expect(await push()).toMatchObject({ status: 'rejected' });
    expect(server.git('rev-parse', 'main')).toBe(commit);
    expect(server.git('tag')).toBe('1.0');
  });

  it('a branch never moves back or sideways', async () => {
    const store = await open();
    await store.fetchCommit('refs/heads/main');
    const sideways = await stageCommit(store, undefined, { a: 'other history' });
    expect(
      await store.push({ branches: [{ name: 'main', oid: sideways }], tags: [] }),
    ).toMatchObject({ status: 'rejected' });
    expect(server.git('rev-parse', 'main')).toBe(first);
  });
});

describe('T28: a tag that exists is never moved', () => {
  it.each([
    ['forwards', true],
    ['elsewhere', false],
  ])('%s', async (_, forwards) => {
    const { store, commit } = await stage();
    const before = refs();
    const target = forwards ? commit : await stageCommit(store, undefined, { x: 'x' });
    // A lightweight tag would be a fast-forward, which git takes for branches.
    for (const oid of [target, await stageTag(store, '1.0', target)]) {
      expect(
        await store.push({
          branches: [{ name: 'main', oid: commit }],
          tags: [{ name: '1.0', oid }],
        }),
      ).toMatchObject({ status: 'rejected' });
    }
    expect(refs()).toBe(before);
  });

  it.each(['a b', 'a..b', 'x~1', 'x^', 'x:refs/heads/main', '+x', '-x', '', 'x.lock', '.x', 'x\n'])(
    'T29: the name %j reaches no git when it is illegal',
    async (name) => {
      const { store, commit } = await stage();
      const answer = await store
        .push({ branches: [], tags: [{ name, oid: commit }] })
        .catch((error: unknown) => error);
      // "+x" and "-x" are legal, and mean nothing special.
      if (name === '+x' || name === '-x') expect(server.git('tag').split('\n')).toContain(name);
      else expect(answer).toMatchObject({ code: 'GIT_FAILED' });
      expect(server.git('rev-parse', 'main')).toBe(first);
    },
  );
});
