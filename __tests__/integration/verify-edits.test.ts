// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { MemoryMirror } from '../fixtures/memory-mirror.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { foundIn, mirrorOfAll, ROWS } from '../fixtures/verify-rows/mirrors.js';

const out: Record<string, unknown> = {};

describe('verify, in this process, finds', () => {
  let mirror: MemoryMirror;
  beforeAll(async () => {
    mirror = await mirrorOfAll();
  });
  afterAll(removeRunDirectories);

  it.each(ROWS.map((row) => [row[0], row] as const))('%s', async (name, row) => {
    out[name] = await foundIn(mirror, row);
    if (process.env['OUT'] !== undefined) writeFileSync(process.env['OUT'], JSON.stringify(out));
    expect(out[name]).toEqual(row[1]);
  });
});
