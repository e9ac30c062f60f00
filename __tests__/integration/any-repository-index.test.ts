// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import {
  hello,
  type IndexLies,
  PUBLISHER,
  PUBLISHER_KEY,
  repositoryFiles,
} from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { startYumServer, type YumServer } from '../fixtures/yum-server.js';
import { sha256 } from '../unit/repodata/index-builder.js';

const ONE = hello('1.0');
const FILES = repositoryFiles([ONE]);
const REPOMD = FILES['repodata/repomd.xml']!;
/** Nothing listens on this port. */
const DEAD = 'http://127.0.0.1:9';

const at = (
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Record<string, Uint8Array | string> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));
const codes = ({ report }: RunResult): string[] =>
  report.errors.map(({ code }: { code: string }) => code);
const servedBy = (stage: Stage, tag = '1.0'): string | undefined =>
  /Downloaded from repository: (.*)/.exec(stage.git.git('log', '-1', '--format=%B', tag))?.[1];

/** Publishes and expects the tag. */
async function expectPublished(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
): Promise<RunResult> {
  const result = await stage.publish(inputs);
  expect({
    code: result.code,
    errors: result.report.errors,
    releases: result.report.releases.map(({ error }: { error?: unknown }) => error),
    tags: stage.tags(),
  }).toEqual({ code: 0, errors: [], releases: [undefined], tags: ['1.0'] });
  return result;
}

/** Publishes and expects this failure, with nothing on the remote and nothing but the index downloaded. */
async function expectRefused(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  code: string,
): Promise<RunResult> {
  const result = await stage.publish(inputs);
  expect({ code: result.code, errors: codes(result), refs: stage.git.git('for-each-ref') }).toEqual(
    { code: 1, errors: [code], refs: '' },
  );
  expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
  return result;
}

afterAll(removeRunDirectories);

describe('a metalink', () => {
  const metalink = (
    bases: readonly string[],
    hashes: string,
  ): string => `<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/"><files><file name="repomd.xml"><verification>${hashes}</verification>
<resources>${bases.map((base, n) => `<url protocol="http" type="http" location="XX" preference="${100 - n}">${base}/repodata/repomd.xml</url>`).join('')}</resources></file></files></metalink>`;
  const right = `<hash type="md5">${'0'.repeat(32)}</hash><hash type="sha256">${sha256(REPOMD)}</hash>`;

  it('with a dead first mirror publishes from the next, which the commit names', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      stage.yum.setFiles({
        ...at('mirror', FILES),
        KEY: PUBLISHER_KEY,
        metalink: metalink([DEAD, `${stage.yum.url}/mirror`], right),
      });
      const { report } = await expectPublished(stage, {
        baseurl: '',
        metalink: `${stage.yum.url}/metalink`,
      });
      expect(servedBy(stage)).toBe(`${stage.yum.url}/mirror`);
      expect(report.warnings.join('\n')).toMatch(
        /127\.0\.0\.1:9 is passed over: CONNECTION_FAILED/,
      );
    });
  });

  it('is refused, each fault by its own code, before any package is asked for', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const cases: readonly (readonly [body: string, code: string])[] = [
        [
          metalink([stage.yum.url], `<hash type="sha256">${'0'.repeat(64)}</hash>`),
          'DIGEST_MISMATCH',
        ],
        [metalink([stage.yum.url], `<hash type="sha1">${'0'.repeat(40)}</hash>`), 'WEAK_ALGORITHM'],
        [metalink(['ftp://127.0.0.1'], right), 'MIRRORLIST_INVALID'],
        [
          `<!DOCTYPE m [<!ENTITY e "x">]>${metalink([stage.yum.url], right).replace(/^.*\n/, '')}`,
          'XML_FORBIDDEN',
        ],
        ['<html><body>Please log in</body></html>', 'MIRRORLIST_INVALID'],
      ];
      for (const [body, code] of cases) {
        stage.yum.setFiles({ ...FILES, metalink: body });
        await expectRefused(stage, { baseurl: '', metalink: `${stage.yum.url}/metalink` }, code);
      }
    });
  });
});

