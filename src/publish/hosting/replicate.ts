// SPDX-License-Identifier: MIT
import { describeError } from '../../errors.js';
import type { MirrorRemote, RefSet, RemoteRefs } from '../../git/store.js';
import type { Options } from '../../inputs/options.js';
import type { Ports } from '../../ports.js';
import type { RunResult } from '../../report/report.js';
import type { Survey } from '../../survey/survey.js';
import { hostReleases } from './hosted-releases.js';
import { type HeldPackages, PackageSupply } from './package-supply.js';
import { ReleaseProofs } from './proofs.js';

/**
 * After the main push: brings the branches and tags of this mirror, as the main remote has them now, to whoever else is to have them.
 * Each is served by itself; one that fails is an error of the run and holds nobody else up.
 */
export async function replicate(
  result: RunResult,
  survey: Survey,
  {
    options,
    ports,
    held,
  }: { readonly options: Options; readonly ports: Ports; readonly held: HeldPackages },
): Promise<RunResult> {
  const { mirrors = [], releases, report, store, signal } = ports;
  if (options.dryRun || signal.aborted || (mirrors.length === 0 && releases === undefined))
    return result;
  const before = report.errors.length;
  try {
    const refs = await store.listRefs();
    const wanted = ownRefs(refs, result, { survey, options });
    // One after the other: fetching for a release changes what git takes the run's own repository to have.
    await Promise.all(mirrors.map((remote) => follow(remote, wanted, ports)));
    if (releases !== undefined) {
      const packages = new PackageSupply({ held, index: survey.index, options, ports });
      await hostReleases(releases, result, {
        options,
        ports,
        refs,
        packages,
        supply: options.archivePackages === 'release' ? packages : undefined,
        proofs: new ReleaseProofs({
          prover: ports.prover,
          trusted: survey.trust.checker.keyring,
          rows: result.report.releases,
          refs,
          packages,
        }),
      });
    }
  } catch (error) {
    report.errors.push(describeError(error));
  }
  return report.errors.length === before ? result : { ...result, failed: true };
}

async function follow(
  remote: MirrorRemote,
  wanted: RefSet,
  { logger, report }: Ports,
): Promise<void> {
  try {
    const { pushed } = await remote.follow(wanted);
    logger.info(
      `${remote.url}: ${pushed === 0 ? 'up to date' : `${pushed} branches and tags pushed`}`,
    );
  } catch (error) {
    const { code, message, remedy } = describeError(error);
    report.errors.push({ code, message: `the further remote ${remote.url}: ${message}`, remedy });
  }
}

/** Branch, line branches and the tags of releases; what else the main repository has is not ours to copy. */
function ownRefs(
  refs: RemoteRefs,
  { report }: RunResult,
  { survey, options }: { readonly survey: Survey; readonly options: Options },
): RefSet {
  const branches = new Set([
    survey.state.branch,
    ...options.lineBranches.map(({ branch }) => branch),
  ]);
  const rows = report.releases.filter(
    ({ status }) => status === 'published' || status === 'exists',
  );
  const tags = new Set([...survey.state.releases, ...rows].map(({ tag }) => tag));
  return {
    branches: [...branches].flatMap((name) => toRef(name, refs.branches.get(name))),
    tags: [...tags].flatMap((name) => toRef(name, refs.tags.get(name)?.oid)),
  };
}

function toRef(name: string, oid: string | undefined): RefSet['tags'] {
  return oid === undefined ? [] : [{ name, oid }];
}
