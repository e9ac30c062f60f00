// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { loadKeyring } from '../../src/openpgp/keyring.js';
import { checkSignature } from '../../src/openpgp/verify.js';
import { spawnSync } from '../fixtures/commands.js';
import {
  BIRTH,
  DAY,
  FLAGS,
  makeCertificate,
  makeKey,
  makeSubkey,
  subpacket,
  uint32,
} from '../fixtures/openpgp-builder.js';
import { DATA } from '../fixtures/openpgp-scenarios.js';
import { signedBytes } from '../fixtures/rpm-signature-tags.js';
import { describeWithShared, describeWithTools, sharedPath } from '../fixtures/tools.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'keys-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(
  command: string,
  args: readonly string[],
  options: { home?: string; input?: Uint8Array } = {},
) {
  const env = { ...process.env, GNUPGHOME: options.home ?? folder };
  return spawnSync(command, args, {
    env,
    cwd: folder,
    ...(options.input && { input: options.input }),
  });
}

describeWithTools(['gpg', 'gpg1'], 'the oldest GnuPG that is still about', () => {
  it.each([
    ['RSA', 'MD5', 'md5'],
    ['RSA', 'SHA1', 'sha1'],
    ['RSA', 'RIPEMD160', 'ripemd160'],
    ['RSA', 'SHA224', undefined],
    ['RSA', 'SHA256', undefined],
    ['RSA', 'SHA384', undefined],
    ['RSA', 'SHA512', undefined],
    ['DSA', 'SHA256', undefined],
    ['DSA', 'SHA512', undefined],
  ])(
    'makes version 3 signatures with %s and %s that are right here',
    async (kind, hash, weakness) => {
      const home = path.join(folder, kind);
      if (mkdirSync(home, { recursive: true, mode: 0o700 }) !== undefined) {
        const parameters = `Key-Type: ${kind}\nKey-Length: 2048\nKey-Usage: sign\nName-Real: ${kind}\nExpire-Date: 0\n%no-protection\n%commit\n`;
        expect(
          run('gpg1', ['--batch', '--quick-random', '--gen-key'], {
            home,
            input: Buffer.from(parameters.replace('%no-protection\n', '')),
          }).status,
        ).toBe(0);
      }
      const signature = run(
        'gpg1',
        ['--batch', '--force-v3-sigs', '--digest-algo', hash, '--detach-sign'],
        { home, input: DATA },
      ).stdout;
      const keyring = await loadKeyring([
        { name: 'gpg1', bytes: run('gpg1', ['--export'], { home }).stdout },
      ]);
      const now = Math.floor(Date.now() / 1000);
      const check = async (names: readonly string[]) =>
        (
          await checkSignature(signature, signedBytes(DATA), keyring, {
            allowWeak: new Set(names),
            now,
          })
        )[0];
      expect(await check(['md5', 'sha1', 'ripemd160'])).toMatchObject({
        version: 3,
        algorithm: kind,
        hash,
        status: 'good',
        tolerated: weakness ? [weakness] : [],
      });
      expect((await check([]))!.status).toBe(weakness ? 'rejected' : 'good');
    },
  );
});

describe('armor that we write', () => {
  const [key, subkey] = [makeKey('RSA'), makeKey('RSA')];
  const armored = async () => {
    const sources = [
      makeCertificate({ key }),
      makeCertificate({
        key,
        userId: 'Second',
        certifications: [{ hashed: [FLAGS, subpacket(9, uint32(9000 * DAY))] }],
        after: [makeSubkey(key, subkey)],
      }),
    ];
    return (
      await loadKeyring(sources.map((bytes, index) => ({ name: `source ${index}`, bytes })))
    ).armored(key.fingerprint);
  };

  describeWithTools(['gpg'], 'beside gpg', () => {
    it('is imported with all its identities and subkeys', async () => {
      const home = path.join(folder, 'gpg');
      mkdirSync(home, { mode: 0o700 });
      expect(
        run('gpg', ['--batch', '--import'], { home, input: Buffer.from(await armored()) }).status,
      ).toBe(0);
      const listing = run('gpg', ['--batch', '--with-colons', '--list-keys', key.fingerprint], {
        home,
      }).stdout.toString();
      expect(listing.match(/^(?:pub|sub|uid)/gm)).toEqual(['pub', 'uid', 'uid', 'sub']);
    });
  });

  describeWithTools(['rpmkeys', 'rpm'], 'beside rpm', () => {
    it('is imported', async () => {
      const [file, db] = [path.join(folder, 'key.asc'), path.join(folder, 'rpmdb')];
      writeFileSync(file, await armored());
      expect(run('rpmkeys', ['--dbpath', db, '--import', file]).status).toBe(0);
      expect(run('rpm', ['--dbpath', db, '-q', 'gpg-pubkey']).stdout.toString()).toContain(
        `gpg-pubkey-${key.keyId.slice(-8)}-${BIRTH.toString(16)}`,
      );
    });
  });
});

interface KeyRow {
  readonly file: string;
  readonly fingerprint: string;
  readonly keyids: readonly string[];
  readonly uids: readonly string[];
}

describeWithShared('the certificates of signers in the wild', () => {
  it('have the fingerprints, key ids and user ids that are known of them', async () => {
    const rows = JSON.parse(
      readFileSync(sharedPath('corpus', 'keys', 'keys.json'), 'utf8'),
    ) as KeyRow[];
    expect(rows.length).toBeGreaterThan(0);
    for (const { file, fingerprint, keyids, uids } of rows) {
      const { certificates } = await loadKeyring([
        { name: file, bytes: readFileSync(sharedPath('corpus', file)) },
      ]);
      expect(certificates).toHaveLength(1);
      expect([
        certificates[0]!.fingerprint.toLowerCase(),
        [...certificates[0]!.keyIds].sort(),
      ]).toEqual([fingerprint, [...keyids].sort()]);
      expect(uids).toContain(certificates[0]!.userId);
    }
  });

  it('keep their fingerprint when all variants are merged', async () => {
    const variants = readdirSync(sharedPath('corpus', 'keys', 'variants')).map((file) =>
      sharedPath('corpus', 'keys', 'variants', file),
    );
    const { certificates } = await loadKeyring(
      variants.map((name) => ({ name, bytes: readFileSync(name) })),
    );
    expect(certificates).toHaveLength(
      new Set(variants.map((name) => path.basename(name).slice(0, 16))).size,
    );
  });
});
