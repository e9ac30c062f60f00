// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Client } from './client.js';
import type { IssueChange, IssueHost, MarkedIssue } from './port.js';

const PERMISSION = 'issues: write';
/** Pages of a hundred open issues that are looked through. */
const PAGES = 20;
const ISSUES = '/repos/{owner}/{repo}/issues';

/** Issues on GitHub. */
export class GitHubIssues implements IssueHost {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async find(marker: string): Promise<MarkedIssue | undefined> {
    return this.#client.persist(
      { what: 'look for the alarm issue', permission: PERMISSION },
      async () => (await this.#look('open', marker)) ?? this.#look('closed', marker),
    );
  }

  async open({
    title,
    body,
    marker,
  }: {
    readonly title: string;
    readonly body: string;
    readonly marker: string;
  }): Promise<number> {
    return this.#client.persist(
      { what: 'open the alarm issue', permission: PERMISSION },
      async () => {
        // An earlier attempt whose reply was lost may have opened it.
        const found = await this.#look('open', marker);
        if (found !== undefined) return found.number;
        const { number } = (await this.#client.request(`POST ${ISSUES}`, { title, body })) as {
          number?: unknown;
        };
        if (typeof number !== 'number')
          throw new GitError(
            'REMOTE_FAILED',
            'GitHub: expected the number of the new issue, found none',
          );
        return number;
      },
    );
  }

  async change(number: number, { body, comment, close }: IssueChange): Promise<void> {
    const what = `update the alarm issue #${number}`;
    if (comment !== undefined) {
      await this.#client.persist({ what, permission: PERMISSION }, () =>
        this.#client.request(`POST ${ISSUES}/{issue_number}/comments`, {
          issue_number: number,
          body: comment,
        }),
      );
    }
    const parameters = {
      issue_number: number,
      ...(body === undefined ? {} : { body }),
      ...(close === undefined ? {} : { state: 'closed', state_reason: 'completed' }),
    };
    if (body === undefined && close === undefined) return;
    await this.#client.persist({ what, permission: PERMISSION }, () =>
      this.#client.request(`PATCH ${ISSUES}/{issue_number}`, parameters),
    );
  }

  async #look(state: 'open' | 'closed', marker: string): Promise<MarkedIssue | undefined> {
    const listed = await this.#client.list(
      `GET ${ISSUES}`,
      { state, sort: 'updated', direction: 'desc' },
      state === 'open' ? PAGES : 1,
    );
    return listed.map((entry) => toIssue(entry, marker)).find((issue) => issue !== undefined);
  }
}

/** Anybody may write a marker into an issue of a public repository; only a bot's or a member's counts. */
function toIssue(data: unknown, marker: string): MarkedIssue | undefined {
  const issue = data as {
    number?: unknown;
    state?: unknown;
    body?: unknown;
    pull_request?: unknown;
    author_association?: unknown;
    user?: { type?: unknown } | null;
  };
  if (
    typeof issue.number !== 'number' ||
    typeof issue.body !== 'string' ||
    issue.pull_request !== undefined ||
    !issue.body.includes(marker)
  )
    return undefined;
  const isOurs =
    issue.user?.type === 'Bot' ||
    ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(String(issue.author_association));
  return isOurs
    ? { number: issue.number, isOpen: issue.state === 'open', body: issue.body }
    : undefined;
}
