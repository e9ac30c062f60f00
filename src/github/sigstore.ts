// SPDX-License-Identifier: MIT
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

import { attest } from '@actions/attest';

import { GitError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Statement } from '../report/statements.js';
import type { SigstoreInstance } from './port.js';

/**
 * Signs a statement with a key of this moment, whose certificate names the job: in the public Sigstore for a public repository,
 * in GitHub's own for any other, whatever the job's event says. To be imported late, since the library is large.
 * @throws GitError REMOTE_FAILED; the reason of `signal` when that fires
 */
export async function signStatement(
  { subject, predicateType, predicate }: Statement,
  { instance, signal }: { readonly instance: SigstoreInstance; readonly signal: AbortSignal },
): Promise<object> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.requestTimeout)]);
  try {
    // No token: the library would store in the job's repository, which need not be the mirror.
    return await within(
      deadline,
      async () =>
        (
          await attest({
            subjects: subject,
            predicateType,
            predicate,
            sigstore: instance,
            token: '',
            skipWrite: true,
          })
        ).bundle,
    );
  } catch (error) {
    signal.throwIfAborted();
    const reason = deadline.aborted
      ? `no signature within ${LIMITS.requestTimeout / 1000} s`
      : describeFailure(error);
    throw new GitError('REMOTE_FAILED', `Sigstore: could not sign: ${reason}`, {
      remedy:
        'Check that the job has permissions: id-token: write, and reaches Sigstore (hosts fulcio and rekor of sigstore.dev; fulcio and timestamp of githubapp.com for a private repository).',
    });
  }
}

/**
 * Ends `work` and every request that it makes when `signal` fires. The library takes no signal, and its request for the job's token
 * knows no time-out: without this it could keep the process alive for ever.
 */
async function within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const requests = new Set<ClientRequest>();
  const watch = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    if (signal.aborted) request.destroy();
    else requests.add(request.once('close', () => requests.delete(request)));
  };
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        for (const request of requests) request.destroy();
        reject(new Error('stopped'));
      },
      { once: true },
    );
  });
  subscribe('http.client.request.start', watch);
  const done = work().finally(() => unsubscribe('http.client.request.start', watch));
  return Promise.race([done, stopped]);
}

/** What the library says, and why; without the job's token, which one of its messages quotes, and which a server's answer might. */
function describeFailure(error: unknown): string {
  const { code, cause } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly cause?: unknown;
  };
  if (code === 'IDENTITY_TOKEN_PARSE_ERROR')
    return 'the answer to the request for the identity token holds none';
  const texts = [error, cause].flatMap((one) =>
    one instanceof Error ? [one.message] : typeof one === 'string' ? [one] : [],
  );
  return texts
    .filter((text, at) => texts.findIndex((other) => other.includes(text)) === at)
    .join(': ')
    .replaceAll(/\beyJ[\w-]*(?:\.[\w-]*)*/gu, '***')
    .slice(0, 500);
}
