// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { parseRepomd } from '../../src/repodata/repomd.js';
import { ageDays, verifyNotOlder } from '../../src/repodata/rollback.js';
import { loadIndex } from '../../src/upstream/index-client.js';
import { recordXml, repomdXml, repository } from '../unit/repodata/index-builder.js';
import { MemoryFetcher } from '../unit/repodata/memory-fetcher.js';

const A = 'https://a.example/r';
const B = 'https://b.example/r';
const repomd = (revision: string, timestamp = '1700000000') =>
  parseRepomd(
    Buffer.from(
      repomdXml(
        [recordXml({ type: 'primary', href: 'p', bytes: Buffer.from(''), timestamp })],
        revision,
      ),
    ),
  );
const isRefused = (run: () => void): boolean => {
  try {
    run();
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ROLLBACK' });
    return true;
  }
};

describe('T1: the age of an index', () => {
  const now = 1_800_000_000;
  it.each([
    ['a revision that is a time', '1799913600', '1', 1],
    ['a revision with a fraction', '1799913599.5', '1', 1],
    ['a counter as revision', '42', '1799740800', 3],
    ['text as revision', 'r42', '1799740800.7', 2],
    ['a revision far in the future', '9999999999', '1799740800', 3],
    ['a time a little in the future', '1800000100', '1', 0],
  ])('comes from %s', (_, revision, timestamp, days) => {
    expect(ageDays(repomd(revision, timestamp), now)).toBe(days);
  });

  it('is unknown where nothing says', () => {
    expect(ageDays(parseRepomd(Buffer.from('<repomd/>')), now)).toBeUndefined();
  });
});

describe('T2: an index older than the recorded one', () => {
  it.each([
    ['a lower revision', repomd('9'), repomd('10'), true],
    ['an equal revision', repomd('10'), repomd('10'), false],
    ['a higher revision with older records', repomd('11', '1'), repomd('10', '2'), false],
    ['a lower revision with a fraction', repomd('10.1'), repomd('10.2'), true],
    ['a revision that became text, with older records', repomd('x', '1'), repomd('10', '2'), true],
    ['text revisions, with newer records', repomd('b', '3'), repomd('a', '2'), false],
    ['text revisions, older by a fraction', repomd('b', '2.1'), repomd('b', '2.2'), true],
    ['no revision, with older records', repomd('', '1'), repomd('', '2'), true],
    ['nothing to compare by', repomd('x', 'y'), repomd('10', '2'), false],
  ])('%s: refused %#', (_, found, recorded, refused) => {
    expect(
      isRefused(() => {
        verifyNotOlder(found, recorded);
      }),
    ).toBe(refused);
  });

  const load = (bases: string[], revisions: string[], previous?: ReturnType<typeof repomd>) =>
    loadIndex({
      bases,
      fetcher: new MemoryFetcher(
        Object.assign({}, ...bases.map((base, i) => repository(base, [], revisions[i]))) as Record<
          string,
          Uint8Array
        >,
      ),
      select: () => true,
      previous,
    });

  it('is refused with both revisions named, and taken when no recorded one is given', async () => {
    await expect(load([A], ['1700000000'], repomd('1700000001'))).rejects.toMatchObject({
      code: 'ROLLBACK',
      expected: '1700000001',
      actual: '1700000000',
    });
    expect((await load([A], ['1700000000'])).repomd.revision).toBe('1700000000');
  });

  it('is passed over like a dead base when another base has a newer one', async () => {
    const index = await load([A, B], ['1700000000', '1700000002'], repomd('1700000001'));
    expect([index.baseUrl, index.bases, index.warnings]).toEqual([
      B,
      [B, A],
      [expect.stringContaining('a.example/r is passed over: ROLLBACK')],
    ]);
  });

  it('is refused when every base has an old one', async () => {
    await expect(load([A, B], ['1', '2'], repomd('3'))).rejects.toMatchObject({
      code: 'ROLLBACK',
      message: expect.stringMatching(/a\.example.*b\.example/),
    });
  });
});
