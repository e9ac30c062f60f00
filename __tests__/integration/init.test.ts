// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, it } from '@jest/globals';

import { NEURON_DATES, NEURON_FINGERPRINT, NEURON_KEY, serveNeuron } from '../fixtures/neuron.js';
import { makeCertificate, makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runAction,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import {
  hello,
  PUBLISHER,
  PUBLISHER_KEY,
  repositoryFiles,
  signHeader,
} from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';
import { describeWithShared } from '../fixtures/tools.js';
import { inputsOf, parseWorkflow } from '../fixtures/workflow.js';
import { recordXml, repomdXml, sha256 as sha } from '../unit/repodata/index-builder.js';

const USUAL = '.github/workflows/mirror.yml';
const filesIn = (folder: string, ...names: string[]): { path: string; content: string }[] =>
  names.map((name) => ({ path: `/${folder}/${name}`, content: `${name}\n` }));
const PACKAGES = [
  hello('1.0'),
  hello('2.0'),
  hello('1.0', { name: 'world-dkms' }),
  {
    ...hello('3.0', {
      name: 'intel',
      arch: 'x86_64',
      files: filesIn('opt/intel-3.0/src', 'main.c', 'Makefile', 'README'),
    }),
    name: 'intel',
    arch: 'x86_64',
  },
  {
    ...hello('1.0', { name: 'tools', arch: 'x86_64', files: filesIn('usr/bin', 'tool') }),
    name: 'tools',
    arch: 'x86_64',
  },
];

/** What a fresh folder holds after `init`. */
async function init(
  args: readonly string[],
  options: { tempDir?: string; inputs?: Record<string, string> } = {},
): Promise<RunResult & { file: string | undefined }> {
  const result = await runCli(['init', ...args], options);
  const path = join(result.tempDir, 'work', USUAL);
  return { ...result, file: existsSync(path) ? readFileSync(path, 'utf8') : undefined };
}

/** Publishes with exactly the inputs of the written workflow; the runner adds repository and token. */
function publishAs({ git }: Stage, workflow: string): Promise<RunResult> {
  return runAction({
    inputs: { ...inputsOf(workflow), token: TOKEN },
    env: { GITHUB_SERVER_URL: git.serverUrl, GITHUB_REPOSITORY: git.repository },
  });
}

/** The stage's repository with a repomd.xml.asc by a key, and what else lies there. */
function signedRepository(
  key = PUBLISHER,
  more: Record<string, Uint8Array | string> = {},
): Record<string, Uint8Array | string> {
  const files = repositoryFiles(PACKAGES);
  return {
    ...files,
    'repodata/repomd.xml.asc': makeSignature({ key, parts: [files['repodata/repomd.xml']!] }),
    ...more,
  };
}

describe('init', () => {
  afterAll(removeRunDirectories);

  it('writes and prints a workflow that publishes as it is', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const { code, stdout, stderr, file } = await init([
        '--baseurl',
        stage.yum.url,
        '--gpgkey',
        `${stage.yum.url}/KEY`,
      ]);
      expect({ code, file }).toEqual({ code: 0, file: stdout });
      expect(inputsOf(stdout)).toEqual({
        baseurl: stage.yum.url,
        packages: 'world-dkms',
        gpgkey: `${stage.yum.url}/KEY`,
        'gpg-fingerprints': PUBLISHER.fingerprint,
        'dry-run': 'false',
      });
      expect(stdout).toContain(
        '# If one of these is an earlier name of the same thing, add it to packages:\n',
      );
      expect(stdout).not.toMatch(/# +tools/);
      expect(stderr).toContain(
        'also with source: hello, intel; if one is an earlier name of the same thing, add it to --packages\n',
      );
      expect(stderr).toContain('index: not signed (no repomd.xml.asc); ');
      expect(stdout).toContain('#   hello (noarch, 2 versions, newest 2.0, 3 files in usr/src/*)');
      expect(stdout).toContain(
        '#   intel (x86_64, 1 version, newest 3.0, 3 files in opt/intel-*/src)',
      );
      expect(stderr).toContain(`key: ${PUBLISHER.fingerprint} Test <test@example.invalid>, `);
      expect(stderr).toMatch(
        /created 2024-01-01, from .*: signed the newest package, and the signature is good\n/,
      );
      expect(stderr).toMatch(
        /warning: compare the fingerprint with another source than this server/,
      );
      const published = await publishAs(stage, stdout);
      expect({ code: published.code, tags: stage.tags(), stdout: published.stdout }).toMatchObject({
        code: 0,
        tags: ['1.0'],
      });
      expect(published.report.warnings).toEqual([]);
    });
  });

  it('writes a workflow with least permissions, a time of its own, and a dry run to choose', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const [one, other] = await Promise.all(
        ['hello', 'intel'].map((name) =>
          init([
            '--baseurl',
            yum.url,
            '--gpgkey',
            `${yum.url}/KEY`,
            '--packages',
            name,
            '--alarm-issue',
          ]),
        ),
      );
      const workflow = parseWorkflow(one!.stdout);
      expect(workflow).toMatchObject({
        permissions: {},
        concurrency: { group: 'mirror', 'cancel-in-progress': false },
        on: { workflow_dispatch: { inputs: { 'dry-run': { type: 'boolean', default: false } } } },
      });
      expect(workflow.jobs.mirror.permissions).toEqual({ contents: 'write', issues: 'write' });
      expect(workflow.on.schedule[0]!.cron).toMatch(/^([1-9]|[1-5]\d) \d{1,2} \* \* \*$/);
      expect(parseWorkflow(other!.stdout).on.schedule).not.toEqual(workflow.on.schedule);
    });
  });

  it('finds architecture and folder of a package that keeps its source elsewhere, and the result publishes', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const { code, stdout, stderr } = await init([
        '--baseurl',
        stage.yum.url,
        '--packages',
        'intel',
      ]);
      expect({ code, inputs: inputsOf(stdout) }).toMatchObject({
        code: 0,
        inputs: {
          packages: 'intel',
          arch: 'x86_64',
          'source-path': 'opt/intel-*/src',
          gpgkey: `${stage.yum.url}/KEY`,
        },
      });
      expect(stderr).toContain('source: opt/intel-*/src holds 3 files in intel-3.0-1.x86_64');
      expect((await publishAs(stage, stdout)).code).toBe(0);
      expect(stage.git.git('ls-tree', '-r', '--name-only', 'main:src').split('\n')).toEqual([
        'Makefile',
        'README',
        'main.c',
      ]);
    });
  });

  it('says so where a package holds no source, and names one that does', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const { code, stderr } = await init(['--baseurl', yum.url, '--packages', 'tools']);
      expect(code).toBe(0);
      expect(stderr).toMatch(
        /tools-1\.0-1\.x86_64 holds nothing that looks like source.*--packages/,
      );
    });
  });

  it('takes the file lists of the index, where it has them, so that the name alone does not decide', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const packages = [
        ...Array.from({ length: 12 }, (_, at) =>
          hello('1.0', { name: `aaa${at}`, files: filesIn('usr/bin', 'x') }),
        ),
        hello('1.0', { name: 'zzz', files: filesIn('usr/share/zzz', 'a.c', 'b.h') }),
      ];
      const files = repositoryFiles(packages);
      const lists = packages.map(
        ({ built, name }) =>
          `<package pkgid="${sha(built.bytes)}" name="${name ?? ''}" arch="noarch"><version epoch="0" ver="1.0" rel="1"/>${name === 'zzz' ? '<file type="dir">/usr/share/zzz</file><file>/usr/share/zzz/a.c</file><file>/usr/share/zzz/b.h</file>' : '<file>/usr/bin/x</file>'}</package>`,
      );
      const filelists = gzipSync(
        `<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="${packages.length}">${lists.join('')}</filelists>`,
      );
      const [primary] = Object.keys(files).filter((name) => name.endsWith('primary.xml.gz'));
      const repomd = repomdXml(
        [
          recordXml({ type: 'primary', href: primary!, bytes: files[primary!]! }),
          recordXml({ type: 'filelists', href: 'repodata/filelists.xml.gz', bytes: filelists }),
        ],
        '1',
      );
      yum.setFiles({
        ...files,
        'repodata/filelists.xml.gz': filelists,
        'repodata/repomd.xml': repomd,
      });
      const { stdout } = await init(['--baseurl', yum.url]);
      expect(inputsOf(stdout)).toMatchObject({ packages: 'zzz', 'source-path': 'usr/share/zzz' });
    });
  });

  it('requires the signature of an index that is signed by a key that it found in a usual place', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.yum.setFiles(
        signedRepository(PUBLISHER, { KEY: 'no key', 'repodata/repomd.xml.key': PUBLISHER_KEY }),
      );
      const { code, stdout, stderr } = await init(['--baseurl', stage.yum.url]);
      expect({ code, inputs: inputsOf(stdout) }).toMatchObject({
        code: 0,
        inputs: {
          gpgkey: `${stage.yum.url}/repodata/repomd.xml.key`,
          'gpg-fingerprints': PUBLISHER.fingerprint,
          'repo-gpgcheck': 'required',
        },
      });
      expect(stderr).toContain(
        'repomd.xml.key, a usual place that nobody named: signed the newest package and repomd.xml, and the signature is good',
      );
      expect((await publishAs(stage, stdout)).code).toBe(0);
    });
  });

  it('finds a key that the listing of the folder names', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      yum.setFiles({
        ...repositoryFiles(PACKAGES),
        KEY: 'no key',
        '': '<a href="RPM-GPG-KEY-vendor">key</a>',
        'RPM-GPG-KEY-vendor': PUBLISHER_KEY,
      });
      expect(inputsOf((await init(['--baseurl', yum.url])).stdout)).toMatchObject({
        gpgkey: `${yum.url}/RPM-GPG-KEY-vendor`,
      });
    });
  });

  it('pins no key that merely lies there, and says which key is missing', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const stranger = makeKey('EdDSA');
      yum.setFiles(signedRepository(stranger, { KEY: makeCertificate({ key: makeKey('EdDSA') }) }));
      const { code, stdout, stderr } = await init(['--baseurl', yum.url]);
      expect({ code, inputs: Object.keys(inputsOf(stdout)) }).toEqual({
        code: 0,
        inputs: ['baseurl', 'packages', 'dry-run'],
      });
      expect(stderr).toContain('signed nothing that was looked at');
      expect(stderr).toMatch(
        new RegExp(`repomd.xml.asc cannot be checked: UNKNOWN_KEY: .*${stranger.keyId}`, 'i'),
      );
      expect(stderr).toMatch(
        new RegExp(
          `newest package's signature cannot be accepted: UNKNOWN_KEY: .*${PUBLISHER.keyId}.*give the right one with --gpgkey`,
          'i',
        ),
      );
    });
  });

  it('writes no file while no fitting key is known, so that the next init can', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      yum.setFiles({
        ...repositoryFiles(PACKAGES),
        KEY: 'no key',
        other: makeCertificate({ key: makeKey('EdDSA') }),
        publishers: PUBLISHER_KEY,
      });
      const id = PUBLISHER.keyId.toUpperCase();
      const none = await init(['--baseurl', yum.url]);
      const foreign = await init(['--baseurl', yum.url, '--gpgkey', `${yum.url}/other`], none);
      for (const { code, file, stdout, stderr } of [none, foreign]) {
        expect({ code, file, inputs: Object.keys(inputsOf(stdout)) }).toEqual({
          code: 0,
          file: undefined,
          inputs: ['baseurl', 'packages', 'dry-run'],
        });
        expect(stderr).toMatch(/no file is written/);
        expect(stderr).toMatch(
          new RegExp(
            `next:\n  1\\. find the publisher's key \\(key id ${id}\\) and run init again with --gpgkey URL\n$`,
          ),
        );
      }
      const pinned = await init(
        [
          '--baseurl',
          yum.url,
          '--gpgkey',
          `${yum.url}/publishers`,
          '--gpg-fingerprints',
          '0123456789'.repeat(4),
        ],
        none,
      );
      expect({ code: pinned.code, file: pinned.file }).toEqual({ code: 0, file: undefined });
      expect(pinned.stderr).toContain(
        `  1. correct --gpg-fingerprints, which does not list the signer of the newest package, ${PUBLISHER.fingerprint}, and run init again\n`,
      );
      const right = await init(['--baseurl', yum.url, '--gpgkey', `${yum.url}/publishers`], none);
      expect({ code: right.code, file: right.file }).toEqual({ code: 0, file: right.stdout });
    });
  });

  it('writes no file with the key of the index alone, where another signed the packages', async () => {
    const indexer = makeKey('EdDSA');
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      yum.setFiles(
        signedRepository(indexer, { KEY: 'no key', indexer: makeCertificate({ key: indexer }) }),
      );
      for (const pins of [[], ['--gpg-fingerprints', indexer.fingerprint]]) {
        const { code, file, stderr } = await init([
          '--baseurl',
          yum.url,
          '--gpgkey',
          `${yum.url}/indexer`,
          ...pins,
        ]);
        expect({ code, file }).toEqual({ code: 0, file: undefined });
        expect(stderr).toMatch(
          new RegExp(
            `  1\\. find the publisher's key \\(key id ${PUBLISHER.keyId.toUpperCase()}\\) and run init again with --gpgkey URL, beside the key of the index\n$`,
          ),
        );
      }
    });
  });

  it('says what to do where there is no key at all, and where nobody signed', async () => {
    await onStage({ packages: [hello('1.0', { sign: () => [] })] }, async ({ yum }) => {
      yum.setFiles({ ...repositoryFiles([hello('1.0', { sign: () => [] })]), KEY: '' });
      const { code, stdout, stderr } = await init(['--baseurl', yum.url]);
      expect({ code, inputs: Object.keys(inputsOf(stdout)) }).toEqual({
        code: 0,
        inputs: ['baseurl', 'packages', 'dry-run'],
      });
      expect(stderr).toMatch(/no public key was found.*--gpgkey URL/);
      expect(stderr).toMatch(/no signature over its header/);
    });
  });

  it('refuses an index whose signature is of another one, and writes nothing', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      yum.setFiles({
        ...signedRepository(),
        'repodata/repomd.xml.asc': makeSignature({ key: PUBLISHER, parts: [Buffer.from('other')] }),
      });
      const { code, stdout, stderr, file } = await init(['--baseurl', yum.url]);
      expect({ code, stdout, file }).toEqual({ code: 1, stdout: '', file: undefined });
      expect(stderr).toMatch(/^error: BAD_SIGNATURE: /m);
    });
  });

  it('follows a .repo file of this machine now, and keeps one that has a URL', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const text = `[vendor]\nname=Vendor\nbaseurl=${stage.yum.url}\ngpgkey=${stage.yum.url}/KEY\n[other]\nbaseurl=${stage.yum.url}/other\n`;
      const folder = makeRunDirectory();
      writeFileSync(join(folder, 'vendor.repo'), text);
      stage.yum.setFiles({ ...repositoryFiles(PACKAGES), 'vendor.repo': text });
      const local = await init([
        '--repo-file',
        join(folder, 'vendor.repo'),
        '--repo-id',
        'vendor',
        '--packages',
        'hello',
      ]);
      expect(inputsOf(local.stdout)).toEqual({
        baseurl: stage.yum.url,
        packages: 'hello',
        gpgkey: `${stage.yum.url}/KEY`,
        'gpg-fingerprints': PUBLISHER.fingerprint,
        'dry-run': 'false',
      });
      const remote = await init([
        '--repo-file',
        `${stage.yum.url}/vendor.repo`,
        '--repo-id',
        'vendor',
        '--packages',
        'hello',
      ]);
      expect(inputsOf(remote.stdout)).toEqual({
        'repo-file': `${stage.yum.url}/vendor.repo`,
        'repo-id': 'vendor',
        packages: 'hello',
        'gpg-fingerprints': PUBLISHER.fingerprint,
        'dry-run': 'false',
      });
      expect((await publishAs(stage, remote.stdout)).code).toBe(0);
      const open = await init(['--repo-file', join(folder, 'vendor.repo')]);
      expect({ code: open.code, stderr: open.stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/REPO_FILE_INVALID.*vendor, other/),
      });
    });
  });

  it("looks in the usual places where a .repo file names a key that is only on the publisher's machines, and writes what it found", async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.yum.setFiles({
        ...repositoryFiles(PACKAGES),
        'vendor.repo': `[vendor]\nbaseurl=${stage.yum.url}\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-nowhere\n`,
      });
      const { code, stdout, stderr } = await init(['--repo-file', `${stage.yum.url}/vendor.repo`]);
      expect({ code, inputs: inputsOf(stdout) }).toMatchObject({
        code: 0,
        inputs: {
          'repo-file': `${stage.yum.url}/vendor.repo`,
          gpgkey: `${stage.yum.url}/KEY`,
          'gpg-fingerprints': PUBLISHER.fingerprint,
        },
      });
      expect(stderr).toMatch(
        /the \.repo file names a key that cannot be read here: .*RPM-GPG-KEY-nowhere/,
      );
      expect((await publishAs(stage, stdout)).code).toBe(0);
    });
  });

  it('follows a mirror list and keeps it', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.yum.setFiles({ ...repositoryFiles(PACKAGES), list: `${stage.yum.url}\n` });
      const { stdout } = await init(['--mirrorlist', `${stage.yum.url}/list`]);
      expect(inputsOf(stdout)).toMatchObject({
        mirrorlist: `${stage.yum.url}/list`,
        gpgkey: `${stage.yum.url}/KEY`,
      });
      expect((await publishAs(stage, stdout)).code).toBe(0);
    });
  });

  it('writes a key file of this machine as armored text', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const file = join(makeRunDirectory(), 'key.pub');
      writeFileSync(file, PUBLISHER_KEY);
      const { stdout } = await init(['--baseurl', stage.yum.url, '--gpgkey', file]);
      expect(inputsOf(stdout).gpgkey).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/);
      expect((await publishAs(stage, stdout)).code).toBe(0);
    });
  });

  it('takes further inputs over, secrets by name only', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const url = yum.url.replace('//', '//me:sesame@');
      const { stdout, stderr } = await init(
        [
          '--baseurl',
          url,
          '--title',
          'Café "Driver"',
          '--versions=>= 1, < 9',
          '--repository',
          'acme/other',
        ],
        { inputs: { 'http-headers': 'X-Key: open', token: TOKEN } },
      );
      expect(inputsOf(stdout)).toMatchObject({
        title: 'Café "Driver"',
        versions: '>= 1, < 9',
        repository: 'acme/other',
        baseurl: '${{ secrets.BASEURL }}',
        'http-headers': '${{ secrets.HTTP_HEADERS }}',
        token: '${{ secrets.MIRROR_TOKEN }}',
      });
      for (const secret of ['sesame', 'X-Key', TOKEN])
        expect(stdout + stderr).not.toContain(secret);
      expect(stderr).toMatch(
        /add the secret BASEURL[^]*add the secret HTTP_HEADERS[^]*add the secret MIRROR_TOKEN.*: a token that may write to acme\/other\n[^]*to run it \(the mirror itself is acme\/other\)/,
      );
    });
  });

  it('gives a mirror behind ssh a key and not a token', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const { code, stdout, stderr } = await runCli([
        'init',
        '--baseurl',
        stage.yum.url,
        '--gpgkey',
        `${stage.yum.url}/KEY`,
        '--repository',
        'git@git.example.org:acme/x.git',
        '--output',
        '-',
      ]);
      expect(code).toBe(0);
      expect(inputsOf(stdout)).toMatchObject({
        repository: 'git@git.example.org:acme/x.git',
        'ssh-key': '${{ secrets.MIRROR_SSH_KEY }}',
      });
      expect(inputsOf(stdout)).not.toHaveProperty('token');
      expect(stderr).toMatch(
        /add the secret MIRROR_SSH_KEY.*: the private half of a key that may write to git@git\.example\.org[^]*add the input ssh-known-hosts/,
      );
    });
  });

  it('never touches a file with other content, and loses nothing', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const args = ['--baseurl', yum.url, '--gpgkey', `${yum.url}/KEY`];
      const first = await init(args);
      const again = await init(args, first);
      expect({ code: again.code, same: again.stdout === first.stdout }).toEqual({
        code: 0,
        same: true,
      });
      const path = join(first.tempDir, 'work', USUAL);
      writeFileSync(path, 'mine\n');
      const refused = await init(args, first);
      expect({
        code: refused.code,
        file: refused.file,
        printed: refused.stdout === first.stdout,
      }).toEqual({ code: 2, file: 'mine\n', printed: true });
      expect(refused.stderr).toMatch(
        /^error: INPUT_CONFLICT: output: .*mirror\.yml exists and holds something else; it was not touched\. .*--output/m,
      );
    });
  });

  it('writes where --output says, or nowhere', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const args = ['--baseurl', yum.url, '--gpgkey', `${yum.url}/KEY`];
      const none = await init([...args, '--output', '-']);
      expect({ code: none.code, file: none.file, printed: none.stdout.length > 0 }).toEqual({
        code: 0,
        file: undefined,
        printed: true,
      });
      const there = await init([...args, '--output', 'a/b.yml']);
      expect({
        code: there.code,
        usual: there.file,
        file: readFileSync(join(there.tempDir, 'work/a/b.yml'), 'utf8'),
      }).toEqual({ code: 0, usual: undefined, file: there.stdout });
      const tempDir = makeRunDirectory();
      mkdirSync(join(tempDir, 'work'), { recursive: true });
      writeFileSync(join(tempDir, 'work/.github'), '');
      const blocked = await init(args, { tempDir });
      expect({ code: blocked.code, stderr: blocked.stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^error: INPUT_(INVALID|CONFLICT): output: /m),
      });
      expect((await runCli(['publish', '--output', 'x'])).stderr).toContain(
        '--output belongs to init',
      );
    });
  });

  it('is wrong input without a repository, and a failure where there is none or nothing of that name', async () => {
    expect((await runCli(['init'])).code).toBe(2);
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      expect(await init(['--baseurl', yum.url, '--packages', 'helo'])).toMatchObject({
        code: 1,
        stdout: '',
        file: undefined,
        stderr: expect.stringContaining('near names: hello'),
      });
      expect(
        await init(['--baseurl', yum.url, '--packages', 'intel', '--arch', 'noarch']),
      ).toMatchObject({ code: 1, stderr: expect.stringContaining('Set arch to x86_64.') });
      expect(await init(['--baseurl', `${yum.url}/repodata/`])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          `There is a repository at ${yum.url}: set baseurl to that.`,
        ),
      });
      yum.setFiles({});
      expect((await init(['--baseurl', yum.url])).code).toBe(1);
    });
  });

  it('reads headers only, never a whole package', async () => {
    await onStage({ packages: [hello('1.0', { sign: signHeader() })] }, async ({ yum }) => {
      await init(['--baseurl', yum.url, '--gpgkey', `${yum.url}/KEY`]);
      const packages = yum.requests.filter(({ url }) => url.endsWith('.rpm'));
      expect(packages.map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=0-\d+$/)]);
    });
  });
});

describeWithShared('init on the real repository', () => {
  afterAll(removeRunDirectories);

  it('chooses the driver, finds its key good, and writes what publishes it', async () => {
    await onStage({}, async (stage) => {
      serveNeuron(stage.yum, NEURON_DATES[0]);
      const { code, stdout } = await init([
        '--baseurl',
        stage.yum.url,
        '--gpgkey',
        `${stage.yum.url}/${NEURON_KEY}`,
        '--max-releases',
        '2',
      ]);
      expect({ code, inputs: inputsOf(stdout) }).toEqual({
        code: 0,
        inputs: {
          baseurl: stage.yum.url,
          packages: 'aws-neuronx-dkms',
          gpgkey: `${stage.yum.url}/${NEURON_KEY}`,
          'gpg-fingerprints': NEURON_FINGERPRINT,
          'dry-run': 'false',
          'max-releases': '2',
        },
      });
      expect(stdout).toContain('#   aws-neuron-dkms (noarch, 17 versions, ');
      expect((await publishAs(stage, stdout)).code).toBe(0);
      expect(stage.tags()).toHaveLength(2);
    });
  }, 120_000);
});
