// SPDX-License-Identifier: MIT
import type { GitStore } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { nevraKey, tryParseNevra } from '../mirror/nevra.js';
import { namesRelease, type PlannedRelease } from '../mirror/plan.js';
import type { ReleaseRecord } from '../mirror/records/releases.js';
import type { Ports } from '../ports.js';
import type { IndexPackage } from '../repodata/model.js';
import { satisfies } from '../rpm/constraints.js';
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import type { MirrorState } from './mirror-state.js';
import type { Survey } from './survey.js';

/** A published release, and what the index says of it now. */
export interface PublishedCase {
  readonly record: ReleaseRecord;
  readonly listed: IndexPackage | undefined;
}

/** Releases on record, and tagged ones without a record where the archive has their package. What the inputs leave out is not called withdrawn. */
export async function listPublishedCases(
  { state, index, plan, selects }: Survey,
  { options, ports }: { readonly options: Options; readonly ports: Ports },
): Promise<PublishedCase[]> {
  const isWanted = (nevra: Nevra): boolean =>
    selects(nevra) &&
    satisfies(nevra, options.versions) &&
    !options.skip.some((entry) => namesRelease(entry, nevra));
  const listed = new Map(
    index.packages.map((found) => [nevraKey(formatNevra(found.nevra)), found]),
  );
  const recorded = state.releases.flatMap((record): PublishedCase[] => {
    const found = listed.get(nevraKey(record.nevra));
    const nevra = tryParseNevra(record.nevra);
    return found === undefined && (nevra === undefined || !isWanted(nevra))
      ? []
      : [{ record, listed: found }];
  });
  const known = new Set(state.releases.map(({ tag }) => tag));
  const bare = plan.releases.filter(({ status, tag }) => status === 'exists' && !known.has(tag));
  const checksums = await readChecksums(bare, state, ports.store);
  return [
    ...recorded,
    ...bare
      .flatMap((release) => recordOf(release, checksums))
      .map((record) => ({ record, listed: listed.get(nevraKey(record.nevra)) })),
  ];
}

async function readChecksums(
  releases: readonly PlannedRelease[],
  state: MirrorState,
  store: GitStore,
): Promise<Map<string, string>> {
  const files = releases.flatMap(({ indexPackage: { fileName } }) => {
    const file = state.archive.get(`rpm/${fileName}.sha256`);
    return file === undefined ? [] : [{ fileName, oid: file.oid }];
  });
  await store.fetchBlobs(files.map(({ oid }) => oid));
  return new Map(
    await Promise.all(
      files.map(
        async ({ fileName, oid }) =>
          [
            fileName,
            Buffer.from(await store.readBlob(oid))
              .toString('latin1')
              .slice(0, 64),
          ] as const,
      ),
    ),
  );
}

/** A record for a release that the predecessor published: its checksum is all that is known of it. */
function recordOf(
  { nevra, tag, indexPackage: { fileName } }: PlannedRelease,
  checksums: ReadonlyMap<string, string>,
): ReleaseRecord[] {
  const sha256 = checksums.get(fileName);
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return [];
  const unknown = {
    contentSha256: null,
    headerSha256: null,
    sourceTree: null,
    signingKey: null,
    signedAt: null,
    repomdRevision: null,
  };
  return [
    {
      tag,
      nevra: formatNevra(nevra),
      file: fileName,
      sha256,
      ...unknown,
      indexSha256: sha256,
      class: null,
    },
  ];
}
