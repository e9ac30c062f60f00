// SPDX-License-Identifier: MIT
import { existsSync, mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { check } from '../check/check.js';
import { writeWhole } from '../disk.js';
import { describeError, InputError, MirrorConflictError } from '../errors.js';
import { openRepository } from '../git/remote/repository.js';
import type { MirrorReader } from '../git/store.js';
import { openGitHub } from '../github/host.js';
import type { ActivityHost, IssueHost } from '../github/port.js';
import type { RepositoryName } from '../github/repository-name.js';
import type { Options } from '../inputs/options.js';
import type { Logger } from '../log.js';
import { trustExtraCertificates } from '../net/connections.js';
import { createFetcher } from '../net/http.js';
import type { Clock, Ports } from '../ports.js';
import { publish } from '../publish/publish.js';
import { parseRepoFile } from '../repodata/sources.js';
import { hostLinks } from '../report/hosts.js';
import { collectingLogger } from '../report/loggers.js';
import { emptyReport, type Report, type RunResult } from '../report/report.js';
import { writeStatements } from '../report/statements.js';
import { verify } from '../verify/verify.js';
import { VERSION } from '../version.js';
import { raiseAlarm } from './alarm.js';
import { attestReleases } from './attest.js';
import type { Unfinished } from './crash.js';
import { openForReading, type Place } from './open-reader.js';
import { openPackageFolder } from './package-folder.js';
import { openReleaseAssets } from './release-assets.js';
import { warnOfPause } from './schedule.js';
import { type Settings, settle } from './settings.js';

const USER_AGENT = `rpm-source-mirror/${VERSION}`;

/** What an entry point hands in. */
export interface Door {
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told of what a crash has to know. */
  readonly unfinished?: Unfinished;
  /** Called when `verify` is through, while its reading of the mirror is still open. */
  readonly afterVerify?: (visit: Visit) => Promise<void>;
}

/** A verified mirror that is still open. */
export interface Visit {
  readonly result: RunResult;
  readonly reader: MirrorReader;
  /** The mirror as git reaches it, without credentials. */
  readonly repositoryUrl: string;
}

/**
 * Builds the adapters, runs the use case that `mode` names and cleans up. A failure of the run is not thrown:
 * the result says `failed`, its report what and why.
 * @throws InputError for inputs that only the adapters can judge, before any request
 */
export async function run(options: Options, door: Door): Promise<RunResult> {
  const report = emptyReport(options.mode);
  if (door.unfinished !== undefined) door.unfinished.report = report;
  const logger = collectingLogger(door.logger, report.warnings);
  const clock = openClock(door);
  const settings = await settle(options, {
    environment: door.environment,
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
  // At once, so that no crash comes between the folder and the note of it.
  const tempDir = mkdtempSync(
    join(door.environment['RUNNER_TEMP'] || tmpdir(), 'rpm-source-mirror-'),
  );
  door.unfinished?.folders.add(tempDir);
  try {
    return await runIn(tempDir, options, { door, report, logger, clock, settings });
  } finally {
    await rm(tempDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Prepared {
  readonly door: Door;
  readonly report: Report;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settings: Settings;
}

async function runIn(
  tempDir: string,
  options: Options,
  { door, report, logger, clock, settings }: Prepared,
): Promise<RunResult> {
  const { remote, token, ssh, sign, mirrors, against } = settings;
  const fetcher = createFetcher({
    logger,
    userAgent: USER_AGENT,
    concurrency: options.concurrency,
    environment: { ...door.environment, RUNNER_TEMP: tempDir },
    secretHeaders: { lines: options.httpHeaders, urls: await serverUrls(options) },
  });
  await trustExtraCertificates(door.environment);
  const github =
    settings.github === undefined
      ? undefined
      : openGitHub({ ...settings.github, logger, signal: door.signal, userAgent: USER_AGENT });
  const releases = options.createReleases ? github?.releases : undefined;
  // What is under way on the network ends at once; git's push is left to end.
  const stop = (): void => {
    void fetcher.close();
  };
  door.signal.addEventListener('abort', stop);
  const seen: Ports['seen'] = {};
  const ports = {
    seen,
    fetcher,
    logger,
    clock,
    signal: door.signal,
    report,
    sign,
    releases,
    rules: github?.rules,
    hasCredential: settings.hasCredential,
    releaseAssets: openReleaseAssets(settings, door.environment, fetcher),
  };
  try {
    const ended = await runMode(options, ports, {
      remote,
      ssh,
      tempDir,
      mirrors,
      against,
      ...(token === undefined ? {} : { token }),
      ...(door.afterVerify === undefined ? {} : { afterVerify: door.afterVerify }),
    });
    const result = {
      ...ended,
      isDryRun: options.dryRun && options.mode === 'publish',
      links: hostLinks(remote.url, door.environment),
    };
    if (!door.signal.aborted) {
      const hasPushed = result.commit !== (seen.tip ?? '');
      const host = hostOf(settings, { logger, signal: door.signal });
      await warnOfPause({
        environment: door.environment,
        logger,
        now: clock.now(),
        mirror: settings.mirrorName,
        committed: seen.committed,
        hasPushed,
        host,
      });
    }
    if (github === undefined || settings.github === undefined) return result;
    const attested = options.attest
      ? await attestReleases(github.attestations, result, { logger, signal: door.signal })
      : result;
    return await tell(github.issues, attested, {
      options,
      door,
      logger,
      mirror: settings.github.repository,
    });
  } finally {
    door.signal.removeEventListener('abort', stop);
    await fetcher.close();
  }
}

/** The repository of the workflow. Nothing is asked of it yet. */
function hostOf(
  { workflow }: Settings,
  { logger, signal }: Pick<Door, 'logger' | 'signal'>,
): ActivityHost | undefined {
  return workflow === undefined
    ? undefined
    : openGitHub({ ...workflow, logger, signal, userAgent: USER_AGENT }).activity;
}

async function runMode(
  options: Options,
  ports: Shared,
  place: Place & Pick<Settings, 'mirrors' | 'against'> & Pick<Door, 'afterVerify'>,
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

/** Keeps the alarm issue, where it is wanted; a run that only looks or was stopped tells nobody. */
async function tell(
  issues: IssueHost,
  result: RunResult,
  {
    options,
    door,
    logger,
    mirror,
  }: { options: Options; door: Door; logger: Logger; mirror: RepositoryName },
): Promise<RunResult> {
  if (!options.alarmIssue || options.dryRun || options.mode === 'check' || door.signal.aborted)
    return result;
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
  } = door.environment;
  try {
    await raiseAlarm(issues, result, {
      options,
      logger,
      mirror: `${mirror.owner}/${mirror.repo}`,
      runUrl: server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined,
    });
    return result;
  } catch (error) {
    result.report.errors.push(describeError(error));
    return { ...result, failed: true };
  }
}

type Shared = Omit<Ports, 'store'>;

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
  try {
    return await (options.mode === 'publish' ? publish : check)(options, {
      ...shared,
      store,
      further: mirrors.map((access) => store.further(access)),
    });
  } finally {
    await store.close();
  }
}

/** A repository on this machine is read where it lies; any other is cloned whole. */
async function runVerify(
  options: Options,
  shared: Shared,
  { afterVerify, against, ...place }: Place & Pick<Settings, 'against'> & Pick<Door, 'afterVerify'>,
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

/** @throws InputError INPUT_INVALID before anything is asked of any server */
function requireRepository(path: string): void {
  if (existsSync(path)) return;
  throw new InputError('INPUT_INVALID', `the repository ${JSON.stringify(path)} does not exist`, {
    remedy: `Make it with: git init --bare -b main ${path}`,
  });
}

/** The servers that the user named, in inputs or in a .repo file of this machine; secret headers go to these origins and no other. */
export async function serverUrls({ source }: Options): Promise<string[]> {
  const typed = [...source.baseUrls, source.mirrorlist, source.metalink, source.repoFile].filter(
    (url) => url !== undefined,
  );
  if (source.repoFile === undefined || /^https?:/i.test(source.repoFile)) return typed;
  const path = source.repoFile.startsWith('file:')
    ? fileURLToPath(source.repoFile)
    : source.repoFile;
  try {
    const section = parseRepoFile(await readFile(path), source);
    return [...typed, ...section.baseUrls, section.mirrorlist, section.metalink].filter(
      (url) => url !== undefined,
    );
  } catch {
    // What is wrong with the file is said when it is followed.
    return typed;
  }
}

/** @throws InputError INPUT_INVALID for a SOURCE_DATE_EPOCH that is no number of seconds */
function openClock({ environment }: Door): Clock {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  const now = (): number => Math.floor(Date.now() / 1000);
  if (epoch === undefined || epoch === '') return { now, commitTime: now() };
  if (/^\d{1,11}$/.test(epoch)) return { now, commitTime: Number(epoch) };
  throw new InputError(
    'INPUT_INVALID',
    `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}; it takes seconds since 1970`,
    { remedy: 'Correct the variable, or unset it.' },
  );
}

/** Writes the JSON report, with the statements of what was published beside it, and returns its path. */
export async function writeReport(result: RunResult, path: string): Promise<string> {
  await writeWhole(path, formatReport(result));
  await writeStatements(result, path);
  return path;
}

/** The JSON report as text. */
export function formatReport({ report }: RunResult): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** All failures of a run, in order: of releases first, then of the run. */
export function failures({
  report,
}: RunResult): { code: string; message: string; remedy: string }[] {
  const ofReleases = report.releases.flatMap((row) =>
    row.error === undefined
      ? []
      : [{ ...row.error, message: `${row.nevra}: ${row.error.message}` }],
  );
  return [...ofReleases, ...report.errors];
}
