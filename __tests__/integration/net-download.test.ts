// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { DownloadError, IntegrityError } from '../../src/errors.js';
import { announced, collect, netBenches, noise } from '../fixtures/fetchers.js';
import type { Behaviour } from '../fixtures/yum-server.js';

const benches = netBenches();
afterEach(() => benches.closeAll());

const bytes = noise(400_000);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const integrity = (code: string): unknown =>
  expect.objectContaining({ constructor: IntegrityError, code });
const network = (code: string): unknown =>
  expect.objectContaining({ constructor: DownloadError, code });
/** Misbehaves once, then is honest. */
const once =
  (behaviour: Behaviour) =>
  (_: unknown, n: number): Behaviour | undefined =>
    n === 1 ? behaviour : undefined;

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';

describe('download', () => {
  it.each([
    ['memory', 1 << 20],
    ['a private file', 1000],
  ])('gives bytes that equal size and checksum, from %s', async (_, packageInMemory) => {
    const { server, fetcher } = await benches.open(
      { files: { 'x.rpm': bytes } },
      { limits: { packageInMemory } },
    );
    const progress: number[] = [];
    const download = await fetcher.download(
      announced(`${server.url}/x.rpm`, bytes, { onProgress: (n) => progress.push(n) }),
    );
    expect([download.sha256, download.cached, download.bytes.size]).toEqual([
      sha256(bytes),
      false,
      bytes.length,
    ]);
    expect((await collect(download.bytes)).equals(bytes)).toBe(true);
    expect(
      Buffer.from(await download.bytes.read(399_990, 500_000)).equals(bytes.subarray(399_990)),
    ).toBe(true);
    expect(await download.bytes.read(500_000, 600_000)).toHaveLength(0);
    expect(progress.at(-1)).toBe(bytes.length);
    expect(server.requests).toHaveLength(1);
    await download.release();
  });

  it.each(['sha384', 'sha512'] as const)(
    'checks %s, and says the sha256 as well',
    async (algorithm) => {
      const { server, fetcher } = await benches.open({ files: { 'x.rpm': bytes } });
      const hex = createHash(algorithm).update(bytes).digest('hex').toUpperCase();
      const download = await fetcher.download(
        announced(`${server.url}/x.rpm`, bytes, { checksum: { algorithm, hex }, size: undefined }),
      );
      expect(download.sha256).toBe(sha256(bytes));
      const wrong = announced(`${server.url}/x.rpm`, bytes, {
        checksum: { algorithm, hex: '0'.repeat(hex.length) },
      });
      await expect(fetcher.download(wrong)).rejects.toEqual(integrity('DIGEST_MISMATCH'));
    },
  );

  it('reads file URLs and empty files', async () => {
    const { fetcher, temp } = await benches.open();
    writeFileSync(join(temp, 'x.rpm'), '');
    expect(
      (await fetcher.download(announced(join(temp, 'x.rpm'), new Uint8Array()))).bytes.size,
    ).toBe(0);
  });

  it('keeps large bytes where nobody else can read them, and removes them', async () => {
    const { server, fetcher, temp } = await benches.open(
      { files: { 'x.rpm': bytes } },
      { limits: { packageInMemory: 1000 } },
    );
    const first = await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    const [folder] = readdirSync(temp).map((name) => join(temp, name)) as [string];
    const files = readdirSync(folder).map((name) => join(folder, name));
    expect(files).toHaveLength(2);
    if (process.platform !== 'win32')
      expect([folder, ...files].map((path) => statSync(path).mode & 0o777)).toEqual([
        0o700, 0o600, 0o600,
      ]);
    await first.release();
    await first.release();
    expect(readdirSync(folder)).toHaveLength(1);
    await fetcher.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves no file behind when it fails', async () => {
    const { server, fetcher, temp } = await benches.open(
      { files: { 'x.rpm': bytes } },
      { limits: { packageInMemory: 1000 } },
    );
    const wrong = announced(`${server.url}/x.rpm`, noise(400_000, 2));
    await expect(fetcher.download(wrong)).rejects.toEqual(integrity('DIGEST_MISMATCH'));
    expect(readdirSync(join(temp, readdirSync(temp)[0]!))).toHaveLength(0);
  });

  it('runs as many at a time as it may, and no more', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`${i}.rpm`, noise(5000, i + 1)]),
    );
    const { server, fetcher } = await benches.open(
      { files, misbehave: () => ({ delay: 30 }) },
      { concurrency: 3 },
    );
    const downloads = Object.entries(files).map(([name, data]) =>
      fetcher.download(announced(`${server.url}/${name}`, data)),
    );
    expect((await Promise.all(downloads)).map((download) => download.sha256)).toEqual(
      Object.values(files).map(sha256),
    );
    expect(server.peak()).toBe(3);
  });

  it('says that bytes cannot be stored', async () => {
    const { server, fetcher, temp } = await benches.open(
      { files: { 'x.rpm': bytes } },
      { limits: { packageInMemory: 10 }, environment: { RUNNER_TEMP: '/nonexistent/folder' } },
    );
    expect(temp).not.toBe('');
    await expect(fetcher.download(announced(`${server.url}/x.rpm`, bytes))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining('cannot be stored'),
      remedy: expect.stringContaining('RUNNER_TEMP'),
    });
  });
});

