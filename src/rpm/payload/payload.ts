// SPDX-License-Identifier: MIT
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';

import type { Compression } from '../../compression/index.js';
import { decompress } from '../../compression/index.js';
import { ChunkReader } from '../../compression/input.js';
import { PayloadError } from '../../errors.js';
import { KIB, LIMITS } from '../../limits.js';
import type { HashName } from '../../openpgp/model.js';
import type { FileEntry, PackageFacts, PayloadFile } from '../model.js';
import type { CpioMember } from './cpio.js';
import { CpioReader } from './cpio.js';
import { printable, verifyInside } from './paths.js';
import { PayloadMap } from './payload-map.js';

/** How a payload is to be read. */
export interface PayloadOptions {
  /** Whether the content of this regular file is wanted; of others it is digested only. */
  readonly keep: (entry: FileEntry, index: number) => boolean;
  /** Digests wanted of the whole uncompressed payload, such as `sha256` for PAYLOADDIGESTALT. */
  readonly uncompressedDigests?: readonly HashName[];
  /** Largest content that {@link readPayload} keeps; `LIMITS.blobBytes` when absent. */
  readonly maxKeptBytes?: number;
}

/**
 * Makes something of a regular file's content while it flows by, in chunks that are not proved yet: the row behind it says whether its digest is good.
 * What it does not read is read for it. Of hard links it gets the first that is wanted.
 */
export type Receive<T> = (entry: FileEntry, chunks: AsyncIterable<Uint8Array>) => Promise<T>;

/** What is known once the whole payload was read. */
export interface PayloadSummary {
  readonly uncompressedSize: number;
  /** Lower-case hex, by algorithm as asked for. */
  readonly digests: Readonly<Record<string, string>>;
}

const COMPRESSORS: Readonly<Record<string, Compression>> = {
  gzip: 'gzip',
  bzip2: 'bzip2',
  xz: 'xz',
  lzma: 'lzma',
  zstd: 'zstd',
  none: 'none',
};
/** What a member takes besides name and content: header, NUL, `./`, padding. */
const MEMBER_OVERHEAD = 128;
/** Trailer, and padding to a tape block. */
const ARCHIVE_OVERHEAD = 64 * KIB;

/**
 * Reads a package's payload and compares it with the header's file list; each file of the list comes exactly once:
 * those in the payload in its order (hard links when their content is known), then ghosts. rpm's own rules hold
 * (lib/rpmfi.c, iterReadArchiveNext): every member must be in the header, every file of the header but ghosts in the payload.
 * Beyond them, names must not lead out of the package, and types, sizes and link targets must be the header's. A wrong file digest is
 * reported, not thrown.
 *
 * @param payload - all bytes after the main header, compressed.
 * @throws PayloadError UNSAFE_PATH, PAYLOAD_INVALID, LIMIT_EXCEEDED, UNSUPPORTED_COMPRESSOR, UNSUPPORTED_FORMAT.
 */
export function readPayload(
  pkg: { readonly facts: PackageFacts },
  payload: AsyncIterable<Uint8Array>,
  options: PayloadOptions,
): AsyncGenerator<PayloadFile, PayloadSummary> {
  const limit = options.maxKeptBytes ?? LIMITS.blobBytes;
  return streamPayload(pkg, payload, {
    ...options,
    receive: (entry, chunks) => collect(entry, chunks, limit),
  });
}

/**
 * As {@link readPayload}, for contents of any size: each row has what `receive` made of the file's content.
 * @throws PayloadError as {@link readPayload}; what `receive` throws, unless the file's digest is wrong: then its row says so, and has no content
 */
