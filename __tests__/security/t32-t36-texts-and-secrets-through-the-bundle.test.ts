// SPDX-License-Identifier: MIT
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { secretsToMask } from '../../src/git/remote/access/credentials.js';
import { execFileSync } from '../fixtures/commands.js';
import { I18N, text } from '../fixtures/header-builder.js';
import { makeRunDirectory, removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello, helloFiles } from '../fixtures/small-repository.js';
import { openStage, type Stage, TOKEN } from '../fixtures/stage.js';

const CANARIES = {
  ACTIONS_RUNTIME_TOKEN: 'canary-runtime-1',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-oidc-2',
  AWS_SECRET_ACCESS_KEY: 'canary-cloud-3',
  GITHUB_TOKEN: 'canary-github-4',
  NPM_TOKEN: 'canary-npm-5',
};
const HEADER_SECRET = 'canary-header-6-0123456789';
/** Raw, and as base64 at each of its three offsets. */
const FORMS = [
  ...secretsToMask(TOKEN),
  ...[0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + TOKEN)
      .toString('base64')
      .slice(4, -4),
  ),
  HEADER_SECRET,
  ...Object.values(CANARIES),
];
const leaks = (where: string): string[] => FORMS.filter((form) => where.includes(form));

/** Every trick in one text: commands of both kinds, line ends of all kinds, markup, mentions, an escape sequence. */
const HOSTILE = [
  'A summary',
  '::add-mask::a',
  '::error title=x::forged',
  '::set-output name=tags::["9.9"]',
  '::stop-commands::x',
  '  ::warning::forged',
  '##[error]forged',
  '##[add-mask]a',
  '##vso[task.setvariable]x',
  '\u001b[2J\u001b]0;title\u0007',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '[click](https://evil.example)',
  '![x](https://evil.example/pixel)',
  '| a | b |',
  '</details>',
  '`code`',
  '@octocat',
  '#1',
  'fixes #2',
  '[skip ci]',
  'Co-authored-by: Evil <evil@example.org>',
  'Rpm-Sha256: 0',
  '--------',
  'Metadata\n--------\nPackage: forged',
  'https://evil.example/a',
].join('\n');
const DESCRIPTION = `${HOSTILE}\r::error::forged\r\n::error::forged\u2028::error::forged\u0085::error::forged\n\n\nMetadata\n--------\nPackage: forged\n--------\n\nRpm-Sha256: ${'0'.repeat(64)}`;
const hostile = (version: string) =>
  hello(version, {
    entries: [
      { tag: 1004, type: I18N, value: [HOSTILE] },
      { tag: 1005, type: I18N, value: [DESCRIPTION] },
      text(1014, 'MIT\n::error::forged'),
      text(1007, 'host\n::error::forged'),
    ],
    files: [
      ...helloFiles(version),
      { path: `/usr/src/hello-${version}/@octocat #1 <b>|x`, content: 'x' },
      {
        path: `/usr/src/hello-${version}/out`,
        target: '../../::error::forged<script>',
        mode: 0o120777,
      },
    ],
  });

