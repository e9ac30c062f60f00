// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, DownloadError, GitError } from './errors.js';
import type { Options } from './inputs.js';
import { LIMITS } from './limits.js';
import { formatNevra } from './rpm/evr.js';
import type { PlannedRelease } from './mirror/plan.js';
import type { RunResult } from './report/report.js';
import { beginBranch } from './stages/begin.js';
import { handOf, type Hand } from './stages/branch.js';
import { commitRelease, type BranchEnd, type CommittedRelease } from './stages/commit-release.js';
import { DownloadQueue } from './stages/downloads.js';
import { fetchNotes, findReleaseNotes, type NotesPage } from './stages/notes.js';
import type { Ports } from './stages/ports.js';
import { prepareRelease, type PreparedRelease } from './stages/prepare.js';
import { LostRace, Pusher } from './stages/pushing.js';
import { Rows } from './stages/rows.js';
import { survey, type Survey } from './stages/survey.js';

/** What outlives a lost race: verified packages, and what is known of each release. */
interface Session {
  readonly options: Options;
  readonly ports: Ports;
  readonly hand: Hand;
  readonly rows: Rows;
  /** By the index's checksum. */
  readonly prepared: Map<string, PreparedRelease>;
}

/**
 * Mirrors new releases: survey → archive commits → for each release download, verify, stage → push in batches.
 * A lost race builds again on the new tip. A release that fails ends the run after the complete ones before it.
 * @throws MirrorError for failures of index, key, input or remote
 */
export async function publish(options: Options, ports: Ports): Promise<RunResult> {
  const session: Session = { options, ports, hand: handOf(options, ports.clock.commitTime, undefined), rows: new Rows(ports.report), prepared: new Map() };
  for (let attempt = 1; ; attempt++) {
    const found = await survey(options, ports);
    session.rows.sync(found.plan);
    try {
      return await publishPlan(session, found);
    } catch (error) {
      if (!(error instanceof LostRace)) throw error;
    }
    if (attempt >= LIMITS.pushTries) throw new GitError('NON_FAST_FORWARD', `the branch or a tag moved during each of ${LIMITS.pushTries} attempts`);
    ports.logger.info(`the remote moved meanwhile; building again on its new state (attempt ${attempt + 1} of ${LIMITS.pushTries})`);
    await sleep(Math.random() * 1000 * attempt);
  }
}

async function publishPlan(session: Session, found: Survey): Promise<RunResult> {
  const { options, ports, rows } = session;
  const { state, plan } = found;
  const pending = plan.releases.filter(({ status }) => status === 'new');
  const pages = await fetchNotes(options.releaseNotes, state, ports);
  const begun = await beginBranch(found, session.hand, { options, ports, pages });
  const downloads = new DownloadQueue(pending.filter((release) => !session.prepared.has(release.indexPackage.checksum.hex)), { options, ...ports, index: found.index });
  const pusher = new Pusher(ports.store, { dryRun: options.dryRun, logger: ports.logger });
  let pushed = state.tip;
  const push = async (end: BranchEnd, committed: readonly CommittedRelease[]): Promise<void> => {
    const from = pushed;
    await pusher.start({
      branch: state.branch,
      from,
      branches: [{ name: state.branch, oid: end.tip! }],
      tags: committed.map(({ planned, tag }) => ({ name: planned.tag, oid: tag })),
      onPushed: () => {
        for (const { planned } of committed) rows.published(planned);
      },
    });
    pushed = end.tip;
  };
  try {
    const { end, failed, unpushed } = await buildReleases(session, { found, pending, pages, downloads, end: begun.end, push });
    if (unpushed.length > 0 || (pending.length === 0 && begun.commits > 0)) await push(end, unpushed);
    await pusher.finish();
    if (failed) rows.skipRest(pending, 'an earlier release failed');
    return rows.result({ commit: options.dryRun ? state.tip : pushed, failed, recorded: end.releases });
  } finally {
    await pusher.finish().catch(() => undefined);
    await downloads.close();
  }
}

interface Building {
  readonly found: Survey;
  readonly pending: readonly PlannedRelease[];
  readonly pages: readonly NotesPage[];
  readonly downloads: DownloadQueue;
  readonly end: BranchEnd;
  readonly push: (end: BranchEnd, committed: readonly CommittedRelease[]) => Promise<void>;
}

/** Builds release after release and pushes whole batches; what is left over for the last push comes back. */
async function buildReleases(session: Session, building: Building): Promise<{ end: BranchEnd; failed: boolean; unpushed: CommittedRelease[] }> {
  const { options, ports, rows } = session;
  let { end } = building;
  let unpushed: CommittedRelease[] = [];
  for (const [at, release] of building.pending.entries()) {
    const count = `${at + 1} of ${building.pending.length}`;
    let committed: CommittedRelease;
    try {
      if (ports.signal.aborted) throw new DownloadError('ABORTED', 'the run was stopped from outside');
      committed = await buildRelease(session, building, { release, end, count });
    } catch (error) {
      const { code, message } = describeError(error);
      ports.logger.info(`[${count}] ${formatNevra(release.nevra)}: refused, ${code}: ${message}`);
      rows.failed(release, error);
      return { end, failed: true, unpushed };
    }
    end = committed.end;
    unpushed.push(committed);
    if (unpushed.length < options.pushBatch) continue;
    await building.push(end, unpushed);
    unpushed = [];
  }
  return { end, failed: false, unpushed };
}

async function buildRelease(session: Session, building: Building, at: { release: PlannedRelease; end: BranchEnd; count: string }): Promise<CommittedRelease> {
  const { options, ports, hand, rows } = session;
  const { release, end, count } = at;
  const prepared = await prepare(session, building, release);
  rows.prepared(prepared);
  const title = options.title ?? prepared.facts.nevra.name;
  const notes = findReleaseNotes(building.pages, prepared.facts, title);
  const committed = await commitRelease(ports.store, hand, end, {
    prepared,
    notes,
    title,
    repomdRevision: building.found.index.repomd.revision,
    directories: options.directories,
  });
  rows.committed(committed, notes?.source ?? null);
  const { added, modified, deleted } = committed.files;
  ports.logger.info(
    `[${count}] ${formatNevra(release.nevra)}: verified (key ${prepared.certificate.fingerprint.slice(-16)}, ${prepared.checkedFiles} file digests), ` +
      `source +${added} ~${modified} -${deleted}, notes ${notes === undefined ? 'none' : `from ${notes.source}`}, tag ${release.tag}`,
  );
  return committed;
}

/** Verified packages outlive a lost race, and go to the tool cache for the next run on this runner. */
async function prepare(session: Session, { downloads, found }: Building, planned: PlannedRelease): Promise<PreparedRelease> {
  const key = planned.indexPackage.checksum.hex;
  const known = session.prepared.get(key);
  if (known !== undefined) return { ...known, planned };
  const { download, request, servedBy } = await downloads.take(planned);
  try {
    const prepared = await prepareRelease({ planned, bytes: download.bytes, servedBy, keyring: found.trust.keyring, options: session.options }, session.ports);
    session.prepared.set(key, prepared);
    await session.ports.fetcher.keep(download, request);
    return prepared;
  } finally {
    await download.release();
  }
}
