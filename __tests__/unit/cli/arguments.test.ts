// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { parseCommandLine } from '../../../src/cli/arguments.js';
import { InputError } from '../../../src/errors.js';
import { type InputName, INPUTS, inputSpec } from '../../../src/inputs/table.js';

const names = (Object.keys(INPUTS) as InputName[]).filter(
  (name) => name !== 'mode' && inputSpec(name).secret !== true,
);
const isList = (name: InputName): boolean =>
  inputSpec(name).list === true || inputSpec(name).several === true;
const lists = names.filter(isList);
const switches = names.filter((name) => inputSpec(name).boolean === true);
const single = names.filter((name) => !isList(name) && !switches.includes(name));

const parse = (...args: string[]): ReadonlyMap<InputName, string> =>
  parseCommandLine(['publish', ...args]).inputs;

describe('a flag given again', () => {
  it.each(lists)('adds to the list %s, in order', (name) => {
    expect(
      parse(`--${name}=a,b`, `--${name}`, 'c')
        .get(name)!
        .split(/[\s,]+/),
    ).toEqual(['a', 'b', 'c']);
  });

  it.each([...single, 'report', 'output', 'extract'])(
    'is refused for %s, which takes one value',
    (name) => {
      const given = (): unknown => parse(`--${name}=secret-a`, `--${name}=secret-b`);
      expect(given).toThrow(InputError);
      expect(given).toThrow(expect.objectContaining({ code: 'INPUT_CONFLICT' }));
      // A URL may hold a password: the message names the flag alone.
      expect(given).toThrow(`--${name} is given twice, and takes one value`);
    },
  );

  it.each([...switches, 'json', 'quiet'])(
    'is refused for the switch %s where the two disagree',
    (name) => {
      expect(() => parse(`--${name}`, `--${name}=false`)).toThrow(`--${name} is given twice`);
      expect(() => parse(`--${name}`, `--${name}`)).not.toThrow();
    },
  );

  it('adds for what is read as several in a form of its own, too', () => {
    expect(lists).toEqual(
      expect.arrayContaining(['packages', 'versions', 'gpgkey', 'gpg-fingerprints', 'mirrors']),
    );
  });
});
