// SPDX-License-Identifier: MIT
import { parseIdentity } from '../git/objects/objects.js';
import { findNewest, type TaggedRelease } from '../mirror/lines.js';
import { formatTimestamp } from '../mirror/records/facts.js';
import type { NewestTag } from '../report/report.js';
import type { MirrorState } from './mirror-state.js';

/** A tagged release, and when upstream made it. */
export interface DatedRelease extends TaggedRelease {
  /** `2025-12-20T00:46:57Z`: when its package was signed, or built; undefined where neither is at hand. */
  readonly date: string | undefined;
}

const DAY = 86_400;
/** The end of the year 9999, after which dates have another form. */
const LAST_SECOND = 253_402_300_799;

/** Dates a tagged release by what a run has read anyway: releases.json, or the end of the branch when that is the release's own commit. */
export function dateRelease(
  release: TaggedRelease,
  { releases, refs, tip, tipCommit }: MirrorState,
): DatedRelease {
  const signedAt = releases.find(({ tag }) => tag === release.tag)?.signedAt ?? undefined;
  if (
    signedAt !== undefined ||
    tipCommit === undefined ||
    refs.tags.get(release.tag)?.commit !== tip
  )
    return { ...release, date: signedAt };
  const built = parseIdentity(tipCommit.author)?.seconds;
  return {
    ...release,
    date: built === undefined || built > LAST_SECOND ? undefined : formatTimestamp(built),
  };
}

/** The greatest tagged release with its age, so that a mirror shows for how long upstream gave nothing newer; null when nothing is tagged. */
export function describeNewest(tagged: readonly DatedRelease[], now: number): NewestTag | null {
  const newest = findNewest(tagged);
  if (newest === undefined) return null;
  const {
    tag,
    nevra: { version },
    date,
  } = newest;
  const time = date === undefined ? Number.NaN : Date.parse(date) / 1000;
  return {
    tag,
    version,
    date: date ?? null,
    ageDays: Number.isNaN(time) ? null : Math.max(0, Math.floor((now - time) / DAY)),
  };
}
