// SPDX-License-Identifier: MIT
import type { ComponentChildren, VNode } from 'preact';

import { required } from '../../defect.js';

/** Control and format characters (bidi marks, joiners, zero widths), separators of lines and paragraphs, and halves of surrogate pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffc]/gu;
/** The same in a text of lines. */
const HIDDEN_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffc]/gu;

/** `U+202E` */
function nameOf(character: string): string {
  const code = required(character.codePointAt(0), 'a character');
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text from outside as plain text: what cannot be seen is written as `[U+202E]`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `[${nameOf(character)}]`);
}

/** The same for a text of lines, whose line ends and tabs stay. */
export function visibleLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(HIDDEN_IN_LINES, (character) => `[${nameOf(character)}]`);
}

/** Text from outside on a page; the renderer escapes it, and what cannot be seen is marked. */
export function Text({
  of,
  lines = false,
}: {
  readonly of: string;
  readonly lines?: boolean;
}): VNode {
  const text = lines ? of.replaceAll('\r\n', '\n') : of;
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(lines ? HIDDEN_IN_LINES : HIDDEN)) {
    parts.push(text.slice(end, match.index), <span class="hidden">{nameOf(match[0])}</span>);
    end = match.index + match[0].length;
  }
  return (
    <bdi>
      {parts}
      {text.slice(end)}
    </bdi>
  );
}

/** A link to another host; plain text where the address is none of http or https. */
export function Link({
  to,
  children,
  title,
}: {
  readonly to: string | undefined;
  readonly children: ComponentChildren;
  readonly title?: string;
}): VNode {
  const url = to === undefined ? null : URL.parse(to);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '')
    return <>{children}</>;
  return (
    <a href={url.href} rel="noreferrer" {...(title === undefined ? {} : { title })}>
      {children}
    </a>
  );
}

/** A long hexadecimal value that breaks anywhere. */
export function Hash({ of }: { readonly of: string }): VNode {
  return <code class="hash">{of}</code>;
}
