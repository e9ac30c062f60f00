// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url';

import { cloneForReading, openLocalRepository } from '../git/remote/local.js';
import type { MirrorReader } from '../git/store.js';

/** A repository, and what opens it. */
export type Place = Parameters<typeof cloneForReading>[0];

/** A repository on this machine is read where it lies; any other is cloned whole. @throws GitError */
export function openForReading(
  place: Place,
  { mayBeShallow }: { readonly mayBeShallow: boolean },
): Promise<MirrorReader> {
  const { remote, tempDir } = place;
  return remote.transport === 'file'
    ? openLocalRepository({ path: fileURLToPath(remote.url), tempDir, mayBeShallow })
    : cloneForReading(place);
}
