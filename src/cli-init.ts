// SPDX-License-Identifier: MIT
import { variableOf, type CommandLine } from './cli-arguments.js';
import { formatWorkflow, rankPackages } from './init.js';
import { parseOptions, type InputReader } from './inputs.js';
import type { Logger } from './log.js';
import { createFetcher } from './net/http.js';
import { loadKeyring } from './openpgp/keyring.js';
import { loadIndex } from './repodata/client.js';
import { fetchKeys, resolveSource } from './stages/upstream.js';
import { VERSION } from './version.js';

export interface InitCommand {
  readonly line: CommandLine;
  readonly read: InputReader;
  readonly logger: Logger;
}

/**
 * `init`: looks at a repository and prints a workflow file for it, with the fingerprints of its keys. Nothing is written. Returns the exit status.
 * @throws InputError, DownloadError, RepodataError, IntegrityError, VerificationError
 */
export async function printWorkflow({ line, read, logger }: InitCommand): Promise<number> {
  const given = read('packages');
  // What the workflow will fill in, or what the user is still to choose, is no reason to refuse.
  const options = parseOptions((name) => (name === 'mode' ? 'check' : name === 'packages' ? given || '*' : read(name)), { GITHUB_REPOSITORY: 'owner/name' });
  const fetcher = createFetcher({ logger, userAgent: `rpm-source-mirror/${VERSION}`, concurrency: options.concurrency, environment: process.env, secretHeaders: { lines: options.httpHeaders, urls: options.source.baseUrls } });
  try {
    const source = await resolveSource(options, fetcher);
    const keys = await loadKeyring((await fetchKeys(source.keys, fetcher)).map(({ source: name, bytes }) => ({ name, bytes })));
    const index = await loadIndex({
      bases: source.baseUrls,
      mirrorlist: source.mirrorlist,
      metalink: source.metalink,
      fetcher,
      select: ({ arch }) => options.arch.includes(arch),
      allowWeak: options.allowWeak,
      previous: undefined,
      verifyRepomd: undefined,
    });
    const candidates = rankPackages(index.packages.map(({ nevra }) => nevra));
    logger.info(`${index.baseUrl}: ${index.packageCount} packages, ${candidates.length} names for ${options.arch.join(', ')}`);
    if (keys.certificates.length === 0) logger.warning(`no public key is given: set --gpgkey or ${variableOf('gpgkey')} to see its fingerprint`);
    const inputs = [...line.inputs].filter(([name]) => name !== 'packages');
    process.stdout.write(formatWorkflow({ inputs, packages: options.packages.filter((name) => name !== '*'), candidates, keys: keys.certificates }));
    return 0;
  } finally {
    await fetcher.close();
  }
}
