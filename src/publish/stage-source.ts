// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { type TreeFile } from '../git/objects/folders.js';
import { buildTree, type TreeFile as TreeEntry } from '../git/objects/trees.js';
import type { GitStore, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { RpmPackage } from '../rpm/read.js';
import { readContent } from '../source/content.js';
import type { ContentFile } from '../source/model.js';
import { checkLink, type DroppedMode } from '../source/payload-files.js';
import { watchAttributes } from './branch/attributes.js';
import { windowsWarnings } from './branch/odd-files.js';

/** The source of a release as staged objects. */
export interface StagedSource {
  /** Folders or archives of the payload that became the source; none in a source package. */
  readonly sourcePaths: readonly Uint8Array[];
  /** Source files by path below the source directory (latin1 of the bytes). */
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly sourceTree: Oid;
  /** The packaging directory; undefined for a package that has none, which leaves that directory alone. */
  readonly packaging:
    { readonly files: ReadonlyMap<string, TreeFile>; readonly tree: Oid } | undefined;
  /** Archives that became the source. */
  readonly unpackedFrom: readonly Uint8Array[];
  /** Files with a digest in the signed header. */
  readonly checkedFiles: number;
  readonly droppedModes: readonly DroppedMode[];
  /** What `dot-git: drop` left out. */
  readonly droppedDotGit: readonly Uint8Array[];
}

interface Context {
  readonly store: GitStore;
  readonly options: Options;
}

/**
 * Stages what a verified package becomes: its source, and the packaging where it has some.
 * @throws PayloadError, IntegrityError
 */
export async function stageSource(
  pkg: RpmPackage,
  bytes: ByteSource,
  { store, options }: Context,
): Promise<StagedSource & { readonly warnings: readonly string[] }> {
  const watch = watchAttributes(store);
  const content = await readContent(pkg, bytes, options, watch);
  const links = [content.source, content.packaging ?? new Map<string, never>()].flatMap((folder) =>
    linkWarnings(folder, options.symlinks),
  );
  const files = treeFiles(content.source);
  const packaging = content.packaging && treeFiles(content.packaging);
  return {
    sourcePaths: content.sourcePaths,
    files,
    sourceTree: await stageTree(store, files),
    packaging: packaging && { files: packaging, tree: await stageTree(store, packaging) },
    unpackedFrom: content.unpackedFrom,
    checkedFiles: content.checkedFiles,
    droppedModes: content.droppedModes,
    droppedDotGit: content.droppedDotGit,
    warnings: [
      ...content.warnings,
      ...links,
      ...(await watch.warnings(files)),
      ...windowsWarnings([...files.keys(), ...(packaging ?? new Map<string, never>()).keys()]),
    ],
  };
}

function linkWarnings(
  files: ReadonlyMap<string, ContentFile<Oid>>,
  symlinks: Options['symlinks'],
): string[] {
  return Array.from(files).flatMap(([path, { target }]) =>
    target === undefined ? [] : (checkLink(Buffer.from(path, 'latin1'), target, symlinks) ?? []),
  );
}

function treeFiles(files: ReadonlyMap<string, ContentFile<Oid>>): Map<string, TreeFile> {
  return new Map(Array.from(files, ([path, { mode, kept }]) => [path, { mode, oid: kept }]));
}

/** One after the other: a kernel has 80,000. */
function* withPaths(files: ReadonlyMap<string, TreeFile>): Generator<TreeEntry, void> {
  for (const [path, file] of files) yield { path: Buffer.from(path, 'latin1'), ...file };
}

async function stageTree(store: GitStore, files: ReadonlyMap<string, TreeFile>): Promise<Oid> {
  const tree = buildTree(withPaths(files));
  for (const { content } of tree.trees) await store.write('tree', content);
  return tree.oid;
}