describe('a download of other bytes than announced', () => {
  const flipped = Buffer.from(bytes);
  flipped[200_000]! ^= 1;

  it.each<[string, Behaviour, string]>([
    ['one flipped bit', { body: flipped }, 'DIGEST_MISMATCH'],
    ['one byte less', { body: bytes.subarray(1) }, 'SIZE_MISMATCH'],
    ['one byte more', { body: Buffer.concat([bytes, Buffer.of(0)]) }, 'SIZE_MISMATCH'],
    [
      'one byte more, unannounced',
      { body: Buffer.concat([bytes, Buffer.of(0)]), chunked: true },
      'SIZE_MISMATCH',
    ],
    ['one byte less, unannounced', { body: bytes.subarray(1), chunked: true }, 'SIZE_MISMATCH'],
    ['a login page with status 200', { html: true }, 'SIZE_MISMATCH'],
  ])('is fetched once more, then refused: %s', async (_, behaviour, code) => {
    const bad = await benches.open({ files: { 'x.rpm': bytes }, misbehave: () => behaviour });
    await expect(bad.fetcher.download(announced(`${bad.server.url}/x.rpm`, bytes))).rejects.toEqual(
      integrity(code),
    );
    expect(bad.server.requests).toHaveLength(2);
    expect(bad.server.requests[1]!.headers['cache-control']).toBe('no-cache');
    const healed = await benches.open({ files: { 'x.rpm': bytes }, misbehave: once(behaviour) });
    expect(
      (await healed.fetcher.download(announced(`${healed.server.url}/x.rpm`, bytes))).sha256,
    ).toBe(sha256(bytes));
  });

  it('names expected and actual', async () => {
    const { server, fetcher } = await benches.open({ files: { 'x.rpm': flipped } });
    await expect(fetcher.download(announced(`${server.url}/x.rpm`, bytes))).rejects.toMatchObject({
      expected: sha256(bytes),
      actual: sha256(flipped),
    });
  });
});

describe('a download that breaks off', () => {
  it.each<[string, Behaviour]>([
    ['reset', { reset: 150_000 }],
    ['closed', { truncate: 150_000 }],
  ])('goes on where it was when the connection is %s', async (_, behaviour) => {
    const { server, fetcher } = await benches.open(
      { files: { 'x.rpm': bytes }, misbehave: once(behaviour) },
      { limits: { packageInMemory: 1000 } },
    );
    const download = await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    expect((await collect(download.bytes)).equals(bytes)).toBe(true);
    expect(server.requests[1]!.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(server.requests[1]!.headers['if-range']).toMatch(/^"/);
    expect(server.requests).toHaveLength(2);
  });

  it('begins anew when the server knows no ranges', async () => {
    const { server, fetcher } = await benches.open({
      files: { 'x.rpm': bytes },
      misbehave: (_, n) => (n === 1 ? { reset: 150_000 } : { ignoreRange: true }),
    });
    expect((await fetcher.download(announced(`${server.url}/x.rpm`, bytes))).sha256).toBe(
      sha256(bytes),
    );
  });

  it('begins anew when the file is another one by now', async () => {
    const { server, fetcher } = await benches.open({
      files: { 'x.rpm': noise(400_000, 7) },
      misbehave: once({ reset: 150_000 }),
    });
    const pending = fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    server.setFiles({ 'x.rpm': bytes });
    expect((await pending).sha256).toBe(sha256(bytes));
  });

  it('begins anew without validators, and when the server answers with another range or 416', async () => {
    for (const [first, second, requests] of [
      [{ reset: 150_000, headers: { etag: '', 'last-modified': '' } }, {}, 2],
      [{ reset: 150_000 }, { headers: { 'content-range': 'bytes 0-399999/400000' } }, 3],
      [{ reset: 150_000 }, { status: 416 }, 3],
    ] as [Behaviour, Behaviour, number][]) {
      const { server, fetcher } = await benches.open({
        files: { 'x.rpm': bytes },
        misbehave: (_, n) => [first, second][n - 1],
      });
      expect((await fetcher.download(announced(`${server.url}/x.rpm`, bytes))).sha256).toBe(
        sha256(bytes),
      );
      expect(server.requests).toHaveLength(requests);
    }
  });

  it.each<[string, string, string, RegExp | undefined]>([
    ['a strong ETag', '"x"', DATE, /^"x"$/],
    ['the date, not by a weak ETag', 'W/"x"', DATE, /^Thu, 01 Jan 2026/],
    ['nothing, where there is a weak ETag alone', 'W/"x"', '', undefined],
  ])('asks to go on by %s', async (_, etag, date, expected) => {
    const { server, fetcher } = await benches.open({
      files: { 'x.rpm': bytes },
      misbehave: (_request, n) =>
        n === 1 ? { reset: 150_000, headers: { etag, 'last-modified': date } } : undefined,
    });
    expect((await fetcher.download(announced(`${server.url}/x.rpm`, bytes))).sha256).toBe(
      sha256(bytes),
    );
    const { range, headers } = server.requests[1]!;
    expect([range === undefined, headers['if-range']]).toEqual(
      expected === undefined ? [true, undefined] : [false, expect.stringMatching(expected)],
    );
  });

  it('is refetched whole when the joined halves do not fit', async () => {
    const mixed = (_: unknown, n: number): Behaviour | undefined =>
      n === 1 ? { body: noise(400_000, 9), reset: 150_000 } : undefined;
    const { server, fetcher } = await benches.open({ files: { 'x.rpm': bytes }, misbehave: mixed });
    expect((await fetcher.download(announced(`${server.url}/x.rpm`, bytes))).sha256).toBe(
      sha256(bytes),
    );
    expect(server.requests.map((request) => request.range === undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('gives up with TRUNCATED after the attempts that it has', async () => {
    const { server, fetcher } = await benches.open(
      { files: { 'x.rpm': bytes }, misbehave: () => ({ truncate: 10, ignoreRange: true }) },
      { limits: { attempts: 3 } },
    );
    await expect(fetcher.download(announced(`${server.url}/x.rpm`, bytes))).rejects.toEqual(
      network('TRUNCATED'),
    );
    expect(server.requests).toHaveLength(3);
  });
});
