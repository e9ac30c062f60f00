// SPDX-License-Identifier: MIT
import type { Oid } from '../store.js';

/** What git says of a file that it reads from trees, and that a blobless clone does not have. */
const MISSING = /^error: object ([0-9a-f]{40}): git(?:attributes|modules)Missing: /;

/**
 * Is all that fsck has against a pack that it cannot read attribute files that the remote has? It looks into these last, so all else is good;
 * and the remote looked into them when it took them.
 */
export function lacksOnly(stderr: string, known: ReadonlySet<Oid>): boolean {
  const errors = stderr.split(/ \| |\n/).filter((line) => !/^warning:/.test(line));
  const lacking = errors.map((line) => MISSING.exec(line)?.[1]);
  return (
    lacking.some((oid) => oid !== undefined) &&
    errors.every((line, at) =>
      lacking[at] === undefined
        ? line === 'fatal: fsck error in pack objects'
        : known.has(lacking[at]),
    )
  );
}
