// SPDX-License-Identifier: MIT
import { detach } from '../bytes.js';
import { LIMITS } from '../limits.js';
import { formatNevra, withoutZeroEpoch } from '../rpm/evr.js';
import type { IndexPackage } from './model.js';
import { CONTEXT, mergeEntries, readEntry } from './package-entry.js';
import { cutDocument, parseElement, type XmlElement } from './xml/xml.js';

/** Says whether packages of this name and architecture are wanted. */
export type Selection = (candidate: { readonly name: string; readonly arch: string }) => boolean;

/** What was read of primary.xml. */
export interface Primary {
  /** The selected packages, in index order, each NEVRA once. */
  readonly packages: readonly IndexPackage[];
  /** Packages in the whole index. */
  readonly packageCount: number;
  /** All package names (at most {@link NAMES}) when nothing was selected, otherwise empty. */
  readonly names: ReadonlySet<string>;
  /** Rows of selected names that say too little to be a release; they are passed by. */
  readonly warnings: readonly string[];
}

/** What is read of a package; dependencies and files make nine tenths of the text. */
const CHILDREN: ReadonlySet<string> = new Set([
  'name',
  'arch',
  'version',
  'checksum',
  'time',
  'size',
  'location',
  'format',
]);
/** Names kept to suggest a near one. */
const NAMES = 100_000;
/** Rows that are named in warnings; the rest is counted. */
const MOST_WARNINGS = 5;

/**
 * Reads primary.xml as a stream in bounded memory; only selected packages are parsed whole. The rest is checked to be
 * balanced XML and counted (T7). What is wrong with one row is that release's fault alone, kept in its `refused`.
 *
 * @throws RepodataError PRIMARY_INVALID, XML_FORBIDDEN, LIMIT_EXCEEDED
 */
export async function parsePrimary(
  source: AsyncIterable<Uint8Array>,
  select: Selection,
  allowWeak?: ReadonlySet<string>,
): Promise<Primary> {
  const collector = new Collector(select, allowWeak);
  await cutDocument(source, CONTEXT, collector);
  return collector.finish();
}

class Collector {
  readonly probes = ['name', 'arch'];
  readonly #select: Selection;
  readonly #allowWeak: ReadonlySet<string> | undefined;
  readonly #packages = new Map<string, IndexPackage>();
  readonly #names = new Set<string>();
  readonly #unreadable: string[] = [];
  #declared: number | undefined;
  #count = 0;

  constructor(select: Selection, allowWeak: ReadonlySet<string> | undefined) {
    this.#select = select;
    this.#allowWeak = allowWeak;
  }

  root(startTag: string): void {
    const root = parseElement(startTag.replace(/\/?>$/, '/>'), CONTEXT);
    if (root.name !== 'metadata')
      throw CONTEXT.invalid(`expected root element metadata, found ${root.name}`);
    const declared = root.attributes.get('packages');
    if (declared === undefined) return;
    if (!/^[0-9]{1,9}$/.test(declared))
      throw CONTEXT.invalid(`expected a number of packages, found "${declared.slice(0, 40)}"`);
    this.#declared = Number(declared);
  }

  wants(element: string, probes: ReadonlyMap<string, string>): boolean {
    if (element !== 'package') return false;
    const name = probes.get('name');
    const arch = probes.get('arch');
    // What the cutter could not read plainly is decided after parsing.
    if (name === undefined || arch === undefined || name.includes('&') || arch.includes('&'))
      return true;
    this.#note(name.trim());
    return this.#select({ name: name.trim(), arch: arch.trim() });
  }

  keeps(parent: string, name: string): boolean {
    return parent === 'package'
      ? CHILDREN.has(name)
      : parent !== 'format' || name === 'header-range';
  }

  element(tag: string, xml: string | undefined): void {
    if (tag !== 'package') return;
    this.#count += 1;
    if (this.#count > LIMITS.packagesInIndex)
      throw CONTEXT.tooMuch(`more than ${LIMITS.packagesInIndex} packages`);
    if (xml === undefined) return;
    // What is kept of a package has some 2 KiB; a million tiny elements would be a million objects.
    if (xml.length > LIMITS.xmlTokenBytes)
      throw CONTEXT.tooMuch(
        `a package with more than ${LIMITS.xmlTokenBytes} characters of basic facts`,
      );
    this.#read(parseElement(xml, CONTEXT));
  }

  /** Takes a package in that was selected, by any of the names that it gives. */
  #read(element: Parameters<typeof readEntry>[0]): void {
    if ((element.attributes.get('type') ?? 'rpm') !== 'rpm') return;
    const [names, archs] = [textsOf(element, 'name'), textsOf(element, 'arch')];
    for (const text of names) this.#note(text);
    const isSelected = names.some((text) =>
      archs.some((arch) => this.#select({ name: text, arch })),
    );
    const [[name], [arch]] = [names, archs];
    if (!isSelected || name === undefined || arch === undefined) return;
    const found =
      names.length === 1 && archs.length === 1
        ? readEntry(element, { name, arch }, this.#allowWeak)
        : undefined;
    if (found === undefined) this.#unreadable.push(detach(name));
    else this.#add(found);
  }

  finish(): Primary {
    if (this.#declared !== undefined && this.#declared !== this.#count) {
      throw CONTEXT.invalid(
        `expected ${this.#declared} packages as declared, found ${this.#count}`,
      );
    }
    const packages = [...this.#packages.values()];
    return {
      packages,
      packageCount: this.#count,
      names: packages.length === 0 ? this.#names : new Set(),
      warnings: this.#describeUnreadable(),
    };
  }

  #note(name: string): void {
    if (this.#packages.size === 0 && this.#names.size < NAMES && !this.#names.has(name))
      this.#names.add(detach(name));
  }

  #describeUnreadable(): string[] {
    const shown = this.#unreadable.slice(0, MOST_WARNINGS);
    const more = this.#unreadable.length - shown.length;
    return [
      ...shown.map(
        (name) =>
          `the index has a row of ${name} without one name, architecture and version; it is passed by`,
      ),
      ...(more === 0 ? [] : [`and ${more} more such rows of the index`]),
    ];
  }

  #add(found: IndexPackage): void {
    const nevra = formatNevra(withoutZeroEpoch(found.nevra));
    const known = this.#packages.get(nevra);
    this.#packages.set(nevra, known === undefined ? found : mergeEntries(known, found));
  }
}

/** Texts of the children of a name, without empty ones. */
function textsOf(element: XmlElement, name: string): string[] {
  return element.children
    .filter((child) => child.name === name && child.text !== '')
    .map(({ text }) => text);
}
