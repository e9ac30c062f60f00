// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import { formatCommit, formatIdentity } from '../git/objects.js';
import type { Oid } from '../git/store.js';
import { buildTree } from '../git/trees.js';
import type { Options } from '../inputs.js';
import type { Ports } from './ports.js';
import type { Survey } from './survey.js';

/**
 * Asks the remote whether it would let this run push, changing nothing, and warns with the remedy where it would not. Without a credential nothing is asked:
 * a mirror may be looked at by anybody. Rules that protect a branch only show at a real push.
 */
export async function reportPermission({ state }: Survey, { options, ports }: { readonly options: Options; readonly ports: Ports }): Promise<void> {
  const { store, logger } = ports;
  if (options.token === undefined && options.sshKey === undefined) return;
  try {
    const oid = state.tip ?? (await stageNothing({ options, ports }));
    const answer = await store.push({ branches: [{ name: state.branch, oid }], tags: [], dryRun: true });
    if (answer.status === 'pushed') logger.info(`the remote would take a push to ${state.branch}`);
    else logger.warning(`publish could not push to ${state.branch}: ${answer.message}. A protected branch or a ruleset must let the token push.`);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    logger.warning(`publish could not push to ${state.branch}: ${error.message} ${error.remedy}`);
  }
}

/** A commit without files, for a repository that has none to ask with; a dry run never sends it. */
async function stageNothing({ options, ports }: { readonly options: Options; readonly ports: Ports }): Promise<Oid> {
  const { store, clock } = ports;
  const tree = buildTree([]);
  for (const { content } of tree.trees) await store.write('tree', content);
  const [author, committer] = [options.author, options.committer].map((person) => formatIdentity({ ...person, seconds: clock.commitTime })) as [string, string];
  return store.write('commit', formatCommit({ tree: tree.oid, parents: [], author, committer, message: 'nothing\n' }));
}
