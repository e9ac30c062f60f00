// SPDX-License-Identifier: MIT
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { diskFull, DiskFullError } from './errors.js';

/** Says which folder is on the full disk, where a write fails for that. @throws DiskFullError, or what the write threw */
export async function writingTo<T>(folder: string, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const full = diskFull(error);
    if (full === undefined || full === error) throw error;
    throw new DiskFullError(`no space is left on the disk of ${folder}`, { cause: error });
  }
}

/** Writes a file, of which no part stays where it does not fit. `flags` as of `open`. @throws DiskFullError, or what the system says */
export async function writeWhole(path: string, content: string, flags = 'w'): Promise<void> {
  const file = await writingTo(dirname(path), open(path, flags));
  try {
    await writingTo(dirname(path), file.writeFile(content));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * A line in which git itself says so, or the git of the remote (`remote: `): the system's words stand at its end. What fsck says of an object
 * may quote the object, which is anybody's text.
 */
const SAID =
  /^(?<remote>remote: )?(?:fatal|error): (?!object [0-9a-f]+: ).{0,4000}(?:no space left on device|dis[ck] quota exceeded|out of diskspace)\.?$/iu;

/** The full disk that git speaks of in its words for people, one line an element. */
export function saidDiskFull(lines: readonly string[], doing: string): DiskFullError | undefined {
  for (const line of lines) {
    const match = SAID.exec(line);
    if (match === null) continue;
    return match.groups?.['remote'] === undefined
      ? new DiskFullError(`${doing} found no space left on the disk: ${line}`)
      : new DiskFullError(`${doing} found no space left on the disk of the remote: ${line}`, {
          remedy: 'Free space on the disk where the repository lies, and run again.',
        });
  }
  return undefined;
}
