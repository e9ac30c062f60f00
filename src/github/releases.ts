// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Client } from './client.js';
import type { Asset, HostedRelease, ReleaseHost } from './port.js';

interface FoundAsset {
  readonly id: number;
  readonly name: string;
  readonly label?: string | null;
  readonly state: string;
}

interface FoundRelease {
  readonly id: number;
  readonly tag_name: string;
  readonly draft: boolean;
  readonly upload_url: string;
  readonly assets: readonly FoundAsset[];
}

const PERMISSION = 'contents: write';
/** A hundred releases each. */
const PAGES = 100;
const RELEASE = '/repos/{owner}/{repo}/releases/{release_id}';

/** GitHub Releases. A draft first, so that nobody is told of a release without its files, and immutable releases are complete. */
export class GitHubReleases implements ReleaseHost {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async listPublished(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const found = await this.#client.persist(
      { what: 'list the releases', permission: PERMISSION },
      () => this.#list(),
    );
    const published = found.filter(({ draft }) => !draft);
    return new Map(
      published.map(({ tag_name: tag, assets }) => [
        tag,
        new Set(assets.filter(isWhole).map(nameOf)),
      ]),
    );
  }

  async publish(release: HostedRelease): Promise<void> {
    // Every repetition looks again at what is there, since a lost reply says nothing about what was done.
    await this.#client.persist(
      { what: `publish the release ${release.tag}`, permission: PERMISSION },
      () => this.#complete(release),
    );
  }

  async #complete(release: HostedRelease): Promise<void> {
    const found = (await this.#find(release.tag)) ?? (await this.#create(release));
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

  async #list(): Promise<FoundRelease[]> {
    return (await this.#client.list('GET /repos/{owner}/{repo}/releases', {}, PAGES)).map(
      toRelease,
    );
  }

  /** A published one before drafts. Only the listing shows drafts. */
  async #find(tag: string): Promise<FoundRelease | undefined> {
    const same = (await this.#list()).filter(({ tag_name: name }) => name === tag);
    return same.find(({ draft }) => !draft) ?? same[0];
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

  /** An asset that was cut off is replaced; one that is whole stays, whoever put it there. */
  async #ensure(found: FoundRelease, { name, contentType, read }: Asset): Promise<void> {
    const held = found.assets.filter((asset) => nameOf(asset) === name);
    if (held.some(isWhole)) return;
    for (const { id } of held)
      await this.#client.request('DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}', {
        asset_id: id,
      });
    const data = await read();
    // The server replaces some characters of the name; the label keeps them.
    await this.#client.request(`POST ${this.#uploadUrl(found)}`, {
      name,
      label: name,
      data,
      headers: { 'content-type': contentType, 'content-length': data.length },
    });
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
    upload_url: found.upload_url,
    assets: found.assets,
  };
}
