// SPDX-License-Identifier: MIT
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ByteSource } from './bytes.js';
import { InputError, PayloadError } from './errors.js';
import { readPayload } from './rpm/payload.js';
import { verifyTree } from './rpm/paths.js';
import type { RpmPackage } from './rpm/read.js';

/**
 * Unpacks an accepted package into a new or empty folder. Links are made after all files, so that nothing is ever written
 * through one; devices, fifos and sockets are left out and returned by name.
 * @throws InputError INPUT_INVALID when the folder holds something; PayloadError for unsafe names
 */
export async function extractFiles(pkg: RpmPackage, source: ByteSource, folder: string): Promise<string[]> {
  // Before anything is written: every name must be one that can be.
  verifyTree(pkg.facts.files, 'the package');
  for (const { path } of pkg.facts.files) decode(path);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new InputError('INPUT_INVALID', `extract: ${folder} is not empty`, { remedy: 'Name a new or an empty folder.' });
  const links: { readonly path: string; readonly target: Buffer }[] = [];
  const folders: { readonly path: string; readonly mode: number }[] = [];
  const left: string[] = [];
  for await (const { entry, content } of readPayload(pkg, source.stream(pkg.payloadStart), { keep: () => true })) {
    if (entry.ghost) continue;
    const path = join(folder, decode(entry.path));
    await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true });
    if (entry.type === 'directory') folders.push({ path, mode: entry.mode });
    else if (entry.type === 'symlink') links.push({ path, target: Buffer.from(entry.target) });
    else if (entry.type === 'file') await writeNew(path, content ?? new Uint8Array(), entry.mode);
    else left.push(decode(entry.path));
  }
  for (const { path, target } of links) await symlink(target, path);
  for (const { path, mode } of folders.reverse()) await chmod(path, (mode & 0o777) | 0o700);
  return left;
}

async function writeNew(path: string, content: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(content);
    await file.chmod(mode & 0o777);
  } finally {
    await file.close();
  }
}

/** File systems here take UTF-8 names; others cannot be written without changing them. */
function decode(path: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(path);
  } catch (cause) {
    throw new PayloadError('UNSAFE_PATH', `${JSON.stringify(Buffer.from(path).toString('latin1'))} is not UTF-8 and cannot be extracted under its name`, { cause });
  }
}
