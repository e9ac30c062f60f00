// SPDX-License-Identifier: MIT
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { parseOptions } from '../../../src/inputs/options.js';
import { type InputName, INPUTS, inputSpec } from '../../../src/inputs/table.js';
import { spawnSync } from '../../fixtures/commands.js';

const folder = path.resolve(import.meta.dirname, '../../../.github/workflows');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly name?: string;
  readonly run?: string;
}
interface Concurrent {
  readonly concurrency?: { readonly queue?: string; readonly 'cancel-in-progress'?: unknown };
  readonly jobs: Readonly<Record<string, Concurrent>>;
}
interface Workflow {
  readonly on: { readonly workflow_call?: { readonly inputs: object; readonly secrets: object } };
  readonly permissions?: object;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'timeout-minutes'?: unknown;
        readonly needs?: string;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), 'utf8');
  return { name, text, workflow: load(text) as Workflow };
});

describe('our workflows (T43)', () => {
  it.each(workflows)('$name pins every action by commit and says its version', ({ text }) => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    for (const line of uses)
      expect(line).toMatch(/uses: (\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)/);
  });

  it.each(workflows)(
    '$name starts from no permissions, except where the caller grants them',
    ({ workflow }) => {
      expect(workflow.permissions).toEqual('workflow_call' in workflow.on ? undefined : {});
    },
  );

  it.each(workflows)(
    '$name ends in time and leaves no credentials in a checkout',
    ({ workflow }) => {
      for (const job of Object.values(workflow.jobs)) {
        expect(job['timeout-minutes']).toBeDefined();
        const checkouts = job.steps.filter((step) => step.uses?.startsWith('actions/checkout@'));
        for (const step of checkouts)
          expect(step.with).toMatchObject({ 'persist-credentials': false });
      }
    },
  );

  // Instead of actionlint, which knows no queue (.github/actionlint.yaml). GitHub refuses `max` beside `cancel-in-progress: true`.
  it.each(workflows)('$name queues as GitHub knows it', ({ workflow }) => {
    const { concurrency, jobs } = workflow as Workflow & Concurrent;
    for (const found of [concurrency, ...Object.values(jobs).map((job) => job.concurrency)]) {
      expect(['single', 'max']).toContain(found?.queue ?? 'single');
      if (found?.queue === 'max') expect(found['cancel-in-progress'] ?? false).toBe(false);
    }
  });

  it('publish.yml takes and hands on every input of the action', () => {
    const { workflow } = workflows.find(({ name }) => name === 'publish.yml')!;
    const call = workflow.on.workflow_call!;
    const left = ['mode', 'dry-run'];
    const names = Object.keys(INPUTS).filter((name) => !left.includes(name));
    const taken = [...Object.keys(call.inputs), ...Object.keys(call.secrets)].filter(
      (name) =>
        !['action-ref', 'action-repository', 'pages', 'timeout-minutes', 'verify'].includes(name),
    );
    expect([...new Set(taken)].sort()).toEqual([...names].sort());
    // A workflow shows its inputs to everybody who may read it.
    expect(Object.keys(call.secrets)).toEqual(
      expect.arrayContaining([
        ...names.filter((name) => inputSpec(name as InputName).secret),
        'mirrors',
      ]),
    );
    const [publish, verify] = workflow.jobs['publish']!.steps.filter((step) =>
      step.uses?.startsWith('./'),
    );
    const readBy = (command: 'publish' | 'verify'): string[] =>
      names.filter((name) => inputSpec(name as InputName).commands.includes(command)).sort();
    expect(Object.keys(publish!.with!).sort()).toEqual(readBy('publish'));
    // What a run takes does not narrow what is proved.
    expect(Object.keys(verify!.with!).sort()).toEqual(
      ['mode', ...readBy('verify').filter((name) => name !== 'versions')].sort(),
    );
  });

  it('publish.yml joins the mirrors of the input and of the secret, either of which may be empty', () => {
    const { workflow } = workflows.find(({ name }) => name === 'publish.yml')!;
    const publish = workflow.jobs['publish']!.steps.find((step) => step.uses?.startsWith('./'))!;
    const given = (inputs: string, secrets: string): string =>
      String(publish.with!['mirrors'])
        .replace('${{ inputs.mirrors }}', inputs)
        .replace('${{ secrets.mirrors }}', secrets);
    const read = (mirrors: string): readonly string[] =>
      parseOptions(
        (name) =>
          ({ mirrors, baseurl: 'https://example.org', packages: 'x', repository: 'a/b' })[
            name as string
          ] ?? '',
        {},
      ).mirrors;
    expect([given('', ''), given('a', ''), given('', 'b'), given('a', 'b\nc')].map(read)).toEqual([
      [],
      ['a'],
      ['b'],
      ['a', 'b', 'c'],
    ]);
  });

  it('publish.yml verifies with what the mirror was made with', () => {
    const { workflow } = workflows.find(({ name }) => name === 'publish.yml')!;
    const [publish, verify] = workflow.jobs['publish']!.steps.filter((step) =>
      step.uses?.startsWith('./'),
    );
    const shapes = [
      'baseurl',
      'mirrorlist',
      'metalink',
      'repo-file',
      'http-headers',
      'gpg-fingerprints',
      'allow-weak',
      'source-path',
      'unpack',
      'source-directory',
      'archive-directory',
      'packaging-directory',
      'tag-format',
      'repository',
      'branch',
      'token',
      'ssh-key',
    ];
    for (const name of shapes)
      expect([name, verify!.with![name]]).toEqual([name, publish!.with![name]]);
  });
});

