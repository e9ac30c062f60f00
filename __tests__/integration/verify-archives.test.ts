// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';

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
const UNPROVED = `archive/rpm/${fileName(SECOND)}`;
const verify = (path: string, args: readonly string[] = []): Promise<RunResult> =>
  runCli([
    'verify',
    '--quiet',
    '--report',
    `${makeRunDirectory()}/report.json`,
    '--repository',
    path,
    ...(args.includes('--gpg-fingerprints') ? [] : ['--gpg-fingerprints', PUBLISHER.fingerprint]),
    ...args,
  ]);
const found = ({ report }: RunResult): string[][] =>
  report.findings.map(
    ({ kind, tag, ref, path }: { kind: string; tag?: string; ref: string; path: string }) => [
      kind,
      tag ?? ref,
      path,
    ],
  );
const residue = ({ report }: RunResult): string => report.residue.join('\n');
const proofs = ({ report }: RunResult): string[] =>
  report.releases.map(({ proof }: { proof: string }) => proof);

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
      expect(proofs(result)).toEqual(['proved', 'proved']);
      expect(residue(result)).toContain('of which the header alone is archived');
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
      expect({ code: result.code, found: found(result), proofs: proofs(result) }).toEqual({
        code: 0,
        found: [],
        proofs: ['proved', 'proved'],
      });
      expect(yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(2);
      const copy = MirrorEditor.copy(git.repoDir);
      copy.retag('2.0', { files: { 'src/install.sh': { mode: '100644' } } });
      expect(found(await verify(copy.path, ['--baseurl', yum.url]))).toEqual([
        ['mode', '2.0', 'src/install.sh'],
      ]);
    });
  });

  it('calls unproved what nobody has, without a server, with a dead one, and what it no longer has', async () => {
    await published('none', async ({ git, yum, ...stage }) => {
      const all = [
        ['unproved', '1.0', `archive/rpm/${fileName(FIRST)}`],
        ['unproved', '2.0', `archive/rpm/${fileName(SECOND)}`],
      ];
      for (const args of [[], ['--baseurl', `${yum.url}/nowhere`]]) {
        const result = await verify(git.repoDir, args);
        expect({ code: result.code, found: found(result), proofs: proofs(result) }).toEqual({
          code: 1,
          found: all,
          proofs: ['unproved', 'unproved'],
        });
        // One proved release is the least.
        expect((await verify(git.repoDir, [...args, '--allow-unproved'])).code).toBe(1);
      }
      stage.offer([SECOND]);
      const gone = await verify(git.repoDir, ['--baseurl', yum.url]);
      expect({ code: gone.code, found: found(gone) }).toEqual({ code: 1, found: all.slice(0, 1) });
      const allowed = await verify(git.repoDir, ['--baseurl', yum.url, '--allow-unproved']);
      expect({ code: allowed.code, found: found(allowed), proofs: proofs(allowed) }).toEqual({
        code: 0,
        found: [],
        proofs: ['unproved', 'proved'],
      });
    });
  });

  it('proves them by a folder of packages', async () => {
    await published('none', async ({ git }) => {
      const folder = makeRunDirectory();
      for (const item of [FIRST, SECOND])
        writeFileSync(`${folder}/${fileName(item)}`, item.built.bytes);
      writeFileSync(`${folder}/broken.rpm`, 'no package');
      const result = await verify(git.repoDir, ['--package-files', folder]);
      expect({ code: result.code, found: found(result), proofs: proofs(result) }).toEqual({
        code: 0,
        found: [],
        proofs: ['proved', 'proved'],
      });
    });
  });

  it('still finds a source that is not the recorded one', async () => {
    await published('none', async ({ git }) => {
      const copy = MirrorEditor.copy(git.repoDir);
      copy.retag('2.0', { files: { 'src/hello.c': { content: 'int x;\n' } } });
      expect(found(await verify(copy.path, ['--allow-unproved']))).toEqual([
        ['content', '2.0', 'src'],
        ['content', 'refs/heads/main', 'src/hello.c'],
      ]);
    });
  });

  it.each<[string, (m: MirrorEditor) => void, string[]]>([
    [
      'the checksum',
      (m) => {
        m.retag('2.0', { files: { [`${UNPROVED}.sha256`]: { content: '0'.repeat(64) } } });
      },
      ['digest', '2.0', `${UNPROVED}.sha256`],
    ],
    [
      'the checksum, which is gone',
      (m) => {
        m.retag('2.0', { files: { [`${UNPROVED}.sha256`]: undefined } });
      },
      ['digest', '2.0', `${UNPROVED}.sha256`],
    ],
    ...(['Rpm-Sha256', 'Source-Tree'] as const).map(
      (label): [string, (m: MirrorEditor) => void, string[]] => [
        `the trailer ${label}`,
        (m) => {
          const change = (text: string): string =>
            text.replace(new RegExp(`^${label}: .{8}`, 'm'), `${label}: 00000000`);
          m.retag('2.0', { message: change, tagText: change });
        },
        label === 'Source-Tree'
          ? ['content', '2.0', 'src']
          : ['digest', '2.0', `${UNPROVED}.sha256`],
      ],
    ),
    ...(['sha256', 'sourceTree'] as const).map(
      (key): [string, (m: MirrorEditor) => void, string[]] => [
        `${key} in releases.json`,
        (m) => {
          const list = m.bytes('2.0:archive/releases.json').toString('utf8');
          const content = list.replace(
            new RegExp(`({"tag":"2.0",.*"${key}":").{8}`),
            (_, before: string) => `${before}00000000`,
          );
          m.retag('2.0', { files: { 'archive/releases.json': { content } } });
        },
        key === 'sourceTree' ? ['content', '2.0', 'src'] : ['digest', '2.0', `${UNPROVED}.sha256`],
      ],
    ),
  ])('what nobody can prove must agree with itself: %s', async (_, forge, finding) => {
    await published('none', async ({ git, yum, ...stage }) => {
      const copy = MirrorEditor.copy(git.repoDir);
      forge(copy);
      // One proved release is the least.
      stage.offer([FIRST]);
      const result = await verify(copy.path, ['--baseurl', yum.url, '--allow-unproved']);
      expect([result.code, found(result)[0]]).toEqual([1, finding]);
    });
  });

  it('takes a package that was signed anew for the published one, and another content for another package', async () => {
    await published('none', async ({ git, yum, ...stage }) => {
      stage.offer([FIRST, hello('2.0', { sign: signHeader() })]);
      const signed = await verify(git.repoDir, ['--baseurl', yum.url]);
      expect({ code: signed.code, found: found(signed), proofs: proofs(signed) }).toEqual({
        code: 0,
        found: [],
        proofs: ['proved', 'proved'],
      });
      expect(residue(signed)).toContain('signed again');
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
