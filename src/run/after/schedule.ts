// SPDX-License-Identifier: MIT
import { readFile } from 'node:fs/promises';

import type { ActivityHost } from '../../github/port.js';
import type { RepositoryName } from '../../github/repository-name.js';
import type { Logger } from '../../log.js';

/** What is known when a run has ended. */
export interface ScheduleContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Seconds since 1970. */
  readonly now: number;
  /** The mirror, where it lies on the job's server. */
  readonly mirror: RepositoryName | undefined;
  /** Committer date of the mirror's newest commit before the run, seconds since 1970. */
  readonly committed: number | undefined;
  /** Whether this run gave the mirror a commit. */
  readonly hasPushed: boolean;
  /** Tells of the workflow's repository; undefined where nobody can be asked. */
  readonly host: ActivityHost | undefined;
}

/** "In a public repository, scheduled workflows are automatically disabled when no repository activity has occurred in 60 days" (GitHub Docs, Disabling and enabling a workflow). */
const DISABLED_AFTER = 60;
const WARNED_AFTER = 50;
const DAY = 86_400;

/**
 * Warns, with the remedy, where GitHub is about to switch off the schedule that started this run. Nobody would notice: a mirror that is not run fails at nothing.
 * A server is asked only about the days that matter, or where the mirror lies in another repository than the workflow.
 */
export async function warnOfPause(context: ScheduleContext): Promise<void> {
  const { environment, logger } = context;
  const { GITHUB_EVENT_NAME: event, GITHUB_REPOSITORY: repository } = environment;
  if (event !== 'schedule' || repository === undefined || repository === '') return;
  const age = await quietDays(context, repository);
  if (age === undefined || isRecent(age)) return;
  const file = /\/\.github\/workflows\/([^/@]+)@/u.exec(
    environment['GITHUB_WORKFLOW_REF'] ?? '',
  )?.[1];
  logger.warning(
    `GitHub switches scheduled workflows of public repositories off after ${DISABLED_AFTER} days without activity. The newest commit of ${repository} is ${age} days old: ` +
      `${file ?? 'this workflow'} ${age < DISABLED_AFTER ? `has ${DISABLED_AFTER - age} days left` : 'may stop any day'}. ` +
      `Push a commit to the default branch. Once it is switched off, no dispatch starts it either: first run gh workflow enable ${file ?? '<file of the workflow>'} --repo ${repository}`,
  );
}

/** Days since the newest commit of the workflow's repository; undefined where they are not known or do not matter. */
async function quietDays(
  { environment, now, mirror, committed, hasPushed, host }: ScheduleContext,
  repository: string,
): Promise<number | undefined> {
  const since = (time: number | undefined): number | undefined =>
    time === undefined ? undefined : Math.floor((now - time) / DAY);
  const isOwn = isSame(mirror, repository);
  if (isOwn && (hasPushed || isRecent(since(committed)))) return undefined;
  const isPrivate = await isPrivateByEvent(environment['GITHUB_EVENT_PATH']);
  if (isPrivate === true) return undefined;
  if (isOwn && isPrivate === false) return since(committed);
  const told = await host?.read();
  if (told?.isPrivate === true) return undefined;
  return since(isOwn ? committed : told?.pushed);
}

/** Too recent to warn of; what is not known is taken for that. */
function isRecent(days = 0): boolean {
  return days < WARNED_AFTER;
}

function isSame(mirror: RepositoryName | undefined, repository: string): boolean {
  if (mirror === undefined) return false;
  return `${mirror.owner}/${mirror.repo}`.toLowerCase() === repository.toLowerCase();
}

/** What the event's payload says of the workflow's repository; undefined where it says nothing. */
async function isPrivateByEvent(path: string | undefined): Promise<boolean | undefined> {
  try {
    const payload = JSON.parse(await readFile(path ?? '', 'utf8')) as {
      repository?: { private?: unknown };
    } | null;
    const said = payload?.repository?.private;
    return typeof said === 'boolean' ? said : undefined;
  } catch {
    return undefined;
  }
}
