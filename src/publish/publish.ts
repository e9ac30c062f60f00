// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import type { Ports } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { backoff, pause } from '../retry.js';
import type { Survey } from '../survey/survey.js';
import { Attempt } from './attempt.js';
import { buildReleases } from './build-releases.js';
import { replicate } from './hosting/replicate.js';
import { PublishRun } from './publish-run.js';
import { LostRace } from './pushing.js';

/**
 * Mirrors new releases: read the mirror and the index → plan → archive commits → for each release download, verify, write → push in batches.
 * If somebody else pushed meanwhile, it reads again and rebuilds. A release that is refused leaves the later ones for another run, or is passed by (`on-refused`).
 * @throws MirrorError for failures of index, key or remote before there is a plan
 */
export async function publish(options: Options, ports: Ports): Promise<RunResult> {
  const run = new PublishRun(options, ports);
  let survey = await run.survey();
  for (let attempt = 1; ; attempt++) {
    try {
      return await replicate(await publishPlan(run, survey), survey, run);
    } catch (error) {
      if (!(error instanceof LostRace)) return run.fail(survey, error);
      if (attempt >= LIMITS.pushTries) return run.fail(survey, lostAll());
    }
    try {
      survey = await surveyAgain(run, attempt);
    } catch (error) {
      return run.fail(survey, error);
    }
  }
}

/** What the mirror and the index are after attempt `n` lost a race. @throws MirrorError; the signal's reason after a signal */
async function surveyAgain(run: PublishRun, n: number): Promise<Survey> {
  const { logger, signal } = run.ports;
  await run.dropUnchecked();
  logger.info(
    `the remote moved meanwhile; building again on its new state (attempt ${n + 1} of ${LIMITS.pushTries})`,
  );
  await pause(backoff(n, 500), signal);
  return run.survey();
}

/** @throws LostRace when the remote is not as the survey saw it any more */
async function publishPlan(run: PublishRun, survey: Survey): Promise<RunResult> {
  const attempt = await Attempt.begin(run, survey);
  try {
    return await attempt.finish(await buildReleases(attempt));
  } finally {
    await attempt.close();
  }
}

function lostAll(): GitError {
  return new GitError(
    'NON_FAST_FORWARD',
    `the branch or a tag moved during each of ${LIMITS.pushTries} attempts`,
  );
}
