// SPDX-License-Identifier: MIT
import { XMLParser, XMLValidator } from 'fast-xml-parser';

import { LIMITS } from '../../limits.js';
import type { XmlContext } from './xml-context.js';
import type { CutterHandler } from './xml-cutter.js';
import { XmlCutter } from './xml-cutter.js';
import { localName } from './xml-markup.js';

/** An element with entities decoded; comments and processing instructions are left out. */
export interface XmlElement {
  /** Local name, without namespace prefix. */
  readonly name: string;
  /** By name as written, prefix included (`href`, `xml:base`). */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text directly in this element, trimmed. */
  readonly text: string;
}

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: LIMITS.xmlDepth,
});

/**
 * Parses one element that an {@link XmlCutter} cut out.
 * @throws RepodataError
 */
export function parseElement(xml: string, context: XmlContext): XmlElement {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is another package
  const fault = XMLValidator.validate(xml);
  if (fault !== true) throw context.invalid(`line ${fault.err.line}: ${fault.err.msg}`);
  let nodes: unknown;
  try {
    nodes = PARSER.parse(xml);
  } catch (error) {
    throw context.invalid(error instanceof Error ? error.message : String(error), error);
  }
  const [root] = readContent(nodes, context).children;
  if (root === undefined) throw context.invalid('it has no root element');
  return root;
}

/**
 * Parses a whole small document: UTF-8 (a byte-order mark is tolerated), no declarations, bounded depth (T7).
 * @throws RepodataError
 */
export function parseDocument(bytes: Uint8Array, context: XmlContext): XmlElement {
  const text = newDecoder(context)(bytes, true);
  const cutter = new XmlCutter(context, { maxElements: LIMITS.xmlElements });
  cutter.push(text);
  cutter.end();
  return parseElement(text, context);
}

/**
 * Feeds a document of any size to a cutter in pieces.
 * @throws RepodataError
 */
export async function cutDocument(
  source: AsyncIterable<Uint8Array>,
  context: XmlContext,
  handler: CutterHandler,
): Promise<void> {
  const cutter = new XmlCutter(context, handler);
  const decode = newDecoder(context);
  for await (const piece of coalesce(source)) cutter.push(decode(piece, false));
  cutter.push(decode(new Uint8Array(), true));
  cutter.end();
}

/** The only child called `name`; undefined when there is none. @throws RepodataError when there are several */
export function onlyChild(
  element: XmlElement,
  name: string,
  context: XmlContext,
): XmlElement | undefined {
  const found = element.children.filter((child) => child.name === name);
  if (found.length > 1)
    throw context.invalid(`expected one <${name}> in <${element.name}>, found ${found.length}`);
  return found[0];
}

type Decode = (bytes: Uint8Array, last: boolean) => string;

function newDecoder(context: XmlContext): Decode {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (bytes, last) => {
    try {
      return decoder.decode(bytes, { stream: !last });
    } catch (error) {
      throw context.invalid('expected UTF-8, found other bytes', error);
    }
  };
}

const PIECE = 64 * 1024;

/** Pieces of at least 64 KiB, so that markup across pieces costs no repeated work, and of bounded size. */
async function* coalesce(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += 4 * PIECE) {
      const part = chunk.subarray(at, at + 4 * PIECE);
      waiting.push(part);
      size += part.length;
      if (size < PIECE) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(waiting);
}

/** Children and text of a `preserveOrder` node list of fast-xml-parser. */
function readContent(nodes: unknown, context: XmlContext): Pick<XmlElement, 'children' | 'text'> {
  const children: XmlElement[] = [];
  let text = '';
  for (const node of Array.isArray(nodes) ? (nodes as unknown[]) : []) {
    if (!isRecord(node)) continue;
    for (const [name, value] of Object.entries(node)) {
      if (name === ':@') continue;
      if (name === '#text') text += decodeText(String(value), context);
      else if (name === '#cdata') text += cdataText(value);
      else
        children.push({
          name: localName(name),
          attributes: readAttributes(node[':@'], context),
          ...readContent(value, context),
        });
    }
  }
  return { children, text: text.trim() };
}

function cdataText(nodes: unknown): string {
  return (Array.isArray(nodes) ? (nodes as unknown[]) : [])
    .map((node) => (isRecord(node) ? String(node['#text']) : ''))
    .join('');
}

/** Line breaks stay, where XML 1.0, 3.3.3 makes spaces of them: a name that holds one is to be refused (T8), not mended. */
function readAttributes(raw: unknown, context: XmlContext): ReadonlyMap<string, string> {
  const attributes = isRecord(raw) ? Object.entries(raw) : [];
  return new Map(attributes.map(([name, value]) => [name, decodeEntities(String(value), context)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PREDEFINED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/** XML 1.0, 2.4. */
function decodeText(text: string, context: XmlContext): string {
  if (text.includes(']]>')) throw context.invalid('there is a "]]>" that ends no CDATA section');
  return decodeEntities(text, context);
}

/** XML 1.0, 4.1 and 4.6: the five predefined entities and character references, decoded once; there are no others. */
function decodeEntities(text: string, context: XmlContext): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6});|#([0-9]{1,7});|([^\s&;]{1,64});)?/g,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return character(parseInt(hex, 16), context);
      if (decimal !== undefined) return character(parseInt(decimal, 10), context);
      if (name === undefined) throw context.invalid('there is an "&" that begins no reference');
      const value = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
      if (value === undefined) throw context.forbidden(all);
      return value;
    },
  );
}

function character(code: number, context: XmlContext): string {
  const allowed =
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  if (!allowed)
    throw context.invalid(`character reference to U+${code.toString(16).toUpperCase()}`);
  return String.fromCodePoint(code);
}
