// SPDX-License-Identifier: MIT
import type { Unpacked, UnpackOptions } from '../archives/entries.js';
import { openArchive } from '../archives/open.js';
import { unpackTar } from '../archives/tar/unpack.js';
import { unpackZip } from '../archives/zip/unpack.js';
import { type ContentSink, sinkContent } from '../bytes.js';
import type { ChunkReader } from '../compression/input.js';
import { PayloadError } from '../errors.js';
import type { FileEntry } from '../rpm/model.js';
import { verifySize } from '../rpm/payload/kept-files.js';
import { printable } from '../rpm/payload/paths.js';

const REMEDY =
  'Set unpack: none to store the archives of packages as they are, or hold the release back with skip.';
const OTHERWISE = 'Or set unpack: none to store the archives of packages as they are.';
const TOO_LARGE =
  'Raise max-file-size where the host takes larger files, or hold the release back with skip.';

/**
 * Unpacks an archive while it flows by.
 * @returns undefined for what is no tar or zip archive; then nothing of the input is consumed
 * @throws PayloadError
 */
export async function unpackArchive<T>(
  name: string,
  input: ChunkReader,
  options: Omit<UnpackOptions<T>, 'what'>,
): Promise<Unpacked<T> | undefined> {
  try {
    const archive = await openArchive(name, input);
    if (archive === undefined || archive.format === 'rpm') return undefined;
    const unpack = archive.format === 'zip' ? unpackZip : unpackTar;
    return await unpack(archive.content, { ...options, what: `archive ${JSON.stringify(name)}` });
  } catch (cause) {
    if (!(cause instanceof PayloadError)) throw cause;
    const { code, message, expected, actual, remedy } = cause;
    throw new PayloadError(code, message, {
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      remedy: remedy.includes('dot-git') ? `${remedy} ${OTHERWISE}` : REMEDY,
      cause,
    });
  }
}

/** Refuses archives that together hold no file: nobody packs nothing as a source. @throws PayloadError SOURCE_EMPTY */
export function verifyFilled(files: number, archives: readonly Uint8Array[]): void {
  if (files > 0) return;
  throw new PayloadError(
    'SOURCE_EMPTY',
    `expected files in ${archives.map(printable).join(', ')}, found none that could be mirrored`,
    { expected: 'files', actual: 'none', remedy: REMEDY },
  );
}

/** Hands a file over that is stored as it is. @throws PayloadError LIMIT_EXCEEDED for one that is larger than a file of the mirror may be */
export async function keepFile<T>(
  file: Pick<FileEntry, 'path' | 'size'>,
  input: ChunkReader,
  { sink, maxFileSize }: { readonly sink: ContentSink<T>; readonly maxFileSize: number },
): Promise<T> {
  verifySize(file, maxFileSize, TOO_LARGE);
  return sinkContent(sink, file, input.rest());
}
