// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  type Found,
  foundBy,
  proofsOf,
  publishHello,
  verifyMirror,
} from '../fixtures/forged-mirror.js';
import { binary, texts } from '../fixtures/header-builder.js';
import { type FileEdit, MirrorEditor } from '../fixtures/mirror-editor.js';
import { makeCertificate, makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import { buildPackage, type BuiltPackage } from '../fixtures/rpm-builder.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import {
  fileName,
  hello,
  helloFiles,
  type ListedPackage,
  PUBLISHER,
  signHeader,
} from '../fixtures/small-repository.js';
import { tarArchive } from '../fixtures/tar-builder.js';

/** Forgeries that leave everything in agreement but for one thing: each is found, and as nothing else. */

const LIMIT = 120_000;
const SOURCE = 1018;
const LIST = 'archive/releases.json';
const PRIMARY = 'archive/primary.xml.gz';
const RPM = `archive/rpm/${fileName(hello('2.0'))}`;
const EVIL: Readonly<Record<string, FileEdit>> = { 'src/hello.c': { content: 'int backdoor;\n' } };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Replaces all of these in a text, each of which must be there. */
function replaced(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((now, [before, after]) => {
    if (!now.includes(before)) throw new Error(`there is no ${before} in:\n${now}`);
    return now.replaceAll(before, after);
  }, text);
}

/** Message, list and tag of a release say this instead. */
function says(
  m: MirrorEditor,
  pairs: readonly (readonly [string, string])[],
  files: Readonly<Record<string, FileEdit>> = {},
): void {
  const change = (text: string): string => replaced(text, pairs);
  m.retag('2.0', { files, message: change, tagText: change });
}

/** The package of a release with these bytes behind its signed header, and what is recorded of both. */
function withPayload(built: BuiltPackage, payload: Buffer, front: Buffer): Buffer[] {
  return [Buffer.concat([front, built.header, payload]), Buffer.concat([built.header, payload])];
}

/** The archived index lists the package with this checksum; files and sums of the index agree. */
function relist(m: MirrorEditor, revision: string, pairs: readonly [string, string][]) {
  const before = m.bytes(`${revision}:${PRIMARY}`);
  const primary = gzipSync(replaced(gunzipSync(before).toString('utf8'), pairs));
  const repomd = m
    .bytes(`${revision}:archive/repomd.xml`)
    .toString('utf8')
    .replace(sha256(before), sha256(primary))
    .replace(`<size>${before.length}</size>`, `<size>${primary.length}</size>`);
  return {
    [PRIMARY]: { content: primary },
    [`${PRIMARY}.sha256`]: { content: sha256(primary) },
    'archive/repomd.xml': { content: repomd },
    'archive/repomd.xml.sha256': { content: sha256(Buffer.from(repomd)) },
  };
}

/** Another payload behind the signed header; signatures over header and payload are left out, and all that is recorded agrees. */
function swapPayload(m: MirrorEditor, ofBoth: boolean): void {
  const honest = RELEASE.built;
  const payload = Buffer.from(honest.payload);
  payload[payload.length - 600]! ^= 1;
  const { bytes, headerStart } = buildPackage({
    ...SPEC,
    sign: ({ header }) => [
      ...signHeader()({ header, payload }),
      ...(ofBoth
        ? [binary(1002, makeSignature({ key: PUBLISHER, parts: [header, honest.payload] }))]
        : []),
    ],
    digests: false,
  });
  const [whole, content] = withPayload(honest, payload, bytes.subarray(0, headerStart)) as [
    Buffer,
    Buffer,
  ];
  const pairs: [string, string][] = [
    [sha256(honest.bytes), sha256(whole)],
    [sha256(Buffer.concat([honest.header, honest.payload])), sha256(content)],
  ];
  const list = (revision: string): FileEdit => ({
    content: replaced(m.bytes(`${revision}:${LIST}`).toString('utf8'), pairs),
  });
  const files = (revision: string): Record<string, FileEdit> => ({
    [RPM]: { content: whole },
    [`${RPM}.sha256`]: { content: sha256(whole) },
    [LIST]: list(revision),
    ...relist(m, revision, pairs.slice(0, 1)),
  });
  says(m, pairs, files('2.0'));
}

const SPEC = {
  version: '2.0',
  files: [
    ...helloFiles('2.0'),
    { path: '/usr/src/hello-2.0/run', content: '#!/bin/sh\n', mode: 0o104755 },
  ],
};
const RELEASE: ListedPackage = hello('2.0', SPEC);

