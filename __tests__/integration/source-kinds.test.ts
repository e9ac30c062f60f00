// SPDX-License-Identifier: MIT
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { afterAll, describe, expect, it } from '@jest/globals';

import { text, texts } from '../fixtures/header-builder.js';
import { buildPackage, type PackageFile } from '../fixtures/rpm-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, type ListedPackage } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { tarArchive, type TarSpec } from '../fixtures/tar-builder.js';
import { zipArchive } from '../fixtures/zip-builder.js';

const [SOURCE, RPM_VERSION] = [1018, 1064];
type Files = Readonly<Record<string, string | Uint8Array>>;

interface SourceOptions {
  /** As the header lists them. */
  readonly sources: readonly string[];
  readonly rpm?: string;
}

function sourceSpec(files: Files, { sources, rpm }: SourceOptions) {
  const listed = Object.entries(files).map(([path, content]): PackageFile => ({
    path,
    content,
    flags: path.endsWith('.spec') ? 32 : 0,
  }));
  const entries = [texts(SOURCE, sources), ...(rpm === undefined ? [] : [text(RPM_VERSION, rpm)])];
  return { source: true, files: listed, entries };
}

const sourcePackage = (files: Files, options: SourceOptions): ListedPackage => ({
  ...hello('1.0', sourceSpec(files, options)),
  arch: 'src',
});
const binaryPackage = (files: Files): ListedPackage =>
  hello('1.0', {
    files: Object.entries(files).map(([path, content]) => ({ path: `/${path}`, content })),
  });

const tgz = (...members: readonly TarSpec[]): Buffer => gzipSync(tarArchive(members));
const MAIN = tgz({ name: 'hello-1.0/main.c', content: 'main' });
const EXTRA = tgz({ name: 'extra/e.c', content: 'e' });
const files = ({ git }: Stage, ...folders: string[]): string[] =>
  git
    .git(
      'ls-tree',
      '-r',
      '--name-only',
      '1.0',
      '--',
      ...(folders.length > 0 ? folders : ['src', 'packaging']),
    )
    .split('\n')
    .filter((line) => line !== '');
const unpackedFrom = ({ git }: Stage): string[] =>
  [...git.git('log', '-1', '--format=%B', '1.0').matchAll(/^Unpacked-From: (.*)$/gm)].map(
    ([, name]) => name!,
  );

/** Publishes, verifies, and gives what was said. */
async function published(stage: Stage, inputs: Readonly<Record<string, string>>): Promise<string> {
  const { code, report, stdout } = await stage.publish(inputs);
  expect({ code, errors: report.errors, tags: stage.tags() }).toEqual({
    code: 0,
    errors: [],
    tags: ['1.0'],
  });
  const verified = await stage.publish({ ...inputs, mode: 'verify' });
  expect({ code: verified.code, findings: verified.report.findings }).toEqual({
    code: 0,
    findings: [],
  });
  return stdout;
}

afterAll(removeRunDirectories);