describe('a mirror list', () => {
  it('with comments and a dead first mirror publishes from the next', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      stage.yum.setFiles({
        ...at('mirror', FILES),
        KEY: PUBLISHER_KEY,
        list: `# repo = hello\r\n\r\nrsync://127.0.0.1/x\r\n${DEAD}/gone/\r\n${stage.yum.url}/mirror/\r\n`,
      });
      await expectPublished(stage, { baseurl: '', mirrorlist: `${stage.yum.url}/list` });
      expect(servedBy(stage)).toBe(`${stage.yum.url}/mirror`);
    });
  });

  it.each([
    ['empty', () => '# nothing\n', 'MIRRORLIST_INVALID'],
    ['of dead mirrors only', () => `${DEAD}/a\n${DEAD}/b\n`, 'CONNECTION_FAILED'],
    [
      'of a dead mirror and a lying one: the lie counts',
      (url: string) => `${DEAD}/a\n${url}/lie\n`,
      'DIGEST_MISMATCH',
    ],
  ] as const)('%s is refused', async (_, list, code) => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const lie = Object.fromEntries(
        Object.entries(FILES).map(([name, bytes]) => [
          name,
          name.includes('primary') ? Buffer.concat([bytes, Buffer.from('x')]) : bytes,
        ]),
      );
      stage.yum.setFiles({ ...at('lie', lie), KEY: PUBLISHER_KEY, list: list(stage.yum.url) });
      await expectRefused(stage, { baseurl: '', mirrorlist: `${stage.yum.url}/list` }, code);
    });
  });
});

describe('several base URLs', () => {
  it('are fallbacks: for the index, for an older index, and for a package that one of them lacks or spoils', async () => {
    await onStage({}, async (stage) => {
      const base = (name: string): string => `${stage.yum.url}/${name}`;
      const lacking = Object.fromEntries(
        Object.entries(FILES).filter(([name]) => !name.endsWith('.rpm')),
      );
      const spoilt = {
        ...FILES,
        'hello-1.0-1.noarch.rpm': Buffer.from(ONE.built.bytes).fill(0, 200),
      };
      stage.yum.setFiles({
        KEY: PUBLISHER_KEY,
        ...at('lacking', lacking),
        ...at('spoilt', spoilt),
        ...at('whole', FILES),
      });
      const baseurl = [base('gone'), base('lacking'), base('spoilt'), base('whole')].join(', ');
      const { report } = await expectPublished(stage, { baseurl });
      expect(report.repository.url).toBe(base('lacking'));
      expect(servedBy(stage)).toBe(base('whole'));

      stage.yum.setFiles({
        KEY: PUBLISHER_KEY,
        ...at('old', repositoryFiles([ONE], { revision: '1600000000' })),
        ...at('new', repositoryFiles([ONE, hello('2.0')], { revision: '1800000000' })),
      });
      const next = await stage.publish({ baseurl: `${base('old')} ${base('new')}` });
      expect({ code: next.code, tags: stage.tags(), url: next.report.repository.url }).toEqual({
        code: 0,
        tags: ['1.0', '2.0'],
        url: base('new'),
      });
      expect(next.report.warnings.join('\n')).toMatch(/old is passed over: ROLLBACK/);
      expect(codes(await stage.publish({ baseurl: base('old') }))).toEqual(['ROLLBACK']);
    });
  });
});

describe("a vendor's .repo file", () => {
  const repo = (url: string): string => `# comment
[other]
name=Other
baseurl=${DEAD}/
[hello-stable]
name=Hello $releasever - $basearch
enabled=0
gpgcheck=1
baseurl=${DEAD}/$releasever
  ${url}/el$releasever/$basearch/
gpgkey=${url}/keys/RPM-GPG-KEY-$releasever
`;

  it('gives base URLs and key with $releasever and $basearch filled in; the archive keeps the key under its name', async () => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles({
        'hello.repo': repo(stage.yum.url),
        ...at('el9/aarch64', FILES),
        'keys/RPM-GPG-KEY-9': PUBLISHER_KEY,
      });
      await expectPublished(stage, {
        baseurl: '',
        gpgkey: '',
        'repo-file': `${stage.yum.url}/hello.repo`,
        'repo-id': 'hello-stable',
        releasever: '9',
        basearch: 'aarch64',
      });
      expect(servedBy(stage)).toBe(`${stage.yum.url}/el9/aarch64`);
      expect(stage.git.git('ls-tree', '--name-only', 'main:archive').split('\n')).toContain(
        'RPM-GPG-KEY-9',
      );
    });
  });

  it('works as a local file, too', async () => {
    await onStage({}, async (stage) => {
      const file = join(makeRunDirectory(), 'hello.repo');
      writeFileSync(file, repo(stage.yum.url));
      stage.yum.setFiles({ ...at('el9/x86_64', FILES), 'keys/RPM-GPG-KEY-9': PUBLISHER_KEY });
      await expectPublished(stage, {
        baseurl: '',
        gpgkey: '',
        'repo-file': file,
        'repo-id': 'hello-stable',
        releasever: '9',
      });
    });
  });

  it.each([
    ['without repo-id where there are two sections', { releasever: '9' }],
    ['with an unknown repo-id', { 'repo-id': 'nightly', releasever: '9' }],
    ['without the releasever that it needs', { 'repo-id': 'hello-stable' }],
  ] as const)('%s is refused with exit 1 and REPO_FILE_INVALID', async (_, inputs) => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles({ 'hello.repo': repo(stage.yum.url) });
      await expectRefused(
        stage,
        { baseurl: '', gpgkey: '', 'repo-file': `${stage.yum.url}/hello.repo`, ...inputs },
        'REPO_FILE_INVALID',
      );
    });
  });

  it('excludes baseurl, with exit 2 and no request at all', async () => {
    await onStage({}, async (stage) => {
      const result = await stage.publish({ 'repo-file': `${stage.yum.url}/hello.repo` });
      expect({ code: result.code, yum: stage.yum.requests, git: stage.git.requests }).toEqual({
        code: 2,
        yum: [],
        git: [],
      });
      expect(result.stdout).toMatch(/^::error title=INPUT_CONFLICT::baseurl and repo-file/m);
    });
  });
});

