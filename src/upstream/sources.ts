// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import type { KeySource } from '../inputs/values.js';
import { LIMITS } from '../limits.js';
import { keyFileName } from '../mirror/layout.js';
import type { Fetcher } from '../net/fetcher.js';
import { parseRepoFile } from '../repodata/sources.js';
import { refusePage } from './repomd-client.js';

/** Where the index is to be found, with a .repo file followed. */
export interface UpstreamSource {
  readonly baseUrls: readonly string[];
  readonly mirrorlist: string | undefined;
  readonly metalink: string | undefined;
  readonly keys: readonly KeySource[];
  /** The vendor's file says that the index is signed. */
  readonly isSigned: boolean;
}

/** A public key as its source gave it. */
export interface KeyFile {
  /** Name in the archive; undefined for armored text until its fingerprint is known. */
  readonly name: string | undefined;
  readonly source: string;
  readonly bytes: Uint8Array;
}

/**
 * Follows `repo-file`, if that is how the repository is named.
 * @throws DownloadError, RepodataError REPO_FILE_INVALID
 */
export async function resolveSource(
  { source, gpgkey }: Options,
  fetcher: Fetcher,
): Promise<UpstreamSource> {
  if (source.repoFile === undefined) {
    return {
      baseUrls: source.baseUrls,
      mirrorlist: source.mirrorlist,
      metalink: source.metalink,
      keys: gpgkey,
      isSigned: false,
    };
  }
  const { body } = await fetcher.fetch({
    url: source.repoFile,
    maxBytes: LIMITS.repoFileBytes,
    what: '.repo file',
  });
  refusePage(body, 'a .repo file', 'REPO_FILE_INVALID', source.repoFile);
  const section = parseRepoFile(body, {
    repoId: source.repoId,
    basearch: source.basearch,
    releasever: source.releasever,
  });
  const listed = section.gpgKeys.map((location) => ({ kind: 'location' as const, location }));
  return {
    ...section,
    keys: gpgkey.length > 0 ? gpgkey : listed,
    isSigned: section.repoGpgCheck === true,
  };
}

/** Reads every public key that the inputs name. @throws DownloadError */
export async function fetchKeys(
  sources: readonly KeySource[],
  fetcher: Fetcher,
  { hasPinnedKey = false }: { readonly hasPinnedKey?: boolean } = {},
): Promise<KeyFile[]> {
  return Promise.all(
    sources.map(async (source): Promise<KeyFile> => {
      if (source.kind === 'armored')
        return {
          name: undefined,
          source: 'gpgkey (armored text)',
          bytes: Buffer.from(source.text),
        };
      const { body } = await fetcher
        .fetch({
          url: source.location,
          maxBytes: LIMITS.keyBytes,
          what: 'public key',
          hasPinnedKey,
        })
        .catch((error: unknown) => {
          throw withKeyRemedy(error);
        });
      return { name: keyFileName(source.location), source: source.location, bytes: body };
    }),
  );
}

function withKeyRemedy(error: unknown): unknown {
  if (!(error instanceof DownloadError)) return error;
  const { status } = error;
  if (status === undefined || ![403, 404, 410].includes(status)) return error;
  return new DownloadError(error.code, error.message, {
    status,
    cause: error,
    remedy: "Set gpgkey to the URL of the publisher's public key; there is none at this one.",
  });
}
