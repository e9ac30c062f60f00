// SPDX-License-Identifier: MIT
import { InputError, VerificationError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import type { Logger } from '../log.js';
import { fingerprintFileName, isKeyCandidate, notesFileName } from '../mirror/layout.js';
import { SignatureChecker } from '../openpgp/checker.js';
import { loadKeyring, looksLikeKey } from '../openpgp/keyring.js';
import type { Keyring } from '../openpgp/model.js';
import { selectTrusted } from '../openpgp/pins.js';
import type { KeyFile } from '../upstream/sources.js';
import type { MirrorState } from './mirror-state.js';

/** The keys that count in this run, and the key files to archive. */
export interface Trust {
  readonly checker: SignatureChecker;
  readonly keyFiles: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Names in the archive of all key files, those that are there and those of this run. */
  readonly keyNames: readonly string[];
}

/**
 * Decides which certificates are trusted: the pinned ones, else those that the archive knows, else (empty archive)
 * those given, with a warning.
 * @throws VerificationError KEY_INVALID, PIN_MISMATCH, UNKNOWN_KEY; InputError INPUT_CONFLICT
 */
export async function establishTrust(
  given: readonly KeyFile[],
  state: MirrorState,
  { options, logger, now }: { options: Options; logger: Logger; now: number },
): Promise<Trust> {
  // A page of release notes may quote a key; only what was archived as a key is one.
  const pages = new Set([
    ...state.notesState.map(({ file }) => file),
    ...options.releaseNotes.map((url) => notesFileName(url)),
  ]);
  const archivedFiles = [...state.contents]
    .filter(([name, bytes]) => isKeyCandidate(name) && !pages.has(name) && looksLikeKey(bytes))
    .map(([name, bytes]) => ({ name: `archive/${name}`, bytes }));
  const archived = await loadKeyring(archivedFiles);
  const offered = await loadKeyring(given.map(({ source, bytes }) => ({ name: source, bytes })));
  const keyring = await loadKeyring([
    ...archivedFiles,
    ...given.map(({ source, bytes }) => ({ name: source, bytes })),
  ]);
  if (keyring.certificates.length === 0) {
    throw new VerificationError(
      'UNKNOWN_KEY',
      'no public key is given, and the mirror archives none',
      { remedy: "Set gpgkey to the URL of the publisher's public key." },
    );
  }
  const archivedFingerprints = new Set(archived.certificates.map(({ fingerprint }) => fingerprint));
  const { trusted, firstUse, refused } = selectTrusted({
    keyring,
    pins: options.gpgFingerprints,
    archivedFingerprints,
    offered,
  });
  for (const fingerprint of firstUse) {
    logger.warning(
      `trusting key ${fingerprint} on first use; check it with the publisher and set gpg-fingerprints: ${fingerprint}`,
    );
  }
  for (const fingerprint of refused)
    logger.info(
      `key ${fingerprint} is there, but not trusted: it is neither pinned nor the one that the mirror knows`,
    );
  const keyFiles = await nameKeyFiles(given, { trusted, archived, state });
  const keyNames = new Set([
    ...archivedFiles.map(({ name }) => name.slice('archive/'.length)),
    ...keyFiles.map(({ name }) => name),
  ]);
  const checker = new SignatureChecker(trusted, { allowWeak: options.allowWeak, now });
  return { checker, keyFiles, keyNames: [...keyNames] };
}

interface Known {
  readonly trusted: Keyring;
  readonly archived: Keyring;
  readonly state: MirrorState;
}

/** Armored text is archived under its fingerprint; files that hold no trusted key are not archived. */
async function nameKeyFiles(
  given: readonly KeyFile[],
  known: Known,
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = new Map<string, Uint8Array>();
  for (const { name, source, bytes } of given) {
    const own = await loadKeyring([{ name: source, bytes }]);
    const held = own.certificates
      .map(({ fingerprint }) => fingerprint)
      .filter((fingerprint) => isIn(known.trusted, fingerprint));
    const fileName = name ?? (held[0] === undefined ? undefined : fingerprintFileName(held[0]));
    if (held.length === 0 || fileName === undefined) continue;
    const other = files.get(fileName);
    if (other !== undefined && !Buffer.from(other).equals(bytes)) {
      throw new InputError(
        'INPUT_CONFLICT',
        `two keys of gpgkey would be archived as ${fileName}`,
        { remedy: 'Give one of them as armored text.' },
      );
    }
    files.set(
      fileName,
      keepKnowledge(held, { bytes, own, archivedBytes: known.state.contents.get(fileName) }, known),
    );
  }
  return [...files].map(([name, bytes]) => ({ name, bytes }));
}

/**
 * What to archive of a served key file. Certificates that are not trusted stay out, or the next run would find them in the archive and
 * trust them; and a file that lacks what the archive knows, such as a revocation, must not make the mirror forget it.
 */
function keepKnowledge(
  held: readonly string[],
  {
    bytes,
    own,
    archivedBytes,
  }: { bytes: Uint8Array; own: Keyring; archivedBytes: Uint8Array | undefined },
  { trusted, archived }: Known,
): Uint8Array {
  const same = (keyring: Keyring): boolean =>
    held.every(
      (fingerprint) =>
        isIn(keyring, fingerprint) && keyring.armored(fingerprint) === trusted.armored(fingerprint),
    );
  const isOurs = own.certificates.length === held.length;
  if (isOurs && (archivedBytes === undefined || same(own))) return bytes;
  const isArchived =
    archivedBytes !== undefined &&
    same(archived) &&
    archived.certificates.every(({ fingerprint }) => isIn(trusted, fingerprint));
  return isArchived
    ? archivedBytes
    : Buffer.from(held.map((fingerprint) => trusted.armored(fingerprint)).join(''));
}

function isIn({ certificates }: Keyring, fingerprint: string): boolean {
  return certificates.some((certificate) => certificate.fingerprint === fingerprint);
}
