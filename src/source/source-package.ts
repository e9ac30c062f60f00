// SPDX-License-Identifier: MIT
import type { Unpacked, UnpackedFile } from '../archives/entries.js';
import { archiveStem, isOtherArchive, namedArchive } from '../archives/names.js';
import type { ContentSink } from '../bytes.js';
import { ChunkReader } from '../compression/input.js';
import type { FileEntry } from '../rpm/model.js';
import { printable, verifyTree } from '../rpm/payload/paths.js';
import { latin1 } from '../text.js';
import { contentFile } from './files.js';
import type { ContentFile, ContentOptions, PackageContent, PackageStream } from './model.js';
import { droppedMode, streamVerifiedFiles } from './payload-files.js';
import { orderSources, type SourceOrder } from './source-order.js';
import { dropTop, type Placed } from './top-folder.js';
import { keepFile, unpackArchive, verifyFilled } from './unpack-archive.js';

/** What became of a file of a source package. */
type Made<T> = { readonly archive: Unpacked<T> } | { readonly kept: T };

/** The files of a source package, read. */
interface Contents<T> {
  readonly plain: Map<string, UnpackedFile<T>>;
  readonly archives: Map<string, Placed<T>>;
  readonly warnings: string[];
  checkedFiles: number;
}

/**
 * Reads a verified source package as source and packaging (interface, `unpack`). `main` unpacks Source0, `all` every source that is an archive: the first becomes
 * the source itself, each further one a folder in it that is called as the archive. All else is packaging. Where nothing is unpacked, the
 * sources are the source as they are, and the spec and the patches are packaging.
 * @throws PayloadError, IntegrityError
 */
export async function readSourcePackage<T>(
  stream: PackageStream,
  options: ContentOptions,
  sink: ContentSink<T>,
): Promise<PackageContent<T>> {
  const order = await orderSources(stream, options.unpack);
  return readOrdered(stream, { ...options, order }, sink);
}

/** As {@link readSourcePackage}, once the order of the sources is known: the payload is read once. */
export async function readOrdered<T>(
  { pkg, payload }: PackageStream,
  options: ContentOptions & { readonly order: SourceOrder },
  sink: ContentSink<T>,
): Promise<PackageContent<T>> {
  const { order, unpack, maxFileSize, dotGit } = options;
  const tree = verifyTree(pkg.facts.files, 'the package');
  const { names } = order;
  const chosen = new Set(unpack === 'none' ? [] : unpack === 'main' ? names.slice(0, 1) : names);
  const receive = async (entry: FileEntry, chunks: AsyncIterable<Uint8Array>): Promise<Made<T>> => {
    const name = nameOf(entry.path);
    const input = new ChunkReader(chunks);
    const archive = chosen.has(name)
      ? await unpackArchive(name, input, { sink, maxFileSize, dotGit })
      : undefined;
    return archive === undefined
      ? { kept: await keepFile(entry, input, { sink, maxFileSize }) }
      : { archive };
  };
  const read: Contents<T> = {
    plain: new Map(),
    archives: new Map(),
    warnings: [...tree, ...order.warnings],
    checkedFiles: 0,
  };
  for await (const { entry, digest, content } of streamVerifiedFiles(pkg, payload(), {
    keep: () => true,
    receive,
    warn: (text) => read.warnings.push(text),
  })) {
    if (digest === 'good') read.checkedFiles++;
    if (entry.ghost || (entry.type !== 'file' && entry.type !== 'symlink')) continue;
    const made = content ?? { kept: await sink.whole(entry.target, entry.path) };
    addFile(read, entry, made, {
      isChosen: chosen.has(nameOf(entry.path)),
      version: pkg.facts.nevra.version,
    });
  }
  return describe(read, names, unpack);
}

function addFile<T>(
  { plain, archives, warnings }: Contents<T>,
  { path, type, mode, target }: FileEntry,
  made: Made<T>,
  { isChosen, version }: { isChosen: boolean; version: string },
): void {
  const name = nameOf(path);
  if ('archive' in made) {
    archives.set(name, dropTop(made.archive, { name, version }));
    warnings.push(...made.archive.warnings);
    return;
  }
  if (isChosen && (isOtherArchive(name) || namedArchive(name) !== undefined))
    warnings.push(`${printable(path)} is no archive that is unpacked here; it is stored as it is`);
  plain.set(name, { path, type: type as 'file' | 'symlink', mode, target, kept: made.kept });
}

function describe<T>(
  { plain, archives, warnings, checkedFiles }: Contents<T>,
  names: readonly string[],
  unpack: ContentOptions['unpack'],
): PackageContent<T> {
  const isSource = new Set(archives.size === 0 ? names : []);
  const source = [...plain].filter(([name]) => isSource.has(name)).map(([, file]) => file);
  const packaging = [...plain].filter(([name]) => !isSource.has(name)).map(([, file]) => file);
  const unpacked = names.flatMap((name) => {
    const archive = archives.get(name);
    return archive === undefined ? [] : [{ name, ...archive }];
  });
  const droppedDotGit: Uint8Array[] = [];
  for (const [at, { name, files, dropped }] of unpacked.entries()) {
    const folder = Buffer.from(at === 0 ? '' : `${archiveStem(name)}/`, 'latin1');
    for (const file of files)
      source.push(at === 0 ? file : { ...file, path: Buffer.concat([folder, file.path]) });
    droppedDotGit.push(...dropped.map((path) => Buffer.concat([folder, path])));
  }
  const unpackedFrom = unpacked.map(({ name }) => Buffer.from(name, 'latin1'));
  if (unpacked.length > 0) verifyFilled(source.length, unpackedFrom);
  // Two archives can meet in one place; one was judged when it was read, and a kernel has 80,000 files.
  if (unpacked.length > 1) verifyTree(source, 'the unpacked source');
  const all = [...source, ...packaging];
  return {
    sourcePaths: [],
    source: byPath(source),
    packaging: byPath(packaging),
    unpackedFrom,
    checkedFiles,
    droppedModes: all.flatMap(({ type, path, mode }) =>
      type === 'file' ? (droppedMode(path, mode) ?? []) : [],
    ),
    droppedDotGit,
    warnings: [...warnings, ...emptySource({ source, packaging, names, unpack })],
  };
}

/** A package without sources is published with its packaging; nobody shall wonder where the source is. */
function emptySource<T>({
  source,
  packaging,
  names,
  unpack,
}: {
  source: readonly UnpackedFile<T>[];
  packaging: readonly UnpackedFile<T>[];
  names: readonly string[];
  unpack: ContentOptions['unpack'];
}): string[] {
  if (source.length > 0) return [];
  const held = packaging.map(({ path }) => printable(path)).slice(0, 20);
  const missing = names.map((name) => printable(Buffer.from(name, 'latin1'))).slice(0, 20);
  return [
    missing.length === 0 || unpack === 'none' || packaging.length > 0
      ? `the source package holds no source (${missing.length === 0 ? 'it lists none' : `${missing.join(', ')} is not in it, or empty`}); it is published with its packaging: ${held.join(', ')}`
      : `the source package holds no file`,
  ];
}

function byPath<T>(files: readonly UnpackedFile<T>[]): Map<string, ContentFile<T>> {
  return new Map(files.map((file) => [nameOf(file.path), contentFile(file, file.kept)]));
}

/** Names as latin1 text, so that bytes stay bytes. */
function nameOf(path: Uint8Array): string {
  return latin1(path);
}