describe('http-headers', () => {
  const SECRET = 'hunter2-hunter2-hunter2';
  let other: YumServer;
  beforeAll(async () => {
    other = await startYumServer({ files: { ...FILES, 'notes.rst': 'Hello\n=====\n' } });
  });
  afterAll(() => other.close());

  it("reach the yum server's origin and no other: not the key's, the notes' nor a redirect's; and no log", async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      stage.yum.setMisbehave(({ url, headers }) => {
        if (headers.authorization !== `Basic ${SECRET}`) return { status: 401 };
        return url.endsWith('.rpm') ? { redirect: `${other.url}${url}` } : undefined;
      });
      const inputs = { gpgkey: `${other.url}/KEY`, 'release-notes': `${other.url}/notes.rst` };
      const refused = await stage.publish(inputs);
      expect({ code: refused.code, errors: codes(refused) }).toEqual({
        code: 1,
        errors: ['HTTP_STATUS'],
      });
      other.requests.length = 0;
      const result = await stage.publish(
        { ...inputs, 'http-headers': `Authorization: Basic ${SECRET}\nX-Extra: ${SECRET}-2` },
        { env: { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' } },
      );
      expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0'] });
      expect(stage.yum.requests.every(({ headers }) => headers['x-extra'] === `${SECRET}-2`)).toBe(
        true,
      );
      expect(other.requests.map(({ url }) => url).sort()).toEqual([
        '/KEY',
        '/hello-1.0-1.noarch.rpm',
        '/notes.rst',
      ]);
      expect(JSON.stringify([other.requests, stage.git.requests])).not.toContain('hunter2');
      const said = [result.stdout, result.stderr, result.summary, JSON.stringify(result.report)]
        .join('\n')
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::'));
      expect(said.filter((line) => line.includes('hunter2'))).toEqual([]);
    });
  });

  it('reach the origins that a local .repo file names, and no other', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const open = stage.yum.url;
      stage.yum.setMisbehave(({ headers }) =>
        headers['x-extra'] === SECRET ? undefined : { status: 401 },
      );
      const folder = makeRunDirectory();
      const file = join(folder, 'hello.repo');
      const section = (rest: string): string =>
        `[hello]\nname=hello\nenabled=1\ngpgkey=${other.url}/KEY\n${rest}\n`;
      for (const [rest, name] of [
        [`baseurl=${open}`, file],
        [`baseurl=${open}`, pathToFileURL(file).href],
        [`mirrorlist=${open}/mirrors`, file],
      ] as const) {
        writeFileSync(file, section(rest));
        stage.yum.setFiles({ ...FILES, mirrors: Buffer.from(`${other.url}\n${open}\n`) });
        other.requests.length = 0;
        const inputs = { baseurl: '', gpgkey: '', 'repo-file': name, mode: 'check' };
        const result = await stage.publish({ ...inputs, 'http-headers': `X-Extra: ${SECRET}` });
        expect([rest, result.code, result.outputs['has-new']]).toEqual([rest, 0, 'true']);
        expect(JSON.stringify(other.requests)).not.toContain('hunter2');
      }
    });
  });

  it('are no flag of the command line: exit 2, and the variable to use', async () => {
    const { code, stderr, stdout } = await runCli(['publish', `--http-headers=X-Token: ${SECRET}`]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('INPUT_HTTP_HEADERS');
    expect(stderr).not.toContain(SECRET);
  });
});

