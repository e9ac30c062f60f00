// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { makeCertificate } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import {
  hello,
  type ListedPackage,
  PUBLISHER,
  repositoryFiles,
} from '../fixtures/small-repository.js';
import { inputsOf, parseWorkflow } from '../fixtures/workflow.js';
import { startYumServer } from '../fixtures/yum-server.js';

const EXPRESSION = '${{ secrets.GITHUB_TOKEN }}';
const HOSTILE = [
  EXPRESSION,
  `x${EXPRESSION}-dkms`,
  '*',
  'a b-dkms',
  'a,b',
  '"-dkms',
  "'-dkms",
  'x: y-dkms',
  '# -dkms',
  '-dkms',
  '&#10;- run: id',
  '&#x85;run-dkms',
  'x&#x2028;run',
  '[a-z]*',
  '{a,b}',
  '::add-mask::-dkms',
  '\u202edkms',
];
/** What no line of a workflow that `init` wrote may be. */
const INJECTED = /^\s*-?\s*(?:run:|env:|uses: (?!rpm-source-mirror\/))/m;
const files = (folder: string): { path: string; content: string }[] => [
  { path: `/${folder}/a.c`, content: '' },
];

/** Lets a repository with these packages and this owner of its key be looked at. */
async function initOf(
  packages: readonly ListedPackage[],
  { userId = 'Test <test@example.invalid>', revision = '1', args = [] as string[] } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const yum = await startYumServer({
    files: {
      ...repositoryFiles(packages, { revision }),
      KEY: makeCertificate({ key: PUBLISHER, userId }),
    },
  });
  try {
    return await runCli(['init', '--baseurl', yum.url, '--gpgkey', `${yum.url}/KEY`, ...args]);
  } finally {
    await yum.close();
  }
}

/** Expressions of the workflow language that are left; the dry run is ours. */
function expressions(workflow: string): string[] {
  return [...workflow.matchAll(/\$\{\{[^}]*\}\}/g)]
    .map(([text]) => text)
    .filter((text) => text !== '${{ inputs.dry-run || false }}');
}

describe('a workflow that init writes (T32, T33, T34)', () => {
  afterAll(removeRunDirectories);

  it('proposes no name that would be more than a name, whatever the index holds', async () => {
    const packages = [
      ...HOSTILE.map((name, at) => ({ ...hello(`1.${at}`), name, file: `p${at}.rpm` })),
      hello('1.0'),
    ];
    const { code, stdout, stderr } = await initOf(packages);
    expect({ code, packages: inputsOf(stdout).packages, left: expressions(stdout) }).toEqual({
      code: 0,
      packages: 'hello',
      left: [],
    });
    expect(stdout).not.toMatch(INJECTED);
    expect(stderr).toContain(
      `warning: ${HOSTILE.length} package names hold characters that no input can hold`,
    );
  });

  it('takes no architecture that would be more than a name', async () => {
    const { stdout } = await initOf([
      ...HOSTILE.map((arch, at) => ({
        ...hello('1.0'),
        name: `evil${at}-dkms`,
        arch,
        file: `p${at}.rpm`,
      })),
      hello('1.0'),
    ]);
    expect(inputsOf(stdout)).toMatchObject({ packages: 'hello' });
    expect(stdout).not.toContain('evil');
  });

  it('shows versions, owners of keys and revisions on one line of a comment, with nothing that acts', async () => {
    const evil = `9&#10;      - run: id&#x85;run: id&#x2028;run: id ${EXPRESSION} ::error::`;
    const { code, stdout, stderr } = await initOf(
      [
        hello('1.0', { name: 'z-dkms' }),
        { ...hello('1.0'), name: 'other', version: evil, file: 'other.rpm' },
      ],
      {
        userId: `Eve\n      - run: id\u2028run: id\u0085run: id ${EXPRESSION} \u0007\u202e \ufeff <e@example.invalid>`,
        revision: '1&#10;::add-mask::x',
      },
    );
    expect(code).toBe(0);
    expect(stdout).not.toMatch(INJECTED);
    expect(expressions(stdout)).toEqual([]);
    expect(stdout).not.toMatch(/[^\x0a\x20-\x7e\u23ce\u2060]/);
    expect(stderr).not.toMatch(/^::/m);
    const { jobs } = parseWorkflow(stdout);
    expect(jobs.mirror.steps).toHaveLength(1);
  });

  it.each([EXPRESSION, 'a b', '*', '[a]', '"', '\n- run: id', 'ü'])(
    'proposes no source path with the folder %j',
    async (folder) => {
      const { code, stdout } = await initOf([hello('1.0', { files: files(`opt/${folder}`) })]);
      expect({ code, path: inputsOf(stdout)['source-path'], left: expressions(stdout) }).toEqual({
        code: 0,
        path: undefined,
        left: [],
      });
    },
  );

  it('keeps what the user gave to the letter', async () => {
    const title = `A "b" 'c': #d \\ ${EXPRESSION} \u0085\u2028 😀`;
    const { stdout } = await initOf([hello('1.0')], { args: ['--title', title] });
    expect(inputsOf(stdout).title).toBe(title);
    expect(expressions(stdout)).toEqual(["${{ '${{' }}"]);
  });
});