export async function* streamPayload<T>(
  { facts }: { readonly facts: PackageFacts },
  payload: AsyncIterable<Uint8Array>,
  options: Omit<PayloadOptions, 'maxKeptBytes'> & { readonly receive: Receive<T> },
): AsyncGenerator<PayloadFile<T>, PayloadSummary> {
  verifyInside(
    facts.files.map(({ path }) => path),
    'the package',
  );
  const map = new PayloadMap(facts.files);
  const hashes = (options.uncompressedDigests ?? []).map((name) => [name, hashOf(name)] as const);
  const archive = new ChunkReader(
    tee(
      await open(facts, payload),
      hashes.map(([, hash]) => hash),
    ),
  );
  try {
    const cpio = new CpioReader(archive, (index) => map.strippedSize(index));
    for (let member = await cpio.next(); member !== undefined; member = await cpio.next()) {
      yield* readMember({ cpio, member, map, facts, options });
    }
    map.verifyComplete();
    yield* map.ghosts();
  } finally {
    await archive.close();
  }
  return {
    uncompressedSize: archive.consumed,
    digests: Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest('hex')])),
  };
}

/**
 * How the payload is compressed, by the header.
 * @throws PayloadError UNSUPPORTED_FORMAT, UNSUPPORTED_COMPRESSOR
 */
export function verifyFormat({ payload: { format, compressor } }: PackageFacts): Compression {
  if (format !== 'cpio')
    throw new PayloadError(
      'UNSUPPORTED_FORMAT',
      `payload: expected the format cpio, found ${JSON.stringify(format)}`,
    );
  const declared = Object.hasOwn(COMPRESSORS, compressor) ? COMPRESSORS[compressor] : undefined;
  if (declared === undefined)
    throw new PayloadError(
      'UNSUPPORTED_COMPRESSOR',
      `payload: unknown compressor ${JSON.stringify(compressor)}`,
    );
  return declared;
}

/** rpm reads a payload without compressor tag through zlib, which passes plain data on. */
async function open(
  facts: PackageFacts,
  payload: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const declared = verifyFormat(facts);
  const input = new ChunkReader(payload);
  const start = Buffer.from((await input.fill(4)).subarray(0, 4)).toString('latin1');
  const kind = declared === 'gzip' && start === '0707' ? 'none' : declared;
  const announcedBytes = expectedSize(facts.files);
  return decompress(kind, rest(input), {
    maxBytes: announcedBytes,
    announcedBytes,
    what: 'payload',
  });
}

async function* rest(input: ChunkReader): AsyncGenerator<Uint8Array, void> {
  try {
    for (let chunk = await input.some(); chunk !== undefined; chunk = await input.some())
      yield chunk;
  } finally {
    await input.close();
  }
}

/** Upper bound of the archive's size by the signed file list, so that a bomb ends where the header ends. */
function expectedSize(files: readonly FileEntry[]): number {
  const size = files.reduce(
    (sum, file) => sum + file.size + file.path.length + MEMBER_OVERHEAD,
    ARCHIVE_OVERHEAD,
  );
  return Math.min(size, LIMITS.payloadBytes);
}

/** Digests what flows by. */
async function* tee(
  chunks: AsyncIterable<Uint8Array>,
  hashes: readonly Hash[],
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
}

interface MemberJob<T> {
  readonly cpio: CpioReader;
  readonly member: CpioMember;
  readonly map: PayloadMap;
  readonly facts: PackageFacts;
  readonly options: Pick<PayloadOptions, 'keep'> & { readonly receive: Receive<T> };
}

async function* readMember<T>(job: MemberJob<T>): AsyncGenerator<PayloadFile<T>, void> {
  const { cpio, member, map, options } = job;
  const index = map.take(member);
  const entry = map.files[index]!;
  // rpm before 4.11 sometimes put ghosts into the payload; rpm skips them, and so is their content here.
  if (entry.ghost) return;
  if (entry.type === 'symlink') await verifyTarget(cpio, member, entry);
  else if (entry.type !== 'file' && member.size !== 0)
    throw mismatch(entry, 'no content', `${member.size} bytes`);
  if (entry.type !== 'file') {
    yield { index, entry, digest: 'absent', sha256: undefined, content: undefined };
    return;
  }
  const links = map.links.take(index, member.size);
  if (links.length === 0) return;
  const kept = links.filter((link) => options.keep(map.files[link]!, link));
  const content = await readContent(job, kept.length === 0 ? undefined : map.files[kept[0]!]!);
  const rows = links.map((link): PayloadFile<T> => {
    const file = map.files[link]!;
    const digest = file.digest === '' ? 'absent' : file.digest === content.digest ? 'good' : 'bad';
    return {
      index: link,
      entry: file,
      digest,
      sha256: content.sha256,
      content: kept.includes(link) ? content.made : undefined,
    };
  });
  if (content.failure !== undefined && rows.every(({ digest }) => digest !== 'bad'))
    throw content.failure.reason;
  yield* rows;
}

