// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import type { ByteSource } from '../bytes.js';
import { PayloadError } from '../errors.js';
import { type TreeFile } from '../git/objects/folders.js';
import type { Options } from '../inputs/options.js';
import { LIMITS } from '../limits.js';
import type { FileEntry, PackageFacts } from '../rpm/model.js';
import { printable, verifyTree } from '../rpm/payload/paths.js';
import type { RpmPackage } from '../rpm/read.js';
import { archiveStem, isOtherArchive, openTar } from '../tar/open.js';
import { type Unpacked, type UnpackedFile, unpackTar } from '../tar/unpack.js';
import { type ExpectedFile, type ExpectedSource, gitMode } from './files.js';
import { type DroppedMode, droppedMode, readVerifiedFiles } from './payload-files.js';

/** A file of the mirror that a source package gives; `T` is what was made of its content. */
export interface PackagedFile<T> {
  readonly mode: TreeFile['mode'];
  readonly kept: T;
}

/** A source package as the two directories that it becomes; paths below them are latin1 of their bytes. */
export interface SourcePackage<T> {
  readonly source: ReadonlyMap<string, PackagedFile<T>>;
  readonly packaging: ReadonlyMap<string, PackagedFile<T>>;
  /** Archives that became the source, in the order of the package's sources. */
  readonly unpackedFrom: readonly Uint8Array[];
  /** Links with their targets, by path in their directory. */
  readonly links: readonly { readonly path: Uint8Array; readonly target: Uint8Array }[];
  /** Files with a digest in the signed header. */
  readonly checkedFiles: number;
  readonly droppedModes: readonly DroppedMode[];
  readonly warnings: readonly string[];
}

export interface SourcePackageOptions<T> {
  readonly unpack: Options['unpack'];
  /** Gets each content once: a file's bytes, or a link's target. */
  readonly keep: (content: Uint8Array, type: 'file' | 'symlink') => Promise<T>;
}

/** RPMFILE_SPECFILE. */
const SPEC_FILE = 1 << 5;
const REMEDY = 'Hold the release back with skip.';

/**
 * Reads a verified source package as source and packaging (interface, `unpack`). `main` unpacks Source0, `all` every source that is a tar archive: the first becomes
 * the source itself, each further one a folder in it that is called as the archive. All else is packaging. Where nothing is unpacked, the
 * sources are the source as they are, and the spec and the patches are packaging.
 * @throws PayloadError, IntegrityError
 */
export async function readSourcePackage<T>(
  pkg: RpmPackage,
  bytes: ByteSource,
  options: SourcePackageOptions<T>,
): Promise<SourcePackage<T>> {
  const warnings = [...verifyTree(pkg.facts.files, 'the package')];
  refuseHugeFiles(pkg.facts.files);
  const keep = budgeted(options.keep);
  const sources = sourceNames(pkg.facts);
  const candidates = new Set(
    options.unpack === 'none' ? [] : options.unpack === 'main' ? sources.slice(0, 1) : sources,
  );
  const plain = new Map<string, UnpackedFile<T>>();
  const archives = new Map<string, readonly UnpackedFile<T>[]>();
  let checkedFiles = 0;
  for await (const { entry, digest, content } of readVerifiedFiles(pkg, bytes, () => true)) {
    if (digest === 'good') checkedFiles++;
    const { path, type, mode, target, ghost } = entry;
    if (ghost || (type !== 'file' && type !== 'symlink')) continue;
    const name = nameOf(path);
    const unpacked =
      content !== undefined && candidates.has(name)
        ? await unpackArchive(name, content, keep)
        : undefined;
    if (unpacked === undefined) {
      if (candidates.has(name) && isOtherArchive(name))
        warnings.push(
          `${printable(path)} is no tar archive that can be unpacked; it is stored as it is`,
        );
      plain.set(name, { path, type, mode, target, kept: await keep(content ?? target, type) });
    } else {
      archives.set(name, unpacked.files);
      warnings.push(...unpacked.warnings);
    }
  }
  const { source, packaging } = arrange(sources, plain, archives);
  const unpackedFrom = sources
    .filter((name) => archives.has(name))
    .map((name) => Buffer.from(name, 'latin1'));
  return { ...describe(source, packaging), unpackedFrom, checkedFiles, warnings };
}

/** What the directories of a mirror must hold by a source package. */
export interface ExpectedSourcePackage extends ExpectedSource {
  /** By path below the packaging directory, latin1 of its bytes. */
  readonly packaging: ReadonlyMap<string, ExpectedFile>;
  readonly unpackedFrom: readonly Uint8Array[];
  readonly droppedModes: readonly DroppedMode[];
}

/**
 * What the source and the packaging directory must hold, for a comparison with a mirror. The whole package is needed: its header says nothing of what its archives hold.
 * @throws PayloadError, IntegrityError
 */
