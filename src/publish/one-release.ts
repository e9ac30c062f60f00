// SPDX-License-Identifier: MIT
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { notesFinder } from '../notes/fetch.js';
import type { Ports } from '../ports.js';
import { formatNevra } from '../rpm/evr.js';
import type { Survey } from '../survey/survey.js';
import type { DownloadQueue } from '../upstream/downloads.js';
import type { Batches } from './batches.js';
import type { Authorship } from './branch/authoring.js';
import type { BranchEnd, CommittedRelease } from './branch/commit-release.js';
import type { History } from './branch/history.js';
import type { FileNames } from './file-names.js';
import type { HeldPackages } from './hosting/package-supply.js';
import { type PreparedRelease, prepareRelease } from './prepare.js';
import { inPhase } from './refusals.js';
import type { ReleaseFacts } from './release-facts.js';
import type { ReleaseRows } from './release-rows.js';

/** What outlives a lost race: verified packages, and what is known of each release. */
export interface Session {
  readonly options: Options;
  readonly ports: Ports;
  readonly authorship: Authorship;
  readonly rows: ReleaseRows;
  /** By the index's checksum. */
  readonly prepared: Map<string, PreparedRelease>;
  /** Packages that are to be assets of releases. */
  readonly held: HeldPackages;
  /** Tip of the branch on the remote, as far as this run knows. */
  tip: Oid | undefined;
}

/** What the releases of one attempt are built with. */
export interface Building {
  readonly survey: Survey;
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

/** A release, and where it stands in the run. */
export interface Turn {
  readonly release: PlannedRelease;
  /** `3 of 37` */
  readonly count: string;
}

/** A release whose objects git has not checked yet. */
export interface Unchecked extends Turn {
  readonly prepared: PreparedRelease;
  readonly notes: string | null;
  readonly committed: CommittedRelease;
  /** The branch with it. */
  readonly end: BranchEnd;
}

/** Commits a release on top of the branch as it is built; git has not looked at it yet. @throws RepodataError, GitError */
export async function stageRelease(
  { options, rows }: Session,
  { findNotes, history, survey, names }: Building,
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
  const { committed, end } = await history.stage({
    prepared,
    notes,
    title,
    repomdRevision: survey.index.repomd.revision,
    directories: options.directories,
  });
  return { ...turn, prepared, notes: notes?.source ?? null, committed, end };
}

/** Hands a release over to be pushed, whose objects git found good. @throws LostRace, GitError for pushes */
export async function acceptRelease(
  session: Session,
  { batches, facts }: Building,
  { release, count, prepared, notes, committed, end }: Unchecked,
): Promise<void> {
  session.rows.committed(committed, notes);
  session.rows.describe(release, await facts.of(prepared, end));
  const { added, modified, deleted } = committed.files;
  session.ports.logger.info(
    `[${count}] ${formatNevra(release.nevra)}: verified (key ${prepared.certificate.fingerprint.slice(-16)}, ${prepared.checkedFiles} file digests), ` +
      `source +${added} ~${modified} -${deleted}, notes ${notes === null ? 'none' : `from ${notes}`}, tag ${release.tag}`,
  );
  await batches.add(committed, end.tip);
}

/** Its package, verified. They outlive a lost race, and go to the tool cache for the next run on this runner. */
export async function prepareTurn(
  session: Session,
  { downloads, survey }: Building,
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
          checker: survey.trust.checker,
          options: session.options,
        },
        session.ports,
      ).catch((error: unknown) => {
        // A run that is stopped loses the file that it reads.
        session.ports.signal.throwIfAborted();
        throw error;
      }),
    );
    session.prepared.set(key, prepared);
    await session.ports.fetcher.keep(download, request);
    session.held.offer(download);
    return prepared;
  } finally {
    if (!session.held.has(download)) await download.release();
  }
}
