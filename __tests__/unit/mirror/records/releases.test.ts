// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { GitError } from '../../../../src/errors.js';
import { LIMITS } from '../../../../src/limits.js';
import { tryParseNevra } from '../../../../src/mirror/nevra.js';
import {
  formatNotesState,
  notesUrl,
  parseNotesState,
} from '../../../../src/mirror/records/notes-state.js';
import { formatReleases, parseReleases } from '../../../../src/mirror/records/releases.js';
import { record } from '../builders.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('formatReleases', () => {
  it("writes one line per release in EVR order, keys in the interface's order", () => {
    const text = formatReleases([
      record('a-1.10-1.noarch', '1.10'),
      record('b-1.9-1.noarch', '1.9'),
      record('a-1:0.1-1.noarch', '0.1'),
      record('a-1.10~rc1-1.noarch', '1.10%7Erc1'),
    ]);
    const lines = text.split('\n');
    expect(lines.map((line) => /"tag":"([^"]*)"/.exec(line)?.[1])).toEqual([
      '1.9',
      '1.10%7Erc1',
      '1.10',
      '0.1',
      undefined,
    ]);
    expect(Object.keys(JSON.parse(lines[0]!))).toEqual([
      'tag',
      'nevra',
      'file',
      'sha256',
      'contentSha256',
      'headerSha256',
      'sourceTree',
      'signingKey',
      'signedAt',
      'repomdRevision',
      'indexSha256',
      'class',
    ]);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('gives the same bytes in whatever order the records come', () => {
    const records = ['1', '2', '3', '10'].map((version) =>
      record(`a-${version}-1.noarch`, version),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: 4 }), (shuffled) => {
        expect(formatReleases(shuffled)).toBe(formatReleases(records));
      }),
    );
  });

  it('writes an empty file for no release', () => {
    expect(formatReleases([])).toBe('');
    expect(parseReleases(bytes(''))).toEqual([]);
  });

  it('refuses a record that is none', () => {
    expect(() => formatReleases([record('nonsense', '1')])).toThrow(GitError);
  });
});

describe('parseReleases', () => {
  it('reads back what was written, further keys and absent facts included', () => {
    const records = [
      record('a-1-1.noarch', '1', { further: { 9: [1], later: { x: null }, ['__proto__']: 1 } }),
      record('a-2-1.noarch', '2', { sha256: null, class: null }),
    ];
    const text = formatReleases(records);
    expect(parseReleases(bytes(text))).toEqual(records);
    expect(formatReleases(parseReleases(bytes(text)))).toBe(text);
    expect(text.startsWith('{"tag":"1",')).toBe(true);
  });

  it('reads a JSON array and lines with CRLF', () => {
    const records = [record('a-1-1.noarch', '1'), record('a-2-1.noarch', '2')];
    expect(parseReleases(bytes(JSON.stringify(records, undefined, 2)))).toEqual(records);
    expect(parseReleases(bytes(formatReleases(records).replaceAll('\n', '\r\n')))).toEqual(records);
  });

  it.each([
    ['text that is no JSON', '{"tag":'],
    ['a line that is no object', '1'],
    ['an entry that is no object', '[[]]'],
    ['a missing tag', '{"nevra":"a-1-1.noarch","file":"f"}'],
    ['a missing file', '{"tag":"1","nevra":"a-1-1.noarch"}'],
    ['an empty tag', '{"tag":"","nevra":"a-1-1.noarch","file":"f"}'],
    ['a file that is a path', '{"tag":"1","nevra":"a-1-1.noarch","file":"../f"}'],
    ['a NEVRA that is none', '{"tag":"1","nevra":"a","file":"f"}'],
    ['a checksum that is none', '{"tag":"1","nevra":"a-1-1.noarch","file":"f","sha256":"xyz"}'],
    ['a checksum of the wrong type', '{"tag":"1","nevra":"a-1-1.noarch","file":"f","sha256":1}'],
    ['an unknown class', '{"tag":"1","nevra":"a-1-1.noarch","file":"f","class":"odd"}'],
    [
      'two entries for a tag',
      '{"tag":"1","nevra":"a-1-1.noarch","file":"f"}\n{"tag":"1","nevra":"a-1-2.noarch","file":"f"}',
    ],
    ['an array that does not end', '[{"tag":"1"'],
  ])('refuses %s', (_, text) => {
    expect(() => parseReleases(bytes(text))).toThrow(
      expect.objectContaining({
        code: 'MIRROR_INVALID',
        message: expect.stringContaining('expected'),
      }),
    );
  });

  it('refuses what is not UTF-8', () => {
    expect(() => parseReleases(Buffer.from('{"tag":"\xff"}', 'latin1'))).toThrow(GitError);
  });

  it('throws nothing but our error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(bytes),
          fc
            .record({ tag: fc.anything(), nevra: fc.anything(), file: fc.anything() })
            .map((value) => bytes(JSON.stringify(value))),
        ),
        (input) => {
          try {
            parseReleases(input);
          } catch (error) {
            expect(error).toBeInstanceOf(GitError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('tryParseNevra', () => {
  it.each([
    [
      'aws-neuronx-dkms-2.25.4.0-dkms.noarch',
      {
        name: 'aws-neuronx-dkms',
        epoch: null,
        version: '2.25.4.0',
        release: 'dkms',
        arch: 'noarch',
      },
    ],
    [
      'kernel-1:6.1~rc1-3.el9.x86_64',
      { name: 'kernel', epoch: 1, version: '6.1~rc1', release: '3.el9', arch: 'x86_64' },
    ],
    ['a-1.noarch', undefined],
    ['', undefined],
  ])('parses %j', (text, expected) => {
    expect(tryParseNevra(text)).toEqual(expected);
  });
});

describe('release-notes.json', () => {
  const states = [
    { url: 'https://example.org/a.rst', file: 'a.rst', etag: '"x"', lastModified: null },
    {
      url: 'notes.md',
      file: 'notes.md',
      etag: null,
      lastModified: 'Thu, 01 Jan 1970 00:00:00 GMT',
    },
  ];

  it('reads back what was written', () => {
    expect(parseNotesState(bytes(formatNotesState(states)))).toEqual(states);
    expect(parseNotesState(bytes(formatNotesState([])))).toEqual([]);
  });

  it('holds no user name and password (T35)', () => {
    const text = formatNotesState([{ ...states[0]!, url: 'https://me:secret@example.org/a.rst' }]);
    expect(text).not.toContain('secret');
    expect(text).toContain(`"${notesUrl('https://me:secret@example.org/a.rst')}"`);
  });

  it('leaves out entries and validators that it would not write', () => {
    const text = JSON.stringify([
      1,
      null,
      {},
      { url: 'u', file: 'f', etag: 'a\r\nX: y', lastModified: 2 },
    ]);
    expect(parseNotesState(bytes(text))).toEqual([
      { url: 'u', file: 'f', etag: null, lastModified: null },
    ]);
  });

  it.each(['', '{}', 'null', '['])('refuses %j', (text) => {
    expect(() => parseNotesState(bytes(text))).toThrow(
      expect.objectContaining({ code: 'MIRROR_INVALID' }),
    );
  });
});

describe('a list of more bytes than any mirror has (T51)', () => {
  it('is refused before it is read, and one of that many is not', () => {
    const blank = (size: number): Buffer => Buffer.alloc(size, 0x20);
    expect(parseReleases(blank(LIMITS.releasesBytes))).toEqual([]);
    expect(() => parseReleases(blank(LIMITS.releasesBytes + 1))).toThrow(/expected at most/);
  });
});
