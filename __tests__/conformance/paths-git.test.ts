// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { isDotGit, isDotName } from '../../src/dot-git.js';
import { spawnSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';

const bases = [
  '.git',
  '.GIT',
  'git~1',
  'GIT~1',
  'git~2',
  'git~10',
  '.git1',
  'git',
  '..git',
  'x.git',
  '.gi',
  '.gi\u0074',
  '.g\u0131t',
  '.G\u0130T',
  '.gi\u1e97',
];
const dots = [
  '.gitmodules',
  '.gitMODULES',
  'gitmod~1',
  'GITMOD~4',
  'gitmod~5',
  'gitmod~10',
  'gi7eba~1',
  'gi7eb~10',
  'gi7e~123',
  'gi7~1234',
  'g~123456',
  '~1000000',
  '~0000001',
  'gi7eba~0',
  'gi7eba~12',
  'gi7ebA~9',
  'gi250a~1',
  '.gitmodulesx',
  'gitmodules',
];
const ends = [
  '',
  '.',
  ' ',
  '. . ',
  ':',
  '::$INDEX_ALLOCATION',
  ' :x',
  '.x',
  '\\',
  '\\x',
  ':\\.git',
  '\u200c',
  'x',
];
const begins = ['', '\u200c', '\ufeff', 'a\\', '\\', 'a:', ' ', 'a\\\u200c'];

const names = [...bases, ...dots].flatMap((base) =>
  begins.flatMap((begin) => ends.map((end) => begin + base + end)),
);

describeWithTools(['git'], 'isDotGit and isDotName against git fsck', () => {
  let folder = '';
  const git = (args: readonly string[], input = '') => {
    const { stdout, stderr } = spawnSync('git', args, { cwd: folder, input });
    return { out: stdout.toString(), err: stderr.toString() };
  };
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'paths-git-'));
    git(['init', '-q', '--bare']);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Names that git fsck reports with `kind` when each is the only entry of a tree. */
  function reported(mode: string, kind: string): Set<string> {
    const blob = git(['hash-object', '-w', '--stdin'], 'x').out.trim();
    // With -z an empty record ends a tree of a batch.
    const ids = git(
      ['mktree', '-z', '--batch'],
      names.map((name) => `${mode} blob ${blob}\t${name}\0\0`).join(''),
    )
      .out.trim()
      .split('\n');
    expect(ids).toHaveLength(names.length);
    const trees = new Map(ids.map((id, at) => [id, names[at]]));
    const { err, out } = git(['fsck', '--strict', '--no-dangling']);
    const hits = [...`${err}\n${out}`.matchAll(/in tree ([0-9a-f]{40}): (\w+):/g)].filter(
      (match) => match[2] === kind,
    );
    return new Set(hits.map((match) => trees.get(match[1] ?? '') ?? ''));
  }

  it('calls .git what git fsck calls hasDotgit', () => {
    const expected = reported('100644', 'hasDotgit');
    expect(expected.size).toBeGreaterThan(100);
    expect(names.filter((name) => isDotGit(Buffer.from(name)))).toEqual(
      names.filter((name) => expected.has(name)),
    );
  });

  it('calls .gitmodules what git fsck calls gitmodulesSymlink', () => {
    const expected = reported('120000', 'gitmodulesSymlink');
    expect(expected.size).toBeGreaterThan(100);
    expect(names.filter((name) => isDotName(Buffer.from(name), 'gitmodules'))).toEqual(
      names.filter((name) => expected.has(name)),
    );
  });
});
