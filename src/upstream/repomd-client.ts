// SPDX-License-Identifier: MIT
import { DownloadError, RepodataError, VerificationError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import { signatureForm } from '../openpgp/signature-file.js';
import { printableUrl, resolveHref } from '../repodata/hrefs.js';
import type { MirrorList } from '../repodata/mirrorlist.js';
import { verifyListed } from '../repodata/mirrorlist.js';
import type { Repomd } from '../repodata/model.js';
import type { Selection } from '../repodata/primary.js';
import { parseRepomd } from '../repodata/repomd.js';
import { verifyNotOlder } from '../repodata/rollback.js';
import { isWebPage, WEB_PAGE } from '../web-page.js';

/** How to read a repository's index. One of `bases`, `mirrorlist`, `metalink` says where. */
export interface IndexRequest {
  /** Base URLs, fallbacks for one another. */
  readonly bases?: readonly string[];
  readonly mirrorlist?: string | undefined;
  readonly metalink?: string | undefined;
  readonly fetcher: Fetcher;
  readonly select: Selection;
  /**
   * Judges repomd.xml by its detached signature (undefined: the repository has none; `instead` says what lies in its place) and throws to refuse.
   * Without it, repomd.xml.asc is not asked for.
   */
  readonly verifyRepomd?:
    | ((
        repomd: Uint8Array,
        signature: Uint8Array | undefined,
        instead: string | undefined,
      ) => Promise<void> | void)
    | undefined;
  /** The index of the last run; an older one is refused (T2). Leave it out to allow a rollback. */
  readonly previous?: Repomd | undefined;
  /** Whether the keys that `verifyRepomd` trusts are pinned: then a redirect to another https host is followed (T39). */
  readonly hasPinnedKey?: boolean;
  /** Weak checksum types to tolerate, by the names `md5` and `sha1`; each use is a warning. */
  readonly allowWeak?: ReadonlySet<string> | undefined;
}

/** repomd.xml of one base, judged. */
export interface Head {
  readonly repomd: Repomd;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

/** Reads repomd.xml of one base and judges it. @throws RaceError where it may be in the middle of a publication */
export async function readHead(
  base: string,
  list: MirrorList,
  request: IndexRequest,
): Promise<Head> {
  const url = resolveHref(base, 'repodata/repomd.xml');
  const { body: bytes, url: servedAt } = await request.fetcher.fetch({
    url,
    maxBytes: LIMITS.repomdBytes,
    what: 'repomd.xml',
    hasPinnedKey: request.hasPinnedKey === true && request.verifyRepomd !== undefined,
    ...patience(list),
  });
  refusePage(bytes, 'repomd.xml', 'REPOMD_INVALID', url);
  if (list.repomd !== undefined) verifyListed(bytes, list.repomd);
  const { signature, instead } =
    request.verifyRepomd === undefined ? NO_SIGNATURE : await readSignature(base, list, request);
  if (signature === undefined) verifySameHost(url, servedAt);
  try {
    await request.verifyRepomd?.(bytes, signature, instead);
  } catch (error) {
    // repomd.xml and its signature are two files, and one may be newer than the other for a moment.
    if (error instanceof VerificationError && error.code === 'BAD_SIGNATURE')
      throw new RaceError(error);
    throw error;
  }
  const repomd = parseRepomd(bytes);
  if (request.previous !== undefined) verifyNotOlder(repomd, request.previous);
  const warnings =
    instead === undefined
      ? []
      : [`repomd.xml.asc holds ${instead} and no OpenPGP data; the index counts as not signed`];
  return { repomd, bytes, signature, warnings };
}

/** T39: an index of another host is followed only where a pinned key signed it. */
function verifySameHost(asked: string, served: string): void {
  const [from, to] = [URL.parse(asked), URL.parse(served)];
  if (from === null || to === null || from.host === to.host) return;
  throw new DownloadError(
    'INSECURE_REDIRECT',
    `repomd.xml: expected the same host or a signed index, found a redirect from ${printableUrl(asked)} to ${printableUrl(served)}, and no signature`,
    { expected: 'the same host', actual: printableUrl(served) },
  );
}

interface FoundSignature {
  readonly signature: Uint8Array | undefined;
  /** What the file holds that is no OpenPGP data. */
  readonly instead: string | undefined;
}

const NO_SIGNATURE: FoundSignature = { signature: undefined, instead: undefined };

async function readSignature(
  base: string,
  list: MirrorList,
  { fetcher, hasPinnedKey = false }: Pick<IndexRequest, 'fetcher' | 'hasPinnedKey'>,
): Promise<FoundSignature> {
  const url = resolveHref(base, 'repodata/repomd.xml.asc');
  try {
    const { body } = await fetcher.fetch({
      url,
      maxBytes: LIMITS.keyBytes,
      what: 'repomd.xml.asc',
      hasPinnedKey,
      ...patience(list),
    });
    if (signatureForm(body) !== 'none') return { signature: body, instead: undefined };
    const other = body.length === 0 ? 'nothing' : `${body.length} bytes of something else`;
    return { signature: undefined, instead: isWebPage(body) ? WEB_PAGE.actual : other };
  } catch (error) {
    if (isAbsent(error)) return NO_SIGNATURE;
    throw error;
  }
}

/** With others to fall back on, a dead base is not worth the usual number of attempts. */
export function patience({ bases }: MirrorList): { attempts?: number } {
  return bases.length > 1 ? { attempts: 2 } : {};
}

/** A fault that a publication under way may have caused; the cause is what counts when it persists. */
export class RaceError extends Error {
  constructor(override readonly cause: unknown) {
    super('the index changed while it was read', { cause });
  }
}

/** The server answers that there is no such file; object stores say 403 to those who may not list. */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof DownloadError)) return false;
  return (
    error.code === 'NOT_FOUND' ||
    (error.code === 'HTTP_STATUS' && [403, 404, 410].includes(error.status ?? 0))
  );
}

/** @throws RepodataError where a page for people came instead */
export function refusePage(
  bytes: Uint8Array,
  expected: string,
  code: 'REPOMD_INVALID' | 'MIRRORLIST_INVALID' | 'REPO_FILE_INVALID',
  url: string,
): void {
  if (isWebPage(bytes))
    throw new RepodataError(
      code,
      `expected ${expected}, found ${WEB_PAGE.actual} at ${printableUrl(url)}`,
      { expected, ...WEB_PAGE },
    );
}