describe('a release of the action', () => {
  const { jobs } = workflows.find(({ name }) => name === 'release.yml')!.workflow;
  const { version } = JSON.parse(readFileSync(path.join(folder, '../../package.json'), 'utf8')) as {
    version: string;
  };

  /** Runs one step with a stand-in of gh, which records its arguments and answers with `answers` by the first that matches. */
  function runStep(
    name: string,
    environment: Readonly<Record<string, string>>,
    answers: Readonly<Record<string, string>> = {},
  ): { status: number | null; output: string; calls: string[] } {
    const { run } = Object.values(jobs)
      .flatMap((job) => job.steps)
      .find((step) => step.name === name)!;
    const bin = mkdtempSync(path.join(tmpdir(), 'gh-'));
    const cases = Object.entries(answers).map(
      ([pattern, answer]) => `  *'${pattern}'*) ${answer} ;;`,
    );
    writeFileSync(
      path.join(bin, 'gh'),
      [
        '#!/bin/sh',
        `echo "$*" >> '${bin}/calls'`,
        'case "$*" in',
        ...cases,
        '  *) exit 1 ;;',
        'esac',
        '',
      ].join('\n'),
    );
    chmodSync(path.join(bin, 'gh'), 0o755);
    writeFileSync(path.join(bin, 'calls'), '');
    const result = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run!], {
      cwd: path.join(folder, '../..'),
      encoding: 'utf8',
      env: {
        PATH: `${bin}:${path.dirname(process.execPath)}:${process.env['PATH']!}`,
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_SHA: 'a'.repeat(40),
        ...environment,
      },
    });
    const calls = readFileSync(path.join(bin, 'calls'), 'utf8').trim().split('\n');
    rmSync(bin, { recursive: true });
    return { status: result.status, output: result.stdout + result.stderr, calls };
  }

  it('is drafted, then checked, then published', () => {
    expect(Object.keys(jobs)).toEqual(['draft', 'check', 'publish', 'npm']);
    expect([jobs['check']!.needs, jobs['publish']!.needs]).toEqual(['draft', 'check']);
    expect(jobs['check']!.steps.at(-1)!.run).toBe('.ci/run');
  });

  it.each([
    ['of the package, from main', version, 'refs/heads/main', {}, 0, ''],
    ['with a leading v', `v${version}`, 'refs/heads/main', {}, 1, 'is not a version'],
    ['with a command in it', '1.0.0$(id)', 'refs/heads/main', {}, 1, 'is not a version'],
    [
      'that package.json does not have',
      '9.9.9',
      'refs/heads/main',
      {},
      1,
      'package.json has another version',
    ],
    ['from another branch', version, 'refs/heads/other', {}, 1, 'Releases are made from main'],
    [
      'that is out already',
      version,
      'refs/heads/main',
      { 'git/ref/tags/v': 'exit 0' },
      1,
      'exists already',
    ],
    ['that has a draft', version, 'refs/heads/main', { 'release view': 'exit 0' }, 1, 'A draft of'],
  ])('takes a version %s only when it may', (_, given, ref, answers, status, says) => {
    const result = runStep(
      "The version is the package's, and new",
      { VERSION: given, TAG: `v${given}`, GITHUB_REF: ref },
      answers,
    );
    expect({ status: result.status, says: result.output.includes(says) }).toEqual({
      status,
      says: true,
    });
  });

  it('fails when the tag is at another commit, and warns when it could still be changed', () => {
    const publish = (
      sha: string,
      immutable: string,
      target = 'a'.repeat(40),
    ): ReturnType<typeof runStep> =>
      runStep(
        'Publish the draft',
        { VERSION: '1.2.3', TAG: 'v1.2.3' },
        {
          'release view': `echo ${target}`,
          'release edit': ':',
          'git/ref/tags/v1.2.3': `echo ${sha}`,
          'releases/tags/v1.2.3': `echo ${immutable}`,
        },
      );
    expect(publish('a'.repeat(40), 'true')).toMatchObject({ status: 0, output: '' });
    expect(publish('b'.repeat(40), 'true').status).toBe(1);
    const stale = publish('a'.repeat(40), 'true', 'b'.repeat(40));
    expect([stale.status, stale.calls.filter((call) => call.includes('edit'))]).toEqual([1, []]);
    const mutable = publish('a'.repeat(40), 'false');
    expect(mutable.status).toBe(0);
    expect(mutable.output).toContain('::warning::v1.2.3 can still be changed');
  });

  it.each([
    ['main has other workflows', 'aaa', 'bbb', 'run this workflow again from main', 'not be read'],
    ['main has the same workflows', 'aaa', 'aaa', 'not the reason', 'again from main'],
    ['main cannot be read', 'aaa', undefined, 'could not be read', 'again from main'],
  ])('says why GitHub refuses a publication where %s', (_, ours, main, says, not) => {
    const at = (ref: string, sha: string | undefined): Record<string, string> =>
      sha === undefined ? {} : { [`contents/.github?ref=${ref} `]: `echo ${sha}` };
    const result = runStep(
      'Publish the draft',
      { VERSION: '1.2.3', TAG: 'v1.2.3' },
      {
        'release view': `echo ${'a'.repeat(40)}`,
        'release edit': 'echo "HTTP 403: Resource not accessible by integration" >&2; exit 1',
        ...at('a'.repeat(40), ours),
        ...at('main', main),
      },
    );
    expect(result.status).toBe(1);
    expect(result.output).toContain('HTTP 403: Resource not accessible by integration');
    expect(result.output).toMatch(/^::error::GitHub refused to publish the draft of v1\.2\.3/m);
    expect(result.output).toContain(says);
    expect(result.output).not.toContain(not);
    expect(result.calls.at(-1)).toContain('contents/.github?ref=main');
  });

  it('moves v1, or makes it the first time', () => {
    const moved = runStep(
      'Move the major tag',
      { VERSION: '1.2.3' },
      { 'PATCH repos/o/r/git/refs/tags/v1 ': ':' },
    );
    expect(moved).toMatchObject({ status: 0, calls: [expect.stringContaining('force=true')] });
    const made = runStep(
      'Move the major tag',
      { VERSION: '1.2.3' },
      { 'POST repos/o/r/git/refs ': ':' },
    );
    expect(made).toMatchObject({
      status: 0,
      calls: [expect.stringContaining('PATCH'), expect.stringContaining('ref=refs/tags/v1 ')],
    });
  });
});

