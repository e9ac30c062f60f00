// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { LIMITS } from '../../../src/limits.js';
import {
  breakMarkers,
  cleanBlock,
  cleanLine,
  cleanLines,
  showPath,
  showString,
} from '../../../src/mirror/text.js';
import { hostileText } from './builders.js';

describe('breakMarkers', () => {
  it.each([
    ['@name', '@\u2060name'],
    ['(@org/team)', '(@\u2060org/team)'],
    ['#1', '#\u20601'],
    ['fixes #12', 'fixes #\u206012'],
    ['Closes: owner/repo#1', 'Closes: owner/repo#\u20601'],
    ['GH-1 gh-2', 'G\u2060H-1 g\u2060h-2'],
    ['see !7', 'see !\u20607'],
    ['fixes https://github.com/o/r/issues/1', 'fixes h\u2060ttps://github.com/o/r/issues/1'],
    ['[skip ci] [ci skip] [no ci]', '[\u2060skip ci] [\u2060ci skip] [\u2060no ci]'],
    [
      '[skip actions] [actions skip] [CI SKIP]',
      '[\u2060skip actions] [\u2060actions skip] [\u2060CI SKIP]',
    ],
    [
      '[ci-skip] [azurepipelines skip] [skip-ci]',
      '[\u2060ci-skip] [\u2060azurepipelines skip] [\u2060skip-ci]',
    ],
    ['***NO_CI***', '*\u2060**NO_CI***'],
    ['skip-checks: true', 's\u2060kip-checks: true'],
    ['request-checks:true', 'r\u2060equest-checks:true'],
    ['Co-authored-by: A <a@b.c>', 'C\u2060o-authored-by: A <a@b.c>'],
  ])('breaks %j', (text, expected) => {
    expect(breakMarkers(text)).toBe(expected);
  });

  it.each([
    'Amazon AWS Neuron <neuron-maintainers@amazon.com>',
    'C# and F#',
    'https://github.com/o/r',
    'array[12]',
    'a * b',
    'HIGH-1',
    'fixes a bug',
    'hello! 1',
  ])('leaves %j alone', (text) => {
    expect(breakMarkers(text)).toBe(text);
  });

  it('takes linear time on text made of openings', () => {
    const before = process.cpuUsage();
    for (const opening of ['[', '@', '#', 'https://a/', '*', 'G', 'a-', ' ']) {
      const text = opening.repeat(Math.ceil(LIMITS.commitTextBytes / opening.length));
      expect(breakMarkers(text).length).toBeGreaterThanOrEqual(text.length);
    }
    // It takes tens of milliseconds; what is quadratic takes minutes.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
  });
});

describe('cleanLines', () => {
  it.each([
    ['a\r\nb\rc', ['a', 'b', 'c']],
    ['a\u2028b\u0085c\fd', ['a', 'b', 'c', 'd']],
    ['\n\n a \n\nb\t\n\n', [' a', '', 'b']],
    ['a\0b\x1b[31mc\x7f\x9b', ['ab[31mc']],
    ['a\ud800b', ['a\ufffdb']],
    ['\u202eevil\u202c', ['evil']],
    ['@\x01name', ['@\u2060name']],
    ['', []],
    ['\n \r\n', []],
  ])('makes %j %j', (text, lines) => {
    expect(cleanLines(text)).toEqual(lines);
  });

  it('cuts at the cap and says so', () => {
    const lines = cleanLines('0123456789\n'.repeat(LIMITS.commitTextBytes / 8));
    expect(Buffer.byteLength(lines.slice(0, -1).join('\n'))).toBeLessThanOrEqual(
      LIMITS.commitTextBytes,
    );
    expect(lines.at(-1)).toMatch(/^\(shortened: \d+ more bytes\)$/);
    expect(cleanLine('ü'.repeat(LIMITS.commitTextBytes))).toMatch(
      /ü \(shortened: \d+ more bytes\)$/,
    );
  });

  it('cuts a line that alone is longer than the cap, though an empty one stands before it', () => {
    const lines = cleanLines(`\n${'x'.repeat(2 * LIMITS.commitTextBytes)}`);
    expect(lines.some((line) => line.startsWith('xxx'))).toBe(true);
  });

  it('leaves text at the cap whole', () => {
    expect(cleanLines('x'.repeat(LIMITS.commitTextBytes))).toEqual([
      'x'.repeat(LIMITS.commitTextBytes),
    ]);
  });
});

describe('cleanBlock', () => {
  it('ends with a whole line where the text is too long, and says how much is missing', () => {
    const line = 'x'.repeat(62);
    const text = Array.from({ length: Math.ceil(LIMITS.commitTextBytes / 63) + 9 }, () => line);
    const lines = cleanBlock(text.join('\n'));
    const kept = lines.slice(0, -1);
    expect(kept.every((found) => found === line)).toBe(true);
    expect(lines.at(-1)).toBe(
      `(shortened: ${text.join('\n').length - kept.join('\n').length} more bytes)`,
    );
    expect(kept.join('\n').length).toBeGreaterThan(LIMITS.commitTextBytes - 63);
  });

  it.each([
    ['--------', '-\u2060-------'],
    ['--', '-\u2060-'],
    ['-----  ', '-\u2060----'],
    ['--- a/file', '-\u2060-- a/file'],
    ['Release Notes', 'R\u2060elease Notes'],
    ['Metadata', 'M\u2060etadata'],
    ['Files', 'F\u2060iles'],
  ])('breaks the line %j', (line, expected) => {
    expect(cleanBlock(`a\n${line}\nb`)).toEqual(['a', expected, 'b']);
  });

  it.each(['- item', '-', '^^^^', '--verbose', '===', 'Files changed'])(
    'leaves the line %j alone',
    (line) => {
      expect(cleanBlock(line)).toEqual([line]);
    },
  );

  it('never gives a line that ends a block, a control character or an unpaired surrogate', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const bad = cleanBlock(text).filter(
          (line) =>
            !line.isWellFormed() ||
            /^(?:-{2,}\s*|---\s.*)$|[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029]/.test(line),
        );
        expect(bad).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('showString', () => {
  it('shows bytes that are not UTF-8 with replacement characters', () => {
    expect(showString({ b64: Buffer.from('a\xffb', 'latin1').toString('base64') })).toBe(
      'a\ufffdb',
    );
    expect(showString('plain')).toBe('plain');
  });
});

describe('showPath', () => {
  it.each([
    [Buffer.from('src/Kbuild'), 'src/Kbuild'],
    [Buffer.from('src/größe'), 'src/größe'],
    [Buffer.from('a b'), 'a b'],
    [Buffer.from('a\nb\t"\\'), '"a\\nb\\t\\"\\\\"'],
    [Buffer.from('a\xffb', 'latin1'), '"a\\377b"'],
    [Buffer.from('a\u202eb'), '"a\\342\\200\\256b"'],
    [Buffer.from('a\x7f\x01'), '"a\\177\\001"'],
    [Buffer.from('a~\x01'), '"a~\\001"'],
    [Buffer.from('src/@name'), 'src/@\u2060name'],
  ])('shows %s as %s', (path, expected) => {
    expect(showPath(path)).toBe(expected);
  });
});
