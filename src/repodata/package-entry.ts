// SPDX-License-Identifier: MIT
import { detach } from '../bytes.js';
import { RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import { parseChecksum, requireStrong } from './checksum.js';
import { packageFileName } from './hrefs.js';
import type { Checksum, IndexPackage } from './model.js';
import { onlyChild, type XmlElement } from './xml/xml.js';
import { xmlContext } from './xml/xml-context.js';

export const CONTEXT = xmlContext('primary.xml', 'PRIMARY_INVALID');

/** Stands where the index has none that could be read; nothing is ever equal to it, and nothing is fetched by it. */
const NO_CHECKSUM: Checksum = { algorithm: 'none', hex: '' };

/**
 * Reads one selected row of primary.xml. Whatever is wrong with it is its own fault alone: the first fault becomes `refused`, so that
 * `skip` and `versions` can pass the release by. Undefined for a row without a version, which is no release.
 */
export function readEntry(
  element: XmlElement,
  { name, arch }: { readonly name: string; readonly arch: string },
  allowWeak?: ReadonlySet<string>,
): IndexPackage | undefined {
  const faults = new Faults();
  const child = (of: string): XmlElement | undefined =>
    faults.try(() => onlyChild(element, of, CONTEXT), undefined);
  const nevra = readNevra(child('version'), { name, arch }, faults);
  if (nevra === undefined) return undefined;
  const [location, time, size] = [child('location'), child('time'), child('size')];
  const href = location?.attributes.get('href') ?? '';
  const base = location?.attributes.get('xml:base');
  const checksum = faults.try(
    () => readChecksum(onlyChild(element, 'checksum', CONTEXT), name),
    NO_CHECKSUM,
  );
  return {
    nevra,
    checksum,
    size: faults.try(() => requireSize(size, name), 0),
    archiveSize: readInteger(size, 'archive'),
    href: detach(href),
    base: base === undefined ? undefined : detach(base),
    fileName: faults.try(() => {
      if (href === '') throw CONTEXT.invalid(`${name} has no location`);
      return detach(packageFileName(href));
    }, ''),
    headerRange: faults.try(() => readHeaderRange(element), undefined),
    buildTime: readInteger(time, 'build'),
    fileTime: readInteger(time, 'file'),
    refused:
      faults.first ?? refusalOf(() => requireStrong(checksum, formatNevra(nevra), allowWeak)),
  };
}

/**
 * What two rows of one NEVRA come to: one package, if they have one checksum; otherwise the release is refused, since
 * nobody can tell which of them is meant (T7).
 */
export function mergeEntries(known: IndexPackage, found: IndexPackage): IndexPackage {
  const { checksum } = known;
  const isSame =
    checksum.algorithm === found.checksum.algorithm && checksum.hex === found.checksum.hex;
  if (isSame) return known.refused === undefined ? known : found;
  const [expected, actual] = [describe(known), describe(found)];
  return {
    ...known,
    // No further row may be taken for this one.
    checksum: NO_CHECKSUM,
    refused: new RepodataError(
      'PRIMARY_INVALID',
      `${formatNevra(known.nevra)} is listed twice in primary.xml, with checksums ${expected} and ${actual}`,
      {
        expected,
        actual,
        remedy:
          'The index does not say which of the two is the package; tell the publisher, or hold the release back with skip.',
      },
    ),
  };
}

function describe({ checksum: { algorithm, hex } }: IndexPackage): string {
  return hex === '' ? 'none' : `${algorithm} ${hex}`;
}

/** Keeps the first of what is wrong, and goes on with a stand-in. */
class Faults {
  first: RepodataError | undefined;

  try<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RepodataError)) throw error;
      this.first ??= error;
      return otherwise;
    }
  }
}

/** A row of which only the release or the epoch cannot be read is still a release of that version. */
function readNevra(
  version: XmlElement | undefined,
  { name, arch }: { readonly name: string; readonly arch: string },
  faults: Faults,
): Nevra | undefined {
  const [epoch = '', ver = '', rel = ''] = ['epoch', 'ver', 'rel'].map((key) =>
    version?.attributes.get(key),
  );
  if (ver === '') return undefined;
  faults.try(() => {
    if (rel === '') throw CONTEXT.invalid(`${name}-${ver}: expected a release, found none`);
  }, undefined);
  return {
    name: detach(name),
    epoch: faults.try(() => readEpoch(epoch, name), null),
    version: detach(ver),
    release: detach(rel),
    arch: detach(arch),
  };
}

function readEpoch(text: string, name: string): number | null {
  if (!/^[0-9]{0,10}$/.test(text) || Number(text) > 0xffffffff)
    throw CONTEXT.invalid(`${name}: expected an epoch of 32 bits, found "${text.slice(0, 40)}"`);
  return text === '' ? null : Number(text);
}

function readChecksum(child: XmlElement | undefined, name: string): Checksum {
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

/** Whole part of a number; times of old repositories have fractions. */
function readInteger(element: XmlElement | undefined, name: string): number | undefined {
  const digits = /^([0-9]{1,15})(\.[0-9]+)?$/.exec(element?.attributes.get(name) ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
