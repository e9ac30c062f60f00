// SPDX-License-Identifier: MIT
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, describe, expect, it } from '@jest/globals';

import { AbortedError, DownloadError } from '../../src/errors.js';
import type { FetchRequest } from '../../src/net/fetcher.js';
import { netBenches, noise } from '../fixtures/fetchers.js';

const benches = netBenches();
afterEach(() => benches.closeAll());

const request = (url: string, changes: Partial<FetchRequest> = {}): FetchRequest => ({
  url,
  what: 'repomd.xml',
  maxBytes: 1 << 20,
  ...changes,
});
const failure = (code: string, status?: number): unknown =>
  expect.objectContaining({
    constructor: DownloadError,
    code,
    ...(status === undefined ? {} : { status }),
  });

describe('fetch', () => {
  it('gives the bytes, the validators and the URL, and says who asks', async () => {
    const { server, fetcher } = await benches.open({ files: { 'repodata/repomd.xml': 'hello' } });
    const answer = await fetcher.fetch(request(`${server.url}/repodata/repomd.xml`));
    expect(Buffer.from(answer.body).toString()).toBe('hello');
    expect(answer).toMatchObject({
      status: 200,
      url: `${server.url}/repodata/repomd.xml`,
      etag: expect.any(String),
      lastModified: expect.any(String),
    });
    expect(server.requests[0]!.headers).toMatchObject({
      'user-agent': 'net-bench/1',
      'accept-encoding': 'identity',
    });
  });

  it('gives an empty file and a body of exactly the cap', async () => {
    const { server, fetcher } = await benches.open({ files: { empty: '', full: noise(1000) } });
    expect((await fetcher.fetch(request(`${server.url}/empty`))).body).toHaveLength(0);
    expect(
      (await fetcher.fetch(request(`${server.url}/full`, { maxBytes: 1000 }))).body,
    ).toHaveLength(1000);
  });

  it('never decodes, whatever Content-Encoding says', async () => {
    const { server, fetcher } = await benches.open({
      files: { 'primary.xml.gz': noise(500) },
      misbehave: () => ({ headers: { 'content-encoding': 'gzip' } }),
    });
    expect(
      Buffer.from((await fetcher.fetch(request(`${server.url}/primary.xml.gz`))).body),
    ).toEqual(noise(500));
  });

  it('answers a condition with 304 and no body', async () => {
    const { server, fetcher } = await benches.open({ files: { notes: 'text' } });
    const first = await fetcher.fetch(request(`${server.url}/notes`));
    const byTag = await fetcher.fetch(request(`${server.url}/notes`, { ifNoneMatch: first.etag! }));
    const byDate = await fetcher.fetch(
      request(`${server.url}/notes`, { ifModifiedSince: first.lastModified! }),
    );
    expect([byTag, byDate]).toEqual(
      [1, 2].map(() => expect.objectContaining({ status: 304, body: new Uint8Array() })),
    );
    server.setFiles({ notes: 'other text' });
    expect(
      (await fetcher.fetch(request(`${server.url}/notes`, { ifNoneMatch: first.etag! }))).status,
    ).toBe(200);
  });

  it('takes no 304 for a request without a condition', async () => {
    const { server, fetcher } = await benches.open({
      files: { x: 'x' },
      misbehave: () => ({ status: 304 }),
    });
    await expect(fetcher.fetch(request(`${server.url}/x`))).rejects.toEqual(
      failure('HTTP_STATUS', 304),
    );
  });

  it.each([204, 400, 401, 403, 404, 410])('fails with the status %d at once', async (status) => {
    const { server, fetcher } = await benches.open({ misbehave: () => ({ status }) });
    await expect(fetcher.fetch(request(`${server.url}/x`))).rejects.toEqual(
      failure('HTTP_STATUS', status),
    );
    expect(server.requests).toHaveLength(1);
  });

  it('fails with CONNECTION_FAILED where nobody listens, and for a name that does not exist', async () => {
    const { server, fetcher } = await benches.open();
    await server.close();
    await expect(fetcher.fetch(request(`${server.url}/x`, { attempts: 2 }))).rejects.toEqual(
      failure('CONNECTION_FAILED'),
    );
    await expect(
      fetcher.fetch(request('http://no-such-host.invalid/x', { attempts: 1 })),
    ).rejects.toEqual(failure('CONNECTION_FAILED'));
  });

  it('ends what is under way when it is closed', async () => {
    const { server, fetcher } = await benches.open({ misbehave: () => ({ noReply: true }) });
    const pending = fetcher.fetch(request(`${server.url}/x`));
    const outcome = expect(pending).rejects.toBeInstanceOf(AbortedError);
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await fetcher.close();
    await outcome;
    await expect(fetcher.fetch(request(`${server.url}/x`))).rejects.toBeInstanceOf(AbortedError);
  });
});

