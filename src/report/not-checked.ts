// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import { required } from '../defect.js';
import type { Report } from './report.js';

/** A line for each; in a check one for all that share a reason, since what only payloads show they all show. */
export function listNotChecked({ mode, notChecked }: Report): string[] {
  if (mode !== 'check') return notChecked.map((row) => `${row.tag}: ${row.path}: ${row.reason}`);
  return [...Map.groupBy(notChecked, ({ reason }) => reason)].map(([reason, rows]) => {
    const { path } = required(rows[0], 'a package of the group');
    return rows.length === 1
      ? `${path}: ${reason}`
      : `${path} and ${counted(rows.length - 1, 'other package')}: ${reason}`;
  });
}
