// SPDX-License-Identifier: MIT
import type { ByteSource, ContentSink } from '../bytes.js';
import { PayloadError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS, MIB } from '../limits.js';
import { selectArchives } from '../mirror/source-path.js';
import type { PackageFacts } from '../rpm/model.js';
import type { RpmPackage } from '../rpm/read.js';
import { readFolders } from './folder-content.js';
import { readInnerArchives } from './inner-archives.js';
import { requireFewDropped } from './judgement.js';
import type { ContentOptions, PackageContent } from './model.js';
import { readSourcePackage } from './source-package.js';

/**
 * What a verified package becomes in a mirror, for `publish`, which stages the contents, and for `verify`, which hashes them: each file of the source and of the
 * packaging goes through the sink once, in bounded memory, whatever archives it comes out of. A sink may get contents of which nothing comes in the end,
 * and all of it is worth nothing when this throws.
 * @param bytes the whole package, which may be read twice
 * @throws PayloadError, IntegrityError
 */
export async function readContent<T>(
  pkg: RpmPackage,
  bytes: ByteSource,
  options: ContentOptions,
  sink: ContentSink<T>,
): Promise<PackageContent<T>> {
  const content = await readAll(pkg, bytes, options, budgeted(sink));
  requireFewDropped(content.droppedDotGit);
  return content;
}

async function readAll<T>(
  pkg: RpmPackage,
  bytes: ByteSource,
  options: ContentOptions,
  budget: ContentSink<T>,
): Promise<PackageContent<T>> {
  const whole = { pkg, payload: () => bytes.stream(pkg.payloadStart) };
  if (pkg.facts.isSource) return readSourcePackage(whole, options, budget);
  const archives = innerArchives(pkg.facts, options);
  return archives.length > 0
    ? readInnerArchives(whole, { ...options, archives }, budget)
    : readFolders(whole, options, budget);
}

/** Archives in a binary package that are unpacked to become the source; none where `source-path` matches folders. */
function innerArchives(
  { files, isSource }: PackageFacts,
  { sourcePath, unpack }: Pick<Options, 'sourcePath' | 'unpack'>,
): Uint8Array[] {
  if (isSource || unpack === 'none') return [];
  // A folder that holds no file is no match.
  const live = files.filter(({ type, ghost }) => !ghost && type !== 'directory');
  return selectArchives(
    live.map(({ path, type }) => ({ path, isDirectory: false, isFile: type === 'file' })),
    sourcePath,
  );
}

/** True where the header of a package alone cannot say what the source is, since that comes out of archives. */
export function needsWholePackage(
  facts: PackageFacts,
  options: Pick<Options, 'sourcePath' | 'unpack'>,
): boolean {
  return facts.isSource || innerArchives(facts, options).length > 0;
}

/** What one release may bring, whether unpacked or not. */
function budgeted<T>(sink: ContentSink<T>): ContentSink<T> {
  let kept = 0;
  const spend = (bytes: number): void => {
    kept += bytes;
    if (kept > LIMITS.sourceBytes)
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `the source is larger than ${LIMITS.sourceBytes / MIB} MiB`,
        { remedy: 'Hold the release back with skip.' },
      );
  };
  return {
    whole: (content, path) => {
      spend(content.length);
      return sink.whole(content, path);
    },
    stream: (size, chunks, path) => {
      spend(size);
      return sink.stream(size, chunks, path);
    },
  };
}
