// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type ProxyServer, startProxyServer } from '../fixtures/proxy-server.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { fileName, hello, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage, TOKEN } from '../fixtures/stage.js';
import { type Behaviour, startYumServer, type YumServer } from '../fixtures/yum-server.js';

const PACKAGES = [hello('1.0'), hello('2.0')];
const certificate = join(import.meta.dirname, '../fixtures/tls/server.crt');
const tls = {
  key: readFileSync(certificate.replace(/crt$/, 'key'), 'utf8'),
  cert: readFileSync(certificate, 'utf8'),
};
const codes = ({ report }: RunResult): unknown[] =>
  [
    ...report.errors,
    ...report.releases.flatMap(({ error }: { error?: object }) => error ?? []),
  ].map(({ code }: { code: string }) => code);

afterAll(removeRunDirectories);

// The clocks of the bundle are those that users get: a silence lasts 30 seconds, a drip two minutes.
const isWanted = process.env['RUN_SLOW'] === '1';
if (!isWanted) process.stderr.write('SKIPPED: waiting for the real time limits needs RUN_SLOW=1\n');

(isWanted ? describe : describe.skip)('T37: a server that does not come to an end', () => {
  const cases: [string, string, Behaviour, string[]][] = [
    ['never replies', '/repomd.xml', { noReply: true }, []],
    ['stalls half-way in a package', fileName(PACKAGES[1]!), { stall: 200 }, ['1.0']],
    ['drips', '/repomd.xml', { drip: { bytes: 1, every: 5000 } }, []],
  ];

  it('is a TIMEOUT, and what was complete before is published', async () => {
    // All at once, since each takes two minutes.
    const ends = cases.map(async ([how, file, behaviour, tags]) => {
      await onStage({ packages: PACKAGES }, async (stage) => {
        stage.yum.setMisbehave(({ url }) => (url.endsWith(file) ? behaviour : undefined));
        const result = await stage.publish({}, { timeout: 280_000 });
        expect({ how, code: result.code, codes: codes(result), tags: stage.tags() }).toEqual({
          how,
          code: 1,
          codes: ['TIMEOUT'],
          tags,
        });
      });
    });
    await Promise.all(ends);
  });
});

describe('T40: the environment of the run', () => {
  let proxy: ProxyServer;
  let secure: YumServer;
  beforeEach(async () => {
    secure = await startYumServer({ files: repositoryFiles(PACKAGES), tls });
    proxy = await startProxyServer();
  });
  afterEach(async () => {
    await Promise.all([proxy.close(), secure.close()]);
  });

  it('lets yum and git through its proxies, and the token of git stays with git', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish(
        {},
        { env: { HTTP_PROXY: proxy.url, NO_PROXY: 'localhost' } },
      );
      expect([result.code, stage.tags()]).toEqual([0, ['1.0', '2.0']]);
      const [git, yum] = [
        proxy.requests.filter(({ url }) => url.startsWith(stage.git.url)),
        proxy.requests.filter(({ url }) => url.startsWith(stage.yum.url)),
      ];
      expect([git.length > 0, yum.length, proxy.requests.length]).toEqual([
        true,
        stage.yum.requests.length,
        git.length + yum.length,
      ]);
      expect(yum.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
    });
  });

  it('NO_PROXY keeps both out of them', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const result = await stage.publish(
        {},
        { env: { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' } },
      );
      expect([result.code, stage.tags()]).toEqual([0, ['1.0', '2.0']]);
    });
  });

  it.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])(
    '%s makes a certificate authority of one’s own good for yum; without it nothing is published',
    async (name) => {
      await onStage({}, async (stage) => {
        const inputs = { baseurl: secure.url, gpgkey: `${secure.url}/KEY` };
        const without = await stage.publish(inputs);
        expect([without.code, codes(without), stage.git.git('for-each-ref')]).toEqual([
          1,
          ['CONNECTION_FAILED'],
          '',
        ]);
        const result = await stage.publish(inputs, { env: { [name]: certificate } });
        expect([result.code, stage.tags()]).toEqual([0, ['1.0', '2.0']]);
        expect(secure.requests.some(({ headers }) => JSON.stringify(headers).includes(TOKEN))).toBe(
          false,
        );
      });
    },
  );

  it('tunnels https through a proxy to a server with such a certificate', async () => {
    await onStage({}, async (stage) => {
      const result = await stage.publish(
        { baseurl: secure.url, gpgkey: `${secure.url}/KEY` },
        { env: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: certificate } },
      );
      expect([result.code, stage.tags()]).toEqual([0, ['1.0', '2.0']]);
      expect(new Set(proxy.requests.map(({ method, url }) => `${method} ${url}`))).toEqual(
        new Set([`CONNECT 127.0.0.1:${secure.port}`]),
      );
    });
  });
});
