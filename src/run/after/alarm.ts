// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { describeError, sentences } from '../../errors.js';
import type { IssueHost } from '../../github/port.js';
import type { RepositoryName } from '../../github/repository-name.js';
import type { Options } from '../../inputs/options.js';
import type { Logger } from '../../log.js';
import { plain, unaddressed } from '../../report/escape.js';
import { shortRef } from '../../report/findings.js';
import { headline } from '../../report/headline.js';
import type { RunResult } from '../../report/report.js';
import type { RunHost } from '../run-host.js';

/** What the alarm needs to know besides the result. */
interface AlarmContext {
  readonly options: Options;
  readonly logger: Logger;
  /** Owner and name of the mirror. */
  readonly mirror: string;
  /** Address of this run's log; undefined outside of a workflow. */
  readonly runUrl: string | undefined;
}

/** Reasons that are listed; the rest is counted. */
const MOST_REASONS = 50;

/** Keeps the alarm issue, where it is wanted; a run that only looks or was stopped tells nobody. */
export async function updateAlarmIssue(
  issues: IssueHost,
  result: RunResult,
  {
    options,
    host,
    logger,
    mirror,
  }: {
    options: Options;
    host: Pick<RunHost, 'environment' | 'signal'>;
    logger: Logger;
    mirror: RepositoryName;
  },
): Promise<RunResult> {
  if (!options.alarmIssue || options.dryRun || options.mode === 'check' || host.signal.aborted)
    return result;
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
  } = host.environment;
  try {
    await keepIssue(issues, result, {
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

/**
 * Keeps one issue per mirror and mode: opens it when a run refuses something or upstream replaced content, updates it while that lasts, with a comment
 * whenever the reasons change, and closes it when a run is well. What a person closed stays closed while nothing fails and the reasons are the same.
 * @throws GitError AUTH, REMOTE_FAILED
 */
async function keepIssue(host: IssueHost, result: RunResult, context: AlarmContext): Promise<void> {
  const { logger } = context;
  const marker = markerOf(context.options);
  const reasons = reasonsOf(result);
  const issue = await host.find(marker);
  if (reasons.length === 0) {
    if (issue?.isOpen !== true) return;
    await host.change(issue.number, {
      comment: `All is well again. ${runLine(context)}`.trim(),
      close: true,
    });
    logger.info(`alarm issue #${issue.number} is closed`);
    return;
  }
  const state = `<!-- state: ${digest(reasons.map(({ key }) => key).join('\n'))} -->`;
  const isSame = issue?.body.includes(state) === true;
  const body = formatBody(result, reasons, { ...context, marks: [marker, state] });
  if (issue?.isOpen === true) {
    await host.change(issue.number, {
      body,
      ...(isSame
        ? {}
        : { comment: `The reasons changed:\n\n${listOf(reasons)}\n\n${runLine(context)}`.trim() }),
    });
    logger.info(`alarm issue #${issue.number} is updated`);
  } else if (!isSame || result.failed) {
    const number = await host.open({
      title: `${nameOf(context)}: ${context.options.mode} needs attention`,
      body,
      marker,
    });
    logger.warning(`alarm issue #${number} is opened`);
  }
}

/** Hidden text by which the issue of this mirror is found again, also after `packages` and the like were corrected. */
function markerOf({ mode, branch, directories }: Options): string {
  return `<!-- rpm-source-mirror alarm: ${digest(JSON.stringify([mode, branch ?? '', directories.archive]))} -->`;
}

/** Nothing that may be what is wrong, such as `packages`: the title stays. */
function nameOf({ options: { title, branch }, mirror }: AlarmContext): string {
  if (title !== undefined) return `Mirror of ${unaddressed(title).slice(0, 150)}`;
  return `Mirror ${mirror}${branch === undefined ? '' : ` (${unaddressed(branch).slice(0, 150)})`}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/** Something that somebody should look at. */
interface Reason {
  /** Equal in two runs that fail alike, whatever ports and times their messages name. */
  readonly key: string;
  /** Markdown, escaped. */
  readonly text: string;
}

function reasonsOf({ report, failed }: RunResult): Reason[] {
  const reason = (kind: string, subject: string, text: string): Reason => ({
    key: `${kind} ${subject}`,
    text: `**${kind}** ${plain(text)}`,
  });
  const all = [
    ...report.releases.flatMap(({ nevra, error }) =>
      error === undefined ? [] : [reason(error.code, nevra, `${nevra}: ${sentences(error)}`)],
    ),
    ...report.releases
      .filter(({ waiting }) => waiting === true)
      .map(({ nevra, reason: why }) =>
        reason(
          'decision',
          nevra,
          `${nevra} waits for a decision: ${why ?? ''}. Set that tag-format, or hold it back with skip.`,
        ),
      ),
    ...report.errors.map((error) => reason(error.code, '', sentences(error))),
    ...report.changes
      .filter((change) => change.class === 'content-changed')
      .map(({ nevra, tag }) =>
        reason(
          'content-changed',
          nevra,
          `the publisher replaced ${nevra}, published here as tag ${tag}`,
        ),
      ),
    ...report.findings.map(({ ref, kind, path, expected, actual }) =>
      reason(
        kind,
        `${ref} ${path}`,
        `${ref.startsWith('refs/tags/') ? 'tag ' : ''}${shortRef(ref)}: ${path}: expected ${expected}, found ${actual}`,
      ),
    ),
  ];
  return failed && all.length === 0 ? [reason('failed', '', 'the run failed; see its log')] : all;
}

function formatBody(
  result: RunResult,
  reasons: readonly Reason[],
  context: AlarmContext & { readonly marks: readonly string[] },
): string {
  return [
    plain(headline(result)),
    listOf(reasons),
    runLine(context),
    'This issue is kept up to date by rpm-source-mirror, and closed by it when all is well.',
    context.marks.join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function listOf(reasons: readonly Reason[]): string {
  const shown = reasons.slice(0, MOST_REASONS).map(({ text }) => `- ${text.slice(0, 1000)}`);
  return [
    ...shown,
    ...(reasons.length > MOST_REASONS ? [`- and ${reasons.length - MOST_REASONS} more`] : []),
  ].join('\n');
}

function runLine({ runUrl }: AlarmContext): string {
  return runUrl === undefined ? '' : `Last run: ${runUrl}`;
}
