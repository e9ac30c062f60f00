// SPDX-License-Identifier: MIT
import type { Client } from './client.js';
import type { BranchHost, BranchRules } from './port.js';

/** Rules of a ruleset that a plain push of commits and tags keeps anyway. */
const HARMLESS: ReadonlySet<string> = new Set([
  'deletion',
  'non_fast_forward',
  'required_linear_history',
  'copilot_code_review',
]);
/** A rule of each kind at most, from every ruleset of repository and organization. */
const PAGES = 2;

/** What GitHub says of a branch (REST API: branches, rules). */
export class GitHubBranches implements BranchHost {
  constructor(private readonly client: Client) {}

  async rulesOf(branch: string): Promise<BranchRules> {
    return this.client.glance(
      { what: `read the rules of ${branch}`, permission: 'contents: read' },
      async (signal) => {
        const [found, rules] = await Promise.all([
          this.client
            .request('GET /repos/{owner}/{repo}/branches/{branch}', { branch }, signal)
            .catch(unlessMissing),
          // Asked for by name: the branch need not exist.
          this.client.list(
            'GET /repos/{owner}/{repo}/rules/branches/{branch}',
            { branch },
            PAGES,
            signal,
          ),
        ]);
        const types = rules.map((rule) =>
          isRecord(rule) && typeof rule['type'] === 'string' ? rule['type'] : 'unknown',
        );
        return {
          isProtected: isRecord(found) && found['protected'] === true,
          rules: [...new Set(types)].filter((type) => !HARMLESS.has(type)).sort(),
        };
      },
    );
  }
}

/** A branch that is still to be begun. */
function unlessMissing(error: unknown): undefined {
  if (isRecord(error) && error['status'] === 404) return undefined;
  throw error;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
