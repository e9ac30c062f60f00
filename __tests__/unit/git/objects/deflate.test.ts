// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { chooseLevel, deflateBatch, entryHeader } from '../../../../src/git/objects/deflate.js';
import { Deflaters } from '../../../../src/git/objects/deflaters.js';
import { KIB } from '../../../../src/limits.js';
import { noise } from '../../../fixtures/fetchers.js';

describe('chooseLevel', () => {
  const [text, any] = [Buffer.alloc(100 * KIB, 'text'), noise(100 * KIB)];
  it.each([
    ['what gets smaller', text, 5],
    ['what does not', any, 0],
    ['what does not, of one byte more than is tried', any.subarray(0, 32 * KIB + 1), 0],
    ['what is no longer than what is tried, untried', any.subarray(0, 32 * KIB), 5],
    ['nothing', Buffer.alloc(0), 5],
    ['what gets smaller in the middle', Buffer.concat([any, text, any]), 5],
    ['what gets smaller at its ends only', Buffer.concat([text, any, text]), 0],
  ])('goes by the middle: %s', (_, content, level) => {
    expect(chooseLevel(content)).toBe(level);
  });
});

describe('entryHeader', () => {
  // gitformat-pack(5): three bits of type, four of size, then seven a byte, least significant first.
  it.each([
    ['commit', 0, '10'],
    ['tree', 15, '2f'],
    ['blob', 16, 'b001'],
    ['tag', 0x7ff, 'cf7f'],
    ['blob', 0x800, 'b08001'],
    ['blob', 5 * 2 ** 32, 'b08080808005'],
  ] as const)('says that a %s has %d bytes', (type, size, hex) => {
    expect(entryHeader(type, size).toString('hex')).toBe(hex);
  });
});

describe('Deflaters', () => {
  let folder = '';
  let broken = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'deflaters-'));
    broken = path.join(folder, 'worker.mjs');
    writeFileSync(broken, "throw new Error('started');\n");
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const batch = (text: string) => ({
    content: new Uint8Array(Buffer.from(text)),
    entries: [{ type: 'blob' as const, size: text.length }],
  });

  it('work in this thread where there are none, or no script for them', async () => {
    for (const deflaters of [
      new Deflaters(0, { script: broken, startAfter: 0 }),
      // Run from source there is none.
      new Deflaters(2, { startAfter: 0 }),
    ]) {
      expect(deflaters.width).toBe(1);
      const given = batch('text');
      const { packed, content } = await deflaters.deflate(given);
      expect(Buffer.from(packed).equals(deflateBatch(batch('text')))).toBe(true);
      expect(content).toBe(given.content);
      await deflaters.close();
    }
  });

  it('start threads once there is enough to do, counted over all batches', async () => {
    const deflaters = new Deflaters(1, { script: broken, startAfter: 10 });
    expect(deflaters.width).toBe(2);
    expect((await deflaters.deflate(batch('12345'))).packed.length).toBeGreaterThan(0);
    expect((await deflaters.deflate(batch('6789'))).packed.length).toBeGreaterThan(0);
    await expect(deflaters.deflate(batch('0'))).rejects.toThrow(
      /^expected a worker thread to deflate 1 objects, found that it ended: .+$/,
    );
    await deflaters.close();
    await deflaters.close();
  });
});
