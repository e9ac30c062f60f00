// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { loadKeyring } from '../../src/openpgp/keyring.js';
import { checkSignature } from '../../src/openpgp/verify.js';
import { spawnSync } from '../fixtures/commands.js';
import {
  type KeyKind,
  makeCertificate,
  makeKey,
  makeSignature,
} from '../fixtures/openpgp-builder.js';
import {
  DATA,
  FORGERIES,
  KEY_STATES,
  MOMENTS,
  NOW,
  type Scenario,
} from '../fixtures/openpgp-scenarios.js';
import { signedBytes } from '../fixtures/rpm-signature-tags.js';
import { describeWithTools } from '../fixtures/tools.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'openpgp-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What gpgv says of a signature: the status line that carries its verdict. */
function askGpgv({
  certificate,
  signature,
}: Pick<Scenario, 'certificate' | 'signature'>): string | undefined {
  const [ring, sig, data] = ['ring.gpg', 'data.sig', 'data'].map((name) => path.join(folder, name));
  writeFileSync(ring!, certificate);
  writeFileSync(sig!, signature);
  writeFileSync(data!, DATA);
  const { stdout } = spawnSync(
    'gpgv',
    ['--keyring', ring!, '--homedir', folder, '--status-fd', '1', sig!, data!],
    { encoding: 'utf8' },
  );
  return /^\[GNUPG:\] ((?:GOOD|BAD|ERR|EXP|REVKEY|EXPKEY)SIG)/m.exec(stdout)?.[1];
}

describeWithTools(['gpgv'], 'beside gpgv', () => {
  it.each([...KEY_STATES, ...MOMENTS, ...FORGERIES].filter(({ gpgv }) => gpgv !== undefined))(
    '$name: $gpgv',
    ({ certificate, signature, gpgv }) => {
      expect(askGpgv({ certificate, signature })).toBe(gpgv);
    },
  );

  const kinds: readonly KeyKind[] = [
    'RSA',
    'DSA',
    'P-256',
    'P-384',
    'P-521',
    'brainpoolP256r1',
    'brainpoolP384r1',
    'brainpoolP512r1',
    'EdDSA',
  ];
  const keys = new Map(kinds.map((kind) => [kind, makeKey(kind)]));
  const cases = kinds.flatMap((kind) =>
    ([3, 4] as const).flatMap((version) =>
      ['sha256', 'sha384', 'sha512'].map((hash) => ({ kind, version, hash })),
    ),
  );
  it.each(cases)(
    'both judge a version $version signature by $kind with $hash, a hash too short for its key included',
    async ({ kind, version, hash }) => {
      const key = keys.get(kind)!;
      const certificate = makeCertificate({ key });
      const signature = makeSignature({ key, version, hash, parts: [DATA] });
      const [report] = await checkSignature(
        signature,
        signedBytes(DATA),
        await loadKeyring([{ name: 'key', bytes: certificate }]),
        { allowWeak: new Set(), now: NOW },
      );
      const isGood = askGpgv({ certificate, signature }) === 'GOODSIG';
      expect(report!.status).toBe(isGood ? 'good' : 'bad');
      expect(isGood).toBe(
        Number(/(?:384|512|521)/.exec(kind)?.[0].replace('521', '512') ?? 256) <=
          Number(hash.slice(3)),
      );
    },
  );
});
