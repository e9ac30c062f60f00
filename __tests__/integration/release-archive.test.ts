// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { makeRunDirectory, removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { fileName, hello, repositoryFiles, signHeader } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const [ONE, TWO] = [hello('1.0'), hello('2.0')] as const;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const INPUTS = { 'create-releases': 'true', 'archive-packages': 'release' };

interface Scene {
  readonly stage: Stage;
  readonly api: GitHubApi;
  readonly run: (inputs?: Readonly<Record<string, string>>) => Promise<RunResult>;
}

async function onGitHub(
  packages: readonly ReturnType<typeof hello>[],
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const api = await startGitHubApi({ token: TOKEN });
  try {
    await onStage({ packages, inputs: INPUTS }, async (stage) => {
      const env = { GITHUB_SERVER_URL: stage.git.serverUrl, GITHUB_API_URL: api.url };
      await test({ stage, api, run: (inputs = {}) => stage.publish(inputs, { env }) });
    });
  } finally {
    await api.close();
  }
}

const labels = ({ releases }: GitHubApi): unknown[] =>
  releases.map(({ tag_name, draft, assets }) => [
    tag_name,
    draft,
    assets.map(({ label }) => label),
  ]);
const assetsOf = (version: string): string[] =>
  ['', '.header', '.sha256', '.verification.json'].map(
    (suffix) => `hello-${version}-1.noarch.rpm${suffix}`,
  );
const DONE = [
  ['1.0', false, assetsOf('1.0')],
  ['2.0', false, assetsOf('2.0')],
];

