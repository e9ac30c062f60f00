// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { fileName, hello, signHeader } from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';

const [ONE, TWO] = [hello('1.0'), hello('2.0')] as const;
const EVIL = { 'src/hello.c': { content: 'int backdoor;\n' } };

interface Scene {
  readonly stage: Stage;
  readonly api: GitHubApi;
  readonly editor: MirrorEditor;
  readonly run: (inputs?: Readonly<Record<string, string>>) => Promise<RunResult>;
}

/** A mirror with two tags, of which no release was made, since the host was down. */
async function afterHostWasDown(
  inputs: Readonly<Record<string, string>>,
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const api = await startGitHubApi({ token: TOKEN });
  try {
    await onStage(
      { packages: [ONE, TWO], inputs: { 'create-releases': 'true', ...inputs } },
      async (stage) => {
        const env = { GITHUB_SERVER_URL: stage.git.serverUrl, GITHUB_API_URL: api.url };
        const run = (more: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
          stage.publish(more, { env });
        api.setFault(() => ({ status: 404, message: 'Not Found' }));
        expect([(await run()).code, api.releases, stage.tags()]).toEqual([1, [], ['1.0', '2.0']]);
        api.setFault(undefined);
        await test({ stage, api, run, editor: MirrorEditor.open(stage.git.repoDir) });
      },
    );
  } finally {
    await api.close();
  }
}

const tagsOf = ({ releases }: GitHubApi): string[] => releases.map(({ tag_name }) => tag_name);
const packagesFetched = ({ yum }: Stage): number =>
  yum.requests.filter(({ url }) => url.endsWith('.rpm')).length;

describe('create-releases speaks of what was proved', () => {
  afterAll(removeRunDirectories);

  it.each([
    ['full', 0],
    ['header', 2],
    ['none', 2],
    ['release', 2],
  ])(
    'archive-packages: %s: tags of an earlier run are proved, and then get their releases; packages are fetched once',
    async (archived, fetched) => {
      await afterHostWasDown({ 'archive-packages': archived }, async ({ stage, api, run }) => {
        const { code, report } = await run();
        expect({ code, errors: report.errors, warnings: report.warnings }).toEqual({
          code: 0,
          errors: [],
          warnings: [],
        });
        expect([tagsOf(api), packagesFetched(stage)]).toEqual([['1.0', '2.0'], fetched]);
        if (archived === 'release' || archived === 'full')
          expect(api.releases[0]!.assets[0]!.bytes.equals(ONE.built.bytes)).toBe(true);
      });
    },
  );

  it.each<[string, string, (editor: MirrorEditor) => void, RegExp]>([
    [
      'source that is not the package’s',
      'full',
      (m) => {
        m.retag('1.0', { files: EVIL });
      },
      /content src\/hello\.c/,
    ],
    [
      'source that is not the package’s, and the package nowhere in git',
      'release',
      (m) => {
        m.retag('1.0', { files: EVIL });
      },
      /content src\/hello\.c/,
    ],
    [
      'a line on the branch that names another key',
      'full',
      (m) => {
        const list = m.bytes('main:archive/releases.json').toString('utf8');
        const content = list.replace(
          /"signingKey":"[0-9A-F]*"/,
          `"signingKey":"${'A'.repeat(40)}"`,
        );
        m.commit({ 'archive/releases.json': { content } });
      },
      /releases\.json: expected signingKey/,
    ],
    [
      'another release under its name',
      'full',
      (m) => {
        m.git(['update-ref', 'refs/tags/1.0', m.git(['rev-parse', 'refs/tags/2.0'])]);
      },
      /tag refs\/tags\/1\.0/,
    ],
  ])(
    '%s (archive-packages: %s): no release, and a warning; the others get theirs',
    async (_, archived, forge, words) => {
      await afterHostWasDown({ 'archive-packages': archived }, async ({ api, editor, run }) => {
        forge(editor);
        const { report } = await run();
        const said = report.warnings.filter((text: string) =>
          text.includes('could not prove: 1.0 ('),
        );
        expect([tagsOf(api), said]).toEqual([['2.0'], [expect.stringMatching(words)]]);
        expect(said[0]).toContain('verify --tags');
      });
    },
  );

  it.each([
    ['none', 'could not prove: 1.0 ('],
    ['header', 'could not prove: 1.0 ('],
  ])(
    'archive-packages: %s: a checksum that nobody can prove any more is not stated',
    async (archived, words) => {
      await afterHostWasDown({ 'archive-packages': archived }, async ({ stage, api, run }) => {
        stage.offer([hello('1.0', { sign: signHeader() }), TWO], '1700000001');
        const { report } = await run();
        expect([tagsOf(api), report.warnings.join('\n')]).toEqual([
          ['2.0'],
          expect.stringContaining(words),
        ]);
      });
    },
  );

  it('takes a package that was uploaded to a draft by hand', async () => {
    await afterHostWasDown({ 'archive-packages': 'release' }, async ({ stage, api, run }) => {
      stage.offer([TWO], '1700000001');
      const first = await run();
      expect([first.code, tagsOf(api)]).toEqual([1, ['2.0']]);
      api.releases.push({
        id: 700,
        tag_name: '1.0',
        name: 'x',
        body: '',
        draft: true,
        assets: [
          {
            id: 701,
            name: fileName(ONE),
            label: '',
            content_type: 'x',
            size: ONE.built.bytes.length,
            state: 'uploaded',
            bytes: Buffer.from(ONE.built.bytes),
          },
        ],
      });
      expect((await run()).code).toBe(0);
      expect(api.releases.find(({ id }) => id === 700)!.draft).toBe(false);
    });
  });
});
