// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  makeRunDirectory,
  removeRunDirectories,
  runAction,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { hello, PUBLISHER, PUBLISHER_KEY } from '../fixtures/small-repository.js';
import { openStage, type Stage, TOKEN } from '../fixtures/stage.js';

type Inputs = Readonly<Record<string, string>>;

/** Changes to inputs that are right without them, with what the message must name. */
const WRONG: readonly (readonly [title: string, change: Inputs, code: string, named: RegExp])[] = [
  ['no baseurl', { baseurl: '' }, 'INPUT_MISSING', /baseurl/],
  [
    'baseurl and mirrorlist',
    { mirrorlist: 'http://127.0.0.1:9/list' },
    'INPUT_CONFLICT',
    /baseurl and mirrorlist/,
  ],
  ['a baseurl by ftp', { baseurl: 'ftp://example.org/repo' }, 'INPUT_INVALID', /baseurl/],
  ['a baseurl that is no folder', { baseurl: './missing' }, 'INPUT_INVALID', /baseurl.*missing/],
  ['repo-id without repo-file', { 'repo-id': 'x' }, 'INPUT_CONFLICT', /repo-id/],
  [
    'a repo-file that is missing',
    { baseurl: '', 'repo-file': './missing.repo' },
    'INPUT_INVALID',
    /repo-file.*missing\.repo/,
  ],
  ['no packages', { packages: '' }, 'INPUT_MISSING', /packages/],
  ['a key file that is missing', { gpgkey: './KEY.asc' }, 'INPUT_INVALID', /gpgkey.*KEY\.asc/],
  [
    'a broken armored key',
    { gpgkey: '-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc' },
    'INPUT_INVALID',
    /gpgkey/,
  ],
  [
    'a key id for a fingerprint',
    { 'gpg-fingerprints': '5749CAD8646D9185' },
    'INPUT_INVALID',
    /gpg-fingerprints.*5749CAD8646D9185/,
  ],
  [
    'a fingerprint in two halves',
    {
      'gpg-fingerprints': `${PUBLISHER.fingerprint.slice(0, 20)} ${PUBLISHER.fingerprint.slice(20)}`,
    },
    'INPUT_INVALID',
    new RegExp(`spaces\\. Write ${PUBLISHER.fingerprint}\\.`),
  ],
  ['a constraint that is none', { versions: '>> 2' }, 'INPUT_INVALID', /versions/],
  ['a boolean that is none', { 'dry-run': 'yes' }, 'INPUT_INVALID', /dry-run.*yes/],
  ['a negative number', { 'max-releases': '-1' }, 'INPUT_INVALID', /max-releases/],
  ['a push of no release', { 'push-batch': '0' }, 'INPUT_INVALID', /push-batch/],
  ['an unknown choice', { 'repo-gpgcheck': 'maybe' }, 'INPUT_INVALID', /repo-gpgcheck.*required/],
  [
    'a source directory outside',
    { 'source-directory': '../x' },
    'INPUT_INVALID',
    /source-directory/,
  ],
  [
    'the mirror itself as source directory',
    { 'source-directory': '.' },
    'INPUT_INVALID',
    /source-directory/,
  ],
  [
    'one directory inside the other',
    { 'archive-directory': 'src/archive' },
    'INPUT_CONFLICT',
    /archive-directory|source-directory/,
  ],
  ['a tag-format without a field', { 'tag-format': 'release' }, 'INPUT_INVALID', /tag-format/],
  [
    'a tag-format with an unknown field',
    { 'tag-format': '{versoin}' },
    'INPUT_INVALID',
    /tag-format.*versoin/,
  ],
  ['a branch that git refuses', { branch: 'a..b' }, 'INPUT_INVALID', /branch/],
  ['a branch that is called like what HEAD is', { branch: 'HEAD' }, 'INPUT_INVALID', /branch/],
  ['an option for a branch', { branch: '--upload-pack=x' }, 'INPUT_INVALID', /branch/],
  [
    'a line branch without a pattern',
    { 'line-branches': 'release' },
    'INPUT_INVALID',
    /line-branches/,
  ],
  ['a remote helper', { repository: 'ext::sh -c id' }, 'INPUT_INVALID', /repository/],
  ['a repository that is none', { repository: 'mirror' }, 'INPUT_INVALID', /repository/],
  ['an author without mail', { author: 'Somebody' }, 'INPUT_INVALID', /author/],
  ['an author of two lines', { author: 'A\nB <a@example.org>' }, 'INPUT_INVALID', /author/],
  [
    'two files of one name in the archive',
    { gpgkey: 'http://127.0.0.1:9/a/KEY', 'release-notes': 'http://127.0.0.1:9/b/KEY' },
    'INPUT_CONFLICT',
    /KEY/,
  ],
  [
    'a key that is the index',
    { gpgkey: 'http://127.0.0.1:9/repodata/repomd.xml' },
    'INPUT_CONFLICT',
    /gpgkey.*is a file of the index and no public key/,
  ],
  [
    'known hosts that are no file, with a space',
    { 'ssh-known-hosts': './my known_hosts' },
    'INPUT_INVALID',
    /ssh-known-hosts is "\.\/my known_hosts"; it takes lines/,
  ],
  [
    'known hosts that are no file',
    { 'ssh-known-hosts': './known_hosts' },
    'INPUT_INVALID',
    /ssh-known-hosts is "\.\/known_hosts"; it takes lines/,
  ],
  ['a header that is none', { 'http-headers': 'no colon here' }, 'INPUT_INVALID', /http-headers/],
];

