// SPDX-License-Identifier: MIT
import type { Client } from './client.js';
import type { ActivityHost, RepositoryActivity } from './port.js';

const ABOUT = { what: 'read the last push', permission: 'metadata: read' };

/** What GitHub says of a repository. Asked once: nothing depends on the answer but a warning. */
export class GitHubActivity implements ActivityHost {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async read(): Promise<RepositoryActivity | undefined> {
    try {
      const { private: isPrivate, pushed_at: pushed } = (await this.#client.glance(
        ABOUT,
        (signal) => this.#client.request('GET /repos/{owner}/{repo}', {}, signal),
      )) as { private?: unknown; pushed_at?: unknown };
      const time = typeof pushed === 'string' ? Date.parse(pushed) / 1000 : Number.NaN;
      return { isPrivate: isPrivate === true, pushed: Number.isNaN(time) ? undefined : time };
    } catch (error) {
      this.#client.options.logger.debug(String(error));
      return undefined;
    }
  }
}
