// SPDX-License-Identifier: MIT

/**
 * `text` without the characters at its end that `one`, an expression for a single character, matches. An expression such as
 * `/\/+$/` would try every slash of the text again and take quadratic time (T52).
 */
export function trimEndWhile(text: string, one: RegExp): string {
  let end = text.length;
  while (end > 0 && one.test(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

/** What stands before the first of these characters; all of `text` where there is none. */
export function before(text: string, one: RegExp): string {
  const at = text.search(one);
  return at < 0 ? text : text.slice(0, at);
}