const SECRETS: Inputs = {
  token: 'INPUT_TOKEN',
  'signing-key': 'INPUT_SIGNING_KEY',
  'signing-key-passphrase': 'INPUT_SIGNING_KEY_PASSPHRASE',
  'ssh-key': 'INPUT_SSH_KEY',
  'http-headers': 'INPUT_HTTP_HEADERS',
};
const LIST = new Set(['http-headers']);

describe('wrong inputs', () => {
  let stage: Stage;
  let right: Inputs;
  let tempDir: string;
  const nothingAsked = (): void => {
    expect([...stage.yum.requests, ...stage.git.requests]).toEqual([]);
    expect(stage.git.git('for-each-ref')).toBe('');
  };
  const flags = (inputs: Inputs): string[] =>
    Object.entries(inputs).flatMap(([name, value]) =>
      value === '' || name === 'token' || LIST.has(name) ? [] : [`--${name}=${value}`],
    );
  const secrets = (inputs: Inputs): Inputs =>
    Object.fromEntries(
      Object.entries(inputs).filter(([name]) => name === 'token' || LIST.has(name)),
    );
  const cli = (command: string, inputs: Inputs, more: readonly string[] = []): Promise<RunResult> =>
    runCli([command, ...flags(inputs), ...more], { tempDir, inputs: secrets(inputs) });

  beforeAll(async () => {
    stage = await openStage({ packages: [hello('1.0')] });
    right = {
      baseurl: stage.yum.url,
      packages: 'hello',
      gpgkey: `${stage.yum.url}/KEY`,
      'gpg-fingerprints': PUBLISHER.fingerprint,
      repository: stage.git.url,
      token: TOKEN,
    };
    tempDir = makeRunDirectory();
  });
  beforeEach(() => {
    stage.yum.requests.length = 0;
    stage.git.requests.length = 0;
  });
  afterAll(async () => {
    await stage.close();
    removeRunDirectories();
  });

  describe('through the Action', () => {
    it.each(WRONG)(
      '%s: exit 2 before any request, named in an annotation',
      async (_, change, code, named) => {
        const result = await runAction({ tempDir, inputs: { ...right, ...change } });
        expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 2, stderr: '' });
        const annotations = result.stdout.split('\n').filter((line) => line.startsWith('::error'));
        expect(annotations).toHaveLength(2);
        expect(annotations[0]).toMatch(new RegExp(`^::error title=${code}::`));
        expect(annotations[0]).toMatch(named);
        nothingAsked();
      },
    );

    it('a name that is nearly an input: a warning, before what is missing without it', async () => {
      const result = await runAction({
        tempDir,
        inputs: { ...right, packages: '', pakages: 'hello' },
      });
      expect(result.code).toBe(2);
      expect(result.stdout).toMatch(
        /^::warning::pakages \(INPUT_PAKAGES\) is no input[^]*^::error title=INPUT_MISSING::packages/m,
      );
    });

    it('an unknown mode: exit 2', async () => {
      const result = await runAction({ tempDir, inputs: { ...right, mode: 'mirror' } });
      expect({ code: result.code, stdout: result.stdout }).toEqual({
        code: 2,
        stdout: expect.stringMatching(/title=INPUT_INVALID::mode/),
      });
      nothingAsked();
    });
  });

  describe('through the command line', () => {
    it.each(WRONG)(
      '%s: exit 2 before any request, named on stderr',
      async (_, change, code, named) => {
        const result = await cli('publish', { ...right, ...change });
        expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
        expect(result.stderr).toMatch(new RegExp(`^error: ${code}: `));
        expect(result.stderr).toMatch(named);
        nothingAsked();
      },
    );

    it('http-headers that are none: the message does not show them', async () => {
      const result = await cli('publish', {
        ...right,
        'http-headers': 'Authorization s3cret-value',
      });
      expect({ code: result.code, isShown: result.stderr.includes('s3cret-value') }).toEqual({
        code: 2,
        isShown: false,
      });
    });

    it.each(Object.entries(SECRETS))(
      '--%s as a flag: exit 2, and the message names %s, not the secret',
      async (name, variable) => {
        const result = await cli('publish', right, [`--${name}=s3cret-value`]);
        expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
        expect(result.stderr).toContain(variable);
        expect(result.stderr).not.toContain('s3cret-value');
        nothingAsked();
      },
    );

    it.each([
      ['no command', [], /no command/],
      ['an unknown command', ['mirror'], /"mirror" is not a command/],
      ['an unknown flag', ['publish', '--brnach=main'], /--brnach/],
      ['a flag of one dash', ['publish', '-v'], /-v/],
      ['a word too many', ['publish', 'now'], /"now"/],
      ['a flag without its value', ['publish', '--baseurl'], /--baseurl needs a value/],
      ['a mode as a flag', ['publish', '--mode=check'], /mode/],
      ['inspect without files', ['inspect'], /file/i],
    ] as const)('%s: exit 2', async (_, args, named) => {
      const result = await runCli(args, { tempDir });
      expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
      expect(result.stderr).toMatch(/^error: INPUT_[A-Z]+: /);
      expect(result.stderr).toMatch(named);
    });
  });
});

