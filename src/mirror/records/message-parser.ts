// SPDX-License-Identifier: MIT
import { required } from '../../defect.js';
import { before, group } from '../../text.js';
import { FACTS } from './fact-table.js';

/** What the message of a release's commit or tag records, as text. */
export interface RecordedMessage {
  /** First line. */
  readonly subject: string;
  /** Label and value of the Metadata block, further lines without their indentation; undefined when there is no block. */
  readonly metadata: ReadonlyMap<string, string> | undefined;
  /** Values by trailer; undefined when the last paragraph is not ours. */
  readonly trailers: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Labels of the Metadata block in order. */
const LABELS = Object.values(FACTS).flatMap((fact) => ('block' in fact ? [fact.block] : []));

/** Only the predecessor's Description can hold lines that look like other labels. */
const MULTILINE = LABELS.indexOf(FACTS.description.block);

/**
 * Reads back what {@link formatReleaseMessage} or the predecessor recorded; undefined for a message that records neither a Metadata block nor our trailers.
 * A tag's message may end in a signature, which is left out.
 */
export function parseReleaseMessage(message: string): RecordedMessage | undefined {
  const text = stripSignature(message);
  const lines = text.split('\n');
  const metadata = parseMetadata(lines);
  const trailers = parseTrailers(lines);
  if (metadata === undefined && trailers === undefined) return undefined;
  return { subject: before(text, /\n/), metadata, trailers };
}

/** A tag's message without the signature that git appends to it (gitformat-signature(5)). */
export function stripSignature(message: string): string {
  const begin = /^-----BEGIN (?:PGP|SSH) (?:SIGNATURE|MESSAGE)-----$/m.exec(message);
  return begin === null ? message : message.slice(0, begin.index);
}

/**
 * Seconds since 1970 of a recorded time, `2025-11-18 00:57:58 +0000 UTC` or `2025-11-18T00:57:58Z`; undefined for anything else.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)Z| (\d\d:\d\d:\d\d) \+0000 UTC)$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${group(match, 1)}T${match[2] ?? group(match, 3)}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** The last block headed `Metadata`: the predecessor did not guard the release notes, which come before it. */
function parseMetadata(lines: readonly string[]): Map<string, string> | undefined {
  const heading = lines.findLastIndex(
    (line, at) => line === 'Metadata' && lines[at + 1] === '--------',
  );
  const end = heading === -1 ? -1 : lines.indexOf('--------', heading + 2);
  if (end === -1) return undefined;
  const facts = new Map<string, string>();
  let label: (typeof LABELS)[number] | undefined;
  for (const line of lines.slice(heading + 2, end)) {
    const found = LABELS.findIndex((known) => line.startsWith(`${known}:`));
    const begun = LABELS[found];
    if (begun === undefined) {
      if (label !== undefined) {
        const text = required(facts.get(label), 'the text of a label that stands above');
        facts.set(label, `${text}\n${line.replace(/^ {4}/, '')}`);
      }
      continue;
    }
    label = begun;
    // Up to Description the first line with a label is the true one, after it the last.
    if (found > MULTILINE || !facts.has(label))
      facts.set(label, line.slice(label.length + 1).replace(/^ /, ''));
  }
  return facts;
}

function parseTrailers(lines: readonly string[]): Map<string, string[]> | undefined {
  const last = lines.findLastIndex((line) => line !== '');
  const start = lines.lastIndexOf('', last) + 1;
  const trailers = new Map<string, string[]>();
  for (const line of start === 0 ? [] : lines.slice(start, last + 1)) {
    const match = /^([A-Za-z0-9-]+):(?: (.*))?$/.exec(line);
    if (match === null) return undefined;
    const label = group(match, 1);
    const values = trailers.get(label) ?? [];
    values.push(match[2] ?? '');
    trailers.set(label, values);
  }
  return trailers.has('Rpm-Nevra') ? trailers : undefined;
}
