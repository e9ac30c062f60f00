// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { annotation, code, plain, printable, unaddressed } from '../../../src/report/escape.js';
import { anyText } from '../../fixtures/any-text.js';

/** U+2060 where the text would otherwise mean something. */
const J = '\u2060';

describe('printable: a log line (T33)', () => {
  it.each([
    ['::error::x.rpm', `:${J}:error::x.rpm`],
    ['::error title=a,file=b::x', `:${J}:error title=a,file=b::x`],
    ['  ::stop-commands::x', `  :${J}:stop-commands::x`],
    ['\t::add-mask::x', `\\x09::add-mask::x`],
    [':::x', `:${J}::x`],
    ['::', `:${J}:`],
    ['a::b', 'a::b'],
    [':x', ':x'],
    ['##[error]x', `#${J}#[error]x`],
    ['a ##[group]b ##[endgroup]', `a #${J}#[group]b #${J}#[endgroup]`],
    ['###[x', `##${J}#[x`],
    ['a\n::error::b', 'a ⏎ ::error::b'],
    ['\n::error::b', ' ⏎ ::error::b'],
    ['a\r\nb\rc\u2028d\u2029e\u0085f', 'a ⏎ b ⏎ c ⏎ d ⏎ e ⏎ f'],
    ['\x1b[31mred\x07\x7f\x9b', '\\x1b[31mred\\x07\\x7f\\x9b'],
    ['a\u202eb\u2066c', 'a\\x202eb\\x2066c'],
    ['gewöhnlich 普通', 'gewöhnlich 普通'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('is one line that holds no command, whatever the text', () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        const line = printable(text);
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        expect(line).not.toMatch(/^\s*::/);
        expect(line).not.toContain('##[');
      }),
    );
  });
});

describe('unaddressed: a title (T32)', () => {
  it.each([
    ['@octocat and @org/team', `@${J}octocat and @${J}org/team`],
    ['a@b', `a@${J}b`],
    ['@@x', `@@${J}x`],
    ['@ x @', '@ x @'],
    ['::error::@x', `:${J}:error::@${J}x`],
  ])('%j becomes %j', (text, expected) => {
    expect(unaddressed(text)).toBe(expected);
  });
});

describe('plain: a cell or a line of Markdown (T34)', () => {
  it.each([
    ['a|b', 'a&#124;b'],
    ['`a`', '&#96;a&#96;'],
    ['<img src="x" onerror=y>', '&lt;img src=&quot;x&quot; onerror=y&gt;'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['[a](b)', '&#91;a&#93;&#40;b&#41;'],
    ['![a](b)', '&#33;&#91;a&#93;&#40;b&#41;'],
    ['**a** __b__ ~~c~~', '&#42;&#42;a&#42;&#42; &#95;&#95;b&#95;&#95; &#126;&#126;c&#126;&#126;'],
    ['# a', '&#35; a'],
    ['+ a', '&#43; a'],
    ['\\| $x$ {y}', '&#92;&#124; &#36;x&#36; &#123;y&#125;'],
    ['#12', '&#35;12'],
    ['@octocat', `@${J}octocat`],
    ['a@example.com', `a@${J}example.com`],
    ['https://x.test/a', `https:${J}//x.test/a`],
    ['HTTP://x.test', `HTTP:${J}//x.test`],
    ['see ftp://x.test', `see ftp:${J}//x.test`],
    ['www.x.test', `w${J}ww.x.test`],
    ['WWW.x.test', `W${J}WW.x.test`],
    ['a\nb', 'a ⏎ b'],
    ['::error::x', `:${J}:error::x`],
    ['a-b 1.2', 'a-b 1.2'],
  ])('%j becomes %j', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('holds no markup, mention or link, whatever the text', () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        // A blank for each entity: what stands around it does not come together where it is shown.
        const cell = plain(text).replace(/&(?:#\d+|amp|lt|gt|quot);/g, ' ');
        expect(cell).not.toMatch(/[&<>"\\`*_{}[\]()#+!|~$\n\r]/);
        expect(cell).not.toMatch(/@\w/);
        expect(cell).not.toMatch(/\b(?:https?|ftp):\/\//i);
        expect(cell).not.toMatch(/\bwww\./i);
      }),
    );
  });
});

describe('annotation', () => {
  it('keeps what is not too long, and begin and end of what is', () => {
    const text = (length: number): string => `begin${'x'.repeat(length - 8)}end`;
    expect(annotation(text(3500))).toBe(text(3500));
    expect(annotation(text(3501))).toMatch(/^beginx+ … \(cut\) … x+end$/);
  });
});

describe('code: a span that can be copied (T34)', () => {
  it.each([
    ['a', '`a`'],
    ['a`b', "`a'b`"],
    ['``` js', "`''' js`"],
    ['a\n```\nb', "`a ⏎ ''' ⏎ b`"],
    ['<b> | @x https://y.test', '`<b> | @x https://y.test`'],
    ['::error::x', `\`:${J}:error::x\``],
    ['##[error]x', `\`#${J}#[error]x\``],
  ])('%j becomes %j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it('ends at its own backtick, whatever the text', () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        expect(code(text)).toMatch(/^`[^`\n\r]*`$/);
      }),
    );
  });
});

/** Texts of the pieces that mean something somewhere, in any order. */
function hostile() {
  const pieces = [
    '::',
    ':',
    '##[',
    '#',
    '[',
    '\n',
    '\r\n',
    '\u2028',
    '\x1b',
    '|',
    '`',
    '@',
    'x',
    ' ',
    '\\',
    '<',
    '&',
    '"',
    'https://',
    'www.',
    '](',
    '\u202e',
  ];
  return fc
    .array(fc.oneof(fc.constantFrom(...pieces), anyText({ maxLength: 4 })), {
      maxLength: 12,
    })
    .map((parts) => parts.join(''));
}
