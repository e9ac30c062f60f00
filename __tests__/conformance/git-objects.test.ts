// SPDX-License-Identifier: MIT
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as isomorphic from 'isomorphic-git';

import { Deflaters } from '../../src/git/objects/deflaters.js';
import {
  formatCommit,
  formatIdentity,
  formatTag,
  formatTree,
  hashObject,
} from '../../src/git/objects/objects.js';
import { PackWriter } from '../../src/git/objects/pack.js';
import { parseCommit, parseTag } from '../../src/git/objects/strict.js';
import { buildTree } from '../../src/git/objects/trees.js';
import type { FileMode, ObjectType, TreeEntry } from '../../src/git/store.js';
import { type GitBench, gitBench, PERSON } from '../fixtures/git-bench.js';
import { describeWithTools } from '../fixtures/tools.js';

describeWithTools(['git'], 'objects as git makes them', () => {
  let bench: GitBench;
  let repo = '';
  const git = (args: readonly string[], input?: Uint8Array | string): string =>
    bench.git(['-C', repo, ...args], input);
  beforeAll(() => {
    bench = gitBench();
    repo = bench.bare();
  });
  afterAll(() => bench.close());

  it('blobs have the ids of git hash-object', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(hashObject('blob', bytes)).toBe(git(['hash-object', '--stdin'], bytes));
      }),
      { numRuns: 20 },
    );
  });

  it('blobs have the ids of isomorphic-git', async () => {
    const { oid } = await isomorphic.hashBlob({ object: Buffer.from('hello\n') });
    expect(hashObject('blob', Buffer.from('hello\n'))).toBe(oid);
  });

  it('trees have the ids of git mktree, whatever their names', () => {
    const oid = hashObject('blob', Buffer.from('x'));
    const kinds: readonly (readonly [FileMode, ObjectType])[] = [
      ['100644', 'blob'],
      ['100755', 'blob'],
      ['120000', 'blob'],
      ['040000', 'tree'],
      ['160000', 'commit'],
    ];
    const names = fc
      .uint8Array({ minLength: 1, maxLength: 4 })
      .filter(
        (name) =>
          !name.includes(0) &&
          !name.includes(0x2f) &&
          !['.', '..'].includes(Buffer.from(name).toString()),
      );
    const lists = fc.uniqueArray(fc.tuple(names, fc.constantFrom(...kinds)), {
      selector: ([name]) => Buffer.from(name).toString('latin1'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(lists, (list) => {
        const entries: TreeEntry[] = list.map(([name, [mode]]) => ({ name, mode, oid }));
        const lines = list.map(([name, [mode, type]]) =>
          Buffer.concat([Buffer.from(`${mode} ${type} ${oid}\t`), name, Buffer.of(0)]),
        );
        expect(hashObject('tree', formatTree(entries))).toBe(
          git(['mktree', '--missing', '-z'], Buffer.concat(lines)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('nested trees have the ids of git write-tree', () => {
    const oid = git(['hash-object', '-w', '--stdin'], 'x');
    const paths = ['a', 'a.c', 'a-', 'b/c/d', 'b/c.d', 'b/c-d', 'z/\u00e9', 'b.x/y'];
    git(
      ['update-index', '--add', '-z', '--index-info'],
      paths.map((path) => `100755 ${oid}\t${path}\0`).join(''),
    );
    expect(
      buildTree(paths.map((path) => ({ path: Buffer.from(path), mode: '100755', oid }))).oid,
    ).toBe(git(['write-tree']));
  });

  it.each([
    ['a plain message', 'subject\n\nbody\n'],
    ['no line end', 'subject'],
    ['an empty message', ''],
    ['carriage returns', 'a\r\nb\r\n'],
    ['other scripts', 'ü \u{1f600} e\u0301\n'],
    ['many lines', 'x\n'.repeat(1000)],
  ])('commits with %s have the ids of git commit-tree', (_, message) => {
    const tree = git(['mktree'], '');
    const parent = git(
      ['hash-object', '-t', 'commit', '-w', '--stdin'],
      formatCommit({ tree, parents: [], author: PERSON, committer: PERSON, message: 'p\n' }),
    );
    const made = git(['commit-tree', tree, '-p', parent], message);
    expect(
      hashObject(
        'commit',
        formatCommit({ tree, parents: [parent], author: PERSON, committer: PERSON, message }),
      ),
    ).toBe(made);
  });

  it('tags have the ids of git mktag, which finds no fault with them', () => {
    const tree = git(['mktree'], '');
    const commit = git(
      ['hash-object', '-t', 'commit', '-w', '--stdin'],
      formatCommit({ tree, parents: [], author: PERSON, committer: PERSON, message: 'p\n' }),
    );
    const tag = formatTag({
      object: commit,
      name: '1.0%7Erc1',
      tagger: PERSON,
      message: 'feat: ü\n\nA: b\n',
    });
    expect(hashObject('tag', tag)).toBe(git(['mktag', '--strict'], tag));
  });

  it('git fsck accepts identities at the edges', () => {
    const clean = bench.bare('clean.git');
    const tree = bench.git(['-C', clean, 'mktree'], '');
    for (const identity of [
      { name: 'github-actions[bot]', email: '', seconds: 0 },
      { name: 'Ü, "x".', email: 'a b@c', seconds: 4_102_444_800, offset: -720 },
    ]) {
      const person = formatIdentity(identity);
      bench.git(
        ['-C', clean, 'hash-object', '-t', 'commit', '-w', '--stdin'],
        formatCommit({ tree, parents: [], author: person, committer: person, message: 'x\n' }),
      );
    }
    expect(bench.git(['-C', clean, 'fsck', '--strict', '--no-dangling'])).toBe('');
  });

  it('commits and tags that git wrote come back', () => {
    const tree = git(['mktree'], '');
    const commit = git(['commit-tree', tree], 'm\n');
    git(['tag', '-a', '-m', 'hello', 'annotated', commit]);
    const raw = (type: string, name: string): Buffer =>
      Buffer.from(git(['cat-file', type, name]) + '\n');
    expect(hashObject('commit', formatCommit(parseCommit(raw('commit', commit))))).toBe(commit);
    expect(hashObject('tag', formatTag(parseTag(raw('tag', 'annotated'))))).toBe(
      git(['rev-parse', 'annotated']),
    );
  });
});

describeWithTools(['git'], 'packs as git reads them', () => {
  let bench: GitBench;
  beforeAll(() => {
    bench = gitBench();
  });
  afterAll(() => bench.close());

  it('holds objects of every type and of sizes at each step of the format', async () => {
    const path = join(bench.dir, 'one.pack');
    const writer = await PackWriter.create(path, new Deflaters(0));
    const sizes = [
      0, 1, 15, 16, 2047, 2048, 32767, 32768, 65_535, 65_536, 65_537, 262_143, 262_144, 4_194_304,
      4_194_305, 33_554_432,
    ];
    const objects: { type: ObjectType; content: Buffer }[] = sizes.map((size, index) => ({
      type: 'blob',
      content: Buffer.alloc(size, `${size} ${index}`),
    }));
    // Noise is stored, not deflated.
    objects.push(
      { type: 'blob', content: noise(100_000) },
      { type: 'blob', content: noise(5_000_000) },
    );
    objects.push({ type: 'tree', content: Buffer.alloc(0) });
    objects.push({
      type: 'commit',
      content: Buffer.from(
        formatCommit({
          tree: hashObject('tree', Buffer.alloc(0)),
          parents: [],
          author: PERSON,
          committer: PERSON,
          message: 'm\n',
        }),
      ),
    });
    await Promise.all(objects.map(({ type, content }) => writer.add(type, content)));
    const id = await writer.finish();
    expect(writer.objects).toBe(objects.length);
    expect(writer.bytes).toBe(readFileSync(path).length);
    expect(bench.git(['index-pack', '--strict', path])).toBe(id);
    const listed = bench
      .git(['verify-pack', '-v', path])
      .split('\n')
      .filter((line) => /^[0-9a-f]{40} /.test(line))
      .map((line) => line.split(/ +/).slice(0, 3).join(' '));
    expect(listed.sort()).toEqual(
      objects
        .map(({ type, content }) => `${hashObject(type, content)} ${type} ${content.length}`)
        .sort(),
    );
  });

  it('is read by isomorphic-git as well', async () => {
    const fs = await import('node:fs');
    const gitdir = bench.bare('iso.git');
    mkdirSync(join(gitdir, 'objects/pack'), { recursive: true });
    const writer = await PackWriter.create(join(gitdir, 'objects/pack/new.pack'), new Deflaters(0));
    await writer.add('blob', Buffer.from('hello\n'));
    const id = await writer.finish();
    const pack = join(gitdir, `objects/pack/pack-${id}.pack`);
    writeFileSync(pack, readFileSync(join(gitdir, 'objects/pack/new.pack')));
    bench.git(['index-pack', pack]);
    const { blob } = await isomorphic.readBlob({
      fs,
      gitdir,
      oid: hashObject('blob', Buffer.from('hello\n')),
    });
    expect(Buffer.from(blob).toString()).toBe('hello\n');
  });
});

/** Bytes that do not deflate, the same in every run. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at < size; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 23;
  }
  return bytes;
}
