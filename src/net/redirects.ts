// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import { displayUrl, sameHost } from './urls.js';

/** One redirect that a server asks for. */
export interface Redirect {
  readonly from: URL;
  readonly location: string | undefined;
  readonly status: number;
  /** Redirects followed before this one, and how many there may be. */
  readonly hop: number;
  readonly limit: number;
  /** True when a checksum pins the bytes. */
  readonly pinned: boolean;
}

/**
 * The URL that a redirect leads to, if it may be followed: no more than `limit`, never from https to http, and to
 * another host only for bytes that a checksum pins (T39). Whether the new address is within reach is checked when it
 * is connected. User information in the location is dropped.
 * @throws DownloadError INSECURE_REDIRECT, HTTP_STATUS when there is no valid location
 */
export function nextHop({ from, location, status, hop, limit, pinned }: Redirect): URL {
  const to = location === undefined ? null : URL.parse(location, from.href);
  if (to === null) {
    throw new DownloadError(
      'HTTP_STATUS',
      `${displayUrl(from)}: expected a Location with status ${status}, found none that is a URL`,
      { status },
    );
  }
  to.username = to.password = to.hash = '';
  const refuse = (expected: string, actual: string): DownloadError =>
    new DownloadError(
      'INSECURE_REDIRECT',
      `redirect from ${displayUrl(from)}: expected ${expected}, found ${actual}`,
      { expected, actual, status },
    );
  if (hop >= limit) throw refuse(`at most ${limit} redirects`, `one more, to ${displayUrl(to)}`);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw refuse(`a URL that begins with ${from.protocol} or https:`, displayUrl(to));
  if (!pinned && !sameHost(from, to))
    throw refuse(`the same host, since no checksum pins these bytes`, displayUrl(to));
  return to;
}
