// SPDX-License-Identifier: MIT
import type { Finding } from './findings.js';
import { mostCommon } from './package.js';
import type { TagCase } from './tag-cases.js';

/** An annotated tag of ours says what its commit says: the subject, an empty line, the trailers (interface, Tags). */
export function checkTagObject({ tag, object, message, text }: TagCase): Finding[] {
  if (object === undefined) return [];
  const path = `refs/tags/${tag}`;
  const name: Finding[] =
    object.name === tag ? [] : [{ kind: 'tag', path, expected: tag, actual: object.name }];
  if (message?.trailers === undefined) return name;
  const expected = `${message.subject}\n\n${lastParagraph(text)}`;
  const actual = object.message.trimEnd();
  return expected === actual
    ? name
    : [...name, { kind: 'tag', path, ...firstDifference(expected, actual) }];
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

/** What a release that has no package must agree on with itself: source tree and checksum, by trailers, Metadata block and releases.json. */
export function checkUnproved(
  { message, record, source }: TagCase,
  {
    sourceDirectory,
    checksum,
    checksumPath,
  }: { sourceDirectory: string; checksum: string | undefined; checksumPath: string },
): Finding[] {
  const trailer = (key: string): string | undefined => message?.trailers?.get(key)?.[0];
  const tree = mostCommon([source, trailer('Source-Tree'), record?.sourceTree]);
  const whole = mostCommon([
    trailer('Rpm-Sha256'),
    record?.sha256,
    message?.metadata?.get('Checksum'),
    checksum,
  ]);
  const rows: (readonly [
    Finding['kind'],
    string,
    string | undefined,
    string | null | undefined,
  ])[] = [
    ['content', sourceDirectory, tree, source ?? null],
    ['metadata', 'Source-Tree', tree, trailer('Source-Tree')],
    ['metadata', 'releases.json sourceTree', tree, record?.sourceTree],
    ['metadata', 'Rpm-Sha256', whole, trailer('Rpm-Sha256')],
    ['metadata', 'Checksum', whole, message?.metadata?.get('Checksum')],
    ['metadata', 'releases.json sha256', whole, record?.sha256],
    ['digest', checksumPath, whole, checksum ?? 'missing'],
    [
      'metadata',
      'Content-Sha256',
      mostCommon([record?.contentSha256, trailer('Content-Sha256')]),
      trailer('Content-Sha256'),
    ],
    [
      'metadata',
      'Header-Sha256',
      mostCommon([record?.headerSha256, trailer('Header-Sha256')]),
      trailer('Header-Sha256'),
    ],
  ];
  return rows.flatMap(([kind, path, expected, actual]) =>
    expected === undefined || actual === undefined || expected === actual
      ? []
      : [{ kind, path, expected, actual: actual ?? 'missing' }],
  );
}
