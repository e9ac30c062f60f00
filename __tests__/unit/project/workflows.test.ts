// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { INPUTS, inputSpec, type InputName } from '../../../src/input-table.js';
import { parseOptions } from '../../../src/inputs.js';

const folder = path.resolve(import.meta.dirname, '../../../.github/workflows');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly on: { readonly workflow_call?: { readonly inputs: object; readonly secrets: object } };
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, { readonly 'timeout-minutes'?: unknown; readonly steps: readonly Step[] }>>;
}

const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), 'utf8');
  return { name, text, workflow: load(text) as Workflow };
});

describe('our workflows (T43)', () => {
  it.each(workflows)('$name pins every action by commit and says its version', ({ text }) => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    for (const line of uses) expect(line).toMatch(/uses: (\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)/);
  });

  it.each(workflows)('$name starts from no permissions, except where the caller grants them', ({ workflow }) => {
    expect(workflow.permissions).toEqual('workflow_call' in workflow.on ? undefined : {});
  });

  it.each(workflows)('$name ends in time and leaves no credentials in a checkout', ({ workflow }) => {
    for (const job of Object.values(workflow.jobs)) {
      expect(job['timeout-minutes']).toBeDefined();
      const checkouts = job.steps.filter((step) => step.uses?.startsWith('actions/checkout@'));
      for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });

  it('publish.yml takes and hands on every input of the action', () => {
    const { workflow } = workflows.find(({ name }) => name === 'publish.yml')!;
    const call = workflow.on.workflow_call!;
    const left = ['mode', 'dry-run'];
    const names = Object.keys(INPUTS).filter((name) => !left.includes(name));
    const taken = [...Object.keys(call.inputs), ...Object.keys(call.secrets)].filter((name) => !['verify', 'timeout-minutes'].includes(name));
    expect([...new Set(taken)].sort()).toEqual([...names].sort());
    // A workflow shows its inputs to everybody who may read it.
    expect(Object.keys(call.secrets)).toEqual(expect.arrayContaining([...names.filter((name) => inputSpec(name as InputName).secret), 'mirrors']));
    const publish = workflow.jobs['publish']!.steps.find((step) => step.uses?.startsWith('./'))!;
    expect(Object.keys(publish.with!).sort()).toEqual([...names].sort());
  });

  it('publish.yml joins the mirrors of the input and of the secret, either of which may be empty', () => {
    const { workflow } = workflows.find(({ name }) => name === 'publish.yml')!;
    const publish = workflow.jobs['publish']!.steps.find((step) => step.uses?.startsWith('./'))!;
    const given = (inputs: string, secrets: string): string => String(publish.with!['mirrors']).replace('${{ inputs.mirrors }}', inputs).replace('${{ secrets.mirrors }}', secrets);
    const read = (mirrors: string): readonly string[] => parseOptions((name) => ({ mirrors, baseurl: 'https://example.org', packages: 'x', repository: 'a/b' })[name as string] ?? '', {}).mirrors;
    expect([given('', ''), given('a', ''), given('', 'b'), given('a', 'b\nc')].map(read)).toEqual([[], ['a'], ['b'], ['a', 'b', 'c']]);
  });

  it('publish.yml verifies with what the mirror was made with', () => {
    const { workflow } = workflows.find(({ name }) => name === 'publish.yml')!;
    const [publish, verify] = workflow.jobs['publish']!.steps.filter((step) => step.uses?.startsWith('./'));
    const shapes = ['baseurl', 'mirrorlist', 'metalink', 'repo-file', 'http-headers', 'gpg-fingerprints', 'allow-weak', 'source-path', 'unpack', 'source-directory', 'archive-directory', 'packaging-directory', 'tag-format', 'repository', 'branch', 'token', 'ssh-key'];
    for (const name of shapes) expect([name, verify!.with![name]]).toEqual([name, publish!.with![name]]);
  });
});
