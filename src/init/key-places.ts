// SPDX-License-Identifier: MIT
import { LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import { hostKind } from '../net/urls.js';
import { parseRepoFile } from '../repodata/sources.js';
import { afterLast, before, group } from '../text.js';

/** Where repositories keep their key, relative to the base. */
const USUAL_PLACES = [
  'repodata/repomd.xml.key',
  'RPM-GPG-KEY',
  'RPM-GPG-KEY.asc',
  'RPM-GPG-KEY.pub',
  'GPG-KEY',
  'GPG-KEY.pub',
  'gpg',
  'gpg.key',
  'gpg.asc',
  'gpgkey',
  'KEY',
  'KEYS',
  'key.asc',
  'key.gpg',
  'KEY.gpg',
  'repo.key',
  'repo.asc',
  'public.key',
  'public.gpg',
  'public.asc',
  'pubkey.asc',
  'pubkey.gpg',
];
/** The likeliest of them, for the folders above. */
const ABOVE_PLACES = [
  'RPM-GPG-KEY',
  'RPM-GPG-KEY.asc',
  'GPG-KEY',
  'gpg',
  'gpg.key',
  'key.gpg',
  'KEY.gpg',
  'KEYS',
  'key.asc',
  'public.key',
  'repo.key',
];
/** Folders of keys. */
const KEY_FOLDERS = ['gpg/', 'keys/'];
const LINK = /href\s{0,9}=\s{0,9}["']?([^"'\s<>]{1,300})/gi;
const KEY_NAME = /^(?:RPM-GPG-KEY[\w.-]*|GPG-KEY[\w.-]*|KEYS?|gpg|[\w.-]+\.(?:asc|gpg|key|pub))$/i;
const REPO_NAME = /\.repo$/i;
/** Links of one page that are followed, folders above the base that are looked into, names that a key or a .repo file may bear, .repo files that are read. */
const MOST = { links: 8, folders: 3, names: 6, repoFiles: 4 };
export const GUESS = { attempts: 1, timeout: 15_000 } as const;

/** What is known of a repository whose key is looked for. */
export interface KeyHunt {
  readonly base: string;
  /** Of the chosen packages. */
  readonly packages: readonly string[];
  readonly basearch: string;
  readonly releasever: string | undefined;
}

/** URLs that may hold a key, likeliest first, in rounds of a bounded number; later ones need not be asked once a key fits. */
export async function* keyPlaces(
  hunt: KeyHunt,
  fetcher: Fetcher,
): AsyncGenerator<readonly string[], void> {
  const { base } = hunt;
  yield USUAL_PLACES.map((name) => `${base}/${name}`);
  const folders = [base, ...parentsOf(base)];
  const names = namesOf(hunt);
  const pages = [...folders, ...KEY_FOLDERS.map((name) => `${base}/${name}`.replace(/\/$/, ''))];
  const links = (await Promise.all(pages.map((folder) => linksOf(folder, fetcher)))).flat();
  const keys = links.filter((url) => KEY_NAME.test(lastSegment(url)));
  yield unique([...keys, ...names.map((name) => `${base}/RPM-GPG-KEY-${name}`)]);
  const repoFiles = unique([
    ...links.filter((url) => REPO_NAME.test(lastSegment(url))).slice(0, MOST.repoFiles),
    ...folders
      .slice(0, 2)
      .flatMap((folder) => names.slice(0, 3).map((name) => `${folder}/${name}.repo`)),
  ]);
  yield unique(
    (await Promise.all(repoFiles.map((url) => keysOfRepoFile(url, hunt, fetcher)))).flat(),
  );
  for (const folder of folders.slice(1))
    yield unique([
      ...ABOVE_PLACES.map((name) => `${folder}/${name}`),
      ...names.map((name) => `${folder}/RPM-GPG-KEY-${name}`),
      ...KEY_FOLDERS.flatMap((name) => [
        `${folder}/${name}key.asc`,
        `${folder}/${name}RPM-GPG-KEY`,
      ]),
    ]);
}

/** The folders above, nearest first, up to the server's root. */
function parentsOf(base: string): string[] {
  const url = URL.parse(base);
  if (url === null) return [];
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  return segments.slice(0, MOST.folders).map((_, at) => {
    const above = new URL(url);
    above.pathname = segments.slice(0, segments.length - at - 1).join('/');
    return above.href.replace(/\/$/, '');
  });
}

/** What a key may be called after: the packages, the folders, the host. */
function namesOf({ base, packages }: KeyHunt): string[] {
  const url = URL.parse(base);
  const labels = (url?.hostname ?? '').split('.');
  const [top = '', above = ''] = labels.toReversed();
  const host = /^\d+$/.test(top) ? '' : above;
  const segments = (url?.pathname ?? '').split('/').reverse();
  const plain = [...packages, ...packages.map((name) => before(name, /-/)), host, ...segments];
  return unique(plain.filter((name) => /^[A-Za-z][\w.-]{1,63}$/.test(name))).slice(0, MOST.names);
}

/** Absolute links of the page that some servers give for a folder, of this origin alone. */
async function linksOf(folder: string, fetcher: Fetcher): Promise<string[]> {
  const page = await tryFetch(`${folder}/`, LIMITS.notesBytes, 'listing', fetcher);
  if (page === undefined) return [];
  const urls = [...Buffer.from(page).toString('latin1').matchAll(LINK)].flatMap((link) => {
    const url = URL.parse(group(link, 1), `${folder}/`);
    return url !== null && url.origin === new URL(folder).origin ? url.href : [];
  });
  const wanted = unique(urls).filter((url) => {
    const name = lastSegment(url);
    return KEY_NAME.test(name) || REPO_NAME.test(name);
  });
  return wanted.slice(0, MOST.links);
}

/** The keys that every section of a .repo file names; what it names in a private network is not asked for. */
async function keysOfRepoFile(url: string, hunt: KeyHunt, fetcher: Fetcher): Promise<string[]> {
  const bytes = await tryFetch(url, LIMITS.repoFileBytes, '.repo file', fetcher);
  if (bytes === undefined) return [];
  const ids = [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/^\[([^\]\r\n]{1,100})\]/gm),
  ];
  return ids.slice(0, MOST.repoFiles).flatMap(([, repoId]) => {
    try {
      return parseRepoFile(bytes, { ...hunt, repoId }).gpgKeys.filter((key) => mayAsk(key, url));
    } catch {
      return [];
    }
  });
}

function mayAsk(key: string, from: string): boolean {
  const [to, own] = [URL.parse(key), URL.parse(from)];
  if (to === null || own === null || !/^https?:$/.test(to.protocol)) return false;
  return to.origin === own.origin || hostKind(to) === undefined;
}

async function tryFetch(
  url: string,
  maxBytes: number,
  what: string,
  fetcher: Fetcher,
): Promise<Uint8Array | undefined> {
  try {
    return (await fetcher.fetch({ url, maxBytes, what, ...GUESS })).body;
  } catch {
    return undefined;
  }
}

function lastSegment(url: string): string {
  return afterLast(URL.parse(url)?.pathname ?? '', '/');
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
