// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { hashObject } from '../../src/git/objects/objects.js';
import { resolveRepository } from '../../src/git/remote/access/credentials.js';
import { cloneForReading, openLocalRepository } from '../../src/git/remote/local.js';
import type { MirrorReader, ObjectCheck, ObjectInfo, Oid } from '../../src/git/store.js';
import { type GitBench, gitBench, PERSON, stageCommit, stageTag } from '../fixtures/git-bench.js';
import { startGitServer } from '../fixtures/git-server.js';

let bench: GitBench;
let reader: MirrorReader | undefined;
beforeEach(() => {
  bench = gitBench();
});
afterEach(async () => {
  await reader?.close();
  reader = undefined;
  await bench.close();
});

const open = async (path: string): Promise<MirrorReader> =>
  (reader = await openLocalRepository({ path, tempDir: bench.dir }));

/** A bare repository with two commits, an annotated and a lightweight tag, its objects unpacked. */
async function fixture(): Promise<{ path: string; commit: Oid; tag: Oid }> {
  const path = bench.bare();
  bench.git(['-C', path, 'config', 'receive.unpackLimit', '1000']);
  const store = await bench.open(path);
  const first = await stageCommit(store, undefined, { 'src/a': 'a\n', big: 'x\n'.repeat(300_000) });
  const commit = await stageCommit(store, first, { 'src/a': 'b\n' });
  const tag = await stageTag(store, '2.0', commit);
  await store.push({
    branches: [{ name: 'main', oid: commit }],
    tags: [
      { name: '2.0', oid: tag },
      { name: '1.0', oid: first },
    ],
  });
  return { path, commit, tag };
}

async function scan(
  repository: MirrorReader,
  oids: readonly Oid[],
): Promise<{ checks: ObjectCheck[]; sizes: Map<Oid, number> }> {
  const checks: ObjectCheck[] = [];
  const sizes = new Map<Oid, number>();
  await repository.scan(oids, {
    begin:
      ({ oid }: ObjectInfo) =>
      (chunk) =>
        sizes.set(oid, (sizes.get(oid) ?? 0) + chunk.length),
    end: (check) => {
      checks.push(check);
    },
  });
  return { checks, sizes };
}

const objectFile = (path: string, oid: Oid): string =>
  join(path, 'objects', oid.slice(0, 2), oid.slice(2));
const all = (path: string): Oid[] =>
  bench.git(['-C', path, 'rev-list', '--all', '--objects', '--no-object-names']).split('\n');

/** Puts other content under an id. */
function forge(path: string, oid: Oid, content: string): void {
  const file = objectFile(path, oid);
  chmodSync(file, 0o644);
  writeFileSync(file, deflateSync(Buffer.from(content)));
}

const tagsOf = async (repository: MirrorReader): Promise<Map<string, Oid>> =>
  new Map(
    [...(await repository.readRefs()).refs].flatMap(([ref, oid]) =>
      ref.startsWith('refs/tags/') ? [[ref.slice('refs/tags/'.length), oid]] : [],
    ),
  );

