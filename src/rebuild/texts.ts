// SPDX-License-Identifier: MIT
import {
  type Fact,
  listFacts,
  metadataFacts,
  recordFacts,
  type ReleaseFacts,
  trailerFacts,
} from '../mirror/facts.js';
import {
  formatChanges,
  formatSubject,
  layOutMessage,
  type PathChange,
} from '../mirror/messages.js';
import { nevraKey } from '../mirror/nevra.js';
import type { ReleaseRecord } from '../mirror/releases.js';
import { cleanBlock, cleanLine } from '../mirror/text.js';
import type { Finding } from '../verify/findings.js';
import type { ReleaseCase } from '../verify/scope.js';

/** What the texts of a release are held against. */
export interface TextContext {
  readonly item: ReleaseCase;
  readonly release: ReleaseFacts;
  /** False when the package has another signature than the one that was published: what depends on it is as recorded. */
  readonly isOriginal: boolean;
  /** What the commit changes; undefined where its parent is not at hand. */
  readonly changes: readonly PathChange[] | undefined;
}

/** The forms of a release's texts: this tool's, and its predecessor's, which wrote no trailers, no lists and no tag messages. */
export function formOf({ message, hasList }: ReleaseCase): 'own' | 'predecessor' {
  return message?.trailers === undefined && !hasList ? 'predecessor' : 'own';
}

/** Every recorded fact against the package, and then the whole message against the one that publish would have written. One finding per wrong fact. */
export function checkMessage(context: TextContext): Finding[] {
  const { item, release } = context;
  const { message } = item;
  if (message === undefined) return [];
  const isOwn = formOf(item) === 'own';
  const facts = [
    ...(isOwn ? checkTrailers(context) : []),
    ...checkMetadata(context),
    ...checkOpening(context),
  ];
  if (facts.length > 0 || !isOwn) return facts;
  if (item.authored !== undefined && item.authored !== (release.facts.buildTime ?? item.authored))
    return [
      {
        kind: 'metadata',
        path: 'author date',
        expected: String(release.facts.buildTime),
        actual: String(item.authored),
      },
    ];
  return checkWhole(context);
}

/** An annotated tag of ours says what its commit says: the subject, an empty line, the trailers (interface, Tags). */
export function checkTagObject(
  { ref, tag, object, message, text, ...item }: ReleaseCase,
  { isSingle }: { readonly isSingle: boolean },
): Finding[] {
  const isOwn = formOf({ ref, tag, object, message, text, ...item }) === 'own';
  if (object === undefined) {
    if (!isOwn || isSingle) return [];
    return [{ kind: 'tag', path: ref, expected: 'an annotated tag', actual: 'a lightweight tag' }];
  }
  if (object.name !== tag) return [{ kind: 'tag', path: ref, expected: tag, actual: object.name }];
  if (!isOwn || message === undefined) return [];
  const expected = `${message.subject}\n\n${lastParagraph(text)}\n`;
  return expected === object.message
    ? []
    : [{ kind: 'tag', path: ref, ...firstDifference(expected, object.message) }];
}

/** The release's line in a releases.json. */
export function checkRecord(
  { item, release, isOriginal }: Omit<TextContext, 'changes'>,
  record: ReleaseRecord,
): { expected: string; actual: string } | undefined {
  const expected = recordFacts(release);
  for (const [, fact] of listFacts()) {
    const key = 'record' in fact ? (fact.record as keyof ReleaseRecord) : undefined;
    if (key === undefined || fact.isMoving === true) continue;
    if (fact.isOfSignature === true && !isOriginal) continue;
    if (fact.isList === true) {
      const [wanted, found] = [expected, record].map(({ further }) =>
        JSON.stringify(further?.[key] ?? []),
      ) as [string, string];
      if (wanted !== found) return { expected: `${key} ${wanted}`, actual: `${key} ${found}` };
      continue;
    }
    const [value, actual] = [expected[key], record[key]] as [string, string | null];
    // What a mirror begun by the predecessor never recorded is null; a line of ours says all.
    if (actual === null && formOf(item) === 'predecessor') continue;
    if (value === '' || value === actual) continue;
    if (key === 'nevra' && nevraKey(actual ?? '') === nevraKey(value)) continue;
    return { expected: `${key} ${value}`, actual: `${key} ${actual ?? 'none'}` };
  }
  return undefined;
}

