// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  annotate,
  type Found,
  foundBy,
  proofsOf,
  publishHello,
  recommit,
  verifyMirror,
} from '../fixtures/forged-mirror.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { makeCertificate, makeKey } from '../fixtures/openpgp-builder.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER, PUBLISHER_KEY, signBoth } from '../fixtures/small-repository.js';

const LIMIT = 120_000;
const EVIL = { 'src/hello.c': { content: 'int backdoor;\n' } };
const SECOND = makeKey('EdDSA');
type Forgery = readonly [title: string, forge: (m: MirrorEditor) => void, found: Found];

const TIPS: readonly Forgery[] = [
  [
    'evil source on the branch',
    (m) => {
      m.commit(EVIL);
    },
    ['content', 'main', 'src/hello.c'],
  ],
  [
    'evil source, and no list',
    (m) => {
      m.commit({ ...EVIL, 'archive/releases.json': undefined });
    },
    ['content', 'main', 'src/hello.c'],
  ],
  [
    'evil source, and a list whose source trees are null',
    (m) => {
      const list = m.bytes('main:archive/releases.json').toString('utf8');
      const content = list.replaceAll(/"sourceTree":"[0-9a-f]*"/g, '"sourceTree":null');
      m.commit({ ...EVIL, 'archive/releases.json': { content } });
    },
    ['content', 'main', 'src/hello.c'],
  ],
  [
    'no source at all',
    (m) => {
      m.commit({ src: undefined });
    },
    ['missing', 'main', 'src/hello.c'],
  ],
  [
    'the source of an older release',
    (m) => {
      const tree = m.git(['rev-parse', '1.0^{tree}']);
      m.git(['update-ref', 'refs/heads/main', recommit(m, 'main', { tree })]);
    },
    ['missing', 'main', 'src/only-3.0'],
  ],
  [
    'evil source, and the newest tag gone',
    (m) => {
      m.git(['update-ref', '-d', 'refs/tags/3.0']);
      m.commit(EVIL);
    },
    ['content', 'main', 'src/hello.c'],
  ],
  [
    'a line branch with evil source',
    (m) => {
      m.commit(EVIL, { branch: 'release/1' });
    },
    ['content', 'release/1', 'src/hello.c'],
  ],
  [
    'a line branch that is gone',
    (m) => {
      m.git(['update-ref', '-d', 'refs/heads/release/1']);
    },
    ['branch', 'release/1', 'refs/heads/release/1'],
  ],
  [
    'a package that the branch lost',
    (m) => {
      m.commit({ 'archive/rpm/hello-1.0-1.noarch.rpm': undefined });
    },
    ['package', 'main', 'archive/rpm/hello-1.0-1.noarch.rpm'],
  ],
];

const TAGS: readonly Forgery[] = [
  [
    'another release under its name',
    (m) => {
      annotate(m, '9.9', m.git(['rev-parse', '1.0^{commit}']), '1.0');
    },
    ['tag', '9.9', 'refs/tags/9.9'],
  ],
  [
    'a tag with source and nothing else',
    (m) => {
      const tree = m.tree(undefined, EVIL);
      m.git(['update-ref', 'refs/tags/4.0', m.git(['commit-tree', tree], 'mine\n')]);
    },
    ['tag', '4.0', 'refs/tags/4.0'],
  ],
  [
    'a tag of another name with source',
    (m) => {
      const tree = m.tree(undefined, EVIL);
      m.git(['update-ref', 'refs/tags/stable', m.git(['commit-tree', tree], 'mine\n')]);
    },
    ['tag', 'stable', 'refs/tags/stable'],
  ],
  [
    'a branch of the same name',
    (m) => {
      m.git(['update-ref', 'refs/heads/2.0', m.git(['rev-parse', '1.0^{commit}'])]);
    },
    ['branch', '2.0', 'refs/heads/2.0'],
  ],
  [
    'a branch in other letters',
    (m) => {
      m.git(['update-ref', 'refs/heads/Main', m.git(['rev-parse', 'main'])]);
    },
    ['branch', 'Main', 'refs/heads/Main'],
  ],
  [
    'a foreign branch with other source',
    (m) => {
      const tree = m.tree(undefined, EVIL);
      m.git(['update-ref', 'refs/heads/work', m.git(['commit-tree', tree], 'mine\n')]);
    },
    ['branch', 'work', 'refs/heads/work'],
  ],
  [
    'a recorded release without its tag',
    (m) => {
      m.git(['update-ref', '-d', 'refs/tags/2.0']);
    },
    ['tag', '2.0', 'refs/tags/2.0'],
  ],
  [
    'a lightweight tag in its place',
    (m) => {
      m.git(['update-ref', 'refs/tags/2.0', m.git(['rev-parse', '2.0^{commit}'])]);
    },
    ['tag', '2.0', 'refs/tags/2.0'],
  ],
];

