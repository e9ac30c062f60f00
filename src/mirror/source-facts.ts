// SPDX-License-Identifier: MIT
import { afterLast, before } from '../text.js';

/** A file of the source that says under which licence it comes. */
export interface LicenceFile {
  readonly path: string;
  /** Its first line with a word in it. */
  readonly heading: string;
}

/** Deeper ones belong to parts of the source, and are many. */
const DEEPEST = 3;
const MOST_FILES = 20;
const LICENCE =
  /^(?:licen[cs]es?|copying|copyright|unlicense|notice)(?:[.-][^/]{0,40})?$|^(?:gpl|lgpl|mit|apache|bsd)-?[\d.]{0,5}(?:\.txt)?$/i;
const HEADING_BYTES = 4096;

/** The paths of licence files among those of a source, in byte order; `LICENSES/` is what REUSE prescribes. */
export function licencePaths(paths: Iterable<string>): string[] {
  return [...paths]
    .filter((path) => {
      const parts = path.split('/');
      return (
        parts.length <= DEEPEST &&
        (LICENCE.test(afterLast(path, '/')) || parts.at(-2) === 'LICENSES')
      );
    })
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
    .slice(0, MOST_FILES);
}

/** What a licence file calls itself. */
export function licenceHeading(content: Uint8Array): string {
  const text = Buffer.from(content.subarray(0, HEADING_BYTES)).toString('utf8');
  const line = text.split('\n').find((candidate) => /\p{L}{3}/u.test(candidate));
  return (line ?? '').trim().slice(0, 120);
}

/** The dkms.conf of a source that lies nearest to its top. */
export function dkmsPath(paths: Iterable<string>): string | undefined {
  return [...paths]
    .filter((path) => /(?:^|\/)dkms\.conf$/.test(path) && path.split('/').length <= DEEPEST)
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))[0];
}

/** PACKAGE_VERSION as a dkms.conf sets it, the last one winning as in a shell; undefined where it sets none. Shown, never judged. */
export function dkmsVersion(content: Uint8Array): string | undefined {
  const text = Buffer.from(content.subarray(0, 64 * 1024)).toString('utf8');
  const values = text.split('\n').flatMap((line) => {
    const value = /^[ \t]*PACKAGE_VERSION=(.*)$/.exec(line)?.[1];
    return value === undefined ? [] : [unquoted(value)];
  });
  return values.at(-1)?.slice(0, 120);
}

function unquoted(value: string): string {
  const quoted = /^"([^"]*)"|^'([^']*)'/.exec(value);
  return (quoted?.[1] ?? quoted?.[2] ?? before(value, /[ \t#;]/)).trim();
}
