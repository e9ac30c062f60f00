// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
import { compareEvr, type Evr, tryParseEvr } from './evr.js';
import type { Nevra } from './model.js';

type Operator = '>=' | '>' | '<=' | '<' | '=' | '!=';

/** One condition on a package's EVR. */
export interface Constraint {
  readonly operator: Operator;
  readonly evr: Evr;
}

const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '<': (order) => order < 0,
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
};

/**
 * Parses `>= 2.20, < 3, != 2.20.74.0`: operator and `[epoch:]version[-release]`, separated by commas or white space.
 * A version without operator means `=`, as `==` does.
 * @param input - the input to name in the message
 * @throws InputError INPUT_INVALID
 */
export function parseConstraints(text: string, input = 'versions'): Constraint[] {
  const constraints: Constraint[] = [];
  const token = /[\s,]*(?:(>=|<=|!=|==|=|>|<)\s*)?([^\s,<>=!]+)/y;
  let end = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [whole, operator = '=', version = ''] = match;
    const evr = tryParseEvr(version);
    if (evr === undefined) throw invalid(input, whole.trim());
    constraints.push({ operator: operator === '==' ? '=' : (operator as Operator), evr });
    end = token.lastIndex;
  }
  const rest = text.slice(end).replace(/^[\s,]+/, '');
  if (rest !== '') throw invalid(input, rest);
  return constraints;
}

/**
 * True when the package's EVR satisfies all constraints in RPM order. As in dependencies, a constraint without release says
 * nothing about releases, and no epoch is epoch 0.
 */
export function satisfies(nevra: Nevra, constraints: readonly Constraint[]): boolean {
  return constraints.every(({ operator, evr }) => HOLDS[operator](compareEvr(nevra, evr)));
}

function invalid(input: string, found: string): InputError {
  const expected = 'constraints such as ">= 2.20, < 3, != 2.20.74.0"';
  return new InputError('INPUT_INVALID', `${input}: expected ${expected}, found "${found}"`, {
    expected,
    actual: found,
  });
}
