// SPDX-License-Identifier: MIT
import type { AssetReader } from '../../github/port.js';
import { ReleaseAssets } from '../../github/release-assets.js';
import { apiUrlOf } from '../../github/repository-name.js';
import type { Fetcher } from '../../net/fetcher.js';
import type { RunHost } from '../run-host.js';
import type { Settings } from '../settings.js';

/** Where files of the mirror's releases are read; undefined where it lies on no GitHub. Nothing is asked yet. */
export function openReleaseAssets(
  { mirrorName: repository, token }: Settings,
  { GITHUB_SERVER_URL: server, GITHUB_API_URL: api }: RunHost['environment'],
  fetcher: Fetcher,
  { withDrafts }: { readonly withDrafts: boolean },
): AssetReader | undefined {
  if (repository === undefined) return undefined;
  const apiUrl = apiUrlOf(server || 'https://github.com', api);
  return new ReleaseAssets({ apiUrl, repository, token, withDrafts }, fetcher);
}
