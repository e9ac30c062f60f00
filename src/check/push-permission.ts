// SPDX-License-Identifier: MIT
import { describeError, GitError } from '../errors.js';
import { formatCommit, formatIdentity } from '../git/objects/objects.js';
import { buildTree } from '../git/objects/trees.js';
import type { Oid } from '../git/store.js';
import type { Rule } from '../github/port.js';
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import type { Report } from '../report/report.js';
import type { Survey } from '../survey/survey.js';

type Context = { readonly options: Options; readonly ports: Ports };

/**
 * Asks the remote whether it would let this run push, changing nothing; what would not be let in is a failure of the run, as it would be of publish. GitHub is asked whether
 * the branch is protected, which is a warning: whether this token may all the same cannot be seen. Without a credential nothing is asked: a mirror may be looked at by anybody. Returns what speaks for it, in a sentence each.
 */
export async function reportPermission(survey: Survey, context: Context): Promise<string[]> {
  const {
    options: { token },
    ports: { logger, hasCredential },
  } = context;
  const facts = [
    ...(hasCredential === false ? [] : await tryPush(survey, context)),
    ...(await tryMirrors(context.ports)),
  ];
  if (hasCredential === false && token === undefined)
    logger.warning(
      'no token is given, so it was not tried whether a push would be let in. If token is a secret, check its name.',
    );
  return facts;
}

async function tryPush(survey: Survey, context: Context): Promise<string[]> {
  const { state } = survey;
  const { store, rules, report } = context.ports;
  let fact: string | undefined;
  const asked =
    rules === undefined ? ' (rules that protect a branch only show at a real push)' : '';
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
  return [fact, await reportRules(survey, context)].filter((text) => text !== undefined);
}

/** @throws what is no failure of git */
function failureOf(error: unknown, what: string): Report['errors'][number] {
  if (!(error instanceof GitError)) throw error;
  const { code, message, remedy } = describeError(error);
  return { code, message: `${what}: ${message}`, remedy };
}

/** Each is only asked for its refs: whether it takes a push shows when there is something to push. */
async function tryMirrors({ mirrors = [], report }: Ports): Promise<string[]> {
  const answers = await Promise.all(
    mirrors.map(async (remote) => {
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
async function reportRules(
  survey: Survey,
  { options, ports }: Context,
): Promise<string | undefined> {
  const { rules, logger } = ports;
  if (rules === undefined) return undefined;
  const { branch } = survey.state;
  const tags = tagsToMake(survey);
  try {
    const against = await rules.rulesFor({
      branch,
      exists: survey.state.tip !== undefined,
      tags,
      texts: {
        message: 'feat: ',
        author: options.author.email,
        committer: options.committer.email,
      },
    });
    const isMet = ({ type }: Rule): boolean =>
      type === 'required_signatures' && options.signingKey !== undefined;
    const unmet = against.branch.filter((rule) => !isMet(rule));
    const ofTags = against.tags.filter((rule) => !isMet(rule));
    if (!against.hasClassicProtection && unmet.length + ofTags.length === 0) {
      const named =
        tags.length === 0
          ? ''
          : `, nor from making ${tags.length === 1 ? 'the tag' : 'tags such as'} ${tags[0] ?? ''}`;
      return `GitHub names no rule that keeps this token from pushing to ${branch}${named}.`;
    }
    tellRules(`a push to ${branch}`, unmet, ports);
    tellRules(`the new tag ${tags[0] ?? ''}`, ofTags, ports);
    if (against.hasClassicProtection) logger.warning(classicWarning(branch));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    logger.warning(
      `GitHub does not say whether ${branch} is protected: ${describeError(error).message}. If it is, that only shows at a real push.`,
    );
  }
  return undefined;
}

/** Tags that publish would make; where nothing is new, one that it made stands for those to come. */
function tagsToMake({ plan }: Survey): string[] {
  const fresh = plan.releases.filter(({ status }) => status === 'new');
  const tags = (fresh.length > 0 ? fresh : plan.releases.slice(-1)).map(({ tag }) => tag);
  return tags.slice(0, 20);
}

/** A rule that this token may not pass fails publish for sure; where the host does not say who may, it is a warning. */
function tellRules(what: string, rules: readonly Rule[], { logger, report }: Ports): void {
  if (rules.length === 0) return;
  const named = rules.map(
    ({ type, ruleset }) =>
      `${type}${ruleset === undefined ? '' : ` of the ruleset ${JSON.stringify(ruleset)}`}`,
  );
  const signatures = rules.some(({ type }) => type === 'required_signatures')
    ? ' Signed commits are required: set signing-key, and register the key with the account that pushes.'
    : '';
  const rest = `this token ${what}: ${[...new Set(named)].join(', ')}`;
  const remedy = `Let the token bypass it (Settings, Rules, Rulesets: bypass list), or give the token of an App that may.${signatures}`;
  if (rules.some(({ canBypass }) => canBypass === false))
    report.errors.push({ code: 'PUSH_REJECTED', message: `GitHub refuses ${rest}`, remedy });
  else logger.warning(`GitHub may refuse ${rest}. ${remedy}`);
}

function classicWarning(branch: string): string {
  return `${branch} has a classic branch protection on GitHub, whose demands only administrators can read, and publish pushes to it directly. Let the token bypass it (Settings, Branches), give the token of an App that may, or mirror to another branch.`;
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
