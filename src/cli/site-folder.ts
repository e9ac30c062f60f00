// SPDX-License-Identifier: MIT
import { appendFile, lstat, mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

import { writeWhole } from '../disk.js';
import { InputError } from '../errors.js';

/** Lists what an earlier run wrote, a path a line; what it does not list is somebody else's. */
const LIST = '.rpm-source-mirror-site';
const NEW_LIST = `${LIST}.new`;
const HEADING = '# Written by rpm-source-mirror site, which replaces these files and no other.';

/** A folder that may be written: what lies in it is what an earlier run wrote. */
export interface SiteFolder {
  readonly path: string;
  /** Files of the earlier run, relative. */
  readonly held: readonly string[];
}

/**
 * Looks whether a folder may become the site's: absent, empty, or with nothing in it but an earlier run's files. Nothing is changed.
 * @throws InputError INPUT_CONFLICT naming what lies there; INPUT_INVALID for what is no folder
 */
export async function openSiteFolder(path: string): Promise<SiteFolder> {
  const found = await lstat(path + sep).catch(() => lstat(path).catch(() => undefined));
  if (found === undefined) return { path, held: [] };
  if (!found.isDirectory())
    throw new InputError('INPUT_INVALID', `output: ${path} is no folder`, {
      remedy: 'Name a folder that is empty or does not exist yet.',
    });
  const held = await walk(path, '');
  const listed = new Set((await readFile(join(path, LIST), 'utf8').catch(() => '')).split('\n'));
  const foreign = held.find((name) => !isList(name) && (!listed.has(HEADING) || !listed.has(name)));
  if (foreign === undefined) return { path, held };
  throw new InputError(
    'INPUT_CONFLICT',
    `output: ${path} holds ${JSON.stringify(foreign)}, which is not of this site; nothing was changed`,
    {
      remedy:
        'Name a folder that is empty, does not exist yet, or holds an earlier site and nothing else.',
    },
  );
}

/** Files below a folder, with `/`; a link or anything else that is no file ends in a mark that no list of ours has. */
async function walk(root: string, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(join(root, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (entry.isDirectory()) names.push(...(await walk(root, `${name}/`)));
    else names.push(entry.isFile() ? name : `${name} (no file)`);
  }
  return names.sort();
}

/**
 * Replaces the site in a folder. The list of files is written before them, so that a run that is cut off leaves nothing that the next
 * one would take for somebody else's.
 */
export async function writeSiteFolder(
  { path, held }: SiteFolder,
  files: Iterable<readonly [path: string, content: string]>,
): Promise<number> {
  await mkdir(path, { recursive: true });
  const known = new Set(held.filter((name) => !isList(name)));
  const written = new Set<string>();
  const list = async (names: Iterable<string>): Promise<void> => {
    // Where the new list does not fit on the disk, the old one must stay.
    await writeWhole(join(path, NEW_LIST), [HEADING, ...[...names].sort(), ''].join('\n'));
    await rename(join(path, NEW_LIST), join(path, LIST));
  };
  await list(known);
  for (const [name, content] of files) {
    if (!known.has(name)) await appendFile(join(path, LIST), `${name}\n`);
    written.add(name);
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeWhole(join(path, name), content);
  }
  for (const name of held) if (!isList(name) && !written.has(name)) await remove(path, name);
  await list(written);
  return written.size;
}

function isList(name: string): boolean {
  return name === LIST || name === NEW_LIST;
}

/** Removes a file of the earlier site, and its folder where that is empty then. */
async function remove(root: string, name: string): Promise<void> {
  await rm(join(root, name), { force: true });
  const folder = dirname(join(root, name));
  if (folder !== root) await rmdir(folder).catch(() => undefined);
}
