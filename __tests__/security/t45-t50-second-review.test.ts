// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  annotate,
  foundBy,
  proofsOf,
  publishHello,
  recommit,
  verifyMirror,
} from '../fixtures/forged-mirror.js';
import { texts } from '../fixtures/header-builder.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, helloFiles, type ListedPackage } from '../fixtures/small-repository.js';
import { tarArchive } from '../fixtures/tar-builder.js';

const LIMIT = 120_000;
const EVIL = { 'src/hello.c': { content: 'int backdoor;\n' } };
const SOURCE = 1018;

/** A release with a folder in a folder, and attributes of its own. */
function release(version: string): ListedPackage {
  const folder = `/usr/src/hello-${version}`;
  return hello(version, {
    files: [
      ...helloFiles(version),
      { path: `${folder}/.gitattributes`, content: '*.bin binary\n' },
      { path: `${folder}/data.bin`, content: 'a\nb\n' },
      { path: `${folder}/lib`, mode: 0o040755 },
      { path: `${folder}/lib/list.c`, content: 'int list;\n' },
    ],
  });
}

/** A source package, whose spec goes to the packaging directory. */
function sourceRelease(version: string): ListedPackage {
  const files = {
    'hello.tar.gz': gzipSync(tarArchive([{ name: `hello-${version}/main.c`, content: version }])),
    'hello.spec': `Name: hello\nVersion: ${version}\nSource0: hello.tar.gz\n`,
  };
  return {
    ...hello(version, {
      source: true,
      files: Object.entries(files).map(([path, content]) => ({
        path,
        content,
        flags: path.endsWith('.spec') ? 32 : 0,
      })),
      entries: [texts(SOURCE, ['hello.tar.gz'])],
    }),
    arch: 'src',
  };
}

/** A commit with the tree of a revision, and these files besides. */
function orphan(
  m: MirrorEditor,
  revision: string,
  files: Parameters<MirrorEditor['tree']>[1],
): string {
  return m.git(['commit-tree', m.tree(revision, files)], 'mine\n');
}

const claims = (m: MirrorEditor, revision: string): Record<string, unknown> =>
  JSON.parse(m.bytes(`${revision}:archive/mirror.json`).toString('utf8')) as Record<
    string,
    unknown
  >;
const claim = (m: MirrorEditor, revision: string, change: object) => ({
  'archive/mirror.json': {
    content: `${JSON.stringify({ ...claims(m, revision), ...change }, null, 2)}\n`,
  },
});

type Forgery = readonly [title: string, forge: (m: MirrorEditor) => void, args?: readonly string[]];