describe('openLocalRepository', () => {
  it('lists tags with what they point to, and reads objects', async () => {
    const { path, commit, tag } = await fixture();
    const repository = await open(path);
    const tags = await tagsOf(repository);
    expect([...tags.keys()].sort()).toEqual(['1.0', '2.0']);
    expect(tags.get('2.0')).toBe(tag);
    expect(await repository.readTag(tag)).toMatchObject({
      object: commit,
      name: '2.0',
      tagger: PERSON,
    });
    const { tree, parents } = await repository.readCommit(commit);
    expect(parents).toEqual([tags.get('1.0')]);
    const [big] = await repository.readTree(tree);
    expect(await repository.readBlob(big!.oid)).toHaveLength(600_000);
    expect((await repository.readObject(tag)).type).toBe('tag');
    await expect(repository.readTag(commit)).rejects.toMatchObject({ code: 'MIRROR_INVALID' });
  });

  it('takes a work tree as well', async () => {
    const { path } = await fixture();
    bench.git(['clone', '--quiet', path, join(bench.dir, 'work')]);
    expect((await tagsOf(await open(join(bench.dir, 'work')))).size).toBe(2);
  });

  it('is not content with a folder inside of a repository', async () => {
    bench.git(['init', '--quiet', join(bench.dir, 'outer')]);
    mkdirSync(join(bench.dir, 'outer/inner'));
    await expect(open(join(bench.dir, 'outer/inner'))).rejects.toMatchObject({
      code: 'MIRROR_INVALID',
    });
    await expect(open(join(bench.dir, 'nowhere'))).rejects.toMatchObject({
      code: 'MIRROR_INVALID',
    });
  });

  it('tells content that has another hash', async () => {
    const { path, tag } = await fixture();
    forge(path, tag, 'tag 5\0other');
    const repository = await open(path);
    await expect(repository.readTag(tag)).rejects.toMatchObject({
      code: 'MIRROR_INVALID',
      expected: tag,
      actual: hashObject('tag', Buffer.from('other')),
    });
  });

  it('goes on after an object that git cannot open', async () => {
    const { path, commit, tag } = await fixture();
    chmodSync(objectFile(path, tag), 0o644);
    writeFileSync(objectFile(path, tag), 'no zlib');
    const repository = await open(path);
    await expect(repository.readTag(tag)).rejects.toMatchObject({ code: 'MIRROR_INVALID' });
    expect((await repository.readCommit(commit)).parents).toHaveLength(1);
  });

  it('reads what the repository holds, not what it replaces it with', async () => {
    const { path, commit } = await fixture();
    bench.git(['-C', path, 'replace', commit, `${commit}^`]);
    expect((await (await open(path)).readCommit(commit)).parents).toHaveLength(1);
  });
});

describe('scan', () => {
  it('reads every object once and proves it', async () => {
    const { path } = await fixture();
    bench.git(['-C', path, 'repack', '-adq']);
    const oids = all(path);
    const { checks, sizes } = await scan(await open(path), [...oids, ...oids]);
    expect(checks).toEqual(oids.map((oid) => ({ oid, status: 'good' })));
    expect(Math.max(...sizes.values())).toBe(600_000);
  });

  it('tells damaged, unreadable and missing ones apart and reads the rest', async () => {
    const { path, tag, commit } = await fixture();
    const oids = all(path);
    const [gone, broken] = [oids[3]!, oids[4]!];
    forge(path, tag, 'tag 5\0other');
    unlinkSync(objectFile(path, gone));
    chmodSync(objectFile(path, broken), 0o644);
    writeFileSync(objectFile(path, broken), readFileSync(objectFile(path, commit)).subarray(0, 20));
    const { checks } = await scan(await open(path), oids);
    expect(checks).toHaveLength(oids.length);
    const status = new Map(checks.map((check) => [check.oid, check.status]));
    expect([status.get(tag), status.get(gone), status.get(broken)]).toEqual([
      'damaged',
      'missing',
      expect.stringMatching(/missing|unreadable/),
    ]);
    expect([...status.values()].filter((value) => value === 'good')).toHaveLength(oids.length - 3);
  });

  it('survives any damage to a pack', async () => {
    const { path } = await fixture();
    bench.git(['-C', path, 'repack', '-adq']);
    const oids = all(path);
    const folder = join(path, 'objects/pack');
    const pack = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.pack'))!,
    );
    const whole = readFileSync(pack);
    chmodSync(pack, 0o644);
    for (let at = 12; at < whole.length - 20; at += Math.ceil(whole.length / 15)) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 0x55;
      writeFileSync(pack, damaged);
      const { checks } = await scan(await open(path), oids);
      expect(checks.map(({ oid }) => oid)).toEqual(oids);
      expect(checks.every(({ status }) => status === 'good')).toBe(false);
      await reader?.close();
    }
    rmSync(pack);
  });

  it('asks nothing of a remote, whatever the repository is configured to', async () => {
    const { path } = await fixture();
    const mark = join(bench.dir, 'mark');
    const ext = `ext::sh -c touch% '${mark.replaceAll(' ', '% ')}'`;
    expect(() => bench.git(['-c', 'protocol.ext.allow=always', 'ls-remote', ext])).toThrow();
    rmSync(mark);
    for (const [key, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialclone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', ext],
      ['remote.origin.uploadpack', `touch '${mark}'; git-upload-pack`],
      ['core.sshCommand', `touch '${mark}'`],
      ['core.fsmonitor', `touch '${mark}'`],
      ['core.pager', `touch '${mark}'`],
      ['protocol.allow', 'always'],
      ['core.alternateRefsCommand', `touch '${mark}'`],
    ] as const)
      bench.git(['-C', path, 'config', key, value]);
    const { checks } = await scan(await open(path), ['1'.repeat(40), ...all(path)]);
    expect(checks[0]!.status).not.toBe('good');
    expect(checks.slice(1).every(({ status }) => status === 'good')).toBe(true);
    expect(readdirSync(bench.dir)).not.toContain('mark');
  });
});

