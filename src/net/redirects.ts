// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import { displayUrl, sameHost } from './urls.js';

/** From where bytes may come: from anywhere where a checksum or their own signature decides, from any https host where a pinned key does, else from the host asked. */
export type Trusted = 'anywhere' | 'over-https' | 'here';

/** One redirect that a server asks for. */
export interface Redirect {
  readonly from: URL;
  readonly location: string | undefined;
  readonly status: number;
  /** Redirects followed before this one, and how many there may be. */
  readonly hop: number;
  readonly limit: number;
  readonly trusted: Trusted;
}

/**
 * The URL that a redirect leads to, if it may be followed: no more than `limit`, never from https to http, and to
 * another host only for bytes that a checksum, or over https a pinned key, decides about (T39). Whether the new address is within reach is checked when it
 * is connected. User information in the location is dropped.
 * @throws DownloadError INSECURE_REDIRECT, HTTP_STATUS when there is no valid location
 */
export function nextHop({ from, location, status, hop, limit, trusted }: Redirect): URL {
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
  const isFollowed =
    trusted === 'anywhere' || (trusted === 'over-https' && to.protocol === 'https:');
  if (!isFollowed && !sameHost(from, to))
    throw refuse(
      trusted === 'here'
        ? `the same host, since neither a checksum nor a pinned key decides about these bytes`
        : 'the same host, or another one over https',
      displayUrl(to),
    );
  return to;
}
