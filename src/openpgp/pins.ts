// SPDX-License-Identifier: MIT
import { VerificationError } from '../errors.js';
import type { CertificateFacts, Keyring } from './model.js';

/** All that decides which certificates are trusted; fingerprints are of primary keys, upper-case hex. */
export interface TrustInputs {
  /** Every certificate known: those offered now, merged with those in the mirror's archive. */
  readonly keyring: Keyring;
  /** `gpg-fingerprints`; empty when not set. */
  readonly pins: ReadonlySet<string>;
  /** Fingerprints of the certificates in the mirror's archive. */
  readonly archivedFingerprints: ReadonlySet<string>;
  /** What `gpgkey` gives now; default: the whole keyring. */
  readonly offered?: Keyring;
}

export interface TrustSelection {
  readonly trusted: Keyring;
  /** Fingerprints trusted for no other reason than that they are the first; each deserves a warning that prints it. */
  readonly firstUse: readonly string[];
  /** Fingerprints that are here but not trusted. */
  readonly refused: readonly string[];
}

/**
 * Selects the trusted certificates: the pinned ones; without pins those that the archive knows; with an empty archive all that are offered.
 * Others are left out of `trusted`, so a key file that holds more than the pinned key harms nothing.
 * @throws VerificationError PIN_MISMATCH when none of the expected keys is there, or `gpgkey` now offers only others.
 */
export function selectTrusted({
  keyring,
  pins,
  archivedFingerprints,
  offered = keyring,
}: TrustInputs): TrustSelection {
  const known = fingerprintsOf(keyring);
  const expected = pins.size > 0 ? pins : archivedFingerprints;
  if (expected.size === 0) return { trusted: keyring, firstUse: known, refused: [] };
  const present = known.filter((fingerprint) => expected.has(fingerprint));
  const given = fingerprintsOf(offered);
  if (
    present.length === 0 ||
    (given.length > 0 && !given.some((fingerprint) => expected.has(fingerprint)))
  ) {
    throw mismatch({
      expected: [...expected],
      actual: given.length > 0 ? given : known,
      pinned: pins.size > 0,
      subkeys: [...pins].flatMap((pin) => ownerOf(pin, keyring) ?? []),
    });
  }
  return {
    trusted: keyring.restrictedTo(expected),
    firstUse: [],
    refused: known.filter((fingerprint) => !expected.has(fingerprint)),
  };
}

function mismatch({
  expected,
  actual,
  pinned,
  subkeys,
}: {
  expected: readonly string[];
  actual: readonly string[];
  pinned: boolean;
  subkeys: readonly SubkeyPin[];
}): VerificationError {
  const [wanted, found] = [expected.join(', '), actual.length > 0 ? actual.join(', ') : 'no key'];
  const origin = pinned ? 'gpg-fingerprints' : "the mirror's archive";
  const details = { expected: wanted, actual: found };
  const [first] = subkeys;
  if (first === undefined)
    return new VerificationError(
      'PIN_MISMATCH',
      `expected key ${wanted} (${origin}), found ${found}`,
      details,
    );
  const { pin, owner } = first;
  return new VerificationError(
    'PIN_MISMATCH',
    `${pin} (${origin}) is a subkey, and only primary keys are pinned: it belongs to ${owner.fingerprint} ${owner.userId}`,
    {
      ...details,
      remedy: `If you checked that key with the publisher, list its primary fingerprint instead: gpg-fingerprints: ${owner.fingerprint}`,
    },
  );
}

interface SubkeyPin {
  readonly pin: string;
  readonly owner: CertificateFacts;
}

/** The certificate that has a pinned fingerprint for a subkey, by the key id in it: enough for a hint, and nothing is trusted for it. */
function ownerOf(pin: string, { certificates }: Keyring): SubkeyPin | undefined {
  const id = (pin.length === 64 ? pin.slice(0, 16) : pin.slice(-16)).toLowerCase();
  const owner = certificates.find(
    ({ fingerprint, keyIds }) => fingerprint !== pin && keyIds.includes(id),
  );
  return owner === undefined ? undefined : { pin, owner };
}

function fingerprintsOf({ certificates }: Keyring): string[] {
  return certificates.map(({ fingerprint }) => fingerprint);
}
