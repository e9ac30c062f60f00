// SPDX-License-Identifier: MIT
import type { Statement } from '../report/statements.js';
import type { Client } from './client.js';
import type { AttestationHost } from './port.js';

/** Sigstore and GitHub's attestations. */
export class GitHubAttestations implements AttestationHost {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async sign(statement: Statement, signal: AbortSignal): Promise<object> {
    const { signStatement } = await import('./sigstore.js');
    return signStatement(statement, signal);
  }

  async store(bundle: object): Promise<void> {
    await this.#client.persist(
      { what: 'store the attestation', permission: 'attestations: write' },
      async () => {
        await this.#client.request('POST /repos/{owner}/{repo}/attestations', { bundle });
      },
    );
  }
}
