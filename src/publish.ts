// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, DownloadError, GitError, MirrorError } from './errors.js';
import type { Options } from './inputs.js';
import { LIMITS } from './limits.js';
import { formatNevra } from './rpm/evr.js';
import type { PlannedRelease } from './mirror/plan.js';
import type { Oid } from './git/store.js';
import type { ChangeRow, RunResult } from './report/report.js';
import { beginBranch } from './stages/begin.js';
import { handOf, type Hand } from './stages/branch.js';
import { classifyPublished } from './stages/classify.js';
import type { CommittedRelease } from './stages/commit-release.js';
import { DownloadQueue } from './stages/downloads.js';
import { History } from './stages/history.js';
import { fetchNotes, notesFinder } from './stages/notes.js';
import type { Ports } from './stages/ports.js';
import { prepareRelease, type PreparedRelease } from './stages/prepare.js';
import { LostRace, Pusher } from './stages/pushing.js';
import { Rows } from './stages/rows.js';
import { share } from './stages/sharing.js';
import { survey, type Survey } from './stages/survey.js';

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
  const session: Session = { options, ports, hand: handOf(options, ports.clock.commitTime, ports.sign), rows: new Rows(ports.report), prepared: new Map(), tip: undefined };
  for (let attempt = 1; ; attempt++) {
    ports.logger.startGroup('Mirror, keys and index');
    const found = await survey(options, ports);
    ports.logger.endGroup();
    session.rows.sync(found.plan);
    session.tip = found.state.tip;
    try {
      return await share(await publishPlan(session, found), found, session);
    } catch (error) {
      if (!(error instanceof LostRace)) return failRun(session, found, error);
      if (attempt >= LIMITS.pushTries) {
        return failRun(session, found, new GitError('NON_FAST_FORWARD', `the branch or a tag moved during each of ${LIMITS.pushTries} attempts`));
      }
    }
    ports.logger.info(`the remote moved meanwhile; building again on its new state (attempt ${attempt + 1} of ${LIMITS.pushTries})`);
    await sleep(Math.random() * 1000 * attempt);
  }
}

/** What is known stays reported when the run as a whole fails: outputs say what is new, rows what was published. */
function failRun({ ports, rows, tip }: Session, { plan, state }: Survey, error: unknown): RunResult {
  if (!(error instanceof MirrorError)) throw error;
  ports.report.errors.push(describeError(error));
  rows.skipRest(plan.releases, 'the run failed before this release');
  return rows.result({ commit: tip, failed: true, recorded: state.releases });
}

async function publishPlan(session: Session, found: Survey): Promise<RunResult> {
  const { options, ports, rows, hand } = session;
  const { state, plan } = found;
  const pending = plan.releases.filter(({ status }) => status === 'new');
  const { records, changes } = await classifyPublished(found, { options, ports, wholePackages: true });
  reportChanges(changes, session, (tag) => state.releases.some((record) => record.tag === tag && records.includes(record)));
  const pages = await fetchNotes(options.releaseNotes, state, ports);
  const begun = await beginBranch(found, hand, { options, ports, pages, records });
  const history = new History({ store: ports.store, hand, found, end: begun.end });
  const batches = new Batches(session, found, history);
  const fresh = pending.filter((release) => !session.prepared.has(release.indexPackage.checksum.hex));
  const downloads = new DownloadQueue(fresh, { options, ...ports, index: found.index });
  try {
    const complete = await buildReleases(session, { found, pending, findNotes: notesFinder(pages), downloads, history, batches });
    // Without any release the archive travels alone; behind a refused first release only what was learned of the others does.
    const isAlone = pending.length === 0 || !records.every((record) => state.releases.includes(record));
    if (isAlone && !ports.signal.aborted) await batches.push();
    await batches.finish();
    if (!complete) rows.skipRest(options.dryRun ? pending.filter((release) => !rows.isBuilt(release)) : pending, 'an earlier release failed');
    return rows.result({ commit: batches.tip, failed: !complete, recorded: state.releases });
  } finally {
    await batches.finish().catch(() => undefined);
    await downloads.close();
  }
}

/**
 * Shows what moved upstream.
 * @param isRecorded says whether releases.json has the change already: an earlier run acknowledged it
 * @throws GitError CONTENT_CHANGED when published content was replaced and nobody acknowledged that
 */
