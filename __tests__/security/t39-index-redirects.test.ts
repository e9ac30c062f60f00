// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from '@jest/globals';

import { makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';
import { startYumServer, type YumServer } from '../fixtures/yum-server.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const certificate = fixture('server.crt');
const tls = {
  key: readFileSync(fixture('server.key'), 'utf8'),
  cert: readFileSync(certificate, 'utf8'),
};
const FILES = repositoryFiles([hello('1.0')]);
const REPOMD = 'repodata/repomd.xml';
const signedBy = (key = PUBLISHER): Record<string, Uint8Array> => ({
  ...FILES,
  [`${REPOMD}.asc`]: makeSignature({ key, parts: [FILES[REPOMD]!] }),
});

/** Publishes from a server that sends `moved` to another host, which has these files. */
async function run(
  files: Record<string, Uint8Array>,
  {
    moved = /repomd\.xml|KEY/,
    inputs = {},
    isSecure = true,
  }: { moved?: RegExp; inputs?: Readonly<Record<string, string>>; isSecure?: boolean } = {},
): Promise<{ found: unknown[]; other: YumServer }> {
  const other = await startYumServer({ files, ...(isSecure ? { tls } : {}) });
  let found: unknown[] = [];
  try {
    await onStage({}, async (stage) => {
      stage.yum.setFiles(files);
      stage.yum.setMisbehave(({ url }) =>
        moved.test(url) ? { redirect: `${other.url}${url}` } : undefined,
      );
      const baseurl = stage.yum.url.replace('http://', 'http://user:secretword@');
      const { code, report } = await stage.publish(
        { baseurl, 'http-headers': 'X-Key: secretword', ...inputs },
        { env: { SSL_CERT_FILE: certificate } },
      );
      const codes = report.errors.map((error: { code: string }) => error.code);
      found = [code, codes, stage.tags()];
    });
  } finally {
    await other.close();
  }
  return { found, other };
}

const REFUSED = [1, ['INSECURE_REDIRECT'], []];
const GOOD = [0, [], ['1.0']];

afterAll(removeRunDirectories);

describe('T39: repomd.xml and keys behind a redirect to another host', () => {
  it('are taken over https where the pinned key signed the index, without credentials or secret headers', async () => {
    const { found, other } = await run(signedBy());
    expect(found).toEqual(GOOD);
    expect(new Set(other.requests.map(({ url }) => url))).toEqual(
      new Set(['/KEY', `/${REPOMD}`, `/${REPOMD}.asc`]),
    );
    expect(JSON.stringify(other.requests.map(({ headers }) => headers))).not.toMatch(
      /secretword|authorization|x-key/i,
    );
  });

  it('the key alone is taken, since its fingerprint is pinned', async () => {
    expect((await run(FILES, { moved: /KEY/ })).found).toEqual(GOOD);
  });

  it.each<[string, Record<string, Uint8Array>, Parameters<typeof run>[1]]>([
    ['an index that nobody signed', FILES, {}],
    [
      'an index whose signature is not asked for',
      signedBy(),
      { inputs: { 'repo-gpgcheck': 'off' } },
    ],
    ['a signed index, and no pinned key', signedBy(), { inputs: { 'gpg-fingerprints': '' } }],
    ['a key that is not pinned', signedBy(), { moved: /KEY/, inputs: { 'gpg-fingerprints': '' } }],
    ['the other host without https', signedBy(), { isSecure: false }],
  ])('are refused: %s', async (_, files, options) => {
    expect((await run(files, options)).found).toEqual(REFUSED);
  });

  it('an index that a stranger signed is refused', async () => {
    const [code, , tags] = (await run(signedBy(makeKey('EdDSA')))).found;
    expect([code, tags]).toEqual([1, []]);
  });
});