describe('Source0 by its number', () => {
  const spec = (...lines: string[]): string =>
    `Name: hello\nVersion: 1.0\n${lines.join('\n')}\n%description\nSource0: extra.tar.gz\n`;
  const declared = ['hello-1.0.tar.gz', 'extra.tar.gz'];
  const reversed = declared.toReversed();
  it.each<[string, string, SourceOptions, string, RegExp | undefined]>([
    [
      'Source1 declared before Source0',
      spec('Source1: extra.tar.gz', 'Source0: hello-%{version}.tar.gz'),
      { sources: declared, rpm: '4.18.0' },
      'src/main.c',
      undefined,
    ],
    [
      'rpm 5.99.92, which lists as declared',
      spec('Source0: %{url}/hello-%{version}.tar.gz', 'Source1: extra.tar.gz'),
      { sources: declared, rpm: '5.99.92' },
      'src/main.c',
      undefined,
    ],
    [
      'rpm 6 and macros for all',
      spec('Source0: %{a}', 'Source1: %{b}'),
      { sources: declared, rpm: '6.0.0' },
      'src/main.c',
      undefined,
    ],
    [
      'rpm 4 and macros for all',
      spec('Source0: %{a}', 'Source1: %{b}'),
      { sources: reversed, rpm: '4.20.1' },
      'src/main.c',
      undefined,
    ],
    [
      'Source without number',
      spec('Source: %{name}-%{version}.tar.gz', 'Source: extra.tar.gz'),
      { sources: reversed, rpm: '4.18.0' },
      'src/main.c',
      undefined,
    ],
    [
      'a source list',
      'Name: hello\n%sourcelist\n# none\nhttps://example.org/x#/hello-1.0.tar.gz\nextra.tar.gz\n',
      { sources: reversed, rpm: '4.18.0' },
      'src/main.c',
      undefined,
    ],
    [
      'a condition that was not taken',
      spec(
        '%if 0',
        'Source0: other.tar.gz',
        '%else',
        'Source0: hello-1.0.tar.gz',
        '%endif',
        'Source1: extra.tar.gz',
      ),
      { sources: reversed, rpm: '4.18.0' },
      'src/main.c',
      undefined,
    ],
    [
      'an order that is none of rpm, and names that tell',
      spec('Source0: hello-1.0.tar.gz', 'Source1: extra.tar.gz'),
      { sources: declared, rpm: '4.18.0' },
      'src/main.c',
      undefined,
    ],
    [
      'a spec that does not tell',
      spec('%include sources.inc'),
      { sources: reversed, rpm: '4.18.0' },
      'src/main.c',
      /hello\.spec cannot be matched to the package's sources; the order of the header was taken, so that hello-1\.0\.tar\.gz counts as Source0/,
    ],
  ])('%s', async (_, text_, options, main, warning) => {
    const pkg = sourcePackage(
      { 'hello-1.0.tar.gz': MAIN, 'extra.tar.gz': EXTRA, 'hello.spec': text_ },
      options,
    );
    await onStage({ packages: [pkg] }, async (stage) => {
      const said = await published(stage, { arch: 'src' });
      expect(files(stage)).toEqual(['packaging/extra.tar.gz', 'packaging/hello.spec', main]);
      if (warning === undefined) expect(said).not.toMatch(/order of the header/);
      else expect(said).toMatch(warning);
    });
  });
});

describe('an archive by its content', () => {
  const zip = zipArchive([
    { name: 'hello-1.0/main.c', content: 'main', deflate: true },
    { name: 'hello-1.0/run', content: '#!/bin/sh\n', mode: 0o100755 },
  ]);
  const both = ['src/main.c', 'src/run'];
  const plain = tarArchive([{ name: 'hello-1.0/main.c', content: 'main' }]);
  it.each<[string, string, Buffer, string[]]>([
    ['zip', 'hello-1.0.zip', zip, both],
    ['zip called a tar archive', 'hello-1.0.tar.gz', zip, both],
    ['tar called a zip archive', 'hello-1.0.zip', MAIN, ['src/main.c']],
    ['zstd called xz', 'hello-1.0.tar.xz', zstdCompressSync(plain), ['src/main.c']],
    ['no compression', 'hello-1.0.tar.gz', plain, ['src/main.c']],
    ['compressed twice', 'hello-1.0.tar.gz', zstdCompressSync(gzipSync(plain)), ['src/main.c']],
    [
      'compressed thrice',
      'hello-1.0.tar.gz',
      gzipSync(zstdCompressSync(gzipSync(plain))),
      ['src/main.c'],
    ],
    [
      'a file beside the top folder',
      'hello-1.0.tgz',
      tgz({ name: 'package.xml', content: 'x' }, { name: 'hello-1.0/main.c' }),
      ['src/main.c', 'src/package.xml'],
    ],
    [
      'a global header as a file',
      'v1.tar.gz',
      tgz({ name: 'pax_global_header', content: 'x' }, { name: 'other-1.0/main.c' }),
      ['src/main.c', 'src/pax_global_header'],
    ],
    [
      'two folders, one with the version',
      'v1.tar.gz',
      tgz({ name: 'debian/rules' }, { name: 'other-1.0/main.c' }),
      ['src/debian/rules', 'src/main.c'],
    ],
    [
      'two folders that meet',
      'hello-1.0.tar.gz',
      tgz({ name: 'debian/rules' }, { name: 'hello-1.0/debian/rules' }),
      ['src/debian/rules', 'src/hello-1.0/debian/rules'],
    ],
    [
      'two folders, neither with the version',
      'x.tar.gz',
      tgz({ name: 'a/x' }, { name: 'b/x' }),
      ['src/a/x', 'src/b/x'],
    ],
    ['a jar, which stays as it is', 'hello.jar', zip, ['src/hello.jar']],
  ])('%s', async (_, name, content, expected) => {
    const pkg = sourcePackage(
      { 'hello.spec': 'Name: hello\n', [name]: content },
      { sources: [name] },
    );
    await onStage({ packages: [pkg] }, async (stage) => {
      await published(stage, { arch: 'src' });
      expect(files(stage, 'src')).toEqual(expected);
    });
  });
});

