// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { binary } from '../fixtures/header-builder.js';
import { makeCertificate, makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories, runAction, runCli } from '../fixtures/run-bundle.js';
import {
  hello,
  PUBLISHER,
  PUBLISHER_KEY,
  repositoryFiles,
  signBoth,
} from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';
import { inputsOf } from '../fixtures/workflow.js';

const OLD = makeKey('RSA');
const PACKAGES = [hello('1.0'), hello('2.0')];
const NO_KEY = { KEY: 'no key' };
const REPOMD = 'repodata/repomd.xml';

async function init(args: readonly string[]) {
  const result = await runCli(['init', ...args]);
  const path = join(result.tempDir, 'work/.github/workflows/mirror.yml');
  return { ...result, file: existsSync(path) ? readFileSync(path, 'utf8') : undefined };
}

const publishAs = ({ git }: Stage, workflow: string) =>
  runAction({
    inputs: { ...inputsOf(workflow), token: TOKEN },
    env: { GITHUB_SERVER_URL: git.serverUrl, GITHUB_REPOSITORY: git.repository },
  });

describe('init sets what the repository needs, with the reason, and the result publishes', () => {
  afterAll(removeRunDirectories);

  it('the key of old packages beside that of new ones, and every key that it was given', async () => {
    const packages = [hello('1.0', { sign: signBoth(OLD) }), hello('2.0')];
    const spare = makeKey('EdDSA');
    await onStage({ packages }, async (stage) => {
      stage.yum.setFiles({
        ...repositoryFiles(packages),
        'RPM-GPG-KEY': makeCertificate({ key: OLD }),
        SPARE: makeCertificate({ key: spare }),
      });
      const found = await init([stage.yum.url]);
      expect(inputsOf(found.file!)['gpg-fingerprints']!.split('\n').sort()).toEqual(
        [OLD.fingerprint, PUBLISHER.fingerprint].sort(),
      );
      expect((await publishAs(stage, found.file!)).code).toBe(0);
      const { yum } = stage;
      const given = await init([yum.url, '--gpgkey', `${yum.url}/KEY ${yum.url}/SPARE`]);
      expect(inputsOf(given.file!).gpgkey).toContain(`${yum.url}/SPARE`);
      expect(inputsOf(given.file!)['gpg-fingerprints']).toContain(spare.fingerprint);
    });
  });

  it('allow-weak, tag-format, skip, and repo-gpgcheck: off', async () => {
    const weak = hello('1.0', {
      sign: ({ header }) => [
        binary(268, makeSignature({ key: OLD, parts: [header], hash: 'sha1' })),
      ],
    });
    const packages = [
      weak,
      hello('1.1', { sign: () => [] }),
      hello('2.0'),
      hello('2.0', { release: '2' }),
    ];
    await onStage({ packages }, async (stage) => {
      const files = repositoryFiles(packages);
      stage.yum.setFiles({
        ...files,
        'RPM-GPG-KEY': makeCertificate({ key: OLD }),
        'repodata/repomd.xml.asc': makeSignature({
          key: makeKey('EdDSA'),
          parts: [Buffer.from(files[REPOMD]!)],
        }),
      });
      const { code, file, stderr } = await init([stage.yum.url]);
      expect({ code, inputs: inputsOf(file!) }).toMatchObject({
        code: 0,
        inputs: {
          'allow-weak': 'sha1',
          'tag-format': '{version}-{release}',
          skip: 'hello-1.1-1.noarch',
          'repo-gpgcheck': 'off',
        },
      });
      expect(file).toMatch(/# repo-gpgcheck: repomd\.xml\.asc cannot be checked/);
      expect(file).toMatch(/# skip: publish would refuse these: NO_SIGNATURE \(1\)/);
      expect(stderr).toContain('headers: all 4 read, publish would accept 3');
      const published = await publishAs(stage, file!);
      expect({ code: published.code, tags: stage.tags() }).toEqual({
        code: 0,
        tags: ['1.0-1', '2.0-1', '2.0-2'],
      });
    });
  });

  it.each([
    ['unsigned', hello('1.0', { sign: () => [] }), /ask the publisher to sign the packages/],
    [
      'over the header alone, without a digest of the payload',
      hello('1.0', {
        sign: ({ header }) => [binary(268, makeSignature({ key: PUBLISHER, parts: [header] }))],
        payloadDigest: false,
      }),
      /ask the publisher to sign header and payload/,
    ],
    ['another package', { ...hello('1.0'), version: '1.1' }, /INDEX_MISMATCH/],
  ])('no file where publish would refuse everything: %s', async (_, listed, said) => {
    await onStage({ packages: [listed] }, async ({ yum }) => {
      const { code, file, stderr } = await init([yum.url, '--gpgkey', `${yum.url}/KEY`]);
      expect({ code, file, stderr }).toEqual({
        code: 0,
        file: undefined,
        stderr: expect.stringMatching(said),
      });
      expect(stderr).toMatch(/no file is written: this workflow could not publish anything yet/);
    });
  });

  it.each([
    ['versions', ['--versions', '> 9']],
    ['skip', ['--skip', '1.0 2.0']],
  ])('no file where %s leaves nothing to publish', async (name, args) => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const found = await init([yum.url, '--gpgkey', `${yum.url}/KEY`, ...args]);
      expect(found).toMatchObject({ code: 0, file: undefined });
      expect(inputsOf(found.stdout)).toMatchObject({ packages: 'hello' });
      expect(found.stderr).toMatch(
        new RegExp(
          `  1\\. widen --${name}: of the 2 packages of the index no release of hello is left to publish\n$`,
        ),
      );
    });
  });

  const INDEXER = makeKey('EdDSA');
  const PINS = ['--gpg-fingerprints', PUBLISHER.fingerprint];
  const WRONG = `repomd.xml is signed by ${INDEXER.fingerprint}, which gpg-fingerprints does not list`;

  it.each([
    ['no pins', [], true, 'Whose key that is was not checked, since no gpg-fingerprints are given'],
    ['the pin of the packages alone', PINS, true, WRONG],
    [
      'both pins',
      ['--gpg-fingerprints', `${PUBLISHER.fingerprint} ${INDEXER.fingerprint}`],
      true,
      'and the signature is good: repo-gpgcheck is set to required\n',
    ],
    ['required, without its pin', [...PINS, '--repo-gpgcheck', 'required'], false, WRONG],
  ] as const)(
    'an index that another key signed is judged by the pins, as publish judges it: %s',
    async (_, args, hasFile, said) => {
      await onStage({ packages: PACKAGES }, async (stage) => {
        const files = repositoryFiles(PACKAGES);
        const { yum } = stage;
        yum.setFiles({
          ...files,
          KEY: Buffer.concat(
            [PUBLISHER_KEY, makeCertificate({ key: INDEXER })].map((key) => Buffer.from(key)),
          ),
          [`${REPOMD}.asc`]: makeSignature({ key: INDEXER, parts: [files[REPOMD]!] }),
        });
        const found = await init([yum.url, '--gpgkey', `${yum.url}/KEY`, ...args]);
        expect({ code: found.code, hasFile: found.file !== undefined }).toEqual({
          code: 0,
          hasFile,
        });
        expect(found.stderr).toContain(said);
        if (found.file !== undefined) expect((await publishAs(stage, found.file)).code).toBe(0);
      });
    },
  );

  it('no file where the index must be signed, and is not', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const args = [yum.url, '--gpgkey', `${yum.url}/KEY`, '--repo-gpgcheck', 'required'];
      const { code, file, stderr } = await init(args);
      expect({ code, file }).toEqual({ code: 0, file: undefined });
      expect(stderr).toMatch(/1\. give --repo-gpgcheck=auto or off: the index is not signed/);
    });
  });
});

