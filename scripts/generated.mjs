// SPDX-License-Identifier: MIT
/** Parts of documents that are generated: between `<!-- name -->` and `<!-- /name -->`. With --check nothing is written and a difference is exit 1. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import esbuild from 'esbuild';

export const root = path.dirname(import.meta.dirname);

/** The text of a file of the project. */
export function source(name) {
  return readFile(path.join(root, name), 'utf8');
}

/** What a module of src exports. Node alone does not find the `.ts` behind the `.js` of an import. */
export async function importSource(name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(root, name)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
}

/** Puts each of `parts` (name → Markdown) between its markers in the document `name`. */
export function generate(name, parts) {
  return replace(name, (text) =>
    Object.entries(parts).reduce(
      (before, [part, content]) => fill(before, { name, part, content }),
      text,
    ),
  );
}

function fill(text, { name, part, content }) {
  const [open, close] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${name} lacks the markers ${open} and ${close}`);
  return `${text.slice(0, start + open.length)}\n\n${content.trim()}\n\n${text.slice(end)}`;
}

/** Changes the document `name`; with --check only says whether it would change. */
export async function replace(name, change) {
  const before = await source(name);
  const after = change(before);
  if (after === before) return;
  if (process.argv.includes('--check')) {
    console.error(`${name} is not current: run node ${path.relative(root, process.argv[1])}`);
    process.exitCode = 1;
  } else await writeFile(path.join(root, name), after);
}

/** A Markdown table; `|` in cells is escaped. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
