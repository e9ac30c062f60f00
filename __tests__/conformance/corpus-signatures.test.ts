// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';

import { beforeAll, expect, it } from '@jest/globals';

import { loadKeyring } from '../../src/openpgp/keyring.js';
import type { Keyring, SignaturePolicy } from '../../src/openpgp/model.js';
import { checkDetached, checkSignature, peekSignature } from '../../src/openpgp/verify.js';
import { readSignatureTags } from '../fixtures/rpm-signature-tags.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

/** What rpm 4.18, rpm 6.1 and GnuPG say together of one packet, and the status that it must have here. */
const STATUS: Readonly<Record<string, string>> = {
  good: 'good',
  'good-key-now-expired': 'good',
  nokey: 'no-key',
  bad: 'bad',
};
/** The date of the corpus. */
const NOW = Date.UTC(2026, 10, 22) / 1000;
const permissive: SignaturePolicy = {
  allowWeak: new Set(['md5', 'sha1', 'ripemd160', 'rsa512', 'dsa512']),
  now: NOW,
};
const strict: SignaturePolicy = { allowWeak: new Set(), now: NOW };

interface ExpectedPacket {
  readonly tag: string;
  readonly packet_version: number;
  readonly pk: string;
  readonly hash: string;
  readonly keyid: string;
  readonly created: number;
  readonly consensus: string;
}

interface PackageRow {
  readonly path: string;
  readonly signature_packets: readonly ExpectedPacket[] | null;
}

