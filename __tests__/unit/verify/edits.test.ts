// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { MemoryMirror } from '../../fixtures/memory-mirror.js';
import { removeRunDirectories } from '../../fixtures/run-bundle.js';
import { foundIn, mirrorOfAll, ROWS } from '../../fixtures/verify-rows/mirrors.js';

/** Each so many is tried here; all of them in integration/verify-edits. */
const STEP = 13;

describe('verify finds', () => {
  let mirror: MemoryMirror;
  beforeAll(async () => {
    mirror = await mirrorOfAll();
  });
  afterAll(removeRunDirectories);

  it.each(ROWS.filter((_, at) => at % STEP === 0).map((row) => [row[0], row] as const))(
    '%s',
    async (_, row) => {
      expect(await foundIn(mirror, row)).toEqual(row[1]);
    },
  );
});
