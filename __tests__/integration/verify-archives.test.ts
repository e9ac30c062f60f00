// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { makeKey } from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import {
  fileName,
  hello,
  helloFiles,
  type ListedPackage,
  PUBLISHER,
  signBoth,
  signHeader,
} from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

const [FIRST, SECOND] = [hello('1.0'), hello('2.0')];
const verify = (path: string, args: readonly string[] = []): Promise<RunResult> =>
  runCli([
    'verify',
    '--quiet',
    '--report',
    `${makeRunDirectory()}/report.json`,
    '--repository',
    path,
    ...args,
  ]);
const found = ({ report }: RunResult): string[][] =>
  report.findings.map(({ kind, tag, path }: { kind: string; tag: string; path: string }) => [
    kind,
    tag,
    path,
  ]);
const unchecked = ({ report }: RunResult): string[][] =>
  report.notChecked.map(({ tag, path }: { tag: string; path: string }) => [tag, path]);

/** Publishes both releases with this `archive-packages`, and gives the stage to the test. */
async function published(
  kind: string,
  test: (stage: Stage) => Promise<void>,
  packages: readonly ListedPackage[] = [FIRST, SECOND],
): Promise<void> {
  await onStage({ packages, inputs: { 'archive-packages': kind } }, async (stage) => {
    const { code, report } = await stage.publish();
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: [] });
    await test(stage);
  });
}

afterAll(removeRunDirectories);

describe('verify where only headers are archived', () => {
  const header = `archive/rpm/${fileName(SECOND)}.header`;

  it('proves the source by the signed file list, and says what needs the whole package', async () => {
    await published('header', async ({ git }) => {
      const result = await verify(git.repoDir);
      expect({ code: result.code, found: found(result) }).toEqual({ code: 0, found: [] });
      expect(unchecked(result)).toEqual([
        ['1.0', `archive/rpm/${fileName(FIRST)}.header`],
        ['2.0', header],
      ]);
    });
  });

  it.each([
    [
      'a source file',
      (m: MirrorEditor) => {
        m.retag('2.0', { files: { 'src/hello.c': { content: 'int x;\n' } } });
      },
      ['content', '2.0', 'src/hello.c'],
    ],
    [
      'the executable bit',
      (m: MirrorEditor) => {
        m.retag('2.0', { files: { 'src/install.sh': { mode: '100644' } } });
      },
      ['mode', '2.0', 'src/install.sh'],
    ],
    [
      'the header',
      (m: MirrorEditor) => {
        m.retag('2.0', {
          files: { [header]: { content: m.bytes(`1.0:archive/rpm/${fileName(FIRST)}.header`) } },
        });
      },
      ['package', '2.0', header],
    ],
    [
      'the header removed',
      (m: MirrorEditor) => {
        m.retag('2.0', { files: { [header]: undefined } });
      },
      ['package', '2.0', header.replace('.header', '')],
    ],
    [
      'the checksum',
      (m: MirrorEditor) => {
        m.retag('2.0', {
          files: { [header.replace('.header', '.sha256')]: { content: '0'.repeat(64) } },
        });
      },
      ['digest', '2.0', header.replace('.header', '.sha256')],
    ],
    [
      'the trailer Header-Sha256',
      (m: MirrorEditor) => {
        m.retag('2.0', {
          message: (text) => text.replace(/^Header-Sha256: .{8}/m, 'Header-Sha256: 00000000'),
        });
      },
      ['metadata', '2.0', 'Header-Sha256'],
    ],
    [
      'the trailer Rpm-Sha256',
      (m: MirrorEditor) => {
        m.retag('2.0', {
          message: (text) => text.replace(/^Rpm-Sha256: .{8}/m, 'Rpm-Sha256: 00000000'),
        });
      },
      ['metadata', '2.0', 'Rpm-Sha256'],
    ],
    [
      'the trailer Content-Sha256',
      (m: MirrorEditor) => {
        m.retag('2.0', {
          message: (text) => text.replace(/^Content-Sha256: .{8}/m, 'Content-Sha256: 00000000'),
        });
      },
      ['metadata', '2.0', 'Content-Sha256'],
    ],
  ] as const)('finds an edit of %s once', async (_, edit, finding) => {
    await published('header', async ({ git }) => {
      const copy = MirrorEditor.copy(git.repoDir);
      edit(copy);
      const result = await verify(copy.path);
      expect({ code: result.code, found: found(result) }).toEqual({
        code: 1,
        found: [[...finding]],
      });
    });
  });
});

