// SPDX-License-Identifier: MIT
import { constants } from 'node:fs';
import { access, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { CHECKED_OUT_REMEDY, GitError } from '../../errors.js';
import { type GitPlace, runGit } from '../command.js';
import { gitEnvironment } from './access/environment.js';

const REFUSES = /^(?:|refuse|true|yes|on|1)$/iu;

/**
 * What keeps a repository on this machine from taking a push to a branch, which a dry run does not show: a work tree that has the branch checked out, and
 * folders that this user may not write.
 * @throws GitError PUSH_REJECTED
 */
export async function verifyTarget(path: string, branch: string, home: string): Promise<void> {
  const folder = resolve(path);
  const place = {
    cwd: home,
    env: gitEnvironment({
      home,
      protocols: [],
      settings: [['safe.directory', '*']],
      extra: { GIT_CEILING_DIRECTORIES: dirname(folder), ...(await trusting(folder, home)) },
    }),
  };
  const common = await ask(place, ['-C', folder, 'rev-parse', '--git-common-dir']);
  // What is no repository at all, listing its refs has told.
  if (common === undefined) return;
  await verifyWritable(resolve(folder, common), folder);
  const worktrees = (await ask(place, ['-C', folder, 'worktree', 'list', '--porcelain'])) ?? '';
  if (!worktrees.split('\n').includes(`branch refs/heads/${branch}`)) return;
  const rule = await ask(place, ['-C', folder, 'config', '--get', 'receive.denyCurrentBranch']);
  if (REFUSES.test(rule ?? ''))
    throw new GitError(
      'PUSH_REJECTED',
      `${folder} is no bare repository: its branch ${branch} is checked out, and git refuses a push to that`,
      { remedy: CHECKED_OUT_REMEDY },
    );
}

async function verifyWritable(gitDir: string, folder: string): Promise<void> {
  for (const name of ['objects', 'refs', 'refs/heads', 'refs/tags']) {
    try {
      await access(join(gitDir, name), constants.W_OK);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') continue;
      throw new GitError(
        'PUSH_REJECTED',
        `${folder} cannot be written to by this user: ${name} gives ${code ?? 'an error'}`,
        {
          remedy:
            'Give this user the right to write there (chown, chmod, or a mount that is not read-only), or name another repository.',
          cause,
        },
      );
    }
  }
}

async function ask(place: GitPlace, args: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await runGit({ ...place, args });
  return exitCode === 0 ? stdout.toString('utf8').replace(/\r?\n$/u, '') : undefined;
}

/**
 * The variables by which git takes a repository for safe though it belongs to somebody else: the user named its path. They point to a file in a folder of ours, since git
 * believes no such word of the repository itself, and hands no setting of the command line on to the program that serves it.
 */
export async function trusting(
  folder: string,
  home: string,
): Promise<{ readonly HOME: string; readonly GIT_CONFIG_GLOBAL: string }> {
  const real = await realpath(folder).catch(() => folder);
  const paths = new Set(
    [folder, real].flatMap((path) => [path, join(path, '.git'), `${path}.git`]),
  );
  const file = join(home, '.gitconfig');
  const lines = [...paths].map((path) => `\tdirectory = ${quoted(path.replaceAll('\\', '/'))}\n`);
  await writeFile(file, `[safe]\n${lines.join('')}`);
  return { HOME: home, GIT_CONFIG_GLOBAL: file };
}

/** A value in double quotes (git-config(1), Syntax). */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/gu, '\\$&').replaceAll('\n', '\\n')}"`;
}
