// SPDX-License-Identifier: MIT
import { RepodataError } from '../errors.js';
import { isWeak } from './checksum.js';
import {
  checkSegments,
  joinUrl,
  resolveHref,
  trimBase,
  unsafe,
  UNSAFE_CHARACTER,
} from './hrefs.js';
import type { IndexPackage } from './model.js';

/** Where a package lies, and from where that is known. */
export interface PackageAddress {
  readonly url: string;
  /** The base whose index named it: its credentials and secret headers are for its own origin alone. */
  readonly from: string;
  /** Whether it is on another origin than the base. */
  readonly isElsewhere: boolean;
}

const HTTP_URL = /^https?:\/\//i;

/**
 * Addresses of a package by the bases that may serve it, best first and each once (T8). An absolute href, or an `xml:base` of another origin, is
 * followed for a package with a strong checksum: the bytes are the index's or none.
 * @throws RepodataError UNSAFE_PATH, WEAK_ALGORITHM
 */
export function packageAddresses(
  bases: readonly string[],
  { href, base: xmlBase = '', checksum }: Pick<IndexPackage, 'href' | 'base' | 'checksum'>,
): readonly PackageAddress[] {
  const found = new Map<string, PackageAddress>();
  let refusal: unknown;
  for (const base of bases) {
    try {
      const url = resolvePackage(base, href, xmlBase);
      const isElsewhere = originOf(url) !== originOf(base);
      if (!found.has(url)) found.set(url, { url, from: base, isElsewhere });
    } catch (error) {
      refusal = error;
    }
  }
  if (found.size === 0) throw refusal;
  const addresses = [...found.values()];
  if (isWeak(checksum) && addresses.some(({ isElsewhere }) => isElsewhere))
    throw new RepodataError(
      'WEAK_ALGORITHM',
      `expected a checksum of type sha256, sha384 or sha512 for a package on another host than the index, found ${checksum.algorithm}`,
      { expected: 'sha256, sha384 or sha512', actual: checksum.algorithm },
    );
  return addresses;
}

function resolvePackage(base: string, href: string, xmlBase: string): string {
  if (HTTP_URL.test(href)) {
    const url = checkedUrl(href, 'href', base);
    const { search } = url;
    const clean = new URL(joinUrl(url.origin, checkSegments(url.pathname.slice(1))));
    clean.search = search;
    return clean.href;
  }
  if (xmlBase === '') return resolveHref(base, href);
  if (UNSAFE_CHARACTER.test(xmlBase))
    throw unsafe(
      'xml:base',
      xmlBase,
      'it holds a control character, a backslash or half a character',
    );
  const segments = checkSegments(href);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(xmlBase)) return joinUrl(relativeBase(base, xmlBase), segments);
  if (!/^(?:https?|file):\/\//i.test(xmlBase))
    throw unsafe('xml:base', xmlBase, 'expected an http or https URL');
  // One that is the base's own keeps its credentials; for files, it must lie within it.
  if (!HTTP_URL.test(xmlBase) || originOf(xmlBase) === originOf(base))
    return resolveHref(base, href, xmlBase);
  return joinUrl(checkedUrl(xmlBase, 'xml:base', base).href, segments);
}

/** RFC 3986, 5.2: a relative base may leave the folder of the index, not its server; nothing in it is hidden by an encoding. */
function relativeBase(base: string, xmlBase: string): string {
  if (xmlBase.startsWith('//'))
    throw unsafe('xml:base', xmlBase, 'expected a path, or a URL with its scheme');
  const url = new URL(base);
  const stack = xmlBase.startsWith('/') ? [] : trimBase(url.pathname).split('/').slice(1);
  for (const segment of xmlBase.split('/')) {
    if (segment === '..') stack.pop();
    else if (segment !== '' && segment !== '.')
      stack.push(...checkSegments(segment).map((part) => encodeURI(part)));
  }
  url.pathname = `/${stack.join('/')}`;
  return url.href;
}

/** A URL of another server as an index may name it: as written, without user information, and not less secure than the index. */
function checkedUrl(text: string, what: 'href' | 'xml:base', base: string): URL {
  if (UNSAFE_CHARACTER.test(text))
    throw unsafe(what, text, 'it holds a control character, a backslash or half a character');
  const url = URL.parse(text);
  if (url === null) throw unsafe(what, text, 'it is no URL');
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/]*@/.test(text))
    throw unsafe(what, text, 'it holds user information');
  // What the URL parser folds away was written to be overlooked.
  const end = text.search(/[?#]/);
  const segments = text
    .slice(0, end < 0 ? undefined : end)
    .split('/')
    .slice(3);
  if (segments.some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)))
    throw unsafe(what, text, 'it leads out of its folder or hides a separator');
  if (URL.parse(base)?.protocol === 'https:' && url.protocol !== 'https:')
    throw unsafe(what, text, 'expected https, as the index is served');
  url.hash = '';
  return url;
}

/** Scheme, host and port; for files all of this machine. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : `${parsed.protocol}//${parsed.host}`;
}