describe('a source package without an archive', () => {
  it.each<[string, Files, string[], string[]]>([
    ['the spec alone', { 'hello.spec': 'x' }, [], ['packaging/hello.spec']],
    [
      'a patch',
      { 'hello.spec': 'x', 'a.patch': 'y' },
      [],
      ['packaging/a.patch', 'packaging/hello.spec'],
    ],
    [
      'an archive that it does not hold',
      { 'hello.spec': 'x' },
      ['hello.tar.gz'],
      ['packaging/hello.spec'],
    ],
  ])(
    'but %s is published with its packaging, and says so',
    async (_, content, sources, expected) => {
      const spec = sourceSpec(content, { sources });
      const patches = 'a.patch' in content ? [texts(1019, ['a.patch'])] : [];
      const entries = [...(sources.length === 0 ? [] : spec.entries), ...patches];
      const pkg = { ...hello('1.0', { ...spec, entries }), arch: 'src' };
      await onStage({ packages: [pkg] }, async (stage) => {
        const said = await published(stage, { arch: 'src' });
        expect(files(stage)).toEqual(expected);
        expect(said).toMatch(
          /the source package holds no source \(.*\); it is published with its packaging: /,
        );
      });
    },
  );
});

describe('an archive in a binary package', () => {
  const inner = buildPackage({
    name: 'hello-kmod',
    version: '1.0',
    ...sourceSpec(
      {
        'extra.tar.gz': EXTRA,
        'hello-1.0.tar.gz': MAIN,
        'fix.patch': 'p',
        'kmod.spec': 'Source1: extra.tar.gz\nSource0: hello-1.0.tar.gz\n',
      },
      { sources: ['hello-1.0.tar.gz', 'extra.tar.gz'], rpm: '4.18.0' },
    ),
  }).bytes;
  const zip = zipArchive([{ name: 'fpga/a.v', content: 'v' }]);
  it.each<[string, Files, Readonly<Record<string, string>>, string[], string[]]>([
    [
      'tar',
      { 'usr/src/hello-1.0.tar.gz': MAIN, 'usr/bin/x': 'x' },
      {},
      ['src/main.c'],
      ['usr/src/hello-1.0.tar.gz'],
    ],
    [
      'zip',
      { 'opt/a/fpga.zip': zip, 'opt/a/README': 'x' },
      { 'source-path': 'opt/a/*' },
      ['src/a.v'],
      ['opt/a/fpga.zip'],
    ],
    [
      'two',
      { 'usr/src/hello-1.0.tar.gz': MAIN, 'usr/src/fpga.zip': zip },
      { unpack: 'all' },
      ['src/fpga/a.v', 'src/hello-1.0/main.c'],
      ['usr/src/fpga.zip', 'usr/src/hello-1.0.tar.gz'],
    ],
    [
      'src.rpm',
      { 'usr/src/hello-kmod-1.0-1.src.rpm': inner },
      {},
      ['packaging/extra.tar.gz', 'packaging/fix.patch', 'packaging/kmod.spec', 'src/main.c'],
      ['usr/src/hello-kmod-1.0-1.src.rpm', 'hello-1.0.tar.gz'],
    ],
    [
      'src.rpm, all of it',
      { 'usr/src/hello-kmod-1.0-1.src.rpm': inner },
      { unpack: 'all' },
      ['packaging/fix.patch', 'packaging/kmod.spec', 'src/extra/e.c', 'src/main.c'],
      ['usr/src/hello-kmod-1.0-1.src.rpm', 'hello-1.0.tar.gz', 'extra.tar.gz'],
    ],
  ])('%s', async (_, content, inputs, expected, from) => {
    await onStage({ packages: [binaryPackage(content)] }, async (stage) => {
      await published(stage, inputs);
      expect(files(stage)).toEqual(expected);
      expect(unpackedFrom(stage)).toEqual(from);
    });
  });

  it('is left where source-path matches a folder, which is the source', async () => {
    const pkg = binaryPackage({ 'usr/src/hello/a.c': 'a', 'usr/src/hello.tar.gz': MAIN });
    await onStage({ packages: [pkg] }, async (stage) => {
      await published(stage, {});
      expect(files(stage)).toEqual(['src/a.c']);
    });
  });

  it('is named where source-path matches nothing, and with unpack: none', async () => {
    const pkg = binaryPackage({ 'usr/share/hello/hello-1.0.tar.gz': MAIN });
    await onStage({ packages: [pkg] }, async (stage) => {
      for (const inputs of [{}, { unpack: 'none', 'source-path': 'usr/share/hello/*' }]) {
        const { code, report } = await stage.publish(inputs);
        expect([code, report.releases[0].error.code, report.releases[0].error.message]).toEqual([
          1,
          'SOURCE_PATH_NOT_FOUND',
          expect.stringContaining('usr/share/hello/hello-1.0.tar.gz'),
        ]);
      }
    });
  });

  it.each<[string, Files, string]>([
    ['something else', { 'usr/src/a.tar.gz': '<html>' }, 'PAYLOAD_INVALID'],
    ['a name above the source', { 'usr/src/a.tar': tarArchive([{ name: '../x' }]) }, 'UNSAFE_PATH'],
    [
      'a binary package',
      { 'usr/src/a.src.rpm': buildPackage({ version: '1' }).bytes },
      'UNSUPPORTED_FORMAT',
    ],
    ['a cut source package', { 'usr/src/a.src.rpm': inner.subarray(0, -600) }, 'PAYLOAD_INVALID'],
    [
      'a source package with a changed file',
      {
        'usr/src/a.src.rpm': Buffer.from(
          inner.toString('latin1').replace('Source1', 'Source2'),
          'latin1',
        ),
      },
      'DIGEST_MISMATCH',
    ],
  ])('with %s refuses the release (T20, T25)', async (_, content, code) => {
    await onStage({ packages: [binaryPackage(content)] }, async (stage) => {
      const result = await stage.publish();
      expect([result.code, stage.tags(), result.report.releases[0].error.code]).toEqual([
        1,
        [],
        code,
      ]);
    });
  });

  it('cannot be proved by a header, which publish warns of', async () => {
    const payload = binaryPackage({ 'usr/src/hello-1.0.tar.gz': MAIN });
    await onStage({ packages: [payload] }, async (stage) => {
      const { code, stdout } = await stage.publish({ 'archive-packages': 'header' });
      expect([code, stdout]).toEqual([
        0,
        expect.stringContaining('verify cannot prove this release by the header alone'),
      ]);
    });
  });
});

