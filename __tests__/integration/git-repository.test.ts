// SPDX-License-Identifier: MIT
import { describe, it, expect, beforeEach, afterEach } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRepository } from '../../src/git/credentials.js';
import { formatCommit, formatIdentity, formatTag } from '../../src/git/objects.js';
import { openRepository } from '../../src/git/repository.js';
import type { GitStore } from '../../src/git/store.js';
import { buildTree, editTree } from '../../src/git/trees.js';
import { silentLogger } from '../../src/log.js';

const identity = formatIdentity({ name: 'A', email: 'a@example.org', seconds: 1_700_000_000 });

describe('t', () => {
  let dir = '';
  const git = (...args: string[]): string => execFileSync('git', ['-C', join(dir, 'remote.git'), ...args], { encoding: 'utf8' }).trim();
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rsm-test-'));
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', join(dir, 'remote.git')]);
    git('config', 'receive.fsckObjects', 'true');
  });
  afterEach(() => { rmSync(dir, { recursive: true, force: true }); });
  const open = (): Promise<GitStore> => openRepository({ remote: resolveRepository(join(dir, 'remote.git'), { serverUrl: 'https://x' }), tempDir: dir, logger: { ...silentLogger, debug: console.log } });

  it('works', async () => {
    const store = await open();
    expect(await store.listRefs()).toEqual({ head: undefined, branches: new Map(), tags: new Map() });
    const a = await store.write('blob', Buffer.from('hello\n'));
    const { oid: src, trees } = buildTree([{ path: Buffer.from('d/a.txt'), mode: '100644', oid: a }, { path: Buffer.from('b.txt'), mode: '100755', oid: a }]);
    for (const t of trees) await store.write('tree', t.content);
    const root = await editTree(undefined, [{ path: 'x/y/src', entry: { mode: '040000', oid: src } }], (o) => store.readTree(o));
    for (const t of root.trees) await store.write('tree', t.content);
    const c = await store.write('commit', formatCommit({ tree: root.oid, parents: [], author: identity, committer: identity, message: 'one\n' }));
    const tag = await store.write('tag', formatTag({ object: c, name: 'v1', tagger: identity, message: 'one\n' }));
    expect(await store.push({ branches: [{ name: 'main', oid: c }], tags: [{ name: 'v1', oid: tag }], dryRun: true })).toEqual({ status: 'pushed' });
    expect(git('for-each-ref')).toBe('');
    expect(await store.push({ branches: [{ name: 'main', oid: c }], tags: [{ name: 'v1', oid: tag }] })).toEqual({ status: 'pushed' });
    expect(await store.push({ branches: [{ name: 'main', oid: c }], tags: [{ name: 'v1', oid: tag }] })).toEqual({ status: 'pushed' });
    await store.close();
    console.log(git('log', '--stat', '--decorate'));
    const s2 = await open();
    const refs = await s2.listRefs();
    console.log(refs);
    const tip = await s2.fetchCommit('refs/heads/main');
    const commit = await s2.readCommit(tip);
    await expect(s2.readBlob(a)).rejects.toThrow();
    await s2.fetchBlobs([a]);
    expect(Buffer.from(await s2.readBlob(a)).toString()).toBe('hello\n');
    expect(await s2.fetchCommit('refs/tags/v1')).toBe(tip);
    // delete, push, re-add, push
    let parent = tip;
    const mk = async (tree: string, m: string): Promise<string> => s2.write('commit', formatCommit({ tree, parents: [parent], author: identity, committer: identity, message: m }));
    const edit = async (edits: Parameters<typeof editTree>[1]): Promise<string> => {
      const { tree } = await s2.readCommit(parent);
      const r = await editTree(tree, edits, (o) => s2.readTree(o));
      for (const t of r.trees) await s2.write('tree', t.content);
      return r.oid;
    };
    const n = await s2.write('blob', Buffer.from('new\n'));
    parent = await mk(await edit([{ path: 'x/y/src/d', entry: undefined }, { path: 'x/y/src/b.txt', entry: undefined }, { path: 'k', entry: { mode: '100644', oid: n } }]), 'del\n');
    expect(await s2.push({ branches: [{ name: 'main', oid: parent }], tags: [] })).toEqual({ status: 'pushed' });
    parent = await mk(await edit([{ path: 'z/q', entry: { mode: '100644', oid: a } }]), 'readd\n');
    expect(await s2.push({ branches: [{ name: 'main', oid: parent }], tags: [] })).toEqual({ status: 'pushed' });
    await s2.close();
    console.log(commit, git('fsck', '--strict'));
  });
});
