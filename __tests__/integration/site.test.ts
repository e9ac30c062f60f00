// SPDX-License-Identifier: MIT
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';

import { audit, type Browser, openBrowser } from '../fixtures/browser.js';
import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { text } from '../fixtures/header-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { hello, helloFiles, PUBLISHER } from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';
import { isWellFormed } from '../fixtures/xml.js';
import { startYumServer } from '../fixtures/yum-server.js';

const root = path.resolve(import.meta.dirname, '../..');
const EPOCH = '1766192765';
const post = (script: string): ReturnType<typeof text>[] => [
  text(1024, script),
  text(1086, '/bin/sh'),
];
/** Three releases: the second changes what %post does, the third only the version that it names. */
const PACKAGES = [
  hello('1.0', { entries: post('install hello-1.0\n') }),
  hello('2.0', {
    entries: post('install hello-2.0\nrm -rf /tmp/x\n'),
    files: [
      ...helloFiles('2.0'),
      { path: '/usr/src/hello-2.0/LICENSE', content: 'The MIT License\n' },
      { path: '/usr/src/hello-2.0/dkms.conf', content: 'PACKAGE_VERSION="1.9"\n' },
    ],
  }),
  hello('3.0', { entries: post('install hello-3.0\nrm -rf /tmp/x\n') }),
];

let stage: Stage;
let folder = '';
let first: RunResult;
let published: RunResult;
const site = (
  output: string,
  more: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<RunResult> =>
  runCli(['site', '--repository', stage.git.repoDir, '--output', output, ...more], {
    env: { SOURCE_DATE_EPOCH: EPOCH, ...env },
  });
const page = (name: string, at = folder): string => readFileSync(path.join(at, name), 'utf8');
const list = (at: string): string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(at, path.join(entry.parentPath, entry.name)))
    .sort();

beforeAll(async () => {
  stage = await openStage({ packages: PACKAGES, inputs: { title: 'Hello Driver' } });
  published = await stage.publish({ 'push-batch': '1' });
  expect(published.code).toBe(0);
  folder = path.join(makeRunDirectory(), 'pages');
  first = await site(folder, [
    '--gpg-fingerprints',
    PUBLISHER.fingerprint,
    '--url',
    'https://acme.example/mirror',
  ]);
});
afterAll(async () => {
  await stage.close();
  removeRunDirectories();
});

