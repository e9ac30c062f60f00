// SPDX-License-Identifier: MIT
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';

import { PayloadError } from '../../errors.js';
import type { HashName } from '../../openpgp/model.js';

/** Digests what flows by. */
export async function* tee(
  chunks: AsyncIterable<Uint8Array>,
  hashes: readonly Hash[],
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
}

/** OpenSSL may lack an old algorithm (ripemd160); what cannot be checked is refused. */
export function hashOf(name: HashName): Hash {
  try {
    return createHash(name);
  } catch (cause) {
    throw new PayloadError(
      'UNSUPPORTED_FORMAT',
      `payload: digests by ${name} cannot be computed here`,
      { cause },
    );
  }
}
