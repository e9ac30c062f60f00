// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import { type GitResult, plainValue } from '../command.js';
import { badRefName } from '../objects/names.js';
import type { PushRequest, PushResult } from '../store.js';
import { isTooLarge, remoteError } from './failures.js';
import { refusalOf } from './push-answer.js';

/** Tags by create-only leases, branches by plain fast-forward, all or nothing (git-push(1)). @throws GitError GIT_FAILED for illegal names */
export function pushArguments({ branches, tags, dryRun = false }: PushRequest): string[] {
  const leases = tags.map(({ name }) => `--force-with-lease=${checkedRef(`refs/tags/${name}`)}:`);
  const specs = [
    ...branches.map(({ name, oid }) => `${oid}:${checkedRef(`refs/heads/${name}`)}`),
    ...tags.map(({ name, oid }) => `${oid}:refs/tags/${name}`),
  ];
  return [
    'push',
    '--porcelain',
    '--atomic',
    '--no-verify',
    ...(dryRun ? ['--dry-run'] : []),
    ...leases,
    '--',
    'origin',
    ...specs.map(plainValue),
  ];
}

/** What the answer to a push means. @throws GitError AUTH, REMOTE_FAILED, FILE_TOO_LARGE when the refs were not even judged */
export function readPushAnswer(result: GitResult, url: string): PushResult {
  if (result.exitCode === 0) return { status: 'pushed' };
  const said = result.stderr.slice(0, 4000);
  if (isTooLarge(said))
    throw new GitError('FILE_TOO_LARGE', `The remote refuses a file of this push: ${said}`);
  const message = refusalOf(result);
  if (message !== undefined) return { status: 'rejected', message };
  throw remoteError(result, 'push to', url);
}

function checkedRef(ref: string): string {
  const problem = badRefName(ref);
  if (problem !== undefined)
    throw new GitError('GIT_FAILED', `${JSON.stringify(ref)} is no name for a ref: it ${problem}.`);
  return ref;
}
