// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { CHECKED_OUT_REMEDY, GitError } from '../errors.js';
import type { GitStore, Oid, PushRequest, PushResult } from '../git/store.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../log.js';

/** Somebody else moved the branch or made the tag: everything is to be built again on the remote's new state. */
export class LostRace extends Error {}

/** The end of the branch and the tags that go with it, in one atomic push. */
export interface Batch {
  /** `from` is what the branch is believed to be on the remote; undefined when it does not exist. */
  readonly branches: readonly {
    readonly name: string;
    readonly from: Oid | undefined;
    readonly oid: Oid;
  }[];
  readonly tags: readonly { readonly name: string; readonly oid: Oid }[];
  /** Called when the remote has all of it. */
  readonly onPushed: () => void;
  /** The same as two pushes, one after the other; undefined where it is one release, or none. */
  readonly halves?: () => readonly [Batch, Batch] | undefined;
}

/** Pushes batches one after the other while the next one is being built. */
export class Pusher {
  private current: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: GitStore,
    private readonly options: { readonly dryRun: boolean; readonly logger: Logger },
  ) {}

  /** Begins a push as soon as the one before it has ended. @throws what the one before it threw */
  async start(batch: Batch): Promise<void> {
    await this.current;
    if (this.options.dryRun) return;
    this.current = pushBatch(this.store, batch, this.options.logger);
    this.current.catch(() => undefined);
  }

  /** Waits for the push under way. @throws LostRace; GitError PUSH_REJECTED, AUTH, REMOTE_FAILED */
  async finish(): Promise<void> {
    await this.current;
  }
}

/**
 * One atomic push. Whatever the answer says, the remote's refs decide: complete (a lost reply), moved (a lost race) or unchanged (refused).
 */
async function pushBatch(store: GitStore, batch: Batch, logger: Logger): Promise<void> {
  const request: PushRequest = {
    branches: batch.branches.map(({ name, oid }) => ({ name, oid })),
    tags: batch.tags,
  };
  for (let attempt = 1; ; attempt++) {
    const answer = await tryPush(store, request);
    if (!(answer instanceof GitError) && answer.status === 'pushed') break;
    let standing = await compareRefs(store, batch, request);
    if (standing === 'unchanged' && !(answer instanceof GitError)) {
      // Another push may hold the lock of a ref before its new value can be seen.
      await sleep(500 + Math.random() * 1000);
      standing = await compareRefs(store, batch, request);
    }
    if (standing === 'complete') break;
    if (standing === 'moved') throw new LostRace();
    if (!(answer instanceof GitError))
      throw rejected(answer.status === 'rejected' ? answer.message : '');
    // A connection that breaks off a second time is taken for that, too.
    if (answer.isTooMuch === 'certainly' || (answer.isTooMuch === 'perhaps' && attempt > 1)) {
      const halves = batch.halves?.();
      if (halves !== undefined) return pushHalves(store, halves, logger);
    }
    const isFinal = answer.code !== 'REMOTE_FAILED' || answer.isTooMuch === 'certainly';
    if (isFinal || attempt >= LIMITS.attempts) throw answer;
    logger.info(`the push failed, trying again: ${answer.message}`);
    await sleep(1000 * 2 ** (attempt - 1) * (0.5 + Math.random()));
  }
  batch.onPushed();
}

/** A push that is too large for what stands before the repository goes in two; what is pushed is durable, and said. */
async function pushHalves(
  store: GitStore,
  halves: readonly [Batch, Batch],
  logger: Logger,
): Promise<void> {
  const [first, second] = halves.map(({ tags }) => tags.length);
  logger.warning(
    `the remote took no push of this size; it goes in two, of ${first ?? 0} and ${second ?? 0} releases. Set push-batch: ${Math.max(1, first ?? 1)} to spare the first try`,
  );
  for (const half of halves) await pushBatch(store, half, logger);
}

/** What the remote has now: all of the push, something of somebody else's, or what it had before. */
async function compareRefs(
  store: GitStore,
  batch: Batch,
  request: PushRequest,
): Promise<'complete' | 'moved' | 'unchanged'> {
  const refs = await store.listRefs();
  const isComplete =
    request.branches.every(({ name, oid }) => refs.branches.get(name) === oid) &&
    request.tags.every(({ name, oid }) => refs.tags.get(name)?.oid === oid);
  if (isComplete) return 'complete';
  const isMoved =
    batch.branches.some(({ name, from }) => refs.branches.get(name) !== from) ||
    request.tags.some(({ name }) => refs.tags.has(name));
  return isMoved ? 'moved' : 'unchanged';
}

const CHECKED_OUT = /checked out|current branch/i;

function rejected(answer: string): GitError {
  return new GitError(
    'PUSH_REJECTED',
    `the remote refused the push:\n${answer}`,
    CHECKED_OUT.test(answer) ? { remedy: CHECKED_OUT_REMEDY } : {},
  );
}

async function tryPush(store: GitStore, request: PushRequest): Promise<PushResult | GitError> {
  try {
    return await store.push(request);
  } catch (error) {
    if (error instanceof GitError) return error;
    throw error;
  }
}