describe('the pages of publish.yml', () => {
  const { jobs } = workflows.find(({ name }) => name === 'publish.yml')!.workflow;
  const pages = jobs['pages'] as unknown as {
    readonly needs: string;
    readonly if: string;
    readonly permissions?: object;
    readonly environment: { readonly name: string };
    readonly steps: readonly (Step & { readonly env?: Record<string, string> })[];
  };
  const step = pages.steps.find(({ name }) => name === 'Write the pages')!;

  it('are deployed after verification, where they are wanted, by the permissions of the caller', () => {
    expect([pages.needs, pages.permissions, pages.environment.name]).toEqual([
      'publish',
      undefined,
      'github-pages',
    ]);
    expect(pages.if).toContain('inputs.pages');
    const uses = pages.steps.flatMap(
      ({ uses: used = '' }) => /actions\/([\w-]+)@/.exec(used)?.[1] ?? [],
    );
    expect(uses).toEqual([
      'checkout',
      'setup-node',
      'configure-pages',
      'upload-pages-artifact',
      'deploy-pages',
    ]);
  });

  it('are written with what verification was done with', () => {
    const verify = jobs['publish']!.steps.filter(({ uses: used }) => used?.startsWith('./')).at(
      -1,
    )!;
    const given = Object.fromEntries(
      Object.entries(step.env!)
        .filter(([name]) => name.startsWith('INPUT_'))
        .map(([name, value]) => [
          name.slice('INPUT_'.length).toLowerCase().replaceAll('_', '-'),
          value,
        ]),
    );
    const inputs = Object.fromEntries(
      Object.entries(verify.with!).filter(([name]) => name !== 'mode'),
    );
    expect(given).toEqual(inputs);
  });

  it('are deployed with findings on them, and not without a first page', () => {
    const work = mkdtempSync(path.join(tmpdir(), 'pages-'));
    const run = (cli: string): { status: number | null; output: string } => {
      const folders = path.join(work, '.rpm-source-mirror/dist');
      mkdirSync(folders, { recursive: true });
      writeFileSync(path.join(folders, 'cli.js'), cli);
      const output = path.join(work, 'output');
      writeFileSync(output, '');
      const { status } = spawnSync('bash', ['-eo', 'pipefail', '-c', step.run!], {
        cwd: work,
        env: {
          PATH: `${path.dirname(process.execPath)}:${process.env['PATH']!}`,
          PAGES: path.join(work, 'pages'),
          PAGES_URL: 'https://acme.example/',
          GITHUB_OUTPUT: output,
        },
      });
      return { status, output: readFileSync(output, 'utf8') };
    };
    expect(run('process.exitCode = 1')).toEqual({ status: 1, output: '' });
    const write =
      "const fs = require('fs'); const at = process.argv[process.argv.indexOf('--output') + 1]; fs.mkdirSync(at, { recursive: true }); fs.writeFileSync(at + '/index.html', 'x');";
    expect(run(`${write} process.exitCode = 1`)).toEqual({ status: 0, output: 'status=1\n' });
    expect(run(write)).toEqual({ status: 0, output: 'status=0\n' });
    rmSync(work, { recursive: true });
  });
});
