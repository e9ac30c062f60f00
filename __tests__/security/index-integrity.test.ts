// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { VerificationError } from '../../src/errors.js';
import { LIMITS } from '../../src/limits.js';
import { loadIndex, loadRecords } from '../../src/upstream/index-client.js';
import type { IndexRequest } from '../../src/upstream/repomd-client.js';
import {
  packageXml,
  primaryXml,
  recordXml,
  repomdXml,
  repository,
} from '../unit/repodata/index-builder.js';
import type { Answer } from '../unit/repodata/memory-fetcher.js';
import { MemoryFetcher } from '../unit/repodata/memory-fetcher.js';

const A = 'https://a.example/r';
const REPOMD = `${A}/repodata/repomd.xml`;
const PRIMARY = `${A}/repodata/primary.xml.gz`;

function load(answers: Record<string, Answer>, request: Partial<IndexRequest> = {}) {
  const fetcher = new MemoryFetcher(answers);
  return { fetcher, index: loadIndex({ bases: [A], fetcher, select: () => true, ...request }) };
}

/** repomd.xml of a primary with a fixed name. */
const repomdOf = (bytes: Uint8Array, extra?: string): string =>
  repomdXml([
    recordXml({
      type: 'primary',
      href: 'repodata/primary.xml.gz',
      bytes,
      ...(extra === undefined ? {} : { extra }),
    }),
  ]);

const before = gzipSync(primaryXml([packageXml({ version: '1' })]));
const after = gzipSync(primaryXml([packageXml({ version: '2' })]));

describe('T3: mix and match of index files', () => {
  it('a primary that is not the announced one is refused before it is parsed, after one refetch', async () => {
    const { fetcher, index } = load({
      [REPOMD]: repomdOf(before),
      [PRIMARY]: Buffer.from('<!DOCTYPE hostile'),
    });
    await expect(index).rejects.toMatchObject({ name: 'IntegrityError', code: 'DIGEST_MISMATCH' });
    expect(fetcher.urls).toEqual([REPOMD, PRIMARY, REPOMD, PRIMARY]);
  });

  it('a publication in between is seen by the refetch', async () => {
    const { index } = load({
      [REPOMD]: (_, nth) => repomdOf(nth === 1 ? before : after),
      [PRIMARY]: after,
    });
    expect((await index).packages[0]?.nevra.version).toBe('2');
  });

  it('a primary that vanished with a publication in between is seen, too', async () => {
    const gone = repomdXml([
      recordXml({ type: 'primary', href: 'repodata/old-primary.xml.gz', bytes: before }),
    ]);
    const { index } = load({
      [REPOMD]: (_, nth) => (nth === 1 ? gone : repomdOf(after)),
      [PRIMARY]: after,
    });
    expect((await index).packages[0]?.nevra.version).toBe('2');
  });

  it('a signature that does not fit is fetched once more with its repomd.xml, then refused', async () => {
    let calls = 0;
    const verifyRepomd = (limit: number) => () => {
      calls += 1;
      if (calls < limit) throw new VerificationError('BAD_SIGNATURE', 'bad');
    };
    expect((await load(repository(A), { verifyRepomd: verifyRepomd(2) }).index).packageCount).toBe(
      1,
    );
    calls = 0;
    await expect(
      load(repository(A), { verifyRepomd: verifyRepomd(9) }).index,
    ).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
    expect(calls).toBe(2);
  });

  it('sizes and open checksums that disagree while the checksum holds are warnings', async () => {
    const extra = `<size>1</size><open-size>2</open-size><open-checksum type="sha256">${'0'.repeat(64)}</open-checksum>`;
    const index = await load({ [REPOMD]: repomdOf(before, extra), [PRIMARY]: before }).index;
    expect(index.warnings).toEqual([
      expect.stringMatching(
        /^primary: expected 1 bytes as declared, found \d+; the checksum is right$/,
      ),
      expect.stringMatching(
        /^primary: expected 2 bytes when open, found \d+; the checksum is right$/,
      ),
      expect.stringMatching(
        /^primary: expected open-checksum 0{64}, found [0-9a-f]{64}; the checksum is right$/,
      ),
    ]);
  });

  it('right sizes and open checksums are no warnings', async () => {
    const open = primaryXml([packageXml({ version: '1' })]);
    const extra = `<size>${before.length}</size><open-size>${open.length}</open-size><open-checksum type="sha512">${createHash('sha512').update(open).digest('hex')}</open-checksum>`;
    expect(
      (await load({ [REPOMD]: repomdOf(before, extra), [PRIMARY]: before }).index).warnings,
    ).toEqual([]);
  });
});

