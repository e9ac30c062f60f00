// SPDX-License-Identifier: MIT
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, expect, it } from '@jest/globals';

import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { openSmallDisk, type SmallDisk } from '../fixtures/small-disk.js';
import { hello, helloFiles, PUBLISHER, PUBLISHER_KEY } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { describeOnSmallDisks } from '../fixtures/tools.js';

const MIB = 1 << 20;

/** A release whose source does not get smaller. */
const large = (version: string, bytes: number) =>
  hello(version, {
    files: [
      ...helloFiles(version),
      { path: `/usr/src/hello-${version}/firmware.bin`, content: randomBytes(bytes) },
    ],
  });

async function onDisk(mebibytes: number, test: (disk: SmallDisk) => Promise<void>): Promise<void> {
  const disk = openSmallDisk(mebibytes);
  try {
    await test(disk);
  } finally {
    disk.close();
  }
}

const temporary = (disk: SmallDisk) => ({ env: { RUNNER_TEMP: disk.path, TMPDIR: disk.path } });

/** The run ended for the disk's sake: no release was refused, no finding made. */
function expectFull(result: RunResult, message: RegExp): void {
  const { code, stdout, summary, report } = result;
  expect({ code, report }).toMatchObject({
    code: 1,
    report: {
      errors: [{ code: 'DISK_FULL', message: expect.stringMatching(message) }],
      findings: [],
    },
  });
  expect(report.releases.filter((row: { error?: unknown }) => row.error !== undefined)).toEqual([]);
  expect(stdout).toContain('::error title=DISK_FULL::');
  expect(summary).toContain('troubleshooting.md#disk_full');
}

/** What a run leaves on the disk of its temporary files. */
const left = ({ path }: SmallDisk): string[] =>
  readdirSync(path).filter((name) => !name.startsWith('rpm-source-mirror-report-'));

function expectWhole({ git }: Stage): void {
  expect(git.git('fsck', '--strict', '--full')).not.toMatch(/error|missing|broken/);
  expect(
    readdirSync(join(git.repoDir, 'objects')).filter((name) => /^tmp|incoming/.test(name)),
  ).toEqual([]);
}

/** Puts a git before the PATH that fails at one command with these words. */
function failingGit(command: string, words: string): string {
  const folder = makeRunDirectory();
  const script = `#!/bin/sh
if [ "$1" = ${command} ]; then printf '%s\\n' '${words}' >&2; exit 128; fi
PATH=\${PATH#*:} exec git "$@"
`;
  writeFileSync(join(folder, 'git'), script);
  chmodSync(join(folder, 'git'), 0o755);
  return folder;
}

