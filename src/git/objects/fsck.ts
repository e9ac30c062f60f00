// SPDX-License-Identifier: MIT
import { rm } from 'node:fs/promises';

import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { type GitPlace, runGit } from '../command.js';
import type { Oid } from '../store.js';

/** All packs that one check tells of. */
export interface Unchecked {
  bytes: number;
  /** What the first of them failed by. */
  failure: { readonly reason: unknown } | undefined;
}

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

/**
 * Lets git index a pack and check its objects, as servers do. One that is refused is removed.
 * @param known objects that the remote has, and this repository may not
 * @throws GitError PUSH_REJECTED with git's reason
 */
export async function checkPack(
  command: GitPlace,
  pack: string,
  known: ReadonlySet<Oid>,
): Promise<void> {
  // Without --strict: what a blobless clone does not have cannot be looked into.
  const result = await runGit({ ...command, args: ['index-pack', '--fsck-objects', pack] });
  if (result.exitCode === 0) return;
  if (lacksOnly(result.stderr, known)) {
    const again = await runGit({ ...command, args: ['index-pack', pack] });
    if (again.exitCode === 0) return;
  }
  await rm(pack, { force: true });
  throw new GitError(
    'PUSH_REJECTED',
    `git's own check refuses an object of this release: ${result.stderr}`,
    {
      remedy:
        'Servers refuse such objects, too. Tell the publisher, and hold the release back with skip.',
    },
  );
}

/** @throws GitError FILE_TOO_LARGE for more bytes than one push may have */
export function requireRoom(bytes: number): void {
  if (bytes <= LIMITS.packBytes) return;
  throw new GitError(
    'FILE_TOO_LARGE',
    `Expected at most ${LIMITS.packBytes} bytes in one push, found ${bytes}.`,
    {
      remedy:
        'Publish fewer releases per push (push-batch), or keep packages out of git (archive-packages: header or release).',
    },
  );
}
