// SPDX-License-Identifier: MIT
import type { Options } from '../inputs/options.js';
import type { VerifyPorts } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { noteSeen } from '../survey/survey.js';
import { compareWithOther, type OtherProof } from './against.js';
import { CheckoutVerifier } from './checkout.js';
import { conclude } from './conclude.js';
import { checkRefs, checkTips } from './refs/tips.js';
import { proveReleases } from './releases.js';
import { openWorld, readScope } from './world.js';

/**
 * Proves what is published (interface, verify): what is good was rebuilt, from packages that a trusted key signed, and nothing else is called good.
 * What the mirror says of itself is compared, and decides nothing. Objects are hash-checked, source files each once, in bounded memory.
 * @throws GitError MIRROR_INVALID when the repository cannot be read or holds nothing to prove, BRANCH_NOT_FOUND
 */
export async function verify(options: Options, ports: VerifyPorts): Promise<RunResult> {
  return (await prove(options, ports)).result;
}

/** Like {@link verify}, with what became of each release. */
export async function prove(options: Options, ports: VerifyPorts): Promise<OtherProof> {
  const world = await openWorld(options, ports);
  const { branch } = world;
  if (branch !== undefined) noteSeen(ports, { tip: branch.tip, tipCommit: branch.line[0]?.commit });
  const scope = await readScope(world);
  const proved = await proveReleases(world, scope);
  const { files, findings } = world;
  const { reader, report } = ports;
  const checkout = new CheckoutVerifier({ reader, files, findings, foreign: report.foreign });
  await checkRefs(world, scope, { proved, checkout });
  await checkTips(world, scope, { proved, checkout });
  if (ports.against !== undefined)
    await compareWithOther(world, proved, { other: ports.against, prove });
  return { result: conclude(world, scope, proved), proved };
}
