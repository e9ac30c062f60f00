// SPDX-License-Identifier: MIT

/** A `Source` line of a spec file. */
export interface SpecSource {
  readonly number: number;
  /** Base name of its value: literal texts with anything between them, where the spec has macros that nobody knows here. */
  readonly parts: readonly string[];
}

/** Values of macros that a package's header tells. */
export interface KnownMacros {
  readonly name: string;
  readonly version: string;
}

const SOURCE_TAG = /^[ \t]*source(\d{0,9})[ \t]*:[ \t]*(\S.*)$/i;
/** Sections of a spec file; what is not the preamble may hold any text. */
const SECTION =
  /^[ \t]*%(package|sourcelist|patchlist|description|prep|generate_buildrequires|conf|build|install|check|clean|pre|post|preun|postun|pretrans|posttrans|preuntrans|postuntrans|trigger\w*|filetrigger\w*|transfiletrigger\w*|verify|verifyscript|files|changelog|sepolicy)(?![\w{])/;
/** Longer lines are no sources, and more macros in one than these say nothing. */
const LINE_CHARACTERS = 1024;
const MOST_PARTS = 32;
/** Comparisons of names with lines at most; packages have some hundred of each. */
const MOST_COMPARISONS = 200_000;

/**
 * Reads the literal `Source`, `SourceN` lines and the `%sourcelist` of a spec file, without expanding it: conditions are not looked at, and macros but
 * name and version match anything. A line without number has the one after the last (rpm spec.md, Sources).
 * @param text of the file, latin1
 */
export function parseSpecSources(text: string, known: KnownMacros): SpecSource[] {
  const sources: SpecSource[] = [];
  let section = 'package';
  let last = -1;
  for (const line of text.split('\n')) {
    if (line.length > LINE_CHARACTERS) continue;
    const begins = SECTION.exec(line)?.[1];
    if (begins !== undefined) section = begins;
    const [, digits = '', value] = begins === undefined ? sourceLine(line, section) : [];
    if (value === undefined) continue;
    last = digits === '' ? last + 1 : Number(digits);
    sources.push({ number: last, parts: baseName(value.trimEnd(), known) });
  }
  return sources;
}

function sourceLine(line: string, section: string): readonly (string | undefined)[] {
  if (section === 'package') return SOURCE_TAG.exec(line) ?? [];
  const value = section === 'sourcelist' ? line.trim() : '';
  return value === '' || value.startsWith('#') ? [] : [line, '', value];
}

/** Literal parts behind the last slash that is written as such. */
function baseName(value: string, known: KnownMacros): string[] {
  let parts: string[] = [];
  let open = '';
  for (let at = 0; at < value.length;) {
    const percent = value.indexOf('%', at);
    const literal = value.slice(at, percent < 0 ? value.length : percent);
    const slash = literal.lastIndexOf('/');
    if (slash >= 0) parts = [];
    open = slash >= 0 ? literal.slice(slash + 1) : open + literal;
    if (percent < 0) break;
    const { end, text } = macro(value, percent, known);
    if (text === undefined) parts.push(open);
    open = text === undefined ? '' : open + text;
    at = end;
  }
  return [...parts, open];
}

/** One macro: where it ends, and its value where that is known. */
function macro(
  value: string,
  start: number,
  known: KnownMacros,
): { readonly end: number; readonly text: string | undefined } {
  const opener = value[start + 1];
  if (opener === '%') return { end: start + 2, text: '%' };
  const name = /^%\{?\??(\w+)\}?/.exec(value.slice(start))?.[1] ?? '';
  const text = /^(?:name|version)$/i.test(name)
    ? known[name.toLowerCase() as keyof KnownMacros]
    : undefined;
  if (opener === '{' || opener === '(') {
    const end = closing(value, start + 1, opener === '{' ? '}' : ')');
    const isPlain = value.slice(start, end) === `%{${name}}`;
    return { end, text: isPlain ? text : undefined };
  }
  const plain = /^%[?!]*\w+/.exec(value.slice(start))?.[0].length ?? 1;
  return { end: start + plain, text: plain === name.length + 1 ? text : undefined };
}

/** Behind the bracket that closes the one at `start`; the end where none does. */
function closing(value: string, start: number, close: string): number {
  const open = value[start];
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    if (value[at] === open) depth++;
    else if (value[at] === close && --depth === 0) return at + 1;
  }
  return value.length;
}

/**
 * The number of each source: by order, where the names follow one another as lines do, in one way only; else by names that fit one line each.
 * Undefined where the lines do not tell.
 * @param names as declared, latin1
 * @param isDeclared false where nobody knows in which order they were declared
 */
export function numberSources(
  lines: readonly SpecSource[],
  names: readonly string[],
  isDeclared: boolean,
): readonly number[] | undefined {
  if (lines.length * names.length > MOST_COMPARISONS) return undefined;
  const byOrder = isDeclared ? inOrder(lines, names) : undefined;
  return byOrder ?? byName(lines, names);
}

/** The names as a part of the lines, first from the begin and then from the end: what both say is certain. */
function inOrder(
  lines: readonly SpecSource[],
  names: readonly string[],
): readonly number[] | undefined {
  const first = follow(lines, names);
  const last = follow(lines.toReversed(), names.toReversed())?.toReversed();
  if (first === undefined || last === undefined) return undefined;
  return String(ranks(first)) === String(ranks(last)) ? first : undefined;
}

function follow(
  lines: readonly SpecSource[],
  names: readonly string[],
): readonly number[] | undefined {
  const numbers: number[] = [];
  let at = 0;
  for (const name of names) {
    let line = lines[at];
    while (line !== undefined && !fits(line, name)) line = lines[++at];
    if (line === undefined) return undefined;
    at += 1;
    numbers.push(line.number);
  }
  return new Set(numbers).size === numbers.length ? numbers : undefined;
}

/** Places by number. */
function ranks(numbers: readonly number[]): number[] {
  return numbers
    .map((number, at) => ({ number, at }))
    .sort((a, b) => a.number - b.number)
    .map(({ at }) => at);
}

function byName(
  lines: readonly SpecSource[],
  names: readonly string[],
): readonly number[] | undefined {
  const numbers = names.map((name) => {
    const fitting = new Set(lines.filter((line) => fits(line, name)).map(({ number }) => number));
    return fitting.size === 1 ? [...fitting][0] : undefined;
  });
  const known = numbers.filter((number) => number !== undefined);
  return known.length === names.length && new Set(known).size === names.length ? known : undefined;
}

/** The first part begins the name, the last ends it, and the others follow one another between. */
function fits({ parts }: SpecSource, name: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (parts.length > MOST_PARTS || !name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
