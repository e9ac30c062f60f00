// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { checkPath, verifyTree } from '../../src/rpm/payload/paths.js';
import { readPayload } from '../../src/rpm/payload/payload.js';
import { judgeFolders } from '../../src/source/judgement.js';
import { chunksOf } from '../fixtures/chunks.js';
import { cpioArchive } from '../fixtures/cpio-builder.js';
import { fileEntry, payloadFacts } from '../fixtures/payload-facts.js';

/** Names that must not reach a tree, with why; the spellings of .git are those of git's t1014-read-tree-confusing and t0060-path-utils. */
const UNSAFE: readonly (readonly [string, RegExp])[] = [
  ['', /empty/],
  ['.', /component "\."/],
  ['..', /component "\.\."/],
  ['../x', /component "\.\."/],
  ['usr/../../etc/passwd', /component "\.\."/],
  ['usr/..', /component "\.\."/],
  ['./x', /component "\."/],
  ['usr/./x', /component "\."/],
  ['usr//x', /empty component/],
  ['usr/', /empty component/],
  ['/etc/passwd', /absolute/],
  ['//x', /absolute/],
  ['a\0b', /control/],
  ['a\nb', /control/],
  ['a\x1b[31m', /control/],
  ['a\x7f', /control/],
  ...[
    '.git',
    '.GIT',
    '.Git',
    '.gIt',
    '.git.',
    '.git ',
    '.git...',
    '.git . .',
    '.git:',
    '.git::$INDEX_ALLOCATION',
    '.git::$INDEX_ALLOCATION.x',
    '.GIT .:stream',
    'git~1',
    'GIT~1',
    'Git~1.',
    'git~1 ',
    'git~1:x',
    '.g\u200cit',
    '\u200e.git',
    '.gi\u202et',
    '.GIT\ufeff',
    '.git\u206f',
    'x\\.git',
    '.git\\config',
    'a\\GIT~1\\x',
    '..\\.git ',
  ].map((name) => [name, /for \.git/] as const),
];

describe('T20: a package with an unsafe name is refused as a whole', () => {
  it.each(UNSAFE)('refuses %j alone, with the reason', (name, reason) => {
    expect(checkPath(Buffer.from(name))).toMatch(reason);
  });

  const ROOT = 'usr/src/x';
  const judge = (paths: readonly string[], dotGit: 'refuse' | 'drop' = 'refuse') =>
    judgeFolders(payloadFacts(paths.map((path) => ({ path, content: 'y' }))), {
      sourcePath: 'usr/src/*',
      dotGit,
    });

  it.each(UNSAFE)('refuses a package that has %j in its source, besides good files', (name) => {
    expect(() => judge([`${ROOT}/good`, `${ROOT}/${name}`])).toThrow(
      expect.objectContaining({ code: 'UNSAFE_PATH' }),
    );
  });

  it.each(UNSAFE.filter(([, reason]) => reason.source.includes('.git')))(
    'dot-git: drop leaves %j out, records it, and keeps the good files',
    (name) => {
      const source = judge([`${ROOT}/good`, `${ROOT}/${name}`, `${ROOT}/sub/${name}/x`], 'drop');
      expect(new Set(source.dropped.map(String))).toEqual(new Set([name, `sub/${name}`]));
      expect(source.map(Buffer.from(`${ROOT}/${name}`))).toBeUndefined();
      expect(String(source.map(Buffer.from(`${ROOT}/good`)))).toBe('good');
    },
  );

  it.each(UNSAFE.filter(([name]) => name !== '' && name !== '..\\.git '))(
    'reads a package that has %j outside of its source, but for what leads out of it',
    async (name) => {
      const paths = [`${ROOT}/good`, `opt/${name}`];
      const facts = payloadFacts(paths.map((path) => ({ path, content: 'y' })));
      const payload = cpioArchive(paths.map((path) => ({ name: `./${path}`, content: 'y' })));
      const reading = readPayload({ facts }, chunksOf(payload), { keep: () => false });
      if (/\0|(?:^|\/)\.\.(?:\/|$)/.test(name)) {
        await expect(reading.next()).rejects.toMatchObject({ code: 'UNSAFE_PATH' });
        expect(() => judge(paths)).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
        return;
      }
      const files = [];
      for await (const file of reading) files.push(file);
      expect([files.length, judge(paths).roots.map(String)]).toEqual([2, [ROOT]]);
    },
  );

  it.each(['.git/config', 'a/.git/hooks/pre-commit', 'usr/src/x/.GIT/config', 'sub/git~1/config'])(
    'refuses %s at any depth',
    (path) => {
      expect(checkPath(Buffer.from(path))).toMatch(/for \.git/);
    },
  );

  it('accepts the control package that differs by the name alone', async () => {
    const facts = payloadFacts([
      { path: 'good', content: 'x' },
      { path: '.gitx', content: 'y' },
    ]);
    const payload = cpioArchive([
      { name: './good', content: 'x' },
      { name: './.gitx', content: 'y' },
    ]);
    const files = [];
    for await (const file of readPayload({ facts }, chunksOf(payload), { keep: () => false }))
      files.push(file);
    expect(files).toHaveLength(2);
  });

  it.each([
    '.gitmodules',
    '.GITMODULES',
    '.gitmodules ',
    'gitmod~1',
    'GI7EBA~1',
    'gi7eba~9',
    '.gitmodules::$DATA',
    '.gitmodu\u200cles',
    'sub/.gitmodules',
  ])('refuses a symbolic link in the place of .gitmodules: %s', (path) => {
    expect(() => verifyTree([fileEntry({ path, type: 'symlink', target: 'x' })], 'sample')).toThrow(
      expect.objectContaining({ code: 'UNSAFE_PATH' }),
    );
    expect(verifyTree([fileEntry({ path, content: 'x' })], 'sample')).toEqual([]);
  });
});
