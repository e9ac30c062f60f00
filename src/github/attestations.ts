// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Statement } from '../report/statements.js';
import type { Client } from './client.js';
import type { AttestationHost, SigstoreInstance } from './port.js';

const ENTERPRISE =
  'Attestations of private and internal repositories need GitHub Enterprise Cloud, and those of a user none at all can have (GitHub Docs, Artifact attestations). Make the mirror public, or leave attest out; the unsigned statements lie beside the report in any case.';

/** Sigstore and GitHub's attestations. */
export class GitHubAttestations implements AttestationHost {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async instance(): Promise<SigstoreInstance> {
    const found = await this.#client.persist(
      { what: 'read who may see the repository', permission: 'contents: read' },
      () => this.#client.request('GET /repos/{owner}/{repo}'),
    );
    const { private: isPrivate, owner } = (found ?? {}) as {
      readonly private?: unknown;
      readonly owner?: { readonly type?: unknown };
    };
    if (isPrivate === false) return 'public-good';
    if (owner?.type === 'User') {
      const { owner: name, repo } = this.#client.options.repository;
      throw new GitError(
        'REMOTE_FAILED',
        `GitHub: Feature not available for user owned private repositories: ${name}/${repo} can have no attestations, so nothing was signed`,
        { remedy: ENTERPRISE },
      );
    }
    return 'github';
  }

  async sign(
    statement: Statement,
    instance: SigstoreInstance,
    signal: AbortSignal,
  ): Promise<object> {
    const { signStatement } = await import('./sigstore.js');
    return signStatement(statement, { instance, signal });
  }

  async store(bundle: object): Promise<void> {
    try {
      await this.#client.persist(
        { what: 'store the attestation', permission: 'attestations: write' },
        () => this.#client.request('POST /repos/{owner}/{repo}/attestations', { bundle }),
      );
    } catch (error) {
      if (!(error instanceof GitError) || !/feature not available/iu.test(error.message))
        throw error;
      throw new GitError('REMOTE_FAILED', error.message, { remedy: ENTERPRISE, cause: error });
    }
  }
}
