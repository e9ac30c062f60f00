// SPDX-License-Identifier: MIT
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { GitError } from '../../../../src/errors.js';
import { BatchAnswers, mostBytes, ObjectReader } from '../../../../src/git/objects/batch.js';
import { hashObject } from '../../../../src/git/objects/objects.js';
import type { ObjectType } from '../../../../src/git/store.js';
import { KIB, LIMITS, MIB } from '../../../../src/limits.js';
import { execFileSync } from '../../../fixtures/commands.js';

const OID = 'ce013625030ba8dba906f756967f9e9ca394464a';
const lowered = LIMITS as Record<keyof typeof LIMITS, number>;
const original = { ...LIMITS };
afterEach(() => {
  Object.assign(lowered, original);
});

/** Answers that come in these chunks. */
function answers(...chunks: readonly (string | Buffer)[]): BatchAnswers {
  async function* stdout() {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  return new BatchAnswers({ stdout: stdout() } as never);
}
async function contentOf(said: BatchAnswers, size: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of said.content(size)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

describe('BatchAnswers', () => {
  it.each(['blob', 'tree', 'commit', 'tag'])('takes the head of a %s', async (type) => {
    expect(await answers(`${OID} ${type} 123456789012345\n`).head()).toEqual({
      oid: OID,
      type,
      size: 123_456_789_012_345,
    });
  });

  it('says that an object is missing', async () => {
    expect(await answers(`${OID} missing\n`).head()).toBeUndefined();
  });

  it.each([
    ['an unknown type', `${OID} file 5\n`, `"${OID} file 5"`],
    ['an unknown type without size', `${OID} ambiguous\n`, `"${OID} ambiguous"`],
    ['no size', `${OID} blob\n`, `"${OID} blob"`],
    ['a size that is no number', `${OID} blob 5x\n`, `"${OID} blob 5x"`],
    ['a size below nothing', `${OID} blob -5\n`, `"${OID} blob -5"`],
    ['a size of 16 digits', `${OID} blob 1234567890123456\n`, `"${OID} blob 1234567890123456"`],
    ['an empty line', '\n', '""'],
    ['a long line', `${'x'.repeat(500)}\n`, `"${'x'.repeat(100)}"`],
    ['a line of over 4 KiB', 'x'.repeat(4 * KIB + 1), 'a line without end'],
    ['the end within a line', `${OID} blob`, 'its end'],
    ['nothing', '', 'its end'],
  ])('refuses %s', async (_, said, found) => {
    await expect(answers(said).head()).rejects.toEqual(
      expect.objectContaining({
        code: 'GIT_FAILED',
        message: `Expected an answer of git cat-file, found ${found}.`,
      }),
    );
  });

  it('waits for the end of a line of up to 4 KiB', async () => {
    await expect(answers('x'.repeat(4 * KIB), '\n').head()).rejects.toThrow(
      `found "${'x'.repeat(100)}".`,
    );
  });

  it.each([1, 2, 3, 7, 1000])('reads on wherever a chunk ends (%d bytes each)', async (length) => {
    const said = `${OID} blob 3\na\nb\n${OID} missing\n${OID} tree 0\n\n${OID} tag 1\n\n\n`;
    const chunks = said.match(new RegExp(`[^]{1,${length}}`, 'g'))!;
    const read = answers(...chunks);
    expect((await read.head())?.type).toBe('blob');
    expect(await contentOf(read, 3)).toBe('a\nb');
    expect(await read.head()).toBeUndefined();
    expect((await read.head())?.size).toBe(0);
    expect(await contentOf(read, 0)).toBe('');
    expect((await read.head())?.type).toBe('tag');
    expect(await contentOf(read, 1)).toBe('\n');
    await expect(read.head()).rejects.toThrow('found its end.');
  });

  it.each([
    ['longer', ['abcd\n'], 'content of another length'],
    ['cut off', ['ab'], 'its end'],
    ['without what follows it', ['abc'], 'its end'],
    ['followed by another byte', ['abc', 'd'], 'content of another length'],
  ])('refuses content that is %s', async (_, chunks, found) => {
    await expect(contentOf(answers(...chunks), 3)).rejects.toThrow(`found ${found}.`);
  });
});

describe('mostBytes', () => {
  it('is a cap of its own for files, trees, and what holds text', () => {
    const types = ['blob', 'tree', 'commit', 'tag'] as const;
    const { blobBytes, treeBytes, commitBytes } = LIMITS;
    expect(types.map((type) => mostBytes(type))).toEqual([
      blobBytes,
      treeBytes,
      commitBytes,
      commitBytes,
    ]);
    expect(types.map((type) => mostBytes(type, 7))).toEqual([
      7,
      treeBytes,
      commitBytes,
      commitBytes,
    ]);
  });
});

/** The program git is a script here. */
const describeWithScripts = process.platform === 'win32' ? describe.skip : describe;
if (process.platform === 'win32')
  process.stderr.write('SKIPPED: a script in the place of git needs a shell\n');

describeWithScripts('ObjectReader', () => {
  let cwd = '';
  let reader: ObjectReader;
  const bin = (name: string) => path.join(cwd, name);
  const env = (first: string) => ({
    PATH: `${bin(first)}:${process.env.PATH ?? ''}`,
    GIT_CONFIG_NOSYSTEM: '1',
    HOME: '/nonexistent',
  });
  const git = (args: readonly string[], input?: string | Buffer) =>
    execFileSync('git', args, { cwd, env: env('none'), encoding: 'utf8', input }).trim();
  const hashed = (type: ObjectType, content: string | Buffer) =>
    git(['hash-object', '-w', '-t', type, '--literally', '--stdin'], content);
  const program = (name: string, script: string) => {
    mkdirSync(bin(name));
    writeFileSync(path.join(bin(name), 'git'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin(name), 'git'), 0o755);
  };
  const use = (name: string) => new ObjectReader({ cwd, env: env(name) });
  /** The processes that were started as git by `recorded`, and those that still run. */
  const pids = () => readFileSync(bin('pids'), 'utf8').split('\n').filter(Boolean).map(Number);
  const running = () =>
    pids().filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    });
  /** Waits until git has ended. */
  const ended = async () => {
    for (let turn = 0; turn < 400 && running().length > 0; turn++) await setTimeout(5);
    expect(running()).toEqual([]);
    await setImmediate();
  };

  beforeAll(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'batch-'));
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    program('recorded', `echo $$ >> '${bin('pids')}'\nexec ${real} "$@"`);
    program('silent', 'exit 0');
    program('once', `echo $$ >> '${bin('pids')}'\nread oid\nprintf '%s blob 0\\n\\n' $oid`);
    program('chatty', 'head -c 300000 /dev/zero >&2\nexec ' + real + ' "$@"');
    program(
      'more',
      `read oid\nprintf '%s blob 0\\n\\n' $oid\nhead -c 300000 /dev/zero\ncat > /dev/null`,
    );
    mkdirSync(bin('none'));
    git(['init', '--quiet', '--bare', '.']);
  });
  afterAll(() => {
    rmSync(cwd, { recursive: true, force: true });
  });
  beforeEach(() => {
    writeFileSync(bin('pids'), '');
    reader = use('recorded');
  });
  afterEach(async () => {
    await reader.close();
  });

  it('reads objects of any type as git wrote them, with one git, in whatever order it is asked', async () => {
    const large = Buffer.alloc(MIB, 'large\n');
    const objects: [ObjectType, string | Buffer][] = [
      ['blob', 'text\n'],
      ['blob', ''],
      ['blob', large],
      ['tree', ''],
      ['tag', 'any text'],
      ['commit', 'any text\n'],
    ];
    const oids = objects.map(([type, content]) => hashed(type, content));
    const read = await Promise.all([...oids, ...oids].map((oid) => reader.read(oid)));
    expect(read.map(({ type, content }) => hashObject(type, content))).toEqual([...oids, ...oids]);
    expect(read.map(({ type }) => type).slice(0, 6)).toEqual(objects.map(([type]) => type));
    expect(pids()).toHaveLength(1);
  });

  it('hands an object over in chunks, one after the other', async () => {
    const content = Buffer.alloc(300_000, 'text');
    const oid = hashed('blob', content);
    const chunks: Uint8Array[] = [];
    let busy = false;
    const info = await reader.stream(oid, (head) => {
      expect(head).toEqual({ oid, type: 'blob', size: 300_000 });
      return async (chunk) => {
        expect(busy).toBe(false);
        busy = true;
        await setImmediate();
        chunks.push(Buffer.from(chunk));
        busy = false;
      };
    });
    expect(info).toEqual({ oid, type: 'blob', size: 300_000 });
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });

  it('says that an object is not there, or has the content of another, and reads on', async () => {
    const oid = hashed('blob', 'text\n');
    const other = 'ab'.repeat(20);
    mkdirSync(path.join(cwd, 'objects/ab'), { recursive: true });
    writeFileSync(
      path.join(cwd, 'objects/ab', other.slice(2)),
      deflateSync(Buffer.from('blob 5\0text\n')),
    );
    await expect(reader.read(OID)).rejects.toEqual(
      expect.objectContaining({
        code: 'MIRROR_INVALID',
        message: `Expected object ${OID} in the repository, found nothing.`,
      }),
    );
    await expect(reader.read(other)).rejects.toEqual(
      expect.objectContaining({
        code: 'MIRROR_INVALID',
        message: `Expected object ${other}, found content that hashes to ${oid}.`,
        expected: other,
        actual: oid,
      }),
    );
    expect(Buffer.from((await reader.read(oid)).content).toString()).toBe('text\n');
    expect(pids()).toHaveLength(1);
  });

  it.each([
    ['blob', 'blobBytes', 'read'],
    ['tree', 'treeBytes', 'read'],
    ['commit', 'commitBytes', 'read'],
    ['tag', 'commitBytes', 'read'],
    ['blob', 'packageBytes', 'stream'],
    ['tree', 'treeBytes', 'stream'],
  ] as const)(
    'takes a %s of %s, and hands over none of a byte more (%s)',
    async (type, cap, by) => {
      for (const name of ['blobBytes', 'treeBytes', 'commitBytes', 'packageBytes'] as const)
        lowered[name] = 3;
      lowered[cap] = 6;
      const [fits, over] = [hashed(type, '123456'), hashed(type, '1234567')];
      const given: string[] = [];
      const begin = ({ oid }: { oid: string }) => {
        given.push(oid);
        return () => undefined;
      };
      const ask = (oid: string) => (by === 'read' ? reader.read(oid) : reader.stream(oid, begin));
      await expect(ask(over)).rejects.toEqual(
        expect.objectContaining({
          code: 'MIRROR_INVALID',
          message: `Expected object ${over} to have at most 6 bytes, found 7.`,
        }),
      );
      expect(await ask(fits)).toMatchObject({ type });
      expect(given).toEqual(by === 'read' ? [] : [fits]);
      expect(pids()).toHaveLength(1);
    },
  );

  it.each([
    ['an error of its own', new Error('no room')],
    ['an error of ours', new GitError('MIRROR_INVALID', 'no such file')],
    ['what is no error', 'text'],
  ])(
    'passes on what the receiver fails by (%s), ends that git, and asks another',
    async (_, fault) => {
      const oid = hashed('blob', Buffer.alloc(300_000, 'text'));
      const small = hashed('blob', 'small');
      const failing = reader.stream(oid, () => () => {
        throw fault as Error;
      });
      const next = reader.read(small);
      await expect(failing).rejects.toBe(fault);
      expect(Buffer.from((await next).content).toString()).toBe('small');
      expect(pids()).toHaveLength(2);
      await reader.close();
      await ended();
    },
  );

  it.each([
    ['ends without an answer', 'silent'],
    ['is not there', 'none'],
  ])('says that an object cannot be read where git %s', async (_, name) => {
    const strays: unknown[] = [];
    const stray = (reason: unknown) => strays.push(reason);
    process.on('uncaughtException', stray);
    const place = name === 'none' ? { PATH: bin('none') } : env(name);
    const broken = new ObjectReader({ cwd, env: place });
    for (let round = 0; round < 2; round++)
      await expect(broken.read(OID)).rejects.toEqual(
        expect.objectContaining({
          code: 'MIRROR_INVALID',
          message: `Object ${OID} of the repository cannot be read.`,
          cause: expect.objectContaining({ code: 'GIT_FAILED' }),
        }),
      );
    await broken.close();
    await setTimeout(20);
    process.off('uncaughtException', stray);
    expect(strays).toEqual([]);
  });

  it('reads whatever git says beside its answers', async () => {
    const oid = hashed('blob', 'text');
    const chatty = use('chatty');
    expect((await chatty.read(oid)).type).toBe('blob');
    await chatty.close();
  });

  it('ends git when it is closed, and none where none was asked', async () => {
    await reader.close();
    expect(running()).toEqual([]);
    await reader.read(hashed('blob', 'text'));
    expect(running()).toHaveLength(1);
    await reader.close();
    expect(running()).toEqual([]);
    await reader.close();
  });

  it('is closed also where git says more than it was asked', async () => {
    const more = use('more');
    expect((await more.read('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')).content).toHaveLength(0);
    await more.close();
  });

  it('is closed also where git ended before, by itself or killed', async () => {
    const once = use('once');
    const empty = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
    expect((await once.read(empty)).content).toHaveLength(0);
    await ended();
    await once.close();
    await reader.read(hashed('blob', 'text'));
    for (const pid of running()) process.kill(pid, 'SIGKILL');
    await ended();
    await reader.close();
  });
});
