// SPDX-License-Identifier: MIT
import { group, trimEndWhile } from '../text.js';

/** A section of a page: the lines below its heading, up to the next heading of its level or above. */
export interface Section {
  readonly heading: string;
  readonly level: number;
  readonly parent: Section | undefined;
  /** Lines of its text: first (inclusive) and last (exclusive). */
  readonly start: number;
  end: number;
}

/** A place where the page names a version: a heading, or a `Version:` line. */
export interface Mention {
  /** Versions as written, without a leading `v` and a final `.x`. */
  readonly versions: readonly string[];
  readonly section: Section;
  /** Lines of the text that belongs to it. */
  readonly start: number;
  end: number;
}

export interface NotesPage {
  readonly lines: readonly string[];
  readonly mentions: readonly Mention[];
}

interface Heading {
  readonly text: string;
  readonly level: number;
  /** Line after the heading. */
  readonly next: number;
}

/** Headings and version lines longer than this are prose. */
const LONGEST_LINE = 500;

const ATX = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const FENCE = /^ {0,3}(?:```|~~~)/;
/** RST: any punctuation may underline (docutils, Sections). */
const UNDERLINE = /^([!-/:-@[-`{-~])\1*$/;
const VERSION_LINE = /^[\s>*_:`-]*version[*_`]*[ \t]*:(.*)$/i;
/** What stands between a heading and its text, or before the next heading, and says nothing: empty lines, targets, transitions. */
const SILENT = /^\s*(?:\.\. _[^\n]*:\s*|-{3,}|\*{3,}|_{3,})?$/;
const TOKEN = /(?<![0-9A-Za-z.])[vV]?(\d[0-9A-Za-z]*(?:[.~^+_-][0-9A-Za-z]+)*)/g;

/**
 * Finds the sections of an RST or Markdown page and where they name versions. Labels and directives stay text.
 * The name decides the language (`.rst`, `.md`), or else whether there is a heading with `#`. Takes time linear in the text.
 */
export function parseNotesPage(text: string, name: string): NotesPage {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n?|\n/)
    .map((line) => line.trimEnd());
  const isMarkdown =
    /\.(?:md|markdown)$/i.test(name) ||
    (!/\.rst$/i.test(name) && lines.some((line) => ATX.test(line)));
  const find = isMarkdown ? markdownHeadings() : rstHeadings();
  const scan = new Scan();
  let next = 0;
  for (const [at, line] of lines.entries()) {
    if (at < next) continue;
    const heading = find(line, at, lines);
    if (heading === undefined) scan.line(line, at);
    else {
      scan.heading(heading, at);
      next = heading.next;
    }
  }
  scan.close(0, lines.length);
  for (const mention of scan.mentions) mention.end = trimEnd(lines, mention.start, mention.end);
  return { lines, mentions: scan.mentions };
}

/** All versions in a heading or after `Version:`. Link targets are left out, since they name other versions, too. */
export function findVersions(text: string): string[] {
  const visible = text.replace(/\]\([^()\s]*\)/g, ']').replace(/<[^<>]*>/g, '');
  return Array.from(visible.matchAll(TOKEN), (token) => group(token, 1).replace(/\.x$/i, ''));
}

/** A section that is open, with what was found directly or below it so far. */
interface OpenSection {
  readonly section: Section;
  readonly mention: Mention | undefined;
  readonly versionLines: Mention[];
  hasText: boolean;
}

/** The open sections while a page is read from top to bottom. */
class Scan {
  readonly mentions: Mention[] = [];
  /** Outermost first. */
  private readonly open: OpenSection[] = [];

  heading({ text, level, next }: Heading, at: number): void {
    this.close(level, at);
    const section: Section = {
      heading: text,
      level,
      parent: this.open.at(-1)?.section,
      start: next,
      end: next,
    };
    const versions = findVersions(text);
    const mention =
      versions.length === 0 ? undefined : this.add({ versions, section, start: next, end: next });
    this.open.push({ section, mention, versionLines: [], hasText: false });
  }

  line(line: string, at: number): void {
    const inner = this.open.at(-1);
    if (inner === undefined || line === '') return;
    const match = line.length <= LONGEST_LINE ? VERSION_LINE.exec(line) : null;
    if (match !== null) this.versionLine(inner, findVersions(group(match, 1)), at);
    if (!SILENT.test(line) && !line.startsWith('..')) inner.hasText = true;
  }

