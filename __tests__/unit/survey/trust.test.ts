// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import type { Options } from '../../../src/inputs/options.js';
import type { Logger } from '../../../src/log.js';
import { loadKeyring } from '../../../src/openpgp/keyring.js';
import { checkSignature } from '../../../src/openpgp/verify.js';
import type { MirrorState } from '../../../src/survey/mirror-state.js';
import { establishTrust } from '../../../src/survey/trust.js';
import {
  makeCertificate,
  makeKey,
  makeRevocation,
  makeSignature,
  makeSubkey,
} from '../../fixtures/openpgp-builder.js';
import { DATA, NOW } from '../../fixtures/openpgp-scenarios.js';
import { signedBytes } from '../../fixtures/rpm-signature-tags.js';

const [key, subkey, stranger] = [makeKey('EdDSA'), makeKey('EdDSA'), makeKey('EdDSA')];
const plain = makeCertificate({ key });
const revoked = makeCertificate({ key, direct: [makeRevocation(key)] });
const extended = Buffer.concat([plain, makeSubkey(key, subkey)]);
const silent = { info: () => undefined, warning: () => undefined } as unknown as Logger;

/** What is trusted and archived when `served` is offered to a mirror that holds `archived`, both as RPM-GPG-KEY. */
async function establish(served: Buffer, archived: Buffer | undefined) {
  const { checker, keyFiles } = await establishTrust(
    [{ name: 'RPM-GPG-KEY', source: 'https://example.invalid/RPM-GPG-KEY', bytes: served }],
    {
      contents: new Map(archived === undefined ? [] : [['RPM-GPG-KEY', archived]]),
      notesState: [],
    } as unknown as MirrorState,
    {
      options: {
        gpgFingerprints: new Set([key.fingerprint]),
        releaseNotes: [],
      } as unknown as Options,
      logger: silent,
      now: NOW,
    },
  );
  const statusOf = async (ring: typeof checker.keyring, by = key) =>
    (
      await checkSignature(makeSignature({ key: by, parts: [DATA] }), signedBytes(DATA), ring, {
        allowWeak: new Set(),
        now: NOW,
      })
    )[0]!.code ?? 'good';
  const kept = keyFiles[0]!.bytes;
  const later = await loadKeyring([{ name: 'archive', bytes: kept }]);
  return {
    kept: Buffer.from(kept),
    now: await statusOf(checker.keyring),
    later: await statusOf(later),
    laterBySubkey: await statusOf(later, subkey),
    laterByStranger: await statusOf(later, stranger),
  };
}

describe('T17: a served key file and the archived one', () => {
  it('the served one is archived as it is while the archive knows nothing more', async () => {
    for (const archived of [undefined, plain])
      expect((await establish(plain, archived)).kept).toEqual(plain);
    expect((await establish(revoked, plain)).kept).toEqual(revoked);
  });

  it('a known revocation counts, and stays archived, when the served file lacks it', async () => {
    expect(await establish(plain, revoked)).toMatchObject({
      kept: revoked,
      now: 'KEY_REVOKED',
      later: 'KEY_REVOKED',
    });
  });

  it('what each of the two knows alone is archived together', async () => {
    expect(await establish(extended, revoked)).toMatchObject({
      now: 'KEY_REVOKED',
      later: 'KEY_REVOKED',
      laterBySubkey: 'KEY_REVOKED',
    });
    expect(await establish(revoked, extended)).toMatchObject({
      later: 'KEY_REVOKED',
      laterBySubkey: 'KEY_REVOKED',
    });
  });

  it("a stranger's certificate beside it is not archived, or the next run would trust it", async () => {
    const both = Buffer.concat([plain, makeCertificate({ key: stranger })]);
    for (const archived of [undefined, plain])
      expect(await establish(both, archived)).toMatchObject({
        later: 'good',
        laterByStranger: 'UNKNOWN_KEY',
      });
  });
});
