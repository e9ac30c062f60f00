// SPDX-License-Identifier: MIT
import { DownloadError, RepodataError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Fetcher } from '../net/fetcher.js';
import { printableUrl, trimBase } from '../repodata/hrefs.js';
import { parseRepomd } from '../repodata/repomd.js';

/** What was asked for, and where else it may be. */
export interface Neighbourhood {
  readonly bases: readonly string[];
  readonly fetcher: Fetcher;
  readonly basearch: string;
}

/**
 * For a person who tries a URL for the first time: where a base has no index, looks for one in the folders around it. Gives the same failure, with the
 * right URL as its remedy where there is one; any other failure as it is.
 */
export async function withNearRepository(
  error: unknown,
  { bases, fetcher, basearch }: Neighbourhood,
): Promise<unknown> {
  const [base] = bases;
  if (base === undefined || bases.length > 1 || !isNoIndex(error)) return error;
  const found = await firstRepository(neighbours(base, basearch), fetcher);
  if (found === undefined) return error;
  const details = {
    remedy: `There is a repository at ${printableUrl(found)}: set baseurl to that.`,
    cause: error,
  };
  if (error instanceof DownloadError)
    return new DownloadError(error.code, error.message, {
      ...details,
      ...(error.status === undefined ? {} : { status: error.status }),
    });
  return new RepodataError('REPOMD_INVALID', (error as Error).message, details);
}

/** The server answers, but not with an index: no such file, or a page for people. */
function isNoIndex(error: unknown): boolean {
  if (error instanceof RepodataError)
    return error.code === 'REPOMD_INVALID' || error.code === 'XML_FORBIDDEN';
  return (
    error instanceof DownloadError &&
    (error.code === 'NOT_FOUND' || [403, 404, 410].includes(error.status ?? 0))
  );
}

/** What a file in `repodata/` belongs to, where distributions put architectures, and the folders above. */
function neighbours(base: string, basearch: string): string[] {
  const url = trimBase(base);
  const owner = url.replace(/\/repodata(?:\/.*)?$/, '');
  const above = [parentOf(url), parentOf(parentOf(url))];
  const below = ['os', basearch, `${basearch}/os`, 'noarch', 'rpm', 'yum', 'repo'].map(
    (folder) => `${url}/${folder}`,
  );
  return [...new Set([owner, ...below, ...above])].filter((other) => other !== url && other !== '');
}

function parentOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/./i.test(url) ? url.replace(/\/[^/]*$/, '') : '';
}

async function firstRepository(
  candidates: readonly string[],
  fetcher: Fetcher,
): Promise<string | undefined> {
  const answers = await Promise.all(
    candidates.map(async (base) => ((await isRepository(base, fetcher)) ? base : undefined)),
  );
  return answers.find((base) => base !== undefined);
}

async function isRepository(base: string, fetcher: Fetcher): Promise<boolean> {
  try {
    const { body } = await fetcher.fetch({
      url: `${base}/repodata/repomd.xml`,
      maxBytes: LIMITS.repomdBytes,
      what: 'repomd.xml',
      attempts: 1,
      timeout: 15_000,
    });
    return parseRepomd(body).records.length > 0;
  } catch {
    return false;
  }
}