const FOLDERS: readonly Forgery[] = [
  [
    'a file in src',
    (m) => {
      m.retag('2.0', { files: { 'src/x.c': { content: 'x' } } });
    },
    ['extra', '2.0', 'src/x.c'],
  ],
  [
    'an empty .gitkeep in src',
    (m) => {
      m.retag('2.0', { files: { 'src/.gitkeep': { content: '' } } });
    },
    ['extra', '2.0', 'src/.gitkeep'],
  ],
  [
    'a file in archive',
    (m) => {
      m.retag('2.0', { files: { 'archive/x.sh': { content: 'x' } } });
    },
    ['extra', '2.0', 'archive/x.sh'],
  ],
  [
    'a file in archive/rpm',
    (m) => {
      m.retag('2.0', { files: { 'archive/rpm/x.rpm': { content: 'x' } } });
    },
    ['extra', '2.0', 'archive/rpm/x.rpm'],
  ],
  [
    'a file in archive on the branch',
    (m) => {
      m.commit({ 'archive/x.sh': { content: 'x' } });
    },
    ['extra', 'main', 'archive/x.sh'],
  ],
  [
    'attributes that leave a file out of an archive',
    (m) => {
      m.retag('2.0', { files: { '.gitattributes': { content: 'src/hello.c export-ignore\n' } } });
    },
    ['checkout', '2.0', '.gitattributes'],
  ],
  [
    'attributes that change line ends',
    (m) => {
      m.commit({ '.gitattributes': { content: '* text eol=crlf\n' } });
    },
    ['checkout', 'main', '.gitattributes'],
  ],
  [
    'attributes by way of a macro, in other letters',
    (m) => {
      m.commit({ '.GitAttributes': { content: '[attr]x filter=evil\n*.c x\n' } });
    },
    ['checkout', 'main', '.GitAttributes'],
  ],
  [
    'submodules',
    (m) => {
      m.commit({ '.gitmodules': { content: '[submodule "x"]\n' } });
    },
    ['checkout', 'main', '.gitmodules'],
  ],
  [
    'a case twin',
    (m) => {
      m.commit({ 'SRC/hello.c': { content: 'int x;\n' } });
    },
    ['checkout', 'main', 'SRC'],
  ],
  [
    'another order in releases.json',
    (m) => {
      const lines = m.bytes('main:archive/releases.json').toString('utf8').trimEnd().split('\n');
      m.commit({ 'archive/releases.json': { content: `${lines.toReversed().join('\n')}\n` } });
    },
    ['metadata', 'main', 'archive/releases.json'],
  ],
  [
    'mirror.json in another form',
    (m) => {
      const text = m.bytes('main:archive/mirror.json').toString('utf8');
      m.commit({ 'archive/mirror.json': { content: JSON.stringify(JSON.parse(text)) } });
    },
    ['metadata', 'main', 'archive/mirror.json'],
  ],
];

let mirror: string;
beforeAll(async () => {
  mirror = await publishHello(undefined, { 'line-branches': '1.*=release/1' });
}, LIMIT);
afterAll(removeRunDirectories);

describe.each([
  ['T47: the ends of branches hold what the greatest releases hold', TIPS],
  ['T48: a tag is its own release', TAGS],
  ['T50: owned folders hold nothing unaccounted for', FOLDERS],
] as const)('%s', (_, forgeries) => {
  it.each(forgeries)(
    '%s',
    async (_title, forge, found) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path);
      expect({ code: result.code, found: foundBy(result) }).toEqual({
        code: 1,
        found: expect.arrayContaining([[...found]]),
      });
      expect(
        result.report.findings.every(
          (row: { expected: string; actual: string }) => row.expected !== row.actual,
        ),
      ).toBe(true);
    },
    LIMIT,
  );
});