const FORGERIES: readonly Forgery[] = [
  [
    'an alias beside attributes that change it',
    (m) => {
      m.git([
        'update-ref',
        'refs/tags/latest',
        orphan(m, '3.0^{tree}', { '.gitattributes': { content: '*.c export-ignore\n' } }),
      ]);
    },
  ],
  [
    'an alias beside a twin of the source',
    (m) => {
      m.git([
        'update-ref',
        'refs/tags/latest',
        orphan(m, '3.0^{tree}', { 'SRC/hello.c': { content: 'x' } }),
      ]);
    },
  ],
  [
    'a release commit under another name, beside attributes',
    (m) => {
      const tree = m.tree('3.0^{tree}', { '.gitattributes': { content: '* text eol=crlf\n' } });
      m.git(['update-ref', 'refs/tags/latest', recommit(m, '3.0', { tree })]);
    },
  ],
  [
    'a foreign branch with the source of a release, beside attributes',
    (m) => {
      m.git([
        'update-ref',
        'refs/heads/work',
        orphan(m, '3.0^{tree}', { '.gitattributes': { content: '* text eol=crlf\n' } }),
      ]);
    },
  ],
  [
    'a foreign branch with the source of a release, beside submodules',
    (m) => {
      m.git([
        'update-ref',
        'refs/heads/work',
        orphan(m, '3.0^{tree}', { '.gitmodules': { content: '[submodule "x"]\n' } }),
      ]);
    },
  ],
  [
    'a tag of a tree with other source',
    (m) => {
      m.git(['update-ref', 'refs/tags/latest', m.tree('3.0^{tree}', EVIL)]);
    },
  ],
  [
    'an annotated tag of a tree with other source',
    (m) => {
      const tree = m.tree('3.0^{tree}', EVIL);
      m.git(['tag', '-a', '-m', 'x', 'latest', tree]);
    },
  ],
  [
    'a tag of a tag of a tag, deeper than anybody nests',
    (m) => {
      let at = orphan(m, '3.0^{tree}', EVIL);
      for (let depth = 0; depth < 12; depth += 1) {
        m.git(['tag', '-a', '-f', '-m', 'x', 'latest', at]);
        at = m.git(['rev-parse', 'refs/tags/latest']);
      }
    },
  ],
  [
    'a branch that is a tree',
    (m) => {
      writeFileSync(join(m.path, 'refs/heads/work'), `${m.tree('3.0^{tree}', EVIL)}\n`);
    },
  ],
  [
    'a branch that is a tag',
    (m) => {
      m.git(['tag', '-a', '-m', 'x', 'latest', orphan(m, '3.0^{tree}', EVIL)]);
      const tag = m.git(['rev-parse', 'refs/tags/latest']);
      m.git(['tag', '-d', 'latest']);
      writeFileSync(join(m.path, 'refs/heads/work'), `${tag}\n`);
    },
  ],
  [
    'attributes that leave a folder out of an archive',
    (m) => {
      m.commit({ '.gitattributes': { content: 'src/lib export-ignore\n' } });
    },
  ],
  [
    'attributes that leave a folder out of an archive, with a slash',
    (m) => {
      m.commit({ '.gitattributes': { content: 'lib/ export-ignore\n' } });
    },
  ],
  [
    'attributes that leave the source out of an archive, with a slash',
    (m) => {
      m.commit({ '.gitattributes': { content: 'src/ export-ignore\n' } });
    },
  ],
  [
    'attributes that give a macro of the source another meaning',
    (m) => {
      m.commit({ '.gitattributes': { content: '[attr]binary text eol=crlf\n' } });
    },
  ],
  [
    'a name that unpacks into the source on Windows',
    (m) => {
      m.commit({ 'src\\hello.c': { content: 'x' } });
    },
  ],
  [
    'a release that its own list puts beyond versions',
    (m) => {
      const list = m.bytes('2.0:archive/releases.json').toString('utf8');
      const evr = list.replace(/("tag":"2\.0","nevra":"hello-)2\.0/, '$10.1');
      m.retag('2.0', { files: { ...EVIL, 'archive/releases.json': { content: evr } } });
    },
    ['--versions', '>=1'],
  ],
  [
    'a tag format of its own, for a release under a later name',
    (m) => {
      const files = claim(m, '1.0', { tagFormats: ['{version}', '9.9.{version}'] });
      const tree = m.tree('1.0^{tree}', files);
      annotate(m, '9.9.1.0', recommit(m, '1.0', { tree }), '1.0');
    },
  ],
  [
    'a source directory of its own',
    (m) => {
      const source = m.git(['rev-parse', '3.0:src']);
      const dirs = claims(m, 'main')['directories'] as Record<string, string>;
      const files = { ...EVIL, ...claim(m, 'main', { directories: { ...dirs, source: 'code' } }) };
      const commit = m.commit(files);
      const tree = m.graft(`${commit}^{tree}`, 'code', source);
      m.git(['update-ref', 'refs/heads/main', recommit(m, 'main', { tree })]);
    },
  ],
  [
    'a list that is executable, where modes are accepted',
    (m) => {
      const list = m.bytes('main:archive/releases.json').toString('utf8');
      m.commit({
        'archive/releases.json': {
          content: list.replaceAll(/"sourceTree":"[0-9a-f]*"/g, `"sourceTree":"${'0'.repeat(40)}"`),
          mode: '100755',
        },
      });
    },
    ['--accept-findings', 'mode'],
  ],
  [
    'HEAD that is a tag',
    (m) => {
      m.commit(EVIL);
      writeFileSync(join(m.path, 'HEAD'), 'ref: refs/tags/3.0\n');
    },
  ],
  [
    'a submodule in the source',
    (m) => {
      const tree = m.tree('2.0^{tree}', {});
      m.git(['read-tree', tree]);
      m.git([
        'update-index',
        '--add',
        '--cacheinfo',
        `160000,${m.git(['rev-parse', 'main'])},src/sub`,
      ]);
      m.retag('2.0', { tree: m.git(['write-tree']) });
    },
  ],
  [
    'the source a link',
    (m) => {
      const tree = m.tree('main', { src: undefined, 'good/hello.c': { content: 'x' } });
      m.git(['read-tree', tree]);
      const oid = m.git(['hash-object', '-w', '--stdin'], 'good');
      m.git(['update-index', '--add', '--cacheinfo', `120000,${oid},src`]);
      m.git([
        'update-ref',
        'refs/heads/main',
        recommit(m, 'main', { tree: m.git(['write-tree']) }),
      ]);
    },
  ],
  [
    'a mode',
    (m) => {
      m.retag('2.0', { files: { 'src/hello.c': { mode: '100755' } } });
    },
  ],
  [
    'replace refs',
    (m) => {
      const good = m.git(['rev-parse', '2.0^{commit}']);
      m.retag('2.0', { files: EVIL });
      m.git(['replace', m.git(['rev-parse', '2.0^{commit}']), good]);
    },
  ],
  [
    'packages swapped',
    (m) => {
      const a = m.bytes('main:archive/rpm/hello-1.0-1.noarch.rpm');
      const b = m.bytes('main:archive/rpm/hello-2.0-1.noarch.rpm');
      m.retag('2.0', {
        files: {
          'archive/rpm/hello-2.0-1.noarch.rpm': { content: a },
          'archive/rpm/hello-1.0-1.noarch.rpm': { content: b },
        },
      });
    },
  ],
  [
    'a release in the form of the predecessor, with a file in the archive',
    (m) => {
      const tree = m.tree('1.0^{tree}', {
        'archive/releases.json': undefined,
        'archive/mirror.json': undefined,
        'archive/evil.sh': { content: 'x' },
      });
      m.git([
        'update-ref',
        'refs/tags/1.0',
        recommit(m, '1.0', { tree, message: (t) => t.slice(0, t.indexOf('\nRpm-Nevra')) }),
      ]);
    },
  ],
  [
    'the older commit of the branch made to hold other source, with a branch there',
    (m) => {
      const evil = recommit(m, 'main', { tree: m.tree('main', EVIL) });
      const tip = m.git(['commit-tree', 'main^{tree}', '-p', evil], 'x\n');
      m.git(['update-ref', 'refs/heads/main', tip]);
      m.git(['update-ref', 'refs/heads/work', evil]);
    },
  ],
  [
    'a branch named like the remote branch of a clone',
    (m) => {
      m.git(['update-ref', 'refs/heads/HEAD', orphan(m, '3.0^{tree}', EVIL)]);
    },
  ],
  [
    'a branch in no letters of a tag',
    (m) => {
      m.git(['update-ref', 'refs/heads/tags/2.0', orphan(m, '3.0^{tree}', EVIL)]);
    },
  ],
  [
    'a symbolic tag',
    (m) => {
      m.git(['update-ref', 'refs/heads/work', orphan(m, '3.0^{tree}', EVIL)]);
      m.git(['symbolic-ref', 'refs/tags/2.0', 'refs/heads/work']);
    },
  ],
];

describe('T45 to T50: what a second review forged', () => {
  let mirror: string;
  beforeAll(async () => {
    const [one, two, three, patch] = [
      release('1.0'),
      release('2.0'),
      release('3.0'),
      release('1.1'),
    ];
    mirror = await publishHello([[one], [one, two], [one, two, three], [one, two, three, patch]], {
      'line-branches': '1.*=release/1',
    });
  }, LIMIT);
  afterAll(removeRunDirectories);

  it(
    'leaves the unforged mirror green',
    async () => {
      const result = await verifyMirror(mirror);
      expect({
        code: result.code,
        found: foundBy(result),
        proofs: new Set(Object.values(proofsOf(result))),
      }).toEqual({
        code: 0,
        found: [],
        proofs: new Set(['proved']),
      });
    },
    LIMIT,
  );

  it.each(FORGERIES)(
    '%s',
    async (_title, forge, args = []) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path, args);
      expect({
        code: result.code,
        some: [...result.report.findings, ...result.report.errors].length > 0,
      }).toEqual({ code: 1, some: true });
    },
    LIMIT,
  );
});

