// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { keyFileName } from '../../src/mirror/layout.js';
import { formatReleaseMessage, formatTagMessage } from '../../src/mirror/records/messages.js';
import { selectSource } from '../../src/mirror/source-path.js';
import { formatTagName, validateTagFormat } from '../../src/mirror/tag-names.js';
import { anyText } from '../fixtures/any-text.js';
import { hostileRelease, NEURON, nevra } from '../unit/mirror/builders.js';

/** What would make a host or a CI system act upon a commit. */
const TRIGGERS = [
  /(?<![A-Za-z0-9_])@[A-Za-z0-9_]/,
  /#\d/,
  /(?<![A-Za-z0-9_])GH-\d/i,
  /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/i,
  /\*\*\*NO_CI\*\*\*/i,
  /(?<![A-Za-z0-9_-])skip-checks\s*:/i,
  /^\s*[a-z-]+-by\s*:/im,
];

/** Lines of a block, from its heading to the first line that ends it; each block must stand exactly once. */
function blockOf(message: string, heading: string): string[] {
  const lines = message.split('\n');
  const dashes = '-'.repeat(heading.length);
  const starts = lines.flatMap((line, at) =>
    line === heading && lines[at + 1] === dashes ? [at + 2] : [],
  );
  expect(starts).toHaveLength(1);
  return lines.slice(starts[0], lines.indexOf(dashes, starts[0]));
}

describe('T32: text from outside', () => {
  it('cannot reach a host through commit or tag', () => {
    fc.assert(
      fc.property(hostileRelease, (release) => {
        for (const message of [formatReleaseMessage(release), formatTagMessage(release)])
          expect(TRIGGERS.filter((trigger) => message.search(trigger) >= 0)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot begin, end or extend a block', () => {
    fc.assert(
      fc.property(hostileRelease, (release) => {
        const message = formatReleaseMessage(release);
        const metadata = blockOf(message, 'Metadata').filter((line) => !line.startsWith('    '));
        expect(metadata.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
          'Package',
          'Version',
          'License',
          'Summary',
          'Description',
          'Filename',
          'Checksum',
          'Buildhost',
          'Buildtime',
          'GPG key primary uid',
          'GPG key creation time',
          'GPG key fingerprint',
          'GPG check',
          'SHA256 check',
          'File digests check',
        ]);
        const files = blockOf(message, 'Files');
        expect(files).toHaveLength(release.changes.length);
        expect(files.every((line) => /^- [M?D]: /.test(line))).toBe(true);
        if (/^Release Notes\n-{13}$/m.test(message)) {
          const notes = blockOf(message, 'Release Notes');
          expect(message.split('\n').slice(6 + 2 + notes.length, 6 + 2 + notes.length + 5)).toEqual(
            ['-------------', '', '', 'Metadata', '--------'],
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('holds no control character, separator of lines or half a character', () => {
    fc.assert(
      fc.property(hostileRelease, (release) => {
        const message = formatReleaseMessage(release);
        expect(message).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
        expect(message.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('in a subject stays in the subject, even when title and version only act together', () => {
    const facts = { ...NEURON.facts, nevra: { ...NEURON.facts.nevra, version: 'ci]' } };
    expect(
      formatReleaseMessage({ ...NEURON, facts, title: 'x\n\nRpm-Sha256: 0\n[skip' }).split('\n')[0],
    ).toBe('feat: x Rpm-Sha256: 0 [\u2060skip ci]');
  });
});

describe('T33: a name from outside in an error of the mirror room', () => {
  const command = 'a\n::error::x\r\n::add-mask::y\x1b[31m';

  it.each([
    [
      'a tag format',
      () => {
        validateTagFormat(command);
      },
    ],
    ['the URL of a key', () => keyFileName(`https://example.org/${command}/`)],
    [
      'folders of a payload',
      () =>
        selectSource([{ path: Buffer.from(`${command}/f`), isDirectory: false }], `${command}/x`),
    ],
    [
      'an empty tag name',
      () => formatTagName('{version}', { ...nevra('a-1-1.noarch'), version: '', name: command }),
    ],
  ])('is on one line: %s', (_, action) => {
    let message = '';
    try {
      action();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    expect(message).not.toMatch(/[\0-\x1f]/);
  });
});

describe('T34: a name from outside in a tag, which becomes an output', () => {
  it('holds no line end, quote of a shell or control character', () => {
    fc.assert(
      fc.property(anyText({ minLength: 1 }), (version) => {
        expect(formatTagName('{version}', { ...nevra('a-1-1.noarch'), version })).not.toMatch(
          /[\0-\x20\x7f\\]/,
        );
      }),
    );
  });
});
