// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { KIB, MIB } from '../../src/limits.js';
import { noise } from '../fixtures/fetchers.js';
import { type ProxyServer, startProxyServer } from '../fixtures/proxy-server.js';
import { rudeClient } from '../fixtures/rude-client.js';
import { type Manner, type RudeServer, startRudeServer } from '../fixtures/rude-server.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

/** The slow tests do a hundred runs of everything, also of 60 MiB. */
const RUNS = Number(process.env.RUDE_RUNS ?? 3);
const IS_SLOW = RUNS >= 20;
const TLS = join(import.meta.dirname, '../fixtures/tls');
const read = (name: string): string => readFileSync(join(TLS, name), 'utf8');

/** What a download may end with where a proxy stands between. */
const PROXY_MAY = ['whole', 'HTTP_STATUS', 'TRUNCATED', 'CONNECTION_FAILED', 'TIMEOUT'];
const LENGTH = 'Content-Length: %';
const CLOSE = 'Connection: close';
/** `whole`, and what a download may end with instead: where the server's own timing decides, both. */
const MANNERS: Readonly<Record<string, { manner: Manner; may: readonly string[] }>> = {
  'HTTP/1.0 with a length': {
    manner: { version: '1.0', headers: [LENGTH], end: 'fin' },
    may: ['whole'],
  },
  'HTTP/1.0 without a length': {
    manner: { version: '1.0', headers: [], end: 'fin' },
    may: ['whole'],
  },
  'HTTP/1.0, everything sent before anything is read': {
    manner: { version: '1.0', headers: [LENGTH], early: true, end: 'fin' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'HTTP/1.1 that closes': {
    manner: { version: '1.1', headers: [LENGTH, CLOSE], end: 'fin' },
    may: ['whole'],
  },
  'HTTP/1.1 that closes, everything sent before anything is read': {
    manner: { version: '1.1', headers: [LENGTH, CLOSE], early: true, end: 'fin' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'HTTP/1.1 that closes without saying so': {
    manner: { version: '1.1', headers: [LENGTH], end: 'fin' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'HTTP/1.1 without a length': {
    manner: { version: '1.1', headers: [CLOSE], end: 'fin' },
    may: ['whole'],
  },
  'FIN before the end': {
    manner: { version: '1.1', headers: [LENGTH, CLOSE], part: 0.5, end: 'fin' },
    may: ['TRUNCATED'],
  },
  'FIN before the end, HTTP/1.0 without a length': {
    manner: { version: '1.0', headers: [], part: 0.5, end: 'fin' },
    may: ['TRUNCATED', 'SIZE_MISMATCH'],
  },
  'FIN after the headers': {
    manner: { version: '1.1', headers: [LENGTH], part: 0, end: 'fin' },
    may: ['TRUNCATED'],
  },
  'RST half-way': {
    manner: { version: '1.1', headers: [LENGTH], part: 0.5, end: 'rst' },
    may: ['TRUNCATED', 'CONNECTION_FAILED'],
  },
  'RST at the end': {
    manner: { version: '1.1', headers: [LENGTH], end: 'rst' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'half-closed': {
    manner: { version: '1.1', headers: [LENGTH], end: 'half' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'garbage behind the body': {
    manner: { version: '1.1', headers: [LENGTH], behind: '\0garbage\r\n\r\n', end: 'stay' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'garbage behind the body, and FIN': {
    manner: { version: '1.0', headers: [LENGTH], behind: 'HTTP/1.1 200 OK\r\n\r\n', end: 'fin' },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  chunked: {
    manner: {
      version: '1.1',
      headers: ['Transfer-Encoding: chunked'],
      body: 'chunked',
      end: 'fin',
    },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'chunked without an end': {
    manner: {
      version: '1.1',
      headers: ['Transfer-Encoding: chunked'],
      body: 'endless',
      end: 'fin',
    },
    // Where all bytes were there, their size and checksum say so.
    may: ['whole', 'TRUNCATED'],
  },
  '100-continue before the answer': {
    manner: {
      version: '1.1',
      headers: [LENGTH, CLOSE],
      before: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n',
      end: 'fin',
    },
    may: ['whole', 'TRUNCATED', 'CONNECTION_FAILED'],
  },
  'no end of the body': {
    manner: { version: '1.1', headers: [LENGTH], part: 0.9, end: 'stay' },
    may: ['TIMEOUT'],
  },
  'nothing at all': {
    manner: { version: '1.1', headers: [], part: 0, end: 'rst', early: true },
    may: ['TRUNCATED', 'CONNECTION_FAILED', 'SIZE_MISMATCH'],
  },
};
const NAMES = Object.keys(MANNERS);
/** Downloads that end whole whatever happens, so that many large ones take no longer than they must. */
const GOOD = NAMES.filter((name) => MANNERS[name]!.may[0] === 'whole');

/** Every way must carry the whole file from this one. */
const POLITE = 'HTTP/1.1 that closes';

interface Way {
  readonly size: number;
  readonly over?: 'tls';
  readonly proxied?: true;
  readonly slow?: number;
}
const WAYS: readonly (readonly [string, Way])[] = [
  ['1 KiB', { size: KIB }],
  ['1 MiB', { size: MIB }],
  ['1 MiB, a slow reader', { size: MIB, slow: 1 }],
  ['1 MiB, over TLS', { size: MIB, over: 'tls' }],
  ['1 MiB, through a proxy', { size: MIB, proxied: true }],
  ['1 MiB, over TLS through a proxy', { size: MIB, over: 'tls', proxied: true }],
];
const LARGE_WAYS: readonly (readonly [string, Way])[] = [
  ['60 MiB', { size: 60 * MIB }],
  ['60 MiB, a slow reader', { size: 60 * MIB, slow: 0.2 }],
  ['60 MiB, over TLS', { size: 60 * MIB, over: 'tls' }],
  ['60 MiB, through a proxy', { size: 60 * MIB, proxied: true }],
];

describe('T53: a rude server ends no process', () => {
  let client: Awaited<ReturnType<typeof rudeClient>>;
  const servers = new Map<string, RudeServer>();
  let proxy: ProxyServer;
  beforeAll(async () => {
    client = await rudeClient();
    proxy = await startProxyServer();
    const tls = { key: read('server.key'), cert: read('server.crt') };
    for (const name of NAMES) {
      const { manner } = MANNERS[name]!;
      servers.set(name, await startRudeServer({ files: {}, manner }));
      servers.set(`${name} tls`, await startRudeServer({ files: {}, manner, tls }));
    }
  });
  afterAll(async () => {
    await Promise.all([proxy, ...servers.values()].map((server) => server.close()));
    removeRunDirectories();
  });

  /** One process downloads a file so often from each of the servers. */
  async function expectNoDeath(names: readonly string[], way: Way, runs: number): Promise<void> {
    const file = noise(way.size);
    const chosen = names.map((name) => {
      const server = servers.get(way.over === 'tls' ? `${name} tls` : name)!;
      server.files = { x: file };
      return [name, `${server.url}/x`] as const;
    });
    const { code, outcomes, stderr } = await client({
      urls: Object.fromEntries(chosen),
      file,
      runs,
      ...(way.slow === undefined ? {} : { slow: way.slow }),
      env: {
        SSL_CERT_FILE: join(TLS, 'server.crt'),
        ...(way.proxied ? { http_proxy: proxy.url, https_proxy: proxy.url } : {}),
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of names) {
      // A proxy answers for a server that it cannot understand.
      const may = [...MANNERS[name]!.may, ...(way.proxied ? PROXY_MAY : [])];
      const others = Object.keys(outcomes[name]!).filter((outcome) => !may.includes(outcome));
      const count = Object.values(outcomes[name]!).reduce((sum, some) => sum + some, 0);
      expect({ name, others, count }).toEqual({ name, others: [], count: runs });
    }
    // Else every download may have failed for the way itself.
    if (names.includes(POLITE)) expect({ way, ...outcomes[POLITE] }).toEqual({ way, whole: runs });
  }

  it.each(WAYS)('%s', (_, way) => expectNoDeath(NAMES, way, RUNS));
  it('60 MiB, from servers that close', () =>
    expectNoDeath(GOOD.slice(0, 3), LARGE_WAYS[0]![1], 2));
  (IS_SLOW ? it.each(LARGE_WAYS) : it.skip.each(LARGE_WAYS))('%s', (_, way) =>
    expectNoDeath(NAMES, way, RUNS),
  );
});

describe('T53: through the bundle', () => {
  afterAll(removeRunDirectories);
  const closing = GOOD.filter((name) => MANNERS[name]!.manner.early === undefined);

  it.each(
    IS_SLOW ? NAMES : [...closing.slice(0, 2), 'FIN before the end', 'chunked without an end'],
  )('%s: a run ends by itself, with its report', async (name) => {
    await onStage({}, async (stage) => {
      const { manner, may } = MANNERS[name]!;
      const server = await startRudeServer({ files: repositoryOf(), manner });
      const { code, signal, report, stdout } = await stage.publish({
        baseurl: server.url,
        gpgkey: `${server.url}/KEY`,
        'dry-run': 'true',
      });
      await server.close();
      expect({ signal, report: typeof report }).toEqual({ signal: null, report: 'object' });
      expect(stdout).not.toContain('title=INTERNAL');
      if (may.length === 1) expect(code).toBe(may[0] === 'whole' ? 0 : 1);
    });
  });
});

/** The repository as bytes by path. */
function repositoryOf(): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(repositoryFiles([hello('1.0')])).map(([path, content]) => [
      path,
      Buffer.from(content),
    ]),
  );
}
