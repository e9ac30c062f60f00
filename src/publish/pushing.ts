// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { GitError } from '../errors.js';
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
      throw new GitError(
        'PUSH_REJECTED',
        `the remote refused the push: ${answer.status === 'rejected' ? answer.message : ''}`,
      );
    if (answer.code !== 'REMOTE_FAILED' || attempt >= LIMITS.attempts) throw answer;
    logger.info(`the push failed, trying again: ${answer.message}`);
    await sleep(1000 * 2 ** (attempt - 1) * (0.5 + Math.random()));
  }
  batch.onPushed();
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

async function tryPush(store: GitStore, request: PushRequest): Promise<PushResult | GitError> {
  try {
    return await store.push(request);
  } catch (error) {
    if (error instanceof GitError) return error;
    throw error;
  }
}
