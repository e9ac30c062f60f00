// SPDX-License-Identifier: MIT
import { afterEach, describe, expect, it } from '@jest/globals';

import { announced, netBenches, noise } from '../fixtures/fetchers.js';
import type { Behaviour } from '../fixtures/yum-server.js';

const benches = netBenches();
afterEach(() => benches.closeAll());
const bytes = noise(200_000);
const small = (url: string): { url: string; what: string; maxBytes: number } => ({
  url: `${url}/x`,
  what: 'repomd.xml',
  maxBytes: 1 << 20,
});

describe('T37: slow servers', () => {
  const limits = {
    idleTimeout: 150,
    requestTimeout: 400,
    slowestRate: 1000,
    attempts: 2,
    backoff: 1,
  };

  it.each<[string, Behaviour]>([
    ['no reply', { noReply: true }],
    ['headers and no more', { stall: 0 }],
    ['a stall half-way', { stall: 100_000, headers: { etag: '', 'last-modified': '' } }],
    ['one byte at a time', { drip: { bytes: 1, every: 20 } }],
    ['one byte at a time without an end', { drip: { bytes: 1, every: 20 }, oversize: Infinity }],
  ])('%s ends with TIMEOUT', async (_, behaviour) => {
    const { server, fetcher } = await benches.open(
      { files: { x: bytes }, misbehave: () => behaviour },
      { limits },
    );
    await expect(fetcher.fetch(small(server.url))).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(fetcher.download(announced(`${server.url}/x`, bytes))).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('the total time holds over all attempts, so that a slow server is not asked again', async () => {
    const { server, fetcher } = await benches.open(
      { files: { x: bytes }, misbehave: () => ({ drip: { bytes: 1, every: 20 } }) },
      { limits: { ...limits, attempts: 50 } },
    );
    await expect(fetcher.fetch(small(server.url))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(server.requests).toHaveLength(1);
  });

  it('a request has the time that its caller gives it', async () => {
    const { server, fetcher } = await benches.open(
      { files: { x: bytes }, misbehave: () => ({ drip: { bytes: 2000, every: 20 } }) },
      { limits: { ...limits, requestTimeout: 60_000 } },
    );
    await expect(fetcher.fetch({ ...small(server.url), timeout: 200 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('a large file that comes steadily has more time than a small one', async () => {
    const { server, fetcher } = await benches.open(
      { files: { x: bytes }, misbehave: () => ({ drip: { bytes: 10_000, every: 40 } }) },
      { limits },
    );
    expect((await fetcher.download(announced(`${server.url}/x`, bytes))).bytes.size).toBe(
      bytes.length,
    );
  });
});

describe('T38: broken servers', () => {
  const first =
    (times: number, behaviour: Behaviour) =>
    (_: unknown, n: number): Behaviour | undefined =>
      n <= times ? behaviour : undefined;

  it.each<[string, Behaviour]>([
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['503 with Retry-After', { status: 503, retryAfter: '0' }],
    ['429', { status: 429 }],
    ['429 with Retry-After', { status: 429, retryAfter: '1' }],
    ['429 with a date', { status: 429, retryAfter: new Date(0).toUTCString() }],
    ['408', { status: 408 }],
    ['a reset before any byte', { reset: 0 }],
    ['a reset half-way', { reset: 100_000 }],
    ['a truncated body', { truncate: 100_000 }],
    ['a truncated body without a length', { truncate: 100_000, chunked: true }],
  ])('%s is asked again, and then good', async (_, behaviour) => {
    const { server, fetcher } = await benches.open({
      files: { x: bytes },
      misbehave: first(3, behaviour),
    });
    expect(Buffer.from((await fetcher.fetch(small(server.url))).body).equals(bytes)).toBe(true);
    expect(server.requests).toHaveLength(4);
    const again = await benches.open({ files: { x: bytes }, misbehave: first(2, behaviour) });
    expect(
      (await again.fetcher.download(announced(`${again.server.url}/x`, bytes))).bytes.size,
    ).toBe(bytes.length);
  });

  it.each<[Behaviour, string]>([
    [{ status: 500 }, 'HTTP_STATUS'],
    [{ status: 503, retryAfter: '0' }, 'HTTP_STATUS'],
    [{ reset: 100 }, 'TRUNCATED'],
    [{ truncate: 100 }, 'TRUNCATED'],
    [{ truncate: 100, chunked: true }, 'TRUNCATED'],
  ])('%j for ever ends after the attempts with %s', async (behaviour, code) => {
    const { server, fetcher } = await benches.open({
      files: { x: bytes },
      misbehave: () => behaviour,
    });
    await expect(fetcher.fetch(small(server.url))).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(4);
  });

  it('a Retry-After beyond what anybody waits for is an error at once, which says so', async () => {
    for (const retryAfter of ['3600', new Date(Date.now() + 3_600_000).toUTCString()]) {
      const { server, fetcher } = await benches.open({
        misbehave: () => ({ status: 429, retryAfter }),
      });
      await expect(fetcher.fetch(small(server.url))).rejects.toMatchObject({
        code: 'HTTP_STATUS',
        status: 429,
        message: expect.stringMatching(/asks to come back in 3[56]\d\d s/),
      });
      expect(server.requests).toHaveLength(1);
    }
  });

  it('a nonsensical Retry-After is no reason to stop', async () => {
    const { server, fetcher } = await benches.open({
      files: { x: bytes },
      misbehave: first(1, { status: 429, retryAfter: 'soon' }),
    });
    expect((await fetcher.fetch(small(server.url))).status).toBe(200);
  });

  it('HTML with status 200 in the place of a package is fetched once more, then refused', async () => {
    const { server, fetcher } = await benches.open({
      misbehave: () => ({ html: true }),
      files: { x: bytes },
    });
    await expect(
      fetcher.download(announced(`${server.url}/x`, bytes, { size: undefined })),
    ).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(server.requests).toHaveLength(2);
  });
});
