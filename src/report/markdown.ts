// SPDX-License-Identifier: MIT
import { plain } from './escape.js';
import type { TextTable } from './tables.js';

/** A cell longer than this is cut; the whole text is in the report. */
const LONGEST_CELL = 400;

/** A cell of Markdown: text from outside, which is escaped, or a link whose address this program made. */
export type Cell = string | { readonly text: string; readonly url: string | undefined };

/** Text or a link, escaped. */
function cell(value: Cell): string {
  if (typeof value === 'string') return plain(cut(value));
  const text = plain(cut(value.text));
  return value.url === undefined || text === '' ? text : `[${text}](${address(value.url)})`;
}

/** Nothing in an address ends it early or begins markup. */
export function address(url: string): string {
  return url.replace(/[^\w:/.?=&%#~@+,;-]/g, (sign) =>
    encodeURIComponent(sign).replace(
      /[()'*!]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );
}

function cut(text: string): string {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
}

/** Lines that fit into so many bytes, and how many were left out. */
export function within(
  lines: readonly string[],
  bytes: number,
): { readonly shown: string[]; readonly rest: number } {
  const shown: string[] = [];
  let left = bytes;
  for (const line of lines) {
    left -= Buffer.byteLength(line) + 1;
    if (left < 0) break;
    shown.push(line);
  }
  return { shown, rest: lines.length - shown.length };
}

/** A table that fits into so many bytes; rows that do not are counted. */
export function markdownTable(
  {
    columns,
    rows,
  }: { readonly columns: TextTable['columns']; readonly rows: readonly (readonly Cell[])[] },
  bytes: number,
): string {
  const { shown, rest } = within(
    rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
    bytes,
  );
  return [
    `| ${columns.join(' | ')} |`,
    `|${' --- |'.repeat(columns.length)}`,
    ...shown,
    ...(rest > 0 ? ['', `… and ${rest} more in the report.`] : []),
  ].join('\n');
}

/** A list under a heading, that fits into so many bytes; nothing for an empty one. */
export function markdownList(title: string, items: readonly string[], bytes: number): string {
  if (items.length === 0) return '';
  const { shown, rest } = within(
    items.map((item) => `- ${item}`),
    bytes,
  );
  return `### ${title}\n\n${[...shown, ...(rest > 0 ? [`- and ${rest} more in the report`] : [])].join('\n')}`;
}

/** Something that a reader may open. */
export function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

/** Text of lines in a fence that nothing in it can close. */
export function fenced(text: string, language: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}${language}\n${text}\n${fence}`;
}
