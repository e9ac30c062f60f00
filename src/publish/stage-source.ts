// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { PayloadError } from '../errors.js';
import { type TreeFile } from '../git/objects/folders.js';
import { buildTree } from '../git/objects/trees.js';
import type { GitStore, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { LIMITS, MIB } from '../limits.js';
import { verifyTree } from '../rpm/payload/paths.js';
import type { RpmPackage } from '../rpm/read.js';
import { gitMode, selectFiles } from '../source/files.js';
import {
  checkLink,
  type DroppedMode,
  droppedMode,
  readVerifiedFiles,
} from '../source/payload-files.js';
import { type PackagedFile, readSourcePackage } from '../source/source-package.js';
import { watchLfs } from './lfs.js';

/** The source of a release as staged objects. */
export interface StagedSource {
  /** Folders of the payload that became the source; none in a source package. */
  readonly sourcePaths: readonly Uint8Array[];
  /** Source files by path below the source directory (latin1 of the bytes). */
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly sourceTree: Oid;
  /** The packaging directory; undefined for a package that is no source package, which leaves that directory alone. */
  readonly packaging:
    { readonly files: ReadonlyMap<string, TreeFile>; readonly tree: Oid } | undefined;
  /** Archives in a source package that became the source. */
  readonly unpackedFrom: readonly Uint8Array[];
  /** Files with a digest in the signed header. */
  readonly checkedFiles: number;
  readonly droppedModes: readonly DroppedMode[];
}

interface Context {
  readonly store: GitStore;
  readonly options: Options;
}

/**
 * Stages the source of a verified package, of a source package the packaging, too.
 * @throws PayloadError, IntegrityError
 */
export async function stageSource(
  pkg: RpmPackage,
  bytes: ByteSource,
  context: Context,
): Promise<StagedSource & { readonly warnings: readonly string[] }> {
  return pkg.facts.isSource
    ? stageSourcePackage(pkg, bytes, context)
    : stagePayload(pkg, bytes, context);
}

async function stagePayload(
  pkg: RpmPackage,
  bytes: ByteSource,
  { store, options }: Context,
): Promise<StagedSource & { readonly warnings: readonly string[] }> {
  const warnings = [...verifyTree(pkg.facts.files, 'the package')];
  const selection = selectFiles(pkg.facts, options.sourcePath);
  const files = new Map<string, TreeFile>();
  const droppedModes: DroppedMode[] = [];
  const lfs = watchLfs(store);
  let checkedFiles = 0;
  let kept = 0;
  for await (const { entry, digest, content: ofFile } of readVerifiedFiles(
    pkg,
    bytes,
    ({ path }) => selection.map(path) !== undefined,
  )) {
    if (digest === 'good') checkedFiles++;
    const path = selection.map(entry.path);
    if (path === undefined || entry.ghost || (entry.type !== 'file' && entry.type !== 'symlink'))
      continue;
    const content = entry.type === 'symlink' ? entry.target : ofFile!;
    kept += content.length;
    if (kept > LIMITS.sourceBytes)
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `the source is larger than ${LIMITS.sourceBytes / MIB} MiB`,
      );
    if (entry.type === 'symlink') push(warnings, checkLink(path, entry.target, options.symlinks));
    else push(droppedModes, droppedMode(path, entry.mode));
    files.set(Buffer.from(path).toString('latin1'), {
      mode: gitMode(entry),
      oid: await lfs.write(content),
    });
  }
  const sourceTree = await stageTree(store, files);
  return {
    sourcePaths: selection.roots,
    files,
    sourceTree,
    packaging: undefined,
    unpackedFrom: [],
    checkedFiles,
    droppedModes,
    warnings: [...warnings, ...lfs.warnings(files)],
  };
}

async function stageSourcePackage(
  pkg: RpmPackage,
  bytes: ByteSource,
  { store, options }: Context,
): Promise<StagedSource & { readonly warnings: readonly string[] }> {
  const lfs = watchLfs(store);
  const found = await readSourcePackage(pkg, bytes, {
    unpack: options.unpack,
    keep: (content) => lfs.write(content),
  });
  const links = found.links.flatMap(
    ({ path, target }) => checkLink(path, target, options.symlinks) ?? [],
  );
  const files = treeFiles(found.source);
  const packaging = treeFiles(found.packaging);
  return {
    sourcePaths: [],
    files,
    sourceTree: await stageTree(store, files),
    packaging: { files: packaging, tree: await stageTree(store, packaging) },
    unpackedFrom: found.unpackedFrom,
    checkedFiles: found.checkedFiles,
    droppedModes: found.droppedModes,
    warnings: [...found.warnings, ...links, ...lfs.warnings(files)],
  };
}

function push<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(item);
}

function treeFiles(files: ReadonlyMap<string, PackagedFile<Oid>>): Map<string, TreeFile> {
  return new Map(Array.from(files, ([path, { mode, kept }]) => [path, { mode, oid: kept }]));
}

async function stageTree(store: GitStore, files: ReadonlyMap<string, TreeFile>): Promise<Oid> {
  const tree = buildTree(
    Array.from(files, ([path, file]) => ({ path: Buffer.from(path, 'latin1'), ...file })),
  );
  for (const { content } of tree.trees) await store.write('tree', content);
  return tree.oid;
}
