// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { proxyFor } from '../../src/net/proxies.js';
import { netBenches } from '../fixtures/fetchers.js';
import { type ProxyServer, startProxyServer } from '../fixtures/proxy-server.js';
import { startYumServer } from '../fixtures/yum-server.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const tls = {
  key: readFileSync(fixture('server.key'), 'utf8'),
  cert: readFileSync(fixture('server.crt'), 'utf8'),
};
const benches = netBenches();
const request = (
  url: string,
): { url: string; what: string; maxBytes: number; attempts: number } => ({
  url,
  what: 'repomd.xml',
  maxBytes: 100,
  attempts: 1,
});

describe('T40: proxies and certificates from environment variables', () => {
  let proxy: ProxyServer;
  let origin = '';
  beforeAll(async () => {
    proxy = await startProxyServer((host) =>
      host.startsWith('yum.example.test') ? new URL(origin).host : host,
    );
  });
  afterEach(async () => {
    await benches.closeAll();
    proxy.requests.length = 0;
  });
  afterAll(() => proxy.close());

  it.each(['http_proxy', 'HTTP_PROXY'])('%s carries http as an absolute request', async (name) => {
    const { server, fetcher } = await benches.open(
      { files: { x: 'x' } },
      { environment: { [name]: proxy.url } },
    );
    origin = server.url;
    expect((await fetcher.fetch(request('http://yum.example.test/x'))).body).toHaveLength(1);
    expect(proxy.requests.map(({ method, url }) => [method, url])).toEqual([
      ['GET', 'http://yum.example.test/x'],
    ]);
    expect(server.requests[0]!.headers.host).toBe('yum.example.test');
  });

  it.each(['https_proxy', 'HTTPS_PROXY'])(
    '%s carries https in a tunnel, and credentials of the URL go to the proxy only',
    async (name) => {
      const secure = await startYumServer({ files: { x: 'x' }, tls });
      const environment = {
        [name]: proxy.url.replace('//', '//user:pa%20ss@'),
        SSL_CERT_FILE: fixture('server.crt'),
      };
      const { fetcher, log } = await benches.open({}, { environment });
      try {
        expect((await fetcher.fetch(request(`${secure.url}/x`))).body).toHaveLength(1);
        expect(proxy.requests).toEqual([
          expect.objectContaining({ method: 'CONNECT', url: new URL(secure.url).host }),
        ]);
        expect(proxy.requests[0]!.headers['proxy-authorization']).toBe(
          `Basic ${Buffer.from('user:pa ss').toString('base64')}`,
        );
        expect(secure.requests[0]!.headers['proxy-authorization']).toBeUndefined();
        expect(log.join('\n')).not.toMatch(/pa%20ss|pa ss/);
      } finally {
        await secure.close();
      }
    },
  );

  it('a proxy that is not there is a failed connection, not a way around it', async () => {
    const { server, fetcher } = await benches.open(
      { files: { x: 'x' } },
      { environment: { http_proxy: 'http://127.0.0.1:9' } },
    );
    await expect(fetcher.fetch(request(`${server.url}/x`))).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('an unusable proxy URL is said without being printed', async () => {
    const { server, fetcher } = await benches.open(
      {},
      { environment: { http_proxy: 'socks5://user:secret@127.0.0.1:9' } },
    );
    const error: unknown = await fetcher
      .fetch(request(`${server.url}/x`))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('without a variable, and for what no_proxy names, nothing goes through a proxy', async () => {
    for (const environment of [
      {},
      { http_proxy: proxy.url, no_proxy: '127.0.0.1' },
      { http_proxy: '' },
    ]) {
      const { server, fetcher } = await benches.open({ files: { x: 'x' } }, { environment });
      expect((await fetcher.fetch(request(`${server.url}/x`))).status).toBe(200);
    }
    expect(proxy.requests).toHaveLength(0);
  });

  it('takes no proxy from the process behind the back of its options', async () => {
    process.env.http_proxy = 'http://127.0.0.1:9';
    try {
      const { server, fetcher } = await benches.open({ files: { x: 'x' } });
      expect((await fetcher.fetch(request(`${server.url}/x`))).status).toBe(200);
    } finally {
      Reflect.deleteProperty(process.env, 'http_proxy');
    }
  });

  it('SSL_CERT_FILE adds a certificate authority; without it, the server is not trusted and not asked again', async () => {
    const secure = await startYumServer({ files: { x: 'x' }, tls });
    try {
      const trusting = await benches.open(
        {},
        { environment: { SSL_CERT_FILE: fixture('server.crt') } },
      );
      expect((await trusting.fetcher.fetch(request(`${secure.url}/x`))).status).toBe(200);
      const { fetcher, log } = await benches.open();
      await expect(
        fetcher.fetch({ ...request(`${secure.url}/x`), attempts: 4 }),
      ).rejects.toMatchObject({
        code: 'CONNECTION_FAILED',
        message: expect.stringMatching(/self-signed/),
      });
      expect(log.filter((line) => line.includes('attempt'))).toEqual([]);
    } finally {
      await secure.close();
    }
  });
});

describe('T40: no_proxy', () => {
  it.each<[string, string, boolean]>([
    ['http://a.example.org/', 'example.org', true],
    ['http://a.example.org/', '.example.org', true],
    ['http://a.example.org/', '*.example.org', true],
    ['http://example.org./', 'example.org', true],
    ['http://example.org/', 'EXAMPLE.org, other', true],
    ['http://example.org/', 'other example.org', true],
    ['http://example.org:8080/', 'example.org:8080', true],
    ['http://example.org/', 'example.org:80', true],
    ['http://example.org/', 'example.org:8080', false],
    ['http://badexample.org/', 'example.org', false],
    ['http://example.org.evil/', 'example.org', false],
    ['http://example.org/', '*', true],
    ['http://example.org/', '', false],
    ['http://example.org/', ',', false],
    ['http://10.1.2.3/', '10.0.0.0/8', true],
    ['http://11.1.2.3/', '10.0.0.0/8', false],
    ['http://10.1.2.3/', '10.0.0.0/99', false],
    ['http://[::1]:80/', '::1', true],
    ['http://[::1]:8080/', '[::1]:8080', true],
    ['http://[fd00::5]/', 'fd00::/8', true],
    ['http://127.0.0.1/', '7.0.0.1', false],
  ])('%s with "%s": exempt is %s, as for curl', (url, no_proxy, exempt) => {
    expect(proxyFor(new URL(url), { http_proxy: 'p:1', no_proxy }) === undefined).toBe(exempt);
  });

  it('prefers lower case, takes a proxy without a scheme, and never crosses the schemes', () => {
    const http = new URL('http://example.org/');
    expect(proxyFor(http, { http_proxy: 'low:1', HTTP_PROXY: 'up:1' })).toBe('http://low:1');
    expect(proxyFor(http, { HTTPS_PROXY: 'http://up:1' })).toBeUndefined();
    expect(
      proxyFor(new URL('https://example.org/'), { HTTP_PROXY: 'http://up:1' }),
    ).toBeUndefined();
    expect(
      proxyFor(http, { HTTP_PROXY: 'http://up:1', no_proxy: '', NO_PROXY: 'example.org' }),
    ).toBeUndefined();
  });
});
