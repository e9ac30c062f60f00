// SPDX-License-Identifier: MIT
import { required } from './defect.js';

/**
 * `text` without the characters at its end that `one`, an expression for a single character, matches. An expression such as
 * `/\/+$/` would try every slash of the text again and take quadratic time (T52).
 */
export function trimEndWhile(text: string, one: RegExp): string {
  let end = text.length;
  while (end > 0 && one.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** What stands before the first of these characters; all of `text` where there is none. */
export function before(text: string, one: RegExp): string {
  const at = text.search(one);
  return at < 0 ? text : text.slice(0, at);
}

/** What stands after the last of these separators; all of `text` where there is none. */
export function afterLast(text: string, separator: string): string {
  const at = text.lastIndexOf(separator);
  return at < 0 ? text : text.slice(at + separator.length);
}

/** What a group of an expression matched that takes part in every match of it. */
export function group(match: RegExpExecArray, number: number): string {
  return required(match[number], `group ${number} of a match`);
}

/** Bytes as text, a character for each: they stay themselves, whatever they mean. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
