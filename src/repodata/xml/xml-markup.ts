// SPDX-License-Identifier: MIT
import type { XmlContext } from './xml-context.js';

const NAME = /^[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*$/;
/** What follows the name in a start tag (XML 1.0, 3.1). */
const ATTRIBUTES = /^(?:\s+[^\s"'<>&=/]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*\/?>$/;
const DECLARATION =
  /^<\?xml\s+version\s*=\s*["'][\w.:-]*["'](?:\s+encoding\s*=\s*["']([A-Za-z][\w.-]*)["'])?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>$/;
const OPENERS = ['<!--', '<![CDATA['];

/** The part of a qualified name behind its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/**
 * Index behind the markup that begins at `start`, or -1 while it is incomplete.
 * @throws RepodataError XML_FORBIDDEN for a DOCTYPE or another declaration (T7), or the context's code
 */
export function markupEnd(buffer: string, start: number, context: XmlContext): number {
  const second = buffer[start + 1];
  if (second === '?') return after(buffer, '?>', start + 2);
  if (second !== '!') return tagEnd(buffer, start, context);
  if (buffer.startsWith('<!--', start)) return after(buffer, '-->', start + 4);
  if (buffer.startsWith('<![CDATA[', start)) return after(buffer, ']]>', start + 9);
  const seen = buffer.slice(start, start + 64);
  if (OPENERS.some((opener) => opener.startsWith(seen))) return -1;
  // Wait for enough of a DOCTYPE to tell an HTML page by.
  if (/^<!d[a-z]*$/i.test(seen) && seen.length < 10) return -1;
  throw context.forbidden(seen);
}

/** Name of the tag that begins at `from` and ends before `to`. @throws RepodataError */
export function tagName(buffer: string, from: number, to: number, context: XmlContext): string {
  let end = from;
  while (end < to && buffer.charCodeAt(end) > 0x20) end += 1;
  const name = buffer.slice(from, end);
  if (!NAME.test(name)) throw context.invalid(`"<${name.slice(0, 40)}" is no tag`);
  return name;
}

/** Checks the attributes' form. @throws RepodataError */
export function checkAttributes(tag: string, name: string, context: XmlContext): void {
  if (!ATTRIBUTES.test(tag.slice(1 + name.length)))
    throw context.invalid(`${tag.slice(0, 100)} is no tag`);
}

/**
 * Checks a processing instruction (XML 1.0, 2.6, 2.8 and 4.3.3): a declaration comes first or not at all, and only
 * UTF-8 is read.
 * @throws RepodataError
 */
export function checkInstruction(text: string, isFirst: boolean, context: XmlContext): void {
  const target = /^<\?([^\s?]*)(\s|\?>$)/.exec(text)?.[1] ?? '';
  if (!NAME.test(target))
    throw context.invalid(`"${text.slice(0, 40)}" is no processing instruction`);
  if (target.toLowerCase() !== 'xml') return;
  if (!isFirst) throw context.invalid('the XML declaration is not at its beginning');
  const declaration = DECLARATION.exec(text);
  if (declaration === null) throw context.invalid(`"${text.slice(0, 100)}" is no XML declaration`);
  const encoding = declaration[1] ?? 'UTF-8';
  if (!/^(utf-?8|us-ascii|ascii)$/i.test(encoding))
    throw context.invalid(`expected encoding UTF-8, found ${encoding}`);
}

/** XML 1.0, 3.1: `>` is allowed in an attribute value, `<` is not. */
function tagEnd(buffer: string, start: number, context: XmlContext): number {
  let quote = 0;
  for (let at = start + 1; at < buffer.length; at += 1) {
    const code = buffer.charCodeAt(at);
    if (code === 0x3c)
      throw context.invalid(`there is a "<" inside a tag: ${buffer.slice(start, start + 40)}`);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return at + 1;
  }
  return -1;
}

function after(buffer: string, mark: string, from: number): number {
  const at = buffer.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}
