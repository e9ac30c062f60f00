// SPDX-License-Identifier: MIT
import { archiveStem, namedArchive } from '../archives/names.js';
import type { ByteSource, ContentSink } from '../bytes.js';
import { ChunkReader } from '../compression/input.js';
import { required } from '../defect.js';
import { PayloadError } from '../errors.js';
import type { FileEntry } from '../rpm/model.js';
import { printable, verifyInside } from '../rpm/payload/paths.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { latin1 } from '../text.js';
import { contentFile } from './files.js';
import type { ContentOptions, PackageContent, PackageStream } from './model.js';
import { droppedMode, streamVerifiedFiles } from './payload-files.js';
import { orderSources, type SourceOrder } from './source-order.js';
import { readOrdered } from './source-package.js';
import { dropTop, type Placed } from './top-folder.js';
import { unpackArchive, verifyFilled } from './unpack-archive.js';

interface InnerOptions extends ContentOptions {
  /** Paths in the payload of the archives that become the source. */
  readonly archives: readonly Uint8Array[];
}

type InnerContent<T> = Omit<PackageContent<T>, 'sourcePaths' | 'checkedFiles'>;

/**
 * Reads archives inside a binary package as its source: with one its content, with several each under its own name. An inner source package gives its packaging, too.
 * The signature of the outer package is the proof of all that is in it.
 * @throws PayloadError, IntegrityError
 */
export async function readInnerArchives<T>(
  stream: PackageStream,
  options: InnerOptions,
  sink: ContentSink<T>,
): Promise<PackageContent<T>> {
  const { pkg, payload } = stream;
  verifyInside(
    pkg.facts.files.map(({ path }) => path),
    'the package',
  );
  const warnings: string[] = [];
  const folders = targetFolders(options.archives);
  const orders = await innerOrders(stream, options);
  const found = new Map<string, InnerContent<T>>();
  let checkedFiles = 0;
  const rows = streamVerifiedFiles(pkg, payload(), {
    keep: ({ path }) => folders.has(keyOf(path)),
    receive: (entry, chunks) => {
      const job = { entry, chunks, order: orders.get(keyOf(entry.path)), options, sink };
      return readArchive(pkg, job);
    },
    warn: (text) => warnings.push(text),
  });
  for await (const { entry, digest, content } of rows) {
    if (digest === 'good') checkedFiles++;
    if (content !== undefined) found.set(keyOf(entry.path), content);
  }
  const contents = [...folders].map(
    ([path, folder]) => [folder, required(found.get(path), 'the content of an archive')] as const,
  );
  const merged = mergeContents(contents, options.archives);
  // A source package without a source is published with its packaging.
  if (merged.packaging === undefined) verifyFilled(merged.source.size, options.archives);
  return {
    sourcePaths: options.archives,
    ...merged,
    checkedFiles,
    warnings: [...warnings, ...contents.flatMap(([, content]) => content.warnings)],
  };
}

/** Folder below the source directory by archive, with its slash; none for the only one. @throws PayloadError for two of one name */
function targetFolders(archives: readonly Uint8Array[]): Map<string, string> {
  const names = archives.map((path) => [keyOf(path), archiveStem(baseName(path))] as const);
  const [only, second] = names;
  if (only !== undefined && second === undefined) return new Map([[only[0], '']]);
  const twin = names.find(([, name], at) => names.findIndex(([, other]) => other === name) < at);
  if (twin !== undefined)
    throw new PayloadError(
      'PAYLOAD_INVALID',
      `source-path: expected archives of different names, found two that are called ${printable(Buffer.from(twin[1], 'latin1'))}`,
      { remedy: 'Set source-path to one of them.' },
    );
  return new Map(names.map(([path, name]) => [path, `${name}/`]));
}

/** The order of the sources in each inner source package, whose spec may lie behind them. */
async function innerOrders(
  { pkg, payload }: PackageStream,
  { archives, unpack }: InnerOptions,
): Promise<Map<string, SourceOrder>> {
  const orders = new Map<string, SourceOrder>();
  const wanted = new Set(
    archives.filter((path) => namedArchive(baseName(path)) === 'rpm').map(keyOf),
  );
  if (wanted.size === 0) return orders;
  const rows = streamVerifiedFiles(pkg, payload(), {
    keep: ({ path }) => wanted.has(keyOf(path)),
    receive: async (entry, chunks) => {
      const inner = await openInner(entry, new ChunkReader(chunks));
      return orderSources(inner, unpack);
    },
  });
  for await (const { entry, content } of rows) {
    if (content !== undefined) orders.set(keyOf(entry.path), content);
    if (orders.size === wanted.size) break;
  }
  return orders;
}