function reportChanges(changes: readonly ChangeRow[], { options, ports }: Session, isRecorded: (tag: string) => boolean): void {
  ports.report.changes = [...changes];
  for (const change of changes) {
    if (change.class === 'withdrawn') ports.logger.warning(`${change.nevra} (tag ${change.tag}) is no longer in the index; its tag stays`);
    if (change.class === 'content-changed') ports.logger.warning(describeChange(change));
  }
  const replaced = changes.filter((change) => change.class === 'content-changed' && !isRecorded(change.tag));
  if (replaced.length > 0 && options.onContentChange === 'fail') throw new GitError('CONTENT_CHANGED', replaced.map(describeChange).join('; '));
}

function describeChange({ nevra, tag, files }: ChangeRow): string {
  const which = files === undefined || files.length === 0 ? '' : ` (${files.slice(0, 10).join(', ')}${files.length > 10 ? `, and ${files.length - 10} more` : ''})`;
  return `the publisher replaced the content of ${nevra}, published as tag ${tag}${which}; the tag stays`;
}

/** Collects complete releases and pushes them, a few at a time, behind the one that is being built. */
class Batches {
  private readonly pusher: Pusher;
  private waiting: CommittedRelease[] = [];
  private readonly remote: Map<string, Oid>;

  constructor(
    private readonly session: Session,
    private readonly found: Survey,
    private readonly history: History,
  ) {
    this.pusher = new Pusher(session.ports.store, { dryRun: session.options.dryRun, logger: session.ports.logger });
    this.remote = new Map(found.state.refs.branches);
  }

  /** Tip of the branch on the remote, once {@link finish} is through. */
  get tip(): Oid | undefined {
    return this.session.options.dryRun ? this.found.state.tip : this.remote.get(this.found.state.branch);
  }

  async add(release: CommittedRelease): Promise<void> {
    this.waiting.push(release);
    if (this.waiting.length >= this.session.options.pushBatch) await this.push();
  }

  /** Begins to push what waits, with the branch and the line branches; nothing when all of it is there. */
  async push(): Promise<void> {
    const { options, rows } = this.session;
    const { branch } = this.found.state;
    const { tip } = this.history.end;
    const own = tip === undefined ? [] : [{ name: branch, from: this.remote.get(branch), oid: tip }];
    const lines = this.history.lineBranches(options.lineBranches).map((line) => ({ ...line, from: this.remote.get(line.name) }));
    const branches = [...own, ...lines].filter(({ from, oid }) => from !== oid);
    const committed = this.waiting;
    this.waiting = [];
    if (branches.length === 0 && committed.length === 0) return;
    await this.pusher.start({
      branches,
      tags: committed.map(({ planned, tag }) => ({ name: planned.tag, oid: tag })),
      onPushed: () => {
        for (const { planned } of committed) rows.published(planned);
        this.session.tip = tip;
      },
    });
    for (const { name, oid } of branches) this.remote.set(name, oid);
  }

  /** Pushes complete releases that still wait. */
  async flush(): Promise<void> {
    if (this.waiting.length > 0) await this.push();
  }

  finish(): Promise<void> {
    return this.pusher.finish();
  }
}

interface Building {
  readonly found: Survey;
  readonly pending: readonly PlannedRelease[];
  readonly findNotes: ReturnType<typeof notesFinder>;
  readonly downloads: DownloadQueue;
  readonly history: History;
  readonly batches: Batches;
}

/** Builds release after release; false when one failed, which ends the run after the complete ones before it. */
async function buildReleases(session: Session, building: Building): Promise<boolean> {
  const { ports, rows } = session;
  const { pending, batches } = building;
  let complete = true;
  if (pending.length > 0) ports.logger.startGroup(`Releases: ${pending.length} new`);
  for (const [at, release] of pending.entries()) {
    const count = `${at + 1} of ${pending.length}`;
    let committed: CommittedRelease;
    try {
      if (ports.signal.aborted) throw new DownloadError('ABORTED', 'the run was stopped from outside');
      committed = await buildRelease(session, building, { release, count });
    } catch (error) {
      const { code, message } = describeError(error);
      ports.logger.info(`[${count}] ${formatNevra(release.nevra)}: refused, ${code}: ${message}`);
      rows.failed(release, error);
      complete = false;
      break;
    }
    await batches.add(committed);
  }
  ports.logger.endGroup();
  // After a signal nothing new begins, not even the push of what is complete.
  if (!ports.signal.aborted) await batches.flush();
  return complete;
}

async function buildRelease(session: Session, building: Building, at: { release: PlannedRelease; count: string }): Promise<CommittedRelease> {
  const { options, ports, rows } = session;
  const { release, count } = at;
  const prepared = await prepare(session, building, release);
  rows.prepared(prepared);
  const title = options.title ?? prepared.facts.nevra.name;
  const notes = building.findNotes(prepared.facts, title);
  const committed = await building.history.add({
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