async function verifyTarget(cpio: CpioReader, member: CpioMember, entry: FileEntry): Promise<void> {
  if (member.size > LIMITS.linkTargetBytes)
    throw mismatch(entry, `a target of at most ${LIMITS.linkTargetBytes} bytes`, `${member.size}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of cpio.content()) chunks.push(chunk);
  const target = Buffer.concat(chunks);
  if (!target.equals(entry.target))
    throw mismatch(entry, `the target ${printable(entry.target)}`, printable(target));
}

/** What was read of a regular file. */
interface Content<T> {
  /** Undefined where nobody wanted it, or it failed. */
  readonly made: T | undefined;
  readonly failure: { readonly reason: unknown } | undefined;
  readonly sha256: string;
  /** By the header's algorithm. */
  readonly digest: string;
}

/** A failure to make something of the content waits until its digest is known: damage is damage, whatever it looks like. */
async function readContent<T>(
  { cpio, facts, options }: MemberJob<T>,
  wanted: FileEntry | undefined,
): Promise<Content<T>> {
  const sha256 = hashOf('sha256');
  const declared = facts.fileDigestAlgorithm as HashName;
  const other = declared === 'sha256' ? undefined : hashOf(declared);
  const digested = tee(cpio.content(), other === undefined ? [sha256] : [sha256, other]);
  let made: T | undefined;
  let failure: Content<T>['failure'];
  if (wanted !== undefined) {
    try {
      made = await options.receive(wanted, withoutReturn(digested));
    } catch (reason) {
      failure = { reason };
    }
  }
  // An archive that ends early has no more to give: then that is the fault.
  for (let step = await digested.next(); step.done !== true; step = await digested.next());
  if (failure !== undefined && !cpio.isRead) throw failure.reason;
  const hex = sha256.digest('hex');
  return { made, failure, sha256: hex, digest: other?.digest('hex') ?? hex };
}

/** Whoever reads only a part of it does not end it. */
function withoutReturn(chunks: AsyncGenerator<Uint8Array, void>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
}

async function collect(
  entry: FileEntry,
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  verifySize(entry, limit);
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @throws PayloadError LIMIT_EXCEEDED for a file that is larger than a file of the mirror may be */
export function verifySize(
  { path, size }: Pick<FileEntry, 'path' | 'size'>,
  limit: number,
  remedy = 'Set source-path to a folder without this file, or hold the package back with skip.',
): void {
  if (size <= limit) return;
  throw new PayloadError(
    'LIMIT_EXCEEDED',
    `payload: ${printable(path)} has ${size} bytes; a file of the mirror may have ${limit}`,
    {
      expected: `at most ${limit}`,
      actual: String(size),
      remedy,
    },
  );
}

/** OpenSSL may lack an old algorithm (ripemd160); what cannot be checked is refused. */
function hashOf(name: HashName): Hash {
  try {
    return createHash(name);
  } catch (cause) {
    throw new PayloadError(
      'UNSUPPORTED_FORMAT',
      `payload: digests by ${name} cannot be computed here`,
      { cause },
    );
  }
}

function mismatch(entry: FileEntry, expected: string, actual: string): PayloadError {
  return new PayloadError(
    'PAYLOAD_INVALID',
    `payload: ${printable(entry.path)} (${entry.type}): expected ${expected}, found ${actual}`,
    { expected, actual },
  );
}