/** Puts wrappers first in PATH that write down the arguments and the environment of each call. */
function recordChildren(directory: string): {
  bin: string;
  calls: () => { name: string; args: string; env: string }[];
} {
  const [bin, log] = [join(directory, 'bin'), join(directory, 'calls')];
  for (const folder of [bin, log]) mkdirSync(folder);
  for (const name of ['git', 'sh', 'ssh', 'curl', 'gpg', 'xz']) {
    let real: string;
    try {
      real = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      continue;
    }
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\nprintf '%s\\n' "$0" "$@" > '${log}/${name}-'$$.args\n/usr/bin/env > '${log}/${name}-'$$.env\nexec ${real} "$@"\n`,
    );
    chmodSync(join(bin, name), 0o755);
  }
  const read = (name: string): string => readFileSync(join(log, name), 'utf8');
  const calls = () =>
    readdirSync(log)
      .filter((name) => name.endsWith('.args'))
      .map((name) => ({
        name: name.split('-')[0]!,
        args: read(name),
        env: read(name.replace('.args', '.env')),
      }));
  return { bin, calls };
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((name) => statSync(name).isFile());

let stage: Stage;
let published: RunResult;
let refused: RunResult;
let recorder: ReturnType<typeof recordChildren>;
let tempDir: string;

beforeAll(async () => {
  stage = await openStage({
    packages: [hostile('1.0'), hostile('2.0')],
    inputs: { 'http-headers': `X-Api-Key: ${HEADER_SECRET}` },
  });
  recorder = recordChildren(makeRunDirectory());
  tempDir = makeRunDirectory();
  const options = {
    tempDir,
    pathFirst: recorder.bin,
    env: {
      ...CANARIES,
      RUNNER_DEBUG: '1',
      ACTIONS_STEP_DEBUG: 'true',
      GIT_TRACE: '1',
      GIT_TRACE_CURL: '1',
      GIT_CURL_VERBOSE: '1',
    },
  };
  published = await stage.publish({}, options);
  stage.offer(
    [hostile('1.0'), hostile('2.0'), hostile('3.0'), hello('4.0', { sign: () => [] })],
    '1700000001',
  );
  stage.git.setHook(
    'pre-receive',
    `echo '::error::forged ##[error]forged ${TOKEN} ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}' >&2; exit 1`,
  );
  refused = await stage.publish({}, options);
  // On a path, the hook is a child of ours.
  stage.git.setHook('pre-receive', `env > ${join(tempDir, 'home', 'hook.env')}; exit 1`);
  await stage.publish({ repository: stage.git.repoDir }, options);
});
afterAll(async () => {
  await stage.close();
  removeRunDirectories();
});

/** Lines that the runner would act upon, as it reads them (Trim, then `::`; `##[` anywhere), but the ones that the toolkit itself writes. */
const commands = (output: string): string[] =>
  output
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .map((line) => line.trim())
    .filter(
      (line) =>
        (line.startsWith('::') &&
          !/^::(?:add-mask|debug|group|endgroup|warning|error)(?:::| title=[A-Z_]+::)/.test(
            line,
          )) ||
        line.includes('##['),
    );
const forged = (output: string): string[] =>
  output
    .split(/\r\n|[\n\r]/)
    .filter(
      (line) => /^\s*::[a-z-]+(?: [^:]*)?::forged/.test(line) || /^\s*::add-mask::a$/.test(line),
    );

describe('T32: a text of a package in the history', () => {
  it('is published, and its commit still has one Metadata block and the trailers of ours alone', () => {
    expect({ code: published.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0', '2.0'] });
    const message = stage.git.git('log', '-1', '--format=%B', '1.0');
    expect(message.split('\n').filter((line) => line === 'Metadata')).toHaveLength(1);
    expect(message.match(/^Package: .*$/gm)).toEqual(['Package: hello']);
    const trailers = execFileSync('git', ['interpret-trailers', '--parse'], {
      input: message,
      encoding: 'utf8',
    });
    expect(trailers.match(/^Rpm-Sha256: .*$/gm)).toHaveLength(1);
    expect(trailers).not.toMatch(/Co-authored-by|Evil|: 0+$/m);
    for (const trigger of [/@octocat/, /#[12]\b/, /\[skip ci\]/])
      expect(message).not.toMatch(trigger);
    expect(message.split('\n')[0]).toBe('feat: hello 1.0');
  });
});

describe('T33: a workflow command in a text', () => {
  it('of package, link, git or hook is no command in any line of the log, with debug on', () => {
    for (const { stdout, stderr } of [published, refused]) {
      expect(stdout).toContain('::debug::');
      expect(commands(stdout + stderr)).toEqual([]);
      expect(forged(stdout + stderr)).toEqual([]);
      expect(stdout + stderr).not.toMatch(/[\u0007\u001b]/);
    }
    expect(published.stdout).toContain('points outside the source');
  });
});

describe('T34: outputs, annotations and summary', () => {
  it('hold nothing of it as markup, and the outputs are those of the run', () => {
    expect(published.outputs).toMatchObject({
      tags: '["1.0","2.0"]',
      'published-versions': '["1.0","2.0"]',
      'latest-version': '2.0',
    });
    expect(Object.keys(published.outputs).sort()).toEqual([
      'commit',
      'has-new',
      'latest-version',
      'new-versions',
      'published-versions',
      'report',
      'tags',
    ]);
    for (const { summary } of [published, refused]) {
      expect(summary.replaceAll(/<\/?details>|<\/?summary>/g, '')).not.toMatch(/<[a-z/!]/i);
      expect(summary).not.toMatch(/@octocat|javascript:|https?:\/\/evil/);
      // Links are ours alone: to the mirror, and to the documents of this tool.
      for (const [, url] of summary.matchAll(/\]\(([^)]*)\)/g))
        expect(url).toMatch(
          /^http:\/\/127\.0\.0\.1:\d+\/|^https:\/\/github\.com\/rpm-source-mirror\//,
        );
      for (const line of summary.split('\n').filter((row) => row.startsWith('| ')))
        expect(line.match(/(?<!\\)\|/g)!.length).toBeGreaterThan(2);
    }
    const rows = refused.stdout.split('\n').filter((line) => line.startsWith('::error'));
    expect(rows.every((line) => /^::error(?: title=[A-Z_]+)?::/.test(line))).toBe(true);
  });
});

describe('T35: the token', () => {
  it('and other secrets are in no argument of any child', () => {
    const calls = recorder.calls();
    expect(calls.filter(({ name }) => name === 'git').length).toBeGreaterThan(10);
    expect(calls.flatMap(({ args }) => leaks(args))).toEqual([]);
  });

  it('are in no line of the log but the mask, with debug and git traces on', () => {
    for (const { stdout, stderr } of [published, refused]) {
      const lines = (stdout + stderr)
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::'));
      expect(lines.filter((line) => leaks(line).length > 0)).toEqual([]);
      for (const form of secretsToMask(TOKEN)) expect(stdout).toContain(`::add-mask::${form}\n`);
      expect(stdout).toContain(`::add-mask::${HEADER_SECRET}\n`);
    }
    expect(refused.report.errors.map(({ code }: { code: string }) => code)).toContain(
      'PUSH_REJECTED',
    );
  });

  it('are in no file that is left, no output, summary or report, and no object', () => {
    const left = filesBelow(tempDir);
    expect(left.some((name) => name.includes('report'))).toBe(true);
    expect(left.filter((name) => leaks(readFileSync(name, 'latin1')).length > 0)).toEqual([]);
    expect(
      left.filter(
        (name) => /rpm-source-mirror-(?!report)/.test(name) || name.includes('.gitconfig'),
      ),
    ).toEqual([]);
    const oids = stage.git
      .git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)')
      .split('\n')
      .map((line) => line.split(' '));
    expect(oids.flatMap(([oid, type]) => leaks(stage.git.git('cat-file', type!, oid!)))).toEqual(
      [],
    );
  });

  it('goes to the git server alone, and the secret header to the yum server alone', () => {
    expect(stage.yum.requests.length).toBeGreaterThan(0);
    expect(
      stage.yum.requests.flatMap(({ rawHeaders }) =>
        leaks(rawHeaders.join('\n')).filter((form) => form !== HEADER_SECRET),
      ),
    ).toEqual([]);
    expect(stage.yum.requests.every(({ headers }) => headers['x-api-key'] === HEADER_SECRET)).toBe(
      true,
    );
    expect(
      stage.git.requests.flatMap(({ headers }) =>
        leaks(JSON.stringify(headers)).filter(
          (form) => form === HEADER_SECRET || form.startsWith('canary'),
        ),
      ),
    ).toEqual([]);
  });
});

describe('T36: every child of the run', () => {
  it("gets no input, no token of the job, and the mirror's token only where it talks to the remote", () => {
    for (const { env, args } of recorder.calls()) {
      expect(env).not.toMatch(/canary-|^(?:INPUT|ACTIONS|GITHUB|AWS|NPM|RUNNER)_/m);
      const talks = /^(?:ls-remote|fetch|push|clone|remote-https?|send-pack|fetch-pack)$/m.test(
        args,
      );
      if (!talks) expect([args, leaks(env)]).toEqual([args, []]);
    }
  });

  it('reaches no hook of the remote, not even on a path', () => {
    const env = readFileSync(join(tempDir, 'home', 'hook.env'), 'utf8');
    expect(leaks(env)).toEqual([]);
  });
});
