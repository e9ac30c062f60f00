// SPDX-License-Identifier: MIT
import { BlockList, isIP } from 'node:net';
import { fileURLToPath } from 'node:url';

import { DownloadError, InputError } from '../errors.js';
import { before, group } from '../text.js';

/** Where a request goes: a file of this machine, or a server. `authorization` is what the URL's user info said. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'http'; readonly url: URL; readonly authorization: string | undefined };

/**
 * Reads an http, https or file URL or a plain local path; user information leaves the URL and becomes a Basic
 * Authorization value (RFC 7617), so that nothing which prints the URL prints a secret.
 * @throws DownloadError NOT_FOUND for what is neither
 */
export function parseTarget(text: string): Target {
  // Two letters at least: `C:\key.asc` is a path.
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) return { kind: 'file', path: text };
  const url = URL.parse(text);
  const path = url?.protocol === 'file:' ? localPath(url) : undefined;
  if (path !== undefined) return { kind: 'file', path };
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new DownloadError(
      'NOT_FOUND',
      `expected an http, https or file URL, found ${displayUrl(text)}`,
    );
  }
  const { username, password } = url;
  url.username = url.password = url.hash = '';
  const userInfo = `${decode(username)}:${decode(password)}`;
  return {
    kind: 'http',
    url,
    authorization:
      userInfo === ':' ? undefined : `Basic ${Buffer.from(userInfo).toString('base64')}`,
  };
}

/** Undefined for a file of another host, and for escapes that are no UTF-8 or hide a slash. */
function localPath(url: URL): string | undefined {
  try {
    return url.host === '' ? fileURLToPath(url) : undefined;
  } catch {
    return undefined;
  }
}

/** Percent-decoding that leaves what is no escape as it is. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString(),
  );
}

/** The URL as it may be shown to anybody: without user information, and with its query, which may hold a key, as `?…`. */
export function displayUrl(text: string | URL): string {
  const url = typeof text === 'string' ? URL.parse(text) : text;
  if (url === null) return showQuery(String(text).replace(/\/\/[^/@]*@/, '//'));
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`;
}

function showQuery(text: string): string {
  const path = before(text, /\?/);
  return path === text ? text : `${path}?…`;
}

/** What kind of network an address belongs to. `link-local` includes the clouds' metadata services. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local';

const subnets = (...list: readonly string[]): BlockList => {
  const block = new BlockList();
  for (const entry of list) {
    const [address, bits] = entry.split('/') as [string, string];
    block.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return block;
};

/** RFC 3927, RFC 4291 (2.5.6), the metadata services of AWS (IPv6) and Alibaba, and NAT64 (RFC 6052) to the first of them. */
const LINK_LOCAL = subnets(
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::/32',
  '100.100.100.200/32',
  '64:ff9b::a9fe:0/112',
);
const LOOPBACK = subnets('127.0.0.0/8', '::1/128');
/** RFC 1918, RFC 6598, RFC 4193, RFC 1122 ("this network"), multicast and reserved. */
const PRIVATE = subnets(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '0.0.0.0/8',
  '224.0.0.0/3',
  'fc00::/7',
  'ff00::/8',
  '::/128',
);

/** Classifies an IPv4 or IPv6 address; IPv4 inside IPv6 (`::ffff:a.b.c.d`) counts as the IPv4 address. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const plain = before(address, /%/);
  if (LINK_LOCAL.check(plain, family)) return 'link-local';
  if (LOOPBACK.check(plain, family)) return 'loopback';
  return PRIVATE.check(plain, family) ? 'private' : 'public';
}

/** The kind of address that a URL's host names by itself; undefined for a name, which only DNS knows. */
export function hostKind(url: URL): AddressKind | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return addressKind(host);
  return /^(?:.*\.)?localhost\.?$/.test(host) ? 'loopback' : undefined;
}

/** True when both URLs name the same host: the same name and port; http's 80 and https's 443 count as one port. */
export function sameHost(a: URL, b: URL): boolean {
  return a.hostname === b.hostname && a.port === b.port;
}

/** A header as it goes over the wire. */
export type HeaderLine = readonly [name: string, value: string];

/** Headers that belong to the connection or to the request's own logic. */
const RESERVED =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|range|if-.*|accept-encoding)$/i;

/**
 * Parses the lines of `http-headers`; each is `Name: value` (RFC 9110, 5.1 and 5.5).
 * @throws InputError INPUT_INVALID, which names the line's number and never its text
 */
export function parseHeaderLines(text: string): readonly HeaderLine[] {
  return text.split(/\r?\n/).flatMap((line, index): HeaderLine[] => {
    if (line.trim() === '') return [];
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e]*)$/.exec(line.trim());
    if (match === null)
      throw new InputError(
        'INPUT_INVALID',
        `http-headers: line ${index + 1}: expected "Name: value" in ASCII`,
      );
    const [name, value] = [group(match, 1), group(match, 2)];
    if (RESERVED.test(name))
      throw new InputError(
        'INPUT_INVALID',
        `http-headers: line ${index + 1}: ${name} cannot be set`,
      );
    return [[name, value.trimStart()]];
  });
}
