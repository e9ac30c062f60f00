// SPDX-License-Identifier: MIT
import { readFile } from 'node:fs/promises';

import { InputError } from '../errors.js';
import type { SshOptions } from '../git/remote/access/ssh.js';
import type { Options } from '../inputs/options.js';
import { loadSigner } from '../signing/load.js';
import type { Sign } from '../signing/signer.js';

/** The key and the known hosts that ssh is to use. @throws InputError INPUT_INVALID */
export async function openSshKeys({
  sshKey,
  sshKnownHosts,
}: Pick<Options, 'sshKey' | 'sshKnownHosts'>): Promise<SshOptions> {
  if (
    sshKey !== undefined &&
    !/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s[\s\S]*-----END [A-Z0-9 ]*PRIVATE KEY-----$/.test(
      sshKey.trim(),
    )
  ) {
    throw new InputError(
      'INPUT_INVALID',
      'ssh-key is no private key: expected the whole block from -----BEGIN to -----END',
      {
        remedy:
          'Give the content of the private key file (not of the .pub file), line ends included.',
      },
    );
  }
  return {
    ...(sshKey === undefined ? {} : { key: sshKey }),
    ...(sshKnownHosts === undefined ? {} : { knownHosts: await readKnownHosts(sshKnownHosts) }),
  };
}

/** A line of a known_hosts file has three words at least and begins with no path, so that anything else is meant as the path of such a file. */
async function readKnownHosts(given: string): Promise<string> {
  if (/[\r\n]/.test(given) || (/\s/.test(given) && !/^(?:[/.\\]|[A-Za-z]:[\\/])/.test(given)))
    return given;
  return readFile(given, 'utf8').catch((cause: unknown) => {
    throw new InputError(
      'INPUT_INVALID',
      `ssh-known-hosts is ${JSON.stringify(given)}; it takes lines of a known_hosts file, or the path of one, and this is no file that can be read`,
      {
        remedy:
          'Give the lines that ssh-keyscan prints, once you have compared them with what the host publishes.',
        cause,
      },
    );
  });
}

/** A first signature shows now, not half-way, that the key opens and was valid at the time of the commits. */
export async function openSigningKey(
  { signingKey, signingKeyPassphrase }: Pick<Options, 'signingKey' | 'signingKeyPassphrase'>,
  commitTime: number,
): Promise<Sign | undefined> {
  if (signingKey === undefined) {
    if (signingKeyPassphrase === undefined) return undefined;
    throw new InputError('INPUT_CONFLICT', 'signing-key-passphrase is given without signing-key', {
      remedy: 'Set signing-key, or remove signing-key-passphrase.',
    });
  }
  const signer = await loadSigner(signingKey, signingKeyPassphrase);
  await signer.sign(new Uint8Array(), commitTime);
  return (content) => signer.sign(content, commitTime);
}
