// SPDX-License-Identifier: MIT
import type { Options } from './inputs.js';
import { formatNevra } from './rpm/evr.js';
import type { RunResult } from './report/report.js';
import type { Ports } from './stages/ports.js';
import { classifyPublished } from './stages/classify.js';
import { reportChanges } from './stages/report-changes.js';
import { Rows } from './stages/rows.js';
import { reportPermission } from './stages/push-permission.js';
import { survey } from './stages/survey.js';

/**
 * Plans and reports; downloads the index and the keys, no package, and changes nothing.
 * @throws MirrorError for failures of index, key, input or remote
 */
export async function check(options: Options, ports: Ports): Promise<RunResult> {
  const found = await survey(options, ports);
  await reportPermission(found, { options, ports });
  const { state, plan } = found;
  const classification = await classifyPublished(found, { options, ports, wholePackages: false });
  const rows = new Rows(ports.report, ports.clock);
  rows.sync(plan);
  for (const { nevra, tag, status, reason, indexPackage } of plan.releases) {
    if (status === 'exists') continue;
    const note = reason === undefined ? '' : ` (${reason})`;
    ports.logger.info(`${status === 'skipped' ? 'skip' : 'plan'}: ${formatNevra(nevra)} → tag ${tag}, ${indexPackage.size} bytes${note}`);
  }
  reportChanges(classification, { options, ports });
  return rows.result({ commit: state.tip, failed: false, tagged: found.tagged });
}
