// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import { describeError, diskFull, DownloadError } from '../errors.js';
import { MIB } from '../limits.js';
import { inGroup } from '../log.js';
import type { PlannedRelease } from '../mirror/plan.js';
import { skipLine } from '../mirror/skip-line.js';
import { formatNevra } from '../rpm/evr.js';
import { findGone, isGone } from '../upstream/gone.js';
import type { Attempt, Built, StagedRelease, Turn } from './attempt.js';
import type { PreparedRelease } from './prepare.js';
import { inPhase, isFinal, ReleaseFailure } from './refusals.js';

/** Builds release after release, oldest first, and hands complete ones over to be pushed. */
export async function buildReleases(attempt: Attempt): Promise<Built> {
  const { candidates, batches } = attempt;
  const { ports } = attempt.run;
  const planned = candidates.filter(({ status }) => status === 'new').length;
  const built: Built =
    candidates.length === 0
      ? 'complete'
      : await inGroup(ports.logger, `Releases: ${planned} new`, () =>
          new Pipeline(attempt, planned).run(),
        );
  // After a signal nothing new begins, not even the push of what is complete.
  if (!ports.signal.aborted) await batches.flush();
  return built;
}

/** What became of a release: to be pushed; refused and passed by; refused, and the end of the run. */
type Outcome = 'accepted' | 'passed' | 'stopped';

/** A group that git refuses, or part of which could not be checked. */
interface Refusal {
  readonly turns: readonly Turn[];
  readonly error: unknown;
}

/** Packages that are so large together are checked before more is staged: a pack has a cap, and a second core has work meanwhile. */
const GROUP_BYTES = 64 * MIB;

/**
 * Releases are staged one on top of the other, as many as are pushed together, and git checks the objects of such a group at once, while the
 * next release is prepared. When it refuses them, each release of the group is staged and checked by itself, so that the guilty one is refused alone (T24).
 */
class Pipeline {
  private readonly refused: PlannedRelease[] = [];
  private accepted = 0;
  private group: StagedRelease[] = [];
  /** Brings the branch back to where the group began. */
  private undo: (() => void) | undefined;
  /** The group that git checks. */
  private before: Promise<Refusal | undefined> | undefined;
  private checking = 0;
  /** Something of a release that failed lies among the objects of the group. */
  private isMixed = false;

  constructor(
    private readonly attempt: Attempt,
    private readonly planned: number,
  ) {}

  async run(): Promise<Built> {
    const isStopped = await this.takeTurns();
    this.nameRefused();
    return isStopped ? 'stopped' : this.refused.length > 0 ? 'passed' : 'complete';
  }

  /** True when a release ended the run. */
  private async takeTurns(): Promise<boolean> {
    const { candidates, most } = this.attempt;
    for (const [at, release] of candidates.entries()) {
      if (this.accepted + this.inFlight >= most && (await this.settle()) === 'stopped') return true;
      if (this.accepted >= most) return false;
      const count = `${at + 1} of ${Math.max(this.planned, at + 1)}`;
      if ((await this.take({ release, count })) === 'stopped') return true;
    }
    return (await this.settle()) === 'stopped';
  }

  private get inFlight(): number {
    return this.checking + this.group.length;
  }

  private async take(turn: Turn): Promise<Outcome | undefined> {
    const [preparation] = await Promise.allSettled([this.prepare(turn), this.before]);
    const settled = await this.settleChecked();
    if (settled === 'stopped') {
      // What it shares with the refused one is gone from the private repository.
      this.attempt.run.prepared.delete(keyOf(turn));
      return settled;
    }
    try {
      if (preparation.status === 'rejected') throw preparation.reason;
      // Prepared beside what was done again, it may be gone with that.
      await this.stage(turn, settled === undefined ? preparation.value : await this.prepare(turn));
      if (this.isGroupFull()) this.beginCheck();
      return undefined;
    } catch (error) {
      // Those before it are complete, whatever becomes of it; or it failed for what one of them brought.
      this.isMixed = true;
      const earlier = await this.settle();
      if (earlier === 'stopped') return earlier;
      return earlier === 'passed' ? this.take(turn) : this.refuse(turn, error);
    }
  }

  private async stage(turn: Turn, prepared: PreparedRelease): Promise<void> {
    this.undo ??= this.attempt.history.mark();
    this.group.push(await inPhase('write', () => this.attempt.stage(turn, prepared)));
  }

  private isGroupFull(): boolean {
    const bytes = this.group.reduce((sum, { release }) => sum + release.indexPackage.size, 0);
    return this.group.length >= this.attempt.batches.room || bytes >= GROUP_BYTES;
  }

  /** Lets git check what is staged. */
  private beginCheck(): void {
    const { group } = this;
    this.checking = group.length;
    this.group = [];
    this.before = this.check(group);
    // Whoever settles it gets the error; the end of the run may come first.
    this.before.catch(() => undefined);
  }

