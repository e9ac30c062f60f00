// SPDX-License-Identifier: MIT
import { constants, existsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ByteSource } from '../bytes.js';
import { writingTo } from '../disk.js';
import { InputError, PayloadError } from '../errors.js';
import type { FileEntry } from '../rpm/model.js';
import { checkPath, verifyTree } from '../rpm/payload/paths.js';
import type { RpmPackage } from '../rpm/read.js';
import { readVerifiedFiles } from '../source/payload-files.js';
import { latin1 } from '../text.js';

/**
 * Unpacks an accepted package into a new or empty folder. Links are made after all files, so that nothing is ever written
 * through one; devices, fifos and sockets are left out and returned by name,
 * beside the number of entries that were written.
 * @throws InputError INPUT_INVALID when the folder holds something; PayloadError for unsafe names
 */
export async function extractFiles(
  pkg: RpmPackage,
  source: ByteSource,
  folder: string,
): Promise<{ readonly written: number; readonly left: readonly string[] }> {
  // Before anything is written: every name must be one that can be.
  const files = pkg.facts.files.filter((entry) => !isRoot(entry));
  verifyTree(files, 'the package');
  for (const { path } of files) decode(path);
  await requireEmpty(folder);
  await mkdir(folder, { recursive: true });
  try {
    return await fill(folder, pkg, source);
  } catch (error) {
    // Half a package would pass for one; there was nothing here before.
    for (const name of await readdir(folder))
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

async function fill(
  folder: string,
  pkg: RpmPackage,
  source: ByteSource,
): Promise<{ readonly written: number; readonly left: readonly string[] }> {
  const links: { readonly path: string; readonly target: Buffer }[] = [];
  const folders: { readonly path: string; readonly mode: number }[] = [];
  const left: string[] = [];
  let written = 0;
  for await (const { entry, content } of readVerifiedFiles(pkg, source, () => true)) {
    if (entry.ghost || isRoot(entry)) continue;
    const path = join(folder, decode(entry.path));
    await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true });
    if (entry.type === 'directory') folders.push({ path, mode: entry.mode });
    else if (entry.type === 'symlink') links.push({ path, target: Buffer.from(entry.target) });
    else if (entry.type === 'file') await writeNew(path, content ?? new Uint8Array(), entry.mode);
    else left.push(decode(entry.path));
    written += 1;
  }
  for (const { path, target } of links) await symlink(target, path);
  for (const { path, mode } of folders.reverse()) await chmod(path, (mode & 0o777) | 0o700);
  return { written: written - left.length, left };
}

/** @throws InputError INPUT_INVALID when the folder holds something, or is a file */
export async function requireEmpty(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names = await readdir(folder).catch(() => ['']);
  if (names.length > 0)
    throw new InputError('INPUT_INVALID', `extract: ${folder} is not an empty folder`, {
      remedy: 'Name a new or an empty folder.',
    });
}

/** The folder `/` itself, which some packages own. */
function isRoot({ path, type }: Pick<FileEntry, 'path' | 'type'>): boolean {
  return path.length === 0 && type === 'directory';
}

async function writeNew(path: string, content: Uint8Array, mode: number): Promise<void> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await writingTo(dirname(path), file.writeFile(content));
    await file.chmod(mode & 0o777);
  } finally {
    await file.close();
  }
}

/** File systems here take UTF-8 names; others cannot be written without changing them. */
function decode(path: Uint8Array): string {
  try {
    return checkedName(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(path));
  } catch (cause) {
    throw new PayloadError(
      'UNSAFE_PATH',
      `${JSON.stringify(latin1(path))} is not UTF-8 and cannot be extracted under its name`,
      { cause },
    );
  }
}

/** The name that is written is the one that was checked. */
function checkedName(name: string): string {
  const problem = checkPath(Buffer.from(name));
  if (problem !== undefined)
    throw new PayloadError('UNSAFE_PATH', `the name ${JSON.stringify(name)} ${problem}`);
  return name;
}
