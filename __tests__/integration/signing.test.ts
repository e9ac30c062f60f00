// SPDX-License-Identifier: MIT
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';

import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { type SigningBench, signingBench } from '../fixtures/signing-keys.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const PASSPHRASE = 'correct horse battery staple';
const PACKAGES = [hello('1.0'), hello('2.0')];
/** A moment after the keys were made. */
const EPOCH = { env: { SOURCE_DATE_EPOCH: '1750000000' } };

let bench: SigningBench;
beforeEach(() => {
  bench = signingBench();
});
afterEach(() => {
  bench.close();
});
afterAll(removeRunDirectories);

const refs = (stage: Stage): string =>
  stage.git.git('for-each-ref', '--format=%(refname) %(objectname)');

describeWithTools(['gpg', 'git', 'ssh-keygen'], 'signing-key', () => {
  it.each([
    ['rsa2048', ''],
    ['ed25519', PASSPHRASE],
    ['nistp256', PASSPHRASE],
  ])(
    'an OpenPGP key (%s, passphrase "%s") signs every commit and tag: git and gpg call all of them good',
    async (kind, passphrase) => {
      const key = bench.makePgpKey(kind, passphrase);
      await onStage({ packages: PACKAGES }, async (stage) => {
        const result = await stage.publish(
          {
            'signing-key': key,
            ...(passphrase === '' ? {} : { 'signing-key-passphrase': passphrase }),
          },
          EPOCH,
        );
        expect({ code: result.code, tags: stage.tags() }).toEqual({
          code: 0,
          tags: ['1.0', '2.0'],
        });
        expect(bench.verifyAll(stage.git.repoDir, ['gpg.program=gpg'])).toEqual({
          commits: [0, 0, 0, 0],
          tags: [0, 0],
        });
        expect(stage.git.git('log', '-1', '--format=%(trailers:only)')).toContain(
          'Rpm-Nevra: hello-2.0-1.noarch',
        );
      });
    },
  );

  it.each(['ed25519', 'rsa', 'ecdsa'])(
    'an OpenSSH key (%s) signs every commit and tag: git and ssh-keygen call all of them good',
    async (kind) => {
      const key = bench.makeSshKey('signer', kind);
      await onStage({ packages: PACKAGES }, async (stage) => {
        expect((await stage.publish({ 'signing-key': key })).code).toBe(0);
        const settings = [
          'gpg.format=ssh',
          `gpg.ssh.allowedSignersFile=${join(bench.dir, 'allowed-signers')}`,
        ];
        expect(bench.verifyAll(stage.git.repoDir, settings)).toEqual({
          commits: [0, 0, 0, 0],
          tags: [0, 0],
        });
        expect(
          bench.verifyAll(stage.git.repoDir, [
            'gpg.format=ssh',
            'gpg.ssh.allowedSignersFile=/dev/null',
          ]).tags,
        ).not.toContain(0);
      });
    },
  );

  it('what is signed verifies, and the next run goes on from it', async () => {
    const inputs = { 'signing-key': bench.makeSshKey('signer', 'ed25519') };
    await onStage({ packages: PACKAGES.slice(0, 1), inputs }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer(PACKAGES, '1700000001');
      expect((await stage.publish()).code).toBe(0);
      const verified = await stage.publish({ mode: 'verify' });
      expect({
        code: verified.code,
        findings: verified.report.findings,
        tags: stage.tags(),
      }).toEqual({ code: 0, findings: [], tags: ['1.0', '2.0'] });
    });
  });

  it.each(['ed25519', 'rsa2048'])(
    'signatures by %s are the same again with SOURCE_DATE_EPOCH',
    async (kind) => {
      const inputs = { 'signing-key': bench.makePgpKey(kind), title: 'Hello' };
      await onStage({ packages: PACKAGES }, async (stage) => {
        expect((await stage.publish(inputs, EPOCH)).code).toBe(0);
        const first = refs(stage);
        for (const line of first.split('\n'))
          stage.git.git('update-ref', '-d', line.split(' ')[0]!);
        expect((await stage.publish(inputs, EPOCH)).code).toBe(0);
        expect(refs(stage)).toBe(first);
      });
    },
  );
});

describeWithTools(['gpg', 'ssh-keygen'], 'a signing-key that cannot be used', () => {
  const cases: readonly (readonly [string, () => Readonly<Record<string, string>>, RegExp])[] = [
    [
      'the wrong passphrase',
      () => ({
        'signing-key': bench.makePgpKey('ed25519', PASSPHRASE),
        'signing-key-passphrase': 'wrong',
      }),
      /signing-key-passphrase/,
    ],
    [
      'no passphrase for a protected key',
      () => ({ 'signing-key': bench.makePgpKey('ed25519', PASSPHRASE) }),
      /signing-key-passphrase is not set/,
    ],
    [
      'a key that is cut off',
      () => ({ 'signing-key': bench.makePgpKey('ed25519').slice(0, 300) }),
      /signing-key/,
    ],
    ['something else', () => ({ 'signing-key': 'hunter2' }), /no armored OpenPGP private key/],
    [
      'an OpenSSH key that is cut off',
      () => ({ 'signing-key': bench.makeSshKey('k', 'ed25519').slice(0, 150) }),
      /signing-key is no OpenSSH private key/,
    ],
    [
      'an OpenSSH key under a passphrase',
      () => ({ 'signing-key': bench.makeSshKey('k', 'ed25519', PASSPHRASE) }),
      /passphrase/,
    ],
  ];
  it.each(cases)('%s: exit 2 before any request', async (_, inputs, message) => {
    const given = inputs();
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish(given, EPOCH);
      expect({
        code: result.code,
        requests: stage.yum.requests.length + stage.git.requests.length,
      }).toEqual({ code: 2, requests: 0 });
      expect(result.stdout).toMatch(/^::error title=INPUT_INVALID::/m);
      expect(result.stdout).toMatch(message);
    });
  });

  it('a key that was made after SOURCE_DATE_EPOCH: exit 2 before any request', async () => {
    const key = bench.makePgpKey('ed25519');
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish(
        { 'signing-key': key },
        { env: { SOURCE_DATE_EPOCH: '1600000000' } },
      );
      expect({
        code: result.code,
        requests: stage.yum.requests.length + stage.git.requests.length,
      }).toEqual({ code: 2, requests: 0 });
    });
  });
});
