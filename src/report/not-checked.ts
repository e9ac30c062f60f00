// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import type { Report } from './report.js';

/** A line for each; in a check one for all that share a reason, since what only payloads show they all show. */
export function listNotChecked({ mode, notChecked }: Report): string[] {
  if (mode !== 'check') return notChecked.map((row) => `${row.tag}: ${row.path}: ${row.reason}`);
  return [...Map.groupBy(notChecked, ({ reason }) => reason)].map(([reason, [first, ...others]]) =>
    others.length === 0
      ? `${first!.path}: ${reason}`
      : `${first!.path} and ${counted(others.length, 'other package')}: ${reason}`,
  );
}