function checkTrailers({ item: { message }, release, isOriginal }: TextContext): Finding[] {
  if (message!.trailers === undefined)
    return [
      { kind: 'metadata', path: 'commit message', expected: 'trailers', actual: 'no trailers' },
    ];
  const expected = Map.groupBy(trailerFacts(release), ([label]) => label);
  const skipped = new Set(isOriginal ? [] : ofSignature('trailer'));
  const labels = new Set([...expected.keys(), ...message!.trailers.keys()]);
  return [...labels].flatMap((label) => {
    if (skipped.has(label)) return [];
    const values = (expected.get(label) ?? []).map(([, value]) => value);
    return compare(label, values.join(', '), (message!.trailers!.get(label) ?? []).join(', '));
  });
}

function checkMetadata({ item, release, isOriginal }: TextContext): Finding[] {
  const metadata = item.message!.metadata;
  const isOwn = formOf(item) === 'own';
  if (metadata === undefined)
    return isOwn
      ? [
          {
            kind: 'metadata',
            path: 'commit message',
            expected: 'a Metadata block',
            actual: 'no Metadata block',
          },
        ]
      : [];
  const skipped = new Set(isOriginal ? [] : ofSignature('block'));
  const isNew = new Set(
    listFacts().flatMap(([, fact]) => (fact.isNew === true ? [fact.block] : [])),
  );
  return metadataFacts(release).flatMap(([label, value]) => {
    const actual = metadata.get(label);
    if (skipped.has(label) || (actual === undefined && !isOwn && isNew.has(label))) return [];
    return compare(label, normal(value), normal(actual ?? ''));
  });
}

/** The lines before the blocks: the version in the subject, and the file. */
function checkOpening({ item: { message, text, ...item }, release }: TextContext): Finding[] {
  const extracted = /^Source code extracted from file: (.*)$/m.exec(text)?.[1];
  const version = cleanLine(release.facts.nevra.version);
  const isOwn = formOf({ message, text, ...item }) === 'own';
  return [
    ...(extracted === undefined && !isOwn
      ? []
      : compare('Source code extracted from file', cleanLine(release.file), extracted ?? '')),
    ...(!isOwn || message!.subject.endsWith(` ${version}`)
      ? []
      : compare('subject', `feat: … ${version}`, message!.subject)),
  ];
}

/** The message as it would have been written, with what no proof covers (title, base URL, text of the notes) as it stands. */
function checkWhole({ item, release, changes, isOriginal }: TextContext): Finding[] {
  const { text, message } = item;
  const { version } = release.facts.nevra;
  const title = message!.subject.slice('feat: '.length, -cleanLine(version).length - 1);
  const recorded = (label: string): readonly string[] => message!.trailers?.get(label) ?? [];
  const expected = layOutMessage({
    subject: formatSubject(title, version),
    file: cleanLine(release.file),
    repository: cleanLine(/^Downloaded from repository: (.*)$/m.exec(text)?.[1] ?? ''),
    notes: notesOf(text),
    metadata: isOriginal
      ? metadataFacts(release)
      : asRecorded(metadataFacts(release), 'block', (label) => [
          message!.metadata?.get(label) ?? '',
        ]),
    files: changes === undefined ? recordedChanges(text) : expectedFiles(item, changes),
    trailers: isOriginal
      ? trailerFacts(release)
      : asRecorded(trailerFacts(release), 'trailer', recorded),
  });
  if (expected === text) return [];
  const difference = firstDifference(expected, text);
  const isFiles = changes !== undefined && FILE_LINE.test(difference.expected + difference.actual);
  return [{ kind: 'metadata', path: isFiles ? 'Files' : 'commit message', ...difference }];
}

const FILE_LINE = /^(?:- (?:M|D|\?): |-----)/;

/** What another signature changes stands as recorded. */
function asRecorded(
  facts: readonly Fact[],
  place: 'block' | 'trailer',
  recorded: (label: string) => readonly string[],
): Fact[] {
  const changing = new Set(ofSignature(place));
  const weak = 'Weak-Algorithm';
  const kept = facts.filter(([label]) => label !== weak);
  const before = kept.findIndex(([label]) => label === 'Dropped-Mode' || label === 'Unpacked-From');
  const at = place === 'block' || before < 0 ? kept.length : before;
  const own = place === 'block' ? [] : recorded(weak).map((value): Fact => [weak, value]);
  return [...kept.slice(0, at), ...own, ...kept.slice(at)].map(([label, value]) =>
    changing.has(label) && label !== weak ? [label, recorded(label)[0] ?? ''] : [label, value],
  );
}

