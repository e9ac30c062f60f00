// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { compareEvr } from '../../rpm/evr.js';
import type { Nevra } from '../../rpm/model.js';
import { tryParseNevra } from '../nevra.js';

/** What became of a published package upstream (interface, Change classes). */
const CHANGE_CLASSES = ['unchanged', 're-signed', 'content-changed', 'withdrawn'] as const;
export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/** One line of archive/releases.json. Facts that a mirror begun by the predecessor never recorded are null. */
export interface ReleaseRecord {
  readonly tag: string;
  /** `name-[epoch:]version-release.arch`. */
  readonly nevra: string;
  /** File name in the index when it was published. */
  readonly file: string;
  /** SHA-256 of the package as published. */
  readonly sha256: string | null;
  readonly contentSha256: string | null;
  readonly headerSha256: string | null;
  readonly sourceTree: string | null;
  /** Primary fingerprint. */
  readonly signingKey: string | null;
  /** `2025-12-20T00:46:57Z`. */
  readonly signedAt: string | null;
  /** Revision of the index that listed it when it was published. */
  readonly repomdRevision: string | null;
  /** The index's checksum (hex) when the release was last classified, else at publication. */
  readonly indexSha256: string | null;
  readonly class: ChangeClass | null;
  /** Keys that a later version of this program wrote; they are kept. */
  readonly further?: Readonly<Record<string, unknown>>;
}

const NEVRA_FORM = 'nevra as name-[epoch:]version-release.arch';
const HEX256 = /^[0-9a-f]{64}$/;

/** The keys of a line in their order, with what each may hold. */
const KEYS: Readonly<
  Record<
    Exclude<keyof ReleaseRecord, 'further'>,
    { readonly required: boolean; readonly form: RegExp }
  >
> = {
  tag: { required: true, form: /^[^\0-\x1f\x7f]+$/ },
  nevra: { required: true, form: /^[^\0]+$/ },
  file: { required: true, form: /^[^\0/]+$/ },
  sha256: { required: false, form: HEX256 },
  contentSha256: { required: false, form: HEX256 },
  headerSha256: { required: false, form: HEX256 },
  sourceTree: { required: false, form: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/ },
  signingKey: { required: false, form: /^[0-9A-F]{32,64}$/ },
  signedAt: { required: false, form: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
  repomdRevision: { required: false, form: /^/ },
  indexSha256: { required: false, form: /^(?:[0-9a-f]{2})+$/ },
  class: { required: false, form: new RegExp(`^(?:${CHANGE_CLASSES.join('|')})$`) },
};

/**
 * Reads archive/releases.json: a JSON object a line, or one JSON array of them. Unknown keys are kept, absent facts are null.
 * @throws GitError MIRROR_INVALID naming the line and what is wrong with it
 */
export function parseReleases(bytes: Uint8Array): ReleaseRecord[] {
  checkListSize(bytes);
  const text = decode(bytes);
  const values = text.trimStart().startsWith('[') ? parseArray(text) : parseLines(text);
  const records: ReleaseRecord[] = [];
  const places = new Map<string, string>();
  // Each line is judged as it is read, so that the first wrong one ends it.
  for (const [place, value] of values) {
    const record = parseRecord(place, value);
    records.push(record);
    const { tag } = record;
    const other = places.get(tag);
    if (other !== undefined)
      throw broken(
        place,
        `one entry for tag ${JSON.stringify(tag)}`,
        `a second one (the first is ${other})`,
      );
    places.set(tag, place);
  }
  return records;
}

/**
 * Writes archive/releases.json: one line per release in EVR order (then by tag), keys in their order, further keys after them.
 * @throws GitError MIRROR_INVALID for a record whose NEVRA is none
 */
export function formatReleases(records: readonly ReleaseRecord[]): string {
  return records
    .map((record) => ({ record, nevra: requireNevra(record) }))
    .sort(
      (a, b) =>
        compareEvr(a.nevra, b.nevra) ||
        Buffer.compare(Buffer.from(a.record.tag), Buffer.from(b.record.tag)),
    )
    .map(({ record }) => `${formatRecord(record)}\n`)
    .join('');
}

/** Ten thousand tags may have a list each, and all are read: {@link LIMITS.releasesBytes}. @throws GitError MIRROR_INVALID */
export function checkListSize({ length }: Uint8Array): void {
  if (length > LIMITS.releasesBytes)
    throw broken('the file', `at most ${LIMITS.releasesBytes} bytes`, `${length}`);
}

function requireNevra({ tag, nevra }: ReleaseRecord): Nevra {
  const parsed = tryParseNevra(nevra);
  if (parsed === undefined) throw broken(`tag ${tag}`, NEVRA_FORM, JSON.stringify(nevra));
  return parsed;
}

function formatRecord(record: ReleaseRecord): string {
  const known = Object.keys(KEYS).map((key): [string, unknown] => [
    key,
    record[key as keyof typeof KEYS],
  ]);
  const entries = [...known, ...Object.entries(record.further ?? {})];
  // Not by way of an object, which would move a key such as "1" to the front.
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

function parseRecord(place: string, value: unknown): ReleaseRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(place, 'a JSON object', JSON.stringify(value).slice(0, 80));
  const given = new Map<string, unknown>(Object.entries(value));
  const known = Object.entries(KEYS).map(([key, { required, form }]) => {
    const item = given.get(key) ?? null;
    given.delete(key);
    if (typeof item === 'string' ? !form.test(item) : item !== null || required) {
      throw broken(
        place,
        `${key} as ${required ? '' : 'null or '}text like ${form.source}`,
        item === null ? 'none' : JSON.stringify(item).slice(0, 80),
      );
    }
    return [key, item] as const;
  });
  const record = Object.fromEntries(known) as unknown as ReleaseRecord;
  if (tryParseNevra(record.nevra) === undefined)
    throw broken(place, NEVRA_FORM, JSON.stringify(record.nevra));
  return given.size === 0 ? record : { ...record, further: Object.fromEntries(given) };
}

function* parseLines(text: string): Generator<readonly [place: string, value: unknown]> {
  for (const [at, line] of text.split('\n').entries()) {
    const place = `line ${at + 1}`;
    if (line.trim() !== '') yield [place, parseJson(place, line)];
  }
}

function parseArray(text: string): [place: string, value: unknown][] {
  const values = parseJson('the array', text);
  return (values as unknown[]).map((value, at) => [`entry ${at + 1}`, value]);
}

function parseJson(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw broken(place, 'JSON', JSON.stringify(text.slice(0, 80)), cause);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw broken('the file', 'UTF-8', 'other bytes', cause);
  }
}

function broken(place: string, expected: string, actual: string, cause?: unknown): GitError {
  return new GitError(
    'MIRROR_INVALID',
    `releases.json, ${place}: expected ${expected}, found ${actual}`,
    {
      expected,
      actual,
      cause,
      remedy:
        "Restore archive/releases.json from the branch's history; nobody but this tool should edit it.",
    },
  );
}
