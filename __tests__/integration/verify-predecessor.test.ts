// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { type FileEdit, MirrorEditor } from '../fixtures/mirror-editor.js';
import { NEURON_DATES, NEURON_FINGERPRINT, NEURON_KEY } from '../fixtures/neuron.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

const LIMIT = 240_000;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the predecessor wrote about a package. */
interface Release {
  readonly version: string;
  readonly file: string;
  readonly bytes: Buffer;
  readonly message: string;
}

function describePackage(file: string): Release {
  const path = sharedPath('neuron/packages', file);
  const bytes = readFileSync(path);
  const query = (format: string): string =>
    execFileSync('rpm', ['-qp', '--nosignature', '--qf', format, path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const version = query('%{VERSION}');
  const built = new Date(Number(query('%{BUILDTIME}')) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
  const metadata = query(
    'Package: %{NAME}\nVersion: %{VERSION}\nLicense: %{LICENSE}\nSummary: %{SUMMARY}\nDescription: %{DESCRIPTION}\n',
  );
  const message = `feat: Neuron Driver ${version}

Source code extracted from file: ${file}
Downloaded from repository: https://yum.repos.neuron.amazonaws.com


Metadata
--------
${metadata}Filename: ${file}
Checksum: ${sha256(bytes)}
Buildhost: ${query('%{BUILDHOST}')}
Buildtime: ${built} +0000 UTC
GPG key primary uid: Amazon AWS Neuron <neuron-maintainers@amazon.com>
GPG key creation time: 2019-11-11 17:29:27 +0000 UTC
GPG key fingerprint: ${NEURON_FINGERPRINT}
GPG check: OK
SHA256 check: OK
--------


Files
-----
- ?: archive/rpm/${file}
- ?: archive/rpm/${file}.sha256
-----
`;
  return { version, file, bytes, message };
}

/** The tree of a package's source as `git add` makes it where file modes are ignored. */
function sourceTree(mirror: MirrorEditor, { file }: Release): string {
  const folder = makeRunDirectory();
  execFileSync(
    'sh',
    ['-c', 'rpm2cpio "$1" | cpio -idm --quiet', 'sh', sharedPath('neuron/packages', file)],
    { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const sources = join(folder, 'usr/src');
  mirror.git(['read-tree', '--empty']);
  mirror.git([
    '-c',
    'core.fileMode=false',
    '-c',
    'core.bare=false',
    `--work-tree=${join(sources, readdirSync(sources)[0]!)}`,
    'add',
    '--all',
    '--force',
    '.',
  ]);
  return mirror.git(['write-tree']);
}

function indexFiles(date: string): Record<string, FileEdit> {
  const folder = sharedPath('neuron/index', date, 'repodata');
  return Object.fromEntries(
    readdirSync(folder).flatMap((name) => {
      const content = readFileSync(join(folder, name));
      const path = `archive/${name.replace(/^[0-9a-f]{64}-/, '')}`;
      return [
        [path, { content }],
        [`${path}.sha256`, { content: sha256(content) }],
      ];
    }),
  );
}

/** All 44 releases as the predecessor published them: lightweight tags, no executable bits, its own messages, no releases.json. */
function buildMirror(indexOf: (at: number) => string): MirrorEditor {
  const mirror = MirrorEditor.create();
  mirror.commit({ 'README.md': { content: '# AWS Neuron Driver\n' } });
  const releases = readdirSync(sharedPath('neuron/packages'))
    .map(describePackage)
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
  let date = '';
  for (const [at, release] of releases.entries()) {
    if (indexOf(at) !== date) {
      date = indexOf(at);
      mirror.commit(
        {
          ...indexFiles(date),
          [`archive/${NEURON_KEY}`]: { content: readFileSync(sharedPath('neuron', NEURON_KEY)) },
        },
        { message: 'feat: Update archive - repo files\n' },
      );
    }
    const rpm = `archive/rpm/${release.file}`;
    const source = sourceTree(mirror, release);
    const parent = mirror.git(['rev-parse', 'main']);
    mirror.tree(parent, {
      [rpm]: { content: release.bytes },
      [`${rpm}.sha256`]: { content: sha256(release.bytes) },
    });
    mirror.git(['rm', '--cached', '--quiet', '-r', '--ignore-unmatch', '--', 'src']);
    mirror.git([
      '-c',
      'core.bare=false',
      `--work-tree=${mirror.path}`,
      'read-tree',
      '--prefix=src/',
      source,
    ]);
    const commit = mirror.git(
      ['commit-tree', mirror.git(['write-tree']), '-p', parent],
      release.message,
    );
    mirror.git(['update-ref', 'refs/heads/main', commit]);
    mirror.git(['update-ref', `refs/tags/${release.version}`, commit]);
  }
  return mirror;
}

describeWithShared(
  'verify on a mirror as the predecessor made it',
  () => {
    let mirror: MirrorEditor;
    const verify = (path: string): Promise<RunResult> =>
      runCli(
        [
          'verify',
          '--quiet',
          '--report',
          join(makeRunDirectory(), 'report.json'),
          '--repository',
          path,
        ],
        { timeout: LIMIT },
      );

    beforeAll(() => {
      const starts = [0, 37, 41, 42];
      mirror = buildMirror((at) => NEURON_DATES[starts.filter((start) => start <= at).length - 1]!);
    }, LIMIT);
    afterAll(removeRunDirectories);

    it(
      'proves every content, and finds the executable bits that were lost, with both modes, and nothing else',
      async () => {
        const { code, report } = await verify(mirror.path);
        const { findings, notChecked } = report as {
          findings: { kind: string; tag: string; path: string; expected: string; actual: string }[];
          notChecked: unknown[];
        };
        expect({ code, tags: report.releases.length, notChecked }).toEqual({
          code: 1,
          tags: 44,
          notChecked: [],
        });
        expect(
          findings.filter(
            ({ kind, expected, actual }) =>
              kind !== 'mode' || expected !== '100755' || actual !== '100644',
          ),
        ).toEqual([]);
        const ofNewest = findings.filter(({ tag }) => tag === '2.25.4.0').map(({ path }) => path);
        expect(ofNewest).toEqual(
          [
            'aws-neuronx-dkms-mkdeb/debian/postinst',
            'aws-neuronx-dkms-mkdeb/debian/prerm',
            'aws-neuronx-dkms-mkdeb/debian/rules',
            'postinstall',
            'postremove',
            'preinstall',
          ].map((name) => `src/${name}`),
        );
        expect(findings).toHaveLength(44 * 6);
      },
      LIMIT,
    );

    it(
      'finds what was changed since, beside the modes',
      async () => {
        const spoil = async (
          files: Record<string, FileEdit>,
          message = (text: string): string => text,
        ): Promise<string[][]> => {
          const copy = MirrorEditor.copy(mirror.path);
          const commit = copy.git(
            ['commit-tree', copy.tree('2.24.7.0', files), '-p', '2.24.7.0~1'],
            message(`${copy.git(['log', '-1', '--format=%B', '2.24.7.0'])}\n`),
          );
          copy.git(['update-ref', 'refs/tags/2.24.7.0', commit]);
          const { report } = await verify(copy.path);
          return report.findings
            .filter(({ kind }: { kind: string }) => kind !== 'mode')
            .map(({ kind, tag, path }: { kind: string; tag: string; path: string }) => [
              kind,
              tag,
              path,
            ]);
        };
        const rpm = 'archive/rpm/aws-neuronx-dkms-2.24.7.0.noarch.rpm';
        const other = mirror.bytes('2.23.9.0:archive/rpm/aws-neuronx-dkms-2.23.9.0.noarch.rpm');
        expect(await spoil({ 'src/Kbuild': { content: 'all:\n' } })).toEqual([
          ['content', '2.24.7.0', 'src/Kbuild'],
        ]);
        expect(await spoil({ [rpm]: { content: other } })).toEqual([['package', '2.24.7.0', rpm]]);
        expect(
          await spoil({ [rpm]: { content: other }, [`${rpm}.sha256`]: { content: sha256(other) } }),
        ).toEqual([['package', '2.24.7.0', rpm]]);
        expect(await spoil({ [`${rpm}.sha256`]: { content: sha256(other) } })).toEqual([
          ['digest', '2.24.7.0', `${rpm}.sha256`],
        ]);
        expect(await spoil({}, (text) => text.replace('Checksum: ', 'Checksum: 00'))).toEqual([
          ['metadata', '2.24.7.0', 'Checksum'],
        ]);
        expect(
          await spoil({}, (text) => text.replace(/Buildhost: .*/, 'Buildhost: elsewhere')),
        ).toEqual([['metadata', '2.24.7.0', 'Buildhost']]);
        const moved = MirrorEditor.copy(mirror.path);
        moved.git(['update-ref', 'refs/tags/2.24.7.0', moved.git(['rev-parse', '2.25.4.0'])]);
        expect(
          (await verify(moved.path)).report.findings.filter(
            ({ tag }: { tag: string }) => tag === '2.24.7.0',
          ),
        ).toMatchObject([{ kind: 'tag', path: 'refs/tags/2.24.7.0' }]);
      },
      LIMIT,
    );

    it(
      'says where the archived index is of another time than the packages, which is no finding',
      async () => {
        const late = buildMirror(() => '2026-01-18');
        const { report } = await verify(late.path);
        expect(report.findings.filter(({ kind }: { kind: string }) => kind !== 'mode')).toEqual([]);
        expect(report.residue).toContainEqual(
          expect.stringContaining('another index than the one that listed them'),
        );
      },
      LIMIT,
    );
  },
  ['rpm', 'rpm2cpio', 'cpio'],
);
