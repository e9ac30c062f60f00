// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { helpText } from '../../../src/cli/help.js';
import { INPUTS } from '../../../src/inputs/table.js';

const root = path.resolve(import.meta.dirname, '../../..');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe.each(documents)('what %s tells to run', (name) => {
  it('is there: npm scripts, files of the project', () => {
    const text = read(name);
    const wanted = [...text.matchAll(/\bnpm run ([\w-]+)/g)].map(([, script]) => script!);
    expect(wanted.filter((script) => !(script in scripts))).toEqual([]);
    const files = [
      ...text.matchAll(
        /`(?:node )?((?:scripts|examples|src|bench|\.ci|__tests__|\.github)\/[\w./-]*\w)(?: [^`]*)?`/g,
      ),
    ].map(([, file]) => file!);
    // The workflow that the reader makes is the only one that is not ours.
    expect(
      files.filter(
        (file) => file !== '.github/workflows/mirror.yml' && !existsSync(path.join(root, file)),
      ),
    ).toEqual([]);
  });

  it('uses flags of the command line that there are', () => {
    const help = helpText();
    const commands = [
      ...read(name)
        .replaceAll('\\\n', ' ')
        .matchAll(
          /^ *(?:node (?:\.\.\/rpm-source-mirror\/)?dist\/cli\.js|npx (?:--yes )?rpm-source-mirror) (.*)$/gm,
        ),
    ].map(([, rest]) => rest!);
    const flags = commands.flatMap((command) =>
      [...command.matchAll(/(?<=\s)--([a-z-]+)/g)].map(([, flag]) => flag!),
    );
    expect(flags.filter((flag) => !help.includes(`--${flag}`))).toEqual([]);
  });

  it('names inputs and codes that there are, and no folder outside of the project', () => {
    const text = read(name).replace(/<!-- inputs -->[\s\S]*<!-- \/outputs -->/, '');
    // The one that is an input of actions/checkout.
    const inputs = [...Object.keys(INPUTS), 'persist-credentials', 'fetch-depth'];
    const named = [
      ...text.matchAll(/`([a-z]+(?:-[a-z]+)+): (?:true|false|warn|fail|header|none|\d+)`/g),
    ].map(([, input]) => input!);
    expect(named.filter((input) => !inputs.includes(input))).toEqual([]);
    const errors = read('src/errors.ts');
    const codes = [...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)]
      .map(([, code]) => code!)
      .filter(
        (code) =>
          !/^(?:GITHUB|RUNNER|INPUT|NODE|SSL|ACTIONS|SOURCE_DATE|NO)_|_PROXY$/.test(code) ||
          code.startsWith('INPUT_MIS'),
      );
    expect(codes.filter((code) => !errors.includes(code))).toEqual([]);
    expect(text).not.toContain('../shared');
  });
});
