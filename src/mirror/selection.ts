// SPDX-License-Identifier: MIT
import picomatch from 'picomatch';

import { required } from '../defect.js';
import { RepodataError } from '../errors.js';
import type { Nevra } from '../rpm/model.js';

/** What `packages` and `arch` ask for. */
export interface Selection {
  /** Names or globs. */
  readonly packages: readonly string[];
  readonly arch: readonly string[];
}

/** Names longer than this are not compared for nearness. */
const LONGEST_NAME = 128;

/** A test for whether a package of the index is asked for. */
export function createSelector({
  packages,
  arch,
}: Selection): (nevra: Pick<Nevra, 'name' | 'arch'>) => boolean {
  const names = new Set(packages);
  const globs = packages
    .filter((item) => /[*?[{]/.test(item))
    .map((item) => picomatch(item, { dot: true, nonegate: true, noextglob: true, windows: false }));
  const archs = new Set(arch);
  return (nevra) =>
    archs.has(nevra.arch) &&
    (names.has(nevra.name) || globs.some((matches) => matches(nevra.name)));
}

/** The names nearest to what was asked for, nearest first: those that contain it or are contained, then by edit distance up to half its length. */
export function nearestNames(
  wanted: readonly string[],
  names: Iterable<string>,
  most = 5,
): string[] {
  const texts = wanted
    .map((item) => item.replace(/[*?[\]{}]/g, '').toLowerCase())
    .filter((item) => item !== '' && item.length <= LONGEST_NAME);
  const rated: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    if (name.length > LONGEST_NAME) continue;
    const distance = Math.min(...texts.map((text) => nameDistance(text, name.toLowerCase())));
    if (Number.isFinite(distance)) rated.push({ name, distance });
  }
  rated.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return rated.slice(0, most).map(({ name }) => name);
}

/**
 * The error for an index that has nothing of what was asked for; it names near names, or the architectures that the index has of these names.
 * @param names of all packages of the index
 * @param archs architectures in which the index has packages of the names asked for
 */
export function packageNotFound(
  { packages, arch }: Selection,
  names: Iterable<string>,
  archs: Iterable<string> = [],
): RepodataError {
  const expected = `${packages.join(', ')} (arch ${arch.join(', ')})`;
  const others = [...new Set(archs)].sort();
  const near = nearestNames(packages, names);
  const [nearest] = near;
  const actual =
    others.length > 0
      ? `only arch ${others.join(', ')} of it`
      : near.length > 0
        ? `near names: ${near.join(', ')}`
        : 'no such name, nor a near one';
  const remedy =
    others.length > 0
      ? `Set arch to ${others.join(' or ')}.`
      : nearest !== undefined
        ? `Set packages to what you meant, perhaps ${nearest}.`
        : undefined;
  return new RepodataError(
    'PACKAGE_NOT_FOUND',
    `packages: expected ${expected} in the index, found ${actual}`,
    {
      expected,
      actual,
      ...(remedy === undefined ? {} : { remedy }),
    },
  );
}

/** Edits between two names, none when one holds the other; infinite when more than half of the wanted name would change. */
function nameDistance(wanted: string, name: string): number {
  if (name.includes(wanted) || (wanted.includes(name) && name.length * 2 >= wanted.length))
    return 0;
  const most = Math.max(1, Math.floor(wanted.length / 2));
  if (Math.abs(name.length - wanted.length) > most) return Number.POSITIVE_INFINITY;
  const distance = editDistance(wanted, name);
  return distance <= most ? distance : Number.POSITIVE_INFINITY;
}

/** Levenshtein's distance, one row at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    let [left, aslant] = [i, i - 1];
    row = row.map((above, j) => {
      if (j === 0) return i;
      left = Math.min(aslant + (a[i - 1] === b[j - 1] ? 0 : 1), above + 1, left + 1);
      aslant = above;
      return left;
    });
  }
  return required(row[b.length], 'the end of the last row');
}