describe('the command line', () => {
  let stage: Stage;
  let tempDir: string;
  let base: string[];
  const run = (args: readonly string[], inputs: Inputs = { token: TOKEN }): Promise<RunResult> =>
    runCli(args, { tempDir, inputs });

  beforeAll(async () => {
    stage = await openStage({ packages: [hello('1.0'), hello('2.0'), hello('3.0')] });
    tempDir = makeRunDirectory();
    base = [
      '--baseurl',
      stage.yum.url,
      '--gpgkey',
      `${stage.yum.url}/KEY`,
      '--gpg-fingerprints',
      PUBLISHER.fingerprint,
      '--repository',
      stage.git.url,
    ];
  });
  afterAll(async () => {
    await stage.close();
    removeRunDirectories();
  });

  it('answers --version and --help on stdout with exit 0, alone and after a command', async () => {
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as { version: string };
    for (const args of [['--version'], ['publish', '--version']])
      expect(await run(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    for (const args of [['--help'], ['-h'], ['publish', '--help'], ['inspect', '--help']]) {
      const result = await run(args);
      expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
      const names = args.includes('inspect')
        ? ['gpgkey', 'extract', 'json']
        : ['baseurl', 'gpg-fingerprints', 'dry-run', 'report'];
      for (const name of names) expect(result.stdout).toContain(`--${name}`);
    }
  });

  it('says which Node it needs on one line, before an older one could stumble over the program', async () => {
    const older =
      'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
    const result = await runCli(['--version'], { tempDir, nodeOptions: ['--import', older] });
    expect(result).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'rpm-source-mirror needs Node 24 or newer; this is v20.20.2\n',
    });
    const entry = readFileSync(join(import.meta.dirname, '../../dist/cli.js'), 'utf8');
    expect(
      [...entry.matchAll(/^(?:import|export)\b.*$/gm)]
        .map(([line]) => line)
        .filter((line) => !line.endsWith("from 'node:module';")),
    ).toEqual([]);
  });

  it('takes bare booleans, --name=value, --name value, lists by commas and white space, and a flag given again', async () => {
    const report = join(tempDir, 'report.json');
    const result = await run([
      'publish',
      ...base,
      '--packages',
      'nothing, hello',
      '--packages=other',
      '--skip=1.0 2.0',
      '--dry-run',
      '--report',
      report,
      '--quiet',
    ]);
    expect({
      code: result.code,
      stdout: result.stdout,
      refs: stage.git.git('for-each-ref'),
    }).toEqual({ code: 0, stdout: '', refs: '' });
    expect(
      result.report.releases.map(({ version, status }: { version: string; status: string }) => [
        version,
        status,
      ]),
    ).toEqual([
      ['1.0', 'skipped'],
      ['2.0', 'skipped'],
      ['3.0', 'planned'],
    ]);
  });

  it.each([
    ['--title=Hello', '--title=Other', 'title'],
    ['--title=Hello', '--title=Hello', 'title'],
    ['--branch=main', '--branch=next', 'branch'],
    ['--report=a.json', '--report=b.json', 'report'],
    ['--max-releases=1', '--max-releases=2', 'max-releases'],
    ['--repo-file=/a.repo', '--repo-file=/b.repo', 'repo-file'],
    ['--dry-run', '--dry-run=false', 'dry-run'],
  ])('refuses %s %s: one of the two would be dropped in silence', async (first, second, name) => {
    const { code, stdout, stderr } = await run(['publish', ...base, first, second]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`INPUT_CONFLICT: --${name} is given twice, and takes one value`);
  });

  it('lets flags win over the environment, and takes the environment where there is no flag', async () => {
    const environment = { token: TOKEN, packages: 'hello', 'max-releases': '1', 'dry-run': 'true' };
    const result = await run(['publish', ...base, '--max-releases=2', '--json'], environment);
    const report = JSON.parse(result.stdout) as { releases: { status: string; commit?: string }[] };
    expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
      code: 0,
      refs: '',
    });
    expect(report.releases.map(({ commit }) => commit !== undefined)).toEqual([true, true, false]);
  });

  it('writes nothing but JSON to stdout with --json, and takes a key from a file', async () => {
    writeFileSync(join(tempDir, 'work/publisher.key'), PUBLISHER_KEY);
    stage.yum.requests.length = 0;
    const result = await run([
      'check',
      '--json',
      '--packages=hello',
      ...base,
      '--gpgkey=./publisher.key',
    ]);
    expect(result.code).toBe(0);
    const report = JSON.parse(result.stdout) as { mode: string; releases: { status: string }[] };
    expect({ mode: report.mode, statuses: report.releases.map(({ status }) => status) }).toEqual({
      mode: 'check',
      statuses: ['planned', 'planned', 'planned'],
    });
    expect(
      stage.yum.requests.filter(({ url, range }) => url.endsWith('.rpm') && range === undefined),
    ).toEqual([]);
  });

  it('writes nothing but JSON to stdout where PATH holds a folder that nobody can look into', async () => {
    // A file instead of a folder: `stat` below it fails otherwise than by ENOENT, for root, too.
    const bad = join(tempDir, 'no-folder');
    writeFileSync(bad, '');
    const result = await runCli(['check', '--json', '--packages=hello', ...base], {
      tempDir,
      inputs: { token: TOKEN },
      pathFirst: bad,
    });
    expect(result.stderr).toContain(bad);
    expect({
      code: result.code,
      mode: (JSON.parse(result.stdout) as { mode: string }).mode,
    }).toEqual({
      code: 0,
      mode: 'check',
    });
  });

  it('shows the table of releases and the headline on stdout', async () => {
    const result = await run(['publish', '--packages=hello', '--max-releases=1', ...base]);
    expect(result.code).toBe(0);
    expect(stage.tags()).toEqual(['1.0']);
    expect(result.stdout).toMatch(/1\.0.*published/);
    expect(result.stdout).toMatch(/2\.0.*planned/);
    expect(result.stdout).not.toContain('::');
    expect(result.stderr).not.toContain('::');
  });
});
