// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { afterAll, describe, expect, it } from '@jest/globals';

import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { fileName, hello } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const [ONE, TWO, OLD] = [hello('1.0'), hello('2.0'), hello('1.5')] as const;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Scene {
  readonly stage: Stage;
  readonly api: GitHubApi;
  readonly publish: (inputs?: Readonly<Record<string, string>>) => Promise<RunResult>;
}

async function onGitHub(
  packages: readonly ReturnType<typeof hello>[],
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const api = await startGitHubApi({ token: TOKEN });
  try {
    await onStage({ packages, inputs: { 'create-releases': 'true' } }, async (stage) => {
      const env = { GITHUB_SERVER_URL: stage.git.serverUrl, GITHUB_API_URL: api.url };
      await test({ stage, api, publish: (inputs = {}) => stage.publish(inputs, { env }) });
    });
  } finally {
    await api.close();
  }
}

const writes = ({ requests }: GitHubApi): string[] =>
  requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
const shape = ({ releases }: GitHubApi): unknown[] =>
  releases.map(({ tag_name, draft, make_latest, assets }) => [
    tag_name,
    draft,
    make_latest,
    assets.map(({ label }) => label),
  ]);
const assetsOf = (version: string): string[] => [
  `hello-${version}-1.noarch.rpm`,
  `hello-${version}-1.noarch.rpm.sha256`,
  `hello-${version}-1.noarch.rpm.verification.json`,
];

