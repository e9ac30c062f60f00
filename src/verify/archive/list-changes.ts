// SPDX-License-Identifier: MIT
import type { ReleaseRecord } from '../../mirror/records/releases.js';

/** A line that one list has and another has not, or not so: as text. */
export interface LineChange {
  readonly expected: string;
  readonly actual: string;
}

/** What differs between two lists in the lines of all releases but one. */
export function lineChanges(
  before: readonly ReleaseRecord[],
  after: readonly ReleaseRecord[],
  own: string,
): LineChange[] {
  const [old, now] = [byTag(before, own), byTag(after, own)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((tag) => {
    const [was, is] = [old.get(tag), now.get(tag)];
    if (is === undefined)
      return [{ expected: `the line for ${tag} that its parent has`, actual: 'missing' }];
    if (was === undefined)
      return [{ expected: `no line for ${tag}, as in its parent`, actual: 'a line' }];
    return changedFact(tag, was, is);
  });
}

function byTag(records: readonly ReleaseRecord[], own: string): Map<string, ReleaseRecord> {
  return new Map(records.flatMap((record) => (record.tag === own ? [] : [[record.tag, record]])));
}

function changedFact(tag: string, was: ReleaseRecord, is: ReleaseRecord): LineChange[] {
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]) as Set<keyof ReleaseRecord>;
  const key = [...keys].find((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  if (key === undefined) return [];
  const text = (value: unknown): string =>
    `${key} ${typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none')}`;
  return [{ expected: `${tag} ${text(was[key])}, as in its parent`, actual: text(is[key]) }];
}
