// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/limits.js';
import { makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello, type IndexLies, PUBLISHER, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage, openStage, type Stage } from '../fixtures/stage.js';
import type { Behaviour, LoggedRequest } from '../fixtures/yum-server.js';

const ONE = hello('1.0');
const TWO = hello('2.0');
/** 2024-02-01 and two seconds around it, as revisions. */
const [OLD, NOW, NEW] = ['1706745599', '1706745600', '1706745601'];

const codes = ({ report }: RunResult): string[] =>
  [...report.errors, ...report.releases.flatMap((row: { error?: object }) => row.error ?? [])].map(
    ({ code }: { code: string }) => code,
  );
const pushes = (stage: Stage): unknown[] =>
  stage.git.requests.filter(
    ({ service, method }) => service === 'git-receive-pack' && method === 'POST',
  );
const ask =
  (path: string, then: (n: number) => Behaviour | undefined) =>
  (request: LoggedRequest, n: number) => (request.url.includes(path) ? then(n) : undefined);

afterAll(removeRunDirectories);

describe('T1: a frozen index', () => {
  it('is a warning with its age once it is older than max-index-age, and its age is in the report always', async () => {
    await onStage({}, async (stage) => {
      stage.offer([ONE], NOW);
      const relaxed = await stage.publish();
      expect({
        code: relaxed.code,
        warnings: relaxed.report.warnings,
        aged: relaxed.report.repository.ageDays > 300,
      }).toEqual({ code: 0, warnings: [], aged: true });
      const strict = await stage.publish({ 'max-index-age': '30' });
      expect(strict).toMatchObject({
        code: 0,
        report: {
          warnings: [
            expect.stringMatching(/the index is \d+ days old, more than max-index-age 30/),
          ],
        },
      });
      expect(strict.stdout).toMatch(/^::warning::the index is /m);
      expect(strict.summary).toContain('days old');
    });
  });
});

