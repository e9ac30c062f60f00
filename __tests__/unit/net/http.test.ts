// SPDX-License-Identifier: MIT
import { afterEach, describe, expect, it } from '@jest/globals';

import { netBenches } from '../../fixtures/fetchers.js';
import { startProxyServer } from '../../fixtures/proxy-server.js';

const benches = netBenches();
afterEach(() => benches.closeAll());
const request = (
  url: string,
): { url: string; what: string; maxBytes: number; attempts: number } => ({
  url,
  what: 'x',
  maxBytes: 10,
  attempts: 1,
});

describe('createFetcher', () => {
  it('warns once for each host that is read over http, and not for loopback', async () => {
    const { server, fetcher, log } = await benches.open({ files: { x: 'x' } });
    await fetcher.fetch(request(`${server.url}/x`));
    expect(log.filter((line) => line.startsWith('warning'))).toEqual([]);
    const proxy = await startProxyServer(() => new URL(server.url).host);
    const far = await benches.open({}, { environment: { http_proxy: proxy.url } });
    for (const host of ['yum.example.org', 'yum.example.org', 'other.example.org'])
      await far.fetcher.fetch(request(`http://${host}/x`));
    expect(far.log.filter((line) => line.startsWith('warning'))).toEqual([
      expect.stringContaining('yum.example.org'),
      expect.stringContaining('other.example.org'),
    ]);
    await proxy.close();
  });

  it('can be closed unused, and twice', async () => {
    const { fetcher } = await benches.open();
    await expect(fetcher.close()).resolves.toBeUndefined();
    await expect(fetcher.close()).resolves.toBeUndefined();
  });
});
