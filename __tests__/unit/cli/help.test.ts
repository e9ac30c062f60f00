// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { GROUPS, helpText, MEANINGS } from '../../../src/cli/help.js';
import { INPUTS } from '../../../src/inputs/table.js';

const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };
const COMMANDS = ['publish', 'check', 'verify', 'inspect', 'init'] as const;
const flagsOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/^ {4}--([a-z-]+)/gm)].map(([, name]) => name!)),
];

describe('helpText', () => {
  it('reads as a manual page, in its order', () => {
    const titles = [...helpText().matchAll(/^[A-Z][A-Z ]+$/gm)].map(([title]) => title);
    expect(titles).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'COMMANDS',
      'OPTIONS',
      'SECRETS',
      'OUTPUT',
      'FILES AND ENVIRONMENT',
      'EXIT STATUS',
      'EXAMPLES',
      'SEE ALSO',
    ]);
  });

  it.each([undefined, ...COMMANDS])('keeps to 100 columns: %s', (command) => {
    for (const line of helpText(command).split('\n')) expect(line).toMatch(/^.{0,100}$/);
  });

  it('has every input in one group, in the meaning of the same name', () => {
    const grouped = GROUPS.flatMap(([, names]) => names);
    expect([...grouped].sort()).toEqual(
      Object.keys(INPUTS)
        .filter((name) => name !== 'mode')
        .sort(),
    );
    expect([...grouped].sort()).toEqual(Object.keys(MEANINGS).sort());
  });

  it('names groups as action.yml does', () => {
    const action = readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8');
    expect(load(action)).toHaveProperty('inputs');
    for (const title of [
      'Where the packages come from',
      'Which packages',
      'Trust',
      'What becomes the source',
      'Where it is published',
    ]) {
      expect(action).toContain(`# ${title}`);
      expect(helpText()).toContain(`\n  ${title}\n`);
    }
  });

  it('shows after a command what that command takes, and nothing else', () => {
    expect(flagsOf(helpText('inspect'))).toEqual(['gpgkey', 'allow-weak']);
    expect(helpText('inspect')).not.toContain('SECRETS');
    expect(helpText('inspect')).toContain('--extract DIR');
    expect(flagsOf(helpText('check'))).not.toContain('signing-key');
    expect(flagsOf(helpText('verify'))).toEqual(
      expect.arrayContaining(['repository', 'gpg-fingerprints', 'source-path']),
    );
    expect(flagsOf(helpText('verify'))).not.toContain('packages');
    expect(helpText('init')).toContain('--output FILE');
    expect(helpText('publish')).not.toContain('--output');
    expect(flagsOf(helpText('publish'))).toEqual(flagsOf(helpText()));
  });

  it('says on the page of one command nothing that belongs to the others', () => {
    for (const command of COMMANDS)
      expect(helpText(command)).not.toMatch(/nothing new is done, too|^ +--.* (?:inspect|init): /m);
    expect(helpText()).toMatch(/--extract DIR +inspect: unpack/);
    expect(helpText()).toMatch(/--output FILE +init: the file/);
    expect(helpText('verify')).toMatch(/EXIT STATUS\n {2}0 +no findings\n/);
  });

  it('names the variables of secrets as a shell can export them, and what the command is called in a checkout', () => {
    expect(helpText('publish')).toMatch(/^ {2}INPUT_SIGNING_KEY_PASSPHRASE$/m);
    expect(helpText()).not.toMatch(/INPUT_[A-Z_]*-/);
    expect(helpText('init')).toContain('node dist/cli.js');
  });

  it('never shows a secret as a flag', () => {
    for (const name of [
      'token',
      'signing-key',
      'signing-key-passphrase',
      'ssh-key',
      'http-headers',
    ])
      expect(helpText()).not.toMatch(new RegExp(`^\\s*--${name}\\s`, 'm'));
  });
});
