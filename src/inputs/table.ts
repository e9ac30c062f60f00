// SPDX-License-Identifier: MIT
import { MIRROR, SOURCE } from './mirror-table.js';
import type { InputGroup, InputSpec } from './model.js';
import { PROOF, REMOTE, RUN } from './run-table.js';
import { SELECTION, SERVER, TRUST } from './upstream-table.js';

const FIRST = {
  mode: {
    default: 'publish',
    meaning:
      '`publish`: mirror new releases. `check`: plan, classify and report; whole packages are not downloaded. `verify`: prove what is published. On the command line it is the subcommand.',
    help: '',
    commands: [],
    values: ['publish', 'check', 'verify'],
  },
} as const satisfies InputGroup;

/**
 * Every input under its heading. The one place that knows them: action.yml, README.md and publish.yml are generated from it
 * (`node scripts/readme-tables.mjs`), `--help` and the validation read it.
 */
const GROUPED = [
  ['', FIRST],
  ['Where the packages come from', SERVER],
  ['Which packages', SELECTION],
  ['Trust', TRUST],
  ['What becomes the source', SOURCE],
  ['The mirror', MIRROR],
  ['Where it is published', REMOTE],
  ['How it runs', RUN],
  ['What verify proves', PROOF],
] as const satisfies readonly (readonly [title: string, inputs: InputGroup])[];

/** All inputs by name, in the order of the documents. */
export const INPUTS = {
  ...FIRST,
  ...SERVER,
  ...SELECTION,
  ...TRUST,
  ...SOURCE,
  ...MIRROR,
  ...REMOTE,
  ...RUN,
  ...PROOF,
} as const;

type Table = typeof INPUTS;
export type InputName = keyof Table;
/** The names of inputs that are marked so in the table. */
export type InputNameOf<Mark extends 'boolean' | 'list' | 'values'> = {
  [Name in InputName]: Table[Name] extends Readonly<Record<Mark, unknown>> ? Name : never;
}[InputName];
/** The values of an input that takes only these. */
export type InputValue<Name extends InputNameOf<'values'>> = Table[Name]['values'][number];

/** The headings with the names under each. */
export const INPUT_GROUPS: readonly (readonly [title: string, names: readonly InputName[]])[] =
  GROUPED.map(([title, inputs]) => [title, Object.keys(inputs) as InputName[]]);

/** The specification of an input by name. */
export function inputSpec(name: InputName): InputSpec {
  const [group] = INPUT_GROUPS.find(([, names]) => names.includes(name)) ?? [''];
  return { group, ...INPUTS[name] };
}

export function isInputName(name: string): name is InputName {
  return Object.hasOwn(INPUTS, name);
}
