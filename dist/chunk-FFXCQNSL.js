import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  headline,
  listNotChecked,
  printable,
  tabulateReleases
} from "./chunk-J44AZNKC.js";
import {
  sentences
} from "./chunk-Y2NINQKL.js";

// src/report/terminal.ts
function formatError(failure) {
  return `${printable(`error: ${failure.code}: ${sentences(failure)}`)}
`;
}
async function formatTable(result, room = Number.POSITIVE_INFINITY) {
  const { default: Table } = await import("./cli-table3-2K36IQUE.js");
  const { report } = result;
  const parts = [];
  const rows = report.releases.filter((row) => row.status !== "exists" || report.mode === "verify");
  if (rows.length > 0) {
    const { columns, rows: cells } = tabulateReleases(rows);
    const shown = cells.map((row) => row.map((cell) => printable(cell)));
    const table = new Table({
      head: [...columns],
      style: { head: [], border: [] },
      colWidths: columnWidths([columns, ...shown], room),
      wordWrap: true,
      wrapOnWordBoundary: false
    });
    for (const row of shown) table.push(row);
    parts.push(table.toString());
  }
  const moved = report.changes.filter((change) => change.class !== "unchanged");
  return [
    ...parts,
    ...moved.map((change) => printable(`${change.class}: ${change.nevra} (tag ${change.tag})`)),
    ...report.findings.map(
      (f) => printable(`${f.kind}: ${f.tag}: ${f.path}: expected ${f.expected}, found ${f.actual}`)
    ),
    ...listNotChecked(report).map((line) => printable(`not checked: ${line}`)),
    printable(headline(result))
  ].join("\n");
}
var NARROWEST = 9;
var PADDING = 2;
function columnWidths(rows, room) {
  const widths = rows[0].map(
    (_, at) => PADDING + rows.reduce((most, row) => Math.max(most, row[at].length), 0)
  );
  const borders = widths.length + 1;
  const excess = widths.reduce((sum, width) => sum + width, borders) - room;
  if (excess <= 0) return [];
  for (let step = 0; step < excess; step += 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= NARROWEST) break;
    widths[widest] -= 1;
  }
  return widths;
}

export {
  formatError,
  formatTable
};
