// SPDX-License-Identifier: MIT
import { DownloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Download, Fetcher } from '../net/fetcher.js';
import type { HeaderLine } from '../net/urls.js';
import { type AssetReader, isSame, type WantedAsset } from './port.js';
import type { RepositoryName } from './repository-name.js';

export interface AssetAccess {
  readonly apiUrl: string;
  readonly repository: RepositoryName;
  /** Undefined for what everybody may read. */
  readonly token: string | undefined;
  /** Whether drafts are read, which only those see who may push: their files prove as well as others do. */
  readonly withDrafts: boolean;
}

interface ListedAsset {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly sha256: string | undefined;
}

/** A hundred releases each. */
const PAGES = 100;

/**
 * Reads files of published releases: the API lists them once, and redirects to where the bytes lie. The token goes to the API's own
 * origin only (T35); what another host serves is pinned by size and SHA-256 (T39).
 */
export class ReleaseAssets implements AssetReader {
  private releases: Promise<ReadonlyMap<string, readonly ListedAsset[]>> | undefined;

  constructor(
    private readonly access: AssetAccess,
    private readonly fetcher: Fetcher,
  ) {}

  async fetch(wanted: WantedAsset): Promise<Download | undefined> {
    this.releases ??= this.list();
    const { tag, name, sha256 } = wanted;
    const held = (await this.releases).get(tag) ?? [];
    const found = held.find((asset) => isSame(asset, { name, sha256 }));
    if (found === undefined) return undefined;
    return this.fetcher.download({
      url: `${this.base()}/assets/${found.id}`,
      what: `${name} of the release ${tag}`,
      fileName: name,
      size: found.size,
      maxBytes: LIMITS.assetBytes,
      checksum: { algorithm: 'sha256', hex: sha256 },
      ownHeaders: [...this.headers(), ['accept', 'application/octet-stream']],
    });
  }

  private async list(): Promise<Map<string, ListedAsset[]>> {
    const all = new Map<string, ListedAsset[]>();
    for (let page = 1; page <= PAGES; page += 1) {
      const { body } = await this.fetcher.fetch({
        url: `${this.base()}?per_page=100&page=${page}`,
        what: 'the list of releases',
        maxBytes: LIMITS.hostListingBytes,
        ownHeaders: [...this.headers(), ['accept', 'application/vnd.github+json']],
      });
      const releases = parseList(body, this.access);
      for (const { tag, assets } of releases)
        if (tag !== undefined) all.set(tag, [...(all.get(tag) ?? []), ...assets]);
      if (releases.length < 100) break;
    }
    return all;
  }

  private base(): string {
    const { apiUrl, repository } = this.access;
    return `${apiUrl}/repos/${repository.owner}/${repository.repo}/releases`;
  }

  private headers(): HeaderLine[] {
    const { token } = this.access;
    return token === undefined ? [] : [['authorization', `token ${token}`]];
  }
}

interface ListedRelease {
  /** Undefined for a draft that is not to be read. */
  readonly tag: string | undefined;
  readonly assets: readonly ListedAsset[];
}

/** @throws DownloadError HTTP_STATUS for what is no list of releases */
function parseList(body: Uint8Array, { withDrafts }: AssetAccess): ListedRelease[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw noList('other text', cause);
  }
  if (!Array.isArray(value)) throw noList(typeof value);
  return value.map((entry: unknown) => {
    const { tag_name, draft, assets } = recordOf(entry);
    const isRead = typeof tag_name === 'string' && (withDrafts || draft !== true);
    return {
      tag: isRead ? tag_name : undefined,
      assets: Array.isArray(assets) ? assets.flatMap(toAsset) : [],
    };
  });
}

function toAsset(entry: unknown): ListedAsset[] {
  const { id, name, label, size, state, digest } = recordOf(entry);
  if (
    !Number.isSafeInteger(id) ||
    !Number.isSafeInteger(size) ||
    typeof name !== 'string' ||
    state !== 'uploaded'
  )
    return [];
  return [
    {
      id: id as number,
      // The host changes names; the label keeps the one that was sent.
      name: typeof label === 'string' && label !== '' ? label : name,
      size: size as number,
      sha256: typeof digest === 'string' ? /^sha256:([0-9a-f]{64})$/u.exec(digest)?.[1] : undefined,
    },
  ];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function noList(actual: string, cause?: unknown): DownloadError {
  return new DownloadError(
    'HTTP_STATUS',
    `GitHub: expected a list of releases, found ${actual}`,
    cause === undefined ? {} : { cause },
  );
}
