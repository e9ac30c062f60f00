// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Oid } from '../../src/git/store.js';
import { type GitBench, gitBench, stageCommit } from '../fixtures/git-bench.js';
import { type GitServer, startGitServer } from '../fixtures/git-server.js';
import { type ProxyServer, startProxyServer } from '../fixtures/proxy-server.js';

const certificate = fileURLToPath(new URL('../fixtures/tls/server.crt', import.meta.url));
const VARIABLES = [
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'GIT_SSL_CAINFO',
];
const saved = new Map(VARIABLES.map((name) => [name, process.env[name]]));
let bench: GitBench;
let server: GitServer;
let commit: Oid;

beforeEach(async () => {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  bench = gitBench();
  server = await startGitServer();
  const store = await bench.open(server.url);
  commit = await stageCommit(store, undefined, { a: 'a' });
  await store.push({ branches: [{ name: 'main', oid: commit }], tags: [] });
});
afterEach(async () => {
  for (const [name, value] of saved) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await bench.close();
  await server.close();
});

const tip = async (url: string, token?: string): Promise<Oid | undefined> =>
  (await (await bench.open(url, token === undefined ? {} : { token })).listRefs()).branches.get(
    'main',
  );

describe('T40: proxies of the environment carry git, too', () => {
  let proxy: ProxyServer;
  beforeEach(async () => {
    proxy = await startProxyServer((host) =>
      host.startsWith('git.example.test') ? new URL(server.serverUrl).host : host,
    );
  });
  afterEach(() => proxy.close());

  it.each(['http_proxy', 'HTTP_PROXY', 'ALL_PROXY'])('%s', async (name) => {
    process.env[name] = proxy.url;
    expect(await tip(`http://git.example.test/${server.repository}`)).toBe(commit);
    expect(proxy.requests.length).toBeGreaterThan(0);
  });

  it('NO_PROXY keeps a host out', async () => {
    Object.assign(process.env, { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
    expect(await tip(server.url)).toBe(commit);
    expect(proxy.requests).toEqual([]);
  });
});

describe('T40: certificates of the environment serve git, too', () => {
  let secure: Server;
  let url = '';
  const seen: (string | undefined)[] = [];
  beforeEach(async () => {
    const key = readFileSync(certificate.replace(/crt$/, 'key'));
    secure = createServer({ key, cert: readFileSync(certificate) }, (request, response) => {
      seen.push(request.headers.authorization);
      const onward = httpRequest(
        server.serverUrl + (request.url ?? ''),
        { method: request.method ?? 'GET', headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(onward);
    });
    await new Promise<void>((done) => secure.listen(0, '127.0.0.1', done));
    url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/${server.repository}`;
  });
  afterEach(() => {
    secure.close();
    secure.closeAllConnections();
  });

  it('without them the server is not trusted, and gets no token', async () => {
    seen.length = 0;
    await expect(tip(url, 'secret')).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    expect(seen).toEqual([]);
  });

  it.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO'])('%s', async (name) => {
    process.env[name] = certificate;
    expect(await tip(url, 'secret')).toBe(commit);
    expect(seen.at(-1)).toBe(`Basic ${Buffer.from('x-access-token:secret').toString('base64')}`);
  });

  it('a file that is not there is a wrong input', async () => {
    process.env['SSL_CERT_FILE'] = `${bench.dir}/nowhere.pem`;
    await expect(bench.open(url)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
