// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';

/** What is needed to ask for a page of release notes only when it changed. One entry of archive/release-notes.json. */
export interface NotesState {
  readonly url: string;
  /** Name in the archive. */
  readonly file: string;
  /** Validators of the archived copy, as the server gave them; null when it gave none. */
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A header value that can be sent back: visible ASCII, spaces and Latin-1, no line end. */
const VALIDATOR = /^[\t\x20-\x7e\x80-\xff]{1,1000}$/;

/**
 * Reads archive/release-notes.json. An entry that is not what this tool writes is left out, since it only saves a download.
 * @throws GitError MIRROR_INVALID when the file is not a JSON array
 */
export function parseNotesState(bytes: Uint8Array): NotesState[] {
  let values: unknown;
  try {
    values = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid('other text', cause);
  }
  if (!Array.isArray(values)) throw invalid(typeof values);
  return values.flatMap(parseEntry);
}

/** A page's URL as it stands in the state, which is public: without user name and password. Compare with this. */
export function notesUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

/** Writes archive/release-notes.json: a JSON array with an entry a line; URLs as {@link notesUrl} gives them. */
export function formatNotesState(states: readonly NotesState[]): string {
  const lines = states.map(
    ({ url, file, etag, lastModified }) =>
      `  ${JSON.stringify({ url: notesUrl(url), file, etag, lastModified })}`,
  );
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

function parseEntry(value: unknown): NotesState[] {
  if (typeof value !== 'object' || value === null) return [];
  const { url, file, etag, lastModified } = value as Record<string, unknown>;
  if (typeof url !== 'string' || typeof file !== 'string') return [];
  return [{ url, file, etag: validator(etag), lastModified: validator(lastModified) }];
}

function validator(value: unknown): string | null {
  return typeof value === 'string' && VALIDATOR.test(value) ? value : null;
}

function invalid(actual: string, cause?: unknown): GitError {
  return new GitError(
    'MIRROR_INVALID',
    `release-notes.json: expected a JSON array, found ${actual}`,
    {
      expected: 'a JSON array',
      actual,
      cause,
      remedy: 'Delete archive/release-notes.json from the mirror; it is written anew.',
    },
  );
}
