// SPDX-License-Identifier: MIT
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { foundBy, proofsOf, publishHello, verifyMirror } from '../fixtures/forged-mirror.js';
import { gitEnvironment } from '../fixtures/git-server.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';

const LIMIT = 120_000;

/** The clone of one ref that actions/checkout makes: shallow, and the tag lightweight. */
function checkout(mirror: string, ref: string): string {
  const folder = makeRunDirectory();
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', folder, ...args], { env: gitEnvironment(folder), stdio: 'pipe' });
  };
  git('init', '--quiet', '.');
  git('remote', 'add', 'origin', pathToFileURL(mirror).href);
  git('fetch', '--quiet', '--no-tags', '--depth=1', 'origin', `+${ref}:${ref}`);
  git('checkout', '--quiet', ref);
  return folder;
}

describe('verify --tags in the shallow clone of actions/checkout', () => {
  let mirror: string;
  beforeAll(async () => {
    mirror = await publishHello();
  }, LIMIT);
  afterAll(removeRunDirectories);

  it.each([
    ['2.0', 'refs/tags/2.0', '2.0'],
    ['HEAD', 'refs/tags/2.0', '2.0'],
    ['HEAD', 'refs/heads/main', '3.0'],
    ['2.*', 'refs/tags/2.0', '2.0'],
  ])(
    'proves %s of %s',
    async (wanted, ref, tag) => {
      const result = await verifyMirror(checkout(mirror, ref), ['--tags', wanted]);
      expect({ code: result.code, found: foundBy(result), proofs: proofsOf(result) }).toEqual({
        code: 0,
        found: [],
        proofs: { [tag]: 'proved' },
      });
      expect(result.report.residue.join()).toContain('Files block');
    },
    LIMIT,
  );

  it(
    'holds the files that are checked out against HEAD',
    async () => {
      const clone = checkout(mirror, 'refs/tags/2.0');
      appendFileSync(join(clone, 'src/hello.c'), 'int backdoor;\n');
      writeFileSync(join(clone, 'src/new.c'), 'int x;\n');
      const result = await verifyMirror(clone, ['--tags', 'HEAD']);
      expect({ code: result.code, found: foundBy(result) }).toEqual({
        code: 1,
        found: [
          ['checkout', 'HEAD', 'src/hello.c'],
          ['checkout', 'HEAD', 'src/new.c'],
        ],
      });
      expect((await verifyMirror(clone, ['--tags', '2.0'])).code).toBe(0);
    },
    LIMIT,
  );

  it(
    'finds a forged tag, ends with an error where no tag matches, and asks for a whole clone without tags',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.retag('2.0', { files: { 'src/hello.c': { content: 'int backdoor;\n' } } });
      const clone = checkout(copy.path, 'refs/tags/2.0');
      expect(foundBy(await verifyMirror(clone, ['--tags', '2.0']))).toEqual([
        ['content', '2.0', 'src/hello.c'],
      ]);
      expect((await verifyMirror(clone, ['--tags', '7.0'])).report.errors[0].message).toContain(
        '"7.0"',
      );
      expect((await verifyMirror(clone)).report.errors[0].remedy).toMatch(/fetch-depth: 0.*tags/);
    },
    LIMIT,
  );
});
