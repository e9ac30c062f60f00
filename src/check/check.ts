// SPDX-License-Identifier: MIT
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import { ReleaseRows } from '../publish/release-rows.js';
import type { IndexPackage } from '../repodata/model.js';
import type { RunResult } from '../report/report.js';
import { compareEvr, formatNevra } from '../rpm/evr.js';
import { classifyPublished } from '../survey/classify.js';
import { reportChanges } from '../survey/report-changes.js';
import { takeSurvey } from '../survey/survey.js';
import { judgeNew } from './new-headers.js';
import { reportPermission } from './push-permission.js';

/**
 * Plans and reports; downloads the index, the keys and the headers of all that is new, no package, and changes nothing. What publish would refuse is a failure of the
 * release, or of the run; what speaks for it ends the log.
 * @throws MirrorError for failures of index, key, input or remote
 */
export async function check(options: Options, ports: Ports): Promise<RunResult> {
  const survey = await takeSurvey(options, ports);
  const { state, plan, index } = survey;
  const rows = new ReleaseRows(ports.report, ports.clock);
  rows.sync(plan);
  for (const { nevra, tag, status, reason, indexPackage } of plan.releases) {
    if (status === 'exists') continue;
    const note = reason === undefined ? '' : ` (${reason})`;
    ports.logger.debug(
      `${status === 'skipped' || status === 'waiting' ? 'skip' : 'plan'}: ${formatNevra(nevra)} → tag ${tag}, ${indexPackage.size} bytes${note}`,
    );
  }
  if (plan.releases.length === 0) ports.logger.warning(leftOut(index.packages, options));
  const permission = await reportPermission(survey, { options, ports });
  const facts = [...(await judgeNew(survey, { options, ports, rows })), ...permission];
  const classification = await classifyPublished(survey, { options, ports, wholePackages: false });
  reportChanges(classification, { options, ports });
  for (const fact of facts) ports.logger.info(fact);
  // What could not be asked any more is no answer.
  ports.signal.throwIfAborted();
  const { releases, errors } = ports.report;
  const failed = errors.length > 0 || releases.some(({ status }) => status === 'failed');
  return { ...rows.result({ commit: state.tip, failed, tagged: survey.tagged }), facts };
}

/** Nothing is planned, published or skipped: the constraints leave nothing. */
function leftOut(packages: readonly IndexPackage[], { packages: names }: Options): string {
  const versions = packages
    .map(({ nevra }) => nevra)
    .sort(compareEvr)
    .map(({ version }) => version);
  const [first = '', last] = [versions[0], versions.slice(1).at(-1)];
  const range = last === undefined ? first : `${versions.length} releases, ${first} to ${last}`;
  return `versions leaves out everything that the index has of ${names.join(', ')} (${range}). Widen versions.`;
}