function corpusRows<T>(...file: string[]): T[] {
  const text = readFileSync(sharedPath('corpus', ...file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

async function corpusKeyring(...folders: string[]): Promise<Keyring> {
  const files = folders.flatMap((folder) =>
    readdirSync(sharedPath('corpus', folder)).map((file) => sharedPath('corpus', folder, file)),
  );
  return loadKeyring(
    files
      .filter((file) => file.endsWith('.asc'))
      .map((name) => ({ name, bytes: readFileSync(name) })),
  );
}

/** The packets of a package beside what the corpus says of them; both list a tag's packets in the order of the file. */
function pairUp(row: PackageRow) {
  const expected = [...(row.signature_packets ?? [])];
  return readSignatureTags(readFileSync(sharedPath('corpus', row.path))).map((found) => {
    const at = expected.findIndex(({ tag }) => tag === found.tag);
    return { ...found, expected: at === -1 ? undefined : expected.splice(at, 1)[0] };
  });
}

describeWithShared('the signatures of packages by others', () => {
  let rows: PackageRow[];
  let keyring: Keyring;
  beforeAll(async () => {
    rows = corpusRows<PackageRow>('expected.jsonl').filter(
      ({ signature_packets: packets }) => (packets?.length ?? 0) > 0,
    );
    keyring = await corpusKeyring('keys');
  });

  it('have the status that rpm and GnuPG agree on, and the facts that their packets state', async () => {
    const differences: string[] = [];
    for (const row of rows) {
      for (const { tag, packets, data, expected } of pairUp(row)) {
        const [report] = await checkSignature(packets, data, keyring, permissive);
        const wanted = expected && [
          expected.packet_version,
          expected.pk,
          expected.hash,
          expected.keyid,
          expected.created,
          STATUS[expected.consensus] ?? report!.status,
        ];
        const found = [
          report!.version,
          report!.algorithm,
          report!.hash,
          report!.keyId,
          report!.created,
          report!.status,
        ];
        if (wanted?.join(' ') !== found.join(' '))
          differences.push(
            `${row.path} ${tag}: expected ${wanted?.join(' ')}, found ${found.join(' ')} (${report!.reason})`,
          );
      }
    }
    expect(differences).toEqual([]);
  });

  it('rest on no weak algorithm where the policy tolerates none (T15)', async () => {
    for (const row of rows) {
      for (const { packets, data } of pairUp(row)) {
        const [tolerant] = await checkSignature(packets, data, keyring, permissive);
        const [report] = await checkSignature(packets, data, keyring, strict);
        const isWeak = tolerant!.status === 'good' && tolerant!.tolerated.length > 0;
        expect([row.path, report!.status, report!.code]).toEqual(
          isWeak
            ? [row.path, 'rejected', 'WEAK_ALGORITHM']
            : [row.path, tolerant!.status, tolerant!.code],
        );
        if (/^(MD5|SHA1|RIPEMD160)$/.test(report!.hash)) expect(report!.status).not.toBe('good');
      }
    }
  });

  it('announce the hash contexts that they need', async () => {
    for (const row of rows) {
      for (const { packets, data } of pairUp(row)) {
        const asked: string[] = [];
        await checkSignature(
          packets,
          {
            hash: (hash, prefix) => (
              asked.push(`${hash} ${Buffer.from(prefix ?? []).toString('hex')}`),
              data.hash(hash, prefix)
            ),
          },
          keyring,
          permissive,
        );
        const announced = peekSignature(packets).map(
          ({ hash, prefix }) => `${hash} ${Buffer.from(prefix).toString('hex')}`,
        );
        expect(announced).toEqual(expect.arrayContaining(asked));
      }
    }
  });

  it('are good under one signer only when they are his', async () => {
    for (const row of rows.slice(0, 40)) {
      for (const { packets, data } of pairUp(row)) {
        const [report] = await checkSignature(packets, data, keyring, permissive);
        if (report!.status !== 'good') continue;
        const others = new Set(
          keyring.certificates
            .map(({ fingerprint }) => fingerprint)
            .filter((fingerprint) => fingerprint !== report!.fingerprint),
        );
        const [withoutHim] = await checkSignature(
          packets,
          data,
          keyring.restrictedTo(others),
          permissive,
        );
        expect(withoutHim).toMatchObject({
          status: 'no-key',
          code: 'UNKNOWN_KEY',
          fingerprint: null,
        });
      }
    }
  });
});

interface RepositoryRow {
  readonly dir: string;
  readonly signature: { readonly file: string; readonly with_known_keys: string } | null;
}

/** What GnuPG says of repomd.xml.asc with the signer's key; an expired key is refused by policy. */
const DETACHED: Readonly<Record<string, readonly (string | undefined)[]>> = {
  GOODSIG: ['good', undefined],
  BADSIG: ['bad', 'BAD_SIGNATURE'],
  EXPKEYSIG: ['rejected', 'KEY_EXPIRED'],
  'key not found': ['unsupported', 'NO_SIGNATURE'],
};

describeWithShared('the signatures of indexes by others', () => {
  it('have the status that GnuPG gives them', async () => {
    const keyring = await corpusKeyring('keys', 'keys/repomd');
    const rows = corpusRows<RepositoryRow>('repos', 'expected.jsonl').filter(
      ({ signature }) => signature?.file !== undefined,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { dir, signature } of rows) {
      const [armored, repomd] = [signature!.file, 'repodata/repomd.xml'].map((file) =>
        readFileSync(sharedPath('corpus', dir, file)),
      );
      const reports = await checkDetached(armored!, repomd!, keyring, permissive);
      expect([dir, ...reports.flatMap(({ status, code }) => [status, code])]).toEqual([
        dir,
        ...DETACHED[signature!.with_known_keys]!,
      ]);
    }
  });
});

describeWithShared('the 44 packages of the real upstream', () => {
  it('are all signed by version 3 packets that are good, though the key was re-issued after most of them (T18)', async () => {
    const bytes = readFileSync(sharedPath('neuron', 'GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB'));
    const keyring = await loadKeyring([{ name: 'neuron', bytes }]);
    expect(keyring.certificates[0]).toMatchObject({
      fingerprint: '00FA2C1079260870A76D2C285749CAD8646D9185',
      userId: 'Amazon AWS Neuron <neuron-maintainers@amazon.com>',
      created: 1573493367,
    });
    const packages = readdirSync(sharedPath('neuron', 'packages')).filter((file) =>
      file.endsWith('.rpm'),
    );
    let checked = 0;
    for (const file of packages) {
      for (const { packets, data } of readSignatureTags(
        readFileSync(sharedPath('neuron', 'packages', file)),
      )) {
        checked++;
        expect([file, ...(await checkSignature(packets, data, keyring, strict))]).toMatchObject([
          file,
          { status: 'good', version: 3, algorithm: 'RSA', hash: 'SHA256' },
        ]);
      }
    }
    expect([packages.length, checked]).toEqual([44, 88]);
  });
});
