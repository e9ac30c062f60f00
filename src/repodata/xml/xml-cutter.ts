// SPDX-License-Identifier: MIT
import { LIMITS } from '../../limits.js';
import type { XmlContext } from './xml-context.js';
import { checkAttributes, checkInstruction, localName, markupEnd, tagName } from './xml-markup.js';

/** What the owner of an {@link XmlCutter} wants to know. */
export interface CutterHandler {
  /** More elements than this are refused; without it any number is read. */
  readonly maxElements?: number;
  /** The root's start tag as written, such as `<metadata packages="3">`. */
  root?(startTag: string): void;
  /** Names of leaf children that {@link wants} decides by. */
  readonly probes?: readonly string[];
  /**
   * Called once for each child of the root, as soon as all probes are known or the element ends. A probe that is
   * missing, or not plain text, is not in the map. Without it every element is wanted.
   */
  wants?(name: string, probes: ReadonlyMap<string, string>): boolean;
  /** False for a descendant of a child that may be left out of its `xml`, with all that is in it. */
  keeps?(parent: string, name: string): boolean;
  /** A child of the root has ended; `xml` is undefined when it was not wanted. */
  element?(name: string, xml: string | undefined): void;
}

const NOT_A_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/**
 * Cuts a stream of XML text into the children of its root element, and checks on the way that tags balance (XML 1.0,
 * 2.1 and 3), that there is one root, and no DOCTYPE or other declaration (T7). Holds one child at a time, so that an
 * index of any size is read in bounded memory; attributes and entities are left to the parser of the wanted children.
 */
export class XmlCutter {
  readonly #context: XmlContext;
  readonly #handler: CutterHandler;
  readonly #open: string[] = [];
  #carry = '';
  #elements = 0;
  #atStart = true;
  #rootSeen = false;
  /** Size and kept text of the child of the root that is open. */
  #size = 0;
  #parts: string[] | undefined;
  #keepFrom = 0;
  /** Depth of the descendant that is being left out; 0 when there is none. */
  #leaving = 0;
  #decided = false;
  #probes = new Map<string, string>();
  /** Name and text of the probe that is open. */
  #probe: string | undefined;
  #probeText = '';

  constructor(context: XmlContext, handler: CutterHandler) {
    this.#context = context;
    this.#handler = handler;
  }

