// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import type { ReleaseRow, Report } from './report.js';

/** One thing to do about a failure. */
export interface Remedy {
  readonly code: string;
  /** The releases that it is about; none for a failure of the run. */
  readonly releases: readonly string[];
  readonly message: string;
  readonly advice: string;
  /** Lines to paste under `with:` of the workflow; undefined where no input helps. */
  readonly paste: string | undefined;
}

/** Inputs that answer a code, as lines of a workflow. */
const LINES: Readonly<Record<string, string>> = {
  FILE_TOO_LARGE: 'archive-packages: header',
  ROLLBACK: 'allow-rollback: true',
  TAG_COLLISION: "tag-format: '{name}-{version}'",
  CONTENT_CHANGED: 'on-content-change: warn',
  SOURCE_PATH_NOT_FOUND: 'source-path: usr/src/*',
  SOURCE_EMPTY: 'source-path: usr/src/*',
};

/** Failures of the network and of the mirror's remote: nothing is held back for them. */
const PASSING: ReadonlySet<string> = new Set([
  'HTTP_STATUS',
  'TIMEOUT',
  'TRUNCATED',
  'CONNECTION_FAILED',
  'ABORTED',
  'PUSH_REJECTED',
  'AUTH',
  'REMOTE_FAILED',
  'GIT_FAILED',
  'NON_FAST_FORWARD',
  'DISK_FULL',
  'INTERNAL',
]);
const MOST_NAMES = 50;

/** What to do, a row for each cause: releases that were refused for the same reason are one. */
export function remediesOf({ releases, errors }: Report): Remedy[] {
  const refused = releases.filter((row): row is Failed => row.error !== undefined);
  const groups = Map.groupBy(refused, ({ error }) => `${error.code}\0${error.remedy}`);
  return [
    ...[...groups.values()].map((rows): Remedy => {
      const { code, message, remedy } = required(rows[0], 'a release of the group').error;
      const names = rows.map(({ nevra }) => nevra);
      return { code, releases: names, message, advice: remedy, paste: pasteFor(code, names) };
    }),
    ...errors.map(({ code, message, remedy }): Remedy => ({
      code,
      releases: [],
      message,
      advice: remedy,
      paste: LINES[code],
    })),
  ];
}

type Failed = ReleaseRow & { readonly error: NonNullable<ReleaseRow['error']> };

function pasteFor(code: string, names: readonly string[]): string | undefined {
  const line = LINES[code];
  if (line !== undefined || PASSING.has(code)) return line;
  // A name with a quote, a brace or a control character is no value that can be pasted as it is.
  const plain = names.filter((name) => /^[\w.+~^:@%-]{1,300}$/.test(name)).slice(0, MOST_NAMES);
  return plain.length === 0 ? undefined : `skip: ${plain.join(', ')}`;
}