  /** Ends the sections of this level and below. */
  close(level: number, at: number): void {
    const first = this.open.findIndex(({ section }) => section.level >= level);
    if (first < 0) return;
    for (const { section, mention, versionLines } of this.open.splice(first)) {
      section.end = at;
      if (mention !== undefined) mention.end = at;
      const last = versionLines.at(-1);
      if (last !== undefined) last.end = at;
    }
  }

  /**
   * A `Version:` line that begins a section is of that section. Further down it begins another release in the section around that already has such a line:
   * the page of the Neuron runtime has two releases of the driver under one heading.
   */
  private versionLine(inner: OpenSection, versions: readonly string[], at: number): void {
    if (versions.length === 0) return;
    const owner = inner.hasText
      ? (this.open.findLast(({ versionLines }) => versionLines.length > 0) ?? inner)
      : inner;
    const before = owner.versionLines.at(-1);
    if (before !== undefined) before.end = at;
    owner.versionLines.push(
      this.add({
        versions,
        section: owner.section,
        start: before === undefined ? owner.section.start : at,
        end: at,
      }),
    );
  }

  private add(mention: Mention): Mention {
    this.mentions.push(mention);
    return mention;
  }
}

function trimEnd(lines: readonly string[], start: number, end: number): number {
  let last = end;
  while (last > start && SILENT.test(lines[last - 1] ?? '')) last -= 1;
  return last;
}

/** The heading that begins with this line of the page; asked from top to bottom. */
type FindHeading = (line: string, at: number, lines: readonly string[]) => Heading | undefined;

/** Markdown: `#` headings, and text underlined with `=` or `-`; nothing between code fences. */
function markdownHeadings(): FindHeading {
  let isFenced = false;
  return (line, at, lines) => {
    if (FENCE.test(line)) isFenced = !isFenced;
    if (isFenced || line.length > LONGEST_LINE) return undefined;
    const atx = ATX.exec(line);
    if (atx !== null)
      return { text: withoutClosing(group(atx, 2)), level: group(atx, 1).length, next: at + 1 };
    const underline = lines[at + 1] ?? '';
    if (
      !/^(?:={2,}|-{3,})$/.test(underline) ||
      !/^ {0,3}[^\s|>-]/.test(line) ||
      UNDERLINE.test(line)
    )
      return undefined;
    return { text: line.trim(), level: underline.startsWith('=') ? 1 : 2, next: at + 2 };
  };
}

/** A heading may end with `#`s that a space sets apart. */
function withoutClosing(heading: string): string {
  const text = trimEndWhile(heading, /#/);
  return text === heading || !/[ \t]$/.test(text) ? heading : trimEndWhile(text, /[ \t]/);
}

/** RST: text with an underline, perhaps an overline; a style's level is the order in which it first stands on the page. */
function rstHeadings(): FindHeading {
  const styles: string[] = [];
  const level = (style: string): number => {
    if (!styles.includes(style)) styles.push(style);
    return styles.indexOf(style) + 1;
  };
  return (line, at, lines) => {
    const [second, third] = [lines[at + 1] ?? '', lines[at + 2] ?? ''];
    if (UNDERLINE.test(line))
      return line === third && isOverlined(second, line)
        ? { text: second.trim(), level: level(`${line.charAt(0)} over`), next: at + 3 }
        : undefined;
    return isUnderlined(line, second, lines[at - 1] ?? '')
      ? { text: line, level: level(second.charAt(0)), next: at + 2 }
      : undefined;
  };
}

function isOverlined(title: string, overline: string): boolean {
  return (
    title.trim() !== '' && title.length <= LONGEST_LINE && isLongEnough(overline, title.trim())
  );
}

function isUnderlined(title: string, underline: string, before: string): boolean {
  return (
    /^\S/.test(title) &&
    title.length <= LONGEST_LINE &&
    isLongEnough(underline, title) &&
    (before === '' || before.startsWith('..') || UNDERLINE.test(before))
  );
}

/** Docutils wants the length of the title and puts up with less from four characters on. */
function isLongEnough(underline: string, title: string): boolean {
  return UNDERLINE.test(underline) && underline.length >= Math.min(4, title.length);
}
