// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { INPUTS } from '../../../src/inputs/table.js';
import { spawnSync } from '../../fixtures/commands.js';

const root = path.resolve(import.meta.dirname, '../../..');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };

interface Action {
  readonly name: string;
  readonly description: string;
  readonly branding: { readonly icon: string; readonly color: string };
  readonly inputs: Readonly<
    Record<
      string,
      { readonly description: string; readonly default?: unknown; readonly required?: boolean }
    >
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

const action = load(readFileSync(path.join(root, 'action.yml'), 'utf8')) as Action;

describe('action.yml', () => {
  it('says of each input what src/inputs/table.ts says, in its order', () => {
    const declared = Object.entries(action.inputs).map(([name, input]) => [
      name,
      input.default ?? '',
      input.description,
    ]);
    const known = Object.entries(INPUTS).map(([name, input]) => [
      name,
      name === 'token' ? '${{ github.token }}' : input.default,
      input.meaning,
    ]);
    expect(declared).toEqual(known);
  });

  it('is current, as are publish.yml and README.md (node scripts/readme-tables.mjs)', () => {
    const run = spawnSync(process.execPath, ['scripts/readme-tables.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  it('requires no input, since each absent one has a meaning', () => {
    expect(Object.values(action.inputs).filter((input) => input.required)).toEqual([]);
  });

  it('names the outputs that scripts rely on', () => {
    expect(Object.keys(action.outputs)).toEqual([
      'has-new',
      'new-versions',
      'published-versions',
      'tags',
      'latest-version',
      'commit',
      'report',
    ]);
  });

  it('starts dist/index.js on Node 24 and fits the Marketplace', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
    expect(action.description.length).toBeLessThan(125);
    expect(action.branding).toEqual({ icon: 'git-commit', color: 'purple' });
  });
});