export async function expectedSourcePackage(
  pkg: RpmPackage,
  whole: ByteSource,
  unpack: Options['unpack'],
): Promise<ExpectedSourcePackage> {
  const keep = (content: Uint8Array, type: 'file' | 'symlink'): Promise<ExpectedFile['digest']> =>
    Promise.resolve(
      type === 'symlink'
        ? { target: Uint8Array.from(content) }
        : { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') },
    );
  const { source, packaging, unpackedFrom, droppedModes } = await readSourcePackage(pkg, whole, {
    unpack,
    keep,
  });
  const expected = (
    files: SourcePackage<ExpectedFile['digest']>['source'],
  ): Map<string, ExpectedFile> =>
    new Map(Array.from(files, ([path, { mode, kept }]) => [path, { mode, digest: kept }]));
  return {
    roots: [],
    files: expected(source),
    packaging: expected(packaging),
    unpackedFrom,
    droppedModes,
  };
}

/** Undefined for what is no tar archive. */
async function unpackArchive<T>(
  name: string,
  content: Uint8Array,
  keep: SourcePackageOptions<T>['keep'],
): Promise<Unpacked<T> | undefined> {
  try {
    const archive = await openTar(name, content);
    return archive === undefined
      ? undefined
      : await unpackTar(archive, { what: `archive ${JSON.stringify(name)}`, keep });
  } catch (cause) {
    if (!(cause instanceof PayloadError)) throw cause;
    const { code, message, expected, actual } = cause;
    throw new PayloadError(code, message, {
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      remedy:
        'Set unpack: none to store the archives of source packages as they are, or hold the release back with skip.',
      cause,
    });
  }
}

function refuseHugeFiles(files: readonly FileEntry[]): void {
  const huge = files.find(
    ({ type, size, ghost }) => type === 'file' && !ghost && size > LIMITS.blobBytes,
  );
  if (huge === undefined) return;
  const expected = `at most ${LIMITS.blobBytes}`;
  throw new PayloadError(
    'LIMIT_EXCEEDED',
    `the package: ${printable(huge.path)} has ${huge.size} bytes; ${expected} are read`,
    { expected, actual: String(huge.size), remedy: REMEDY },
  );
}

/** What one release may bring, whether unpacked or not. */
function budgeted<T>(keep: SourcePackageOptions<T>['keep']): SourcePackageOptions<T>['keep'] {
  let kept = 0;
  return (content, type) => {
    kept += content.length;
    if (kept > LIMITS.sourceBytes)
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `the source is larger than ${LIMITS.sourceBytes} bytes`,
        { remedy: REMEDY },
      );
    return keep(content, type);
  };
}

/**
 * Names of the package's sources, Source0 first; where an old package does not list them, of all files but spec and patches.
 * rpm 5 lists the spec among them.
 */
function sourceNames({ files, sources, patches }: PackageFacts): string[] {
  const flagged = files.filter(({ flags }) => (flags & SPEC_FILE) !== 0);
  const specs =
    flagged.length > 0 ? flagged : files.filter(({ path }) => nameOf(path).endsWith('.spec'));
  const others = new Set([
    ...specs.map(({ path }) => nameOf(path)),
    ...patches.map((name) => nameOf(Buffer.from(name))),
  ]);
  const names =
    sources.length > 0
      ? sources.map((name) => nameOf(Buffer.from(name)))
      : files.map(({ path }) => nameOf(path));
  return [...new Set(names)].filter((name) => !others.has(name));
}

function arrange<T>(
  sources: readonly string[],
  plain: ReadonlyMap<string, UnpackedFile<T>>,
  archives: ReadonlyMap<string, readonly UnpackedFile<T>[]>,
): { source: UnpackedFile<T>[]; packaging: UnpackedFile<T>[] } {
  const isSource = new Set(archives.size === 0 ? sources : []);
  const source = [...plain].filter(([name]) => isSource.has(name)).map(([, file]) => file);
  const packaging = [...plain].filter(([name]) => !isSource.has(name)).map(([, file]) => file);
  for (const [at, name] of sources.filter((candidate) => archives.has(candidate)).entries()) {
    const folder = at === 0 ? '' : `${archiveStem(name)}/`;
    for (const file of archives.get(name) ?? [])
      source.push({ ...file, path: Buffer.concat([Buffer.from(folder, 'latin1'), file.path]) });
  }
  // Two archives can meet in one place.
  verifyTree(source, 'the unpacked source');
  return { source, packaging };
}

function describe<T>(
  source: readonly UnpackedFile<T>[],
  packaging: readonly UnpackedFile<T>[],
): Pick<SourcePackage<T>, 'source' | 'packaging' | 'links' | 'droppedModes'> {
  const all = [...source, ...packaging];
  return {
    source: byPath(source),
    packaging: byPath(packaging),
    links: all
      .filter(({ type }) => type === 'symlink')
      .map(({ path, target }) => ({ path, target })),
    droppedModes: all.flatMap(({ type, path, mode }) =>
      type === 'file' ? (droppedMode(path, mode) ?? []) : [],
    ),
  };
}

function byPath<T>(files: readonly UnpackedFile<T>[]): Map<string, PackagedFile<T>> {
  return new Map(
    files.map((file) => [nameOf(file.path), { mode: gitMode(file), kept: file.kept }]),
  );
}

/** Names as latin1 text, so that bytes stay bytes. */
function nameOf(path: Uint8Array): string {
  return Buffer.from(path).toString('latin1');
}
