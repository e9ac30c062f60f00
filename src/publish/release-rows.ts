// SPDX-License-Identifier: MIT
import { describeError } from '../errors.js';
import { tryParseNevra } from '../mirror/nevra.js';
import type { Plan, PlannedRelease } from '../mirror/plan.js';
import { formatTimestamp } from '../mirror/records/facts.js';
import { showPath } from '../mirror/text.js';
import type { Clock } from '../ports.js';
import type { ReleaseFactsRow, ReleaseRow, Report, RunResult } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import { type DatedRelease, describeNewest } from '../survey/newest.js';
import type { CommittedRelease } from './branch/commit-release.js';
import type { PreparedRelease } from './prepare.js';

/** The report's release rows while a run goes on; a row's status only ever moves forward. */
export class ReleaseRows {
  private readonly rows = new Map<string, ReleaseRow>();
  private newAtStart: readonly Nevra[] | undefined;

  constructor(
    private readonly report: Report,
    private readonly clock: Clock,
  ) {}

  /** Takes a plan over; after a lost race, what this run has published stays so. */
  sync(plan: Plan): void {
    const isNew = ({ status }: PlannedRelease): boolean =>
      status === 'new' || status === 'beyond-limit';
    this.newAtStart ??= plan.releases
      .filter((release) => isNew(release) || release.status === 'waiting')
      .map(({ nevra }) => nevra);
    for (const release of plan.releases) {
      const row = this.of(release);
      if (row.status === 'published') continue;
      row.tag = release.tag;
      row.status = isNew(release) ? 'planned' : release.status === 'exists' ? 'exists' : 'skipped';
      delete row.error;
      delete row.reason;
      delete row.waiting;
      if (release.status === 'waiting') row.waiting = true;
      if (release.reason !== undefined) row.reason = release.reason;
    }
    this.report.releases = plan.releases.map((release) => this.of(release));
  }

  prepared(release: PreparedRelease): void {
    const { evidence, signature, certificate, planned, droppedDotGit } = release;
    if (droppedDotGit.length > 0)
      this.of(planned).droppedDotGit = droppedDotGit.map((path) => showPath(path));
    this.of(planned).package = {
      file: planned.indexPackage.fileName,
      sha256: evidence.sha256,
      contentSha256: evidence.contentSha256,
      signature: {
        fingerprint: certificate.fingerprint,
        created: formatTimestamp(signature.created ?? 0),
        version: signature.version ?? 0,
        hash: signature.hash,
      },
      checks: [
        ...evidence.digests.map(({ name, covers, status }) => ({ name, covers, status })),
        ...evidence.signatures.map(({ tag, covers, status }) => ({ name: tag, covers, status })),
      ],
    };
  }

  committed(release: CommittedRelease, notes: string | null): void {
    Object.assign(this.of(release.planned), {
      commit: release.commit,
      sourceTree: release.sourceTree,
      files: release.files,
      notes,
    });
  }

  /** What a reviewer looks at. */
  describe(release: PlannedRelease, facts: ReleaseFactsRow): void {
    Object.assign(this.of(release), facts);
  }

  /** Whether its commit is staged. */
  isBuilt(release: PlannedRelease): boolean {
    return this.of(release).commit !== undefined;
  }

  published(release: PlannedRelease): void {
    const row = this.of(release);
    row.status = 'published';
    delete row.reason;
  }

  failed(release: PlannedRelease, error: unknown): void {
    const row = this.of(release);
    row.status = 'failed';
    delete row.reason;
    row.error = describeError(error);
  }

  /** What is to be said of a release that nothing else was said of. */
  remark(release: PlannedRelease, reason: string): void {
    this.of(release).reason ??= reason;
  }

  /** Releases that this run wanted and did not reach, or could not push, and why. */
  skipRest(pending: readonly PlannedRelease[], why: string): void {
    for (const release of pending) {
      const row = this.of(release);
      if (row.status !== 'planned') continue;
      row.status = 'skipped';
      row.reason =
        row.commit === undefined ? `not reached: ${why}` : `verified, but not pushed: ${why}`;
    }
  }

  /** Outputs of the run; `commit` is the tip of the branch on the remote. */
  result({
    commit,
    failed,
    tagged: known,
  }: {
    commit: string | undefined;
    failed: boolean;
    tagged: readonly DatedRelease[];
  }): RunResult {
    const rows = [...this.rows.values()].filter(
      ({ status }) => status === 'published' || status === 'exists',
    );
    const tagged = rows.flatMap(({ nevra: text, tag, package: made }): DatedRelease[] => {
      const nevra = tryParseNevra(text);
      return nevra === undefined ? [] : [{ nevra, tag, date: made?.signature.created }];
    });
    // Of equals the last counts: what was tagged before is dated by the mirror.
    const all = [...tagged, ...known];
    this.report.newest = describeNewest(all, this.clock.now());
    return {
      report: this.report,
      hasNew: (this.newAtStart ?? []).length > 0,
      newVersions: (this.newAtStart ?? []).map(({ version }) => version),
      latestVersion: this.report.newest?.version ?? '',
      commit: commit ?? '',
      failed,
    };
  }

  private of({ nevra, tag }: PlannedRelease): ReleaseRow {
    const key = formatNevra(nevra);
    const row = this.rows.get(key) ?? {
      nevra: key,
      version: nevra.version,
      tag,
      status: 'planned' as const,
    };
    this.rows.set(key, row);
    return row;
  }
}
