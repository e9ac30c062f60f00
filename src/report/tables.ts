// SPDX-License-Identifier: MIT
import type { ReleaseRow } from './report.js';

/** A table of text. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const COLUMNS = [
  'Version',
  'Package',
  'Tag',
  'Status',
  'Proof',
  'Signature',
  'Files',
  'Notes',
  'Remark',
];

/** The table of releases without the columns that none of them fills; summary and terminal show the same. */
export function tabulateReleases(
  releases: readonly ReleaseRow[],
  statusOf: (row: ReleaseRow) => string = ({ status }) => status,
): TextTable {
  const rows = releases.map((row) => releaseCells(row, statusOf(row)));
  // Asked once a column: a table of all releases has tens of thousands of rows.
  const widest = rows.reduce((most, cells) => Math.max(most, cells.length), 0);
  const isUsed = Array.from({ length: widest }, (_, at) => rows.some((cells) => cells[at] !== ''));
  const used = (cells: readonly string[]): string[] => cells.filter((_, at) => isUsed[at] ?? false);
  return { columns: used(COLUMNS), rows: rows.map(used) };
}

function releaseCells(row: ReleaseRow, status: string): string[] {
  const files = row.files;
  const signature = row.package?.signature;
  return [
    row.version,
    row.package?.file ?? row.nevra,
    row.tag,
    status,
    row.proof ?? '',
    signature === undefined
      ? ''
      : `good, v${signature.version} ${signature.hash}, ${signature.fingerprint.slice(-16)}`,
    files === undefined ? '' : `+${files.added} ~${files.modified} -${files.deleted}`,
    row.notes ?? '',
    row.error === undefined ? (row.reason ?? '') : `${row.error.code}: ${row.error.message}`,
  ];
}
