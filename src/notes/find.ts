// SPDX-License-Identifier: MIT
import type { ChangelogEntry, Nevra } from '../rpm/model.js';
import { type Mention, type NotesPage, parseNotesPage, type Section } from './page.js';

/** A page of release notes. */
export interface NotesSource {
  /** URL, path or file name; its end tells the language. */
  readonly name: string;
  readonly text: string;
}

/** The release whose notes are wanted. */
export interface NotesRequest {
  readonly nevra: Nevra;
  /** Product name as headings have it, such as `Neuron Driver`; undefined where none is given. */
  readonly title: string | undefined;
  readonly changelog: readonly ChangelogEntry[];
}

export interface FoundNotes {
  /** Text of the section, without its heading. */
  readonly text: string;
  /** Name of the page, or {@link CHANGELOG}. */
  readonly source: string;
}

/** The source that {@link FoundNotes} names for the package's own changelog. */
export const CHANGELOG = '%changelog';

/** Words of headings that name no product. */
const PLAIN_WORDS =
  /\b(?:release[sd]?|version|notes?|change(?:s|log)?|history|what|s|new|in|of|on|the|and|for|v|date|unreleased|latest|all)\b/g;

/**
 * Reads the pages once and gives a function that finds a release's notes in them, best source first, then in its changelog.
 * A page is asked for the exact version in a heading or a `Version:` line, then for a shortened one (`2.29` for 2.29.x, two parts or more), which counts only
 * where the heading around it holds `title` or the package name, since pages list other components, too.
 */
export function createNotesFinder(
  sources: readonly NotesSource[],
): (request: NotesRequest) => FoundNotes | undefined {
  const pages = sources.map(({ name, text }) => ({
    name,
    find: indexPage(parseNotesPage(text, name)),
  }));
  return (request) => {
    for (const { name, find } of pages) {
      const text = find(request);
      if (text !== undefined) return { text, source: name };
    }
    const text = findInChangelog(request);
    return text === undefined ? undefined : { text, source: CHANGELOG };
  };
}

/** {@link createNotesFinder} for one release. */
export function findNotes(
  sources: readonly NotesSource[],
  request: NotesRequest,
): FoundNotes | undefined {
  return createNotesFinder(sources)(request);
}

function indexPage({ lines, mentions }: NotesPage): (request: NotesRequest) => string | undefined {
  const byVersion = new Map<string, Mention[]>();
  for (const mention of mentions) {
    for (const version of mention.versions) {
      const known = byVersion.get(version);
      if (known === undefined) byVersion.set(version, [mention]);
      else known.push(mention);
    }
  }
  return ({ nevra, title }) => {
    const names = [title ?? nevra.name, nevra.name].map(normalize).filter((name) => name !== '');
    const exact = [nevra.version, `${nevra.version}-${nevra.release}`].flatMap(
      (version) => byVersion.get(version) ?? [],
    );
    const short = shortened(nevra.version).flatMap((version) => byVersion.get(version) ?? []);
    const about = (mention: Mention): Subject => findSubject(mention.section, names);
    const ranked = [
      ...exact.filter((mention) => about(mention) === 'this'),
      ...exact.filter((mention) => about(mention) === 'unnamed'),
      ...short.filter((mention) => about(mention) === 'this'),
      ...exact.filter((mention) => about(mention) === 'other'),
    ];
    return firstText(ranked, lines);
  };
}

/** `2.29.4` and `2.29` for 2.29.4.0: what the page may call it, longest first. */
function shortened(version: string): string[] {
  const parts = version.split('.');
  return Array.from({ length: Math.max(0, parts.length - 2) }, (_, at) =>
    parts.slice(0, parts.length - 1 - at).join('.'),
  );
}

function firstText(mentions: readonly Mention[], lines: readonly string[]): string | undefined {
  for (const { start, end } of mentions) {
    const text = lines.slice(start, end).join('\n').replace(/^\n+/, '');
    if (text.trim() !== '') return text;
  }
  return undefined;
}

/** What a section is about: the first heading on the way up that names anything decides. */
type Subject = 'this' | 'other' | 'unnamed';

function findSubject(section: Section, names: readonly string[]): Subject {
  for (let at: Section | undefined = section; at !== undefined; at = at.parent) {
    const heading = normalize(at.heading);
    if (names.some((name) => ` ${heading} `.includes(` ${name} `))) return 'this';
    if (/\p{L}/u.test(heading.replace(/\S*\d\S*/g, '').replace(PLAIN_WORDS, ''))) return 'other';
  }
  return 'unnamed';
}

/** Words and versions in lower case, one space between them. */
function normalize(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, ' ')
    .trim();
}

function findInChangelog({ nevra, changelog }: NotesRequest): string | undefined {
  const texts = changelog
    .filter(({ author }) => namesEvr(author, nevra))
    .map(({ text }) => text.trim());
  const text = texts.filter((entry) => entry !== '').join('\n');
  const saysNothing = text
    .split('\n')
    .every((line) => /^\W*$|^\W*auto(?:matic(?:ally)?)?\W*(?:re)?buil[dt]\b/i.test(line));
  return saysNothing ? undefined : text;
}

/** `Name <mail> - [epoch:]version[-release]`; the release may lack the distribution's suffix. */
function namesEvr(author: string, { epoch, version, release }: Nevra): boolean {
  const last = author.trimEnd().split(/\s+/).at(-1)!;
  const match = /^(?:(\d{1,10}):)?([^-]+)(?:-(.+))?$/.exec(last);
  if (match === null || match[2] !== version) return false;
  if (match[1] !== undefined && Number(match[1]) !== (epoch ?? 0)) return false;
  return match[3] === undefined || release === match[3] || release.startsWith(`${match[3]}.`);
}
