// SPDX-License-Identifier: MIT
import { LIMITS } from '../limits.js';
import type { RpmString } from '../rpm/model.js';
import { trimEndWhile } from '../text.js';

/** U+2060 WORD JOINER: invisible, and no name, number or keyword for any host. */
const JOINER = '\u2060';

/**
 * What hosts act upon when they find it in a commit message. The joiner goes after the first character of each match:
 * a mention, an issue or merge request by number (`owner/repo#1` and `fixes #1` are nothing without it), `GH-1`, a link to one,
 * the marks that make CI systems skip a commit, GitHub's check trailers, and attribution trailers such as `Co-authored-by:`.
 * Every pattern is linear, since what it looks ahead is bounded.
 */
const MARKERS: readonly RegExp[] = [
  /(?<![A-Za-z0-9_])@(?=[A-Za-z0-9_])/g,
  /#(?=\d)/g,
  /(?<![A-Za-z0-9_])!(?=\d)/g,
  /(?<![A-Za-z0-9_])G(?=H-\d)/gi,
  /h(?=ttps?:\/\/[^\s/]{1,255}\/[^\s]{1,255}\/(?:issues|pulls?|discussions|merge_requests|work_items)\/\d)/gi,
  /\[(?=[^[\]\n]{0,60}(?:skip|no[ _-]?ci))/gi,
  /\*(?=\*\*NO_CI\*\*\*)/gi,
  /(?<![A-Za-z0-9_-])[sr](?=(?:kip|equest)-checks[ \t]*:)/gi,
  /(?<=^[ \t]{0,80})[A-Za-z](?=[A-Za-z-]{1,40}-by[ \t]*:)/gm,
];

/**
 * Lines that begin or end a block of ours, or a message: a block's heading (with the dashes that end the notes a last line `Release Notes` would begin another),
 * dashes alone, and git's patch divider (`git interpret-trailers`: "---" and white space).
 */
const BLOCK_LINES = /^(?:-(?=-+[ \t]*$|--[ \t])|R(?=elease Notes$)|M(?=etadata$)|F(?=iles$))/gm;

/** Bytes that C and git (quote.c) escape by a letter; others are written as three octal digits. */
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [7, 'a'],
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [11, 'v'],
  [12, 'f'],
  [13, 'r'],
  [0x22, '"'],
  [0x5c, '\\'],
]);

/** Text of a package string; what is not UTF-8 is shown with U+FFFD. */
export function showString(value: RpmString): string {
  if (typeof value === 'string') return value.toWellFormed();
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(value.b64, 'base64'));
}

/**
 * Text from outside as lines that may stand in a commit message: every line end is LF, control characters (but tab) and bidirectional controls are gone,
 * lone surrogates are U+FFFD, white space at line ends and empty lines around the text are dropped, and more than {@link LIMITS.commitTextBytes} is cut at a line end
 * (within a line when it is alone), which the last line then says. Nothing in it is a marker of a host any more (T32).
 */
export function cleanLines(text: string): string[] {
  const normal = text
    .toWellFormed()
    .replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, '\n')
    .replace(/[\0-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]/g, '');
  const lines = cap(normal)
    .split('\n')
    .map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? [] : breakMarkers(lines.join('\n')).split('\n');
}

/** Text from outside as one clean line; its line ends become spaces. */
export function cleanLine(text: string): string {
  return cleanLines(text.replace(/[\r\n\v\f\x85\u2028\u2029]+/g, ' '))
    .join(' ')
    .trimStart();
}

/** Text from outside as a block at the start of lines: nothing in it can pass for a heading of ours, the dashes that end a block, or git's patch divider. */
export function cleanBlock(text: string): string[] {
  const lines = cleanLines(text);
  return lines.length === 0
    ? []
    : lines
        .join('\n')
        .replace(BLOCK_LINES, (first) => first + JOINER)
        .split('\n');
}

/**
 * A path's bytes as text: as they are when they are plain UTF-8, otherwise between quotes with C escapes as git shows unusual names (git-config(1), core.quotePath).
 * Plain is what holds no quote, backslash, control, format, or line separator character and does not begin or end with white space,
 * which `git interpret-trailers` drops.
 */
export function showPath(path: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(path);
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"\\\ufffd]|^\s|\s$/u.test(text)) return breakMarkers(text);
  const quoted = Array.from(path, quoteByte).join('');
  return `"${breakMarkers(quoted)}"`;
}

/** Puts U+2060 after the first character of everything that a host would act upon. */
export function breakMarkers(text: string): string {
  return MARKERS.reduce(
    (broken, marker) => broken.replace(marker, (first) => first + JOINER),
    text,
  );
}

function quoteByte(byte: number): string {
  const letter = ESCAPES.get(byte);
  if (letter !== undefined) return `\\${letter}`;
  return byte < 0x20 || byte > 0x7e
    ? `\\${byte.toString(8).padStart(3, '0')}`
    : String.fromCharCode(byte);
}

function cap(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= LIMITS.commitTextBytes) return text;
  const kept = trimEndWhile(
    new TextDecoder().decode(bytes.subarray(0, LIMITS.commitTextBytes)),
    /\ufffd/,
  );
  const end = kept.lastIndexOf('\n');
  const whole = end > 0 ? kept.slice(0, end) : kept;
  return `${whole}\n(shortened: ${bytes.length - Buffer.byteLength(whole)} more bytes)`;
}