describe('cloneForReading', () => {
  it('brings all branches and tags with everything', async () => {
    const { path } = await fixture();
    const server = await startGitServer({ repoDir: path, token: 'secret' });
    try {
      const remote = resolveRepository(server.url, { serverUrl: 'x' });
      reader = await cloneForReading({ remote, token: 'secret', tempDir: bench.dir });
      expect((await tagsOf(reader)).size).toBe(2);
      const { refs, head, checkedOut, isShallow } = await reader.readRefs();
      const main = bench.git(['-C', path, 'rev-parse', 'main']);
      expect({ tip: refs.get('refs/heads/main'), head, checkedOut, isShallow }).toEqual({
        tip: main,
        head: 'refs/heads/main',
        checkedOut: main,
        isShallow: false,
      });
      const { checks } = await scan(reader, all(path));
      expect(checks.every(({ status }) => status === 'good')).toBe(true);
      await expect(
        cloneForReading({ remote, token: 'wrong', tempDir: bench.dir }),
      ).rejects.toMatchObject({ code: 'AUTH' });
    } finally {
      await server.close();
    }
  });

  it('hands chunks on as they are', async () => {
    const { path } = await fixture();
    reader = await cloneForReading({
      remote: resolveRepository(path, { serverUrl: 'x' }),
      tempDir: bench.dir,
    });
    const hash = createHash('sha256');
    const content = Buffer.from('x\n'.repeat(300_000));
    await reader.scan([hashObject('blob', content)], {
      begin: () => (chunk) => hash.update(chunk),
      end: () => undefined,
    });
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
  });
});

describe('openLocalRepository of a clone that is not whole', () => {
  /** A clone of the fixture over git's own transport, with the user's git. */
  async function cloneOf(...options: string[]): Promise<string> {
    const { path } = await fixture();
    bench.git(['-C', path, 'config', 'uploadpack.allowFilter', 'true']);
    const clone = join(bench.dir, 'clone');
    bench.git(['clone', '--quiet', ...options, pathToFileURL(path).href, clone]);
    return clone;
  }

  it('refuses a shallow one, and names the remedy, which works', async () => {
    const clone = await cloneOf('--depth=1');
    await expect(open(clone)).rejects.toMatchObject({
      code: 'MIRROR_INVALID',
      message: expect.stringContaining('found a shallow one'),
      remedy: expect.stringMatching(/git fetch --unshallow --tags.*fetch-depth: 0/),
    });
    expect(
      readdirSync(bench.dir).filter((name) => name.startsWith('rpm-source-mirror-read-')),
    ).toEqual([]);
    bench.git(['-C', clone, 'fetch', '--quiet', '--unshallow', '--tags']);
    expect((await tagsOf(await open(clone))).size).toBe(2);
  });

  it.each([['blob:none'], ['tree:0']])(
    'refuses a partial one (%s), fetches nothing, and names the remedy, which works',
    async (filter) => {
      const clone = await cloneOf(`--filter=${filter}`, '--no-checkout');
      const packs = (): string[] => readdirSync(join(clone, '.git/objects/pack')).sort();
      const before = packs();
      await expect(open(clone)).rejects.toMatchObject({
        code: 'MIRROR_INVALID',
        message: expect.stringContaining('found a partial one'),
        remedy: expect.stringContaining('git fetch --refetch --no-filter --tags'),
      });
      expect(packs()).toEqual(before);
      bench.git(['-C', clone, 'fetch', '--quiet', '--refetch', '--no-filter', '--tags']);
      const repository = await open(clone);
      const tip = (await repository.readRefs()).checkedOut;
      const { checks } = await scan(repository, all(clone));
      expect([tip === undefined, new Set(checks.map(({ status }) => status))]).toEqual([
        false,
        new Set(['good']),
      ]);
    },
  );
});
