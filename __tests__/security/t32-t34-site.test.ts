// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { hostLinks } from '../../src/report/hosts.js';
import { folderNames } from '../../src/site/folders.js';
import { I18N, text } from '../fixtures/header-builder.js';
import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello, helloFiles } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';
import { isWellFormed } from '../fixtures/xml.js';

/** Everything that a page, a feed or a reader could stumble over. */
const HOSTILE =
  '<script>alert(1)</script> "\' onload=x </style> & &amp; ]]> and ]]> \u202eevil\u202c \u200b\u0007 @all';

afterAll(removeRunDirectories);

describe("a package's texts on the pages of the mirror (T32, T34)", () => {
  it('are shown as what they are: no markup, no mark that cannot be seen, feeds well-formed', async () => {
    const spec = (version: string): Parameters<typeof hello>[1] => ({
      entries: [
        { ...text(1004, HOSTILE), type: I18N },
        text(1014, HOSTILE),
        text(1007, HOSTILE),
        text(1024, `${version}\n${HOSTILE}\n`),
        text(1086, HOSTILE),
      ],
      files: [
        ...helloFiles(version),
        { path: `/usr/src/hello-${version}/LICENSE`, content: `${HOSTILE}\n` },
        { path: `/usr/src/hello-${version}/<img src=x onerror=alert(1)>.c`, content: version },
        {
          path: `/usr/src/hello-${version}/dkms.conf`,
          content: `PACKAGE_VERSION='${HOSTILE.replaceAll("'", '')}'\n`,
        },
      ],
    });
    await onStage(
      {
        packages: [hello('1.0', spec('1.0')), hello('2.0', spec('2.0'))],
        inputs: { title: '<b>Title</b> ]]> ]]> & \u202e' },
      },
      async (stage) => {
        const published = await stage.publish();
        expect({ code: published.code, errors: published.report?.errors }).toEqual({
          code: 0,
          errors: [],
        });
        const folder = path.join(makeRunDirectory(), 'pages');
        const result = await runCli([
          'site',
          '--repository',
          stage.git.repoDir,
          '--output',
          folder,
        ]);
        expect({ code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({
          code: 0,
          stderr: '',
        });
        const files = readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.join(entry.parentPath, entry.name));
        for (const file of files) {
          const content = readFileSync(file, 'utf8');
          expect({
            file,
            hidden: /[\u202a-\u202e\u2066-\u2069\u200b\u0007]/u.test(content),
          }).toEqual({ file, hidden: false });
          if (!file.endsWith('.html')) continue;
          expect({ file, tags: /<(?:script|img|b)\b/i.test(content) }).toEqual({
            file,
            tags: false,
          });
          expect(content.match(/<\/style>/g)).toHaveLength(1);
          expect(content).not.toMatch(/<[a-z][^>]*\son(?:load|error)=/i);
        }
        const html = readFileSync(path.join(folder, 'releases/2.0/index.html'), 'utf8');
        expect(html).toContain('&lt;script>alert(1)&lt;/script>');
        expect(html).toContain('<span class="hidden">U+202E</span>');
        const atom = readFileSync(path.join(folder, 'feed.atom'), 'utf8');
        expect(isWellFormed(atom)).toBe(true);
        const { items } = JSON.parse(readFileSync(path.join(folder, 'feed.json'), 'utf8'));
        expect(items).toHaveLength(2);
        expect(items[0].content_html).not.toContain('<script');
      },
    );
  });

  it('are in no address: only http and https are links', () => {
    for (const url of ['file:///etc/passwd', 'ext::sh', '/srv/x.git', 'https://'])
      expect({ url, home: hostLinks(url).home }).toEqual({ url, home: undefined });
  });
});

describe('folders for the pages of tags (T32)', () => {
  const TAGS = [
    '1.0',
    'v1/2',
    'a%2Fb',
    'a/b',
    '%2e%2e',
    'é',
    'CON',
    'nul.txt',
    'Release',
    'release',
    'RELEASE',
    '-x',
    'x'.repeat(240),
    `${'x'.repeat(239)}y`,
    '💥',
    '1.0+git',
    "it's",
    'a*b',
    '\ud800',
  ];
  const names = folderNames(TAGS);

  it('are one segment each, whatever a ref may be called', () => {
    for (const name of names.values())
      expect(name).toMatch(/^(?!\.)(?!-)[A-Za-z0-9%_.-]{1,200}(?<!\.)$/);
  });

  it('are never the same, in other letters neither', () => {
    expect(new Set([...names.values()].map((name) => name.toLowerCase())).size).toBe(TAGS.length);
    expect([names.get('1.0'), names.get('a/b'), names.get('CON')]).toEqual([
      '1.0',
      'a%2Fb',
      '%43ON',
    ]);
  });
});