describe('max-file-size', () => {
  const large = Buffer.alloc(3 * 2 ** 20, 'line of a large file\n');
  it('judges what is stored, and no archive that is unpacked', async () => {
    const archive = gzipSync(
      tarArchive([
        { name: 'h/a', content: 'a' },
        {
          name: 'h/noise',
          content: Buffer.from(
            Array.from({ length: 40_000 }, (_, at) => (at * 2_654_435_761) >>> 24),
          ),
        },
      ]),
      { level: 0 },
    );
    const pkg = sourcePackage(
      { 'hello.spec': 'x', 'h.tar.gz': archive },
      { sources: ['h.tar.gz'] },
    );
    await onStage({ packages: [pkg] }, async (stage) => {
      const inputs = { arch: 'src', 'max-file-size': '40000', 'archive-packages': 'none' };
      const { code, report } = await stage.publish(inputs);
      expect([code, report.errors]).toEqual([0, []]);
      expect(files(stage, 'src')).toEqual(['src/a', 'src/noise']);
    });
  });
  it.each<[string, ListedPackage, Readonly<Record<string, string>>, string]>([
    ['a file of the source', binaryPackage({ 'usr/src/h/large': large }), {}, 'LIMIT_EXCEEDED'],
    [
      'a file in an archive',
      sourcePackage(
        { 'x.spec': 'x', 'h.tgz': tgz({ name: 'h/large', content: large }) },
        { sources: ['h.tgz'] },
      ),
      { arch: 'src' },
      'LIMIT_EXCEEDED',
    ],
    [
      'the package',
      binaryPackage({ 'usr/src/h/a': 'a', 'usr/lib/large': large }),
      { 'archive-packages': 'full' },
      'FILE_TOO_LARGE',
    ],
  ])('refuses %s', async (_, pkg, inputs, code) => {
    await onStage({ packages: [pkg] }, async (stage) => {
      const small = { 'max-file-size': '2 MiB', 'archive-packages': 'none', ...inputs };
      const result = await stage.publish(small);
      expect([result.code, result.report.releases[0].error.code]).toEqual([1, code]);
      expect((await stage.publish({ ...small, 'max-file-size': '4 MiB' })).code).toBe(0);
    });
  });
});
