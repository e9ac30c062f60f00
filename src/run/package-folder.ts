// SPDX-License-Identifier: MIT
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { InputError, MirrorError } from '../errors.js';
import { openFileSource } from '../inspect/file-source.js';
import type { Logger } from '../log.js';
import { nevraKey } from '../mirror/nevra.js';
import type { PackageFolder } from '../ports.js';
import { formatNevra } from '../rpm/evr.js';
import { readPackage } from '../rpm/read.js';

/** The RPMs of a folder by NEVRA; their headers are read when the first is asked for. @throws InputError INPUT_INVALID for a folder that cannot be read */
export function openPackageFolder(folder: string, logger: Logger): PackageFolder {
  let listed: Promise<ReadonlyMap<string, string>> | undefined;
  return {
    find: async (nevra) => {
      listed ??= listPackages(folder, logger);
      const name = (await listed).get(nevraKey(nevra));
      if (name === undefined) return undefined;
      const source = await openFileSource(join(folder, name));
      return { name, bytes: source, release: () => source.close() };
    },
  };
}

async function listPackages(folder: string, logger: Logger): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new InputError(
      'INPUT_INVALID',
      `package-files: the folder ${JSON.stringify(folder)} cannot be read`,
      { cause },
    );
  });
  for (const name of names.filter((file) => file.endsWith('.rpm')).sort()) {
    const source = await openFileSource(join(folder, name));
    try {
      found.set(nevraKey(formatNevra((await readPackage(source)).facts.nevra)), name);
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      logger.warning(`package-files: ${name} is no package that can be read: ${error.message}`);
    } finally {
      await source.close();
    }
  }
  return found;
}
