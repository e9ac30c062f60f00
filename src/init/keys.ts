// SPDX-License-Identifier: MIT
import { DownloadError, VerificationError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../log.js';
import type { Fetcher } from '../net/fetcher.js';
import { displayUrl } from '../net/urls.js';
import { loadKeyring } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import { fetchKeys, type KeyFile, type UpstreamSource } from '../upstream/sources.js';
import { GUESS, keyPlaces } from './key-places.js';

/** A file that holds public keys. */
export interface FoundKeys {
  /** URL, path, or `gpgkey (armored text)`; may hold credentials. */
  readonly source: string;
  readonly keyring: Keyring;
  /** Nobody named it: it lay in a usual place of the repository. */
  readonly isGuess: boolean;
}

export interface KeySearch {
  readonly options: Options;
  readonly fetcher: Fetcher;
  readonly logger: Logger;
  readonly base: string | undefined;
  /** Names of the chosen packages. */
  readonly packages: readonly string[];
  /** Key ids of all that signed what was looked at, lower-case; a hint that ends the search. */
  readonly signers: ReadonlySet<string>;
}

/**
 * The keys that `gpgkey` or the .repo file names, and where those are not the signers', what lies in usual places of the repository. What was found is proposed, never trusted.
 * @throws DownloadError, VerificationError KEY_INVALID for a key that the user named
 */
export async function findKeys(source: UpstreamSource, search: KeySearch): Promise<FoundKeys[]> {
  const named = await namedKeys(source, search);
  if (named.length > 0 && isCovered(named, search.signers)) return named;
  return [...named, ...(await guessKeys(named, search))];
}

async function namedKeys(
  source: UpstreamSource,
  { options, fetcher, logger }: KeySearch,
): Promise<FoundKeys[]> {
  const named: FoundKeys[] = [];
  for (const key of source.keys) {
    try {
      for (const file of await fetchKeys([key], fetcher)) named.push(await openKeys(file, false));
    } catch (error) {
      // A .repo file often names a file that its own package installs.
      if (options.gpgkey.length > 0 || !isMissing(error)) throw error;
      logger.warning(
        `the .repo file names a key that cannot be read here: ${(error as Error).message}`,
      );
    }
  }
  return named;
}

/** Round by round, until every signer's key is there. Without a known signer the first key ends it. */
async function guessKeys(
  named: readonly FoundKeys[],
  { base, packages, options, fetcher, signers }: KeySearch,
): Promise<FoundKeys[]> {
  if (base === undefined) return [];
  const { basearch, releasever } = options.source;
  const guesses: FoundKeys[] = [];
  const seen = new Set(named.flatMap(({ keyring }) => fingerprints(keyring)));
  for await (const urls of keyPlaces({ base, packages, basearch, releasever }, fetcher)) {
    const found = await Promise.all(urls.map((url) => tryKeys(url, fetcher)));
    for (const keys of found.filter((item) => item !== undefined)) {
      const own = fingerprints(keys.keyring);
      if (own.some((fingerprint) => !seen.has(fingerprint))) guesses.push(keys);
      for (const fingerprint of own) seen.add(fingerprint);
    }
    if (isCovered([...named, ...guesses], signers)) break;
  }
  return guesses;
}

function isCovered(keys: readonly FoundKeys[], signers: ReadonlySet<string>): boolean {
  if (signers.size === 0) return keys.length > 0;
  const ids = new Set(
    keys.flatMap(({ keyring }) => keyring.certificates.flatMap(({ keyIds }) => keyIds)),
  );
  return [...signers].every((id) => ids.has(id));
}

function fingerprints({ certificates }: Keyring): string[] {
  return certificates.map(({ fingerprint }) => fingerprint);
}

async function tryKeys(url: string, fetcher: Fetcher): Promise<FoundKeys | undefined> {
  try {
    const { body } = await fetcher.fetch({
      url,
      maxBytes: LIMITS.keyBytes,
      what: 'public key',
      ...GUESS,
    });
    return await openKeys({ name: undefined, source: url, bytes: body }, true);
  } catch (error) {
    if (error instanceof DownloadError || error instanceof VerificationError) return undefined;
    throw error;
  }
}

async function openKeys({ source, bytes }: KeyFile, isGuess: boolean): Promise<FoundKeys> {
  return { source, keyring: await loadKeyring([{ name: displayUrl(source), bytes }]), isGuess };
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof DownloadError && (error.code === 'NOT_FOUND' || error.code === 'HTTP_STATUS')
  );
}
