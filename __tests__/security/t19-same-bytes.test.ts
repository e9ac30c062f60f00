// SPDX-License-Identifier: MIT
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { announced, collect, netBenches, noise } from '../fixtures/fetchers.js';

const benches = netBenches();
afterEach(() => benches.closeAll());

describe('T19: the bytes that were verified are the bytes that are read later', () => {
  it('a file put in the place of the private one is not read', async () => {
    if (process.platform === 'win32') return;
    const bytes = noise(50_000);
    const { server, fetcher, temp } = await benches.open(
      { files: { 'x.rpm': bytes } },
      { limits: { packageInMemory: 100 } },
    );
    const download = await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    const folder = join(temp, readdirSync(temp)[0]!);
    const path = join(folder, readdirSync(folder)[0]!);
    writeFileSync(`${path}.other`, noise(50_000, 2));
    renameSync(`${path}.other`, path);
    expect((await collect(download.bytes)).equals(bytes)).toBe(true);
    rmSync(path);
    expect((await collect(download.bytes)).equals(bytes)).toBe(true);
  });

  it('a server that gives other bytes on a second read changes nothing, since there is none', async () => {
    const bytes = noise(5000);
    const { server, fetcher } = await benches.open({
      files: { 'x.rpm': bytes },
      misbehave: (_, n) => (n > 1 ? { body: noise(5000, 3) } : undefined),
    });
    const download = await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    for (let n = 0; n < 2; n++) expect((await collect(download.bytes)).equals(bytes)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });
});
