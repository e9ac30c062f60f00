// SPDX-License-Identifier: MIT
import { detach } from '../bytes.js';
import { RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Nevra } from '../rpm/model.js';
import { parseChecksum, requireStrong } from './checksum.js';
import { packageFileName } from './hrefs.js';
import type { Checksum, IndexPackage } from './model.js';
import type { XmlElement } from './xml.js';
import { cutDocument, onlyChild, parseElement } from './xml.js';
import { xmlContext } from './xml-context.js';

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
const CONTEXT = xmlContext('primary.xml', 'PRIMARY_INVALID');

/**
 * Reads primary.xml as a stream in bounded memory; only selected packages are parsed whole. The rest is checked to be
 * balanced XML and counted (T7).
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

/** Text of a NEVRA, epoch only when it is not 0. */
function formatNevra({ name, epoch, version, release, arch }: Nevra): string {
  return `${name}-${epoch === null || epoch === 0 ? '' : `${epoch}:`}${version}-${release}.${arch}`;
}

class Collector {
  readonly probes = ['name', 'arch'];
  readonly #select: Selection;
  readonly #allowWeak: ReadonlySet<string> | undefined;
  readonly #packages = new Map<string, IndexPackage>();
  readonly #names = new Set<string>();
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

  element(name: string, xml: string | undefined): void {
    if (name !== 'package') return;
    this.#count += 1;
    if (this.#count > LIMITS.packagesInIndex)
      throw CONTEXT.tooMuch(`more than ${LIMITS.packagesInIndex} packages`);
    if (xml === undefined) return;
    // What is kept of a package has some 2 KiB; a million tiny elements would be a million objects.
    if (xml.length > LIMITS.xmlTokenBytes)
      throw CONTEXT.tooMuch(
        `a package with more than ${LIMITS.xmlTokenBytes} characters of basic facts`,
      );
    const element = parseElement(xml, CONTEXT);
    if ((element.attributes.get('type') ?? 'rpm') !== 'rpm') return;
    const candidate = { name: requireText(element, 'name'), arch: requireText(element, 'arch') };
    this.#note(candidate.name);
    if (this.#select(candidate)) this.#add(readPackage(element, candidate, this.#allowWeak));
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
    };
  }

  #note(name: string): void {
    if (this.#packages.size === 0 && this.#names.size < NAMES && !this.#names.has(name))
      this.#names.add(detach(name));
  }

  /** T7: one NEVRA must be one package. */
  #add(found: IndexPackage): void {
    const nevra = formatNevra(found.nevra);
    const known = this.#packages.get(nevra);
    if (known === undefined) {
      this.#packages.set(nevra, found);
    } else if (
      known.checksum.algorithm !== found.checksum.algorithm ||
      known.checksum.hex !== found.checksum.hex
    ) {
      throw CONTEXT.invalid(
        `${nevra} is listed twice, with checksums ${known.checksum.hex} and ${found.checksum.hex}`,
      );
    }
  }
}

function readPackage(
  element: XmlElement,
  { name, arch }: { readonly name: string; readonly arch: string },
  allowWeak?: ReadonlySet<string>,
): IndexPackage {
  const nevra = readNevra(element, name, arch);
  const location = onlyChild(element, 'location', CONTEXT);
  const href = location?.attributes.get('href') ?? '';
  if (href === '') throw CONTEXT.invalid(`${name} has no location`);
  const base = location?.attributes.get('xml:base');
  const time = onlyChild(element, 'time', CONTEXT);
  const size = onlyChild(element, 'size', CONTEXT);
  const checksum = readChecksum(element, name);
  const unsafe = refusalOf(() => packageFileName(href));
  return {
    nevra,
    checksum,
    size: requireSize(size, name),
    archiveSize: readInteger(size, 'archive'),
    href: detach(href),
    base: base === undefined ? undefined : detach(base),
    fileName: unsafe === undefined ? detach(packageFileName(href)) : '',
    headerRange: readHeaderRange(element),
    buildTime: readInteger(time, 'build'),
    fileTime: readInteger(time, 'file'),
    refused: unsafe ?? refusalOf(() => requireStrong(checksum, formatNevra(nevra), allowWeak)),
  };
}

function readNevra(element: XmlElement, name: string, arch: string): Nevra {
  const version = onlyChild(element, 'version', CONTEXT);
  const [epoch = '', ver = '', rel = ''] = ['epoch', 'ver', 'rel'].map((key) =>
    version?.attributes.get(key),
  );
  if (ver === '' || rel === '')
    throw CONTEXT.invalid(`${name}: expected a version and a release, found "${ver}" and "${rel}"`);
  if (!/^[0-9]{0,10}$/.test(epoch) || Number(epoch) > 0xffffffff)
    throw CONTEXT.invalid(`${name}: expected an epoch of 32 bits, found "${epoch.slice(0, 40)}"`);
  return {
    name: detach(name),
    epoch: epoch === '' ? null : Number(epoch),
    version: detach(ver),
    release: detach(rel),
    arch: detach(arch),
  };
}

function readChecksum(element: XmlElement, name: string): Checksum {
  const child = onlyChild(element, 'checksum', CONTEXT);
  const type = child?.attributes.get('type') ?? '';
  const checksum = parseChecksum(type, child?.text ?? '');
  if (checksum === undefined)
    throw CONTEXT.invalid(
      `${name}: expected a checksum of a known type, found type "${type}", value "${child?.text.slice(0, 140) ?? ''}"`,
    );
  return { algorithm: detach(checksum.algorithm), hex: detach(checksum.hex) };
}

function requireSize(size: XmlElement | undefined, name: string): number {
  const bytes = readInteger(size, 'package');
  if (bytes === undefined) throw CONTEXT.invalid(`${name} has no size`);
  if (bytes > LIMITS.packageBytes)
    throw CONTEXT.tooMuch(
      `${name} with ${bytes} bytes; at most ${LIMITS.packageBytes} are allowed`,
    );
  return bytes;
}

/** The end is exclusive (createrepo_c). */
function readHeaderRange(element: XmlElement): IndexPackage['headerRange'] {
  const format = onlyChild(element, 'format', CONTEXT);
  const range = format === undefined ? undefined : onlyChild(format, 'header-range', CONTEXT);
  const start = readInteger(range, 'start');
  const end = readInteger(range, 'end');
  return start === undefined || end === undefined || start >= end ? undefined : { start, end };
}

/** What speaks against a package is kept with it: it is no matter as long as nobody wants to fetch it. */
function refusalOf(check: () => unknown): RepodataError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof RepodataError) return error;
    throw error;
  }
}

function requireText(element: XmlElement, name: string): string {
  const text = onlyChild(element, name, CONTEXT)?.text ?? '';
  if (text === '') throw CONTEXT.invalid(`a package has no <${name}>`);
  return text;
}

/** Whole part of a number; times of old repositories have fractions. */
function readInteger(element: XmlElement | undefined, name: string): number | undefined {
  const digits = /^([0-9]{1,15})(\.[0-9]+)?$/.exec(element?.attributes.get(name) ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