type Forgery = readonly [title: string, forge: (m: MirrorEditor) => void, found: Found];
const inTag = (
  title: string,
  files: (m: MirrorEditor) => Readonly<Record<string, FileEdit>>,
  found: Found,
): Forgery => [
  title,
  (m) => {
    m.retag('2.0', { files: files(m) });
  },
  found,
];
const atTip = (title: string, files: Readonly<Record<string, FileEdit>>, found: Found): Forgery => [
  title,
  (m) => {
    m.commit(files);
  },
  found,
];
const submodule = (title: string, path: string, oid: string, found: Found): Forgery => [
  title,
  (m) => {
    m.git(['read-tree', '2.0^{tree}']);
    m.git(['update-index', '--add', '--cacheinfo', `160000,${m.git(['rev-parse', oid])},${path}`]);
    m.retag('2.0', { tree: m.git(['write-tree']) });
  },
  found,
];
const INDEX = ['repomd.xml', 'primary.xml.gz', 'filelists.xml.gz', 'other.xml.gz'].map(
  (name) => `archive/${name}`,
);
const none = (paths: readonly string[]): Record<string, FileEdit> =>
  Object.fromEntries(paths.map((path) => [path, undefined]));

const FORGERIES: readonly Forgery[] = [
  submodule('a submodule in the source', 'src/sub', 'main', ['extra', '2.0', 'src/sub']),
  submodule('a submodule instead of a file', 'src/hello.c', 'main', [
    'content',
    '2.0',
    'src/hello.c',
  ]),
  submodule('a submodule with the id of the file', 'src/install.sh', '2.0:src/install.sh', [
    'content',
    '2.0',
    'src/install.sh',
  ]),
  inTag(
    'an index of the recorded revision that lists another checksum',
    (m) => relist(m, '2.0', [[sha256(RELEASE.built.bytes), '0'.repeat(64)]]),
    ['digest', '2.0', PRIMARY],
  ),
  inTag(
    'an index of the recorded revision that does not list the package',
    (m) => relist(m, '2.0', [['ver="2.0"', 'ver="2.1"']]),
    ['digest', '2.0', PRIMARY],
  ),
  inTag(
    'an index whose sums are right, and which is no XML',
    (m) => relist(m, '2.0', [['</metadata>', '</meta>']]),
    ['digest', '2.0', PRIMARY],
  ),
  inTag('no index', () => none(INDEX.flatMap((path) => [path, `${path}.sha256`])), [
    'digest',
    '2.0',
    'archive/repomd.xml',
  ]),
  ...INDEX.map((path) =>
    inTag(`no ${path}.sha256`, () => none([`${path}.sha256`]), ['digest', '2.0', `${path}.sha256`]),
  ),
  inTag('no primary index', () => none([PRIMARY, `${PRIMARY}.sha256`]), [
    'digest',
    '2.0',
    'archive/primary.xml',
  ]),
  atTip('another mode on the branch', { 'src/install.sh': { mode: '100644' } }, [
    'mode',
    'main',
    'src/install.sh',
  ]),
  atTip('a file less on the branch', { 'src/hello.c': undefined }, [
    'missing',
    'main',
    'src/hello.c',
  ]),
  atTip('no checksum of a package on the branch', { [`${RPM}.sha256`]: undefined }, [
    'digest',
    'main',
    `${RPM}.sha256`,
  ]),
  atTip('no checksum of the index on the branch', { 'archive/repomd.xml.sha256': undefined }, [
    'digest',
    'main',
    'archive/repomd.xml.sha256',
  ]),
  [
    'another name inside the tag',
    (m) => {
      m.retag('2.0', { tagText: (text) => replaced(text, [['\ntag 2.0\n', '\ntag 2.1\n']]) });
    },
    ['tag', '2.0', 'refs/tags/2.0'],
  ],
  [
    'another name in a tag around the tag',
    (m) => {
      const inner = m.git(['rev-parse', 'refs/tags/2.0']);
      const outer = `${m.git(['cat-file', 'tag', '2.0'])}\n`.replace(
        /^object .*\ntype .*\ntag .*/,
        `object ${inner}\ntype tag\ntag 2.1`,
      );
      m.git(['update-ref', 'refs/tags/2.0', m.git(['mktag'], outer)]);
    },
    ['tag', '2.0', 'refs/tags/2.0'],
  ],
  [
    'another version in the subject of commit and tag',
    (m) => {
      says(m, [['feat: hello 2.0', 'feat: hello 2.1']]);
    },
    ['metadata', '2.0', 'subject'],
  ],
  [
    'another mode in the trailer Dropped-Mode of commit and tag',
    (m) => {
      says(m, [['Dropped-Mode: 104755 run', 'Dropped-Mode: 102755 run']]);
    },
    ['metadata', '2.0', 'Dropped-Mode'],
  ],
  [
    'no trailer Dropped-Mode in commit and tag',
    (m) => {
      says(m, [['\nDropped-Mode: 104755 run', '']]);
    },
    ['metadata', '2.0', 'Dropped-Mode'],
  ],
];

afterAll(removeRunDirectories);

