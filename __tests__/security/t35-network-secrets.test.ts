// SPDX-License-Identifier: MIT
import { inspect } from 'node:util';

import { afterEach, describe, expect, it } from '@jest/globals';

import { parseHeaderLines } from '../../src/net/urls.js';
import { announced, type NetBench, netBenches, noise } from '../fixtures/fetchers.js';
import { startYumServer, type YumServer } from '../fixtures/yum-server.js';

const CANARY = 'c4n4ry-t0ken';
const BASE64 = Buffer.from(`user:${CANARY}`).toString('base64');
const benches = netBenches();
const servers: YumServer[] = [];
afterEach(async () => {
  await benches.closeAll();
  for (const server of servers.splice(0)) await server.close();
});

/** A server that wants the secret, one that must never see it, and a fetcher that has it. */
async function open(): Promise<NetBench & { other: YumServer; withUser: string }> {
  const other = await startYumServer({ files: { 'x.rpm': noise(100), x: 'x' } });
  const own = await startYumServer({ files: { 'x.rpm': noise(100), x: 'x' } });
  servers.push(other, own);
  const secretHeaders = {
    lines: parseHeaderLines(`X-Api-Key: ${CANARY}\nCookie: session=${CANARY}`),
    urls: [`${own.url}/repo/`],
  };
  const bench = await benches.open({}, { secretHeaders });
  await bench.server.close();
  return { ...bench, server: own, other, withUser: own.url.replace('//', `//user:${CANARY}@`) };
}

const secretsOf = (server: YumServer): string =>
  JSON.stringify(server.requests.map((request) => request.headers));

describe('T35: secrets of the network', () => {
  it('headers and user information go to the yum server', async () => {
    const { server, fetcher, withUser } = await open();
    const answer = await fetcher.fetch({ url: `${withUser}/x`, what: 'x', maxBytes: 10 });
    expect(server.requests[0]!.headers).toMatchObject({
      'x-api-key': CANARY,
      cookie: `session=${CANARY}`,
      authorization: `Basic ${BASE64}`,
    });
    expect(answer.url).toBe(`${server.url}/x`);
  });

  it('and to nobody else: not to other origins, not along a redirect, not for a URL in a Location', async () => {
    const { server, fetcher, other, withUser } = await open();
    await fetcher.fetch({ url: `${other.url}/x`, what: 'x', maxBytes: 10 });
    server.setMisbehave(() => ({ redirect: `${other.url.replace('//', '//evil:evil@')}/x.rpm` }));
    await fetcher.download(announced(`${withUser}/x.rpm`, noise(100)));
    expect(other.requests).toHaveLength(2);
    expect(secretsOf(other)).not.toMatch(/c4n4ry|authorization|cookie|api-key/i);
    expect(secretsOf(other)).not.toContain(BASE64);
  });

  it('stay on a redirect within the origin', async () => {
    const { server, fetcher, withUser } = await open();
    server.setMisbehave((request) => (request.url === '/old' ? { redirect: '/x' } : undefined));
    await fetcher.fetch({ url: `${withUser}/old`, what: 'x', maxBytes: 10 });
    expect(server.requests[1]!.headers).toMatchObject({
      'x-api-key': CANARY,
      authorization: `Basic ${BASE64}`,
    });
  });

  it('are in no log line, no error and no cause of one, whatever goes wrong', async () => {
    const { server, fetcher, log, withUser } = await open();
    const url = `${withUser}/x?key=${CANARY}`;
    const seen: unknown[] = [];
    const caught = (error: unknown): void => {
      seen.push(error);
    };
    for (const behaviour of [
      { status: 404 },
      { status: 503 },
      { html: true },
      { reset: 0 },
      { truncate: 3 },
      { redirect: `/loop?key=${CANARY}` },
      { redirect: `http://user:${CANARY}@example.org/?${CANARY}` },
      { oversize: 5000 },
    ] as const) {
      server.setMisbehave(() => behaviour);
      await fetcher.fetch({ url, what: 'x', maxBytes: 10, attempts: 2 }).catch(caught);
      await fetcher.download(announced(url, noise(100))).catch(caught);
    }
    for (const wrong of [
      `${withUser.replace(/:\d+$/, ':9')}/x`,
      `ftp://user:${CANARY}@host/?${CANARY}`,
      `https://user:${CANARY}@/?${CANARY}`,
      `http://user:${CANARY}@ho st/`,
    ]) {
      await fetcher.fetch({ url: wrong, what: 'x', maxBytes: 10, attempts: 1 }).catch(caught);
    }
    expect(seen.length).toBeGreaterThan(15);
    const text = [...log, ...seen.map((error) => inspect(error, { depth: 8 }))].join('\n');
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(BASE64);
  });

  it.each([
    'no colon',
    'Name value',
    ': value',
    'Näme: x',
    'X: a\u0001b',
    'X-Ü: y',
    'X: ü',
    'Host: other',
    'Range: bytes=0-',
    'Proxy-Authorization: x',
    'Transfer-Encoding: chunked',
  ])('the header line "%s" is refused without being printed', (line) => {
    expect(() => parseHeaderLines(`A: b\n${line}`)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringMatching(/line 2/) }),
    );
    expect(() => parseHeaderLines(`${line} ${CANARY}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(CANARY) }),
    );
  });
});
