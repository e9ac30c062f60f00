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
  const tokens = tokensOf(args);
  const taken: Taken = { inputs: new Map(), flags: new Map() };
  const positionals: string[] = [];
  let answer: Token | undefined;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'positional' && token !== answer) positionals.push(token.value);
    if (token.kind !== 'option') continue;
    checkSpelling(token);
    answer = answerTo(token, tokens[at + 1]);
    take(token.name, answer?.value ?? token.value, taken);
  }
  return finish(positionals, taken);
}

type Token = ReturnType<typeof tokensOf>[number];
type Flag = Extract<Token, { readonly kind: 'option' }>;

function tokensOf(args: readonly string[]) {
  const options = Object.fromEntries(
    [...Object.keys(INPUTS), ...SWITCHES, ...VALUES].map((name) => [
      name,
      {
        type: isSwitch(name) ? ('boolean' as const) : ('string' as const),
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  );
  return parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  }).tokens;
}

function checkSpelling({ name, rawName, value, inlineValue }: Flag): void {
  if (rawName !== `--${name}` && rawName !== '-h') throw unknownFlag(rawName);
  if (inlineValue === false && value.startsWith('--')) {
    throw new InputError('INPUT_INVALID', `--${name} needs a value, and ${value} is a flag`, {
      remedy: `Write --${name}=VALUE.`,
    });
  }
}

/** The `true` or `false` that stands behind a bare switch and belongs to it. */
function answerTo({ name, value }: Flag, next: Token | undefined) {
  return value === undefined &&
    isSwitch(name) &&
    next?.kind === 'positional' &&
    /^(true|false)$/.test(next.value)
    ? next
    : undefined;
}

function isSwitch(name: string): boolean {
  return SWITCHES.has(name) || (isInputName(name) && inputSpec(name).boolean === true);
}

interface Taken {
  readonly inputs: Map<InputName, string>;
  readonly flags: Map<string, string>;
}

function take(name: string, value: string | undefined, { inputs, flags }: Taken): void {
  if (isInputName(name)) takeInput(name, value, inputs);
  else takeFlag(name, value, flags);
}

function takeFlag(name: string, value: string | undefined, flags: Map<string, string>): void {
  if (!SWITCHES.has(name) && !VALUES.has(name)) throw unknownFlag(`--${name}`);
  const text = valueOf(name, value);
  checkOnce(name, text, flags.get(name));
  flags.set(name, text);
}

function takeInput(
  name: InputName,
  value: string | undefined,
  inputs: Map<InputName, string>,
): void {
  const { secret, list, several } = inputSpec(name);
  if (secret) throw secretFlag(name);
  if (name === 'mode')
    throw new InputError(
      'INPUT_INVALID',
      '--mode is not a flag: the command says the mode (publish, check, verify)',
    );
  const text = valueOf(name, value);
  const given = inputs.get(name);
  const isList = (list ?? several) === true;
  if (!isList) checkOnce(name, text, given);
  if (/\bhttps?:\/\/[^/\s@]+@/i.test(text) && ['mirrors', 'repository', 'against'].includes(name))
    throw secretFlag(name, 'holds a URL with credentials');
  inputs.set(name, isList && given !== undefined ? `${given}\n${text}` : text);
}

/** A bare switch is on; anything else needs a value. */
function valueOf(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  if (isSwitch(name)) return 'true';
  throw new InputError('INPUT_INVALID', `--${name} needs a value`, {
    remedy: `Write --${name} VALUE or --${name}=VALUE.`,
  });
}

/** Which of two values was meant nobody knows, and a flag that is dropped in silence is a setting that is not made. */
function checkOnce(name: string, text: string, given: string | undefined): void {
  if (given === undefined || (isSwitch(name) && given === text)) return;
  throw new InputError('INPUT_CONFLICT', `--${name} is given twice, and takes one value`, {
    remedy: `Write --${name} once.`,
  });
}

function finish(positionals: readonly string[], { inputs, flags }: Taken): CommandLine {
  const [first, ...rest] = positionals;
  const isOn = (name: string): boolean => flags.has(name) && flags.get(name) !== 'false';
  const informative = isOn('help') || isOn('version');
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined && !(informative && first === undefined)) throw noCommand(first);
  if (!informative) checkOwners([...flags.keys()], command);
  checkRest(rest, command);
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

function noCommand(first: string | undefined): InputError {
  return new InputError(
    'INPUT_INVALID',
    first === undefined ? 'no command is given' : `${JSON.stringify(first)} is not a command`,
    { remedy: `Commands are ${COMMANDS.join(', ')}; see --help.` },
  );
}

function checkOwners(flags: readonly string[], command: Command | undefined): void {
  for (const flag of flags) {
    const owners = OWNED.get(flag);
    if (owners === undefined || owners.some((owner) => owner === command)) continue;
    throw new InputError(
      'INPUT_INVALID',
      `--${flag} belongs to ${owners.join(' and ')}, and the command is ${command ?? ''}`,
      { remedy: `See rpm-source-mirror ${command ?? ''} --help.` },
    );
  }
}

function checkRest(rest: readonly string[], command: Command | undefined): void {
  if (command === 'inspect' || rest.length <= (command === 'init' ? 1 : 0)) return;
  throw new InputError(
    'INPUT_INVALID',
    `${JSON.stringify(rest.at(-1))} is not expected after ${command ?? ''}`,
    { remedy: 'Flags begin with --; see --help.' },
  );
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