interface ArchiveJob<T> {
  readonly entry: FileEntry;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly order: SourceOrder | undefined;
  readonly options: ContentOptions;
  readonly sink: ContentSink<T>;
}

async function readArchive<T>(
  pkg: RpmPackage,
  { entry, chunks, order, options, sink }: ArchiveJob<T>,
): Promise<InnerContent<T>> {
  const input = new ChunkReader(chunks);
  const name = baseName(entry.path);
  if (order !== undefined)
    return readOrdered(await openInner(entry, input), { ...options, order }, sink);
  const { maxFileSize, dotGit } = options;
  const unpacked = await unpackArchive(name, input, { sink, maxFileSize, dotGit });
  if (unpacked === undefined)
    throw new PayloadError(
      'PAYLOAD_INVALID',
      `${printable(entry.path)}: expected an archive by its name, found something else`,
      { remedy: 'Set source-path to what is the source, or hold the release back with skip.' },
    );
  const { version } = pkg.facts.nevra;
  return { ...fileMaps(dropTop(unpacked, { name, version })), warnings: unpacked.warnings };
}

function fileMaps<T>({ files, dropped }: Placed<T>): Omit<InnerContent<T>, 'warnings'> {
  return {
    source: new Map(files.map((file) => [keyOf(file.path), contentFile(file, file.kept)])),
    packaging: undefined,
    unpackedFrom: [],
    droppedModes: files.flatMap(({ type, path, mode }) =>
      type === 'file' ? (droppedMode(path, mode) ?? []) : [],
    ),
    droppedDotGit: dropped,
  };
}

/** A source package that is a file in another package. @throws PayloadError UNSUPPORTED_FORMAT for a binary one */
async function openInner({ path, size }: FileEntry, input: ChunkReader): Promise<PackageStream> {
  const front: Pick<ByteSource, 'size' | 'read'> = {
    size,
    read: async (start, end) => (await input.fill(end)).subarray(start, Math.min(end, size)),
  };
  const pkg = await readPackage(front);
  if (!pkg.facts.isSource)
    throw new PayloadError(
      'UNSUPPORTED_FORMAT',
      `${printable(path)} is a binary package, expected a source package`,
      { remedy: 'Set source-path to what is the source.' },
    );
  input.skip(pkg.payloadStart);
  return { pkg, payload: () => input.rest() };
}

/** Puts the contents of the archives into one tree, each into its folder. */
function mergeContents<T>(
  contents: readonly (readonly [folder: string, content: InnerContent<T>])[],
  archives: readonly Uint8Array[],
): Omit<InnerContent<T>, 'warnings'> {
  const [only] = contents;
  const inner = contents.flatMap(([, { unpackedFrom }]) => unpackedFrom);
  const unpackedFrom = [...archives, ...inner];
  if (contents.length === 1 && only !== undefined) return { ...only[1], unpackedFrom };
  const packagings = contents.flatMap(([folder, { packaging }]) =>
    packaging === undefined ? [] : [[folder, packaging] as const],
  );
  const moved = <V extends { readonly path: Uint8Array }>(
    folder: string,
    list: readonly V[],
  ): V[] =>
    list.map((item) => ({
      ...item,
      path: Buffer.concat([Buffer.from(folder, 'latin1'), item.path]),
    }));
  return {
    source: mergeMaps(contents.map(([folder, { source }]) => [folder, source])),
    packaging: packagings.length === 0 ? undefined : mergeMaps(packagings),
    unpackedFrom,
    droppedModes: contents.flatMap(([folder, { droppedModes }]) => moved(folder, droppedModes)),
    droppedDotGit: contents.flatMap(([folder, { droppedDotGit }]) =>
      droppedDotGit.map((path) => Buffer.concat([Buffer.from(folder, 'latin1'), path])),
    ),
  };
}

function mergeMaps<V>(
  maps: readonly (readonly [folder: string, files: ReadonlyMap<string, V>])[],
): Map<string, V> {
  return new Map(
    maps.flatMap(([folder, files]) =>
      Array.from(files, ([path, file]): [string, V] => [folder + path, file]),
    ),
  );
}

function baseName(path: Uint8Array): string {
  const text = keyOf(path);
  return text.slice(text.lastIndexOf('/') + 1);
}

/** Paths as latin1 text, so that bytes stay bytes. */
function keyOf(path: Uint8Array): string {
  return latin1(path);
}
