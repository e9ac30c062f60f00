// SPDX-License-Identifier: MIT
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Deflaters } from '../../../../src/git/objects/deflaters.js';
import { formatTree, hashObject } from '../../../../src/git/objects/objects.js';
import { ObjectStore } from '../../../../src/git/objects/staging.js';
import type { TreeEntry } from '../../../../src/git/store.js';
import { LIMITS } from '../../../../src/limits.js';
import { execFileSync } from '../../../fixtures/commands.js';

const bytes = (text: string) => Buffer.from(text);
const refused = (code: string) => expect.objectContaining({ code });
async function* inParts(content: Uint8Array, size = 1000) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const withScripts = process.platform === 'win32' ? it.skip : it;
if (process.platform === 'win32')
  process.stderr.write('SKIPPED: a script in the place of git needs a shell\n');
const DESCRIPTORS = '/proc/self/fd';
const canList = existsSync(DESCRIPTORS);

describe('ObjectStore, with git as the judge', () => {
  let cwd = '';
  let store: ObjectStore;
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' };
  const git = (...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' });
  const packs = () =>
    readdirSync(path.join(cwd, 'objects/pack')).filter((name) => /^pack-.*\.pack$/.test(name));
  /** Files of the repository that this process has open, where the system lists them. */
  const openHere = () =>
    (canList ? readdirSync(DESCRIPTORS) : []).filter((descriptor) => {
      try {
        return readlinkSync(path.join(DESCRIPTORS, descriptor)).startsWith(cwd);
      } catch {
        return false;
      }
    });
  const dropPacks = () => {
    for (const name of readdirSync(path.join(cwd, 'objects/pack')))
      rmSync(path.join(cwd, 'objects/pack', name));
  };
  const openStore = (most?: number, sizes?: { cacheBytes?: number; splitBytes?: number }) =>
    new ObjectStore({ cwd, env }, most, new Deflaters(0), sizes);
  const hashed = (type: string, content: string | Uint8Array) =>
    execFileSync('git', ['hash-object', '-w', '-t', type, '--stdin'], {
      cwd,
      env,
      encoding: 'utf8',
      input: content,
    }).trim();
  const commitOf = (tree: string, message: string) =>
    bytes(`tree ${tree}\nauthor x <x> 0 +0000\ncommitter x <x> 0 +0000\n\n${message}\n`);
  const tagOf = (object: string, type: string, name = 'v1') =>
    bytes(`object ${object}\ntype ${type}\ntag ${name}\ntagger x <x> 0 +0000\n\nm\n`);
  const entry = (name: string, oid: string, mode: TreeEntry['mode'] = '100644'): TreeEntry => ({
    mode,
    name: bytes(name),
    oid,
  });
  beforeEach(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'staging-'));
    git('init', '--quiet', '--bare', '.');
    store = openStore();
  });
  afterEach(async () => {
    await store.close();
    rmSync(cwd, { recursive: true, force: true });
  });

  it('stages an object once, under the id that git gives it', async () => {
    const oid = await store.write('blob', bytes('one'));
    expect(await store.write('blob', bytes('one'))).toBe(oid);
    expect(await store.writeStream(3, inParts(bytes('one')))).toBe(oid);
    const other = await store.writeStream(3, inParts(bytes('two'), 1));
    await store.flush();
    expect(git('cat-file', 'blob', oid) + git('cat-file', 'blob', other)).toBe('onetwo');
    expect(git('count-objects', '-v')).toContain('in-pack: 2\npacks: 1\n');
    expect(git('verify-pack', path.join('objects/pack', packs()[0]!))).toBe('');
  });

  it('stages nothing that the remote has', async () => {
    store.assumePresent([hashObject('blob', bytes('there'))]);
    await store.write('blob', bytes('there'));
    await store.flush();
    expect(packs()).toEqual([]);
  });

  it('takes a streamed file of some MiB back when it is known, or when its source fails', async () => {
    const large = Buffer.alloc(5 * 1024 * 1024, 'large');
    const oid = await store.writeStream(large.length, inParts(large, 65_536));
    expect(await store.writeStream(large.length, inParts(large, 65_536))).toBe(oid);
    const fault = new Error('the source broke');
    await expect(
      store.writeStream(
        large.length,
        (async function* () {
          yield large.subarray(0, 4_500_000);
          throw fault;
        })(),
      ),
    ).rejects.toBe(fault);
    await expect(
      store.writeStream(large.length, inParts(large.subarray(1), 65_536)),
    ).rejects.toThrow(`Expected ${large.length} bytes, found ${large.length - 1}.`);
    const last = await store.write('blob', bytes('last'));
    await store.flush();
    expect(git('count-objects', '-v')).toContain('in-pack: 2\npacks: 1\n');
    expect(git('cat-file', '-s', oid)).toBe(`${large.length}\n`);
    expect(git('cat-file', 'blob', last)).toBe('last');
  });

  it('takes files of exactly the cap, and none of one byte more, by either way', async () => {
    await store.close();
    store = openStore(4);
    await store.write('blob', bytes('four'));
    await store.writeStream(4, inParts(bytes('4444')));
    await expect(store.write('blob', bytes('fives'))).rejects.toEqual(refused('FILE_TOO_LARGE'));
    await expect(store.writeStream(5, inParts(bytes('fives')))).rejects.toThrow(
      'Expected files of at most 4 bytes, found one of 5 bytes.',
    );
    await expect(store.write('commit', Buffer.alloc(LIMITS.commitBytes + 1))).rejects.toThrow(
      `Expected commit objects of at most ${LIMITS.commitBytes} bytes`,
    );
    await store.flush();
    expect(git('count-objects', '-v')).toContain('in-pack: 2\n');
  });

  it('reads back what it staged, and says what is not there or is something else', async () => {
    const blob = await store.write('blob', bytes('text'));
    expect(Buffer.from(await store.readBlob(blob)).toString()).toBe('text');
    await expect(store.readTree(blob)).rejects.toThrow(
      `Expected object ${blob} to be a tree, found a blob.`,
    );
    await expect(store.peel(blob)).rejects.toEqual(refused('MIRROR_INVALID'));
    const absent = 'c'.repeat(40);
    await expect(store.readBlob(absent)).rejects.toEqual(refused('MIRROR_INVALID'));
    const staged = await store.write('blob', bytes('still open'));
    expect(await store.missing([blob, absent, staged, absent])).toEqual([absent]);
    expect(await store.missing([staged])).toEqual([]);
  });

  it('keeps for a later push what no ref of this one reaches', async () => {
    const one = await store.write('blob', bytes('one'));
    await store.flushFor(['d'.repeat(40)]);
    expect(packs()).toEqual([]);
    await store.flushFor(['d'.repeat(40), one]);
    expect(packs()).toHaveLength(1);
    const streamed = await store.writeStream(3, inParts(bytes('two')));
    await store.flushFor([streamed]);
    expect(packs()).toHaveLength(2);
  });

  it("drops what git's check refuses with all beside it, tells of it once, and stages it again", async () => {
    const good = await store.write('blob', bytes('good'));
    const tree = await store.write('tree', Buffer.alloc(0));
    const bad = bytes(`tree ${tree}\nauthor x <x> 0 +0000\ncommitter x 0 +0000\n\nbad\n`);
    await store.write('commit', bad);
    await expect(store.flush()).rejects.toEqual(refused('PUSH_REJECTED'));
    expect(packs()).toEqual([]);
    await expect(store.check()).rejects.toEqual(refused('PUSH_REJECTED'));
    await store.check();
    expect(await store.missing([good])).toEqual([good]);
    expect(await store.write('blob', bytes('good'))).toBe(good);
    await store.check();
    expect(git('cat-file', 'blob', good)).toBe('good');
  });

  it('completes a pack that is full, and checks it beside what comes next', async () => {
    await store.close();
    store = openStore(undefined, { splitBytes: 1 });
    const blob = await store.write('blob', bytes('*.c text\n'));
    const streamed = await store.writeStream(3, inParts(bytes('two')));
    // git looks into the attributes of a tree, which are in another pack.
    const tree = await store.write('tree', formatTree([entry('.gitattributes', blob)]));
    const commit = await store.write('commit', commitOf(tree, 'm'));
    expect(await store.missing([blob, streamed, tree, commit])).toEqual([]);
    await store.check();
    expect(packs()).toHaveLength(4);
    expect(git('cat-file', '-p', `${commit}:.gitattributes`)).toBe('*.c text\n');
    expect(git('cat-file', 'blob', streamed)).toBe('two');
    expect(await store.write('blob', bytes('two'))).toBe(streamed);
    await store.check();
    expect(packs()).toHaveLength(4);
  });

  it('tells at the check what git refused of a full pack, and stages that again', async () => {
    await store.close();
    store = openStore(undefined, { splitBytes: 1 });
    const good = await store.write('blob', bytes('good'));
    const tree = await store.write('tree', formatTree([entry('a', good)]));
    const bad = await store.write(
      'commit',
      bytes(`tree ${tree}\nauthor x <x> 0 +0000\ncommitter x 0 +0000\n\nbad\n`),
    );
    const last = await store.write('blob', bytes('last'));
    await expect(store.check()).rejects.toEqual(refused('PUSH_REJECTED'));
    await store.check();
    expect(await store.missing([good, tree, bad, last])).toEqual([bad]);
    await store.write('commit', commitOf(tree, 'm'));
    await store.check();
  });

  it('takes nothing for present that a tree of its own holds, and that git refused', async () => {
    await store.close();
    store = openStore(undefined, { splitBytes: 1 });
    const url = '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n';
    const blob = await store.write('blob', bytes(url));
    const hostile = formatTree([entry('.gitmodules', blob)]);
    const source = await store.write('tree', hostile);
    const root = await store.write('tree', formatTree([entry('src', source, '040000')]));
    await store.readTree(root);
    await expect(store.check()).rejects.toEqual(refused('PUSH_REJECTED'));
    // The next release of a group begins with the trees of this one.
    await store.readTree(root);
    await store.write('tree', hostile);
    await expect(store.check()).rejects.toEqual(refused('PUSH_REJECTED'));
    expect(await store.missing([blob, root, source])).toEqual([source]);
  });

  it('reads back trees, commits and tags that wait, without a pack, and completes one for a file', async () => {
    const blob = await store.write('blob', bytes('text'));
    const tree = await store.write('tree', formatTree([entry('a', blob)]));
    const commit = await store.write('commit', commitOf(tree, 'm'));
    const tag = await store.write('tag', tagOf(commit, 'commit'));
    expect((await store.readTree(tree)).map(({ oid }) => oid)).toEqual([blob]);
    expect((await store.readCommit(commit)).message).toBe('m\n');
    expect([await store.peel(tag), await store.peel(commit)]).toEqual([commit, commit]);
    expect(packs()).toEqual([]);
    await store.readBlob(blob);
    expect(packs()).toHaveLength(1);
    expect(git('cat-file', '-p', `${commit}:a`)).toBe('text');
  });

  it('keeps at hand what came last, up to a number of bytes', async () => {
    const [one, two, three] = ['1', '2', '3'].map((text) => commitOf('c'.repeat(40), text));
    await store.close();
    store = openStore(undefined, { cacheBytes: one!.length * 2 });
    const ids = [await store.write('commit', one!), await store.write('commit', two!)];
    await store.flush();
    dropPacks();
    for (const oid of ids) expect((await store.readCommit(oid)).tree).toBe('c'.repeat(40));
    ids.push(await store.write('commit', three!));
    expect((await store.readCommit(ids[1]!)).message).toBe('2\n');
    expect((await store.readCommit(ids[2]!)).message).toBe('3\n');
    expect(await store.missing(ids)).toEqual([ids[0]]);
  });

  it('reads what git has once, and stages nothing of it again, nor of what its trees hold', async () => {
    const [text, other] = ['text', 'other'].map((content) => hashObject('blob', bytes(content)));
    const tree = formatTree([entry('a', text!), entry('sub', other!, '160000')]);
    const root = hashed('tree', tree);
    const blob = hashed('blob', 'blob');
    const commit = hashed('commit', commitOf(root, 'm'));
    await store.readTree(root);
    await store.readBlob(blob);
    for (const [type, content] of [
      ['blob', bytes('blob')],
      ['blob', bytes('text')],
      ['tree', tree],
    ] as const)
      await store.write(type, content);
    await store.flush();
    expect(packs()).toEqual([]);
    expect(await store.write('blob', bytes('other'))).toBe(other);
    await store.flush();
    expect(git('cat-file', 'blob', other!)).toBe('other');
    await store.readCommit(commit);
    rmSync(path.join(cwd, 'objects', commit.slice(0, 2)), { recursive: true });
    expect((await store.readCommit(commit)).message).toBe('m\n');
  });

  it('follows tags to a commit, 15 of them at most, and none that says another type', async () => {
    const tree = await store.write('tree', Buffer.alloc(0));
    const commit = await store.write('commit', commitOf(tree, 'm'));
    let at = await store.write('tag', tagOf(commit, 'commit'));
    for (let depth = 2; depth <= 15; depth++)
      at = await store.write('tag', tagOf(at, 'tag', `v${depth}`));
    expect(await store.peel(at)).toBe(commit);
    const deeper = await store.write('tag', tagOf(at, 'tag', 'v16'));
    await expect(store.peel(deeper)).rejects.toThrow(
      `Expected ${deeper} to be a commit or a tag of one, found neither.`,
    );
    const ofTree = await store.write('tag', tagOf(tree, 'tree'));
    await expect(store.peel(ofTree)).rejects.toEqual(refused('MIRROR_INVALID'));
    const lie = await store.write('tag', tagOf(commit, 'tag'));
    await expect(store.peel(lie)).rejects.toEqual(refused('OBJECT_INVALID'));
  });

  it('takes a pack of exactly the cap, and none of one byte more', async () => {
    const { packBytes } = LIMITS;
    const lowered = LIMITS as { packBytes: number };
    // Header, entry of one byte and what zlib makes of nothing, trailer.
    const size = 12 + 1 + 8 + 20;
    try {
      lowered.packBytes = size - 1;
      const oid = await store.write('blob', Buffer.alloc(0));
      await expect(store.flush()).rejects.toEqual(
        expect.objectContaining({
          code: 'FILE_TOO_LARGE',
          message: expect.stringContaining(
            `Expected at most ${size - 1} bytes in one push, found ${size}.`,
          ),
        }),
      );
      expect([packs(), await store.missing([oid])]).toEqual([[], [oid]]);
      lowered.packBytes = size;
      await store.write('blob', Buffer.alloc(0));
      await store.flush();
      expect(await store.missing([oid])).toEqual([]);
    } finally {
      lowered.packBytes = packBytes;
    }
  });

  it('counts what is staged beside a check for the next push, and blames that for nothing of it', async () => {
    const { packBytes } = LIMITS;
    const lowered = LIMITS as { packBytes: number };
    await store.close();
    store = openStore(undefined, { splitBytes: 1 });
    try {
      // Room for two packs of one empty or small object, and for no third.
      lowered.packBytes = 2 * (12 + 1 + 12 + 20);
      for (const text of ['1', '2']) await store.write('blob', bytes(text));
      const first = store.check();
      for (const text of ['3', '4']) await store.write('blob', bytes(text));
      await first;
      await store.check();
      expect(packs()).toHaveLength(4);
      for (const text of ['5', '6']) await store.write('blob', bytes(text));
      const last = store.check();
      for (const text of ['7', '8', '9']) await store.write('blob', bytes(text));
      await last;
      await expect(store.check()).rejects.toEqual(refused('FILE_TOO_LARGE'));
      await store.check();
    } finally {
      lowered.packBytes = packBytes;
    }
  });

  it('takes a tree whose .gitattributes only the remote has, and none whose .gitattributes nobody has', async () => {
    const [there, nowhere] = ['a', 'b'].map((digit) => digit.repeat(40));
    store.assumePresent([there!]);
    const tree = await store.write('tree', formatTree([entry('.gitattributes', there!)]));
    await store.flush();
    expect(git('cat-file', '-t', tree)).toBe('tree\n');
    await store.write('tree', formatTree([entry('.gitattributes', nowhere!)]));
    await expect(store.flush()).rejects.toEqual(refused('PUSH_REJECTED'));
    expect(packs()).toHaveLength(1);
  });

  it('waits for what is on its way when a pack is completed', async () => {
    const slow = async function* () {
      yield bytes('sl');
      await setTimeout(20);
      yield bytes('ow');
    };
    const staged = store.writeStream(4, slow());
    const also = store.write('blob', bytes('also'));
    await store.flush();
    expect(git('cat-file', 'blob', await staged) + git('cat-file', 'blob', await also)).toBe(
      'slowalso',
    );
  });

  it('asks git of what is neither waiting nor at hand, and of nothing else', async () => {
    const here = hashed('blob', 'here');
    const tree = await store.write('tree', Buffer.alloc(0));
    await store.flush();
    dropPacks();
    expect(await store.missing([tree, here])).toEqual([]);
    expect(await store.missing([])).toEqual([]);
  });

  withScripts('ends git when it is closed', async () => {
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const [bin, pid] = [path.join(cwd, 'bin'), path.join(cwd, 'pid')];
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'git'), `#!/bin/sh\necho $$ > '${pid}'\nexec ${real} "$@"\n`);
    chmodSync(path.join(bin, 'git'), 0o755);
    const blob = hashed('blob', 'text');
    const other = new ObjectStore({ cwd, env: { ...env, PATH: `${bin}:${env.PATH}` } });
    await other.readBlob(blob);
    const number = Number(readFileSync(pid, 'utf8'));
    expect(process.kill(number, 0)).toBe(true);
    await other.close();
    expect(() => process.kill(number, 0)).toThrow('ESRCH');
  });

  it('ends its threads when it is closed', async () => {
    let closed = 0;
    const deflaters = new Deflaters(0);
    deflaters.close = async () => {
      closed += 1;
    };
    const other = new ObjectStore({ cwd, env }, undefined, deflaters);
    await other.close();
    expect(closed).toBe(1);
  });

  it('completes no pack when it is closed', async () => {
    await store.write('blob', bytes('given up'));
    expect(openHere()).toHaveLength(canList ? 1 : 0);
    await store.close();
    expect(packs()).toEqual([]);
    expect(openHere()).toEqual([]);
  });
});