describe('the site of a good mirror', () => {
  it('has the files of the interface, and ends with 0', () => {
    expect({ code: first.code, stderr: first.code === 0 ? '' : first.stderr }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(list(folder).filter((name) => !name.startsWith('.'))).toEqual(
      [
        'badge.json',
        'badge.svg',
        'feed.atom',
        'feed.json',
        'index.html',
        ...['1.0', '2.0', '3.0'].map((tag) => path.join('releases', tag, 'index.html')),
        'status.json',
      ].sort(),
    );
  });

  it('says on its front page what is mirrored, by whom it is signed and that it is proved', () => {
    const html = page('index.html');
    for (const said of [
      '<bdi>Hello Driver</bdi>',
      'Every release is proved',
      '3 of 3 releases proved',
      PUBLISHER.fingerprint.replace(/(.{4})(?=.)/g, '$1 '),
      stage.git.git('rev-parse', 'main').trim().slice(0, 12),
      '<svg viewBox',
    ])
      expect(html).toContain(said);
    expect(html).not.toMatch(/<script|javascript:|\son\w+=/i);
    expect(html.match(/href="releases\/\d\.0\/"/g)).toHaveLength(4);
  });

  it('shows what changed in install scripts, the licence, and the version of dkms.conf, and judges nothing', () => {
    const html = page('releases/2.0/index.html');
    expect(html).toContain('A script is not as in');
    expect(html).toContain('+rm -rf /tmp/x');
    expect(html).toContain('The MIT License');
    expect(html).toMatch(/1\.9.*the package says.*2\.0/);
    expect(page('releases/3.0/index.html')).toContain('but for the version number');
    expect(page('releases/1.0/index.html')).not.toContain('not as in');
  });

  it('has feeds that readers take, with the digests of each release', () => {
    const atom = page('feed.atom');
    expect(isWellFormed(atom)).toBe(true);
    const { feed } = new XMLParser({ ignoreAttributes: false, cdataPropName: 'text' }).parse(atom);
    expect(feed.entry.map(({ id }: { id: string }) => id)).toHaveLength(3);
    expect(feed.updated).toMatch(/^\d{4}-\d\d-\d\dT/);
    for (const entry of feed.entry) {
      expect(entry.link['@_href']).toMatch(/^https:\/\/acme\.example\/mirror\/releases\/\d\.0\/$/);
      expect(entry.content.text).toMatch(/<th>SHA-256<\/th><td><code>[0-9a-f]{64}/);
    }
    const json = JSON.parse(page('feed.json'));
    expect(json).toMatchObject({
      version: 'https://jsonfeed.org/version/1',
      title: 'Hello Driver',
      home_page_url: 'https://acme.example/mirror/',
      feed_url: 'https://acme.example/mirror/feed.json',
    });
    expect(json.items.map(({ title }: { title: string }) => title)).toEqual([
      'Hello Driver 3.0',
      'Hello Driver 2.0',
      'Hello Driver 1.0',
    ]);
    expect(new Set(json.items.map(({ id }: { id: string }) => id)).size).toBe(3);
  });

  it('has a badge and a status for machines', () => {
    expect(JSON.parse(page('badge.json'))).toEqual({
      schemaVersion: 1,
      label: 'source mirror',
      message: '3.0 proved',
      color: 'brightgreen',
    });
    expect(isWellFormed(page('badge.svg'))).toBe(true);
    expect(JSON.parse(page('status.json'))).toMatchObject({
      schema: 1,
      verdict: 'proved',
      verifiedAt: '2025-12-20T01:06:05Z',
      commit: stage.git.git('rev-parse', 'main').trim(),
      releases: { total: 3, proved: 3, failed: 0, unproved: 0 },
      newest: { tag: '3.0', version: '3.0' },
      keys: [PUBLISHER.fingerprint],
      pinned: true,
    });
  });

  it('is the same, byte by byte, at the same SOURCE_DATE_EPOCH, and replaces itself', async () => {
    const [one, two] = [folder, path.join(makeRunDirectory(), 'pages')];
    const more = [
      '--gpg-fingerprints',
      PUBLISHER.fingerprint,
      '--url',
      'https://acme.example/mirror/',
    ];
    expect([(await site(two, more)).code, (await site(one, more)).code]).toEqual([0, 0]);
    expect(list(one)).toEqual(list(two));
    for (const name of list(one)) expect(page(name, one)).toBe(page(name, two));
  });
});

describe('what publish says of new releases', () => {
  it('is in the report: scripts that changed, licence, version of dkms.conf', () => {
    const [one, two, three] = published.report.releases;
    expect(one).toMatchObject({ license: 'MIT', licenseFiles: [] });
    expect(one.scripts).toBeUndefined();
    expect(two).toMatchObject({
      comparedWith: '1.0',
      licenseFiles: ['LICENSE'],
      dkmsVersion: '1.9',
      scripts: [{ name: '%post', change: 'changed', isVersionOnly: false }],
    });
    expect(two.scripts[0].diff).toContain('\n+rm -rf /tmp/x');
    expect(three.scripts).toMatchObject([{ name: '%post', isVersionOnly: true }]);
    expect(published.summary).toContain('**2.0** changes what **%post** does; dkms.conf says 1.9.');
    expect(published.summary).not.toMatch(/\*\*3\.0\*\* changes/);
  });

  it('is compared with the release that an earlier run published', async () => {
    stage.offer([...PACKAGES, hello('4.0')], '1700000009');
    const later = await stage.publish({ 'dry-run': 'true' });
    expect(later.report.releases.at(-1)).toMatchObject({
      comparedWith: '3.0',
      scripts: [{ name: '%post', change: 'removed' }],
    });
  });
});

describeWithTools(
  ['bash', 'gpg', 'rpmkeys', 'rpm2cpio', 'cpio', 'sha256sum'],
  'the commands on the page of a release',
  () => {
    it('check it with git, rpm and gpg', async () => {
      const yum = await startYumServer();
      const work = makeRunDirectory();
      const mirror = path.join(work, 'mirror.git');
      try {
        execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', mirror]);
        yum.setRoots(path.join(root, 'examples/repository'));
        const published = await runCli([
          'publish',
          `--baseurl=${yum.url}`,
          `--gpgkey=${yum.url}/RPM-GPG-KEY-acme`,
          '--packages=acme-widget-dkms',
          `--repository=${mirror}`,
        ]);
        expect(published.code).toBe(0);
      } finally {
        await yum.close();
      }
      const pages = path.join(work, 'pages');
      expect((await runCli(['site', `--repository=${mirror}`, `--output=${pages}`])).code).toBe(0);
      const html = page('releases/2.0/index.html', pages);
      const script = /<pre[^>]*><code>([^<]*rpmkeys[^<]*)<\/code>/
        .exec(html)![1]!
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&');
      execFileSync('git', ['clone', '--quiet', mirror, path.join(work, 'clone')], {
        stdio: 'pipe',
      });
      const { status, stdout, stderr } = spawnSync(
        'bash',
        ['-eu', '-o', 'pipefail', '-c', script],
        {
          cwd: path.join(work, 'clone'),
          encoding: 'utf8',
        },
      );
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('package.rpm: OK');
      expect(stdout).toMatch(/([0-9a-f]{40})\n\1\n$/);
    });
  },
);

describe('the folder of a site', () => {
  it.each<[string, (folder: string) => void]>([
    [
      'a file',
      (at) => {
        writeFileSync(path.join(at, 'mine.txt'), 'x');
      },
    ],
    [
      'a folder with a file',
      (at) => {
        mkdirSync(path.join(at, 'a'));
        writeFileSync(path.join(at, 'a/b'), 'x');
      },
    ],
    [
      'a link',
      (at) => {
        symlinkSync('/etc', path.join(at, 'index.html'));
      },
    ],
    [
      'an index.html of somebody else',
      (at) => {
        writeFileSync(path.join(at, 'index.html'), 'x');
      },
    ],
    [
      'a list that names what it did not write',
      (at) => {
        writeFileSync(path.join(at, '.rpm-source-mirror-site'), 'mine.txt\n');
        writeFileSync(path.join(at, 'mine.txt'), 'x');
      },
    ],
  ])('that holds %s is exit 2, and is left as it is', async (_, prepare) => {
    const at = makeRunDirectory();
    prepare(at);
    const before = list(at);
    const result = await site(at);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/INPUT_CONFLICT.*which is not of this site/);
    expect(list(at)).toEqual(before);
  });

  it('that is a file is exit 2; so are no folder, an address with a password, and a flag of another command', async () => {
    const at = makeRunDirectory();
    writeFileSync(path.join(at, 'file'), 'x');
    const codes = [
      await site(path.join(at, 'file')),
      await runCli(['site', '--repository', stage.git.repoDir]),
      await site(path.join(at, 'new'), ['--url', 'https://a:b@example.org/']),
      await site(path.join(at, 'new'), ['--url', 'javascript:alert(1)']),
      await site(path.join(at, 'new'), ['--extract', at]),
    ].map(({ code }) => code);
    expect(codes).toEqual([2, 2, 2, 2, 2]);
    expect(list(at)).toEqual(['file']);
  });

  it('loses the page of a release that is no more', async () => {
    const at = path.join(makeRunDirectory(), 'pages');
    expect((await site(at)).code).toBe(0);
    expect((await site(at, ['--versions', '>= 2'])).code).toBe(0);
    expect(list(path.join(at, 'releases'))).toEqual([
      path.join('2.0', 'index.html'),
      path.join('3.0', 'index.html'),
    ]);
  });
});

