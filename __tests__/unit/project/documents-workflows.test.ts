// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { parseOptions } from '../../../src/inputs/options.js';
import { type InputName, INPUTS } from '../../../src/inputs/table.js';

const root = path.resolve(import.meta.dirname, '../../..');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const OURS = /^(?:[\w.-]+\/)?rpm-source-mirror\/?(?:rpm-source-mirror)?@v1$/;
const SECRETS = (Object.keys(INPUTS) as InputName[]).filter((name) => 'secret' in INPUTS[name]);

type Values = Readonly<Record<string, unknown>>;
interface Step {
  readonly uses?: string;
  readonly with?: Values;
}
interface Job {
  readonly permissions?: Values;
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly with?: Values;
  readonly secrets?: Values;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions: object;
  readonly concurrency?: Values;
  readonly jobs: Readonly<Record<string, Job>>;
}

const blocks = documents.flatMap((name) => {
  const text = readFileSync(path.join(root, name), 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(({ 1: yaml = '', index }) => ({
    where: `${name}:${text.slice(0, index).split('\n').length}`,
    yaml,
    content: load(yaml) as Workflow | Step[],
  }));
});
const workflows = blocks.flatMap(({ where, content }) =>
  Array.isArray(content) ? [] : [{ where, workflow: content }],
);
const jobs = workflows.flatMap(({ where, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${where} ${id}`, job, workflow })),
);
const stepsOf = ({ content }: (typeof blocks)[number]): readonly Step[] =>
  Array.isArray(content)
    ? content
    : Object.values(content.jobs).flatMap(({ steps }) => steps ?? []);
const ourSteps = blocks.flatMap((block) =>
  stepsOf(block)
    .filter(({ uses }) => OURS.test(uses ?? ''))
    .map((step) => ({ where: block.where, inputs: step.with ?? {} })),
);
const published = load(readFileSync(path.join(root, '.github/workflows/publish.yml'), 'utf8')) as {
  readonly on: { readonly workflow_call: { readonly inputs: object; readonly secrets: object } };
};

describe('the workflows in README.md and docs', () => {
  it('are there', () => {
    expect({ workflows: workflows.length > 8, steps: ourSteps.length > 15 }).toEqual({
      workflows: true,
      steps: true,
    });
  });

  it.each(blocks)(
    '$where pins the actions of others by commit and says their version',
    ({ yaml }) => {
      const uses = [...yaml.matchAll(/\buses: (.*)$/gm)].map(([, value = '']) => value);
      const ofOthers = uses.filter(
        (value) =>
          !OURS.test(value) &&
          value !== 'rpm-source-mirror/rpm-source-mirror/.github/workflows/publish.yml@v1',
      );
      expect(
        ofOthers.filter(
          (value) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(value),
        ),
      ).toEqual([]);
    },
  );

  it.each(ourSteps)('$where gives the action inputs that it has and takes', ({ inputs }) => {
    expect(Object.keys(inputs).filter((name) => !(name in INPUTS))).toEqual([]);
    const text = (name: InputName): string =>
      textOf(inputs[name]).replaceAll(/\$\{\{.*?\}\}/g, 'x');
    expect(() => parseOptions(text, { GITHUB_REPOSITORY: 'acme/widget-source' })).not.toThrow();
  });

  it.each(ourSteps)('$where writes no secret down', ({ inputs }) => {
    for (const name of SECRETS)
      if (name in inputs)
        expect(inputs[name]).toMatch(
          /^\$\{\{ (?:secrets\.[A-Z_]+|steps\.\w+\.outputs\.token) \}\}$/,
        );
    for (const [, userinfo] of textOf(inputs['mirrors']).matchAll(/:\/\/([^@/]*)@/g))
      expect(userinfo).toMatch(/^\w+:\$\{\{ secrets\.\w+ \}\}$/);
  });

  it.each(workflows)('$where starts from no permissions', ({ workflow }) => {
    expect(workflow.permissions).toEqual({});
  });

  it.each(jobs)('$where grants what its inputs need and no more', ({ job }) => {
    const given = job.permissions ?? {};
    if (job.uses !== undefined) {
      expect(given).toEqual(needs(job.with ?? {}));
      return;
    }
    for (const { with: inputs = {} } of ours(job)) expect(given).toEqual(needs(inputs));
    for (const { with: inputs = {} } of job.steps?.filter(
      ({ uses }) => uses?.startsWith('actions/create-github-app-token@') === true,
    ) ?? []) {
      const granted = Object.fromEntries(
        Object.entries(inputs).flatMap(([name, value]) =>
          name.startsWith('permission-') ? [[name.slice('permission-'.length), value]] : [],
        ),
      );
      for (const { with: own = {} } of ours(job))
        expect(granted).toEqual(needs({ ...own, token: undefined, repository: undefined }));
    }
  });

  it.each(jobs.filter(({ job }) => job.uses === undefined))(
    '$where ends in time, and never in the middle because another run began',
    ({ job, workflow }) => {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      const publishes = ours(job).some(
        ({ with: inputs = {} }) => (inputs['mode'] ?? 'publish') === 'publish',
      );
      if (publishes) expect(workflow.concurrency).toMatchObject({ 'cancel-in-progress': false });
    },
  );

  it.each(jobs.filter(({ job }) => job.uses !== undefined))(
    '$where calls the reusable workflow with what it takes',
    ({ job }) => {
      const { inputs, secrets } = published.on.workflow_call;
      expect(Object.keys(job.with ?? {}).filter((name) => !(name in inputs))).toEqual([]);
      expect(Object.keys(job.secrets ?? {}).filter((name) => !(name in secrets))).toEqual([]);
      // GitHub knows no secrets there.
      expect(JSON.stringify(job.with)).not.toContain('secrets.');
    },
  );
});

function ours(job: Job): readonly Step[] {
  return job.steps?.filter(({ uses }) => OURS.test(uses ?? '')) ?? [];
}

/** The permissions of the job's own token; none where another identity does the work. */
function needs(inputs: Values): Values {
  if (inputs['token'] !== undefined || /^git@|^ssh:/.test(textOf(inputs['repository']))) return {};
  // check tries the push.
  const writes = inputs['mode'] !== 'verify' && inputs['dry-run'] !== true;
  return {
    contents: writes ? 'write' : 'read',
    ...(inputs['alarm-issue'] === true ? { issues: 'write' } : {}),
    ...(inputs['attest'] === true ? { 'id-token': 'write', attestations: 'write' } : {}),
    ...(inputs['pages'] === true ? { pages: 'write', 'id-token': 'write' } : {}),
  };
}

/** A value of YAML as the runner hands it on. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
