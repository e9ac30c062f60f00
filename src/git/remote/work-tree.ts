// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { type GitPlace, runGit, startGit } from '../command.js';
import { hashObject } from '../objects/objects.js';
import type { AttributeRequest, CheckedOutFile, PathAttribute } from '../store.js';

/** Files below a folder of a work tree, each as git would store it without any filter. Links are not followed. @throws GitError MIRROR_INVALID, LIMIT_EXCEEDED */
export async function readWorkTree(
  root: string,
  folder: string,
): Promise<Map<string, CheckedOutFile>> {
  const files = new Map<string, CheckedOutFile>();
  const visit = async (path: Buffer, name: string): Promise<void> => {
    for (const entry of await readdir(path, { encoding: 'buffer', withFileTypes: true })) {
      const below = Buffer.concat([path, Buffer.from('/'), entry.name]);
      const inner = `${name}${name === '' ? '' : '/'}${entry.name.toString('latin1')}`;
      if (entry.isDirectory()) await visit(below, inner);
      else files.set(inner, await hashFile(below));
      if (files.size > LIMITS.treeEntries)
        throw new GitError(
          'LIMIT_EXCEEDED',
          `Expected at most ${LIMITS.treeEntries} files below ${folder}, found more.`,
        );
    }
  };
  const top = join(root, folder);
  const found = await lstat(top).catch(() => undefined);
  try {
    if (found?.isDirectory() === true) await visit(Buffer.from(top), '');
  } catch (cause) {
    if (cause instanceof GitError) throw cause;
    throw new GitError('MIRROR_INVALID', `${folder} of the work tree cannot be read`, { cause });
  }
  return files;
}

async function hashFile(path: Buffer): Promise<CheckedOutFile> {
  const found = await lstat(path);
  if (found.isSymbolicLink())
    return { mode: '120000', oid: hashObject('blob', await readlink(path, 'buffer')) };
  // What is neither file nor link cannot be of a commit.
  if (!found.isFile()) return { mode: '160000', oid: '' };
  const hash = createHash('sha1').update(`blob ${found.size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  // Windows has no executable bit.
  const isExecutable = process.platform !== 'win32' && (found.mode & 0o100) !== 0;
  return { mode: isExecutable ? '100755' : '100644', oid: hash.digest('hex') };
}

/** Lets git itself say what attribute files mean for paths, in an empty repository that has nothing else. @throws GitError GIT_FAILED */
export async function readAttributes(
  place: GitPlace,
  tempDir: string,
  { files, paths, attributes }: AttributeRequest,
): Promise<PathAttribute[]> {
  const folder = await mkdtemp(join(tempDir, 'attributes-'));
  const here = { cwd: folder, env: { ...place.env, GIT_DIR: join(folder, '.git') } };
  try {
    await runGit({ ...here, args: ['init', '--quiet', '--template=', folder] });
    for (const [name, bytes] of files) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, '.gitattributes'), bytes);
    }
    const env = { ...here.env, GIT_WORK_TREE: folder };
    const child = startGit({
      cwd: folder,
      env,
      args: ['check-attr', '-z', '--stdin', ...attributes],
    });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.stderr.resume();
    child.stdin.end(Buffer.concat(paths.map((path) => Buffer.from(`${path}\0`, 'latin1'))));
    const found: PathAttribute[] = [];
    let rest = '';
    for await (const chunk of child.stdout) {
      const parts = (rest + (chunk as Buffer).toString('latin1')).split('\0');
      const whole = parts.length - 1 - ((parts.length - 1) % 3);
      for (let at = 0; at < whole; at += 3) {
        const [path = '', attribute = '', value = ''] = parts.slice(at, at + 3);
        if (value !== 'unspecified' && value !== 'unset') found.push({ path, attribute, value });
      }
      rest = parts.slice(whole).join('\0');
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