describe('T45 to T50: one fault among what agrees', () => {
  let mirror: string;
  beforeAll(async () => {
    const [one, three] = [hello('1.0'), hello('3.0')];
    mirror = await publishHello([[one], [one, RELEASE], [one, RELEASE, three]]);
  }, LIMIT);

  it(
    'leaves the unforged mirror green',
    async () => {
      const result = await verifyMirror(mirror);
      expect([result.code, foundBy(result)]).toEqual([0, []]);
    },
    LIMIT,
  );

  it.each(FORGERIES)(
    '%s',
    async (_title, forge, found) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path);
      expect([result.code, foundBy(result)]).toEqual([1, [[...found]]]);
    },
    LIMIT,
  );

  it.each([
    ['where the header alone is signed', false],
    ['where header and payload are signed', true],
  ])(
    'another payload behind the signed header, all that is recorded agreeing, %s',
    async (_title, ofBoth) => {
      const copy = MirrorEditor.copy(mirror);
      swapPayload(copy, ofBoth);
      const result = await verifyMirror(copy.path);
      expect([result.code, proofsOf(result)['2.0'], foundBy(result)[0]]).toEqual([
        1,
        'failed',
        ['package', '2.0', RPM],
      ]);
    },
    LIMIT,
  );

  it(
    'another source at the end of the branch that is named',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.commit(EVIL);
      const result = await verifyMirror(copy.path, ['--branch', 'main']);
      expect([result.code, foundBy(result)]).toEqual([1, [['content', 'main', 'src/hello.c']]]);
    },
    LIMIT,
  );
});

/** A source package with an archive, whose spec goes to the packaging directory. */
function sourceRelease(version: string): ListedPackage {
  const files = {
    'hello.tar.gz': gzipSync(
      tarArchive([
        { name: `hello-${version}/main.c`, content: version },
        { name: `hello-${version}/run`, content: '#!/bin/sh\n', mode: 0o4755 },
      ]),
    ),
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

const SOURCE_FORGERIES: readonly Forgery[] = [
  inTag('another spec', () => ({ 'packaging/hello.spec': { content: 'evil' } }), [
    'content',
    '2.0',
    'packaging/hello.spec',
  ]),
  inTag('a file beside the spec', () => ({ 'packaging/evil': { content: 'evil' } }), [
    'extra',
    '2.0',
    'packaging/evil',
  ]),
  inTag('no spec', () => ({ 'packaging/hello.spec': undefined }), [
    'missing',
    '2.0',
    'packaging/hello.spec',
  ]),
  inTag('a spec that can be run', () => ({ 'packaging/hello.spec': { mode: '100755' } }), [
    'mode',
    '2.0',
    'packaging/hello.spec',
  ]),
  ...(
    [
      ['Unpacked-From', ': hello.tar.gz', ': evil.tar.gz'],
      ['Dropped-Mode', ': 104755 run', ': 104755 main.c'],
    ] as const
  ).map(([label, before, after]): Forgery => [
    `another trailer ${label} in commit and tag`,
    (m) => {
      says(m, [[label + before, label + after]]);
    },
    ['metadata', '2.0', label],
  ]),
];

describe('T45, T50: one fault in a release of a source package', () => {
  let mirror: string;
  beforeAll(async () => {
    const all = ['1.0', '2.0', '3.0'].map(sourceRelease);
    mirror = await publishHello([all.slice(0, 1), all.slice(0, 2), all], { arch: 'src' });
  }, LIMIT);

  it.each(SOURCE_FORGERIES)(
    '%s',
    async (_title, forge, found) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path);
      expect([result.code, foundBy(result)]).toEqual([1, [[...found]]]);
    },
    LIMIT,
  );
});

describe('T15: a mirror of weakly signed packages', () => {
  it(
    'is good only where allow-weak names what is weak',
    async () => {
      const key = makeKey('RSA');
      const keyFile = join(makeRunDirectory(), 'KEY');
      writeFileSync(keyFile, makeCertificate({ key }));
      const weak = hello('1.0', {
        sign: ({ header, payload }) => [
          binary(268, makeSignature({ key, parts: [header], hash: 'sha1' })),
          binary(1002, makeSignature({ key, parts: [header, payload], hash: 'sha1' })),
        ],
      });
      const pins = ['--gpg-fingerprints', key.fingerprint];
      const mirror = await publishHello([[weak]], {
        'allow-weak': 'sha1',
        gpgkey: keyFile,
        'gpg-fingerprints': key.fingerprint,
      });
      const allowed = await verifyMirror(mirror, ['--allow-weak', 'sha1'], pins);
      expect([allowed.code, proofsOf(allowed)]).toEqual([0, { '1.0': 'proved' }]);
      for (const args of [[], ['--allow-weak', 'md5']]) {
        const result = await verifyMirror(mirror, args, pins);
        expect([result.code, proofsOf(result), foundBy(result)]).toEqual([
          1,
          { '1.0': 'failed' },
          [['signature', '1.0', `archive/rpm/${fileName(weak)}`]],
        ]);
        expect(result.report.findings[0].actual).toContain('WEAK_ALGORITHM');
      }
    },
    LIMIT,
  );
});
