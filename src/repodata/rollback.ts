// SPDX-License-Identifier: MIT
import { RepodataError } from '../errors.js';
import type { Repomd } from './model.js';

const NUMBER = /^[0-9]{1,15}(\.[0-9]+)?$/;
/** 2000-01-01: a revision below is a counter, not a time. */
const EARLIEST = 946_684_800;
const DAY = 86_400;

/**
 * Refuses an index that is older than the recorded one (T2): by revision where both are numbers, else by the newest
 * record timestamp. What cannot be compared passes.
 *
 * @throws RepodataError ROLLBACK
 */
export function verifyNotOlder(found: Repomd, recorded: Repomd): void {
  const pair = comparable(found, recorded);
  if (pair === undefined || pair.found >= pair.recorded) return;
  throw new RepodataError(
    'ROLLBACK',
    `the index is older than the recorded one: expected ${pair.by} ${pair.recorded} or later, found ${pair.found}`,
    {
      expected: String(pair.recorded),
      actual: String(pair.found),
    },
  );
}

/** Age of an index in days (T1), from its revision where that is a time, else from its newest record; undefined when neither says. */
export function ageDays(repomd: Repomd, now: number): number | undefined {
  const revision = numericRevision(repomd);
  const isTime = revision !== undefined && revision >= EARLIEST && revision <= now + DAY;
  const time = isTime ? revision : newestTimestamp(repomd);
  return time === undefined ? undefined : Math.max(0, Math.floor((now - time) / DAY));
}

function comparable(
  found: Repomd,
  recorded: Repomd,
): { by: string; found: number; recorded: number } | undefined {
  const revisions = [numericRevision(found), numericRevision(recorded)];
  if (revisions[0] !== undefined && revisions[1] !== undefined)
    return { by: 'revision', found: revisions[0], recorded: revisions[1] };
  const times = [newestTimestamp(found), newestTimestamp(recorded)];
  return times[0] === undefined || times[1] === undefined
    ? undefined
    : { by: 'timestamp', found: times[0], recorded: times[1] };
}

function numericRevision({ revision }: Repomd): number | undefined {
  return NUMBER.test(revision) ? Number(revision) : undefined;
}

function newestTimestamp({ records }: Repomd): number | undefined {
  const times = records.flatMap(({ timestamp }) => timestamp ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