describeOnSmallDisks('a full disk', () => {
  afterAll(removeRunDirectories);

  it.each<[string, { disk: number; second: number; message: RegExp }]>([
    [
      'does not take the objects of a release',
      { disk: 6, second: 4 * MIB, message: /^no space is left on the disk of .*pack/ },
    ],
    [
      'does not take a download',
      { disk: 12, second: 17 * MIB, message: /^no space is left on the disk of / },
    ],
    [
      'does not take the index of a pack',
      { disk: 6, second: 0, message: /^git index-pack found no space left/ },
    ],
  ])(
    'ends the run where it %s, and the next one completes',
    async (_, { disk: size, second, message }) => {
      const packages = [
        hello('1.0'),
        second === 0 ? hello('2.0') : large('2.0', second),
        hello('3.0'),
      ];
      await onStage(
        { packages, inputs: { 'on-refused': 'continue', 'push-batch': '1' } },
        async (stage) => {
          await onDisk(size, async (disk) => {
            const pathFirst = failingGit(
              'index-pack',
              'fatal: unable to write file: No space left on device',
            );
            const options = second === 0 ? { ...temporary(disk), pathFirst } : temporary(disk);
            const result = await stage.publish({}, options);
            expectFull(result, message);
            expect(left(disk)).toEqual([]);
          });
          // A later release is not published around one that the disk had no room for.
          expect(stage.tags()).toEqual(second === 0 ? [] : ['1.0']);
          expectWhole(stage);
          expect((await stage.publish()).code).toBe(0);
          expect(stage.tags()).toEqual(['1.0', '2.0', '3.0']);
          expectWhole(stage);
        },
      );
    },
  );

  it('of the remote ends the run, and leaves nothing there', async () => {
    await onDisk(3, async (disk) => {
      const packages = [hello('1.0'), large('2.0', 4 * MIB), hello('3.0')];
      const git = { repoDir: join(disk.path, 'mirror.git') };
      await onStage({ packages, git, inputs: { 'push-batch': '1' } }, async (stage) => {
        expectFull(
          await stage.publish(),
          /^git push found no space left on the disk of the remote: /,
        );
        expect(stage.tags()).toEqual(['1.0']);
        expectWhole(stage);
        disk.grow(64);
        expect((await stage.publish()).code).toBe(0);
        expect(stage.tags()).toEqual(['1.0', '2.0', '3.0']);
      });
    });
  });

  it.each([
    ['fetch', 'fatal: write error: Disk quota exceeded'],
    ['push', 'error: unable to write file ./objects/pack/tmp_pack: No space left on device'],
    ['ls-remote', 'fatal: unable to create temporary file: No space left on device'],
  ])('is what it is where git %s says so', async (command, words) => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer([hello('1.0'), hello('2.0')]);
      const result = await stage.publish({}, { pathFirst: failingGit(command, words) });
      expect(result.report.errors).toMatchObject([
        { code: 'DISK_FULL', message: expect.stringContaining(words) },
      ]);
      expect(result.code).toBe(1);
    });
  });

  it('is not what a package makes git say of its objects: that release alone is refused', async () => {
    const folder = '/usr/src/hello-1.0';
    const url = '--upload-pack=x: No space left on device';
    const files = [
      { path: folder, mode: 0o040755 },
      { path: `${folder}/.gitmodules`, content: `[submodule "a"]\n\tpath = a\n\turl = "${url}"\n` },
    ];
    const packages = [hello('1.0', { files }), hello('2.0')];
    await onStage({ packages, inputs: { 'on-refused': 'continue' } }, async (stage) => {
      const { report } = await stage.publish();
      expect(report.releases[0].error).toMatchObject({
        code: 'PUSH_REJECTED',
        message: expect.stringContaining('No space left on device'),
      });
      expect(stage.tags()).toEqual(['2.0']);
    });
  });

  it.each([
    ['the archived package', 'full', (stage: Stage) => ({ repository: stage.git.repoDir })],
    ['a clone', 'full', () => ({})],
    [
      'a served package',
      'none',
      (stage: Stage) => ({ repository: stage.git.repoDir, baseurl: stage.yum.url }),
    ],
  ])('ends verify where it does not take %s; nothing is called bad', async (_, archive, inputs) => {
    await onStage(
      { packages: [large('1.0', 17 * MIB)], inputs: { 'archive-packages': archive } },
      async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        const given = { mode: 'verify', baseurl: '', ...inputs(stage) };
        await onDisk(8, async (disk) => {
          expectFull(
            await stage.publish(given, temporary(disk)),
            /no space (?:is )?left on the disk/,
          );
          expect(left(disk)).toEqual([]);
        });
        expect((await stage.publish(given)).code).toBe(0);
      },
    );
  });

  it('that does not take the summary is said, beside all else', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      await onDisk(1, async (disk) => {
        const summary = join(disk.path, 'summary');
        writeFileSync(summary, '');
        disk.fill();
        const { code, stdout, report, outputs } = await stage.publish(
          {},
          { env: { GITHUB_STEP_SUMMARY: summary } },
        );
        expect(code).toBe(1);
        expect(report.releases).toMatchObject([{ status: 'published' }]);
        expect(outputs.tags).toBe('["1.0"]');
        expect(stdout).toContain('::error title=DISK_FULL::');
      });
    });
  });

  it('that does not take the tool cache costs nothing, and keeps no part there', async () => {
    await onStage({ packages: [large('1.0', 2 * MIB)] }, async (stage) => {
      await onDisk(1, async (disk) => {
        const { code } = await stage.publish({}, { env: { RUNNER_TOOL_CACHE: disk.path } });
        expect(code).toBe(0);
        const files = readdirSync(disk.path, { recursive: true, withFileTypes: true });
        expect(files.filter((entry) => entry.isFile())).toEqual([]);
      });
    });
  });

  it('on the command line: no part of a report, a package, a workflow or a site stays', async () => {
    await onStage({ packages: [large('1.0', 2 * MIB)] }, async (stage) => {
      expect((await stage.publish({ 'archive-packages': 'full' })).code).toBe(0);
      const folder = makeRunDirectory();
      const key = join(folder, 'KEY');
      writeFileSync(key, PUBLISHER_KEY);
      const pins = ['--gpg-fingerprints', PUBLISHER.fingerprint];
      const mirror = ['--repository', stage.git.repoDir, '--packages', 'hello', ...pins];
      await onDisk(1, async (disk) => {
        const site = join(disk.path, 'site');
        const commands: readonly (readonly string[])[] = [
          ['verify', ...mirror, '--report', join(disk.path, 'report.json')],
          [
            'init',
            stage.yum.url,
            '--packages',
            'hello',
            '--gpgkey',
            key,
            '--repository',
            'acme/mirror',
            '--output',
            join(disk.path, 'mirror.yml'),
          ],
          ['site', ...mirror, '--output', site],
        ];
        mkdirSync(site);
        disk.fill();
        for (const command of commands) {
          const { code, stderr } = await runCli(command);
          expect({ command: command[0], code, stderr }).toEqual({
            command: command[0],
            code: 1,
            stderr: expect.stringContaining('DISK_FULL'),
          });
        }
        expect(readdirSync(disk.path).sort()).toEqual(['filler', 'site']);
        expect(readdirSync(site).filter((name) => !name.startsWith('.'))).toEqual([]);
        disk.empty();
        disk.grow(8);
        expect((await runCli(commands[2]!)).code).toBe(0);
      });
    });
  });

  it('leaves no part of a package that inspect extracts', async () => {
    const folder = makeRunDirectory();
    const [rpm, key] = [join(folder, 'hello.rpm'), join(folder, 'KEY')];
    writeFileSync(rpm, large('1.0', 2 * MIB).built.bytes);
    writeFileSync(key, PUBLISHER_KEY);
    await onDisk(1, async (disk) => {
      const target = join(disk.path, 'out');
      const { code, stderr } = await runCli(['inspect', rpm, '--gpgkey', key, '--extract', target]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('DISK_FULL') });
      expect(readdirSync(target)).toEqual([]);
    });
  });
});
