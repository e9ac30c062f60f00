// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { fileName, hello, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';
import { startYumServer } from '../fixtures/yum-server.js';

const ONE = hello('1.0');
const WEAK = (xml: string): string =>
  xml.replace(/type="sha256" pkgid="YES">([0-9a-f]{40})[0-9a-f]*/, 'type="sha" pkgid="YES">$1');

afterAll(removeRunDirectories);

describe('T8 and T39: packages on another host than the index', () => {
  it.each(['xml:base', 'href'])(
    'are fetched by %s, without credentials or secret headers',
    async (way) => {
      const pool = await startYumServer({ files: { [`p/${fileName(ONE)}`]: ONE.built.bytes } });
      try {
        await onStage({}, async (stage) => {
          const primary = (xml: string): string =>
            way === 'href'
              ? xml.replace('href="', `href="${pool.url}/p/`)
              : xml.replace('<location ', `<location xml:base="${pool.url}/p/" `);
          const files = Object.fromEntries(
            Object.entries(repositoryFiles([ONE], { primary })).filter(
              ([name]) => name !== fileName(ONE),
            ),
          );
          stage.yum.setFiles(files);
          const baseurl = stage.yum.url.replace('http://', 'http://user:secretword@');
          const run = await stage.publish({ baseurl, 'http-headers': 'X-Key: secretword' });
          expect([run.code, stage.tags()]).toEqual([0, ['1.0']]);
          expect(stage.yum.requests.some(({ headers }) => headers['x-key'] === 'secretword')).toBe(
            true,
          );
          expect(pool.requests.length).toBeGreaterThan(0);
          expect(
            JSON.stringify(pool.requests.map(({ headers, url }) => [headers, url])),
          ).not.toMatch(/secretword|authorization|x-key/i);
        });
      } finally {
        await pool.close();
      }
    },
  );

  it('are refused alone where the checksum is weak, in spite of allow-weak, and nothing is asked of that host', async () => {
    const pool = await startYumServer({ files: { [fileName(ONE)]: ONE.built.bytes } });
    try {
      await onStage({}, async (stage) => {
        const two = hello('2.0');
        const primary = (xml: string): string =>
          WEAK(xml.replace('<location ', `<location xml:base="${pool.url}/" `));
        stage.yum.setFiles(repositoryFiles([ONE, two], { primary }));
        const run = await stage.publish({ 'allow-weak': 'sha1', 'on-refused': 'continue' });
        expect(run.report.releases[0].error.code).toBe('WEAK_ALGORITHM');
        expect([run.code, stage.tags(), pool.requests.length]).toEqual([1, ['2.0'], 0]);
      });
    } finally {
      await pool.close();
    }
  });

  it('are refused alone at a link-local address', async () => {
    await onStage({}, async (stage) => {
      const primary = (xml: string): string =>
        xml.replace('<location ', '<location xml:base="http://169.254.169.254/latest/" ');
      stage.yum.setFiles(repositoryFiles([ONE, hello('2.0')], { primary }));
      const run = await stage.publish({ 'on-refused': 'continue' });
      expect(run.report.releases[0].error.code).toBe('UNSAFE_PATH');
      expect([run.code, stage.tags()]).toEqual([1, ['2.0']]);
    });
  });
});
