// SPDX-License-Identifier: MIT
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { loadSigner } from '../../src/signing/load.js';
import type { Signer } from '../../src/signing/signer.js';
import { spawnSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';

const NOW = Math.floor(Date.now() / 1000);
const WHO = 'Signer <signer@example.invalid>';
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sign-'));
  env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GNUPGHOME: path.join(folder, 'gnupg'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  mkdirSync(env['GNUPGHOME']!);
  chmodSync(env['GNUPGHOME']!, 0o700);
});
afterAll(() => {
  spawnSync('gpgconf', ['--kill', 'all'], { env });
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: readonly string[], input?: string | Uint8Array) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    env,
    input,
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function gpg(...args: readonly string[]): string {
  const { status, stdout, stderr } = run('gpg', [
    '--batch',
    '--faked-system-time',
    '20260101T000000',
    '--pinentry-mode',
    'loopback',
    ...args,
  ]);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Writes a commit and an annotated tag that carry the signer's signatures, and asks git about them. */
async function askGit(signer: Signer, config: readonly string[]): Promise<(number | null)[]> {
  const repository = mkdtempSync(path.join(folder, 'git-'));
  const git = (args: readonly string[], input?: string) =>
    run('git', ['-C', repository, ...config.flatMap((entry) => ['-c', entry]), ...args], input);
  git(['init', '-q']);
  const tree = git(['mktree'], '').stdout.trim();
  const person = `${WHO} ${NOW} +0000`;
  const [head, text] = [`tree ${tree}\nauthor ${person}\ncommitter ${person}\n`, '\nsigned\n'];
  const signature = await signer.sign(Buffer.from(head + text), NOW);
  const gpgsig = `gpgsig ${signature.trimEnd().replaceAll('\n', '\n ')}\n`;
  const commit = git(
    ['hash-object', '-t', 'commit', '-w', '--stdin'],
    head + gpgsig + text,
  ).stdout.trim();
  const tag = `object ${commit}\ntype commit\ntag v1\ntagger ${person}\n\nv1\n`;
  const tagId = git(
    ['hash-object', '-t', 'tag', '-w', '--stdin'],
    tag + (await signer.sign(Buffer.from(tag), NOW)),
  ).stdout.trim();
  return [git(['verify-commit', commit]).status, git(['verify-tag', tagId]).status];
}

describeWithTools(['gpg', 'git'], 'an OpenPGP signing key', () => {
  it.each(['rsa2048', 'rsa4096', 'ed25519', 'nistp256', 'nistp384', 'nistp521'])(
    'of kind %s makes commits and tags that git calls good',
    async (kind) => {
      const name = `${kind} <${kind}@example.invalid>`;
      gpg('--passphrase', '', '--quick-gen-key', name, kind, 'sign', 'never');
      const signer = await loadSigner(gpg('--armor', '--export-secret-keys', name));
      expect(await askGit(signer, ['gpg.program=gpg'])).toEqual([0, 0]);
    },
  );

  it('opens with its passphrase and with no other', async () => {
    gpg(
      '--passphrase',
      'right',
      '--quick-gen-key',
      'locked <locked@example.invalid>',
      'ed25519',
      'sign',
      'never',
    );
    const armored = gpg(
      '--passphrase',
      'right',
      '--armor',
      '--export-secret-keys',
      'locked@example.invalid',
    );
    expect(await askGit(await loadSigner(armored, 'right'), [])).toEqual([0, 0]);
    for (const passphrase of [undefined, '', 'wrong'])
      await expect(loadSigner(armored, passphrase)).rejects.toMatchObject({
        name: 'InputError',
        code: 'INPUT_INVALID',
      });
  });

  it('signs with its subkey when the primary key is kept elsewhere', async () => {
    gpg(
      '--passphrase',
      '',
      '--quick-gen-key',
      'offline <offline@example.invalid>',
      'ed25519',
      'cert',
      'never',
    );
    const fingerprint = /^fpr:+([0-9A-F]{40})/m.exec(
      gpg('--with-colons', '--list-keys', 'offline@example.invalid'),
    )![1]!;
    gpg('--passphrase', '', '--quick-add-key', fingerprint, 'ed25519', 'sign', 'never');
    expect(
      await askGit(await loadSigner(gpg('--armor', '--export-secret-subkeys', fingerprint)), []),
    ).toEqual([0, 0]);
  });

  it('signs the same bytes at the same time alike', async () => {
    const signer = await loadSigner(
      gpg('--armor', '--export-secret-keys', 'ed25519@example.invalid'),
    );
    expect(await signer.sign(Buffer.from('x'), NOW)).toBe(await signer.sign(Buffer.from('x'), NOW));
    expect(await signer.sign(Buffer.from('x'), NOW)).not.toBe(
      await signer.sign(Buffer.from('x'), NOW + 1),
    );
  });

  it('that was made later refuses to sign, and names the input', async () => {
    const signer = await loadSigner(
      gpg('--armor', '--export-secret-keys', 'ed25519@example.invalid'),
    );
    await expect(signer.sign(Buffer.from('x'), 1_000_000_000)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('signing-key'),
    });
  });

  it('that is public, garbled or absent is refused', async () => {
    const armored = gpg('--armor', '--export-secret-keys', 'ed25519@example.invalid');
    for (const text of [
      gpg('--armor', '--export', 'ed25519@example.invalid'),
      armored.slice(0, 200),
      '',
      'no key',
    ]) {
      await expect(loadSigner(text)).rejects.toMatchObject({
        name: 'InputError',
        code: 'INPUT_INVALID',
      });
    }
  });
});

describeWithTools(['ssh-keygen', 'git'], 'an OpenSSH signing key', () => {
  const kinds = [
    ['ed25519'],
    ['rsa', '2048'],
    ['rsa', '4096'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
  ];

  it.each(kinds)(
    'of kind %s makes commits and tags that git and ssh-keygen call good',
    async (...kind) => {
      const [type, bits] = kind as [string, string?];
      const file = path.join(folder, `id-${kind.join('-')}`);
      expect(
        run('ssh-keygen', [
          '-q',
          '-t',
          type,
          ...(bits ? ['-b', bits] : []),
          '-N',
          '',
          '-C',
          'test',
          '-f',
          file,
        ]).status,
      ).toBe(0);
      const signers = path.join(folder, 'allowed');
      writeFileSync(signers, `signer@example.invalid ${readFileSync(`${file}.pub`, 'utf8')}`);
      const signer = await loadSigner(readFileSync(file, 'utf8'));
      expect(run('ssh-keygen', ['-l', '-f', `${file}.pub`]).stdout).toContain(
        signer.description.replace('SSH key ', ''),
      );
      expect(
        await askGit(signer, ['gpg.format=ssh', `gpg.ssh.allowedSignersFile=${signers}`]),
      ).toEqual([0, 0]);
      // Numbers that begin with zeros or a set bit are rare: sign often enough to meet them.
      for (let round = 0; round < 8; round++) {
        const data = Buffer.from(`round ${round}`);
        writeFileSync(path.join(folder, 'data.sig'), await signer.sign(data, NOW));
        expect(
          run(
            'ssh-keygen',
            [
              '-Y',
              'verify',
              '-f',
              signers,
              '-I',
              'signer@example.invalid',
              '-n',
              'git',
              '-s',
              'data.sig',
            ],
            data,
          ).status,
        ).toBe(0);
      }
    },
  );

  it('with a passphrase is refused with what to do', async () => {
    const file = path.join(folder, 'id-locked');
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', file]);
    await expect(loadSigner(readFileSync(file, 'utf8'), 'secret')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('ssh-keygen -p'),
    });
  });
});

describe('a damaged OpenSSH signing key', () => {
  it.each([
    ['without content', '-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n'],
    [
      'that holds something else',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.alloc(100, 1).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    ],
    [
      'cut short',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1\0\0\0\0\u0004none').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    ],
  ])('%s is refused', async (_, text) => {
    await expect(loadSigner(text)).rejects.toMatchObject({
      name: 'InputError',
      code: 'INPUT_INVALID',
    });
  });
});