describe('fetch of a range', () => {
  const bytes = noise(300_000);
  const range = { start: 1000, end: 5000 };
  const part = bytes.subarray(1000, 5000);

  it('asks for it and gives it', async () => {
    const { server, fetcher } = await benches.open({ files: { p: bytes } });
    const answer = await fetcher.fetch(request(`${server.url}/p`, { range }));
    expect(answer.status).toBe(206);
    expect(Buffer.from(answer.body)).toEqual(part);
    expect(server.requests[0]!.range).toBe('bytes=1000-4999');
  });

  it('reads a 200 answer up to the end of the range and drops the rest', async () => {
    const { server, fetcher } = await benches.open({
      files: { p: noise(30_000_000) },
      misbehave: () => ({ ignoreRange: true }),
    });
    const answer = await fetcher.fetch(request(`${server.url}/p`, { range, maxBytes: 4000 }));
    expect(Buffer.from(answer.body)).toEqual(noise(30_000_000).subarray(1000, 5000));
    expect(answer.status).toBe(206);
    expect(server.requests[0]!.bytes).toBeLessThan(30_000_000);
  });

  it('gives less where the file ends', async () => {
    const { server, fetcher } = await benches.open({
      files: { p: bytes },
      misbehave: (_, n) => (n === 2 ? { ignoreRange: true } : undefined),
    });
    const late = { start: 299_990, end: 300_100 };
    for (let n = 0; n < 2; n++)
      expect(
        Buffer.from((await fetcher.fetch(request(`${server.url}/p`, { range: late }))).body),
      ).toEqual(bytes.subarray(299_990));
  });

  it.each([
    'bytes 0-3999/300000',
    'bytes 1000-4998/300000',
    'bytes 1000-5000/300000',
    'items 1-2',
    '',
  ])('refuses the Content-Range "%s"', async (contentRange) => {
    const { server, fetcher } = await benches.open({
      files: { p: bytes },
      misbehave: () => ({ headers: { 'content-range': contentRange } }),
    });
    await expect(fetcher.fetch(request(`${server.url}/p`, { range }))).rejects.toEqual(
      failure('HTTP_STATUS', 206),
    );
  });

  it('refuses a 206 that nobody asked for', async () => {
    const { server, fetcher } = await benches.open({
      files: { p: bytes },
      misbehave: () => ({ status: 206 }),
    });
    await expect(fetcher.fetch(request(`${server.url}/p`))).rejects.toEqual(
      failure('HTTP_STATUS', 206),
    );
  });
});

describe('fetch of a local file', () => {
  it('reads file URLs and plain paths, whole and by range', async () => {
    const { fetcher, temp } = await benches.open();
    const path = join(temp, 'a key+%41.asc');
    writeFileSync(path, 'key bytes');
    for (const url of [path, pathToFileURL(path).href]) {
      expect(Buffer.from((await fetcher.fetch(request(url))).body).toString()).toBe('key bytes');
      expect(
        Buffer.from(
          (await fetcher.fetch(request(url, { range: { start: 4, end: 7 } }))).body,
        ).toString(),
      ).toBe('byt');
    }
  });

  it('fails with NOT_FOUND for nothing, a folder, a device and another scheme', async () => {
    const { fetcher, temp } = await benches.open();
    mkdirSync(join(temp, 'folder'));
    const wrong = [
      join(temp, 'nothing'),
      join(temp, 'folder'),
      'ftp://example.org/key',
      ...(process.platform === 'win32' ? [] : ['/dev/zero']),
    ];
    for (const url of wrong)
      await expect(fetcher.fetch(request(url))).rejects.toEqual(failure('NOT_FOUND'));
  });

  it('keeps the cap', async () => {
    const { fetcher, temp } = await benches.open();
    writeFileSync(join(temp, 'big'), noise(100_000));
    await expect(fetcher.fetch(request(join(temp, 'big'), { maxBytes: 99_999 }))).rejects.toEqual(
      failure('TOO_LARGE'),
    );
  });
});