describe('where packages lie', () => {
  const elsewhere = (change: (xml: string) => string): IndexLies => ({
    primary: (xml) => change(xml),
  });
  const moved = (
    url: string,
    href: string,
    base?: string,
  ): Record<string, Uint8Array | string> => ({
    ...repositoryFiles(
      [ONE],
      elsewhere((xml) =>
        xml.replace(
          /<location [^>]*>/,
          `<location ${base === undefined ? '' : `xml:base="${base.replace('ORIGIN', url)}" `}href="${href}"/>`,
        ),
      ),
    ),
    'deep/er/hello-1.0-1.noarch.rpm': ONE.built.bytes,
  });

  it.each([
    ['a sub-folder', 'deep/er/hello-1.0-1.noarch.rpm', undefined],
    ['xml:base of the same origin', 'er/hello-1.0-1.noarch.rpm', 'ORIGIN/deep/'],
    ['a relative xml:base', 'hello-1.0-1.noarch.rpm', 'deep/er'],
  ] as const)('%s: published', async (_, href, base) => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles(moved(stage.yum.url, href, base));
      await expectPublished(stage, {});
      expect(stage.git.git('ls-tree', '--name-only', 'main:archive/rpm')).toBe(
        'hello-1.0-1.noarch.rpm\nhello-1.0-1.noarch.rpm.sha256',
      );
    });
  });

  it.each([
    ['a parent folder', '../hello-1.0-1.noarch.rpm', undefined],
    ['an encoded parent folder', '%2e%2e/hello-1.0-1.noarch.rpm', undefined],
  ] as const)('T8: %s: refused', async (_, href, base) => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles(moved(stage.yum.url, href, base));
      const result = await stage.publish();
      expect({
        code: result.code,
        error: result.report.releases[0].error.code,
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 1, error: 'UNSAFE_PATH', refs: '' });
      expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toEqual([]);
    });
  });
});

describe('repo-gpgcheck', () => {
  const sign = (bytes: Uint8Array, key = PUBLISHER): Buffer =>
    makeSignature({ key, parts: [bytes] });
  const signed = { ...FILES, 'repodata/repomd.xml.asc': sign(REPOMD) };

  it.each([
    ['required, and unsigned', 'required', FILES, 'NO_SIGNATURE'],
    [
      'required, and signed by a stranger',
      'required',
      { ...FILES, 'repodata/repomd.xml.asc': sign(REPOMD, makeKey('EdDSA')) },
      'UNKNOWN_KEY',
    ],
    [
      'auto, and the signature of other bytes',
      'auto',
      { ...FILES, 'repodata/repomd.xml.asc': sign(Buffer.from('other')) },
      'BAD_SIGNATURE',
    ],
    [
      'required, and no signature inside',
      'required',
      { ...FILES, 'repodata/repomd.xml.asc': 'gone\n' },
      'NO_SIGNATURE',
    ],
  ] as const)('%s: refused', async (_, mode, files, code) => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles(files);
      await expectRefused(stage, { 'repo-gpgcheck': mode }, code);
    });
  });

  it('required and signed: published; then unsigned: refused by auto, and taken by off, which forgets the signature', async () => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles(signed);
      expect(
        (await expectPublished(stage, { 'repo-gpgcheck': 'required' })).report.repository.signed,
      ).toBe(true);
      expect(stage.git.git('ls-tree', '--name-only', 'main:archive').split('\n')).toContain(
        'repomd.xml.asc',
      );
      const tip = stage.git.git('rev-parse', 'main');
      stage.offer([ONE, hello('2.0')], '1800000000');
      const refused = await stage.publish();
      expect({
        code: refused.code,
        errors: codes(refused),
        tip: stage.git.git('rev-parse', 'main'),
      }).toEqual({ code: 1, errors: ['NO_SIGNATURE'], tip });
      const off = await stage.publish({ 'repo-gpgcheck': 'off' });
      expect({ code: off.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0', '2.0'] });
      expect(stage.git.git('ls-tree', '--name-only', 'main:archive').split('\n')).not.toContain(
        'repomd.xml.asc',
      );
      expect((await stage.publish()).code).toBe(0);
    });
  });
});
