// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Deflaters } from '../../../../src/git/objects/deflaters.js';
import { hashObject } from '../../../../src/git/objects/objects.js';
import { ObjectStore } from '../../../../src/git/objects/staging.js';
import { LIMITS } from '../../../../src/limits.js';
import { execFileSync } from '../../../fixtures/commands.js';

const bytes = (text: string) => Buffer.from(text);
const refused = (code: string) => expect.objectContaining({ code });
async function* inParts(content: Uint8Array, size = 1000) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

describe('ObjectStore, with git as the judge', () => {
  let cwd = '';
  let store: ObjectStore;
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' };
  const git = (...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' });
  const packs = () =>
    readdirSync(path.join(cwd, 'objects/pack')).filter((name) => /^pack-.*\.pack$/.test(name));
  const openStore = (most?: number) => new ObjectStore({ cwd, env }, most, new Deflaters(0));
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

  it('completes no pack when it is closed', async () => {
    await store.write('blob', bytes('given up'));
    await store.close();
    expect(packs()).toEqual([]);
  });
});
