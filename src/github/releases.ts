// SPDX-License-Identifier: MIT
import { Readable } from 'node:stream';

import { GitError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Client } from './client.js';
import {
  type Asset,
  type AssetFacts,
  type HostedRelease,
  isSame,
  type PublishedRelease,
  type ReleaseHost,
} from './port.js';

interface FoundAsset {
  readonly id: number;
  readonly name: string;
  readonly label?: string | null;
  readonly state: string;
  readonly size?: number;
  /** `sha256:…`; absent for what was uploaded before GitHub kept digests. */
  readonly digest?: string | null | undefined;
}

interface FoundRelease {
  readonly id: number;
  readonly tag_name: string;
  readonly draft: boolean;
  readonly immutable: boolean;
  readonly upload_url: string;
  readonly assets: readonly FoundAsset[];
}

const PERMISSION = 'contents: write';
/** A hundred releases each. */
const PAGES = 100;
const RELEASE = '/repos/{owner}/{repo}/releases/{release_id}';
/** What GitHub answers (status 422) where an immutable release stands, or once stood, in the way for good. */
const IMMUTABLE =
  /tag_name was used by an immutable release|cannot (?:upload|modify|delete|replace) .{0,40}immutable release|release is immutable/iu;

/** GitHub Releases. A draft first, so that nobody is told of a release without its files, and immutable releases are complete. */
export class GitHubReleases implements ReleaseHost {
  readonly #client: Client;
  /** By tag, a published one before drafts: listed once, and kept up to date by what is done here. */
  #known: Map<string, FoundRelease> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get isSpent(): boolean {
    return this.#client.isSpent;
  }

  async listPublished(): Promise<ReadonlyMap<string, PublishedRelease>> {
    const known = await this.#client.persist(
      { what: 'list the releases', permission: PERMISSION },
      () => this.#list(),
    );
    return new Map(
      [...known]
        .filter(([, { draft }]) => !draft)
        .map(([tag, { immutable, assets }]) => [
          tag,
          {
            isImmutable: immutable,
            assets: assets.filter(isWhole).map(factsOf),
          },
        ]),
    );
  }

  async publish(release: HostedRelease): Promise<{ impossible?: string }> {
    try {
      await this.#client.persist(
        { what: `publish the release ${release.tag}`, permission: PERMISSION },
        async () => {
          try {
            await this.#complete(release);
          } catch (error) {
            // A lost reply says nothing about what was done: a repetition looks again at what is there.
            this.#known = undefined;
            throw error;
          }
        },
      );
      return {};
    } catch (error) {
      if (error instanceof GitError && IMMUTABLE.test(error.message))
        return { impossible: error.message };
      throw error;
    }
  }

  async #complete(release: HostedRelease): Promise<void> {
    const known = this.#known ?? (await this.#list());
    const found = known.get(release.tag) ?? (await this.#create(release));
    // What it holds is to be asked again once something was changed.
    known.delete(release.tag);
    for (const asset of release.assets) await this.#ensure(found, asset);
    if (!found.draft) return;
    const { tag, name, body, isLatest } = release;
    await this.#client.request(`PATCH ${RELEASE}`, {
      release_id: found.id,
      tag_name: tag,
      name,
      body,
      draft: false,
      make_latest: String(isLatest),
    });
  }

  /** Only the listing shows drafts. */
  async #list(): Promise<Map<string, FoundRelease>> {
    const found = (await this.#client.list('GET /repos/{owner}/{repo}/releases', {}, PAGES)).map(
      toRelease,
    );
    this.#known = new Map();
    for (const release of found) {
      if (this.#known.get(release.tag_name)?.draft === false) continue;
      if (!release.draft || !this.#known.has(release.tag_name))
        this.#known.set(release.tag_name, release);
    }
    return this.#known;
  }

  async #create({ tag, name, body }: HostedRelease): Promise<FoundRelease> {
    const parameters = {
      tag_name: tag,
      name,
      body,
      draft: true,
      prerelease: false,
      generate_release_notes: false,
    };
    return toRelease(await this.#client.request('POST /repos/{owner}/{repo}/releases', parameters));
  }

  /** An asset that was cut off, or is not the file of its name, is replaced. */
  async #ensure(found: FoundRelease, asset: Asset): Promise<void> {
    const { name } = asset;
    if (found.assets.some((one) => isWhole(one) && isSame(factsOf(one), asset))) return;
    const held = found.assets.filter((one) => nameOf(one) === name);
    if (held.some(isWhole))
      this.#client.options.logger.warning(
        `the asset ${name} of the release ${found.tag_name} was another file than the mirror's; it is replaced`,
      );
    for (const { id } of held)
      await this.#client.request('DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}', {
        asset_id: id,
      });
    await this.#upload(found, asset);
  }

  /** The bytes flow, so that memory never holds a package; what arrived is compared with what was sent. */
  async #upload(found: FoundRelease, asset: Asset): Promise<void> {
    const content = await asset.open();
    const { name, contentType } = asset;
    const { signal } = this.#client.options;
    const time = LIMITS.requestTimeout + Math.ceil((content.size / LIMITS.slowestRate) * 1000);
    const answer = await this.#client.request(
      // The server replaces some characters of the name; the label keeps them.
      `POST ${this.#uploadUrl(found)}`,
      {
        name,
        label: name,
        data: Readable.toWeb(Readable.from(content.stream(), { objectMode: false })),
        headers: { 'content-type': contentType, 'content-length': content.size },
      },
      AbortSignal.any([AbortSignal.timeout(time), ...(signal === undefined ? [] : [signal])]),
    );
    const { digest } = (answer ?? {}) as Partial<FoundAsset>;
    const arrived = digestOf({ digest });
    if (arrived !== undefined && asset.sha256 !== undefined && arrived !== asset.sha256)
      throw new GitError(
        'REMOTE_FAILED',
        `GitHub: the asset ${name} of the release ${found.tag_name}: expected SHA-256 ${asset.sha256}, found ${arrived} after the upload`,
        { remedy: 'Run again: the asset is replaced.' },
      );
  }

  /** The token follows a URL of the answer only within the API's own host or domain. */
  #uploadUrl({ upload_url: template }: FoundRelease): string {
    const api = new URL(this.#client.options.apiUrl);
    const target = URL.parse(template.replace(/\{[^{}]*\}$/u, ''));
    const domain = api.hostname.replace(/^api\./u, '');
    if (
      target?.protocol !== api.protocol ||
      (target.hostname !== domain && !target.hostname.endsWith(`.${domain}`))
    ) {
      throw new GitError(
        'REMOTE_FAILED',
        `GitHub: expected an address for uploads on ${domain}, found ${JSON.stringify(template)}`,
      );
    }
    return template;
  }
}

