// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { helpText } from '../../../src/cli/help.js';
import { type InputName, INPUTS, inputSpec } from '../../../src/inputs/table.js';

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

  it('has every input under its heading, with its meaning', () => {
    const text = helpText().replaceAll(/\s+/g, ' ');
    for (const name of Object.keys(INPUTS) as InputName[]) {
      if (name === 'mode') continue;
      const { group, help, secret } = inputSpec(name);
      const flag = secret ? `INPUT_${name.toUpperCase().replaceAll('-', '_')}` : `--${name}`;
      expect(text).toContain(` ${flag} ${help}`);
      if (secret !== true) expect(text).toContain(` ${group} --`);
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
    expect(flagsOf(helpText('verify'))).toEqual(
      expect.arrayContaining(['packages', 'tags', 'accept-findings']),
    );
    expect(flagsOf(helpText('verify'))).not.toContain('push-batch');
    expect(flagsOf(helpText('publish'))).not.toContain('allow-unproved');
    expect(helpText('init')).toContain('--output FILE');
    expect(helpText('publish')).not.toContain('--output');
    expect(new Set([...flagsOf(helpText('publish')), ...flagsOf(helpText('verify'))])).toEqual(
      new Set(flagsOf(helpText())),
    );
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
