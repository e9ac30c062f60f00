// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createConnections, guardedLookup, type Reach } from '../../src/net/connections.js';
import { exchange } from '../../src/net/exchange.js';
import type { FetchRequest } from '../../src/net/fetcher.js';
import { addressKind, hostKind, parseTarget } from '../../src/net/urls.js';
import { announced, netBenches, noise } from '../fixtures/fetchers.js';
import { startYumServer, type YumServer } from '../fixtures/yum-server.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const tls = {
  key: readFileSync(fixture('server.key'), 'utf8'),
  cert: readFileSync(fixture('server.crt'), 'utf8'),
};
const benches = netBenches();
afterEach(() => benches.closeAll());
const request = (url: string, changes: Partial<FetchRequest> = {}): FetchRequest => ({
  url,
  what: 'repomd.xml',
  maxBytes: 1 << 20,
  attempts: 3,
  ...changes,
});
const insecure = { code: 'INSECURE_REDIRECT' };

describe('T39: redirects', () => {
  let other: YumServer;
  let secure: YumServer;
  beforeAll(async () => {
    other = await startYumServer({ files: { x: 'other' } });
    secure = await startYumServer({ tls, files: { x: 'secure' } });
  });
  afterEach(() => {
    other.requests.length = 0;
    secure.setMisbehave(undefined);
  });
  afterAll(() => Promise.all([other.close(), secure.close()]));

  it.each([301, 302, 303, 307, 308])('%d is followed on the same host', async (status) => {
    const { server, fetcher } = await benches.open({
      files: { 'a/x': 'x' },
      misbehave: (asked) => (asked.url === '/x' ? { redirect: 'a/x', status } : undefined),
    });
    const answer = await fetcher.fetch(request(`${server.url}/x`));
    expect([answer.url, Buffer.from(answer.body).toString()]).toEqual([`${server.url}/a/x`, 'x']);
  });

  it('five are followed, six are not, and a loop ends', async () => {
    const steps = (last: number) => (asked: { url: string }) =>
      Number(asked.url.slice(1)) < last
        ? { redirect: `/${Number(asked.url.slice(1)) + 1}` }
        : undefined;
    const five = await benches.open({ files: { 5: 'x' }, misbehave: steps(5) });
    expect((await five.fetcher.fetch(request(`${five.server.url}/0`))).status).toBe(200);
    const six = await benches.open({ files: { 6: 'x' }, misbehave: steps(6) });
    await expect(six.fetcher.fetch(request(`${six.server.url}/0`))).rejects.toMatchObject(insecure);
    expect(six.server.requests).toHaveLength(6);
    const loop = await benches.open({ misbehave: () => ({ redirect: '/again' }) });
    await expect(loop.fetcher.fetch(request(`${loop.server.url}/0`))).rejects.toMatchObject(
      insecure,
    );
    expect(loop.server.requests).toHaveLength(6);
  });

  it('to another host or port are followed only for bytes that a checksum pins', async () => {
    const { server, fetcher } = await benches.open({
      misbehave: () => ({ redirect: `${other.url}/x` }),
    });
    await expect(fetcher.fetch(request(`${server.url}/x`))).rejects.toMatchObject(insecure);
    await expect(
      fetcher.fetch(request(`${server.url}/x`, { range: { start: 0, end: 2 } })),
    ).rejects.toMatchObject(insecure);
    expect(other.requests).toHaveLength(0);
    expect((await fetcher.fetch(request(`${server.url}/x`, { pinned: true }))).body).toHaveLength(
      5,
    );
    expect(
      (await fetcher.download(announced(`${server.url}/x`, Buffer.from('other')))).bytes.size,
    ).toBe(5);
    await expect(fetcher.download(announced(`${server.url}/x`, noise(5)))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
  });

  it('never lead from https to http, pinned or not', async () => {
    const { fetcher } = await benches.open(
      {},
      { environment: { SSL_CERT_FILE: fixture('server.crt') } },
    );
    expect((await fetcher.fetch(request(`${secure.url}/x`))).status).toBe(200);
    secure.setMisbehave(() => ({ redirect: `${other.url}/x` }));
    await expect(fetcher.fetch(request(`${secure.url}/x`, { pinned: true }))).rejects.toMatchObject(
      insecure,
    );
    await expect(
      fetcher.download(announced(`${secure.url}/x`, Buffer.from('other'))),
    ).rejects.toMatchObject(insecure);
    expect(other.requests).toHaveLength(0);
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/x', 'data:,x', 'javascript:x'])(
    'never lead to %s',
    async (redirect) => {
      const { server, fetcher } = await benches.open({ misbehave: () => ({ redirect }) });
      await expect(
        fetcher.fetch(request(`${server.url}/x`, { pinned: true })),
      ).rejects.toMatchObject(insecure);
    },
  );

  it.each([
    'http://169.254.169.254/latest',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
  ])('never lead to the link-local address %s, nor does a first request', async (redirect) => {
    const { server, fetcher, log } = await benches.open({ misbehave: () => ({ redirect }) });
    await expect(fetcher.fetch(request(`${server.url}/x`, { pinned: true }))).rejects.toMatchObject(
      insecure,
    );
    await expect(fetcher.fetch(request(redirect))).rejects.toMatchObject(insecure);
    expect(server.requests).toHaveLength(1);
    expect(log.filter((line) => line.startsWith('warning'))).toEqual([]);
  });

  it.each<[string, Reach, boolean]>([
    ['169.254.169.254', 'open', false],
    ['fe80::1', 'open', false],
    ['localhost', 'open', true],
    ['localhost', 'public', false],
    ['10.0.0.1', 'public', false],
    ['192.0.2.1', 'public', true],
  ])(
    'a name that resolves to %s within reach "%s": connected is %s',
    async (address, reach, connected) => {
      const found = await new Promise<boolean>((resolve) => {
        guardedLookup(reach)(address, { all: true }, (error) => {
          resolve(error === null);
        });
      });
      expect(found).toBe(connected);
    },
  );

  it('a public host leads to no loopback or private address', async () => {
    const server = await startYumServer({ misbehave: () => ({ redirect: `${other.url}/x` }) });
    const connections = await createConnections({}, 5000);
    const target = parseTarget(`${server.url}/x`) as Extract<
      ReturnType<typeof parseTarget>,
      { kind: 'http' }
    >;
    const go = (kind: 'public' | 'loopback', namedBy?: URL): Promise<unknown> =>
      exchange(
        {
          connections: { ...connections, kind: () => kind },
          redirects: 5,
          secrets: () => [],
          announce: () => undefined,
        },
        { target, headers: [], trusted: 'anywhere', namedBy, signal: new AbortController().signal },
      );
    await expect(go('public')).rejects.toMatchObject(insecure);
    expect(other.requests).toHaveLength(0);
    await expect(go('loopback')).resolves.toMatchObject({ status: 200 });
    // Nor does what the index of a public host names; that of one in a private network may.
    const index = new URL('https://yum.example.org/');
    await expect(go('public', index)).rejects.toMatchObject(insecure);
    await expect(go('loopback', index)).resolves.toMatchObject({ status: 200 });
    expect(connections.kind(new URL(server.url))).toBe('loopback');
    await connections.destroy();
    await server.close();
  });

  it('without a Location, or with one that is no URL, are errors', async () => {
    for (const behaviour of [{ status: 302 }, { redirect: 'http://[' }]) {
      const { server, fetcher } = await benches.open({ misbehave: () => behaviour });
      await expect(fetcher.fetch(request(`${server.url}/x`))).rejects.toMatchObject({
        code: 'HTTP_STATUS',
        status: 302,
      });
    }
  });
});

describe('addressKind', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2001:4860:4860::8888', 'public'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.1.1', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['0.0.0.0', 'private'],
    ['::', 'private'],
    ['fd12::1', 'private'],
    ['255.255.255.255', 'private'],
    ['169.254.0.1', 'link-local'],
    ['169.253.255.255', 'public'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
  ])('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  it.each([
    ['http://localhost/', 'loopback'],
    ['http://a.localhost./', 'loopback'],
    ['http://notlocalhost/', undefined],
    ['http://0x7f.1/', 'loopback'],
    ['http://example.org/', undefined],
    ['http://[::1]:8080/', 'loopback'],
  ])('the host of %s is %s', (url, kind) => {
    expect(hostKind(new URL(url))).toBe(kind);
  });
});
