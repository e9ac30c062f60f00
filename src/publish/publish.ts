// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { describeError, GitError, MirrorError } from '../errors.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import { inGroup } from '../log.js';
import type { PlannedRelease } from '../mirror/plan.js';
import { fetchNotes, notesFinder } from '../notes/fetch.js';
import type { Ports } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import { classifyPublished } from '../survey/classify.js';
import { reportChanges } from '../survey/report-changes.js';
import { type Survey, survey } from '../survey/survey.js';
import { DownloadQueue } from '../upstream/downloads.js';
import { type Hand, handOf } from './authoring.js';
import { Batches } from './batches.js';
import { beginBranch } from './begin-branch.js';
import type { CommittedRelease } from './commit-release.js';
import { History } from './history.js';
import { type PreparedRelease, prepareRelease } from './prepare.js';
import { LostRace } from './pushing.js';
import { ReleaseFacts } from './release-facts.js';
import { share } from './replicate.js';
import { Rows } from './rows.js';

/** What outlives a lost race: verified packages, and what is known of each release. */
interface Session {
  readonly options: Options;
  readonly ports: Ports;
  readonly hand: Hand;
  readonly rows: Rows;
  /** By the index's checksum. */
  readonly prepared: Map<string, PreparedRelease>;
  /** Tip of the branch on the remote, as far as this run knows. */
  tip: Oid | undefined;
}

/**
 * Mirrors new releases: survey → archive commits → for each release download, verify, stage → push in batches.
 * A lost race builds again on the new tip. A release that fails ends the run after the complete ones before it.
 * @throws MirrorError for failures of index, key or remote before there is a plan
 */
export async function publish(options: Options, ports: Ports): Promise<RunResult> {
  const session: Session = {
    options,
    ports,
    hand: handOf(options, ports.clock.commitTime, ports.sign),
    rows: new Rows(ports.report, ports.clock),
    prepared: new Map(),
    tip: undefined,
  };
  for (let attempt = 1; ; attempt++) {
    const found = await inGroup(ports.logger, 'Mirror, keys and index', () =>
      survey(options, ports),
    );
    session.rows.sync(found.plan);
    session.tip = found.state.tip;
    try {
      return await share(await publishPlan(session, found), found, session);
    } catch (error) {
      if (!(error instanceof LostRace)) return failRun(session, found, error);
      if (attempt >= LIMITS.pushTries) {
        return failRun(
          session,
          found,
          new GitError(
            'NON_FAST_FORWARD',
            `the branch or a tag moved during each of ${LIMITS.pushTries} attempts`,
          ),
        );
      }
    }
    // What was prepared ahead is judged in its own turn: nothing that git refuses may stay among the objects of the next attempt.
    await ports.store.check().catch(() => {
      session.prepared.clear();
    });
    ports.logger.info(
      `the remote moved meanwhile; building again on its new state (attempt ${attempt + 1} of ${LIMITS.pushTries})`,
    );
    await sleep(Math.random() * 1000 * attempt);
  }
}

/** What is known stays reported when the run as a whole fails: outputs say what is new, rows what was published. */
function failRun(
  { ports, rows, tip }: Session,
  { plan, tagged }: Survey,
  error: unknown,
): RunResult {
  if (!(error instanceof MirrorError)) throw error;
  ports.report.errors.push(describeError(error));
  rows.skipRest(plan.releases, ports.signal.aborted ? 'the run was stopped' : 'the run failed');
  return rows.result({ commit: tip, failed: true, tagged });
}

async function publishPlan(session: Session, found: Survey): Promise<RunResult> {
  const { options, ports, rows, hand } = session;
  const { state, plan } = found;
  const pending = plan.releases.filter(({ status }) => status === 'new');
  if (pending.length > 0 && !options.dryRun) await ports.store.verifyTarget(state.branch);
  const classification = await classifyPublished(found, { options, ports, wholePackages: true });
  const { records } = classification;
  reportChanges(classification, session);
  const pages = await fetchNotes(options.releaseNotes, state, ports);
  const begun = await beginBranch(found, hand, { options, ports, pages, records });
  const history = new History({
    store: ports.store,
    hand,
    found,
    end: begun.end,
    archiveDirectory: options.directories.archive,
    logger: ports.logger,
  });
  if (pending.length > 0) await history.findUnlisted();
  const batches = new Batches(
    {
      options,
      ports,
      rows,
      onTip: (tip) => {
        session.tip = tip;
      },
    },
    found,
    history,
  );
  const fresh = pending.filter(
    (release) => !session.prepared.has(release.indexPackage.checksum.hex),
  );
  const downloads = new DownloadQueue(fresh, { options, ...ports, index: found.index });
  try {
    const complete = await buildReleases(session, {
      found,
      pending,
      findNotes: notesFinder(pages),
      downloads,
      facts: new ReleaseFacts(found, ports),
      history,
      batches,
    });
    // Without any release the archive travels alone; behind a refused first release only what was learned of the others does.
    const isAlone =
      pending.length === 0 || !records.every((record) => state.releases.includes(record));
    if (isAlone && !ports.signal.aborted) await batches.push();
    await batches.finish();
    ports.signal.throwIfAborted();
    if (!complete)
      rows.skipRest(
        options.dryRun ? pending.filter((release) => !rows.isBuilt(release)) : pending,
        'an earlier release failed',
      );
    return rows.result({ commit: batches.tip, failed: !complete, tagged: found.tagged });
  } finally {
    await batches.finish().catch(() => undefined);
    await downloads.close();
  }
}

