// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createNotesFinder, findNotes, type NotesSource } from '../../../src/notes/find.js';
import { findVersions, parseNotesPage } from '../../../src/notes/page.js';
import type { ChangelogEntry } from '../../../src/rpm/model.js';
import { nevra } from '../mirror/builders.js';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/notes');
const page = (name: string): NotesSource => ({
  name,
  text: readFileSync(path.join(fixtures, name), 'utf8'),
});

function find(
  sources: readonly NotesSource[],
  version: string,
  {
    title = 'Neuron Driver',
    changelog = [],
  }: { title?: string; changelog?: readonly ChangelogEntry[] } = {},
) {
  return findNotes(sources, {
    nevra: nevra(`aws-neuronx-dkms-${version}-dkms.noarch`),
    title,
    changelog,
  });
}

const rst = (text: string, name = 'notes.rst'): NotesSource[] => [{ name, text }];

describe('findNotes on the old page of the Neuron driver', () => {
  const old = [page('neuron-driver.rst')];

  it('finds the section whose heading names the version, up to the next release', () => {
    expect(find(old, '2.20.74.0')).toEqual({
      source: 'neuron-driver.rst',
      text: 'Date: 05/12/2025\n\nNew in this release\n^^^^^^^^^^^^^^^^^^^\n\n* Fixes DMA abort errors on Trainium2 that could occur in Neuron Runtime during specific workloads.',
    });
    expect(find(old, '2.22.2.0')!.text).toMatch(
      /^Date: 06\/24\/2025\n[^]*\nUpcoming Neuron driver 2\.21 [^]*driver versions above 2\.21/,
    );
  });

  it('finds a section that is named by two parts of the version', () => {
    expect(find(old, '2.1.5.0')!.text).toMatch(
      /^- {2}Support is added for Neuron Runtime 2\.x[^]*Driver 2\.x releases\.$/,
    );
  });

  it('does not take 2.1 for 2.10.11.0, nor 2.7.33.0 for 2.7.3.0, nor anything for 2', () => {
    for (const version of ['2.10.11.0', '2.7.3.0', '2.7.33', '2', '2.0.386.0', '1.1'])
      expect(find(old, version)).toBeUndefined();
  });
});

describe('findNotes on the page of the Neuron runtime', () => {
  const runtime = [page('neuron-runtime.rst')];

  it('finds the section of the driver whose Version line names the version', () => {
    expect(find(runtime, '2.30.2')!.text).toMatch(
      /^\*\*Version:\*\* 2\.30\.2\n\nNew Features\n[^]*={27} [= ]+$/,
    );
    expect(find(runtime, '2.21.37.0')!.text).toMatch(
      /^\*\*Version:\*\* 2\.21\.37\.0\n\nImprovements\n[^]*on hardware\.$/,
    );
  });

  it('takes 2.29 for 2.29.x of the driver, and for nothing else', () => {
    expect(find(runtime, '2.29.1.0')!.text).toMatch(
      /^\*\*Version:\*\* 2\.29\n\nNew Features\n\^+\n\n\* Added a ``utilization_raw``/,
    );
    expect(find(runtime, '2.33.4.0')).toBeUndefined();
    expect(find(runtime, '2.29.1.0', { title: 'Neuron Compiler' })).toBeUndefined();
    expect(find(runtime, '2.33.4.0', { title: 'Neuron Collectives' })!.text).toContain(
      'multi-node ring',
    );
  });

  it("prefers the driver's 2.29 to the runtime's 2.29.40.0", () => {
    expect(find(runtime, '2.29.40.0')!.text).toContain('utilization_raw');
  });

  it('tells two releases under one heading apart', () => {
    expect(find(runtime, '2.26.10.0')!.text).toBe(
      '**Version:** 2.26.10.0\n\nDate of Release: 03/12/2026\n\nBug Fixes\n^^^^^^^^^\n\n* Compatibility fixes for Linux kernel 6.18.',
    );
    expect(find(runtime, '2.26.5.0')!.text).toMatch(
      /^\*\*Version:\*\* 2\.26\.5\.0\n\nImprovements\n[^]*={27} [= ]+$/,
    );
  });
});

