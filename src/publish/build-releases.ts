// SPDX-License-Identifier: MIT
import { describeError, diskFull, DownloadError } from '../errors.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { inGroup } from '../log.js';
import type { PlannedRelease } from '../mirror/plan.js';
import { skipLine } from '../mirror/skip-line.js';
import type { notesFinder } from '../notes/fetch.js';
import type { Ports } from '../ports.js';
import { formatNevra } from '../rpm/evr.js';
import type { Survey } from '../survey/survey.js';
import type { DownloadQueue } from '../upstream/downloads.js';
import { findGone, isGone } from '../upstream/gone.js';
import type { Hand } from './authoring.js';
import type { Batches } from './batches.js';
import type { CommittedRelease } from './commit-release.js';
import type { FileNames } from './file-names.js';
import type { History } from './history.js';
import type { HeldPackages } from './package-supply.js';
import { type PreparedRelease, prepareRelease } from './prepare.js';
import { inPhase, isFinal, ReleaseFailure } from './refusals.js';
import type { ReleaseFacts } from './release-facts.js';
import type { Rows } from './rows.js';

/** What outlives a lost race: verified packages, and what is known of each release. */
export interface Session {
  readonly options: Options;
  readonly ports: Ports;
  readonly hand: Hand;
  readonly rows: Rows;
  /** By the index's checksum. */
  readonly prepared: Map<string, PreparedRelease>;
  /** Packages that are to be assets of releases. */
  readonly held: HeldPackages;
  /** Tip of the branch on the remote, as far as this run knows. */
  tip: Oid | undefined;
}

/** What the releases of one attempt are built with. */
export interface Building {
  readonly found: Survey;
  /** All that may be published, in EVR order: also those beyond `most`, which come in the place of refused ones. */
  readonly candidates: readonly PlannedRelease[];
  /** Releases that are published at most. */
  readonly most: number;
  readonly names: FileNames;
  readonly findNotes: ReturnType<typeof notesFinder>;
  readonly downloads: DownloadQueue;
  readonly facts: ReleaseFacts;
  readonly history: History;
  readonly batches: Batches;
}

/** How the releases of a run ended: all published; some refused and passed by; or the later ones left for another run. */
export type Built = 'complete' | 'passed' | 'stopped';

/** Builds release after release, oldest first, and hands complete ones over to be pushed. */
export async function buildReleases(session: Session, building: Building): Promise<Built> {
  const { ports } = session;
  const { candidates, batches } = building;
  const planned = candidates.filter(({ status }) => status === 'new').length;
  const built: Built =
    candidates.length === 0
      ? 'complete'
      : await inGroup(ports.logger, `Releases: ${planned} new`, () =>
          new Builder(session, building, planned).run(),
        );
  // After a signal nothing new begins, not even the push of what is complete.
  if (!ports.signal.aborted) await batches.flush();
  return built;
}

interface Turn {
  readonly release: PlannedRelease;
  /** `3 of 37` */
  readonly count: string;
}

/** A release whose objects git is still checking. */
interface Unchecked extends Turn {
  readonly prepared: PreparedRelease;
  readonly notes: string | null;
  readonly checked: Promise<CommittedRelease>;
}

/** What became of a release: to be pushed; refused and passed by; refused, and the end of the run. */
type Outcome = 'accepted' | 'passed' | 'stopped';

/** Each release is prepared while git checks the objects of the one before it and a push begins, and staged on top of it once that is good. */
class Builder {
  private readonly refused: PlannedRelease[] = [];
  private accepted = 0;
  /** The release that git checks. */
  private before: Promise<Outcome> | undefined;

  constructor(
    private readonly session: Session,
    private readonly building: Building,
    private readonly planned: number,
  ) {}

  async run(): Promise<Built> {
    const isStopped = await this.takeTurns();
    this.nameRefused();
    return isStopped ? 'stopped' : this.refused.length > 0 ? 'passed' : 'complete';
  }

  /** True when a release ended the run. */
  private async takeTurns(): Promise<boolean> {
    const { candidates, most } = this.building;
    for (const [at, release] of candidates.entries()) {
      const inFlight = this.before === undefined ? 0 : 1;
      if (this.accepted + inFlight >= most && (await this.settle()) === 'stopped') return true;
      if (this.accepted >= most) return false;
      const count = `${at + 1} of ${Math.max(this.planned, at + 1)}`;
      if ((await this.take({ release, count })) === 'stopped') return true;
    }
    return (await this.settle()) === 'stopped';
  }

  private async take(turn: Turn): Promise<Outcome | undefined> {
    const [preparation] = await Promise.allSettled([this.prepare(turn), this.before]);
    const settled = await this.settle();
    if (settled === 'stopped') {
      // What it shares with the refused one is gone from the private repository.
      this.session.prepared.delete(turn.release.indexPackage.checksum.hex);
      return settled;
    }
    try {
      if (preparation.status === 'rejected') throw preparation.reason;
      const prepared = settled === 'passed' ? await this.prepare(turn) : preparation.value;
      const unchecked = await inPhase('write', () =>
        stage(this.session, this.building, turn, prepared),
      );
      this.before = accept(this.session, this.building, unchecked).catch((error: unknown) =>
        this.refuse(turn, error),
      );
      // Whoever settles it gets the error; the end of the run may come first.
      this.before.catch(() => undefined);
      return undefined;
    } catch (error) {
      return this.refuse(turn, error);
    }
  }

  /** The outcome of the release that git checks, if there is one. */
  private async settle(): Promise<Outcome | undefined> {
    const outcome = await this.before;
    this.before = undefined;
    if (outcome === 'accepted') this.accepted++;
    return outcome;
  }

