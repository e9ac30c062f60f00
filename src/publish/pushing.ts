// SPDX-License-Identifier: MIT
import { CHECKED_OUT_REMEDY, GitError } from '../errors.js';
import type { GitStore, Oid, PushRequest, PushResult } from '../git/store.js';
import { LIMITS } from '../limits.js';
import type { Ports } from '../ports.js';
import { backoff, pause, retry } from '../retry.js';

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
  /**
   * Line branches: pushed after the rest and by themselves, since one that the remote refuses (GitHub does, where its old commit holds other
   * workflows than any branch) must not hold up releases.
   */
  readonly lines: readonly { readonly name: string; readonly oid: Oid }[];
  /** Called when the remote has all of it. */
  readonly onPushed: () => void;
  /** The same as two pushes, one after the other; undefined where it is one release, or none. */
  readonly halves?: () => readonly [Batch, Batch] | undefined;
}

/** Whom a push tells, and what ends its waits. */
type PushPorts = Pick<Ports, 'logger' | 'signal'>;

/** Pushes batches one after the other while the next one is being built. */
export class Pusher {
  private current: Promise<void> = Promise.resolve();
  private readonly refused = new Set<string>();

  constructor(
    private readonly store: GitStore,
    private readonly options: PushPorts & { readonly dryRun: boolean },
  ) {}

  /** Begins a push as soon as the one before it has ended. @throws what the one before it threw */
  async start(batch: Batch): Promise<void> {
    await this.current;
    if (this.options.dryRun) return;
    this.current = this.pushAll(batch);
    this.current.catch(() => undefined);
  }

  private async pushAll(batch: Batch): Promise<void> {
    if (batch.branches.length + batch.tags.length > 0)
      await pushBatch(this.store, batch, this.options);
    else batch.onPushed();
    for (const line of batch.lines) if (!this.refused.has(line.name)) await this.pushLine(line);
  }

  /** What is refused is a warning, once a run; the next run tries again. */
  private async pushLine(line: { readonly name: string; readonly oid: Oid }): Promise<void> {
    const answer = await tryPush(this.store, { branches: [line], tags: [] });
    if (!(answer instanceof GitError) && answer.status === 'pushed') return;
    this.refused.add(line.name);
    const { message, remedy } = answer instanceof GitError ? answer : pushRefusal(answer.message);
    this.options.logger.warning(
      `the remote did not take the line branch ${line.name}, and all else is published: ${message.replaceAll('\n', ' | ')}. ${remedy}`,
    );
  }

  /** Waits for the push under way. @throws LostRace; GitError PUSH_REJECTED, AUTH, REMOTE_FAILED */
  async finish(): Promise<void> {
    await this.current;
  }
}

/**
 * One atomic push. Whatever the answer says, the remote's refs decide: complete (a lost reply), moved (a lost race) or unchanged (refused).
 */
async function pushBatch(store: GitStore, batch: Batch, ports: PushPorts): Promise<void> {
  const { logger, signal } = ports;
  const request: PushRequest = {
    branches: batch.branches.map(({ name, oid }) => ({ name, oid })),
    tags: batch.tags,
  };
  const halves = await retry((n) => pushOnce(store, { batch, request, n, signal }), {
    attempts: LIMITS.attempts,
    waitAfter: (error, n) => (error instanceof PassingFailure ? backoff(n, 1000) : undefined),
    onWait: (error) => {
      logger.info(`the push failed, trying again: ${(error as Error).message}`);
    },
    signal,
  }).catch((error: unknown) => {
    throw error instanceof PassingFailure ? error.cause : error;
  });
  if (halves === undefined) batch.onPushed();
  else await pushHalves(store, halves, ports);
}

/** A batch, and how it is pushed. */
interface Push {
  readonly batch: Batch;
  readonly request: PushRequest;
  readonly signal: AbortSignal;
}