describe('archive-packages: release', () => {
  afterAll(removeRunDirectories);

  it('has header and checksum in git, and the package, downloaded once, as an asset', async () => {
    await onGitHub([ONE, TWO], async ({ stage, api, run }) => {
      const result = await run();
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(labels(api)).toEqual(DONE);
      expect(api.releases[1]!.assets[0]!.bytes.equals(TWO.built.bytes)).toBe(true);
      expect(stage.git.git('ls-tree', '--name-only', 'main:archive/rpm').split('\n')).toEqual(
        [ONE, TWO].flatMap((one) => [`${fileName(one)}.header`, `${fileName(one)}.sha256`]),
      );
      expect(stage.git.git('show', `main:archive/rpm/${fileName(TWO)}.sha256`)).toBe(
        sha256(TWO.built.bytes),
      );
      // No object of the mirror is a package.
      const rpm = createHash('sha1')
        .update(`blob ${TWO.built.bytes.length}\0`)
        .update(TWO.built.bytes)
        .digest('hex');
      expect(() => stage.git.git('cat-file', '-e', rpm)).toThrow();
      expect(
        stage.yum.requests.filter(({ url }) => url.endsWith('.rpm')).map(({ url }) => url),
      ).toHaveLength(2);
      api.requests.length = 0;
      expect((await run()).code).toBe(0);
      expect(api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    });
  });

  it('completes in the next run what a killed upload left', async () => {
    await onGitHub([ONE, TWO], async ({ stage, api, run }) => {
      await run();
      const release = api.releases[1]!;
      release.draft = true;
      release.assets.splice(1);
      release.assets[0]!.state = 'starter';
      expect((await run()).code).toBe(0);
      expect(labels(api)).toEqual(DONE);
      expect(release.assets[0]!.bytes.equals(TWO.built.bytes)).toBe(true);
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(1);
    });
  });

  it('finds an asset by its bytes when its name was changed', async () => {
    await onGitHub([ONE], async ({ api, run }) => {
      await run();
      const [asset] = api.releases[0]!.assets;
      api.releases[0]!.assets[0] = { ...asset!, name: 'hello.1.0.rpm', label: '' };
      api.requests.length = 0;
      expect((await run()).code).toBe(0);
      expect(api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    });
  });

  it('replaces an asset that has other bytes', async () => {
    await onGitHub([ONE], async ({ api, run }) => {
      await run();
      const [asset] = api.releases[0]!.assets;
      api.releases[0]!.assets[0] = { ...asset!, bytes: Buffer.alloc(asset!.bytes.length) };
      const again = await run();
      expect({ code: again.code, warnings: again.report.warnings }).toMatchObject({
        code: 0,
        warnings: expect.arrayContaining([expect.stringContaining('was another file')]),
      });
      expect(api.releases[0]!.assets.some(({ bytes }) => bytes.equals(ONE.built.bytes))).toBe(true);
    });
  });

  it.each([
    ['is gone from the index', [TWO], 'does not list it'],
    ['was signed again', [hello('1.0', { sign: signHeader() }), TWO], 'other bytes'],
  ] as const)('says what lacks where the package %s', async (_, offered, words) => {
    await onGitHub([ONE, TWO], async ({ stage, api, run }) => {
      await run();
      const before = api.releases[0]!;
      before.draft = true;
      before.assets.length = 0;
      stage.offer(offered, '1700000001');
      const result = await run();
      expect(result.code).toBe(1);
      expect(result.report.errors).toEqual([
        {
          code: 'NOT_FOUND',
          message: expect.stringContaining(words),
          remedy: expect.stringContaining('gh release upload 1.0'),
        },
      ]);
      // By hand, under any name.
      before.assets.push({
        id: 900,
        name: 'by-hand.rpm',
        label: '',
        content_type: 'x',
        size: ONE.built.bytes.length,
        state: 'uploaded',
        bytes: Buffer.from(ONE.built.bytes),
      });
      expect((await run()).code).toBe(0);
      expect(before.draft).toBe(false);
    });
  });

  it('says that an immutable release without the package cannot take it', async () => {
    await onGitHub([ONE], async ({ api, run }) => {
      await run();
      api.releases[0]!.assets.shift();
      api.releases[0]!.immutable = true;
      const result = await run();
      expect(result.report.warnings).toEqual(
        expect.arrayContaining([expect.stringMatching(/immutable.*archived nowhere/)]),
      );
    });
  });

  it('refuses a package over 2 GiB, and an input without releases, before anything is pushed', async () => {
    await onGitHub([ONE, TWO], async ({ stage, api, run }) => {
      const conflict = await run({ 'create-releases': 'false' });
      expect({ code: conflict.code, out: conflict.stdout }).toMatchObject({
        code: 2,
        out: expect.stringContaining('INPUT_CONFLICT'),
      });
      stage.yum.setFiles(
        repositoryFiles([ONE, TWO], {
          primary: (xml) =>
            xml.replace(
              new RegExp(`package="${TWO.built.bytes.length}"(?![\\s\\S]*package=")`),
              'package="2147483648"',
            ),
        }),
      );
      const result = await run();
      expect(result.code).toBe(1);
      expect(result.report.errors).toEqual([
        expect.objectContaining({
          code: 'FILE_TOO_LARGE',
          remedy: expect.stringContaining('skip'),
        }),
      ]);
      expect([stage.git.git('for-each-ref'), api.releases]).toEqual(['', []]);
    });
  });

  it('refuses a mirror that is not on GitHub before anything is asked', async () => {
    await onStage({ packages: [ONE], inputs: INPUTS }, async (stage) => {
      const result = await stage.publish();
      expect({ code: result.code, out: result.stdout }).toMatchObject({
        code: 2,
        out: expect.stringMatching(/INPUT_CONFLICT.*create-releases/),
      });
      expect(stage.git.requests).toEqual([]);
    });
  });

  it('is verified by the package from the release, and the token goes to the API alone (T35, T39)', async () => {
    await onGitHub([ONE, TWO], async ({ api, run }) => {
      await run();
      api.about.private = true;
      const result = await run({ mode: 'verify' });
      expect({ code: result.code, findings: result.report.findings }).toEqual({
        code: 0,
        findings: [],
      });
      expect(api.blobRequests).toEqual([
        { authorization: undefined },
        { authorization: undefined },
      ]);
      expect(result.report.releases.map(({ proof }: { proof: string }) => proof)).toEqual([
        'proved',
        'proved',
      ]);
    });
  });

  it('is verified by a folder of packages, without a word to the host', async () => {
    await onGitHub([ONE, TWO], async ({ api, run }) => {
      await run();
      for (const { assets } of api.releases) assets.shift();
      api.requests.length = 0;
      const folder = makeRunDirectory();
      for (const one of [ONE, TWO])
        writeFileSync(join(folder, `any-${fileName(one)}`), one.built.bytes);
      const result = await run({ mode: 'verify', 'package-files': folder });
      expect({ code: result.code, findings: result.report.findings }).toEqual({
        code: 0,
        findings: [],
      });
      expect(result.report.releases.map(({ proof }: { proof: string }) => proof)).toEqual([
        'proved',
        'proved',
      ]);
      expect([api.requests, api.blobRequests]).toEqual([[], []]);
    });
  });

  it.each([
    [
      'is missing',
      (api: GitHubApi) => {
        api.releases[0]!.assets.shift();
      },
    ],
    [
      'has other bytes than the host says',
      (api: GitHubApi) => {
        const [asset] = api.releases[0]!.assets;
        api.served.set(asset!.id, Buffer.alloc(asset!.bytes.length));
      },
    ],
  ])('is a finding of verify where the asset %s', async (_, change) => {
    await onGitHub([ONE], async ({ api, run }) => {
      await run();
      change(api);
      const result = await run({ mode: 'verify' });
      expect({ code: result.code, findings: result.report.findings }).toMatchObject({
        code: 1,
        findings: [
          { kind: 'package', tag: '1.0', path: `archive/rpm/${fileName(ONE)}`, actual: 'missing' },
        ],
      });
    });
  });
});