describe('verify where no package is archived', () => {
  it('asks the yum server that is named, and proves all', async () => {
    await published('none', async ({ git, yum }) => {
      yum.requests.length = 0;
      const result = await verify(git.repoDir, ['--baseurl', yum.url]);
      expect({ code: result.code, found: found(result), unchecked: unchecked(result) }).toEqual({
        code: 0,
        found: [],
        unchecked: [],
      });
      expect(yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(2);
      const copy = MirrorEditor.copy(git.repoDir);
      copy.retag('2.0', { files: { 'src/install.sh': { mode: '100644' } } });
      expect(found(await verify(copy.path, ['--baseurl', yum.url]))).toEqual([
        ['mode', '2.0', 'src/install.sh'],
      ]);
    });
  });

  it('says that nothing was checked without a server, with a dead one, and for what it no longer has; that is no finding', async () => {
    await published('none', async ({ git, yum, ...stage }) => {
      const all = [
        ['1.0', `archive/rpm/${fileName(FIRST)}`],
        ['2.0', `archive/rpm/${fileName(SECOND)}`],
      ];
      const alone = await verify(git.repoDir);
      expect({ code: alone.code, found: found(alone), unchecked: unchecked(alone) }).toEqual({
        code: 0,
        found: [],
        unchecked: all,
      });
      const dead = await verify(git.repoDir, ['--baseurl', `${yum.url}/nowhere`]);
      expect({ code: dead.code, found: found(dead), unchecked: unchecked(dead) }).toEqual({
        code: 0,
        found: [],
        unchecked: all,
      });
      stage.offer([SECOND]);
      expect(unchecked(await verify(git.repoDir, ['--baseurl', yum.url]))).toEqual(all.slice(0, 1));
    });
  });

  it('still finds a source that is not the recorded one', async () => {
    await published('none', async ({ git }) => {
      const copy = MirrorEditor.copy(git.repoDir);
      copy.retag('2.0', { files: { 'src/hello.c': { content: 'int x;\n' } } });
      expect(found(await verify(copy.path))).toEqual([['content', '2.0', 'src']]);
    });
  });

  it('takes a package that was signed anew for the published one, and another content for another package', async () => {
    await published('none', async ({ git, yum, ...stage }) => {
      stage.offer([FIRST, hello('2.0', { sign: signHeader() })]);
      const signed = await verify(git.repoDir, ['--baseurl', yum.url]);
      expect({ code: signed.code, found: found(signed), unchecked: unchecked(signed) }).toEqual({
        code: 0,
        found: [],
        unchecked: [['2.0', `archive/rpm/${fileName(SECOND)}`]],
      });
      stage.offer([
        FIRST,
        hello('2.0', {
          files: [...helloFiles('2.0'), { path: '/usr/src/hello-2.0/new.c', content: 'int x;\n' }],
        }),
      ]);
      expect(found(await verify(git.repoDir, ['--baseurl', yum.url]))).toEqual([
        ['package', '2.0', `archive/rpm/${fileName(SECOND)}`],
      ]);
    });
  });
});

describe('verify where packages are archived', () => {
  it('tells a package of a stranger from an exchanged key', async () => {
    await published('full', async ({ git }) => {
      const copy = MirrorEditor.copy(git.repoDir);
      const foreign = hello('2.0', { sign: signBoth(makeKey('EdDSA')) });
      copy.retag('2.0', {
        files: { [`archive/rpm/${fileName(SECOND)}`]: { content: foreign.built.bytes } },
      });
      expect(found(await verify(copy.path))).toEqual([
        ['package', '2.0', `archive/rpm/${fileName(SECOND)}`],
      ]);
    });
    await onStage({ packages: [FIRST, SECOND] }, async (stage) => {
      await stage.publish();
      expect(
        found(await verify(stage.git.repoDir, ['--gpg-fingerprints', PUBLISHER.fingerprint])),
      ).toEqual([]);
    });
  });
});
