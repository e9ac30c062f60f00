// SPDX-License-Identifier: MIT
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { MIB } from '../../src/limits.js';
import { announced, netBenches, noise } from '../fixtures/fetchers.js';

const benches = netBenches();
afterEach(() => benches.closeAll());
/** What the system buffers between two sockets is a few MiB; endless data would be far beyond. */
const SLACK = 64 * MIB;

describe('T5: endless data', () => {
  it('a small file that never ends is cut off at the cap', async () => {
    const { server, fetcher } = await benches.open({ misbehave: () => ({ oversize: Infinity }) });
    await expect(
      fetcher.fetch({ url: `${server.url}/repomd.xml`, what: 'repomd.xml', maxBytes: MIB }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.bytes).toBeLessThan(SLACK);
  });

  it('a length over the cap is refused before the body is read, and one of exactly the cap is taken', async () => {
    const { server, fetcher } = await benches.open({ files: { f: noise(MIB + 1), g: noise(MIB) } });
    await expect(
      fetcher.fetch({ url: `${server.url}/f`, what: 'f', maxBytes: MIB }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE', actual: String(MIB + 1) });
    expect(
      (await fetcher.fetch({ url: `${server.url}/g`, what: 'g', maxBytes: MIB })).body,
    ).toHaveLength(MIB);
  });

  it('a range answer longer than the range is cut off', async () => {
    const { server, fetcher } = await benches.open({
      files: { f: noise(5000) },
      misbehave: () => ({ ignoreRange: true }),
    });
    const answer = await fetcher.fetch({
      url: `${server.url}/f`,
      what: 'f',
      maxBytes: 100,
      range: { start: 0, end: 100 },
    });
    expect(answer.body).toHaveLength(100);
    await expect(
      fetcher.fetch({
        url: `${server.url}/f`,
        what: 'f',
        maxBytes: 99,
        range: { start: 0, end: 100 },
      }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('a package that never ends is cut off at its announced size, or at the cap where none is announced; disk stays bounded', async () => {
    const { server, fetcher, temp } = await benches.open(
      { misbehave: () => ({ oversize: Infinity }) },
      { limits: { packageInMemory: 1000 } },
    );
    const request = announced(`${server.url}/x.rpm`, noise(MIB));
    await expect(fetcher.download(request)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    await expect(
      fetcher.download({ ...request, size: undefined, maxBytes: MIB }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    for (const { bytes } of server.requests) expect(bytes).toBeLessThan(SLACK);
    const left = readdirSync(temp, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(temp, name)))
      .filter((info) => info.isFile());
    expect(left).toEqual([]);
  });

  it('a package announced as larger than the cap is refused without a request', async () => {
    const { server, fetcher } = await benches.open();
    const request = announced(`${server.url}/x.rpm`, noise(10), { size: 101, maxBytes: 100 });
    await expect(fetcher.download(request)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(server.requests).toHaveLength(0);
  });

  it('endless headers end the connection', async () => {
    const { server, fetcher } = await benches.open({
      files: { f: 'f' },
      misbehave: () => ({ headers: { 'x-long': 'x'.repeat(100_000) } }),
    });
    await expect(
      fetcher.fetch({ url: `${server.url}/f`, what: 'f', maxBytes: MIB }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});
