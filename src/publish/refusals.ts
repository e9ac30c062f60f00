// SPDX-License-Identifier: MIT
import { DownloadError, GitError, MirrorError, RepodataError } from '../errors.js';
import { isGone } from '../upstream/gone.js';

/** Where a release failed: its bytes were fetched, judged, or written and looked at by git. */
export type Phase = 'fetch' | 'judge' | 'write';

/** What a release fails by, with where. */
export class ReleaseFailure extends Error {
  constructor(
    override readonly cause: unknown,
    readonly phase: Phase,
  ) {
    super('a release failed', { cause });
  }
}

/** Runs a step of a release, so that what it throws is known to be of its phase. @throws ReleaseFailure */
export async function inPhase<T>(phase: Phase, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof ReleaseFailure ? error : new ReleaseFailure(error, phase);
  }
}

/**
 * Whether this release alone is refused, so that the next run would find the same (interface, on-refused): the index speaks against it, its server
 * does not have it, or its bytes are the index's and were judged. Other bytes, the network, git and our own defects say nothing of the release.
 */
export function isFinal({ cause, phase }: ReleaseFailure): boolean {
  if (!(cause instanceof MirrorError)) return false;
  // What git hosts do not take, by size or by git's own check of objects.
  if (cause instanceof GitError)
    return cause.code === 'FILE_TOO_LARGE' || (phase === 'write' && cause.code === 'PUSH_REJECTED');
  if (phase === 'fetch') return cause instanceof RepodataError || isGone(cause);
  return phase === 'judge' && !(cause instanceof DownloadError);
}