describe('the site of a mirror with findings', () => {
  it('is written, says so everywhere, and ends with 1', async () => {
    const clone = path.join(makeRunDirectory(), 'clone.git');
    execFileSync('git', ['clone', '--quiet', '--bare', stage.git.repoDir, clone], {
      stdio: 'pipe',
    });
    const git = (...args: string[]): string =>
      execFileSync('git', ['--git-dir', clone, ...args], { encoding: 'utf8' }).trim();
    git('tag', '-f', '2.0', git('rev-parse', '1.0^{commit}'));
    const at = path.join(makeRunDirectory(), 'pages');
    const result = await runCli(['site', '--repository', clone, '--output', at]);
    expect(result.code).toBe(1);
    expect(page('index.html', at)).toContain(
      'Something in this mirror is not what its packages say',
    );
    expect(page('releases/2.0/index.html', at)).toContain('Do not use it before you know why');
    expect(page('releases/2.0/index.html', at)).not.toContain('class="verdict proved"');
    expect(JSON.parse(page('status.json', at))).toMatchObject({ verdict: 'failed' });
    expect(JSON.parse(page('badge.json', at))).toMatchObject({ color: 'red' });
    expect(page('feed.atom', at)).not.toContain('Hello Driver 2.0');
  });

  it('of a mirror without any release nothing is written', async () => {
    const empty = path.join(makeRunDirectory(), 'empty.git');
    execFileSync('git', ['init', '--quiet', '--bare', empty]);
    const at = path.join(makeRunDirectory(), 'pages');
    expect((await runCli(['site', '--repository', empty, '--output', at])).code).toBe(1);
    expect(() => list(at)).toThrow('ENOENT');
  });
});

describeWithTools(['chromium'], 'the site in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  it.each([
    ['index.html', 360, 'light'],
    ['index.html', 1280, 'dark'],
    ['releases/2.0/index.html', 360, 'dark'],
    ['releases/2.0/index.html', 1280, 'light'],
    ['releases/1.0/index.html', 1280, 'light'],
  ] as const)(
    '%s at %i px, %s: fits, is styled, breaks no policy, and axe finds nothing',
    async (name, width, scheme) => {
      browser.complaints.length = 0;
      const opened = await browser.open(pathToFileURL(path.join(folder, name)).href, width, scheme);
      expect(await opened.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        width,
      );
      expect(await opened.evaluate('getComputedStyle(document.body).margin')).toBe('0px');
      expect(browser.complaints).toEqual([]);
      expect(await audit(opened)).toEqual([]);
      await opened.close();
    },
  );

  it('runs no script that somebody put in', async () => {
    const opened = await browser.open(pathToFileURL(path.join(folder, 'index.html')).href, 800);
    browser.complaints.length = 0;
    await opened.evaluate(
      "const s = document.createElement('script'); s.textContent = 'window.bad = 1'; document.body.append(s)",
    );
    expect(await opened.evaluate('window.bad')).toBeUndefined();
    expect(browser.complaints.join()).toContain('Content Security Policy');
    await opened.close();
  });
});