describe('T2: an index older than the recorded one', () => {
  it('is refused, moves nothing, and is passed over where another base has a newer one', async () => {
    await onStage({}, async (stage) => {
      stage.offer([ONE], NOW);
      expect((await stage.publish()).code).toBe(0);
      const refs = stage.git.git('for-each-ref');
      stage.offer([ONE, TWO], OLD);
      const refused = await stage.publish();
      expect({
        code: refused.code,
        codes: codes(refused),
        pushes: pushes(stage),
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 1, codes: ['ROLLBACK'], pushes: [], refs });
      expect(refused.stdout).toContain(
        `::error title=ROLLBACK::the index is older than the recorded one: expected revision ${NOW} or later, found ${OLD}`,
      );

      const fresh = Object.entries(repositoryFiles([ONE, TWO], { revision: NEW })).map(
        ([path, bytes]) => [`fresh/${path}`, bytes] as const,
      );
      stage.yum.setFiles({
        ...repositoryFiles([ONE], { revision: OLD }),
        ...Object.fromEntries(fresh),
      });
      const passed = await stage.publish({ baseurl: `${stage.yum.url} ${stage.yum.url}/fresh` });
      expect({ code: passed.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0', '2.0'] });
      expect(passed.report.warnings.join('\n')).toMatch(/is passed over: ROLLBACK/);
    });
  });

  it('is taken with allow-rollback, and a release that vanished keeps its tag and is reported', async () => {
    await onStage({}, async (stage) => {
      stage.offer([ONE, TWO], NOW);
      expect((await stage.publish()).code).toBe(0);
      const tags = stage.git.git('for-each-ref', 'refs/tags');
      stage.offer([TWO], OLD);
      const result = await stage.publish({ 'allow-rollback': 'true' });
      expect({ code: result.code, tags: stage.git.git('for-each-ref', 'refs/tags') }).toEqual({
        code: 0,
        tags,
      });
      expect(result.report.changes).toContainEqual({
        nevra: 'hello-1.0-1.noarch',
        tag: '1.0',
        class: 'withdrawn',
      });
      expect(result.report.warnings.join('\n')).toContain(
        'hello-1.0-1.noarch (tag 1.0) is no longer in the index',
      );
    });
  });
});

describe('T3: index files of two publications', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('are read again once, and a race with a publication is won', async () => {
    const [before, after] = [
      repositoryFiles([ONE], { revision: OLD }),
      repositoryFiles([ONE, TWO], { revision: NOW }),
    ];
    stage.yum.setFiles(after);
    stage.yum.setMisbehave(
      ask('/repomd.xml', (n) => (n === 1 ? { body: before['repodata/repomd.xml']! } : undefined)),
    );
    const result = await stage.publish({ 'dry-run': 'true' });
    stage.yum.setMisbehave(undefined);
    expect({
      code: result.code,
      revision: result.report.repository.revision,
      versions: result.outputs['new-versions'],
    }).toEqual({ code: 0, revision: NOW, versions: '["1.0","2.0"]' });
    expect(stage.yum.requests.filter(({ url }) => url.endsWith('/repomd.xml'))).toHaveLength(2);
  });

  it('are refused when they still disagree after one refetch, and never parsed', async () => {
    stage.offer([ONE]);
    stage.yum.setMisbehave(
      ask('primary', () => ({ body: gzipSync('<!DOCTYPE hostile [<!ENTITY x "y">]>') })),
    );
    const result = await stage.publish();
    stage.yum.setMisbehave(undefined);
    expect({
      code: result.code,
      codes: codes(result),
      refs: stage.git.git('for-each-ref'),
    }).toEqual({ code: 1, codes: ['DIGEST_MISMATCH'], refs: '' });
    expect(stage.yum.requests.filter(({ url }) => url.includes('primary'))).toHaveLength(2);
  });
});

const hex = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');
const weakPackages = (type: string, algorithm: string) => (xml: string) =>
  xml.replaceAll(
    /type="sha256" pkgid="YES">[^<]+/g,
    `type="${type}" pkgid="YES">${hex(algorithm, ONE.built.bytes)}`,
  );
const href = (value: string) => (xml: string) =>
  xml.replace(/href="[^"]+"/, () => `href="${value}"`);
const notUtf8 = (xml: string): Buffer =>
  Buffer.from(xml.replace('A package', '\xff\xfe'), 'latin1');

/** Each is the index of the control with one lie. */
const INDEXES: readonly (readonly [title: string, code: string, lies: IndexLies])[] = [
  [
    'T4: primary by md5',
    'WEAK_ALGORITHM',
    {
      record: (record) => ({ ...record, checksumType: 'md5', checksum: hex('md5', record.bytes) }),
    },
  ],
  [
    'T4: primary by sha1',
    'WEAK_ALGORITHM',
    {
      record: (record) => ({ ...record, checksumType: 'sha', checksum: hex('sha1', record.bytes) }),
    },
  ],
  ['T4: the package by md5', 'WEAK_ALGORITHM', { primary: weakPackages('md5', 'md5') }],
  ['T4: the package by sha1', 'WEAK_ALGORITHM', { primary: weakPackages('sha', 'sha1') }],
  [
    'T5: a declared size over the cap',
    'LIMIT_EXCEEDED',
    { record: (record) => ({ ...record, extra: `<size>${LIMITS.recordBytes + 1}</size>` }) },
  ],
  [
    'T5: a package of a declared size over the cap',
    'LIMIT_EXCEEDED',
    {
      primary: (xml) =>
        xml.replace(/size package="\d+"/, `size package="${LIMITS.packageBytes + 1}"`),
    },
  ],
  [
    'T7: a DOCTYPE with an external entity in primary',
    'XML_FORBIDDEN',
    {
      primary: (xml) =>
        xml.replace('?>\n', '?>\n<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    },
  ],
  [
    'T7: a billion laughs in repomd.xml',
    'XML_FORBIDDEN',
    {
      repomd: (xml) =>
        xml.replace('?>\n', '?>\n<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'),
    },
  ],
  [
    'T7: an entity that nobody declared',
    'XML_FORBIDDEN',
    { primary: (xml) => xml.replace('<name>hello', '<name>&x;hello') },
  ],
  [
    'T7: elements nested without end',
    'LIMIT_EXCEEDED',
    { primary: (xml) => xml.replace('<summary>', `${'<x>'.repeat(100_000)}<summary>`) },
  ],
  [
    'T7: huge text',
    'LIMIT_EXCEEDED',
    { primary: (xml) => xml.replace('A package', 'x'.repeat(LIMITS.packageElementBytes)) },
  ],
  ['T7: bytes that are not UTF-8', 'PRIMARY_INVALID', { primary: notUtf8 }],
  [
    'T7: a package count that is not the declared one',
    'PRIMARY_INVALID',
    { primary: (xml) => xml.replace('packages="1"', 'packages="2"') },
  ],
  [
    'T7: the release twice with two checksums',
    'PRIMARY_INVALID',
    {
      primary: (xml) =>
        xml
          .replace('packages="1"', 'packages="2"')
          .replace(
            /<package .*<\/package>/s,
            (one) =>
              one + one.replace(/(?<=YES">)[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0')),
          ),
    },
  ],
  ['T8: an href that leads out', 'UNSAFE_PATH', { primary: href('../hello-1.0-1.noarch.rpm') }],
  ['T8: encoded dots', 'UNSAFE_PATH', { primary: href('%2e%2e/hello-1.0-1.noarch.rpm') }],
  [
    'T8: dots that are encoded twice',
    'UNSAFE_PATH',
    { primary: href('%252e%252e/hello-1.0-1.noarch.rpm') },
  ],
  ['T8: a backslash', 'UNSAFE_PATH', { primary: href('..\\hello-1.0-1.noarch.rpm') }],
  ['T8: an encoded NUL', 'UNSAFE_PATH', { primary: href('hello%00.rpm') }],
  ['T8: a newline', 'UNSAFE_PATH', { primary: href('hello&#10;::error::x.rpm') }],
  [
    'T8: a primary on another origin',
    'UNSAFE_PATH',
    { record: (record) => ({ ...record, base: 'http://127.0.0.1:9/' }) },
  ],
  [
    'T8: a primary that lies outside',
    'UNSAFE_PATH',
    { record: (record) => ({ ...record, href: '../../primary.xml.gz' }) },
  ],
];

describe('one lie in the index refuses it', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it.each(INDEXES)('%s: %s', async (_, code, lies) => {
    stage.yum.setFiles(repositoryFiles([ONE], lies));
    const result = await stage.publish();
    expect({
      code: result.code,
      codes: codes(result),
      refs: stage.git.git('for-each-ref'),
      pushes: pushes(stage),
    }).toEqual({ code: 1, codes: [code], refs: '', pushes: [] });
    expect(stage.yum.requests.filter(({ url }) => url.includes('.rpm'))).toEqual([]);
    expect(result.stdout).toMatch(new RegExp(`^::error title=${code}::`, 'm'));
  });

  it('T5: repomd.xml without end is cut off at the cap', async () => {
    stage.offer([ONE]);
    stage.yum.setMisbehave(ask('/repomd.xml', () => ({ oversize: Infinity })));
    const result = await stage.publish();
    stage.yum.setMisbehave(undefined);
    expect({ code: result.code, codes: codes(result) }).toEqual({ code: 1, codes: ['TOO_LARGE'] });
    // What lies in the buffers of the sockets is on top.
    expect(Math.max(...stage.yum.requests.map(({ bytes }) => bytes))).toBeLessThan(
      LIMITS.repomdBytes + 16 * 1024 * 1024,
    );
  });

  it('T5: a package without end is cut off at the announced size', async () => {
    stage.offer([ONE]);
    stage.yum.setMisbehave(ask('.rpm', () => ({ oversize: Infinity })));
    const result = await stage.publish();
    stage.yum.setMisbehave(undefined);
    expect({ code: result.code, refs: stage.git.git('for-each-ref') }).toEqual({
      code: 1,
      refs: '',
    });
    expect(codes(result)).toEqual([expect.stringMatching(/^(SIZE_MISMATCH|TOO_LARGE)$/)]);
    expect(Math.max(...stage.yum.requests.map(({ bytes }) => bytes))).toBeLessThan(
      16 * 1024 * 1024,
    );
  });

  it('the control, built the same way without a lie, is published', async () => {
    stage.yum.setFiles(repositoryFiles([ONE]));
    expect([(await stage.publish()).code, stage.tags()]).toEqual([0, ['1.0']]);
  });
});

describe('T8: odd names', () => {
  it('with ^ + and ~ are fetched and archived by their last segment', async () => {
    const file = 'hello-2.0~rc1^git+5-1.noarch.rpm';
    const odd = { ...hello('2.0~rc1^git+5'), file };
    await onStage({ packages: [odd] }, async (stage) => {
      const result = await stage.publish();
      expect({ code: result.code, tags: stage.tags() }).toEqual({
        code: 0,
        tags: ['2.0%7Erc1%5Egit+5'],
      });
      expect(stage.git.git('ls-tree', '-r', '--name-only', 'main').split('\n')).toContain(
        `archive/rpm/${file}`,
      );
    });
  });
});

describe('T9: a signed index', () => {
  const sign = (
    files: Record<string, Uint8Array>,
    key = PUBLISHER,
  ): Record<string, Uint8Array> => ({
    ...files,
    'repodata/repomd.xml.asc': makeSignature({ key, parts: [files['repodata/repomd.xml']!] }),
  });

  it('is required where asked for, must be right, and cannot vanish again', async () => {
    await onStage({}, async (stage) => {
      const plain = repositoryFiles([ONE]);
      const attempt = async (files: Record<string, Uint8Array>, inputs = {}) => {
        stage.yum.setFiles(files);
        const result = await stage.publish(inputs);
        return [result.code, ...codes(result), ...stage.tags()];
      };
      expect(await attempt(plain, { 'repo-gpgcheck': 'required' })).toEqual([1, 'NO_SIGNATURE']);
      expect(await attempt(sign(plain, makeKey('EdDSA')))).toEqual([1, 'UNKNOWN_KEY']);
      const wrong = makeSignature({ key: PUBLISHER, parts: [Buffer.from('another index')] });
      expect(await attempt({ ...plain, 'repodata/repomd.xml.asc': wrong })).toEqual([
        1,
        'BAD_SIGNATURE',
      ]);
      // A page instead of a signature counts as none at all.
      const page = { ...plain, 'repodata/repomd.xml.asc': Buffer.from('<html>') };
      expect(await attempt(page, { 'repo-gpgcheck': 'required' })).toEqual([1, 'NO_SIGNATURE']);
      expect(await attempt(sign(plain), { 'repo-gpgcheck': 'required' })).toEqual([0, '1.0']);
      expect(await attempt(repositoryFiles([ONE, TWO], { revision: NEW }))).toEqual([
        1,
        'NO_SIGNATURE',
        '1.0',
      ]);
      expect(await attempt(sign(repositoryFiles([ONE, TWO], { revision: NEW })))).toEqual([
        0,
        '1.0',
        '2.0',
      ]);
    });
  });
});