  private prepare({ release }: Turn): Promise<PreparedRelease> {
    return prepare(this.session, this.building, release, this.building.most - this.accepted);
  }

  /** @throws what is no fault of a release, such as a lost race or a full disk */
  private async refuse(turn: Turn, error: unknown): Promise<Outcome> {
    if (!(error instanceof ReleaseFailure)) throw error;
    const full = diskFull(error.cause);
    if (full !== undefined) throw full;
    const { ports, rows, prepared, options } = this.session;
    const { release, count } = turn;
    this.building.names.release(release);
    const { code, message } = describeError(error.cause);
    ports.logger.info(`[${count}] ${formatNevra(release.nevra)}: refused, ${code}: ${message}`);
    rows.failed(release, error.cause);
    if (isFinal(error)) this.refused.push(release);
    if (isGone(error.cause)) await this.nameGone(release, error.cause);
    if (!isFinal(error) || options.onRefused !== 'continue') {
      prepared.delete(release.indexPackage.checksum.hex);
      return 'stopped';
    }
    // What git's fsck refuses is dropped from the private repository, with what others share with it; nothing of it may stay among their objects.
    prepared.clear();
    await ports.store.check().catch(unlessDiskFull);
    return 'passed';
  }

  /** A server that lacks one package may lack others: all of them are named at once. */
  private async nameGone(release: PlannedRelease, error: DownloadError): Promise<void> {
    const { options, ports, rows } = this.session;
    const { candidates, found } = this.building;
    const later = candidates.slice(candidates.indexOf(release) + 1);
    const others =
      options.onRefused === 'continue' ? [] : await findGone(later, found.index, ports);
    const gone = [{ release, error }, ...others];
    const remedy = `The index lists ${counted(gone.length)} that the server does not have. Tell the publisher, or hold back what is gone with ${skipLine(
      options.skip,
      gone.map(({ release: { nevra } }) => nevra),
    )}`;
    for (const one of gone) rows.failed(one.release, withRemedy(one.error, remedy));
    this.refused.push(...others.map((other) => other.release));
  }

  private nameRefused(): void {
    const { options, ports } = this.session;
    if (this.refused.length < 2) return;
    ports.logger.warning(
      `${counted(this.refused.length)} of the index were refused. To hold them back: ${skipLine(
        options.skip,
        this.refused.map(({ nevra }) => nevra),
      )}`,
    );
  }
}

async function stage(
  { options, rows }: Session,
  { findNotes, history, found, names }: Building,
  turn: Turn,
  unnamed: PreparedRelease,
): Promise<Unchecked> {
  const { planned } = unnamed;
  const fileName = names.claim(planned, unnamed.evidence.sha256);
  const prepared = {
    ...unnamed,
    planned: { ...planned, indexPackage: { ...planned.indexPackage, fileName } },
  };
  rows.prepared(prepared);
  const title = options.title ?? prepared.facts.nevra.name;
  const notes = findNotes(prepared.facts, title);
  const { checked } = await history.stage({
    prepared,
    notes,
    title,
    repomdRevision: found.index.repomd.revision,
    directories: options.directories,
  });
  return { ...turn, prepared, notes: notes?.source ?? null, checked };
}

/** Hands a release over to be pushed, if git finds its objects good. @throws ReleaseFailure when it does not; LostRace, GitError for pushes */
async function accept(
  session: Session,
  { batches, facts, history }: Building,
  { release, count, prepared, notes, checked }: Unchecked,
): Promise<Outcome> {
  const committed = await inPhase('write', () => checked);
  session.rows.committed(committed, notes);
  session.rows.describe(release, await facts.of(prepared, history.end));
  const { added, modified, deleted } = committed.files;
  session.ports.logger.info(
    `[${count}] ${formatNevra(release.nevra)}: verified (key ${prepared.certificate.fingerprint.slice(-16)}, ${prepared.checkedFiles} file digests), ` +
      `source +${added} ~${modified} -${deleted}, notes ${notes === null ? 'none' : `from ${notes}`}, tag ${release.tag}`,
  );
  await batches.add(committed);
  return 'accepted';
}

/** Verified packages outlive a lost race, and go to the tool cache for the next run on this runner. */
async function prepare(
  session: Session,
  { downloads, found }: Building,
  planned: PlannedRelease,
  ahead: number,
): Promise<PreparedRelease> {
  const key = planned.indexPackage.checksum.hex;
  const known = session.prepared.get(key);
  if (known !== undefined) return { ...known, planned };
  const { download, request, servedBy } = await inPhase('fetch', async () => {
    session.ports.signal.throwIfAborted();
    return downloads.take(planned, ahead);
  });
  try {
    const prepared = await inPhase('judge', () =>
      prepareRelease(
        {
          planned,
          bytes: download.bytes,
          servedBy,
          keyring: found.trust.keyring,
          options: session.options,
        },
        session.ports,
      ),
    );
    session.prepared.set(key, prepared);
    await session.ports.fetcher.keep(download, request);
    session.held.offer(download);
    return prepared;
  } finally {
    if (!session.held.has(download)) await download.release();
  }
}

function unlessDiskFull(error: unknown): void {
  if (diskFull(error) !== undefined) throw error;
}

function counted(releases: number): string {
  return releases === 1 ? '1 release' : `${releases} releases`;
}

function withRemedy(error: DownloadError, remedy: string): DownloadError {
  return new DownloadError(error.code, error.message, {
    remedy,
    cause: error,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}
