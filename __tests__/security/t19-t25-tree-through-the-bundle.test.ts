// SPDX-License-Identifier: MIT
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/limits.js';
import { cpioArchive, type MemberSpec } from '../fixtures/cpio-builder.js';
import type { PackageFile, PackageSpec } from '../fixtures/rpm-builder.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import {
  fileName,
  hello,
  helloFiles,
  type ListedPackage,
  repositoryFiles,
} from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';

const FOLDER = '/usr/src/hello-1.0';
const file = (
  name: string,
  content: PackageFile['content'] = '',
  mode = 0o100644,
): PackageFile => ({ path: `${FOLDER}/${name}`, content, mode });
const release = (files: readonly PackageFile[], spec: PackageSpec = {}): ListedPackage =>
  hello('1.0', { files: [...helloFiles('1.0'), ...files], ...spec });
const membersOf = (files: readonly PackageFile[]): MemberSpec[] =>
  files.map(({ path, content = '', mode = 0o100644 }, at) => ({
    name: path.startsWith('/') ? `.${path}` : path,
    content,
    mode,
    inode: at + 1,
  }));
const codes = ({ report }: RunResult): string[] =>
  [...report.errors, ...report.releases.flatMap((row: { error?: object }) => row.error ?? [])].map(
    ({ code }: { code: string }) => code,
  );

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());
afterAll(removeRunDirectories);

/** Publishes these files as release 1.0. */
async function publish(files: readonly PackageFile[], inputs = {}): Promise<RunResult> {
  stage.offer([release(files)]);
  return stage.publish(inputs);
}

describe('T19: the bytes that were verified', () => {
  it('are extracted and archived, whatever the server gives on a second read', async () => {
    const good = release([]);
    stage.offer([good]);
    stage.yum.setMisbehave(({ url }, n) =>
      url.endsWith('.rpm') && n > 1 ? { body: randomBytes(good.built.bytes.length) } : undefined,
    );
    expect((await stage.publish()).code).toBe(0);
    expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(1);
    expect(stage.git.git('cat-file', 'blob', `main:archive/rpm/${fileName(good)}.sha256`)).toMatch(
      /^[0-9a-f]{64}$/,
    );
    expect(stage.git.git('rev-parse', `main:archive/rpm/${fileName(good)}`)).toBe(
      stage.git.git(
        '-c',
        'core.bigFileThreshold=1',
        'rev-parse',
        `1.0:archive/rpm/${fileName(good)}`,
      ),
    );
  });

  it('are those of the cache only after they were hashed again', async () => {
    const good = release([]);
    stage.offer([good]);
    const first = await stage.publish({ 'dry-run': 'true' });
    const again = await stage.publish({ 'dry-run': 'true' }, { tempDir: first.tempDir });
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm')).length).toBeLessThanOrEqual(
      1,
    );
  });
});

describe('T22: the source is what the signed header says', () => {
  it('whatever .gitignore and .gitattributes it holds, with its line ends, modes and names', async () => {
    const files = [
      file('.gitignore', '*\n!.gitignore\n'),
      file(
        '.gitattributes',
        '* text eol=crlf ident working-tree-encoding=UTF-16\n*.bin export-ignore\n',
      ),
      file('a.bin', '$Id$ \0\xff'),
      file('crlf.txt', 'one\r\ntwo\n'),
      file('run', '#!/bin/sh\n', 0o100755),
      file('group-only', '', 0o100654),
      file('setuid', 'x', 0o104755),
      { path: `${FOLDER}/link`, target: 'crlf.txt', mode: 0o120777 },
      file('empty', ''),
      file('ünï', '1'),
      file(' spaces  ', '2'),
      file('"quoted" $(x)', '3'),
    ];
    const result = await publish(files);
    expect({ code: result.code, codes: codes(result) }).toEqual({ code: 0, codes: [] });
    const listed = stage.git
      .git('ls-tree', '-r', '-z', 'main:src')
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => line.replace(/ .*\t/, ' '));
    const expected = [...helloFiles('1.0'), ...files]
      .filter(({ mode = 0o100644 }) => (mode & 0o170000) !== 0o040000)
      .map(
        ({ path, mode = 0o100644 }) =>
          `${(mode & 0o170000) === 0o120000 ? '120000' : (mode & 0o100) === 0 ? '100644' : '100755'} ${path.slice(FOLDER.length + 1)}`,
      );
    expect(listed.sort()).toEqual(expected.sort());
    for (const { path, content, target } of files)
      expect(stage.git.git('cat-file', 'blob', `main:src/${path.slice(FOLDER.length + 1)}`)).toBe(
        String(target ?? content).replace(/\n$/, ''),
      );
    expect(stage.git.git('log', '-1', '--format=%B', '1.0')).toContain(
      'Dropped-Mode: 104755 setuid',
    );
  });

  it('gives the same tree id under other settings of the machine', async () => {
    const files = [file('a.txt', 'a\r\n'), file('run', 'x', 0o100755), file('A.txt', 'other')];
    await publish(files);
    const tree = stage.git.git('rev-parse', 'main:src');
    const other = await openStage({ packages: [release(files)] });
    try {
      const settings = {
        GIT_CONFIG_COUNT: '3',
        GIT_CONFIG_KEY_0: 'core.autocrlf',
        GIT_CONFIG_VALUE_0: 'true',
        GIT_CONFIG_KEY_1: 'core.ignoreCase',
        GIT_CONFIG_VALUE_1: 'true',
        GIT_CONFIG_KEY_2: 'core.fileMode',
        GIT_CONFIG_VALUE_2: 'false',
      };
      expect(
        (
          await other.publish(
            {},
            { env: { ...settings, LANG: 'C', LC_ALL: 'C', TZ: 'Asia/Kathmandu' } },
          )
        ).code,
      ).toBe(0);
      expect(other.git.git('rev-parse', 'main:src')).toBe(tree);
    } finally {
      await other.close();
    }
  });
});