interface Building {
  readonly found: Survey;
  readonly pending: readonly PlannedRelease[];
  readonly findNotes: ReturnType<typeof notesFinder>;
  readonly downloads: DownloadQueue;
  readonly facts: ReleaseFacts;
  readonly history: History;
  readonly batches: Batches;
}

/** Builds release after release; false when one failed, which ends the run after the complete ones before it. */
async function buildReleases(session: Session, building: Building): Promise<boolean> {
  const { ports } = session;
  const { pending, batches } = building;
  const complete =
    pending.length === 0 ||
    (await inGroup(ports.logger, `Releases: ${pending.length} new`, () =>
      buildInTurn(session, building),
    ));
  // After a signal nothing new begins, not even the push of what is complete.
  if (!ports.signal.aborted) await batches.flush();
  return complete;
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

/** Each release is prepared while git checks the objects of the one before it and a push begins, and staged on top of it once that is good. */
async function buildInTurn(session: Session, building: Building): Promise<boolean> {
  const { pending } = building;
  let before: Promise<boolean> = Promise.resolve(true);
  for (const [at, release] of pending.entries()) {
    const turn = { release, count: `${at + 1} of ${pending.length}` };
    const [preparation] = await Promise.allSettled([prepare(session, building, release), before]);
    if (!(await before)) {
      // What it shares with the refused one is gone from the private repository.
      session.prepared.delete(release.indexPackage.checksum.hex);
      return false;
    }
    try {
      if (preparation.status === 'rejected') throw preparation.reason;
      before = accept(session, building, await stage(session, building, turn, preparation.value));
    } catch (error) {
      refuse(session, turn, error);
      return false;
    }
  }
  return before;
}

async function stage(
  { options, rows }: Session,
  { findNotes, history, found }: Building,
  turn: Turn,
  prepared: PreparedRelease,
): Promise<Unchecked> {
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

/** Hands a release over to be pushed, if git finds its objects good. */
async function accept(
  session: Session,
  { batches, facts, history }: Building,
  unchecked: Unchecked,
): Promise<boolean> {
  const { release, count, prepared, notes, checked } = unchecked;
  let committed: CommittedRelease;
  try {
    committed = await checked;
  } catch (error) {
    refuse(session, unchecked, error);
    return false;
  }
  session.rows.committed(committed, notes);
  session.rows.describe(release, await facts.of(prepared, history.end));
  const { added, modified, deleted } = committed.files;
  session.ports.logger.info(
    `[${count}] ${formatNevra(release.nevra)}: verified (key ${prepared.certificate.fingerprint.slice(-16)}, ${prepared.checkedFiles} file digests), ` +
      `source +${added} ~${modified} -${deleted}, notes ${notes === null ? 'none' : `from ${notes}`}, tag ${release.tag}`,
  );
  await batches.add(committed);
  return true;
}

function refuse(
  { ports, rows, prepared }: Session,
  { release, count }: Turn,
  error: unknown,
): void {
  // What git's fsck refuses is dropped from the private repository; nothing may build on it.
  prepared.delete(release.indexPackage.checksum.hex);
  const { code, message } = describeError(error);
  ports.logger.info(`[${count}] ${formatNevra(release.nevra)}: refused, ${code}: ${message}`);
  rows.failed(release, error);
}

/** Verified packages outlive a lost race, and go to the tool cache for the next run on this runner. */
async function prepare(
  session: Session,
  { downloads, found }: Building,
  planned: PlannedRelease,
): Promise<PreparedRelease> {
  session.ports.signal.throwIfAborted();
  const key = planned.indexPackage.checksum.hex;
  const known = session.prepared.get(key);
  if (known !== undefined) return { ...known, planned };
  const { download, request, servedBy } = await downloads.take(planned);
  try {
    const prepared = await prepareRelease(
      {
        planned,
        bytes: download.bytes,
        servedBy,
        keyring: found.trust.keyring,
        options: session.options,
      },
      session.ports,
    );
    session.prepared.set(key, prepared);
    await session.ports.fetcher.keep(download, request);
    return prepared;
  } finally {
    await download.release();
  }
}
