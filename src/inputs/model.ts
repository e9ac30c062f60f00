// SPDX-License-Identifier: MIT

/** The commands of the command line that take inputs; in the Action the first three are the values of `mode`. */
export type InputCommand = 'publish' | 'check' | 'verify' | 'inspect' | 'init';

/** One input: all that action.yml, README.md, `--help`, publish.yml and the validation know of it. */
export interface InputSpec {
  /** The heading that it stands under, in action.yml and in `--help`. */
  readonly group: string;
  /** Used when the input is absent or empty. */
  readonly default: string;
  /** What it means, in Markdown, as action.yml and README.md say it. */
  readonly meaning: string;
  /** The same in one line of `--help`. */
  readonly help: string;
  /** The commands that read it. */
  readonly commands: readonly InputCommand[];
  /** Never accepted as a flag's value, since the process list shows it. */
  readonly secret?: true;
  /** A bare flag means `true`. */
  readonly boolean?: true;
  /** Items are separated by white space or commas. */
  readonly list?: true;
  /** Several in a form of their own (constraints, keys, lines): the flag given again adds to them, as with a list. */
  readonly several?: true;
  /** The only values that it takes. */
  readonly values?: readonly string[];
}

/** Inputs under one heading, by name. */
export type InputGroup = Readonly<Record<string, Omit<InputSpec, 'group'>>>;

/** Who reads an input, where several have the same readers. */
export const READ_BY = {
  publish: ['publish'],
  runs: ['publish', 'check'],
  modes: ['publish', 'check', 'verify'],
  server: ['publish', 'check', 'verify', 'init'],
  verify: ['verify'],
  proofs: ['publish', 'verify'],
} as const satisfies Readonly<Record<string, readonly InputCommand[]>>;
