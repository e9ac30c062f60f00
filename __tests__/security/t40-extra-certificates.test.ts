// SPDX-License-Identifier: MIT
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

import { startYumServer, type YumServer } from '../fixtures/yum-server.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/tls', name);

const PROGRAM = `
  import { createFetcher } from './src/net/http.js';
  import { silentLogger as logger } from './src/log.js';
  const fetcher = createFetcher({ logger, userAgent: 'child', concurrency: 1, environment: process.env });
  const answer = await fetcher.fetch({ url: process.argv[2], what: 'x', maxBytes: 100, attempts: 1 }).catch((error) => error.code);
  console.log(answer.status ?? answer);
  await fetcher.close();
`;

describe('T40: extra certificate authorities of the process', () => {
  let directory: string;
  let server: YumServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'net-child-'));
    const banner = {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    };
    const bundled = await build({
      stdin: { contents: PROGRAM, resolveDir: root },
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner,
      external: ['@actions/tool-cache'],
      write: false,
    });
    writeFileSync(join(directory, 'child.mjs'), bundled.outputFiles[0]!.contents);
    server = await startYumServer({
      files: { x: 'x' },
      tls: {
        key: readFileSync(fixture('server.key'), 'utf8'),
        cert: readFileSync(fixture('server.crt'), 'utf8'),
      },
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });
  const child = async (env: Record<string, string>): Promise<string> =>
    (
      await run(process.execPath, [join(directory, 'child.mjs'), `${server.url}/x`], {
        env: { PATH: process.env.PATH, ...env },
        timeout: 30_000,
      })
    ).stdout.trim();

  it('NODE_EXTRA_CA_CERTS is honoured, alone and beside SSL_CERT_FILE; without them the server is refused', async () => {
    expect(await child({ NODE_EXTRA_CA_CERTS: fixture('server.crt') })).toBe('200');
    writeFileSync(join(directory, 'empty.pem'), '');
    expect(
      await child({
        NODE_EXTRA_CA_CERTS: fixture('server.crt'),
        SSL_CERT_FILE: join(directory, 'empty.pem'),
      }),
    ).toBe('200');
    expect(await child({})).toBe('CONNECTION_FAILED');
    expect(await child({ SSL_CERT_FILE: join(directory, 'no-such-file') })).toBe(
      'CONNECTION_FAILED',
    );
  });
});
