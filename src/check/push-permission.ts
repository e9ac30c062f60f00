// SPDX-License-Identifier: MIT
import { describeError, GitError, sentences } from '../errors.js';
import { formatCommit, formatIdentity } from '../git/objects/objects.js';
import { buildTree } from '../git/objects/trees.js';
import type { Oid } from '../git/store.js';
import type { BranchRules } from '../github/port.js';
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import type { Survey } from '../survey/survey.js';

type Context = { readonly options: Options; readonly ports: Ports };

/**
 * Asks the remote whether it would let this run push, changing nothing, and GitHub whether the branch is protected, and warns with the remedy where
 * something speaks against it. Without a credential nothing is asked: a mirror may be looked at by anybody. Returns what speaks for it, in a sentence each.
 */
export async function reportPermission(found: Survey, context: Context): Promise<string[]> {
  const {
    options: { token },
    ports: { logger, hasCredential },
  } = context;
  const facts = [
    ...(hasCredential === true ? await tryPush(found, context) : []),
    ...(await tryFurther(context.ports)),
  ];
  if (hasCredential === false && token === undefined)
    logger.warning(
      'no token is given, so it was not tried whether a push would be let in. If token is a secret, check its name.',
    );
  return facts;
}

async function tryPush({ state }: Survey, context: Context): Promise<string[]> {
  const { store, logger, branches } = context.ports;
  let fact: string | undefined;
  const asked =
    branches === undefined ? ' (rules that protect a branch only show at a real push)' : '';
  try {
    const oid = state.tip ?? (await stageNothing(context));
    const answer = await store.push({
      branches: [{ name: state.branch, oid }],
      tags: [],
      dryRun: true,
    });
    if (answer.status === 'pushed')
      fact = `The remote would take a push to ${state.branch}${asked}.`;
    else
      logger.warning(
        `publish could not push to ${state.branch}: ${answer.message}. A protected branch or a ruleset must let the token push.`,
      );
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    logger.warning(`publish could not push to ${state.branch}: ${sentences(error)}`);
  }
  return [fact, await reportProtection(state.branch, context)].filter((text) => text !== undefined);
}

/** Each is only asked for its refs: whether it takes a push shows when there is something to push. */
async function tryFurther({ further = [], logger }: Ports): Promise<string[]> {
  const answers = await Promise.all(
    further.map(async (remote) => {
      try {
        await remote.look();
        return [
          `The further remote ${remote.url} answers; whether it takes a push only shows at a real one.`,
        ];
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        logger.warning(
          `publish could not bring the mirror to the further remote ${remote.url}: ${sentences(error)}`,
        );
        return [];
      }
    }),
  );
  return answers.flat();
}

/** A dry run over git does not meet the rules of the server, so its API is asked for them. */
async function reportProtection(
  branch: string,
  { options, ports: { branches, logger } }: Context,
): Promise<string | undefined> {
  if (branches === undefined) return undefined;
  try {
    const found = await branches.rulesOf(branch);
    const unmet = found.rules.filter(
      (rule) => rule !== 'required_signatures' || options.signingKey === undefined,
    );
    if (!found.isProtected && unmet.length === 0)
      return `GitHub names no rule that keeps a push from ${branch}; rules for tags cannot be seen from here.`;
    logger.warning(protectionWarning(branch, found));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    logger.warning(
      `GitHub does not say whether ${branch} is protected: ${describeError(error).message}. If it is, that only shows at a real push.`,
    );
  }
  return undefined;
}

function protectionWarning(branch: string, { rules }: BranchRules): string {
  const named = rules.length === 0 ? '' : ` (${rules.join(', ')})`;
  const signatures = rules.includes('required_signatures')
    ? ' Signed commits are required: set signing-key, and register the key with the account that pushes.'
    : '';
  return `${branch} is protected on GitHub${named}, and publish pushes to it directly. Whether the token may bypass that cannot be seen from here: let it (Settings, Rules or Branches: bypass list), give the token of an App that may, or mirror to another branch.${signatures}`;
}

/** A commit without files, for a repository that has none to ask with; a dry run never sends it. */
async function stageNothing({ options, ports }: Context): Promise<Oid> {
  const { store, clock } = ports;
  const tree = buildTree([]);
  for (const { content } of tree.trees) await store.write('tree', content);
  const [author, committer] = [options.author, options.committer].map((person) =>
    formatIdentity({ ...person, seconds: clock.commitTime }),
  ) as [string, string];
  return store.write(
    'commit',
    formatCommit({ tree: tree.oid, parents: [], author, committer, message: 'nothing\n' }),
  );
}