describe('T4: weak checksums', () => {
  const weakRecord = (type: string, algorithm: string) =>
    recordXml({
      type,
      href: 'repodata/primary.xml.gz',
      bytes: before,
      checksumType: algorithm,
      checksum: createHash(algorithm === 'sha' ? 'sha1' : algorithm)
        .update(before)
        .digest('hex'),
    });

  it.each(['md5', 'sha', 'sha1'])(
    'an index by %s is refused by name, before primary is fetched',
    async (algorithm) => {
      const { fetcher, index } = load({
        [REPOMD]: repomdXml([weakRecord('primary', algorithm)]),
        [PRIMARY]: before,
      });
      await expect(index).rejects.toMatchObject({ code: 'WEAK_ALGORITHM', actual: algorithm });
      expect(fetcher.urls).toEqual([REPOMD]);
    },
  );

  it.each([
    ['md5', 'md5'],
    ['sha', 'sha1'],
    ['sha1', 'sha1'],
  ])(
    'an index by %s is read with a warning when %s is allowed, and still checked',
    async (algorithm, name) => {
      const allowWeak = new Set([name]);
      const answers = {
        [REPOMD]: repomdXml([weakRecord('primary', algorithm)]),
        [PRIMARY]: before,
      };
      expect((await load(answers, { allowWeak }).index).warnings).toEqual([
        `primary is checked by ${algorithm} only, as allow-weak permits`,
      ]);
      await expect(
        load({ ...answers, [PRIMARY]: after }, { allowWeak }).index,
      ).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    },
  );

  it('filelists by sha1 are refused, too', async () => {
    const strong = recordXml({ type: 'primary', href: 'repodata/primary.xml.gz', bytes: before });
    const { fetcher, index } = load({
      [REPOMD]: repomdXml([strong, weakRecord('filelists', 'sha1')]),
      [PRIMARY]: before,
    });
    await expect(loadRecords(await index, ['filelists'], { fetcher })).rejects.toMatchObject({
      code: 'WEAK_ALGORITHM',
    });
  });
});

describe('T5 and T6: endless and exploding indexes', () => {
  it('every request has a cap', async () => {
    const { fetcher, index } = load(
      { ...repository(A), [`${A}/repodata/repomd.xml.asc`]: 'x' },
      { verifyRepomd: () => undefined },
    );
    await loadRecords(await index, ['filelists'], { fetcher });
    expect(fetcher.requests.map(({ maxBytes }) => maxBytes)).toEqual([
      LIMITS.repomdBytes,
      LIMITS.keyBytes,
      LIMITS.recordBytes,
      LIMITS.recordBytes,
    ]);
  });

  it('a declared size over the cap is refused before the request', async () => {
    const { fetcher, index } = load({
      [REPOMD]: repomdOf(before, `<size>${LIMITS.recordBytes + 1}</size>`),
    });
    await expect(index).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(fetcher.urls).toEqual([REPOMD]);
  });

  const bomb = gzipSync(
    Buffer.concat([
      Buffer.from('<metadata packages="0">'),
      Buffer.alloc(LIMITS.ratioFloor + 4096, ' '),
      Buffer.from('</metadata>'),
    ]),
  );
  it('a bomb ends where the declared size, with a tolerance, ends', async () => {
    await expect(
      load({ [REPOMD]: repomdOf(bomb, '<open-size>100</open-size>'), [PRIMARY]: bomb }).index,
    ).rejects.toMatchObject({ name: 'RepodataError', code: 'LIMIT_EXCEEDED' });
  });

  it('a bomb without declared size ends by its ratio', async () => {
    await expect(load({ [REPOMD]: repomdOf(bomb), [PRIMARY]: bomb }).index).rejects.toMatchObject({
      name: 'RepodataError',
      code: 'LIMIT_EXCEEDED',
    });
  });

  it('compressed data that is truncated or broken is an invalid primary', async () => {
    const truncated = before.subarray(0, before.length - 9);
    await expect(
      load({ [REPOMD]: repomdOf(truncated), [PRIMARY]: truncated }).index,
    ).rejects.toMatchObject({ name: 'RepodataError', code: 'PRIMARY_INVALID' });
  });
});

describe('T9: a signed repomd.xml', () => {
  it.each(['NO_SIGNATURE', 'UNKNOWN_KEY', 'BAD_SIGNATURE'] as const)(
    'that is refused with %s is not followed',
    async (code) => {
      const { fetcher, index } = load(repository(A), {
        verifyRepomd: () => {
          throw new VerificationError(code, 'refused');
        },
      });
      await expect(index).rejects.toMatchObject({ name: 'VerificationError', code });
      expect(fetcher.urls.every((url) => url.includes('repomd.xml'))).toBe(true);
    },
  );
});