const PACKAGING: readonly Forgery[] = [
  [
    'on the branch, in two commits under the subjects of this tool',
    (m) => {
      const subject = 'feat: hello 3.0\n';
      m.commit({ 'packaging/hello.spec': { content: 'evil' } }, { message: subject });
      m.commit({}, { message: 'chore: update release notes\n' });
    },
  ],
  [
    'on the branch, by a message of a release',
    (m) => {
      const tree = m.tree('main', { 'packaging/hello.spec': { content: 'evil' } });
      const commit = recommit(m, 'main', { tree });
      m.git(['update-ref', 'refs/heads/main', commit]);
    },
  ],
  [
    'on the branch, with claims without sources',
    (m) => {
      const tree = m.tree('main', {
        'packaging/hello.spec': { content: 'evil' },
        ...claim(m, 'main', { arch: ['noarch'] }),
      });
      const commit = recommit(m, 'main', { tree });
      m.git(['update-ref', 'refs/heads/main', commit]);
    },
  ],
  [
    'in a tag',
    (m) => {
      m.retag('2.0', { files: { 'packaging/hello.spec': { content: 'evil' } } });
    },
  ],
  [
    'in a tag, with claims without sources',
    (m) => {
      m.retag('2.0', {
        files: { 'packaging/evil': { content: 'evil' }, ...claim(m, '2.0', { arch: ['noarch'] }) },
      });
    },
  ],
];

describe('T47, T50: the packaging directory', () => {
  let mirror: string;
  beforeAll(async () => {
    mirror = await publishHello(
      [[sourceRelease('1.0')], [sourceRelease('1.0'), sourceRelease('2.0')]],
      { arch: 'src' },
    );
  }, LIMIT);
  afterAll(removeRunDirectories);

  it(
    'leaves the unforged mirror green',
    async () => {
      const result = await verifyMirror(mirror);
      expect({ code: result.code, found: foundBy(result) }).toEqual({ code: 0, found: [] });
    },
    LIMIT,
  );

  it.each(PACKAGING)(
    '%s',
    async (_title, forge, args = []) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path, args);
      expect({ code: result.code, some: result.report.findings.length > 0 }).toEqual({
        code: 1,
        some: true,
      });
    },
    LIMIT,
  );
});
