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
const CHANGELOG = '%changelog';

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
  // A mention ends with its last line that says something, so one without text is empty.
  for (const mention of mentions.filter(({ start, end }) => end > start)) {
    for (const version of mention.versions) {
      const known = byVersion.get(version);
      if (known === undefined) byVersion.set(version, [mention]);
      else known.push(mention);
    }
  }
  const looks = new Map<string, PageLook>();
  return ({ nevra, title }) => {
    const names = [title ?? nevra.name, nevra.name].map(normalize).filter((name) => name !== '');
    const key = names.join('\n');
    const look = looks.get(key) ?? new PageLook(names, byVersion);
    looks.set(key, look);
    const exact = [nevra.version, `${nevra.version}-${nevra.release}`];
    const found =
      look.first(exact, 'this') ??
      look.first(exact, 'unnamed') ??
      look.first(shortened(nevra.version), 'this') ??
      look.first(exact, 'other');
    return found === undefined ? undefined : textOf(found, lines);
  };
}

/** `2.29.4` and `2.29` for 2.29.4.0: what the page may call it, longest first. */
function shortened(version: string): string[] {
  const parts = version.split('.');
  return Array.from({ length: Math.max(0, parts.length - 2) }, (_, at) =>
    parts.slice(0, parts.length - 1 - at).join('.'),
  );
}

/** What a section is about: the first heading on the way up that names anything decides. */
type Subject = 'this' | 'other' | 'unnamed';

/**
 * A page as somebody looks at it who wants the notes of a product of these names. Each section is judged once, and so is each
 * version, however many releases ask and mentions there are.
 */
class PageLook {
  readonly #names: readonly string[];
  readonly #byVersion: ReadonlyMap<string, readonly Mention[]>;
  readonly #subjects = new Map<Section, Subject>();
  readonly #firsts = new Map<string, ReadonlyMap<Subject, Mention>>();

  constructor(names: readonly string[], byVersion: ReadonlyMap<string, readonly Mention[]>) {
    this.#names = names;
    this.#byVersion = byVersion;
  }

  /** The first mention of one of the versions, best first, in a section about `subject`. */
  first(versions: readonly string[], subject: Subject): Mention | undefined {
    for (const version of versions) {
      const found = this.#firstsOf(version).get(subject);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #firstsOf(version: string): ReadonlyMap<Subject, Mention> {
    const known = this.#firsts.get(version);
    if (known !== undefined) return known;
    const firsts = new Map<Subject, Mention>();
    for (const mention of this.#byVersion.get(version) ?? []) {
      const subject = this.#subjectOf(mention.section);
      if (!firsts.has(subject)) firsts.set(subject, mention);
    }
    this.#firsts.set(version, firsts);
    return firsts;
  }

  #subjectOf(section: Section): Subject {
    const known = this.#subjects.get(section);
    if (known !== undefined) return known;
    const heading = normalize(section.heading);
    const subject = this.#names.some((name) => ` ${heading} `.includes(` ${name} `))
      ? 'this'
      : namesAnything(heading)
        ? 'other'
        : section.parent === undefined
          ? 'unnamed'
          : this.#subjectOf(section.parent);
    this.#subjects.set(section, subject);
    return subject;
  }
}

/** True when a normalized heading holds a word that is no version and none of {@link PLAIN_WORDS}. */
function namesAnything(heading: string): boolean {
  const words = heading.split(' ').filter((word) => !/\d/.test(word));
  return /\p{L}/u.test(words.join(' ').replace(PLAIN_WORDS, ''));
}

function textOf({ start, end }: Mention, lines: readonly string[]): string {
  return lines.slice(start, end).join('\n').replace(/^\n+/, '');
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
  const last = author.trimEnd().split(/\s+/).at(-1) ?? '';
  const match = /^(?:(\d{1,10}):)?([^-]+)(?:-(.+))?$/.exec(last);
  if (match === null || match[2] !== version) return false;
  if (match[1] !== undefined && Number(match[1]) !== (epoch ?? 0)) return false;
  return match[3] === undefined || release === match[3] || release.startsWith(`${match[3]}.`);
}
