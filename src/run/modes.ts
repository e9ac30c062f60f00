// SPDX-License-Identifier: MIT
import { check } from '../check/check.js';
import { describeError, MirrorConflictError } from '../errors.js';
import { openRepository } from '../git/remote/repository.js';
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import { publish } from '../publish/publish.js';
import type { RunResult } from '../report/report.js';
import { verify } from '../verify/verify.js';
import { openForReading, type Place } from './open-reader.js';
import { openPackageFolder } from './package-folder.js';
import type { RunHost } from './run-host.js';
import type { Settings } from './settings.js';
import { openTagProver } from './tag-prover.js';

/** What every use case is given; the store or reader is opened for it here. */
type Shared = Omit<Ports, 'store'>;

/** Opens the mirror for the use case that `mode` names and runs it. A failure is in the result's report. */
export async function runMode(
  options: Options,
  ports: Shared,
  place: Place & Pick<Settings, 'mirrors' | 'against'> & Pick<RunHost, 'afterVerify'>,
): Promise<RunResult> {
  const { report, logger } = ports;
  try {
    return options.mode === 'verify'
      ? await runVerify(options, ports, place)
      : await runOnStore(options, ports, place);
  } catch (error) {
    report.errors.push(describeError(error));
    logger.debug(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return {
      report,
      hasNew: false,
      newVersions: [],
      latestVersion: '',
      commit: ports.seen.tip ?? '',
      failed: true,
      isInputWrong: error instanceof MirrorConflictError,
    };
  }
}

async function runOnStore(
  options: Options,
  shared: Shared,
  { mirrors, ...place }: Place & Pick<Settings, 'mirrors'>,
): Promise<RunResult> {
  const store = await openRepository({
    ...place,
    logger: shared.logger,
    maxFileSize: options.maxFileSize,
  });
  const prover = openTagProver(options, shared, place);
  try {
    return await (options.mode === 'publish' ? publish : check)(options, {
      ...shared,
      store,
      prover,
      mirrors: mirrors.map((access) => store.mirrorRemote(access)),
    });
  } finally {
    await prover.close();
    await store.close();
  }
}

/** A repository on this machine is read where it lies; any other is cloned whole. */
async function runVerify(
  options: Options,
  shared: Shared,
  {
    afterVerify,
    against,
    ...place
  }: Place & Pick<Settings, 'against'> & Pick<RunHost, 'afterVerify'>,
): Promise<RunResult> {
  const { remote } = place;
  const reader = await openForReading(place, { mayBeShallow: options.tags.length > 0 });
  try {
    const packageFiles =
      options.packageFiles === undefined
        ? undefined
        : openPackageFolder(options.packageFiles, shared.logger);
    const result = await verify(options, {
      ...shared,
      reader,
      packageFiles,
      against: against && {
        url: against.remote.url,
        open: () => openForReading({ ...against, tempDir: place.tempDir }, { mayBeShallow: false }),
      },
    });
    await afterVerify?.({ result, reader, repositoryUrl: remote.url });
    return result;
  } finally {
    await reader.close();
  }
}