const NOTES = {
  begin: '\n\n\nRelease Notes\n-------------\n',
  end: '\n-------------\n\n\nMetadata\n',
};

/** The notes as they stand, unless they are not what this tool would have let through; what is missing then shows as a difference. */
function notesOf(text: string): string[] {
  const begin = text.indexOf(NOTES.begin);
  const start = begin + NOTES.begin.length;
  const end = begin < 0 ? -1 : text.indexOf(NOTES.end, start);
  if (end < 0) return [];
  const notes = text.slice(start, end);
  const isClean = notes.endsWith(' more bytes)') || cleanBlock(notes).join('\n') === notes;
  return isClean ? notes.split('\n') : cleanBlock(notes);
}

/**
 * The Files block of the rebuilt tree: source and packaging as they are (they are the package's), of the archive what a release adds, and what else it lists and did change.
 * What is wrong in the archive is said there.
 */
function expectedFiles({ shape, text }: ReleaseCase, changes: readonly PathChange[]): string[] {
  const { source, packaging, archive } = shape.directories;
  const recorded = recordedChanges(text);
  const pathOf = (line: string): string => line.slice('- M: '.length);
  const listed = new Map(recorded.map((line) => [pathOf(line), line]));
  const actual = new Map(formatChanges(changes).map((line) => [pathOf(line), line]));
  const isAdded = (path: string): boolean =>
    path.startsWith(`${archive}/rpm/`) || path === `${archive}/releases.json`;
  const kept = [...actual].filter(
    ([path, line]) =>
      path.startsWith(`${source}/`) ||
      path.startsWith(`"${source}/`) ||
      path.startsWith(`${packaging}/`) ||
      path.startsWith(`"${packaging}/`) ||
      listed.get(path) === line,
  );
  const gone = [...listed].filter(([path]) => isAdded(path) && !actual.has(path));
  if (gone.length === 0) return kept.map(([, line]) => line);
  const order = new Map(recorded.map((line, at) => [line, at]));
  const lines = [...kept, ...gone].map(([, line]) => line);
  const all = lines.length === order.size && lines.every((line) => order.has(line));
  // The same lines in the order that byte order gives: what is gone has no bytes to sort by.
  return all && isSorted(recorded) ? recorded : lines;
}

/** By the bytes of the paths, as far as they are plain. */
function isSorted(lines: readonly string[]): boolean {
  const paths = lines.map((line) => Buffer.from(line.slice('- M: '.length)));
  return paths.every(
    (path, at) =>
      at === 0 ||
      path[0] === 0x22 ||
      paths[at - 1]![0] === 0x22 ||
      Buffer.compare(paths[at - 1]!, path) < 0,
  );
}

/** The lines of the Files block as they stand, for a commit whose parent is not at hand. */
function recordedChanges(text: string): string[] {
  const opening = '\n\n\nFiles\n-----\n';
  const begin = text.lastIndexOf(opening);
  const start = begin + opening.length;
  const end = begin < 0 ? -1 : text.indexOf('-----\n\n', start);
  return end <= start ? [] : text.slice(start, end - 1).split('\n');
}

function ofSignature(place: 'trailer' | 'block'): string[] {
  return listFacts().flatMap(([, fact]) =>
    fact.isOfSignature === true && fact[place] !== undefined ? [fact[place]] : [],
  );
}

function lastParagraph(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf('\n\n') + 2);
}

function firstDifference(expected: string, actual: string): { expected: string; actual: string } {
  const [before, after] = [expected.split('\n'), actual.split('\n')];
  const at = before.findIndex((line, index) => line !== after[index]);
  const line = at < 0 ? before.length : at;
  return {
    expected: before[line] ?? 'the end of the message',
    actual: after[line] ?? 'the end of the message',
  };
}

function compare(label: string, expected: string, actual: string): Finding[] {
  return expected === actual ? [] : [{ kind: 'metadata', path: label, expected, actual }];
}

/** The predecessor neither indented further lines, nor cleaned white space at their ends, nor broke what hosts act upon. */
function normal(text: string): string {
  return text
    .replaceAll('\u2060', '')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}
