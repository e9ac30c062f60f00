// SPDX-License-Identifier: MIT
import { RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { before, trimEndWhile } from '../text.js';

/** No URL or path that an index names holds one: a surrogate that stands alone has no bytes in UTF-8. */
export const UNSAFE_CHARACTER = /[\u0000-\u001f\u007f-\u009f\\\p{Surrogate}]/u;
/** Rounds of percent-decoding that are looked through for a hidden `..` or `/`. */
const ROUNDS = 4;
const NAME_BYTES = 255;

/**
 * URL of a file that an index names (T8): the href is a relative path of plain segments, below the base or below an
 * `xml:base` of the same origin.
 *
 * @throws RepodataError UNSAFE_PATH
 */
export function resolveHref(base: string, href: string, xmlBase?: string): string {
  const segments = checkSegments(href);
  if (xmlBase === undefined || xmlBase === '') return joinUrl(base, segments);
  if (UNSAFE_CHARACTER.test(xmlBase))
    throw unsafe(
      'xml:base',
      xmlBase,
      'it holds a control character, a backslash or half a character',
    );
  if (!isAbsolute(xmlBase))
    return joinUrl(base, [...checkSegments(trimBase(xmlBase)), ...segments]);
  if (!isWithin(xmlBase, base))
    throw unsafe('xml:base', xmlBase, `expected the origin of ${printableUrl(base)}`);
  return joinUrl(withCredentialsOf(base, xmlBase), segments);
}

/**
 * URLs of such a file by every base that may serve it, each once; a base whose origin is not that of `xml:base` gives none.
 * @throws RepodataError UNSAFE_PATH when no base gives one
 */
export function resolveAll(
  bases: readonly string[],
  href: string,
  xmlBase?: string,
): readonly string[] {
  const urls = new Set<string>();
  let refusal: unknown;
  for (const base of bases) {
    try {
      urls.add(resolveHref(base, href, xmlBase));
    } catch (error) {
      refusal = error;
    }
  }
  if (urls.size === 0) throw refusal;
  return [...urls];
}

/**
 * Local name of the package that an href names: its last segment, decoded and checked (T8).
 * @throws RepodataError UNSAFE_PATH
 */
export function packageFileName(href: string): string {
  const path = /^https?:\/\/[^/?#]*\/([^?#]*)/i.exec(href)?.[1] ?? href;
  const name = checkSegments(path).at(-1) ?? '';
  if (!/.\.rpm$/i.test(name)) throw unsafe('href', href, 'expected a name that ends in .rpm');
  return name;
}

/** A base URL without trailing slashes. */
export function trimBase(url: string): string {
  return trimEndWhile(url, /\//);
}

/** A URL as it may be printed and recorded: without credentials, query, fragment and trailing slash. */
export function printableUrl(url: string): string {
  if (!URL.canParse(url)) return trimBase(before(url, /[?#]/).replace(/\/\/[^/]*@/, '//'));
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  parsed.search = '';
  parsed.hash = '';
  return trimBase(parsed.href);
}

function isAbsolute(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\//i.test(url);
}

/** Decoded segments of a relative path; `.` and empty ones in the middle are dropped. @throws RepodataError UNSAFE_PATH */
export function checkSegments(href: string): string[] {
  if (UNSAFE_CHARACTER.test(href))
    throw unsafe('href', href, 'it holds a control character, a backslash or half a character');
  if (isAbsolute(href) || href.startsWith('/'))
    throw unsafe('href', href, 'expected a path relative to the repository');
  if (Buffer.byteLength(href) > LIMITS.pathBytes)
    throw unsafe('href', href, `it is longer than ${LIMITS.pathBytes} bytes`);
  const raw = href.split('/');
  const last = raw.at(-1);
  if (last === '' || last === '.') throw unsafe('href', href, 'expected the name of a file');
  return raw
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => checkSegment(segment, href));
}

function checkSegment(raw: string, href: string): string {
  const decoded = decode(raw, href);
  let text = raw;
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (text === '.' || text === '..' || text.includes('/') || UNSAFE_CHARACTER.test(text)) {
      throw unsafe('href', href, 'it leads out of its folder or hides a separator');
    }
    const next = decode(text, href);
    if (next === text) break;
    text = next;
  }
  if (Buffer.byteLength(decoded) > NAME_BYTES)
    throw unsafe('href', href, `a name is longer than ${NAME_BYTES} bytes`);
  return decoded;
}

/** Percent-decodes once; a `%` that begins no escape stands for itself. */
function decode(segment: string, href: string): string {
  try {
    return decodeURIComponent(segment.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch (error) {
    throw unsafe('href', href, 'its percent-encoding is not UTF-8', error);
  }
}

/** The URL of a path below a base. */
export function joinUrl(base: string, segments: readonly string[]): string {
  const url = new URL(base);
  url.pathname = [trimBase(url.pathname), ...segments.map(encode)].join('/');
  url.hash = '';
  return url.href;
}

/** RFC 3986, 2.3: all but unreserved characters is encoded (object stores read a bare `+` as a space). */
function encode(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isWithin(xmlBase: string, base: string): boolean {
  if (!URL.canParse(xmlBase) || !URL.canParse(base)) return false;
  const inner = new URL(xmlBase);
  const outer = new URL(base);
  if (
    inner.username !== '' ||
    inner.password !== '' ||
    inner.protocol !== outer.protocol ||
    inner.host !== outer.host
  )
    return false;
  return (
    outer.protocol !== 'file:' ||
    `${trimBase(inner.pathname)}/`.startsWith(`${trimBase(outer.pathname)}/`)
  );
}

function withCredentialsOf(base: string, xmlBase: string): string {
  const from = new URL(base);
  const url = new URL(xmlBase);
  url.username = from.username;
  url.password = from.password;
  return url.href;
}

/** The refusal of something that an index names. */
export function unsafe(what: string, value: string, why: string, cause?: unknown): RepodataError {
  return new RepodataError(
    'UNSAFE_PATH',
    `${what} ${JSON.stringify(value.slice(0, 300))} of the index is refused: ${why}`,
    { actual: value.slice(0, 300), cause },
  );
}
