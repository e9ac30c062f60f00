// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from 'node:timers/promises';

import { GitError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import type { Ports } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { backoff } from '../retry.js';
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
  for (let attempt = 1; ; attempt++) {
    const survey = await run.survey();
    try {
      return await replicate(await publishPlan(run, survey), survey, run);
    } catch (error) {
      if (!(error instanceof LostRace)) return run.fail(survey, error);
      if (attempt >= LIMITS.pushTries) return run.fail(survey, lostAll());
    }
    await run.dropUnchecked();
    ports.logger.info(
      `the remote moved meanwhile; building again on its new state (attempt ${attempt + 1} of ${LIMITS.pushTries})`,
    );
    await sleep(backoff(attempt, 500));
  }
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
