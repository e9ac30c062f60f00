// SPDX-License-Identifier: MIT
import picomatch from 'picomatch';

import { InputError } from '../errors.js';
import { compareEvr } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';

/** A branch that follows a release line. */
export interface LineBranch {
  /** Glob of versions. */
  readonly pattern: string;
  readonly branch: string;
}

/** A release that has its tag. */
export interface TaggedRelease {
  readonly nevra: Nevra;
  readonly tag: string;
}

/**
 * Where a release's commit goes. `tip`: on top of the branch, whose source becomes the release's. `tag`: a backport, on top of that tag's commit.
 * `root`: a backport older than every tagged release, on the branch's commit before its first release, or on none.
 */
export type Placement =
  { readonly on: 'tip' } | { readonly on: 'tag'; readonly tag: string } | { readonly on: 'root' };

/**
 * Parses `pattern=branch` pairs; the branch names are checked with the other refs.
 * @throws InputError INPUT_INVALID, INPUT_CONFLICT when two patterns name one branch
 */
export function parseLineBranches(pairs: readonly string[]): LineBranch[] {
  const lines = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at > 0 && at < pair.length - 1)
      return { pattern: pair.slice(0, at), branch: pair.slice(at + 1) };
    const expected = 'pattern=branch, such as 2.21.*=release/2.21';
    throw new InputError(
      'INPUT_INVALID',
      `line-branches: expected ${expected}, found ${JSON.stringify(pair)}`,
      { expected, actual: pair },
    );
  });
  const branches = lines.map(({ branch }) => branch);
  const repeated = branches.find((branch, at) => branches.indexOf(branch) !== at);
  if (repeated === undefined) return lines;
  throw new InputError(
    'INPUT_CONFLICT',
    `line-branches: expected one pattern for ${repeated}, found two`,
    { remedy: 'Join the patterns with braces, such as {2.20,2.21}.*=release/2.2x.' },
  );
}

/** Decides where a release's commit goes, given all that is tagged (interface, Backports): never does it move a branch back. */
export function placeRelease(nevra: Nevra, tagged: readonly TaggedRelease[]): Placement {
  const newest = findNewest(tagged);
  if (newest === undefined || compareEvr(nevra, newest.nevra) >= 0) return { on: 'tip' };
  const older = findNewest(tagged.filter((release) => compareEvr(release.nevra, nevra) < 0));
  return older === undefined ? { on: 'root' } : { on: 'tag', tag: older.tag };
}

/** The release that each line branch should point to: the newest whose version matches. A branch without a match is left out. */
export function followLines(
  lines: readonly LineBranch[],
  tagged: readonly TaggedRelease[],
): { branch: string; release: TaggedRelease }[] {
  return lines.flatMap(({ pattern, branch }) => {
    const matches = picomatch(pattern, {
      dot: true,
      nonegate: true,
      noextglob: true,
      windows: false,
    });
    const release = findNewest(
      tagged.filter(({ nevra: { version } }) => version === pattern || matches(version)),
    );
    return release === undefined ? [] : [{ branch, release }];
  });
}

/** The release with the greatest EVR, the last of equals; undefined when there is none. */
export function findNewest<T extends { readonly nevra: Nevra }>(
  releases: readonly T[],
): T | undefined {
  return releases.reduce<T | undefined>(
    (best, next) => (best === undefined || compareEvr(next.nevra, best.nevra) >= 0 ? next : best),
    undefined,
  );
}