function isWhole({ state }: FoundAsset): boolean {
  return state === 'uploaded';
}

function factsOf(asset: FoundAsset): AssetFacts {
  return { name: nameOf(asset), size: asset.size, sha256: digestOf(asset) };
}

function digestOf({ digest }: Pick<FoundAsset, 'digest'>): string | undefined {
  return /^sha256:([0-9a-f]{64})$/u.exec(digest ?? '')?.[1];
}

function nameOf({ name, label }: FoundAsset): string {
  return label === undefined || label === null || label === '' ? name : label;
}

/** @throws GitError REMOTE_FAILED when the answer is no release */
function toRelease(data: unknown): FoundRelease {
  const found = data as Partial<FoundRelease> | null;
  if (
    typeof found?.id !== 'number' ||
    typeof found.tag_name !== 'string' ||
    typeof found.upload_url !== 'string' ||
    !Array.isArray(found.assets)
  ) {
    throw new GitError(
      'REMOTE_FAILED',
      `GitHub: expected a release, found ${JSON.stringify(data).slice(0, 200)}`,
    );
  }
  return {
    id: found.id,
    tag_name: found.tag_name,
    draft: found.draft === true,
    immutable: found.immutable === true,
    upload_url: found.upload_url,
    assets: found.assets,
  };
}
