// SPDX-License-Identifier: MIT
import { nevraKey } from '../mirror/nevra.js';
import {
  type Fact,
  listFacts,
  metadataFacts,
  recordFacts,
  type ReleaseFacts,
  trailerFacts,
} from '../mirror/records/facts.js';
import type { RecordedMessage } from '../mirror/records/message-parser.js';
import { formatSubject, layOutMessage, type PathChange } from '../mirror/records/messages.js';
import type { ReleaseRecord } from '../mirror/records/releases.js';
import { cleanBlock, cleanLine } from '../mirror/text.js';
import type { Finding } from '../verify/findings.js';
import type { ReleaseCase } from '../verify/scope.js';
import { expectedFiles, FILE_LINE, recordedChanges } from './files-block.js';

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
    ...(isOwn ? checkTrailers(context, message) : []),
    ...checkMetadata(context, message),
    ...checkOpening(context, message),
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
  return checkWhole(context, message);
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
    const [wanted, found] =
      fact.isList === true
        ? [listOf(expected, key), listOf(record, key)]
        : [expected[key] as string, record[key] as string | null];
    // What a mirror begun by the predecessor never recorded is null; a line of ours says all.
    if (found === null && formOf(item) === 'predecessor') continue;
    if (!isRecorded(key, wanted, found))
      return { expected: `${key} ${wanted}`, actual: `${key} ${found ?? 'none'}` };
  }
  return undefined;
}

/** What later runs bring up to date, in the line that a release's own commit has: as it was when it was published. */
export function checkFirstRecord({
  sha256,
  indexSha256,
  class: changeClass,
}: ReleaseRecord): { expected: string; actual: string }[] {
  // The index may have another kind of checksum, and always has one.
  const isSame =
    indexSha256 !== null && (indexSha256.length !== sha256?.length || indexSha256 === sha256);
  return [
    ...(changeClass === 'unchanged'
      ? []
      : [{ expected: 'class unchanged', actual: `class ${changeClass ?? 'none'}` }]),
    ...(isSame
      ? []
      : [
          {
            expected: `indexSha256 ${sha256 ?? 'none'}`,
            actual: `indexSha256 ${indexSha256 ?? 'none'}`,
          },
        ]),
  ];
}

function listOf({ further }: ReleaseRecord, key: string): string {
  return JSON.stringify(further?.[key] ?? []);
}

function isRecorded(key: keyof ReleaseRecord, wanted: string, found: string | null): boolean {
  if (wanted === '' || wanted === found) return true;
  return key === 'nevra' && nevraKey(found ?? '') === nevraKey(wanted);
}

function checkTrailers(
  { release, isOriginal }: TextContext,
  { trailers }: RecordedMessage,
): Finding[] {
  if (trailers === undefined)
    return [
      { kind: 'metadata', path: 'commit message', expected: 'trailers', actual: 'no trailers' },
    ];
  const expected = Map.groupBy(trailerFacts(release), ([label]) => label);
  const skipped = new Set(isOriginal ? [] : ofSignature('trailer'));
  const labels = new Set([...expected.keys(), ...trailers.keys()]);
  return [...labels].flatMap((label) => {
    if (skipped.has(label)) return [];
    const values = (expected.get(label) ?? []).map(([, value]) => value);
    return compare(label, values.join(', '), (trailers.get(label) ?? []).join(', '));
  });
}

function checkMetadata(
  { item, release, isOriginal }: TextContext,
  { metadata }: RecordedMessage,
): Finding[] {
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
function checkOpening({ item, release }: TextContext, { subject }: RecordedMessage): Finding[] {
  const extracted = /^Source code extracted from file: (.*)$/m.exec(item.text)?.[1];
  const version = cleanLine(release.facts.nevra.version);
  const isOwn = formOf(item) === 'own';
  return [
    ...(extracted === undefined && !isOwn
      ? []
      : compare('Source code extracted from file', cleanLine(release.file), extracted ?? '')),
    ...(!isOwn || subject.endsWith(` ${version}`)
      ? []
      : compare('subject', `feat: … ${version}`, subject)),
  ];
}

/** The message as it would have been written, with what no proof covers (title, base URL, text of the notes) as it stands. */
function checkWhole(
  { item, release, changes, isOriginal }: TextContext,
  message: RecordedMessage,
): Finding[] {
  const { text } = item;
  const { version } = release.facts.nevra;
  const title = message.subject.slice('feat: '.length, -cleanLine(version).length - 1);
  const recorded = (label: string): readonly string[] => message.trailers?.get(label) ?? [];
  const expected = layOutMessage({
    subject: formatSubject(title, version),
    file: cleanLine(release.file),
    repository: cleanLine(/^Downloaded from repository: (.*)$/m.exec(text)?.[1] ?? ''),
    notes: notesOf(text),
    metadata: isOriginal
      ? metadataFacts(release)
      : asRecorded(metadataFacts(release), 'block', (label) => [
          message.metadata?.get(label) ?? '',
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
