// SPDX-License-Identifier: MIT
import { parseArgs } from 'node:util';

import { InputError } from '../errors.js';
import { nearestOf } from '../inputs/mistyped.js';
import { type InputName, INPUTS, inputSpec, isInputName } from '../inputs/table.js';

const COMMANDS = ['publish', 'check', 'verify', 'inspect', 'init', 'site'] as const;
export type Command = (typeof COMMANDS)[number];

/** What the command line says. */
export interface CommandLine {
  /** Undefined with --help or --version alone. */
  readonly command: Command | undefined;
  readonly help: boolean;
  readonly version: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly report: string | undefined;
  /** inspect: unpack into this folder. */
  readonly extract: string | undefined;
  /** init: the file to write, or `-` for none; site: the folder. */
  readonly output: string | undefined;
  /** site: where its pages will be. */
  readonly url: string | undefined;
  /** inspect: the files; init: the address of the repository, or none. */
  readonly files: readonly string[];
  /** Inputs given as flags; the flag of a list given again adds to it. */
  readonly inputs: ReadonlyMap<InputName, string>;
}

const SWITCHES = new Set(['help', 'version', 'json', 'quiet', 'verbose']);
const VALUES = new Set(['report', 'extract', 'output', 'url']);
/** Flags that only some commands have. */
const OWNED: ReadonlyMap<string, readonly Command[]> = new Map([
  ['extract', ['inspect']],
  ['output', ['init', 'site']],
  ['url', ['site']],
]);

/**
 * Reads `rpm-source-mirror <command> [options]`: `--name value`, `--name=value`, a bare flag is true.
 * @throws InputError for unknown commands and flags, missing values, and secrets given as flags.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const options = Object.fromEntries(
    [...Object.keys(INPUTS), ...SWITCHES, ...VALUES].map((name) => [
      name,
      {
        type: isSwitch(name) ? ('boolean' as const) : ('string' as const),
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const inputs = new Map<InputName, string>();
  const flags = new Map<string, string>();
  const positionals: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.rawName !== `--${token.name}` && token.rawName !== '-h')
      throw unknownFlag(token.rawName);
    let value = token.value;
    const next = tokens[at + 1];
    if (
      value === undefined &&
      isSwitch(token.name) &&
      next?.kind === 'positional' &&
      /^(true|false)$/.test(next.value)
    ) {
      value = next.value;
      at++;
    }
    if (token.inlineValue === false && value?.startsWith('--') === true) {
      throw new InputError(
        'INPUT_INVALID',
        `--${token.name} needs a value, and ${value} is a flag`,
        { remedy: `Write --${token.name}=VALUE.` },
      );
    }
    take(token.name, value, { inputs, flags });
  }
  return finish(positionals, inputs, flags);
}

function isSwitch(name: string): boolean {
  return SWITCHES.has(name) || (isInputName(name) && inputSpec(name).boolean === true);
}

interface Taken {
  readonly inputs: Map<InputName, string>;
  readonly flags: Map<string, string>;
}

function take(name: string, value: string | undefined, { inputs, flags }: Taken): void {
  if (isInputName(name)) {
    if (inputSpec(name).secret) throw secretFlag(name);
    if (name === 'mode')
      throw new InputError(
        'INPUT_INVALID',
        '--mode is not a flag: the command says the mode (publish, check, verify)',
      );
  } else if (!SWITCHES.has(name) && !VALUES.has(name)) {
    throw unknownFlag(`--${name}`);
  }
  if (value === undefined && !isSwitch(name)) {
    throw new InputError('INPUT_INVALID', `--${name} needs a value`, {
      remedy: `Write --${name} VALUE or --${name}=VALUE.`,
    });
  }
  const isKnown = isInputName(name);
  const given = isKnown ? inputs.get(name) : flags.get(name);
  const isList = isKnown && (inputSpec(name).list ?? inputSpec(name).several) === true;
  if (given !== undefined && !isList && !(isSwitch(name) && given === (value ?? 'true')))
    throw givenTwice(name);
  if (!isKnown) {
    flags.set(name, value ?? 'true');
    return;
  }
  if (
    /\bhttps?:\/\/[^/\s@]+@/i.test(value ?? '') &&
    ['mirrors', 'repository', 'against'].includes(name)
  )
    throw secretFlag(name, 'holds a URL with credentials');
  inputs.set(name, isList && given !== undefined ? `${given}\n${value ?? ''}` : (value ?? 'true'));
}

function finish(
  positionals: readonly string[],
  inputs: Map<InputName, string>,
  flags: Map<string, string>,
): CommandLine {
  const [first, ...rest] = positionals;
  const isOn = (name: string): boolean => flags.has(name) && flags.get(name) !== 'false';
  const informative = isOn('help') || isOn('version');
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined && !(informative && first === undefined)) {
    throw new InputError(
      'INPUT_INVALID',
      first === undefined ? 'no command is given' : `${JSON.stringify(first)} is not a command`,
      {
        remedy: `Commands are ${COMMANDS.join(', ')}; see --help.`,
      },
    );
  }
  const [foreign] = [...flags.keys()].filter(
    (name) => !informative && OWNED.get(name)?.some((owner) => owner === command) === false,
  );
  if (foreign !== undefined) {
    throw new InputError(
      'INPUT_INVALID',
      `--${foreign} belongs to ${OWNED.get(foreign)!.join(' and ')}, and the command is ${command ?? ''}`,
      { remedy: `See rpm-source-mirror ${command ?? ''} --help.` },
    );
  }
  if (command !== 'inspect' && rest.length > (command === 'init' ? 1 : 0)) {
    throw new InputError(
      'INPUT_INVALID',
      `${JSON.stringify(rest.at(-1))} is not expected after ${command ?? ''}`,
      { remedy: 'Flags begin with --; see --help.' },
    );
  }
  return {
    command,
    help: isOn('help'),
    version: isOn('version'),
    json: isOn('json'),
    quiet: isOn('quiet'),
    verbose: isOn('verbose'),
    report: flags.get('report'),
    extract: flags.get('extract'),
    output: flags.get('output'),
    url: flags.get('url'),
    files: command === 'inspect' || command === 'init' ? rest : [],
    inputs,
  };
}

/** Which of two values was meant nobody knows, and a flag that is dropped in silence is a setting that is not made. */
function givenTwice(name: string): InputError {
  return new InputError('INPUT_CONFLICT', `--${name} is given twice, and takes one value`, {
    remedy: `Write --${name} once.`,
  });
}

function unknownFlag(flag: string): InputError {
  const name = flag.replace(/^-+/, '');
  const near = nearestOf(name, [
    ...Object.keys(INPUTS).filter((input) => input !== 'mode'),
    ...SWITCHES,
    ...VALUES,
  ]);
  return new InputError('INPUT_INVALID', `${flag} is not a flag`, {
    remedy: near !== undefined ? `Did you mean --${near}?` : 'See --help for all flags.',
  });
}

function secretFlag(name: InputName, problem = 'is a secret'): InputError {
  return new InputError('INPUT_INVALID', `--${name} ${problem}, and the process list shows flags`, {
    remedy: `Set the environment variable ${shellVariableOf(name)} instead.`,
  });
}

/** The same with underscores, as a shell can export it: `INPUT_SIGNING_KEY`. */
export function shellVariableOf(name: InputName): string {
  return variableOf(name).replaceAll('-', '_');
}

/** The environment variable that carries an input: `INPUT_SIGNING-KEY`. */
export function variableOf(name: InputName): string {
  return `INPUT_${name.toUpperCase()}`;
}
