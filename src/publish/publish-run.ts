// SPDX-License-Identifier: MIT
import { describeError, diskFull, endOfRun, MirrorError } from '../errors.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { inGroup } from '../log.js';
import type { Ports } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { type Survey, takeSurvey } from '../survey/survey.js';
import { type Authorship, authorshipOf } from './branch/authoring.js';
import { HeldPackages } from './hosting/package-supply.js';
import type { PreparedRelease } from './prepare.js';
import { ReleaseRows } from './release-rows.js';

/** A publishing run: its settings, and all that outlives a lost race. */
export class PublishRun {
  readonly options: Options;
  readonly ports: Ports;
  readonly authorship: Authorship;
  /** What is known of each release. */
  readonly rows: ReleaseRows;
  /** Verified packages, by the index's checksum. */
  readonly prepared = new Map<string, PreparedRelease>();
  /** Packages that are to be assets of releases. */
  readonly held: HeldPackages;
  /** Tip of the branch on the remote, as far as this run knows. */
  tip: Oid | undefined;

  constructor(options: Options, ports: Ports) {
    this.options = options;
    this.ports = ports;
    this.authorship = authorshipOf(options, ports.clock.commitTime, ports.sign);
    this.rows = new ReleaseRows(ports.report, ports.clock);
    this.held = new HeldPackages(options);
  }

  /** Reads mirror, keys and index, and plans. @throws MirrorError for failures before there is a plan */
  async survey(): Promise<Survey> {
    const { logger } = this.ports;
    const survey = await inGroup(logger, 'Mirror, keys and index', () =>
      takeSurvey(this.options, this.ports),
    );
    this.rows.sync(survey.plan);
    this.tip = survey.state.tip;
    return survey;
  }

  /** What was prepared ahead is judged in its own turn: nothing that git refuses may stay among the objects of the next attempt. */
  async dropUnchecked(): Promise<void> {
    await this.ports.store.check().catch((error: unknown) => {
      if (diskFull(error) !== undefined) throw error;
      this.prepared.clear();
    });
  }

  /**
   * What is known stays reported when the run as a whole fails: outputs say what is new, rows what was published.
   * @throws what is no failure on purpose
   */
  fail({ plan, tagged }: Survey, error: unknown): RunResult {
    if (!(error instanceof MirrorError) && endOfRun(error) === undefined) throw error;
    const { report, signal } = this.ports;
    report.errors.push(describeError(error));
    this.rows.skipRest(plan.releases, signal.aborted ? 'the run was stopped' : 'the run failed');
    return this.rows.result({ commit: this.tip, failed: true, tagged });
  }
}
