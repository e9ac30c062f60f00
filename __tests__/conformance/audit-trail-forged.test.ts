// SPDX-License-Identifier: MIT
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { cpioArchive } from '../fixtures/cpio-builder.js';
import {
  annotate,
  publishHello,
  rawTree,
  recommit,
  treeEntries,
} from '../fixtures/forged-mirror.js';
import { texts } from '../fixtures/header-builder.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import type { PackageFile, PackageSpec } from '../fixtures/rpm-builder.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, type ListedPackage, PUBLISHER } from '../fixtures/small-repository.js';
import { tarArchive } from '../fixtures/tar-builder.js';
import { describeWithTools } from '../fixtures/tools.js';

const root = path.resolve(import.meta.dirname, '../..');
const TAG = '1.0';
const FOLDER = 0o040755;

/** A payload as rpm2cpio can read it: rpm knows no payload that is not compressed. */
function zipped(files: readonly PackageFile[], name: (path: string) => string): PackageSpec {
  const members = files.map(({ path: at, content = '', mode = 0o100644 }, index) => ({
    name: name(at),
    content,
    mode,
    inode: index + 1,
  }));
  return { files, compressor: 'gzip', payload: gzipSync(cpioArchive(members)) };
}

const demo: readonly PackageFile[] = [
  { path: '/usr/src/hello-1.0', mode: FOLDER },
  { path: '/usr/src/hello-1.0/demo.c', content: 'int demo;\n' },
  { path: '/usr/src/hello-1.0/install.sh', content: '#!/bin/sh\n', mode: 0o100755 },
];
const elsewhere: readonly PackageFile[] = [
  { path: '/usr/share/demo', mode: FOLDER },
  { path: '/usr/share/demo/demo.c', content: 'int demo;\n' },
  { path: '/usr/share/demo/sub', mode: FOLDER },
  { path: '/usr/share/demo/sub/more.c', content: 'int more;\n' },
];
const archive = gzipSync(
  tarArchive([
    { name: 'hello-1.0/', type: '5', mode: 0o755 },
    { name: 'hello-1.0/demo.c', content: 'int demo;\n' },
    { name: 'hello-1.0/sub/run', content: '#!/bin/sh\n', mode: 0o755 },
  ]),
);
const listed: readonly PackageFile[] = [
  { path: 'fix.patch', content: '--- a\n+++ b\n' },
  { path: 'hello-1.0.tar.gz', content: archive },
  { path: 'hello.spec', content: 'Name: hello\n', flags: 32 },
];
const sources = {
  source: true,
  entries: [texts(1018, ['hello-1.0.tar.gz']), texts(1019, ['fix.patch'])],
};
const plain = (name: string): string => `.${name}`;

const KINDS: readonly (readonly [string, ListedPackage, Readonly<Record<string, string>>])[] = [
  [
    'absolute names in the archive',
    hello(
      TAG,
      zipped(demo, (name) => name),
    ),
    {},
  ],
  [
    'another source-path',
    hello(TAG, zipped(elsewhere, plain)),
    { 'source-path': '/usr/share/demo' },
  ],
  [
    'a source package',
    { ...hello(TAG, { ...zipped(listed, (name) => name), ...sources }), arch: 'src' },
    { arch: 'src' },
  ],
];

type Forge = (mirror: MirrorEditor) => void;
/** Puts another tree behind the tag, with the texts of commit and tag as they were. */
const retree = (mirror: MirrorEditor, tree: string): void => {
  annotate(mirror, TAG, recommit(mirror, TAG, { tree }), TAG);
};
const blob = (mirror: MirrorEditor): string =>
  mirror.git(['hash-object', '-w', '--stdin'], 'int evil;\n');
/** The root's entries with one more, beside or before those that are there. */
const added = (
  mirror: MirrorEditor,
  name: string,
  at: 'first' | 'sorted',
  mode = '100644',
): void => {
  const entries = treeEntries(mirror, `${TAG}^{tree}`);
  const entry: [string, string, string] = [
    mode,
    name,
    mode === '40000' ? rawTree(mirror, [['100644', 'demo.c', blob(mirror)]]) : blob(mirror),
  ];
  const all =
    at === 'first'
      ? [entry, ...entries]
      : [...entries, entry].sort((a, b) => (a[1] < b[1] ? -1 : 1));
  retree(mirror, rawTree(mirror, all));
};
const edit =
  (files: Parameters<MirrorEditor['tree']>[1]): Forge =>
  (mirror) => {
    mirror.retag(TAG, { files });
  };