describe('init finds the key where people put it, and asks a bounded number of times', () => {
  afterAll(removeRunDirectories);

  it.each([
    ['key.gpg', {}],
    ['KEY.gpg', {}],
    ['public.key', {}],
    ['repodata/repomd.xml.key', {}],
    ['RPM-GPG-KEY-hello', {}],
    ['RPM-GPG-KEY-el9', {}],
    ['gpg/vendor.asc', { 'gpg/': '<a href="vendor.asc">x</a>' }],
    ['../RPM-GPG-KEY', {}],
    ['../../RPM-GPG-KEY-acme', {}],
    ['../../keys/any.asc', { '../../': '<A HREF=keys/any.asc>' }],
    [
      '../somewhere/x.pub',
      { 'hello.repo': '[x]\nbaseurl=http://x/\ngpgkey=URL/acme/el9/somewhere/x.pub\n' },
    ],
  ] as const)('%s', async (place, more) => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const at = (name: string): string =>
        new URL(name, 'http://x/acme/el9/x86_64/').pathname.slice(1);
      const under = (files: Readonly<Record<string, Uint8Array | string>>) =>
        Object.fromEntries(Object.entries(files).map(([name, bytes]) => [at(name), bytes]));
      yum.setFiles({
        ...under({ ...repositoryFiles(PACKAGES), ...NO_KEY }),
        ...under(
          Object.fromEntries(
            Object.entries(more).map(([name, text]) => [name, text.replace('URL', yum.url)]),
          ),
        ),
        [at(place)]: PUBLISHER_KEY,
      });
      const { file, stderr } = await init([`${yum.url}/acme/el9/x86_64`]);
      expect(inputsOf(file ?? '').gpgkey).toBe(`${yum.url}/${at(place)}`);
      expect(stderr).toMatch(
        new RegExp(`key: ${PUBLISHER.fingerprint} Test <test@example.invalid>`),
      );
      expect(yum.requests.length).toBeLessThan(160);
    });
  });

  it('a plain address may be a .repo file, stands alone, and is wrong input beside another', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      yum.setFiles({
        ...repositoryFiles(PACKAGES),
        'x.repo': `[x]\nbaseurl=${yum.url}\ngpgkey=${yum.url}/KEY\nrepo_gpgcheck=1\n`,
      });
      const { file } = await init([`${yum.url}/x.repo`]);
      expect(inputsOf(file!)).toMatchObject({
        'repo-file': `${yum.url}/x.repo`,
        'repo-gpgcheck': 'off',
      });
      yum.requests.length = 0;
      for (const args of [
        [yum.url, '--baseurl', yum.url],
        [yum.url, yum.url],
        ['nothing-here'],
        [yum.url, '--repository', 'nope.git'],
        [`${yum.url}/$basearch`],
      ])
        expect((await init(args)).code).toBe(2);
      expect(yum.requests).toEqual([]);
    });
  });
});
