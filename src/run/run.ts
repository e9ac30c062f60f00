// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { InputError } from '../errors.js';
import { openGitHub } from '../github/host.js';
import type { ActivityHost } from '../github/port.js';
import type { Options } from '../inputs/options.js';
import type { Logger } from '../log.js';
import { trustExtraCertificates } from '../net/connections.js';
import { createFetcher } from '../net/http.js';
import type { Clock, Ports } from '../ports.js';
import { hostLinks } from '../report/hosts.js';
import { collectingLogger } from '../report/loggers.js';
import { emptyReport, type Report, type RunResult } from '../report/report.js';
import { VERSION } from '../version.js';
import { updateAlarmIssue } from './after/alarm.js';
import { attestReleases } from './after/attest.js';
import { openReleaseAssets } from './after/release-assets.js';
import { warnOfPause } from './after/schedule.js';
import { runMode } from './modes.js';
import { openClock, type RunHost } from './run-host.js';
import { serverUrls } from './server-urls.js';
import { resolveSettings, type Settings } from './settings.js';
import { inTemporaryFolder } from './temporary-folder.js';

const USER_AGENT = `rpm-source-mirror/${VERSION}`;

/**
 * Builds the adapters, runs the use case that `mode` names and cleans up. A failure of the run is not thrown:
 * the result says `failed`, its report what and why.
 * @throws InputError for inputs that only the adapters can judge, before any request
 */
export async function run(options: Options, host: RunHost): Promise<RunResult> {
  const report = emptyReport(options.mode);
  if (host.unfinished !== undefined) host.unfinished.report = report;
  const logger = collectingLogger(host.logger, report.warnings);
  const clock = openClock(host);
  const settings = await resolveSettings(options, {
    environment: host.environment,
    commitTime: clock.commitTime,
    logger,
  });
  for (const { transport, url } of [
    settings.remote,
    ...[...settings.mirrors, ...(settings.against === undefined ? [] : [settings.against])].map(
      (access) => access.remote,
    ),
  ])
    if (transport === 'file') requireRepository(fileURLToPath(url));
  return inTemporaryFolder(host.environment, host.unfinished?.folders, (tempDir) =>
    runIn(tempDir, options, { host, report, logger, clock, settings }),
  );
}

interface Prepared {
  readonly host: RunHost;
  readonly report: Report;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settings: Settings;
}

async function runIn(
  tempDir: string,
  options: Options,
  { host, report, logger, clock, settings }: Prepared,
): Promise<RunResult> {
  const { remote, token, ssh, sign, mirrors, against } = settings;
  const fetcher = createFetcher({
    logger,
    userAgent: USER_AGENT,
    concurrency: options.concurrency,
    environment: { ...host.environment, RUNNER_TEMP: tempDir },
    secretHeaders: { lines: options.httpHeaders, urls: await serverUrls(options) },
  });
  await trustExtraCertificates(host.environment);
  const github =
    settings.github === undefined
      ? undefined
      : openGitHub({ ...settings.github, logger, signal: host.signal, userAgent: USER_AGENT });
  const releases = options.createReleases ? github?.releases : undefined;
  // What is under way on the network ends at once; git's push is left to end.
  const stop = (): void => {
    void fetcher.close();
  };
  host.signal.addEventListener('abort', stop);
  const seen: Ports['seen'] = {};
  const ports = {
    seen,
    fetcher,
    logger,
    clock,
    signal: host.signal,
    report,
    sign,
    releases,
    rules: github?.rules,
    hasCredential: settings.hasCredential,
    releaseAssets: openReleaseAssets(settings, host.environment, fetcher, {
      withDrafts: options.mode === 'publish',
    }),
  };
  try {
    const ended = await runMode(options, ports, {
      remote,
      ssh,
      tempDir,
      mirrors,
      against,
      ...(token === undefined ? {} : { token }),
      ...(host.afterVerify === undefined ? {} : { afterVerify: host.afterVerify }),
    });
    const result = {
      ...ended,
      isDryRun: options.dryRun && options.mode === 'publish',
      links: hostLinks(remote.url, host.environment),
    };
    if (!host.signal.aborted)
      await warnOfPause({
        environment: host.environment,
        logger,
        now: clock.now(),
        mirror: settings.mirrorName,
        committed: seen.committed,
        hasPushed: hasPushed(result, seen),
        host: activityHost(settings, { logger, signal: host.signal }),
      });
    if (github === undefined || settings.github === undefined) return result;
    const attested = options.attest
      ? await attestReleases(github.attestations, result, { logger, signal: host.signal })
      : result;
    return await updateAlarmIssue(github.issues, attested, {
      options,
      host,
      logger,
      mirror: settings.github.repository,
    });
  } finally {
    host.signal.removeEventListener('abort', stop);
    await fetcher.close();
  }
}

/** Whether the branch stands elsewhere than before the run. */
function hasPushed({ commit }: RunResult, { tip = '' }: Ports['seen']): boolean {
  return commit !== tip;
}

/** The repository of the workflow. Nothing is asked of it yet. */
function activityHost(
  { workflow }: Settings,
  { logger, signal }: Pick<RunHost, 'logger' | 'signal'>,
): ActivityHost | undefined {
  return workflow === undefined
    ? undefined
    : openGitHub({ ...workflow, logger, signal, userAgent: USER_AGENT }).activity;
}

/** @throws InputError INPUT_INVALID before anything is asked of any server */
function requireRepository(path: string): void {
  if (existsSync(path)) return;
  throw new InputError('INPUT_INVALID', `the repository ${JSON.stringify(path)} does not exist`, {
    remedy: `Make it with: git init --bare -b main ${path}`,
  });
}
