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

/** A file that holds public keys. */
export interface FoundKeys {
  /** URL, path, or `gpgkey (armored text)`; may hold credentials. */
  readonly source: string;
  readonly keyring: Keyring;
  /** Nobody named it: it lay in a usual place of the repository. */
  readonly isGuess: boolean;
}

/** Where repositories keep their key, relative to the base. */
const USUAL_PLACES = [
  'repodata/repomd.xml.key',
  'RPM-GPG-KEY',
  'RPM-GPG-KEY.asc',
  'GPG-KEY',
  'gpg',
  'gpg.key',
  'gpgkey',
  'KEY',
  'KEYS',
  'key.asc',
  'repo.key',
  'public.key',
];
/** Names of key files in a listing of the folder. */
const KEY_NAME =
  /href\s*=\s*["']?(?:\.\/)?((?:RPM-GPG-KEY[\w.-]*|[\w.-]+\.(?:asc|gpg|key|pub)))["'\s>]/gi;
/** Files of a listing that are tried. */
const MOST_LISTED = 8;
const GUESS = { attempts: 1, timeout: 15_000 } as const;

/**
 * The keys that `gpgkey` or the .repo file names; where they name none that can be read, those in usual places of the repository.
 * @throws DownloadError, VerificationError KEY_INVALID for a key that the user named
 */
export async function findKeys(
  source: UpstreamSource,
  bases: readonly string[],
  { options, fetcher, logger }: { options: Options; fetcher: Fetcher; logger: Logger },
): Promise<FoundKeys[]> {
  const named: FoundKeys[] = [];
  for (const key of source.keys) {
    try {
      named.push(
        ...(await Promise.all(
          (await fetchKeys([key], fetcher)).map((file) => openKeys(file, false)),
        )),
      );
    } catch (error) {
      // A .repo file often names a file that its own package installs.
      if (options.gpgkey.length > 0 || !isMissing(error)) throw error;
      logger.warning(
        `the .repo file names a key that cannot be read here: ${(error as Error).message}`,
      );
    }
  }
  return named.length > 0 ? named : guessKeys(bases[0], fetcher);
}

async function guessKeys(base: string | undefined, fetcher: Fetcher): Promise<FoundKeys[]> {
  if (base === undefined) return [];
  const names = [...new Set([...USUAL_PLACES, ...(await listedNames(base, fetcher))])];
  const found = await Promise.all(names.map((name) => tryKeys(`${base}/${name}`, fetcher)));
  const seen = new Set<string>();
  return found
    .filter((keys) => keys !== undefined)
    .filter(({ keyring }) => {
      const isNew = keyring.certificates.some(({ fingerprint }) => !seen.has(fingerprint));
      for (const { fingerprint } of keyring.certificates) seen.add(fingerprint);
      return isNew;
    });
}

/** Names of key files in the page that some servers give for a folder. */
async function listedNames(base: string, fetcher: Fetcher): Promise<string[]> {
  try {
    const { body } = await fetcher.fetch({
      url: `${base}/`,
      maxBytes: LIMITS.notesBytes,
      what: 'listing',
      ...GUESS,
    });
    return [...Buffer.from(body).toString('latin1').matchAll(KEY_NAME)]
      .map(([, name]) => name!)
      .filter((name) => !name.startsWith('.'))
      .slice(0, MOST_LISTED);
  } catch (error) {
    if (error instanceof DownloadError) return [];
    throw error;
  }
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