  /** @throws what is no fault of a release */
  private async check(group: readonly StagedRelease[]): Promise<Refusal | undefined> {
    const { store } = this.attempt.run.ports;
    try {
      await store.check();
    } catch (error) {
      unlessDiskFull(error);
      return { turns: group, error };
    }
    for (const staged of group) {
      await this.attempt.accept(staged);
      this.accepted++;
    }
    return undefined;
  }

  /** Checks what is staged, and waits for it. */
  private async settle(): Promise<Outcome | undefined> {
    const earlier = await this.settleChecked();
    if (earlier === 'stopped' || this.group.length === 0) return earlier;
    this.beginCheck();
    return (await this.settleChecked()) ?? earlier;
  }

  /** Waits for the group that git checks, and does again what it refused; undefined when all was good. */
  private async settleChecked(): Promise<Outcome | undefined> {
    if (this.before === undefined) return undefined;
    const refusal = await this.before;
    const { undo, isMixed } = this;
    this.before = this.undo = undefined;
    this.checking = 0;
    this.isMixed = false;
    if (refusal === undefined) return undefined;
    undo?.();
    const [only, ...others] = refusal.turns;
    return only === undefined || others.length > 0 || isMixed
      ? this.takeAgain(refusal.turns)
      : this.refuse(only, new ReleaseFailure(refusal.error, 'write'));
  }

  /** One by one, with nothing beside it that another release brought. */
  private async takeAgain(turns: readonly Turn[]): Promise<Outcome> {
    for (const { release } of turns) this.attempt.names.release(release);
    await this.dropStaged();
    for (const turn of turns) {
      const undo = this.attempt.history.mark();
      try {
        const prepared = await this.prepare(turn);
        const staged = await inPhase('write', () => this.attempt.stage(turn, prepared));
        await inPhase('write', () => this.attempt.run.ports.store.check());
        await this.attempt.accept(staged);
        this.accepted++;
      } catch (error) {
        undo();
        if ((await this.refuse(turn, error)) === 'stopped') return 'stopped';
      }
    }
    return 'passed';
  }

  /** What git refuses is dropped from the private repository, with what others share with it; nothing of it may stay among their objects. */
  private async dropStaged(): Promise<void> {
    this.attempt.run.prepared.clear();
    this.isMixed = false;
    await this.attempt.run.ports.store.check().catch(unlessDiskFull);
  }

  private prepare({ release }: Turn): Promise<PreparedRelease> {
    return this.attempt.prepare(release, this.attempt.most - this.accepted);
  }

  /** @throws what is no fault of a release, such as a lost race or a full disk */
  private async refuse(turn: Turn, error: unknown): Promise<Outcome> {
    if (!(error instanceof ReleaseFailure)) throw error;
    const full = diskFull(error.cause);
    if (full !== undefined) throw full;
    const { ports, rows, prepared, options } = this.attempt.run;
    const { release, count } = turn;
    // A run that is stopped takes its files and children away: what fails then says nothing of the release.
    if (ports.signal.aborted) return 'stopped';
    this.attempt.names.release(release);
    const { code, message } = describeError(error.cause);
    ports.logger.info(`[${count}] ${formatNevra(release.nevra)}: refused, ${code}: ${message}`);
    rows.failed(release, error.cause);
    if (isFinal(error)) this.refused.push(release);
    if (isGone(error.cause)) await this.nameGone(release, error.cause);
    if (!isFinal(error) || options.onRefused !== 'continue') {
      prepared.delete(keyOf(turn));
      return 'stopped';
    }
    await this.dropStaged();
    return 'passed';
  }

  /** A server that lacks one package may lack others: all of them are named at once. */
  private async nameGone(release: PlannedRelease, error: DownloadError): Promise<void> {
    const { options, ports, rows } = this.attempt.run;
    const { candidates, survey } = this.attempt;
    const later = candidates.slice(candidates.indexOf(release) + 1);
    const others =
      options.onRefused === 'continue' ? [] : await findGone(later, survey.index, ports);
    const gone = [{ release, error }, ...others];
    const remedy = `The index lists ${counted(gone.length, 'release')} that the server does not have. Tell the publisher, or hold back what is gone with ${skipLine(
      options.skip,
      gone.map(({ release: { nevra } }) => nevra),
    )}`;
    for (const one of gone) rows.failed(one.release, withRemedy(one.error, remedy));
    this.refused.push(...others.map((other) => other.release));
  }

  private nameRefused(): void {
    const { options, ports } = this.attempt.run;
    if (this.refused.length < 2) return;
    ports.logger.warning(
      `${counted(this.refused.length, 'release')} of the index were refused. To hold them back: ${skipLine(
        options.skip,
        this.refused.map(({ nevra }) => nevra),
      )}`,
    );
  }
}

function keyOf({ release }: Turn): string {
  return release.indexPackage.checksum.hex;
}

function unlessDiskFull(error: unknown): void {
  if (diskFull(error) !== undefined) throw error;
}

function withRemedy(error: DownloadError, remedy: string): DownloadError {
  return new DownloadError(error.code, error.message, {
    remedy,
    cause: error,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}
