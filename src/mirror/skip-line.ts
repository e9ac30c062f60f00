// SPDX-License-Identifier: MIT
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';

/** The input `skip` as it would hold these releases back, besides those that it holds back already; to be pasted. */
export function skipLine(present: readonly string[], nevras: readonly Nevra[]): string {
  return `skip: ${[...new Set([...present, ...nevras.map(formatNevra)])].join(', ')}`;
}