const FORGED: readonly (readonly [string, Forge])[] = [
  ['a changed file', edit({ 'src/demo.c': { content: 'int evil;\n' } })],
  ['a changed mode', edit({ 'src/demo.c': { mode: '100755' } })],
  ['an extra file', edit({ 'src/evil.c': { content: 'int evil;\n' } })],
  ['a file less', edit({ 'src/demo.c': undefined })],
  ['.gitattributes beside the source', edit({ '.gitattributes': { content: '* ident\n' } })],
  [
    'an entry whose name is a path',
    (mirror) => {
      added(mirror, 'src/demo.c', 'sorted');
    },
  ],
  [
    'a second src, before',
    (mirror) => {
      added(mirror, 'src', 'first', '40000');
    },
  ],
  [
    'a second src, beside',
    (mirror) => {
      added(mirror, 'src', 'sorted', '40000');
    },
  ],
  [
    'two files of one name in src',
    (mirror) => {
      const entries = treeEntries(mirror, `${TAG}:src`);
      const twice = rawTree(mirror, [['100644', 'demo.c', blob(mirror)], ...entries]);
      retree(mirror, mirror.graft(`${TAG}^{tree}`, 'src', twice));
    },
  ],
  [
    'a branch of the name of the tag',
    (mirror) => {
      const tree = mirror.tree(`${TAG}^{commit}`, { 'src/demo.c': { content: 'int evil;\n' } });
      mirror.git(['update-ref', `refs/heads/${TAG}`, recommit(mirror, TAG, { tree })]);
    },
  ],
];

describeWithTools(
  ['bash', 'git', 'gpg', 'rpm', 'rpmkeys', 'rpm2cpio', 'cpio', 'sha256sum', 'tar'],
  'the recipe of docs/audit-trail.md for every kind of package (T44)',
  () => {
    const folder = makeRunDirectory();
    const script = path.join(folder, 'recipe.sh');
    const text = readFileSync(path.join(root, 'docs/audit-trail.md'), 'utf8');
    writeFileSync(
      script,
      [...text.matchAll(/```(?:bash|sh)\n([\s\S]*?)```/g)].find(([, block]) =>
        block!.includes('rpmkeys'),
      )![1]!,
    );
    afterAll(removeRunDirectories);

    /** Runs the recipe in a fresh clone; its temporary folder is its own. */
    const recipe = (mirror: string) => {
      const home = makeRunDirectory();
      const temporary = path.join(home, 'tmp');
      mkdirSync(temporary);
      const clone = path.join(home, 'clone');
      execFileSync('git', ['clone', '--quiet', '--no-checkout', mirror, clone], { stdio: 'pipe' });
      const before = readdirSync(clone, { recursive: true, encoding: 'utf8' });
      const { status, stdout, stderr } = spawnSync('bash', [script, TAG, PUBLISHER.fingerprint], {
        cwd: clone,
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: temporary, HOME: home },
      });
      const written = [
        ...readdirSync(home).filter((name) => !['tmp', 'clone'].includes(name)),
        ...readdirSync(clone, { recursive: true, encoding: 'utf8' }).filter(
          (name) => !before.includes(name),
        ),
      ];
      return { status, said: `${stdout}${stderr}`, written, left: readdirSync(temporary) };
    };

    describe.each(KINDS)('%s', (_, item, inputs) => {
      let mirror = '';
      beforeAll(async () => {
        mirror = await publishHello([[item]], inputs);
      });

      it('is good, and nothing is left', () => {
        const { said, ...rest } = recipe(mirror);
        expect({ ...rest, said: rest.status === 0 ? '' : said }).toEqual({
          status: 0,
          said: '',
          written: [],
          left: [],
        });
        expect(said).toContain(`signed by ${PUBLISHER.fingerprint}\n`);
        expect(said).toContain(`good: ${TAG} is hello-`);
      });

      it.each(FORGED)('is not good with %s', (__, forge) => {
        const forged = MirrorEditor.copy(mirror);
        forge(forged);
        const { status, said, written } = recipe(forged.path);
        expect({ status: status === 0 ? said : 'no', written }).toEqual({
          status: 'no',
          written: [],
        });
        expect(said).not.toContain('good:');
      });
    });
  },
);
