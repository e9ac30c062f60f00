// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { AbortedError } from '../../../src/errors.js';
import { PrivateDirectory, type PrivateFile, Spool } from '../../../src/net/private-file.js';
import { collect, noise } from '../../fixtures/fetchers.js';

let parent: string;
let directory: PrivateDirectory;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'private-file-'));
  directory = new PrivateDirectory(parent);
});
afterEach(async () => {
  await directory.remove();
  rmSync(parent, { recursive: true, force: true });
});

describe('Spool', () => {
  it('gives what it was given, from memory up to the threshold and from a file beyond', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.nat({ max: 100 }),
        fc.nat(200),
        fc.nat(200),
        async (chunks, threshold, start, end) => {
          const spool = new Spool(directory, threshold);
          await spool.append(noise(30));
          await spool.reset();
          for (const chunk of chunks) await spool.append(chunk);
          const whole = Buffer.concat(chunks);
          const { bytes, file } = spool.finish();
          expect((await collect(bytes)).equals(whole)).toBe(true);
          expect(
            Buffer.from(await bytes.read(start, end)).equals(
              whole.subarray(start, Math.max(start, end)),
            ),
          ).toBe(true);
          expect(bytes.size).toBe(whole.length);
          if (whole.length > threshold) expect(file).toBeDefined();
          await file?.remove();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes no folder for what fits into memory', async () => {
    const spool = new Spool(directory, 100);
    await spool.append(noise(100));
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('PrivateFile', () => {
  it('says that it was cut short', async () => {
    const file = await directory.create();
    await file.append(noise(100));
    truncateSync(file.path, 50);
    await expect(file.source().read(0, 100)).rejects.toThrow(/expected 100 bytes/);
  });
});

describe('a file that is taken away', () => {
  const uses = {
    read: (file: PrivateFile) => file.source().read(0, 100),
    stream: (file: PrivateFile) => collect(file.source()),
    append: (file: PrivateFile) => file.append(noise(1)),
    truncate: (file: PrivateFile) => file.truncate(),
  };

  it.each(Object.entries(uses))('by the end of the run: %s says ABORTED', async (_, use) => {
    const file = await directory.create();
    await file.append(noise(100));
    await directory.remove();
    await expect(use(file)).rejects.toBeInstanceOf(AbortedError);
  });

  it.each(Object.entries(uses))('by whoever uses it: %s is a defect', async (_, use) => {
    const file = await directory.create();
    await file.append(noise(100));
    await file.remove();
    await directory.remove();
    await expect(use(file)).rejects.toMatchObject({ code: 'EBADF' });
  });
});

describe('PrivateDirectory', () => {
  it('removes everything, and can be used again', async () => {
    await directory.create();
    await directory.create();
    await directory.remove();
    await directory.remove();
    expect(readdirSync(parent)).toEqual([]);
    await directory.create();
    expect(readdirSync(parent)).toHaveLength(1);
  });
});
