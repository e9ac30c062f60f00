// SPDX-License-Identifier: MIT
import picomatch from 'picomatch';

import type { Client } from './client.js';
import type { PushQuestion, PushRules, Rule, RulesHost } from './port.js';

/** Rules that a new commit on top of a branch, or a new tag, keeps anyway. */
const HARMLESS: ReadonlySet<string> = new Set([
  'deletion',
  'non_fast_forward',
  'required_linear_history',
  'copilot_code_review',
]);
/** Rules that speak of a ref that is made, not of one that is there. */
const ON_CREATION: ReadonlySet<string> = new Set([
  'creation',
  'branch_name_pattern',
  'tag_name_pattern',
]);
/** Rules that speak of a ref that is there. */
const ON_UPDATE: ReadonlySet<string> = new Set(['update']);
/** A rule of each kind at most, from every ruleset of repository and organization. */
const PAGES = 2;
/** Rulesets that are read one by one. */
const MOST_RULESETS = 20;

/** What GitHub says of a push (REST API: branches, rules, rulesets). */
export class GitHubRules implements RulesHost {
  constructor(private readonly client: Client) {}

  async rulesFor(question: PushQuestion): Promise<PushRules> {
    return this.client.glance(
      { what: `read the rules of ${question.branch}`, permission: 'contents: read' },
      (signal) => new Reading(this.client, signal).answer(question),
    );
  }
}

/** A ruleset as the API shows it by its number. */
interface Ruleset {
  readonly name: string;
  readonly canBypass: boolean | undefined;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rules: readonly RawRule[];
}

interface RawRule {
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One glance at the rules: each ruleset is read once. */
class Reading {
  readonly #rulesets = new Map<number, Promise<Ruleset | undefined>>();

  constructor(
    private readonly client: Client,
    private readonly signal: AbortSignal,
  ) {}

