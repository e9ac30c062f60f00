// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { describeError, diskFull, GitError, MirrorError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import { inGroup } from '../log.js';
import { fetchNotes, notesFinder } from '../notes/fetch.js';
import type { Ports } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { backoff } from '../retry.js';
import { classifyPublished } from '../survey/classify.js';
import { reportChanges } from '../survey/report-changes.js';
import { type Survey, takeSurvey } from '../survey/survey.js';
import { DownloadQueue, requireAssetSize } from '../upstream/downloads.js';
import { Batches } from './batches.js';
import { authorshipOf } from './branch/authoring.js';
import { beginBranch } from './branch/begin-branch.js';
import { History } from './branch/history.js';
import { buildReleases } from './build-releases.js';
import { FileNames } from './file-names.js';
import { HeldPackages } from './hosting/package-supply.js';
import { replicate } from './hosting/replicate.js';
import type { Session } from './one-release.js';
import { LostRace } from './pushing.js';
import { ReleaseFacts } from './release-facts.js';
import { ReleaseRows } from './release-rows.js';

/**
 * Mirrors new releases: survey → archive commits → for each release download, verify, stage → push in batches.
 * A lost race builds again on the new tip. A release that is refused leaves the later ones for another run, or is passed by (`on-refused`).
 * @throws MirrorError for failures of index, key or remote before there is a plan
 */
export async function publish(options: Options, ports: Ports): Promise<RunResult> {
  const session: Session = {
    options,
    ports,
    authorship: authorshipOf(options, ports.clock.commitTime, ports.sign),
    rows: new ReleaseRows(ports.report, ports.clock),
    prepared: new Map(),
    held: new HeldPackages(options),
    tip: undefined,
  };
  for (let attempt = 1; ; attempt++) {
    const survey = await inGroup(ports.logger, 'Mirror, keys and index', () =>
      takeSurvey(options, ports),
    );
    session.rows.sync(survey.plan);
    session.tip = survey.state.tip;
    try {
      return await replicate(await publishPlan(session, survey), survey, session);
    } catch (error) {
      if (!(error instanceof LostRace)) return failRun(session, survey, error);
      if (attempt >= LIMITS.pushTries) {
        return failRun(
          session,
          survey,
          new GitError(
            'NON_FAST_FORWARD',
            `the branch or a tag moved during each of ${LIMITS.pushTries} attempts`,
          ),
        );
      }
    }
    // What was prepared ahead is judged in its own turn: nothing that git refuses may stay among the objects of the next attempt.
    await ports.store.check().catch((error: unknown) => {
      if (diskFull(error) !== undefined) throw error;
      session.prepared.clear();
    });
    ports.logger.info(
      `the remote moved meanwhile; building again on its new state (attempt ${attempt + 1} of ${LIMITS.pushTries})`,
    );
    await sleep(backoff(attempt, 500));
  }
}

/** What is known stays reported when the run as a whole fails: outputs say what is new, rows what was published. */
function failRun(
  { ports, rows, tip }: Session,
  { plan, tagged }: Survey,
  error: unknown,
): RunResult {
  if (!(error instanceof MirrorError) && diskFull(error) === undefined) throw error;
  ports.report.errors.push(describeError(error));
  rows.skipRest(plan.releases, ports.signal.aborted ? 'the run was stopped' : 'the run failed');
  return rows.result({ commit: tip, failed: true, tagged });
}

async function publishPlan(session: Session, survey: Survey): Promise<RunResult> {
  const { options, ports, rows, authorship } = session;
  const { state, plan } = survey;
  const pending = plan.releases.filter(({ status }) => status === 'new');
  if (options.onRefused === 'stop')
    for (const { indexPackage } of pending) requireAssetSize(indexPackage, options);
  const candidates = plan.releases.filter(
    ({ status }) => status === 'new' || status === 'beyond-limit',
  );
  if (candidates.length > 0 && !options.dryRun) await ports.store.verifyTarget(state.branch);
  const classification = await classifyPublished(survey, { options, ports, wholePackages: true });
  const { records } = classification;
  reportChanges(classification, session);
  const pages = await fetchNotes(options.releaseNotes, state, ports);
  const begun = await beginBranch(survey, authorship, { options, ports, pages, records });
  const history = new History({
    store: ports.store,
    authorship,
    survey,
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
    survey,
    history,
  );
  const fresh = candidates.filter(
    (release) => !session.prepared.has(release.indexPackage.checksum.hex),
  );
  const downloads = new DownloadQueue(fresh, { options, ...ports, index: survey.index });
  try {
    const built = await buildReleases(session, {
      survey,
      candidates,
      most: options.maxReleases === 0 ? Number.POSITIVE_INFINITY : options.maxReleases,
      findNotes: notesFinder(pages),
      names: new FileNames({
        records: state.releases,
        bare: plan.releases.filter(({ status }) => status === 'exists'),
        archive: state.archive,
      }),
      downloads,
      facts: new ReleaseFacts(survey, ports),
      history,
      batches,
    });
    // Without any release the archive travels alone; behind a refused first release only what was learned of the others does.
    const isAlone =
      pending.length === 0 || !records.every((record) => state.releases.includes(record));
    if (isAlone && !ports.signal.aborted) await batches.push();
    await batches.finish();
    ports.signal.throwIfAborted();
    if (built === 'stopped')
      rows.skipRest(
        options.dryRun ? pending.filter((release) => !rows.isBuilt(release)) : pending,
        'an earlier release failed',
      );
    return rows.result({
      commit: batches.tip,
      failed: built !== 'complete',
      tagged: survey.tagged,
    });
  } finally {
    await batches.finish().catch(() => undefined);
    await downloads.close();
  }
}