describe('findNotes on the pages of seven dates', () => {
  const folder = path.resolve(import.meta.dirname, '../../../../shared/neuron/release-notes');
  if (!existsSync(folder)) {
    process.stderr.write('SKIPPED: the pages of seven dates need ../shared/neuron\n');
    it.skip('../shared/neuron is not here', () => undefined);
    return;
  }
  const packages = readdirSync(path.resolve(folder, '../packages')).map(
    (name) => /-dkms-([\d.]+?)(?:-2\.0)?\.noarch\.rpm$/.exec(name)![1]!,
  );

  it.each([
    ['2025-02-02.rst', 0, undefined],
    ['2025-02-05.rst', 23, '2.19.64.0'],
    ['2025-07-06.rst', 27, '2.22.2.0'],
    ['2025-07-13.rst', 27, '2.22.2.0'],
    ['2025-08-03.rst', 27, '2.22.2.0'],
    ['2025-12-21.rst', 27, '2.22.2.0'],
    ['2026-08-21-runtime.rst', 3, '2.22.2.0'],
  ])('%s has notes of %i of the 44 releases', (name, count, newest) => {
    const finder = createNotesFinder([
      { name, text: readFileSync(path.join(folder, name), 'utf8') },
    ]);
    const found = packages.filter(
      (version) =>
        finder({
          nevra: nevra(`aws-neuronx-dkms-${version}-dkms.noarch`),
          title: 'Neuron Driver',
          changelog: [],
        }) !== undefined,
    );
    expect(packages).toHaveLength(44);
    expect(found).toHaveLength(count);
    if (newest !== undefined) expect(found).toContain(newest);
  });
});

describe('findNotes on Markdown', () => {
  const text =
    '# Changelog\n\n## [Unreleased]\n\nsoon\n\n## [1.2.3](https://x/compare/v1.2.2...v1.2.3) - 2024-01-01\n\n### Fixed\n\n- a\n\n```\n## 1.2.2\n```\n\n## v1.2.2\n- b\n\nRelease 1.1\n-----------\nc\n';
  const markdown = [{ name: 'CHANGELOG.md', text }];

  it.each([
    ['1.2.3', '### Fixed\n\n- a\n\n```\n## 1.2.2\n```'],
    ['1.2.2', '- b'],
    ['1.1', 'c'],
  ])('finds %s', (version, expected) => {
    expect(find(markdown, version)?.text).toBe(expected);
  });

  it.each(['1.2', '1.2.3.4', '2024', '1'])('does not find %s', (version) => {
    expect(find(markdown, version)).toBeUndefined();
  });

  it('takes a shortened version where the page is about the product', () => {
    const product = [
      {
        name: 'NEWS.md',
        text: '# Neuron Driver changelog\n\n## 1.2\n\na\n\n## Other component\n\n### 1.3\n\nb\n',
      },
    ];
    expect(find(product, '1.2.9')!.text).toBe('a');
    expect(find(product, '1.3.9')).toBeUndefined();
    expect(
      find([{ name: 'NEWS.md', text: '# aws-neuronx-dkms\n\n## 1.2.x\n\na\n' }], '1.2.9', {
        title: 'Something',
      })!.text,
    ).toBe('a');
  });
});

describe('findNotes', () => {
  it('takes the first source that has the version', () => {
    const sources = [
      { name: 'one.rst', text: '2.0\n===\n\none\n' },
      { name: 'two.rst', text: '1.0\n===\n\ntwo\n\n2.0\n===\n\ntoo\n' },
    ];
    expect(find(sources, '2.0')).toEqual({ text: 'one', source: 'one.rst' });
    expect(find(sources, '1.0')).toEqual({ text: 'two', source: 'two.rst' });
  });

  it('knows overlines, fields and CRLF', () => {
    expect(
      find(rst('=====\r\n A 1.0\r\n=====\r\n\r\ntext\r\n\r\n===\r\n0.9\r\n===\r\nold\r\n'), '1.0')
        ?.text,
    ).toBe('text');
    expect(find(rst('Driver\n======\n\n:Version: 1.0\n\ntext\n'), '1.0')?.text).toBe(
      ':Version: 1.0\n\ntext',
    );
  });

  it('passes over a heading without text', () => {
    expect(find(rst('1.0\n===\n\n0.9\n===\n\nold\n'), '1.0')).toBeUndefined();
  });

  it('leaves the label and the line before the next heading out', () => {
    expect(
      find(
        rst('1.0\n===\n\ntext\n\n.. note::\n\n   kept\n\n----\n\n.. _next:\n\n0.9\n===\nold\n'),
        '1.0',
      )?.text,
    ).toBe('text\n\n.. note::\n\n   kept');
  });

  it('does not take a table for headings', () => {
    expect(
      find(rst('1.0\n===\n\n===== =====\nA     B\n===== =====\n1     2\n===== =====\n'), '1.0')
        ?.text,
    ).toMatch(/^={5} ={5}\nA[^]*={5}$/);
  });
});

