// SPDX-License-Identifier: MIT
import { createReadStream } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Kept packages, named by their checksum and nothing else: whoever reads one hashes it again. */
export interface PackageCache {
  /** The bytes kept under a checksum, unchecked; undefined when there are none. */
  find(checksum: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Copies a file into the cache; replaces what was there. */
  keep(path: string, checksum: string): Promise<void>;
}

const TOOL = 'rpm-source-mirror';
const FILE = 'package.rpm';
/** The same on every runner: packages do not depend on the machine that fetches them. */
const ARCH = 'any';

/** tool-cache wants a semantic version, and finds nothing for a bare checksum. */
const version = (checksum: string): string => `0.0.0-s${checksum}`;

/** The runner's tool cache. `@actions/tool-cache` reads RUNNER_TOOL_CACHE itself, and throws without it. */
export const toolCache: PackageCache = {
  async find(checksum) {
    const { find } = await import('@actions/tool-cache');
    const directory = find(TOOL, version(checksum), ARCH);
    if (directory === '') return undefined;
    const path = join(directory, FILE);
    const info = await lstat(path).catch(() => undefined);
    return info?.isFile() === true
      ? (createReadStream(path) as AsyncIterable<Uint8Array>)
      : undefined;
  },
  async keep(path, checksum) {
    const { cacheFile } = await import('@actions/tool-cache');
    try {
      await cacheFile(path, FILE, TOOL, version(checksum), ARCH);
    } catch (error) {
      // A part of it is found by nobody, and takes the room that the run may need.
      const folder = process.env['RUNNER_TOOL_CACHE'];
      if (folder)
        await rm(join(folder, TOOL, version(checksum), ARCH), { recursive: true, force: true });
      throw error;
    }
  },
};

/** No cache, as on a machine that is no runner. */
export const noCache: PackageCache = {
  find: async () => undefined,
  keep: async () => undefined,
};
