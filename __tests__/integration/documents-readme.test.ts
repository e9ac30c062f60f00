// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { NEURON_DATES, NEURON_FINGERPRINT, serveNeuron } from '../fixtures/neuron.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { hello, PUBLISHER } from '../fixtures/small-repository.js';
import { onStage, openStage, type Stage } from '../fixtures/stage.js';
import { describeWithShared, requireTool, sharedPath } from '../fixtures/tools.js';

const document = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../..', name), 'utf8');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };

/** The first block of a language below a heading of README.md, or of another document. */
function block(heading: string, language: string, name = 'README.md'): string {
  const [, text = ''] = document(name).split(`\n${heading}\n`);
  const found = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`${name} has no ${language} below ${heading}`);
  return found;
}

/** The inputs of the workflow below a heading, with another server in the place of the named one. */
function inputsOf(heading: string, server: string, instead: string): Record<string, string> {
  const workflow = load(block(heading, 'yaml')) as {
    jobs: { mirror: { steps: { with: Record<string, unknown> }[] } };
  };
  return Object.fromEntries(
    Object.entries(workflow.jobs.mirror.steps[0]!.with).map(([name, value]) => [
      name,
      String(value).replaceAll(server, instead),
    ]),
  );
}

afterAll(removeRunDirectories);

describe('the first workflow of README.md', () => {
  it('works with the values changed that it says to change', async () => {
    await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
      const inputs = inputsOf('## Use it', 'https://yum.example.com/repo', stage.yum.url);
      expect(Object.keys(inputs)).toEqual([
        'baseurl',
        'gpgkey',
        'gpg-fingerprints',
        'packages',
        'title',
      ]);
      const result = await stage.publish({
        ...inputs,
        gpgkey: `${stage.yum.url}/KEY`,
        'gpg-fingerprints': PUBLISHER.fingerprint,
        packages: 'hello',
      });
      expect([result.code, stage.subjects().at(-1)]).toEqual([0, 'feat: Example Driver 2.0']);
    });
  });
});

describe('the command lines of README.md', () => {
  it('do what they say, in order, in an empty folder', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const cwd = makeRunDirectory();
      const script = `${block('### On the command line', 'sh')}${block('## Use it', 'sh')}`
        .replaceAll('\\\n', ' ')
        .replaceAll('https://yum.example.com/repo', stage.yum.url)
        .replaceAll('https://yum.example.com/RPM-GPG-KEY', `${stage.yum.url}/KEY`)
        .replaceAll('example-dkms', 'hello');
      expect(script).toMatch(/^git init --bare -b main mirror\.git\n/);
      execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', 'mirror.git'], { cwd });
      for (const [name, bytes] of Object.entries({
        'package.rpm': hello('1.0').built.bytes,
        'RPM-GPG-KEY': await (await fetch(`${stage.yum.url}/KEY`)).bytes(),
      }))
        execFileSync('tee', [path.join(cwd, name)], {
          input: bytes,
          stdio: ['pipe', 'ignore', 'pipe'],
        });
      const lines = script.split('\n').filter((line) => /^npx rpm-source-mirror /.test(line));
      expect(lines).toHaveLength(7);
      for (const line of lines) {
        const { code, stderr } = await runCli(line.split(/\s+/).slice(2), { cwd });
        expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({
          line,
          code: 0,
          stderr: '',
        });
      }
    });
  });
});

describeWithShared('the workflow of README.md for the Neuron driver, on the real packages', () => {
  let stage: Stage;
  let result: RunResult;
  beforeAll(async () => {
    stage = await openStage();
    serveNeuron(stage.yum, NEURON_DATES[3]);
    stage.yum.setFiles({
      'notes.rst': readFileSync(sharedPath('neuron/release-notes/2025-12-21.rst')),
    });
    const inputs = inputsOf(
      '### The Neuron driver, complete',
      'https://yum.repos.neuron.amazonaws.com',
      stage.yum.url,
    );
    // The archive beside the project has the two newest packages as this index lists them.
    result = await stage.publish({
      ...inputs,
      'release-notes': `${stage.yum.url}/notes.rst`,
      versions: '>= 2.24',
    });
  });
  afterAll(async () => {
    await stage.close();
  });

  it('publishes them, and tells the next step', () => {
    expect({
      code: result.code,
      errors: result.report?.errors,
      hasNew: result.outputs['has-new'],
      tags: result.outputs['tags'],
    }).toEqual({ code: 0, errors: [], hasNew: 'true', tags: '["2.24.7.0","2.25.4.0"]' });
  });

  it('the commands below "Check a mirror by hand" prove it with rpm, gpg, cpio and git', () => {
    if (['bash', 'rpmkeys', 'rpm2cpio', 'cpio', 'gpg'].map(requireTool).includes(undefined)) return;
    const clone = path.join(makeRunDirectory(), 'clone');
    execFileSync('git', ['clone', '--quiet', stage.git.repoDir, clone], { stdio: 'pipe' });
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-euo', 'pipefail', '-c', block('## Check a mirror by hand', 'sh')],
      { cwd: clone, encoding: 'utf8' },
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.replaceAll(' ', '')).toContain(NEURON_FINGERPRINT);
    expect(stdout).toMatch(/Header V3 RSA\/SHA256 Signature, .*: OK/);
    expect(stdout).toMatch(/([0-9a-f]{40})\n\1\n$/);
    expect(stdout).toContain(stage.git.git('rev-parse', '2.25.4.0:src'));
  });

  it('the commit reads as docs/audit-trail.md shows it', () => {
    const shown = block('### Commits and tags', 'text', 'docs/audit-trail.md');
    const message = stage.git.git('log', '-1', '--format=%B', '2.25.4.0');
    const section = (text: string, from: string, to: string): string =>
      text.slice(text.indexOf(from), text.indexOf(to));
    expect(section(message, 'Metadata\n', '\n--------\n\n')).toBe(
      section(shown, 'Metadata\n', '\n--------\n\n'),
    );
    const labels = (text: string): string[] =>
      [...text.slice(text.lastIndexOf('\n\nRpm-Nevra: ')).matchAll(/^([A-Z][\w-]+): /gm)].map(
        ([, label]) => label!,
      );
    expect(labels(message)).toEqual(labels(shown));
  });
});
