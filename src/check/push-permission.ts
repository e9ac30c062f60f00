// SPDX-License-Identifier: MIT
import { describeError, GitError } from '../errors.js';
import { formatCommit, formatIdentity } from '../git/objects/objects.js';
import { buildTree } from '../git/objects/trees.js';
import type { Oid } from '../git/store.js';
import type { BranchRules } from '../github/port.js';
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import type { Report } from '../report/report.js';
import type { Survey } from '../survey/survey.js';

type Context = { readonly options: Options; readonly ports: Ports };

/**
 * Asks the remote whether it would let this run push, changing nothing; what would not be let in is a failure of the run, as it would be of publish. GitHub is asked whether
 * the branch is protected, which is a warning: whether this token may all the same cannot be seen. Without a credential nothing is asked: a mirror may be looked at by anybody. Returns what speaks for it, in a sentence each.
 */
export async function reportPermission(found: Survey, context: Context): Promise<string[]> {
  const {
    options: { token },
    ports: { logger, hasCredential },
  } = context;
  const facts = [
    ...(hasCredential === false ? [] : await tryPush(found, context)),
    ...(await tryFurther(context.ports)),
  ];
  if (hasCredential === false && token === undefined)
    logger.warning(
      'no token is given, so it was not tried whether a push would be let in. If token is a secret, check its name.',
    );
  return facts;
}

async function tryPush({ state }: Survey, context: Context): Promise<string[]> {
  const { store, branches, report } = context.ports;
  let fact: string | undefined;
  const asked =
    branches === undefined ? ' (rules that protect a branch only show at a real push)' : '';
  try {
    await store.verifyTarget(state.branch);
    const oid = state.tip ?? (await stageNothing(context));
    const answer = await store.push({
      branches: [{ name: state.branch, oid }],
      tags: [],
      dryRun: true,
    });
    if (answer.status === 'pushed')
      fact = `The remote would take a push to ${state.branch}${asked}.`;
    else throw new GitError('PUSH_REJECTED', answer.message);
  } catch (error) {
    report.errors.push(failureOf(error, `publish could not push to ${state.branch}`));
  }
  return [fact, await reportProtection(state.branch, context)].filter((text) => text !== undefined);
}

/** @throws what is no failure of git */
function failureOf(error: unknown, what: string): Report['errors'][number] {
  if (!(error instanceof GitError)) throw error;
  const { code, message, remedy } = describeError(error);
  return { code, message: `${what}: ${message}`, remedy };
}

/** Each is only asked for its refs: whether it takes a push shows when there is something to push. */
async function tryFurther({ further = [], report }: Ports): Promise<string[]> {
  const answers = await Promise.all(
    further.map(async (remote) => {
      try {
        await remote.look();
        return [
          `The further remote ${remote.url} answers; whether it takes a push only shows at a real one.`,
        ];
      } catch (error) {
        const what = `publish could not bring the mirror to the further remote ${remote.url}`;
        report.errors.push(failureOf(error, what));
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