describe('T47: a branch that is not there', () => {
  it(
    'ends the run, with the near name',
    async () => {
      const { code, report } = await verifyMirror(mirror, ['--branch', 'mian']);
      expect({ code, errors: report.errors.map(({ code: c }: { code: string }) => c) }).toEqual({
        code: 1,
        errors: ['BRANCH_NOT_FOUND'],
      });
      const copy = MirrorEditor.copy(mirror);
      copy.git(['update-ref', '--no-deref', 'HEAD', copy.git(['rev-parse', 'main'])]);
      expect((await verifyMirror(copy.path)).report.errors).toMatchObject([
        { code: 'BRANCH_NOT_FOUND' },
      ]);
      expect((await verifyMirror(copy.path, ['--branch', 'main'])).code).toBe(0);
    },
    LIMIT,
  );
});

describe('T48: an alias', () => {
  it(
    'of a proved release is listed, and is no finding',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.git(['update-ref', 'refs/tags/latest', copy.git(['rev-parse', '3.0^{commit}'])]);
      const { code, report } = await verifyMirror(copy.path);
      expect({ code, findings: report.findings, foreign: report.foreign }).toEqual({
        code: 0,
        findings: [],
        foreign: [{ ref: 'refs/tags/latest' }],
      });
    },
    LIMIT,
  );
});

describe('T49: another product, or another key', () => {
  it(
    'reads packages: a name that it does not take is a finding',
    async () => {
      const result = await verifyMirror(mirror, ['--packages', 'other']);
      expect({ code: result.code, proofs: new Set(Object.values(proofsOf(result))) }).toEqual({
        code: 1,
        proofs: new Set(['failed']),
      });
      expect(result.report.findings).toContainEqual(
        expect.objectContaining({ kind: 'metadata', path: 'archive/mirror.json' }),
      );
      expect((await verifyMirror(mirror, ['--packages', 'hello'])).code).toBe(0);
    },
    LIMIT,
  );

  it(
    'says in headline and warning that a key is not pinned, and takes gpgkey for a pin',
    async () => {
      const open = await verifyMirror(mirror, [], []);
      expect(open.code).toBe(0);
      expect(open.report.anchors).toEqual([
        { fingerprint: PUBLISHER.fingerprint, why: 'first-release' },
      ]);
      expect(open.report.warnings.join()).toContain(PUBLISHER.fingerprint);
      expect(open.stdout + open.stderr).toContain(`Key not pinned: ${PUBLISHER.fingerprint}`);
      const file = join(makeRunDirectory(), 'key.asc');
      writeFileSync(file, PUBLISHER_KEY);
      const given = await verifyMirror(mirror, ['--gpgkey', file], []);
      expect({ code: given.code, anchors: given.report.anchors }).toEqual({
        code: 0,
        anchors: [{ fingerprint: PUBLISHER.fingerprint, why: 'gpgkey' }],
      });
      writeFileSync(file, makeCertificate({ key: SECOND }));
      expect((await verifyMirror(mirror, ['--gpgkey', file], [])).code).toBe(1);
    },
    LIMIT,
  );

  it(
    'finds a second key that nobody pinned, and what it signed; with both pinned all is well',
    async () => {
      const first = makeCertificate({ key: PUBLISHER });
      const both = Buffer.concat([first, makeCertificate({ key: SECOND })]);
      const pins = `${PUBLISHER.fingerprint},${SECOND.fingerprint}`;
      const path = await publishHello(
        [[hello('1.0')], [hello('1.0'), hello('2.0', { sign: signBoth(SECOND) })]],
        { 'gpg-fingerprints': pins, gpgkey: join(writeKey(both), 'KEYS') },
      );
      const open = await verifyMirror(path, [], []);
      expect({ code: open.code, proof: proofsOf(open)['2.0'] }).toEqual({
        code: 1,
        proof: 'failed',
      });
      expect(open.report.findings).toContainEqual(expect.objectContaining({ kind: 'signature' }));
      expect((await verifyMirror(path, [], ['--gpg-fingerprints', pins])).code).toBe(0);
    },
    LIMIT,
  );
});

function writeKey(bytes: Buffer): string {
  const folder = makeRunDirectory();
  writeFileSync(join(folder, 'KEYS'), bytes);
  return folder;
}
