// SPDX-License-Identifier: MIT
import type { Remote } from '../git/remote/credentials.js';
import { trimEndWhile } from '../text.js';

/** A repository by the names that GitHub's API takes. */
export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/** Owner and name of a remote that lies on the GitHub server, over https or ssh; undefined for any other. */
export function repositoryNameOf(
  { transport, url }: Remote,
  serverUrl: string,
): RepositoryName | undefined {
  if (transport === 'file') return undefined;
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/u.exec(url);
  const parsed = scp === null ? URL.parse(url) : null;
  const server = URL.parse(serverUrl);
  const host = scp?.[1] ?? (transport === 'ssh' ? parsed?.hostname : parsed?.host);
  if (server === null || host !== (transport === 'ssh' ? server.hostname : server.host))
    return undefined;
  const path = scp?.[2] ?? parsed?.pathname ?? '';
  const match = /^\/?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/u.exec(path);
  return match === null ? undefined : { owner: match[1]!, repo: match[2]! };
}

/** The address of the REST API: what the runner says, else what GitHub and GitHub Enterprise Server use. */
export function apiUrlOf(serverUrl: string, given: string | undefined): string {
  if (given !== undefined && given !== '') return trimEndWhile(given, /\//);
  const { origin, hostname } = new URL(serverUrl);
  return hostname === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`;
}
