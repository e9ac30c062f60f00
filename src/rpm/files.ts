// SPDX-License-Identifier: MIT
import { RpmFormatError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { latin1 } from '../text.js';
import type { Header } from './header.js';
import type { FileEntry, FileType } from './model.js';
import { TAG } from './tags.js';

const SLASH = 0x2f;
/** RPMFILE_GHOST. */
const GHOST = 1 << 6;
const FORMAT_MASK = 0o170000;
const TYPES: Readonly<Record<number, FileType>> = {
  0o140000: 'socket',
  0o120000: 'symlink',
  0o100000: 'file',
  0o060000: 'block',
  0o040000: 'directory',
  0o020000: 'char',
  0o010000: 'fifo',
};
const EMPTY: Uint8Array = new Uint8Array();

/**
 * The header's file list in its order (rpm tags.md, per-file information).
 * @throws RpmFormatError HEADER_INVALID when the arrays disagree, LIMIT_EXCEEDED
 */
export function parseFiles(header: Header): FileEntry[] {
  const paths = filePaths(header);
  const column = <T>(what: string, values: readonly T[] | undefined, absent: T) => {
    if (values !== undefined && values.length !== paths.length)
      throw invalid(`${what} has ${values.length} elements for ${paths.length} files`);
    return (at: number): T => values?.[at] ?? absent;
  };
  const modes = column('FILEMODES', header.numbers(TAG.FILE_MODES), 0);
  const longSizes = header.numbers(TAG.LONG_FILE_SIZES);
  const sizes =
    longSizes === undefined
      ? column('FILESIZES', header.numbers(TAG.FILE_SIZES), 0)
      : column('LONGFILESIZES', longSizes, 0);
  const digests = column('FILEDIGESTS', header.strings(TAG.FILE_DIGESTS), EMPTY);
  const targets = column('FILELINKTOS', header.strings(TAG.FILE_LINK_TOS), EMPTY);
  const flags = column('FILEFLAGS', header.numbers(TAG.FILE_FLAGS), 0);
  const inodes = column('FILEINODES', header.numbers(TAG.FILE_INODES), 0);
  const devices = column('FILEDEVICES', header.numbers(TAG.FILE_DEVICES), 0);
  return paths.map((path, at) => {
    const mode = modes(at);
    const type = fileType(mode);
    return {
      path: path[0] === SLASH ? path.subarray(1) : path,
      type,
      mode,
      size: sizes(at),
      digest: latin1(digests(at)).toLowerCase(),
      target: type === 'symlink' ? targets(at) : EMPTY,
      ghost: (flags(at) & GHOST) !== 0,
      flags: flags(at),
      inode: inodes(at),
      device: devices(at),
    };
  });
}

/** Full paths as the header has them: BASENAMES with DIRNAMES, or OLDFILENAMES of rpm before 4.0. */
function filePaths(header: Header): Uint8Array[] {
  const baseNames = header.strings(TAG.BASE_NAMES);
  const count = (baseNames ?? header.strings(TAG.OLD_FILENAMES))?.length ?? 0;
  if (count > LIMITS.filesInPackage) {
    throw new RpmFormatError(
      'LIMIT_EXCEEDED',
      `package: expected at most ${LIMITS.filesInPackage} files, found ${count}`,
    );
  }
  if (baseNames === undefined) return header.strings(TAG.OLD_FILENAMES) ?? [];
  const dirNames = header.strings(TAG.DIR_NAMES) ?? [];
  const dirIndexes = header.numbers(TAG.DIR_INDEXES) ?? [];
  if (dirIndexes.length !== count)
    throw invalid(`DIRINDEXES has ${dirIndexes.length} elements for ${count} files`);
  return baseNames.map((name, at) => {
    const directory = dirNames[dirIndexes[at] ?? -1];
    if (directory === undefined)
      throw invalid(`DIRINDEXES names directory ${dirIndexes[at] ?? -1} of ${dirNames.length}`);
    return Buffer.concat([directory, name]);
  });
}

/** Old and foreign builders leave the type bits out; rpm takes such entries for regular files. */
function fileType(mode: number): FileType {
  const format = mode & FORMAT_MASK;
  const type = format === 0 ? 'file' : TYPES[format];
  if (type === undefined)
    throw invalid(`FILEMODES holds ${mode.toString(8)}, which is no file type`);
  return type;
}

function invalid(message: string): RpmFormatError {
  return new RpmFormatError('HEADER_INVALID', `file list of the main header: ${message}`);
}
