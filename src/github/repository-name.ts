// SPDX-License-Identifier: MIT
import type { Remote } from '../git/remote/access/credentials.js';
import { group, trimEndWhile } from '../text.js';

/** A repository by the names that GitHub's API takes. */
export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/** Owner and name of a remote that lies on the GitHub server, over https or ssh; undefined for any other. */
export function repositoryNameOf(remote: Remote, serverUrl: string): RepositoryName | undefined {
  if (remote.transport === 'file') return undefined;
  const place = placeOf(remote);
  const server = URL.parse(serverUrl);
  if (place === undefined || server === null) return undefined;
  if (place.host !== hostOf(server, remote)) return undefined;
  const match = /^\/?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/u.exec(place.path);
  return match === null ? undefined : { owner: group(match, 1), repo: group(match, 2) };
}

/** Host and path of a URL, or of `user@host:path`. */
function placeOf(remote: Remote): { readonly host: string; readonly path: string } | undefined {
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/u.exec(remote.url);
  if (scp !== null) return { host: group(scp, 1), path: group(scp, 2) };
  const url = URL.parse(remote.url);
  return url === null ? undefined : { host: hostOf(url, remote), path: url.pathname };
}

/** ssh has a port of its own. */
function hostOf({ hostname, host }: URL, { transport }: Remote): string {
  return transport === 'ssh' ? hostname : host;
}

/** The address of the REST API: what the runner says, else what GitHub and GitHub Enterprise Server use. */
export function apiUrlOf(serverUrl: string, given: string | undefined): string {
  if (given !== undefined && given !== '') return trimEndWhile(given, /\//);
  const { origin, hostname } = new URL(serverUrl);
  return hostname === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`;
}