  /**
   * Takes the next piece of text.
   * @throws RepodataError XML_FORBIDDEN, LIMIT_EXCEEDED, or the context's code for what is not well-formed
   */
  push(text: string): void {
    if (NOT_A_CHARACTER.test(text))
      throw this.#context.invalid('it holds characters that XML forbids');
    const buffer = this.#carry + text;
    let at = 0;
    this.#keepFrom = 0;
    for (;;) {
      const start = buffer.indexOf('<', at);
      this.#text(buffer, at, start < 0 ? buffer.length : start);
      at = start < 0 ? buffer.length : start;
      const end = start < 0 ? -1 : markupEnd(buffer, start, this.#context);
      if (end < 0) break;
      this.#token(buffer, start, end);
      at = end;
    }
    this.#carry = buffer.slice(at);
    if (this.#carry.length > LIMITS.xmlTokenBytes)
      throw this.#context.tooMuch(
        `a tag, comment or CDATA section of more than ${LIMITS.xmlTokenBytes} characters`,
      );
    this.#keep(buffer, at);
  }

  /** @throws RepodataError with the context's code when the document is not complete */
  end(): void {
    if (this.#carry !== '') throw this.#context.invalid('it ends inside a tag');
    const open = this.#open.at(-1);
    if (open !== undefined) throw this.#context.invalid(`it ends inside <${open}>`);
    if (!this.#rootSeen) throw this.#context.invalid('it has no root element');
  }

  #text(buffer: string, from: number, to: number): void {
    if (from === to) return;
    this.#atStart = false;
    if (this.#open.length === 0 && buffer.slice(from, to).trim() !== '')
      throw this.#context.invalid('there is text outside the root element');
    if (this.#probe !== undefined) this.#probeText += buffer.slice(from, to);
    this.#grow(to - from);
  }

  #token(buffer: string, start: number, end: number): void {
    const second = buffer.charCodeAt(start + 1);
    if (second === 0x3f) checkInstruction(buffer.slice(start, end), this.#atStart, this.#context);
    else if (second === 0x21) this.#section(buffer.slice(start, end));
    else if (second === 0x2f) this.#endTag(buffer, start, end);
    else this.#startTag(buffer, start, end);
    this.#atStart = false;
    if (this.#open.length > 1) this.#grow(end - start);
  }

  /** XML 1.0, 2.5 and 2.7. */
  #section(text: string): void {
    if (text.startsWith('<!--')) {
      if (text.indexOf('--', 4) !== text.length - 3)
        throw this.#context.invalid('there is a "--" inside a comment');
      return;
    }
    if (this.#open.length === 0)
      throw this.#context.invalid('there is text outside the root element');
    this.#spoilProbe();
  }

  #startTag(buffer: string, start: number, end: number): void {
    const empty = buffer.charCodeAt(end - 2) === 0x2f;
    const name = tagName(buffer, start + 1, empty ? end - 2 : end - 1, this.#context);
    const isRead = this.#leaving === 0 && (this.#parts !== undefined || this.#open.length < 2);
    if (isRead) checkAttributes(buffer.slice(start, end), name, this.#context);
    const depth = this.#enter(name);
    if (depth === 1) this.#startRoot(buffer.slice(start, end));
    else if (depth === 2) this.#startChild(start);
    else {
      this.#spoilProbe();
      if (depth === 3 && !this.#decided) this.#startProbe(localName(name));
      if (this.#parts !== undefined && this.#leaving === 0)
        this.#considerLeaving(buffer, start, depth);
    }
    if (empty) this.#close(buffer, end);
  }

  /** Gives the depth of the element that begins. */
  #enter(name: string): number {
    const depth = this.#open.push(name);
    this.#elements += 1;
    if (this.#elements > (this.#handler.maxElements ?? Infinity))
      throw this.#context.tooMuch(`more than ${this.#handler.maxElements ?? 0} elements`);
    if (depth > LIMITS.xmlDepth)
      throw this.#context.tooMuch(`elements nested deeper than ${LIMITS.xmlDepth}`);
    return depth;
  }

  #endTag(buffer: string, start: number, end: number): void {
    const name = buffer.slice(start + 2, end - 1).trimEnd();
    const open = this.#open.at(-1);
    if (name !== open)
      throw this.#context.invalid(
        open === undefined ? `</${name}> closes nothing` : `expected </${open}>, found </${name}>`,
      );
    this.#close(buffer, end);
  }

  #startRoot(tag: string): void {
    if (this.#rootSeen) throw this.#context.invalid('it has a second root element');
    this.#rootSeen = true;
    this.#handler.root?.(tag);
  }

  #startChild(start: number): void {
    this.#size = 0;
    this.#parts = [];
    this.#leaving = 0;
    this.#keepFrom = start;
    this.#decided = false;
    this.#probes = new Map();
    if (this.#handler.wants === undefined) this.#decided = true;
  }

  #startProbe(name: string): void {
    if (this.#handler.probes?.includes(name) !== true || this.#probes.has(name)) return;
    this.#probe = name;
    this.#probeText = '';
  }

  /** A probe with child elements or CDATA is left to the parser. */
  #spoilProbe(): void {
    this.#probe = undefined;
  }

  #close(buffer: string, end: number): void {
    if (this.#leaving === this.#open.length) {
      this.#leaving = 0;
      this.#keepFrom = end;
    }
    const name = this.#open.pop();
    const depth = this.#open.length;
    if (depth === 2) this.#closeProbe(name);
    if (depth !== 1 || name === undefined) return;
    if (!this.#decided) this.#decide(name);
    this.#keep(buffer, end);
    this.#handler.element?.(localName(name), this.#parts?.join(''));
    this.#parts = undefined;
  }

  #considerLeaving(buffer: string, start: number, depth: number): void {
    const [parent = '', name = ''] = this.#open.slice(-2).map(localName);
    if (this.#handler.keeps?.(parent, name) !== false) return;
    this.#keep(buffer, start);
    this.#leaving = depth;
  }

  #keep(buffer: string, to: number): void {
    if (this.#leaving === 0) this.#parts?.push(buffer.slice(this.#keepFrom, to));
  }

  #closeProbe(name: string | undefined): void {
    if (this.#probe === undefined || name === undefined) return;
    this.#probes.set(this.#probe, this.#probeText);
    this.#probe = undefined;
    const child = this.#open[1];
    if (child !== undefined && this.#probes.size === this.#handler.probes?.length)
      this.#decide(child);
  }

  #decide(child: string): void {
    this.#decided = true;
    if (this.#handler.wants?.(localName(child), this.#probes) === false) this.#parts = undefined;
  }

  #grow(characters: number): void {
    if (this.#open.length < 2) return;
    this.#size += characters;
    if (this.#size > LIMITS.packageElementBytes)
      throw this.#context.tooMuch(
        `an element of more than ${LIMITS.packageElementBytes} characters`,
      );
  }
}
