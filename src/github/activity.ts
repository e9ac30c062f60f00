// SPDX-License-Identifier: MIT
import type { Client } from './client.js';
import type { ActivityHost, RepositoryActivity } from './port.js';

/** What GitHub says of a repository. Asked once: nothing depends on the answer but a warning. */
export class GitHubActivity implements ActivityHost {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async read(): Promise<RepositoryActivity | undefined> {
    try {
      const { private: isPrivate, pushed_at: pushed } = (await this.#client.request('GET /repos/{owner}/{repo}')) as { private?: unknown; pushed_at?: unknown };
      const time = typeof pushed === 'string' ? Date.parse(pushed) / 1000 : Number.NaN;
      return { isPrivate: isPrivate === true, pushed: Number.isNaN(time) ? undefined : time };
    } catch (error) {
      this.#client.options.logger.debug(`GitHub: could not read the repository's last push: ${String(error)}`);
      return undefined;
    }
  }
}
