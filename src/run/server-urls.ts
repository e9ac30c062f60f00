// SPDX-License-Identifier: MIT
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Options } from '../inputs/options.js';
import { parseRepoFile } from '../repodata/sources.js';

/** The servers that the user named, in inputs or in a .repo file of this machine; secret headers go to these origins and no other. */
export async function serverUrls({ source }: Options): Promise<string[]> {
  const typed = [...source.baseUrls, source.mirrorlist, source.metalink, source.repoFile].filter(
    (url) => url !== undefined,
  );
  if (source.repoFile === undefined || /^https?:/i.test(source.repoFile)) return typed;
  const path = source.repoFile.startsWith('file:')
    ? fileURLToPath(source.repoFile)
    : source.repoFile;
  try {
    const section = parseRepoFile(await readFile(path), source);
    return [...typed, ...section.baseUrls, section.mirrorlist, section.metalink].filter(
      (url) => url !== undefined,
    );
  } catch {
    // What is wrong with the file is said when it is followed.
    return typed;
  }
}
