// SPDX-License-Identifier: MIT
import { runGit } from '../command.js';
import { remoteError } from './failures.js';
import { retryCall } from './retry.js';
import type { Scratch } from './scratch.js';

/** Fetches all branches and tags of a scratch's remote with their whole history. @throws GitError AUTH, REMOTE_FAILED */
export async function fetchAll(scratch: Scratch, url: string): Promise<void> {
  const args = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-recurse-submodules',
    '--',
    'origin',
    '+refs/heads/*:refs/heads/*',
    '+refs/tags/*:refs/tags/*',
  ];
  const result = await retryCall(() => runGit({ ...scratch.remote('slow'), args }));
  if (result.exitCode !== 0) throw remoteError(result, 'fetch all of', url);
}