describe('T23: names that are one name elsewhere', () => {
  it.each([
    ['case', 'README', 'readme'],
    ['normalisation', 'caf\u00e9', 'cafe\u0301'],
  ])('by %s are published with a warning', async (_, one, other) => {
    const result = await publish([file(one, '1'), file(other, '2')]);
    expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0'] });
    expect(result.report.warnings.join('\n')).toMatch(
      /are one name where case or normalisation does not count/,
    );
    expect(stage.git.git('ls-tree', '--name-only', '-z', 'main:src').split('\0')).toEqual(
      expect.arrayContaining([one, other]),
    );
  });
});

describe('T24: what hosts refuse', () => {
  it('a .gitmodules that fsck rejects is found before the push, with the remedy', async () => {
    const result = await publish([
      file('.gitmodules', '[submodule "../../x"]\n\tpath = x\n\turl = https://example.org\n'),
    ]);
    expect({
      code: result.code,
      codes: codes(result),
      refs: stage.git.git('for-each-ref'),
    }).toEqual({ code: 1, codes: ['PUSH_REJECTED'], refs: '' });
    expect(result.report.releases[0].error).toMatchObject({
      message: expect.stringContaining('gitmodulesName'),
      remedy: expect.stringContaining('skip'),
    });
    expect(
      stage.git.requests.filter(
        ({ url, method }) => url.endsWith('/git-receive-pack') && method === 'POST',
      ),
    ).toEqual([]);
  });

  it('a harmless .gitmodules is source like any other', async () => {
    const result = await publish([
      file('.gitmodules', '[submodule "x"]\n\tpath = x\n\turl = https://example.org/x\n'),
    ]);
    expect({ code: result.code, warnings: result.report.warnings }).toEqual({
      code: 0,
      warnings: [],
    });
  });

  it('LFS filters are source, too, and a warning', async () => {
    const result = await publish([
      file('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n'),
      file('a.bin', 'raw'),
    ]);
    expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0'] });
    expect(result.report.warnings).toEqual([
      expect.stringMatching(/\.gitattributes sets filter/),
      expect.stringMatching(/\.gitattributes.*LFS/),
    ]);
    expect(stage.git.git('cat-file', 'blob', 'main:src/a.bin')).toBe('raw');
  });

  it('a file over 100 MiB is found before the push, with the remedy', async () => {
    const big = Buffer.alloc(LIMITS.blobBytes + 1);
    // Zeros alone would be refused as a bomb.
    for (let at = 0; at + 512 < big.length; at += 1 << 16) randomBytes(512).copy(big, at);
    const files = [...helloFiles('1.0'), file('big', big)];
    const payload = gzipSync(cpioArchive(membersOf(files)), { level: 1 });
    stage.offer([hello('1.0', { files, payload, compressor: 'gzip' })]);
    const result = await stage.publish();
    expect({
      code: result.code,
      codes: codes(result),
      refs: stage.git.git('for-each-ref'),
    }).toEqual({ code: 1, codes: ['LIMIT_EXCEEDED'], refs: '' });
    expect(result.report.releases[0].error).toMatchObject({
      message: expect.stringContaining('src/hello-1.0/big'),
      remedy: expect.stringContaining('source-path'),
    });
  });

  it('an archive that nears the size that hosts take is a warning, with the remedy', async () => {
    const huge = (xml: string): string =>
      xml.replaceAll(/(?<=ver="2\.0".*?size package=")\d+/gs, String(LIMITS.archiveBytes));
    stage.yum.setFiles(repositoryFiles([release([]), hello('2.0')], { primary: huge }));
    const result = await stage.publish();
    expect({ tags: stage.tags(), codes: codes(result) }).toEqual({
      tags: ['1.0'],
      codes: ['FILE_TOO_LARGE'],
    });
    expect(result.report.warnings).toEqual([
      expect.stringMatching(/packages of 5 GiB.*archive-packages: header/),
    ]);
  });

  it('a package over 100 MiB is found before its download', async () => {
    stage.yum.setFiles(
      repositoryFiles([release([])], {
        primary: (xml) =>
          xml.replace(/size package="\d+"/, `size package="${LIMITS.blobBytes + 1}"`),
      }),
    );
    const result = await stage.publish();
    expect({ code: result.code, codes: codes(result) }).toEqual({
      code: 1,
      codes: ['FILE_TOO_LARGE'],
    });
    expect(result.report.releases[0].error.remedy).toContain('archive-packages: header');
    expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
  });
});

describe('T25: a payload that is not the signed list', () => {
  it.each([
    ['an extra file', (list: readonly PackageFile[]) => [...list, file('extra', 'x')]],
    ['a missing file', (list: readonly PackageFile[]) => list.slice(0, -1)],
    [
      'a member called TRAILER!!!',
      (list: readonly PackageFile[]) => [
        ...list.slice(0, 2),
        { path: 'TRAILER!!!' },
        ...list.slice(2),
      ],
    ],
  ])('%s is refused', async (_, change) => {
    const files = helloFiles('1.0');
    stage.offer([hello('1.0', { files, members: membersOf(change(files)) })]);
    const result = await stage.publish();
    expect({
      code: result.code,
      codes: codes(result),
      refs: stage.git.git('for-each-ref'),
    }).toEqual({ code: 1, codes: ['PAYLOAD_INVALID'], refs: '' });
    stage.offer([hello('1.0', { files, members: membersOf(files) })]);
    expect((await stage.publish()).code).toBe(0);
  });
});
