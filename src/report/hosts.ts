// SPDX-License-Identifier: MIT
import { group } from '../text.js';

/** Where people look at what a mirror holds; each is undefined where the host has no such page, or is not known. */
export interface HostLinks {
  /** The kind of host, by which its addresses are made. */
  readonly kind: 'github' | 'gitlab' | 'forgejo' | 'sourcehut' | 'plain';
  /** The repository's front page; undefined for a path on this machine. */
  readonly home: string | undefined;
  tag(name: string): string | undefined;
  /** The host's release of a tag, which need not exist. */
  release(name: string): string | undefined;
  commit(id: string): string | undefined;
  compare(older: string, newer: string): string | undefined;
  /** A file as bytes. */
  raw(ref: string, path: string): string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Kind = HostLinks['kind'];
type Make = (base: string) => Omit<HostLinks, 'kind' | 'home'>;

const none = (): undefined => undefined;
const ref = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** Addresses by kind of host. */
const HOSTS: Readonly<Record<Kind, Make>> = {
  github: (base) => ({
    tag: (name) => `${base}/tree/${ref(name)}`,
    release: (name) => `${base}/releases/tag/${ref(name)}`,
    commit: (id) => `${base}/commit/${id}`,
    compare: (older, newer) => `${base}/compare/${ref(older)}...${ref(newer)}`,
    raw: (name, path) => `${base}/raw/${ref(name)}/${ref(path)}`,
  }),
  gitlab: (base) => ({
    tag: (name) => `${base}/-/tags/${ref(name)}`,
    release: (name) => `${base}/-/releases/${ref(name)}`,
    commit: (id) => `${base}/-/commit/${id}`,
    compare: (older, newer) => `${base}/-/compare/${ref(older)}...${ref(newer)}`,
    raw: (name, path) => `${base}/-/raw/${ref(name)}/${ref(path)}`,
  }),
  forgejo: (base) => ({
    tag: (name) => `${base}/src/tag/${ref(name)}`,
    release: (name) => `${base}/releases/tag/${ref(name)}`,
    commit: (id) => `${base}/commit/${id}`,
    compare: (older, newer) => `${base}/compare/${ref(older)}...${ref(newer)}`,
    raw: (name, path) => `${base}/raw/tag/${ref(name)}/${ref(path)}`,
  }),
  sourcehut: (base) => ({
    tag: (name) => `${base}/refs/${ref(name)}`,
    release: (name) => `${base}/refs/${ref(name)}`,
    commit: (id) => `${base}/commit/${id}`,
    compare: none,
    raw: (name, path) => `${base}/blob/${ref(name)}/${ref(path)}`,
  }),
  plain: () => ({ tag: none, release: none, commit: none, compare: none, raw: none }),
};

/**
 * The addresses of a mirror's pages, from the URL that git uses (without credentials). The kind of host is known by its name,
 * or by the environment of the job that runs on it; of any other the front page alone is named.
 */
export function hostLinks(url: string, environment: Environment = {}): HostLinks {
  const place = webPlace(url);
  if (place === undefined) return { kind: 'plain', home: undefined, ...HOSTS.plain('') };
  const kind = kindOf(place, environment);
  const home = `${place.origin}${place.path}`;
  return { kind, home, ...HOSTS[kind](home) };
}

/** Origin and path in a browser; ssh addresses have the same path on the same host. */
function webPlace(url: string): { origin: string; host: string; path: string } | undefined {
  const scp = /^(?:[^@/\s]+@)?([\w.-]+):(?![/:])([^:\s]+)$/u.exec(url);
  const parsed = URL.parse(
    scp === null ? url : `https://${group(scp, 1)}/${group(scp, 2).replace(/^\//, '')}`,
  );
  if (parsed === null || !/^(?:https?|ssh):$/.test(parsed.protocol)) return undefined;
  const isSsh = parsed.protocol === 'ssh:';
  const path = parsed.pathname.replace(/\/$/, '').replace(/\.git$/, '');
  return {
    origin: isSsh ? `https://${parsed.hostname}` : parsed.origin,
    host: isSsh ? parsed.hostname : parsed.host,
    path,
  };
}

function kindOf({ host }: { host: string }, environment: Environment): Kind {
  const isServer = (name: string): boolean => URL.parse(environment[name] ?? '')?.host === host;
  if (environment['GITHUB_ACTIONS'] === 'true' && isServer('GITHUB_SERVER_URL'))
    return environment['GITEA_ACTIONS'] === 'true' || environment['FORGEJO_ACTIONS'] === 'true'
      ? 'forgejo'
      : 'github';
  if (environment['GITLAB_CI'] === 'true' && isServer('CI_SERVER_URL')) return 'gitlab';
  if (host === 'github.com') return 'github';
  if (/^(?:gitlab\.|salsa\.debian\.org$|framagit\.org$)/.test(host)) return 'gitlab';
  if (/^(?:codeberg\.org$|gitea\.|forgejo\.)/.test(host)) return 'forgejo';
  return host === 'git.sr.ht' ? 'sourcehut' : 'plain';
}

/** Where this project's documents are read. */
export const PROJECT_URL = 'https://github.com/rpm-source-mirror/rpm-source-mirror';

/** The line of docs/troubleshooting.md that is about an error code. */
export function codeUrl(code: string): string {
  return `${PROJECT_URL}/blob/main/docs/troubleshooting.md#${code.toLowerCase()}`;
}
