// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { parseCommandLine } from '../../../src/cli/arguments.js';
import { warnOfMistypedInputs } from '../../../src/inputs/mistyped.js';
import { INPUTS } from '../../../src/inputs/table.js';
import type { Logger } from '../../../src/log.js';

function warningsOf(environment: Record<string, string>, underscores: boolean): string[] {
  const warnings: string[] = [];
  warnOfMistypedInputs(environment, {
    logger: {
      warning: (text: string) => {
        warnings.push(text);
      },
    } as Logger,
    underscores,
  });
  return warnings;
}

describe('mistyped names of inputs', () => {
  it('are warned of when they are near to an input', () => {
    expect(warningsOf({ INPUT_TITEL: 'x', 'INPUT_GPG-FINGERPRINT': 'y' }, false)).toEqual([
      'titel (INPUT_TITEL) is no input and is not read; did you mean title?',
      'gpg-fingerprint (INPUT_GPG-FINGERPRINT) is no input and is not read; did you mean gpg-fingerprints?',
    ]);
    expect(warningsOf({ INPUT_GPG_FINGERPRINT: 'y' }, true)).toEqual([
      'gpg_fingerprint (INPUT_GPG_FINGERPRINT) is no input and is not read; did you mean gpg-fingerprints?',
    ]);
  });

  it('with underscores are inputs on the command line and none in the Action', () => {
    expect(warningsOf({ INPUT_SIGNING_KEY_PASSPHRASE: '' }, true)).toEqual([]);
    expect(warningsOf({ INPUT_SIGNING_KEY_PASSPHRASE: '' }, false)).toEqual([
      expect.stringContaining('did you mean signing-key-passphrase?'),
    ]);
  });

  it('are silent for every input and for what other programs call an input', () => {
    const names = Object.keys(INPUTS).map((name) => `INPUT_${name.toUpperCase()}`);
    const foreign = [
      'INPUT_NAME',
      'INPUT_PATH',
      'INPUT_NODE-VERSION',
      'INPUT_FETCH-DEPTH',
      'INPUT_GITHUB-TOKEN',
      'INPUT_RETENTION-DAYS',
      'INPUT_',
      'INPUT_1',
      'TITEL',
    ];
    expect(
      warningsOf(Object.fromEntries([...names, ...foreign].map((name) => [name, 'x'])), false),
    ).toEqual([]);
  });

  it.each([
    ['--pakages', 'packages'],
    ['--base-url', 'baseurl'],
    ['--brnach', 'branch'],
    ['--jsn', 'json'],
    ['--gpg-fingerprint', 'gpg-fingerprints'],
  ])('as flags get a hint: %s', (flag, meant) => {
    expect(() => parseCommandLine(['publish', flag, 'x'])).toThrow(
      expect.objectContaining({ remedy: `Did you mean --${meant}?` }),
    );
  });

  it.each(['--mode-x', '--frobnicate', '-v'])(
    'as flags get none when they are near to nothing: %s',
    (flag) => {
      expect(() => parseCommandLine(['publish', flag])).toThrow(
        expect.objectContaining({ remedy: 'See --help for all flags.' }),
      );
    },
  );
});
