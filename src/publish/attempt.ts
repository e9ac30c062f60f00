// SPDX-License-Identifier: MIT
import type { PlannedRelease } from '../mirror/plan.js';
import type { ReleaseRecord } from '../mirror/records/releases.js';
import { fetchNotes, notesFinder } from '../notes/fetch.js';
import type { RunResult } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import { classifyPublished } from '../survey/classify.js';
import { reportChanges } from '../survey/report-changes.js';
import type { Survey } from '../survey/survey.js';
import { DownloadQueue, requireAssetSize } from '../upstream/downloads.js';
import { Batches } from './batches.js';
import { beginBranch } from './branch/begin-branch.js';
import type { BranchEnd, CommittedRelease } from './branch/commit-release.js';
import { History } from './branch/history.js';
import { FileNames } from './file-names.js';
import { type PreparedRelease, prepareRelease } from './prepare.js';
import type { PublishRun } from './publish-run.js';
import { inPhase } from './refusals.js';
import { ReleaseFacts } from './release-facts.js';

/** How the releases of a run ended: all published; some refused and passed by; or the later ones left for another run. */
export type Built = 'complete' | 'passed' | 'stopped';

/** A release, and where it stands in the run. */
export interface Turn {
  readonly release: PlannedRelease;
  /** `3 of 37` */
  readonly count: string;
}

/** A release on top of the branch as it is built, whose objects git has not checked yet. */
export interface StagedRelease extends Turn {
  readonly prepared: PreparedRelease;
  readonly notes: string | null;
  readonly committed: CommittedRelease;
  /** The branch with it. */
  readonly end: BranchEnd;
}

/** What an attempt begins with. */
interface Begun {
  readonly findNotes: ReturnType<typeof notesFinder>;
  readonly records: readonly ReleaseRecord[];
  readonly history: History;
}

/** One attempt to publish on the remote as a survey saw it: the branch under construction, and what feeds it. */
export class Attempt {
  readonly run: PublishRun;
  readonly survey: Survey;
  /** All that may be published, in EVR order: also those beyond {@link most}, which come in the place of refused ones. */
  readonly candidates: readonly PlannedRelease[];
  /** Releases that are published at most. */
  readonly most: number;
  readonly names: FileNames;
  readonly history: History;
  readonly batches: Batches;
  readonly #begun: Begun;
  readonly #downloads: DownloadQueue;
  readonly #facts: ReleaseFacts;

  private constructor(run: PublishRun, survey: Survey, begun: Begun) {
    const { options, ports, rows } = run;
    const { state, plan, index } = survey;
    this.run = run;
    this.survey = survey;
    this.#begun = begun;
    this.history = begun.history;
    this.candidates = candidatesOf(survey);
    this.most = options.maxReleases === 0 ? Number.POSITIVE_INFINITY : options.maxReleases;
    this.names = new FileNames({
      records: state.releases,
      bare: plan.releases.filter(({ status }) => status === 'exists'),
      archive: state.archive,
    });
    const onTip = (tip: string): void => {
      run.tip = tip;
    };
    this.batches = new Batches({ options, ports, rows, onTip }, survey, begun.history);
    const fresh = this.candidates.filter(
      ({ indexPackage }) => !run.prepared.has(indexPackage.checksum.hex),
    );
    this.#downloads = new DownloadQueue(fresh, { options, ...ports, index });
    this.#facts = new ReleaseFacts(survey, ports);
  }

  /** Stages the archive's commits, and gets ready for the releases on top of them. @throws MirrorError */
  static async begin(run: PublishRun, survey: Survey): Promise<Attempt> {
    const { options, ports, authorship } = run;
    const { state } = survey;
    const pending = pendingOf(survey);
    if (options.onRefused === 'stop')
      for (const { indexPackage } of pending) requireAssetSize(indexPackage, options);
    if (candidatesOf(survey).length > 0 && !options.dryRun)
      await ports.store.verifyTarget(state.branch);
    const classification = await classifyPublished(survey, { options, ports, wholePackages: true });
    const { records } = classification;
    reportChanges(classification, run);
    const pages = await fetchNotes(options.releaseNotes, state, ports);
    const { end } = await beginBranch(survey, authorship, { options, ports, pages, records });
    const history = new History({
      store: ports.store,
      authorship,
      survey,
      end,
      archiveDirectory: options.directories.archive,
      logger: ports.logger,
    });
    if (pending.length > 0) await history.findUnlisted();
    return new Attempt(run, survey, { findNotes: notesFinder(pages), records, history });
  }

