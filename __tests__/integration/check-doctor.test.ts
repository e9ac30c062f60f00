// SPDX-License-Identifier: MIT
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { makeCertificate, makeKey } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER, repositoryFiles, signBoth } from '../fixtures/small-repository.js';
import { openStage, type Stage, TOKEN } from '../fixtures/stage.js';

const OTHER = makeKey('EdDSA');
const PACKAGES = [
  hello('1.0'),
  hello('2.0'),
  { ...hello('3.0', { name: 'intel', arch: 'x86_64' }), name: 'intel', arch: 'x86_64' },
];
const FILES = repositoryFiles(PACKAGES);

interface Outcome {
  readonly code: number | null;
  /** Errors and warnings on standard error. */
  readonly said: readonly string[];
}

describe('check, at the first try', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ git: { publicRead: true } });
  });
  beforeEach(() => {
    stage.yum.setFiles({ ...FILES, OTHER: makeCertificate({ key: OTHER }) });
  });
  afterEach(() => {
    stage.yum.setMisbehave(undefined);
  });
  afterAll(async () => {
    await stage.close();
    removeRunDirectories();
  });

  /** Runs `check` with the right settings but for those given; an empty one is left out. */
  async function check(wrong: Readonly<Record<string, string>>, token = TOKEN): Promise<Outcome> {
    const right = {
      baseurl: stage.yum.url,
      packages: 'hello',
      gpgkey: `${stage.yum.url}/KEY`,
      'gpg-fingerprints': PUBLISHER.fingerprint,
      repository: stage.git.url,
    };
    const args = Object.entries({ ...right, ...wrong })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `--${name}=${value}`);
    const { code, stderr } = await runCli(['check', ...args], { inputs: { token } });
    return { code, said: stderr.split('\n').filter((line) => /^(?:error|warning): /.test(line)) };
  }

  it('says nothing where all is well', async () => {
    expect(await check({})).toEqual({ code: 0, said: [] });
  });

  it('that is stopped is no check: exit 1', async () => {
    const stop = new AbortController();
    stage.yum.setMisbehave(({ url }) => {
      if (!url.endsWith('.rpm')) return undefined;
      stop.abort();
      return { noReply: true };
    });
    const stopped = await stage.publish(
      { mode: 'check' },
      { kill: { when: stop.signal, signal: 'SIGTERM' } },
    );
    expect({
      code: stopped.code,
      codes: stopped.report.errors.map(({ code }: { code: string }) => code),
      warnings: stopped.report.warnings,
    }).toEqual({ code: 1, codes: ['ABORTED'], warnings: [] });
  });

  it('ends with what it learned of the newest package, below no list that the table repeats', async () => {
    const args = [
      `--baseurl=${stage.yum.url}`,
      '--packages=hello',
      `--gpgkey=${stage.yum.url}/KEY`,
      `--repository=${stage.git.url}`,
      `--gpg-fingerprints=${PUBLISHER.fingerprint}`,
    ];
    const good = await runCli(['check', ...args], { inputs: { token: TOKEN } });
    const remark = `signature of the header good (${PUBLISHER.fingerprint.slice(-16)}), 3 files in usr/src/*`;
    expect(good.stderr).toContain(
      `\nThe newest package, hello-2.0-1.noarch: ${remark}.\nThe remote would take a push to main`,
    );
    expect(good.stderr).not.toContain('plan: ');
    expect(good.stdout).toContain(remark);
    expect(good.stdout).toMatch(/Checked, nothing was changed\. 2 to be published\.\n$/);
    const bad = await runCli(['check', ...args, '--source-path=opt/*'], {
      inputs: { token: TOKEN },
    });
    expect(bad.stdout).toContain('SOURCE_PATH_NOT_FOUND');
    expect(bad.stdout).toMatch(
      /publish would refuse 2 of 2 new releases\. 2 would be refused\.\n$/,
    );
    expect(bad.stderr).not.toContain('The newest package');
  });

  it('a token that the server does not know', async () => {
    expect(await check({}, 'ghs_wrong')).toEqual({
      code: 1,
      said: [
        expect.stringMatching(
          /^error: AUTH: .*token is whole, has not expired, is made for this server.*contents: write/,
        ),
      ],
    });
  });

  it('a repository that is not there, or that the token may not see', async () => {
    expect(await check({ repository: `${stage.git.serverUrl}/acme/mirorr` })).toEqual({
      code: 1,
      said: [expect.stringMatching(/^error: REMOTE_FAILED: .*Check the name in repository/)],
    });
  });

  it.each([
    ['nobody listens', () => 'http://127.0.0.1:1/repo'],
    ['the name does not exist', () => 'https://yum.example.invalid/repo'],
  ])('a yum server that cannot be reached: %s', async (_, url) => {
    expect(await check({ baseurl: url() })).toEqual({
      code: 1,
      said: [
        expect.stringMatching(
          /^error: CONNECTION_FAILED: .*Check the host name, the network and the proxy variables/,
        ),
      ],
    });
  });

  it.each([
    ['repodata itself', '', '/repodata/'],
    ['the index', '', '/repodata/repomd.xml'],
    ['the folder of the packages', '', '/Packages'],
    ['a package two folders down', '', '/Packages/h'],
    ['the folder above', '/os', ''],
    ['the folder above an architecture', '/x86_64/os', ''],
  ])('a URL that is no repository: %s; the right one is named', async (_, place, given) => {
    stage.yum.setFiles({
      KEY: FILES.KEY!,
      ...Object.fromEntries(
        Object.entries(FILES).map(([name, bytes]) => [`a${place}/${name}`, bytes]),
      ),
    });
    expect(await check({ baseurl: `${stage.yum.url}/a${given}` })).toEqual({
      code: 1,
      said: [
        expect.stringMatching(
          new RegExp(
            `^error: HTTP_STATUS: .*404.* There is a repository at ${stage.yum.url}/a${place}: set baseurl to that\\.$`,
          ),
        ),
      ],
    });
  });

  it('a URL that gives a page for people, with a repository below', async () => {
    stage.yum.setFiles({ ...FILES, 'page/repodata/repomd.xml': '<!DOCTYPE html><html></html>' });
    expect(await check({ baseurl: `${stage.yum.url}/page` })).toEqual({
      code: 1,
      said: [
        expect.stringContaining(`There is a repository at ${stage.yum.url}: set baseurl to that.`),
      ],
    });
  });

  it('a URL with no repository anywhere near', async () => {
    stage.yum.setFiles({ KEY: FILES.KEY! });
    expect(await check({})).toEqual({
      code: 1,
      said: [expect.stringMatching(/^error: HTTP_STATUS: .*404.*Open the URL in a browser/)],
    });
  });

  it("a key that is not the signer's", async () => {
    const { code, said } = await check({
      gpgkey: `${stage.yum.url}/OTHER`,
      'gpg-fingerprints': '',
    });
    expect(code).toBe(1);
    expect(said.slice(1)).toEqual([
      expect.stringMatching(/^warning: publish would refuse 2 of 2 new releases\./),
      ...['1', '2'].map((version) =>
        expect.stringMatching(
          new RegExp(
            `^error: UNKNOWN_KEY: hello-${version}\\.0-1\\.noarch: .*${PUBLISHER.fingerprint}.*The trusted keys are ${OTHER.fingerprint}\\. Give the signer's key with gpgkey`,
          ),
        ),
      ),
    ]);
  });

  it('a key that is not the pinned one, none, and an address without one', async () => {
    expect(await check({ gpgkey: `${stage.yum.url}/OTHER` })).toEqual({
      code: 1,
      said: [
        expect.stringMatching(
          new RegExp(`^error: PIN_MISMATCH: .*${PUBLISHER.fingerprint}.*${OTHER.fingerprint}`),
        ),
      ],
    });
    expect(await check({ gpgkey: '' })).toEqual({
      code: 1,
      said: [expect.stringMatching(/^error: UNKNOWN_KEY: no public key is given.*Set gpgkey/)],
    });
    expect(await check({ gpgkey: `${stage.yum.url}/KEYS` })).toEqual({
      code: 1,
      said: [
        expect.stringMatching(
          /^error: HTTP_STATUS: public key: .*404.*Set gpgkey to the URL of the publisher's public key; there is none at this one/,
        ),
      ],
    });
  });

  it('packages that nobody signed, or with a signature that is too weak or bad', async () => {
    for (const [sign, code] of [
      [() => [], 'NO_SIGNATURE'],
      [signBoth(OTHER), 'UNKNOWN_KEY'],
    ] as const) {
      stage.offer([hello('1.0', { sign })]);
      expect(await check({})).toEqual({
        code: 1,
        said: [
          expect.stringMatching(
            /^warning: publish would refuse 1 of 1 new releases\..*skip: hello-1\.0-1\.noarch$/,
          ),
          expect.stringMatching(new RegExp(`^error: ${code}: hello-1\\.0-1\\.noarch: `)),
        ],
      });
    }
  });

  it('a package name with a slip, alone and among others', async () => {
    expect(await check({ packages: 'helo' })).toEqual({
      code: 1,
      said: [
        expect.stringMatching(
          /^error: PACKAGE_NOT_FOUND: .*near names: hello\. Set packages to what you meant, perhaps hello\.$/,
        ),
      ],
    });
    expect(await check({ packages: 'hello Intle' })).toEqual({
      code: 0,
      said: ['warning: packages: nothing in the index is called Intle; perhaps you mean intel'],
    });
  });

  it('a package that is there for another architecture', async () => {
    expect(await check({ packages: 'intel' })).toEqual({
      code: 1,
      said: [expect.stringMatching(/only arch x86_64 of it\. Set arch to x86_64\.$/)],
    });
  });

  it('versions that leave nothing', async () => {
    expect(await check({ versions: '>= 5' })).toEqual({
      code: 0,
      said: [
        'warning: versions leaves out everything that the index has of hello (2 releases, 1.0 to 2.0). Widen versions.',
      ],
    });
  });

  it('a source path that matches nothing', async () => {
    expect(await check({ 'source-path': 'opt/*' })).toEqual({
      code: 1,
      said: [
        expect.stringMatching(/^warning: publish would refuse 2 of 2 new releases\./),
        ...['1', '2'].map((version) =>
          expect.stringMatching(
            new RegExp(
              `^error: SOURCE_PATH_NOT_FOUND: hello-${version}\\.0-1\\.noarch: .*Set source-path to usr/src/\\*, which holds 3 files\\.$`,
            ),
          ),
        ),
      ],
    });
  });

  it.each([
    [
      'gone',
      'HTTP_STATUS',
      { status: 404 },
      /the server does not have it.*skip: hello-1\.0-1\.noarch, and tell/,
    ],
    [
      'a page for people',
      'SIZE_MISMATCH',
      { html: true },
      /expected an RPM package, found an HTML page\. A login/,
    ],
  ] as const)('a package that is %s', async (_, code, behaviour, message) => {
    stage.yum.setMisbehave(({ url }) =>
      url.endsWith('-1.0-1.noarch.rpm') ? behaviour : undefined,
    );
    expect(await check({})).toEqual({
      code: 1,
      said: [
        'warning: publish would refuse 1 of 2 new releases. The others (1) are good as far as index and headers show. To hold back what would be refused: skip: hello-1.0-1.noarch',
        expect.stringMatching(
          new RegExp(`^error: ${code}: hello-1\\.0-1\\.noarch: .*${message.source}`),
        ),
      ],
    });
  });

  it('a branch with a slip', async () => {
    await stage.publish();
    expect(await check({ branch: 'mian' })).toEqual({
      code: 1,
      said: [
        'error: BRANCH_NOT_FOUND: the remote has no branch "mian"; it has main. Set branch to main, or leave it empty.',
      ],
    });
  });
});
