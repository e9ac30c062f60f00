// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
import type { Signer } from './signer.js';
import { isOpenSshKey, loadSshSigner } from './ssh.js';

/**
 * Loads the input `signing-key`: an armored OpenPGP private key, or an OpenSSH one. The same key, data and time give the same signature,
 * except with ECDSA and DSA, whose values are random by nature.
 * @throws InputError INPUT_INVALID when it is neither, cannot sign, or the passphrase is wrong; the message never holds key material.
 */
export async function loadSigner(privateKey: string, passphrase?: string): Promise<Signer> {
  return isOpenSshKey(privateKey)
    ? loadSshSigner(privateKey)
    : loadOpenPgpSigner(privateKey, passphrase);
}

/** OpenPGP.js does what it is good at: secret key formats, their protection, and writing modern signatures. It is loaded only here. */
async function loadOpenPgpSigner(
  armoredKey: string,
  passphrase: string | undefined,
): Promise<Signer> {
  const openpgp = await import('openpgp');
  // Without the salt notation that OpenPGP.js adds by default, the same commit gets the same id.
  const config = { ...openpgp.config, nonDeterministicSignaturesViaNotation: false };
  const locked = await orRefuse('is no armored OpenPGP private key', () =>
    openpgp.readPrivateKey({ armoredKey, config }),
  );
  const unlocked = locked.isDecrypted() ? locked : await unlock();
  await orRefuse('cannot sign', () =>
    unlocked.getSigningKey(undefined, new Date(), undefined, config),
  );
  return {
    description: `OpenPGP key ${unlocked.getFingerprint().toUpperCase()}`,
    async sign(data, at) {
      const message = await openpgp.createMessage({ binary: data });
      const date = new Date(at * 1000);
      const armored: unknown = await orRefuse(`cannot sign at ${date.toISOString()}`, () =>
        openpgp.sign({ message, signingKeys: unlocked, detached: true, date, config }),
      );
      return `${String(armored).replaceAll('\r\n', '\n').trimEnd()}\n`;
    },
  };

  async function unlock() {
    if (passphrase === undefined || passphrase === '')
      throw new InputError(
        'INPUT_INVALID',
        'signing-key is protected, and signing-key-passphrase is not set',
      );
    return orRefuse('does not open with signing-key-passphrase', () =>
      openpgp.decryptKey({ privateKey: locked, passphrase, config }),
    );
  }
}

/** OpenPGP.js raises plain errors; here they become ours. */
async function orRefuse<T>(problem: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const detail = error instanceof Error ? `: ${error.message}` : '';
    throw new InputError('INPUT_INVALID', `signing-key ${problem}${detail}`, { cause: error });
  }
}