  /** A package, verified. They outlive a lost race, and go to the tool cache for the next run on this runner. */
  async prepare(planned: PlannedRelease, ahead: number): Promise<PreparedRelease> {
    const { options, ports, prepared: known, held } = this.run;
    const { signal, fetcher } = ports;
    const key = planned.indexPackage.checksum.hex;
    const earlier = known.get(key);
    if (earlier !== undefined) return { ...earlier, planned };
    const { download, request, servedBy } = await inPhase('fetch', async () => {
      signal.throwIfAborted();
      return this.#downloads.take(planned, ahead);
    });
    const { checker } = this.survey.trust;
    try {
      const prepared = await inPhase('judge', () =>
        prepareRelease({ planned, bytes: download.bytes, servedBy, checker, options }, ports).catch(
          (error: unknown) => {
            // A run that is stopped loses the file that it reads.
            signal.throwIfAborted();
            throw error;
          },
        ),
      );
      known.set(key, prepared);
      await fetcher.keep(download, request);
      held.offer(download);
      return prepared;
    } finally {
      if (!held.has(download)) await download.release();
    }
  }

  /** Commits a release on top of the branch as it is built; git has not looked at it yet. @throws RepodataError, GitError */
  async stage(turn: Turn, unnamed: PreparedRelease): Promise<StagedRelease> {
    const { options, rows } = this.run;
    const { planned } = unnamed;
    const fileName = this.names.claim(planned, unnamed.evidence.sha256);
    const prepared = {
      ...unnamed,
      planned: { ...planned, indexPackage: { ...planned.indexPackage, fileName } },
    };
    rows.prepared(prepared);
    const title = options.title ?? prepared.facts.nevra.name;
    const notes = this.#begun.findNotes(prepared.facts, title);
    const { committed, end } = await this.history.stage({
      prepared,
      notes,
      title,
      repomdRevision: this.survey.index.repomd.revision,
      directories: options.directories,
    });
    return { ...turn, prepared, notes: notes?.source ?? null, committed, end };
  }

  /** Hands a release over to be pushed, whose objects git found good. @throws LostRace, GitError for pushes */
  async accept({ release, count, prepared, notes, committed, end }: StagedRelease): Promise<void> {
    const { rows, ports } = this.run;
    rows.committed(committed, notes);
    rows.describe(release, await this.#facts.of(prepared, end));
    const { added, modified, deleted } = committed.files;
    ports.logger.info(
      `[${count}] ${formatNevra(release.nevra)}: verified (key ${prepared.certificate.fingerprint.slice(-16)}, ${prepared.checkedFiles} file digests), ` +
        `source +${added} ~${modified} -${deleted}, notes ${notes === null ? 'none' : `from ${notes}`}, tag ${release.tag}`,
    );
    await this.batches.add(committed, end.tip);
  }

  /**
   * Pushes what no release takes along, waits for all pushes, and says what became of the run.
   * @throws LostRace, GitError for pushes; the signal's reason after a signal
   */
  async finish(built: Built): Promise<RunResult> {
    const { options, ports, rows } = this.run;
    const pending = pendingOf(this.survey);
    const { releases } = this.survey.state;
    // Without any release the archive travels alone; behind a refused first release only what was learned of the others does.
    const isAlone =
      pending.length === 0 || !this.#begun.records.every((record) => releases.includes(record));
    if (isAlone && !ports.signal.aborted) await this.batches.push();
    await this.batches.finish();
    ports.signal.throwIfAborted();
    if (built === 'stopped')
      rows.skipRest(
        options.dryRun ? pending.filter((release) => !rows.isBuilt(release)) : pending,
        'an earlier release failed',
      );
    return rows.result({
      commit: this.batches.tip,
      failed: built !== 'complete',
      tagged: this.survey.tagged,
    });
  }

  /** Waits for the push under way, and ends what is fetched ahead. Never rejects for the push. */
  async close(): Promise<void> {
    await this.batches.finish().catch(() => undefined);
    await this.#downloads.close();
  }
}

function pendingOf({ plan }: Survey): readonly PlannedRelease[] {
  return plan.releases.filter(({ status }) => status === 'new');
}

function candidatesOf({ plan }: Survey): readonly PlannedRelease[] {
  return plan.releases.filter(({ status }) => status === 'new' || status === 'beyond-limit');
}