/** A push that the network broke off; another one may go through. */
class PassingFailure extends Error {
  constructor(override readonly cause: GitError) {
    super(cause.message);
  }
}

/** Attempt `n`, from 1; the halves of the batch when it is too much for one push. @throws LostRace, PassingFailure, GitError */
async function pushOnce(
  store: GitStore,
  { n, ...push }: Push & { readonly n: number },
): Promise<readonly [Batch, Batch] | undefined> {
  const answer = await tryPush(store, push.request);
  const failure = await failureOf(answer, store, push);
  if (failure === undefined) return undefined;
  const halves = isTooMuch(failure, n) ? push.batch.halves?.() : undefined;
  if (halves !== undefined) return halves;
  const isFinal = failure.code !== 'REMOTE_FAILED' || failure.isTooMuch === 'certainly';
  throw isFinal ? failure : new PassingFailure(failure);
}

/** Why a push did not arrive; undefined for one that did. @throws LostRace; GitError PUSH_REJECTED, and what asking throws */
async function failureOf(
  answer: PushResult | GitError,
  store: GitStore,
  { batch, request, signal }: Push,
): Promise<GitError | undefined> {
  if (!(answer instanceof GitError) && answer.status === 'pushed') return undefined;
  let standing = await askAfter(answer, () => compareRefs(store, batch, request));
  if (standing === 'unchanged' && !(answer instanceof GitError)) {
    // Another push may hold the lock of a ref before its new value can be seen.
    await pause(backoff(1, 1500), signal).catch(() => undefined);
    standing = await compareRefs(store, batch, request);
  }
  if (standing === 'complete') return undefined;
  if (standing === 'moved') throw new LostRace();
  if (answer instanceof GitError) return answer;
  throw pushRefusal(answer.message);
}

/** A connection that breaks off a second time is taken for that, too. */
function isTooMuch(failure: GitError, attempt: number): boolean {
  return failure.isTooMuch === 'certainly' || (failure.isTooMuch === 'perhaps' && attempt > 1);
}

/** A push that is too large for what stands before the repository goes in two; what is pushed is durable, and said. */
async function pushHalves(
  store: GitStore,
  halves: readonly [Batch, Batch],
  ports: PushPorts,
): Promise<void> {
  const [first, second] = halves.map(({ tags }) => tags.length);
  ports.logger.warning(
    `the remote took no push of this size; it goes in two, of ${first ?? 0} and ${second ?? 0} releases. Set push-batch: ${Math.max(1, first ?? 1)} to spare the first try`,
  );
  for (const half of halves) await pushBatch(store, half, ports);
}

/** In the remote's words, and what helps against each; the rest is a branch protection or a missing permission. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/checked out|current branch/iu, CHECKED_OUT_REMEDY],
  [
    /without .?workflows?.? (?:permission|scope)/iu,
    'GitHub lets the token of a job push no ref whose .github/workflows differs from that of every branch. Give the token of a GitHub App that has the permission Workflows: write (docs/recipes.md, Push as a GitHub App).',
  ],
  [
    /creations being restricted/iu,
    'Either a ruleset keeps new names out (Settings, Rules, Rulesets: let the token bypass it), or a deleted immutable release keeps this tag name for good: then skip that version, or set another tag-format.',
  ],
];

/** A push that the remote judged and did not take. */
function pushRefusal(message: string): GitError {
  const remedy = REFUSALS.find(([words]) => words.test(message))?.[1];
  return new GitError(
    'PUSH_REJECTED',
    `the remote refused the push:\n${message}`,
    remedy === undefined ? {} : { remedy },
  );
}

/** A server that fell silent over a push: the push says more than the question after it. */
async function askAfter<T>(answer: PushResult | GitError, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(answer instanceof GitError && error instanceof GitError)) throw error;
    throw new GitError(answer.code, `${answer.message}; after it ${error.message}`, {
      remedy: answer.remedy,
      cause: error,
    });
  }
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