  async answer({ branch, exists, tags, texts }: PushQuestion): Promise<PushRules> {
    const [found, rules, ofTags] = await Promise.all([
      this.client
        .request('GET /repos/{owner}/{repo}/branches/{branch}', { branch }, this.signal)
        .catch(unlessMissing),
      // Asked for by name: the branch need not exist.
      this.client.list(
        'GET /repos/{owner}/{repo}/rules/branches/{branch}',
        { branch },
        PAGES,
        this.signal,
      ),
      this.#tagRules(tags),
    ]);
    const own = await Promise.all(
      rules.map(async (rule) => ({
        ...toRule(rule),
        ...(await this.#source(isRecord(rule) ? rule['ruleset_id'] : undefined)),
      })),
    );
    return {
      hasClassicProtection: isClassic(found, own.length),
      branch: own.filter((rule) => binds(rule, { exists, texts })).map(toPublic),
      tags: ofTags.filter((rule) => binds(rule, { exists: false, texts })).map(toPublic),
    };
  }

  /** Rules of the rulesets for tags that one of the names meets. */
  async #tagRules(tags: readonly string[]): Promise<(RawRule & Omit<Rule, 'type'>)[]> {
    if (tags.length === 0) return [];
    const listed = await this.client
      .list('GET /repos/{owner}/{repo}/rulesets', { targets: 'tag' }, 1, this.signal)
      .catch(unlessMissing);
    const ids = (listed ?? []).flatMap((one) =>
      isRecord(one) && one['enforcement'] === 'active' && typeof one['id'] === 'number'
        ? [one['id']]
        : [],
    );
    const rulesets = await Promise.all(ids.slice(0, MOST_RULESETS).map((id) => this.#ruleset(id)));
    return rulesets.flatMap((ruleset) =>
      ruleset === undefined || !tags.some((tag) => meets(ruleset, `refs/tags/${tag}`))
        ? []
        : ruleset.rules.map((rule) => ({ ...rule, ...sourceOf(ruleset) })),
    );
  }

  async #source(id: unknown): Promise<Omit<Rule, 'type'>> {
    const ruleset = typeof id === 'number' ? await this.#ruleset(id) : undefined;
    return ruleset === undefined ? { ruleset: undefined, canBypass: undefined } : sourceOf(ruleset);
  }

  #ruleset(id: number): Promise<Ruleset | undefined> {
    const known = this.#rulesets.get(id);
    if (known !== undefined) return known;
    const read = this.client
      .request('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ruleset_id: id }, this.signal)
      .then(toRuleset)
      .catch(unlessMissing);
    this.#rulesets.set(id, read);
    return read;
  }
}

function sourceOf({ name, canBypass }: Ruleset): Omit<Rule, 'type'> {
  return { ruleset: name, canBypass };
}

function toPublic({ type, ruleset, canBypass }: Rule): Rule {
  return { type, ruleset, canBypass };
}

/** `protected` is true for rulesets as well; only `protection.enabled`, or a protection without any rule, is a classic one. */
function isClassic(found: unknown, rules: number): boolean {
  if (!isRecord(found) || found['protected'] !== true) return false;
  const { protection } = found;
  const enabled = isRecord(protection) ? protection['enabled'] : undefined;
  return typeof enabled === 'boolean' ? enabled : rules === 0;
}

function binds(
  { type, parameters, canBypass }: RawRule & Pick<Rule, 'canBypass'>,
  { exists, texts }: Pick<PushQuestion, 'exists' | 'texts'>,
): boolean {
  if (canBypass === true || HARMLESS.has(type)) return false;
  if (exists ? ON_CREATION.has(type) : ON_UPDATE.has(type)) return false;
  if (type === 'commit_message_pattern') return !keeps(parameters, [texts.message]);
  if (type === 'commit_author_email_pattern') return !keeps(parameters, [texts.author]);
  if (type === 'committer_email_pattern') return !keeps(parameters, [texts.committer]);
  return true;
}

/** True when the pattern of a rule is met for sure; expressions are GitHub's own dialect and are not tried. */
function keeps(
  { operator, pattern, negate }: Readonly<Record<string, unknown>>,
  texts: readonly string[],
): boolean {
  if (typeof pattern !== 'string') return false;
  const meetsIt = (text: string): boolean | undefined => {
    if (operator === 'starts_with') return text.startsWith(pattern);
    if (operator === 'ends_with') return text.endsWith(pattern);
    return operator === 'contains' ? text.includes(pattern) : undefined;
  };
  return texts.every((text) => meetsIt(text) === (negate !== true));
}

function toRule(rule: unknown): RawRule {
  const record = isRecord(rule) ? rule : {};
  return {
    type: typeof record['type'] === 'string' ? record['type'] : 'unknown',
    parameters: isRecord(record['parameters']) ? record['parameters'] : {},
  };
}

function toRuleset(data: unknown): Ruleset {
  const record = isRecord(data) ? data : {};
  const conditions = isRecord(record['conditions']) ? record['conditions'] : {};
  const names = isRecord(conditions['ref_name']) ? conditions['ref_name'] : {};
  const bypass = record['current_user_can_bypass'];
  return {
    name: typeof record['name'] === 'string' ? record['name'] : 'without a name',
    canBypass: typeof bypass === 'string' ? bypass === 'always' || bypass === 'exempt' : undefined,
    include: strings(names['include']),
    exclude: strings(names['exclude']),
    rules: Array.isArray(record['rules']) ? record['rules'].map(toRule) : [],
  };
}

function meets({ include, exclude }: Ruleset, ref: string): boolean {
  const some = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => pattern === '~ALL' || picomatch.isMatch(ref, pattern));
  return some(include) && !some(exclude);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** A branch that is still to be begun; a server that has no rulesets. */
function unlessMissing(error: unknown): undefined {
  if (isRecord(error) && error['status'] === 404) return undefined;
  throw error;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
