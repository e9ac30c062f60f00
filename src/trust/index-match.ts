// SPDX-License-Identifier: MIT
import { IntegrityError } from '../errors.js';
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';

/**
 * Requires that the signed header is the package that the index announced: name, epoch (none is 0), version, release and
 * architecture. A validly signed other or older package under this URL is refused here (T9).
 * @throws IntegrityError INDEX_MISMATCH
 */
export function verifyIndexMatch(header: Nevra, announced: Nevra): void {
  const same =
    header.name === announced.name &&
    (header.epoch ?? 0) === (announced.epoch ?? 0) &&
    header.version === announced.version &&
    header.release === announced.release &&
    header.arch === announced.arch;
  if (same) return;
  const [expected, actual] = [formatNevra(announced), formatNevra(header)];
  throw new IntegrityError(
    'INDEX_MISMATCH',
    `the index announces ${expected}, the package is ${actual}`,
    { expected, actual },
  );
}
