// SPDX-License-Identifier: MIT
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { silentLogger } from '../../src/log.js';
import type { Fetcher } from '../../src/net/fetcher.js';
import { createFetcher } from '../../src/net/http.js';
import { proxyFor } from '../../src/net/proxies.js';
import { execFileSync } from '../fixtures/commands.js';
import { announced, collect, noise } from '../fixtures/fetchers.js';
import { type ProxyServer, startProxyServer } from '../fixtures/proxy-server.js';
import { describeWithTools, requireTool } from '../fixtures/tools.js';
import { startYumServer, type YumServer } from '../fixtures/yum-server.js';

const run = promisify(execFile);

describeWithTools(['curl'], 'proxyFor agrees with curl', () => {
  let proxy: ProxyServer;
  let origin: YumServer;
  beforeAll(async () => {
    origin = await startYumServer({ files: { '': 'x' } });
    proxy = await startProxyServer(() => new URL(origin.url).host);
  });
  afterAll(async () => {
    await proxy.close();
    await origin.close();
  });

  const urls = [
    'http://example.test/',
    'http://a.example.test/',
    'http://badexample.test/',
    'http://example.test:8080/',
    'http://10.1.2.3/',
    'http://[fd00::5]/',
  ];
  // IPv6 blocks are left out: curl documents them, and curl 7.88 does not apply them.
  const lists = [
    'example.test',
    '.example.test',
    'other,example.test',
    'other example.test',
    'EXAMPLE.TEST',
    'a.example.test',
    '*',
    'none.test',
    '10.0.0.0/8',
    '10.1.2.3',
    '11.0.0.0/8',
    'fd00::5',
    '1.2.3',
    '',
  ];
  it.each(lists)('for no_proxy "%s"', async (no_proxy) => {
    for (const url of urls) {
      proxy.requests.length = 0;
      await run(
        'curl',
        ['--silent', '--max-time', '1', '--connect-timeout', '0.3', '--output', '/dev/null', url],
        { env: { PATH: process.env.PATH, http_proxy: proxy.url, no_proxy } },
      ).catch(() => undefined);
      expect([
        url,
        proxyFor(new URL(url), { http_proxy: proxy.url, no_proxy }) !== undefined,
      ]).toEqual([url, proxy.requests.length > 0]);
    }
  });
});

describeWithTools(['nginx'], 'the fetcher talks to nginx', () => {
  const files = { big: noise(3_000_000), 'repodata/repomd.xml': Buffer.from('<repomd/>') };
  let directory: string;
  let nginx: ChildProcess;
  let fetcher: Fetcher;
  let url: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'net-nginx-'));
    mkdirSync(join(directory, 'root', 'repodata'), { recursive: true });
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(directory, 'root', name), bytes);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    writeFileSync(join(directory, 'nginx.conf'), configuration(directory, port));
    nginx = spawn(
      requireTool('nginx')!,
      ['-c', join(directory, 'nginx.conf'), '-p', directory, '-e', join(directory, 'error.log')],
      { stdio: 'ignore' },
    );
    fetcher = createFetcher({
      logger: silentLogger,
      userAgent: 'test',
      concurrency: 2,
      environment: { RUNNER_TEMP: directory },
      limits: { packageInMemory: 1000, backoff: 100, attempts: 8 },
    });
    await fetcher.fetch({ url: `${url}/repodata/repomd.xml`, what: 'repomd.xml', maxBytes: 100 });
  });
  afterAll(async () => {
    await fetcher.close();
    await new Promise((resolve) => {
      nginx.once('exit', resolve);
      nginx.kill('SIGQUIT');
    });
    rmSync(directory, { recursive: true });
  });

  it('whole, conditional and by range', async () => {
    const request = { url: `${url}/repodata/repomd.xml`, what: 'repomd.xml', maxBytes: 100 };
    const whole = await fetcher.fetch(request);
    expect(Buffer.from(whole.body).toString()).toBe('<repomd/>');
    expect((await fetcher.fetch({ ...request, ifNoneMatch: whole.etag! })).status).toBe(304);
    expect((await fetcher.fetch({ ...request, ifModifiedSince: whole.lastModified! })).status).toBe(
      304,
    );
    expect(
      Buffer.from(
        (await fetcher.fetch({ ...request, range: { start: 1, end: 7 } })).body,
      ).toString(),
    ).toBe('repomd');
    await expect(
      fetcher.fetch({ ...request, range: { start: 50, end: 60 } }),
    ).rejects.toMatchObject({ code: 'HTTP_STATUS', status: 416 });
    await expect(fetcher.fetch({ ...request, url: `${url}/nothing` })).rejects.toMatchObject({
      code: 'HTTP_STATUS',
      status: 404,
    });
    await expect(fetcher.fetch({ ...request, url: `${url}/repodata` })).rejects.toMatchObject({
      code: 'HTTP_STATUS',
    });
  });

  it('through a path that cuts every connection, by ranges that nginx accepts', async () => {
    const upstream = await startCuttingRelay(Number(new URL(url).port), 900_000);
    const download = await fetcher.download(
      announced(`http://127.0.0.1:${upstream.port}/big`, files.big),
    );
    expect((await collect(download.bytes)).equals(files.big)).toBe(true);
    expect(upstream.connections()).toBeGreaterThan(3);
    upstream.close();
  });
});

function configuration(directory: string, port: number): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join(' ');
  const user =
    process.getuid?.() === 0
      ? `user ${execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()};`
      : '';
  return `${user} daemon off; pid ${directory}/pid; worker_processes 1; events {} http { ${folders} access_log off; server { listen 127.0.0.1:${port}; root ${directory}/root; } }`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A TCP relay that resets each connection after so many bytes of answer. */
async function startCuttingRelay(
  to: number,
  after: number,
): Promise<{ port: number; connections: () => number; close: () => void }> {
  const { connect } = await import('node:net');
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    let left = after;
    const onward = connect(to, '127.0.0.1');
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward
      .on('error', () => socket.destroy())
      .on('data', (chunk) => {
        left -= chunk.length;
        socket.write(chunk, () => {
          if (left < 0) socket.destroy();
        });
      });
    socket.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () => server.close(),
  };
}