describe('create-releases', () => {
  afterAll(removeRunDirectories);

  it('publishes a release per tag, with the package, its checksum and what was verified', async () => {
    await onGitHub([ONE, TWO], async ({ stage, api, publish }) => {
      const result = await publish();
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(shape(api)).toEqual([
        ['1.0', false, 'false', assetsOf('1.0')],
        ['2.0', false, 'true', assetsOf('2.0')],
      ]);
      const [rpm, checksum, verification] = api.releases[1]!.assets.map(({ bytes }) => bytes);
      expect(rpm!.equals(TWO.built.bytes)).toBe(true);
      expect(checksum!.toString()).toBe(`${sha256(TWO.built.bytes)}  ${fileName(TWO)}\n`);
      expect(JSON.parse(verification!.toString())).toMatchObject({
        tag: '2.0',
        nevra: 'hello-2.0-1.noarch',
        commit: stage.git.git('rev-parse', '2.0^{commit}'),
        sourceTree: stage.git.git('rev-parse', '2.0:src'),
        package: { file: fileName(TWO), sha256: sha256(TWO.built.bytes) },
        checks: expect.arrayContaining([expect.objectContaining({ status: 'good' })]),
      });
      expect(api.releases[1]).toMatchObject({
        name: 'hello 2.0',
        body: expect.stringContaining(sha256(TWO.built.bytes)),
      });
    });
  });

  it('makes a draft first, and publishes it when all of its files are there', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      await publish();
      const seen = api.requests
        .filter(({ method }) => method !== 'GET')
        .map(
          ({ method, path }) => `${method} ${path.replace(/\d+/g, 'N').replace(/^.*releases/, '')}`,
        );
      expect(seen).toEqual([
        'POST ',
        'POST /N/assets',
        'POST /N/assets',
        'POST /N/assets',
        'PATCH /N',
      ]);
    });
  });

  it('does nothing when all releases are there', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      await publish();
      api.requests.length = 0;
      expect({ code: (await publish()).code, writes: writes(api) }).toEqual({
        code: 0,
        writes: [],
      });
    });
  });

  it('completes the draft that a killed run left, replacing an asset that was cut off', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      await publish();
      const [release] = api.releases;
      release!.draft = true;
      release!.assets.splice(1);
      release!.assets[0]!.state = 'starter';
      expect((await publish()).code).toBe(0);
      expect(shape(api)).toEqual([['1.0', false, 'true', assetsOf('1.0')]]);
      expect(release!.assets[0]!.state).toBe('uploaded');
    });
  });

  it('gives releases to tags that an earlier run published without', async () => {
    await onGitHub([ONE, TWO], async ({ stage, api, publish }) => {
      expect((await publish({ 'create-releases': 'false' })).code).toBe(0);
      expect(api.requests).toEqual([]);
      expect((await publish()).code).toBe(0);
      expect(shape(api)).toEqual([
        ['1.0', false, 'false', assetsOf('1.0')],
        ['2.0', false, 'true', assetsOf('2.0')],
      ]);
      expect(api.releases[0]!.assets[0]!.bytes.equals(ONE.built.bytes)).toBe(true);
      expect(JSON.parse(api.releases[0]!.assets[2]!.bytes.toString())).toMatchObject({
        commit: stage.git.git('rev-parse', '1.0^{commit}'),
      });
    });
  });

  it('does not mark a backport as the latest', async () => {
    await onGitHub([ONE, TWO], async ({ stage, api, publish }) => {
      await publish();
      stage.offer([ONE, OLD, TWO], '1700000001');
      expect((await publish()).code).toBe(0);
      expect(shape(api).at(-1)).toEqual(['1.5', false, 'false', assetsOf('1.5')]);
    });
  });

  it('leaves releases of others alone, and adds what is missing to one that somebody made for a tag', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      api.releases.push(
        { id: 90, tag_name: 'v0', name: 'theirs', body: '', draft: false, assets: [] },
        { id: 91, tag_name: '1.0', name: 'mine', body: 'words', draft: false, assets: [] },
      );
      expect((await publish()).code).toBe(0);
      expect(shape(api)).toEqual([
        ['v0', false, undefined, []],
        ['1.0', false, undefined, assetsOf('1.0')],
      ]);
      expect(api.releases[1]).toMatchObject({ name: 'mine', body: 'words' });
    });
  });

  it.each([
    ['500', { status: 500 }],
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
    [
      'the secondary rate limit',
      {
        status: 403,
        headers: { 'retry-after': '0' },
        message: 'You have exceeded a secondary rate limit',
      },
    ],
    ['a lost reply', 'lose-reply'],
  ] as const)('tries again after %s, and makes nothing twice', async (_, fault) => {
    await onGitHub([ONE], async ({ api, publish }) => {
      const failed = new Set<string>();
      api.setFault(({ method, path }) => {
        const call = `${method} ${path.replace(/\d+/g, 'N')}`;
        if (method === 'GET' || failed.has(call)) return undefined;
        failed.add(call);
        return fault;
      });
      const result = await publish();
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(failed.size).toBe(3);
      expect(shape(api)).toEqual([['1.0', false, 'true', assetsOf('1.0')]]);
    });
  });

  it('gives up on a long rate limit with an error; tags stay published, and the next run makes up for it', async () => {
    await onGitHub([ONE], async ({ stage, api, publish }) => {
      api.setFault(() => ({
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1800),
        },
        message: 'API rate limit exceeded',
      }));
      const result = await publish();
      expect({ code: result.code, tags: stage.tags(), output: result.outputs['tags'] }).toEqual({
        code: 1,
        tags: ['1.0'],
        output: '["1.0"]',
      });
      expect(result.report.errors).toEqual([
        expect.objectContaining({
          code: 'REMOTE_FAILED',
          message: expect.stringMatching(/in (29|30|31) minutes/),
        }),
      ]);
      api.setFault(undefined);
      expect((await publish()).code).toBe(0);
      expect(shape(api)).toEqual([['1.0', false, 'true', assetsOf('1.0')]]);
    });
  });

  // 403 or 429 without a header: "wait for at least one minute" (GitHub Docs, Rate limits for the REST API).
  it('T38: leaves the rest to the next run where the secondary limit lasts, and says how far it is', async () => {
    await onGitHub([ONE, TWO], async ({ api, publish }) => {
      api.setFault(({ method, path }) =>
        method === 'POST' && path.endsWith('/releases') && api.releases.length === 1
          ? {
              status: 403,
              headers: { 'retry-after': '3600' },
              message: 'You have exceeded a secondary rate limit',
            }
          : undefined,
      );
      const result = await publish();
      expect({ code: result.code, releases: shape(api).length }).toEqual({ code: 1, releases: 1 });
      expect(result.report.warnings).toContainEqual(
        expect.stringMatching(/^1 of 2 releases are on the host; the next runs make the other 1$/),
      );
      api.setFault(undefined);
      expect((await publish()).code).toBe(0);
      expect(shape(api).length).toBe(2);
    });
  });

  // "wait at least one second between each request" that changes something (GitHub Docs, Best practices for using the REST API).
  it('lists once, and lets a second pass between two requests that change something', async () => {
    await onGitHub([ONE, TWO], async ({ api, publish }) => {
      await publish();
      expect(api.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
      const times = api.requests.filter(({ method }) => method !== 'GET').map(({ time }) => time);
      const gaps = times.slice(1).map((time, at) => time - times[at]!);
      expect(Math.min(...gaps)).toBeGreaterThan(700);
    });
  });

  it('an immutable release that lacks a file is one warning, and holds no other up', async () => {
    await onGitHub([ONE, TWO], async ({ api, publish }) => {
      api.releases.push({
        id: 91,
        tag_name: '1.0',
        name: 'mine',
        body: '',
        draft: false,
        immutable: true,
        assets: [],
      });
      const result = await publish();
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(result.report.warnings).toEqual([
        expect.stringMatching(
          /^the release 1\.0 is immutable and lacks hello-1\.0-1\.noarch\.rpm, /,
        ),
      ]);
      expect(shape(api).at(-1)).toEqual(['2.0', false, 'true', assetsOf('2.0')]);
    });
  });

  it('a name that an immutable release has burnt is a warning with the reason, and holds no other up', async () => {
    await onGitHub([ONE, TWO], async ({ api, publish }) => {
      api.burntTags.add('1.0');
      const result = await publish();
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(result.report.warnings).toEqual([
        expect.stringMatching(
          /^tag 1\.0 can have no complete release .*was used by an immutable release/,
        ),
      ]);
      expect(shape(api).at(-1)).toEqual(['2.0', false, 'true', assetsOf('2.0')]);
    });
  });

  it('makes releases that are immutable at once, and finds them complete the next time', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      api.settings.immutableReleases = true;
      expect((await publish()).report.warnings).toEqual([]);
      api.requests.length = 0;
      expect({ warnings: (await publish()).report.warnings, writes: writes(api) }).toEqual({
        warnings: [],
        writes: [],
      });
    });
  });

  it("one release that fails holds no other up, and an asset that is not the file of its name is replaced, by GitHub's digest", async () => {
    await onGitHub([ONE, TWO], async ({ api, publish }) => {
      api.setFault(({ method, path }) =>
        method === 'PATCH' && path.endsWith(`/${api.releases[0]?.id ?? 0}`)
          ? { status: 422, message: 'Validation Failed' }
          : undefined,
      );
      const failed = await publish();
      expect(failed.report.errors).toHaveLength(1);
      expect(shape(api).map((one) => (one as unknown[])[1])).toEqual([true, false]);
      api.setFault(undefined);
      const { assets } = api.releases[1]!;
      assets[0] = { ...assets[0]!, bytes: Buffer.from('another file') };
      expect((await publish()).code).toBe(0);
      expect(api.releases.map(({ draft }) => draft)).toEqual([false, false]);
      expect(
        api.releases[1]!.assets.find(({ name }) => name.endsWith('.rpm'))!.bytes.equals(
          TWO.built.bytes,
        ),
      ).toBe(true);
    });
  });

  it('says which permission is missing', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      api.setFault(({ method }) =>
        method === 'POST'
          ? { status: 403, message: 'Resource not accessible by integration' }
          : undefined,
      );
      const result = await publish();
      expect(result.code).toBe(1);
      expect(result.report.errors).toEqual([
        expect.objectContaining({
          code: 'AUTH',
          remedy: expect.stringContaining('contents: write'),
        }),
      ]);
    });
  });

  it('T35: the token does not follow an address for uploads on another host', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      api.setUploads('http://uploads.example.invalid');
      const result = await publish();
      expect({ code: result.code, errors: result.report.errors }).toEqual({
        code: 1,
        errors: [
          expect.objectContaining({
            code: 'REMOTE_FAILED',
            message: expect.stringContaining('uploads.example.invalid'),
          }),
        ],
      });
    });
  });

  it('does nothing in a dry run', async () => {
    await onGitHub([ONE], async ({ api, publish }) => {
      expect((await publish({ 'dry-run': 'true' })).code).toBe(0);
      expect(api.requests).toEqual([]);
    });
  });

  it.each([
    ['a repository that is not on GitHub', {}, 'INPUT_CONFLICT'],
    ['no token', { token: '' }, 'INPUT_MISSING'],
  ])('%s: exit 2 before any request', async (_, inputs, code) => {
    await onStage({ packages: [ONE], inputs: { 'create-releases': 'true' } }, async (stage) => {
      const env = code === 'INPUT_MISSING' ? { GITHUB_SERVER_URL: stage.git.serverUrl } : {};
      const result = await stage.publish(inputs, { env });
      expect({
        code: result.code,
        requests: stage.yum.requests.length + stage.git.requests.length,
        says: result.stdout.includes(`title=${code}`),
      }).toEqual({ code: 2, requests: 0, says: true });
    });
  });
});
