// SPDX-License-Identifier: MIT
import { describeError, GitError, InputError, sentences } from '../../errors.js';
import type { AttestationHost, SigstoreInstance } from '../../github/port.js';
import type { RepositoryName } from '../../github/repository-name.js';
import type { Options } from '../../inputs/options.js';
import type { Logger } from '../../log.js';
import type { RunResult } from '../../report/report.js';
import { toStatement } from '../../report/statements.js';
import type { RunHost } from '../run-host.js';

/** Failures in a row after which the rest is not tried: they would fail alike, each after a wait. */
const PATIENCE = 2;

const LATER =
  'The release stays published. No later run attests it, since none verifies the package anew; docs/audit-trail.md says how to do it from the statement beside the report.';

/**
 * Signs and stores the statement of each release that this run published, also of a run that failed after a push.
 * A release that is left without is an error of the run, which names it; a signature that could not be stored is kept.
 */
export async function attestReleases(
  host: AttestationHost,
  result: RunResult,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<RunResult> {
  const { report } = result;
  const attestations = new Map<string, object>();
  const before = report.errors.length;
  const wanted = report.releases.flatMap((row) => {
    const statement = toStatement(row, report);
    return statement === undefined ? [] : [{ row, statement }];
  });
  if (wanted.length === 0) return result;
  let instance: SigstoreInstance;
  try {
    instance = await host.instance();
  } catch (error) {
    const { code, message, remedy } = describeError(error);
    const what = wanted.length === 1 ? 'the release is' : `${wanted.length} releases are`;
    report.errors.push({ code, message: `${what} published but not attested: ${message}`, remedy });
    return { ...result, failed: true };
  }
  let failuresInARow = 0;
  for (const { row, statement } of wanted) {
    try {
      signal.throwIfAborted();
      if (failuresInARow >= PATIENCE)
        throw new GitError('REMOTE_FAILED', 'not tried, after the failures before it');
      const bundle = await host.sign(statement, instance, signal);
      attestations.set(row.tag, bundle);
      await host.store(bundle);
      logger.info(`${row.nevra}: attested`);
      failuresInARow = 0;
    } catch (error) {
      const { code, message, remedy } = describeError(error);
      report.errors.push({
        code,
        message: `${row.nevra} is published but not attested: ${message}`,
        remedy: `${remedy} ${LATER}`,
      });
      failuresInARow += 1;
    }
  }
  return { ...result, attestations, failed: result.failed || report.errors.length > before };
}

/** Found before anything is published, in a dry run too: who asks for attestations relies on them. Elsewhere `check` may look without. */
export function needIdentity(
  mode: Options['mode'],
  {
    environment,
    logger,
    mirror,
  }: Pick<RunHost, 'environment' | 'logger'> & {
    readonly mirror: RepositoryName | undefined;
  },
): void {
  if (mode === 'verify') return;
  const error = needOwnRepository(mirror, environment) ?? needToken(environment);
  if (error === undefined) return;
  if (mode === 'publish') throw error;
  logger.warning(`publish would refuse the inputs: ${sentences(error)}`);
}

/** GitHub keeps an attestation only in the repository whose job signed it: a signature for another would be public, and refused. */
function needOwnRepository(
  mirror: RepositoryName | undefined,
  { GITHUB_REPOSITORY: own }: RunHost['environment'],
): InputError | undefined {
  if (own === undefined || own === '' || mirror === undefined) return undefined;
  const name = `${mirror.owner}/${mirror.repo}`;
  if (name.toLowerCase() === own.toLowerCase()) return undefined;
  return new InputError(
    'INPUT_CONFLICT',
    `attest: true works only where the job runs in the mirror's own repository: the job is of ${own}, and repository is ${name}`,
    {
      remedy: `Run the workflow in ${name}, or leave attest out; the unsigned statements lie beside the report in any case.`,
    },
  );
}

function needToken(environment: RunHost['environment']): InputError | undefined {
  const missing = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'].filter(
    (name) => !environment[name],
  );
  if (missing.length === 0) return undefined;
  return new InputError(
    'INPUT_CONFLICT',
    `attest: true needs the identity of a GitHub Actions job, and there is none here (${missing.join(' and ')} not set)`,
    {
      remedy:
        'Give the job permissions: id-token: write and attestations: write. Outside of GitHub Actions leave attest out; the unsigned statements lie beside the report in any case.',
    },
  );
}