describe('findNotes in %changelog', () => {
  const entry = (author: string, text: string): ChangelogEntry => ({ time: 0, author, text });

  it.each([
    'A B <a@b.c> - 2.25.4.0-dkms',
    'A B <a@b.c> 2.25.4.0-dkms',
    'A <a> 0:2.25.4.0-dkms',
    'A <a> - 2.25.4.0',
  ])('finds the entry of %s', (author) => {
    const changelog = [
      entry('A <a> - 2.26-1', '- newer'),
      entry(author, '- fixed\n- more\n'),
      entry('A <a> - 1-1', '- older'),
    ];
    expect(find([], '2.25.4.0', { changelog })).toEqual({
      text: '- fixed\n- more',
      source: '%changelog',
    });
  });

  it('takes a release without the suffix of the distribution', () => {
    const changelog = [entry('A <a> - 1.2-3', '- fixed')];
    expect(
      findNotes([], { nevra: nevra('a-1.2-3.el9.noarch'), title: undefined, changelog })?.text,
    ).toBe('- fixed');
    expect(
      findNotes([], { nevra: nevra('a-1.2-30.noarch'), title: undefined, changelog }),
    ).toBeUndefined();
    expect(
      findNotes([], {
        nevra: nevra('a-1:1.2-3.noarch'),
        title: undefined,
        changelog: [entry('A <a> - 2:1.2-3', 'x')],
      }),
    ).toBeUndefined();
  });

  it.each(['- Automatic build by DKMS', '', ' \n', '* automatic rebuild\n', '- Autobuild'])(
    'is silent when it says %j',
    (text) => {
      expect(
        find([], '2.25.4.0', { changelog: [entry('A <a> 2.25.4.0-dkms', text)] }),
      ).toBeUndefined();
    },
  );

  it('comes after the pages', () => {
    const changelog = [entry('A <a> 2.20.74.0-dkms', '- fixed')];
    expect(find([page('neuron-driver.rst')], '2.20.74.0', { changelog })!.source).toBe(
      'neuron-driver.rst',
    );
  });
});

describe('findVersions', () => {
  it.each([
    ['Neuron Driver release [2.22.2.0]', ['2.22.2.0']],
    ['v1.2 (2024-01-01)', ['1.2', '2024-01-01']],
    ['2.23.135.0 / 2.23.133.0', ['2.23.135.0', '2.23.133.0']],
    ['2.29.x', ['2.29']],
    ['aws-neuronx-dkms-2.25.4.0', ['2.25.4.0']],
    ['1.0~rc1 and 1.0^git', ['1.0~rc1', '1.0^git']],
    ['No. x1 nor 3x.', ['3x']],
  ])('finds in %j', (text, versions) => {
    expect(findVersions(text)).toEqual(versions);
  });
});

describe('parseNotesPage', () => {
  const line = fc.constantFrom(
    '',
    '====',
    '----',
    '~~~~',
    '# 1.0',
    '## Neuron Driver',
    '1.0',
    'Neuron Driver 1.2',
    '**Version:** 1.0',
    'Version: 1',
    '.. _a:',
    '```',
    '  text',
    '* 1.0',
    '=== ===',
    '\ud800',
    '\0',
  );

  it('keeps mentions within the page and in order, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(line).map((lines) => lines.join('\n')),
        fc.constantFrom('a.rst', 'a.md', 'a'),
        (text, name) => {
          const { lines, mentions } = parseNotesPage(text, name);
          for (const { start, end, section } of mentions) {
            expect(0 <= start && start <= end && end <= lines.length).toBe(true);
            expect(section.start <= start && end <= section.end).toBe(true);
          }
          find([{ name, text }], '1.0');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    '=',
    '-\n',
    '#',
    '# 1.0\n',
    '1.1\n===\n',
    'Version: 1.1\n',
    '*Version',
    ':',
    '](',
    '<',
    '1.',
    '1.1\n```\n',
    '.. _',
    ' ',
    '\r',
    'a ',
  ])('takes linear time on a long run of %j', (part) => {
    const text = part.repeat(300_000 / part.length);
    const before = process.cpuUsage();
    for (const name of ['a.rst', 'a.md']) find([{ name, text }], '1.0.1');
    const { user } = process.cpuUsage(before);
    // It takes tens of milliseconds; what is quadratic takes minutes.
    expect(user / 1e6).toBeLessThan(10);
  });
});
