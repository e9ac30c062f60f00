// SPDX-License-Identifier: MIT
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { unpackTar } from '../../src/archives/tar/unpack.js';
import { hashObject } from '../../src/git/objects/objects.js';
import { buildTree } from '../../src/git/objects/trees.js';
import { dropTop } from '../../src/source/top-folder.js';
import { execFileSync } from '../fixtures/commands.js';
import { describeWithTools, requireTool } from '../fixtures/tools.js';
import { opened, sinkOf } from '../fixtures/unpacked.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tar-conformance-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A source tree with what tar and git can get wrong; `long` needs more than the oldest format has. */
function makeSource(name: string, { long }: { long: boolean }): string {
  const top = join(folder, name, 'hello-1.0');
  mkdirSync(join(top, 'empty folder'), { recursive: true });
  mkdirSync(join(top, 'sub'));
  const put = (path: string | Buffer, content: string | Buffer, mode = 0o644): void => {
    const full = Buffer.concat([Buffer.from(`${top}/`), Buffer.from(path as string)]);
    writeFileSync(full, content);
    chmodSync(full, mode);
  };
  put('hello.c', 'int main(void) { return 0; }\n');
  put('install.sh', '#!/bin/sh\n', 0o755);
  put('set-user-id', 'x', 0o4750);
  put('group-only', 'x', 0o654);
  put('empty', '');
  put('crlf.txt', 'a\r\nb\r\n');
  put('.gitattributes', '* text eol=lf\n');
  put('.gitignore', '*\n');
  put('sub/blob', Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) & 255)));
  put(Buffer.from('latin1-\xe9', 'latin1'), 'not UTF-8');
  put('ünïcode', 'UTF-8');
  put(' space and "quotes" ', 'x');
  symlinkSync('hello.c', join(top, 'link'));
  symlinkSync('../nowhere/at/all', join(top, 'sub/dangling'));
  linkSync(join(top, 'hello.c'), join(top, 'sub/hard.c'));
  if (long) {
    const deep = 'deep-folder-with-a-name/'.repeat(12);
    mkdirSync(join(top, deep), { recursive: true });
    put(`${deep}file`, 'deep');
    put('n'.repeat(200), 'long');
    symlinkSync(`${deep}file`.repeat(2), join(top, 'long-link'));
    linkSync(join(top, `${deep}file`), join(top, 'sub/hard-deep'));
  }
  return top;
}

/** The tree that git makes of what the real tar unpacks, the top folder dropped. */
function treeByTar(archive: string, strip: boolean): string {
  const out = mkdtempSync(join(folder, 'out-'));
  execFileSync('tar', ['-xf', archive, '-C', out, ...(strip ? ['--strip-components=1'] : [])]);
  const env = {
    ...process.env,
    GIT_DIR: join(out, '..', 'git'),
    GIT_WORK_TREE: out,
    GIT_INDEX_FILE: join(out, '..', 'index'),
    GIT_CONFIG_NOSYSTEM: '1',
    HOME: folder,
  };
  execFileSync('git', ['init', '-q'], { env });
  // Added by blob, so that neither .gitignore nor .gitattributes of the archive says what is stored.
  const list = execFileSync(
    'find',
    ['.', '-mindepth', '1', '-not', '-type', 'd', '-printf', '%m %y %P\\0'],
    { cwd: out, maxBuffer: 1 << 28 },
  );
  const lines: Buffer[] = [];
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at);
    const head = /^(\d+) (.) /.exec(list.subarray(at, end).toString('latin1'))!;
    const path = list.subarray(at + head[0].length, end);
    const full = Buffer.concat([Buffer.from(`${out}/`), path]);
    const isLink = head[2] === 'l';
    const content = isLink
      ? execFileSync('readlink', ['-n', '--', Buffer.from(full).toString('utf8')])
      : readFileSync(full);
    const oid = execFileSync('git', ['hash-object', '-w', '--stdin', '-t', 'blob'], {
      env,
      input: content,
      encoding: 'utf8',
    }).trim();
    const mode = isLink
      ? '120000'
      : (Number.parseInt(head[1]!, 8) & 0o100) === 0
        ? '100644'
        : '100755';
    lines.push(Buffer.concat([Buffer.from(`${mode} ${oid}\t`), path, Buffer.alloc(1)]));
    at = end + 1;
  }
  rmSync(join(out, '..', 'index'), { force: true });
  execFileSync('git', ['update-index', '-z', '--index-info'], { env, input: Buffer.concat(lines) });
  return execFileSync('git', ['write-tree'], { env, encoding: 'utf8' }).trim();
}

async function treeByUs(archive: string): Promise<string> {
  const open = await opened(archive, readFileSync(archive));
  const unpacked = await unpackTar(open!.content, {
    what: 'archive',
    sink: sinkOf((content) => hashObject('blob', content)),
  });
  const { files } = dropTop(unpacked, { name: '', version: '' });
  return buildTree(
    files.map(({ path, type, mode, kept }) => ({
      path,
      mode: type === 'symlink' ? '120000' : (mode & 0o100) === 0 ? '100644' : '100755',
      oid: kept,
    })),
  ).oid;
}

function pack(name: string, args: readonly string[]): string {
  const archive = join(folder, name);
  execFileSync('tar', ['-cf', archive, ...args]);
  return archive;
}

describeWithTools(['tar', 'git', 'find'], 'an archive that GNU tar made', () => {
  it.each(['v7', 'ustar', 'oldgnu', 'gnu', 'pax'])(
    'in the format %s has the tree that tar unpacks',
    async (format) => {
      const top = makeSource(format, { long: format !== 'v7' && format !== 'ustar' });
      const archive = pack(`${format}.tar`, [
        `--format=${format}`,
        '-C',
        join(top, '..'),
        'hello-1.0',
      ]);
      expect(await treeByUs(archive)).toBe(treeByTar(archive, true));
    },
  );

  it('from within its folder has the tree that tar unpacks', async () => {
    const top = makeSource('dot', { long: true });
    const archive = pack('dot.tar', ['-C', top, '.']);
    expect(await treeByUs(archive)).toBe(treeByTar(archive, false));
  });

  it('with a label, appended members and other owners has the tree that tar unpacks', async () => {
    const top = makeSource('append', { long: true });
    const archive = pack('append.tar', [
      '--format=gnu',
      '-V',
      'label',
      '--owner=ünknown:4000000000',
      '-C',
      join(top, '..'),
      'hello-1.0',
    ]);
    writeFileSync(join(top, 'hello.c'), 'second\n');
    execFileSync('tar', [
      '-rf',
      archive,
      '-C',
      join(top, '..'),
      'hello-1.0/hello.c',
      'hello-1.0/link',
    ]);
    expect(await treeByUs(archive)).toBe(treeByTar(archive, true));
  });

  it.each([
    ['gzip', 'gz'],
    ['bzip2', 'bz2'],
    ['xz', 'xz'],
    ['zstd', 'zst'],
    ['lzma', 'lzma'],
  ])('compressed by %s has the tree that tar unpacks', async (tool, suffix) => {
    if (requireTool(tool) === undefined) return;
    const top = makeSource(tool, { long: true });
    const archive = pack(`x.tar.${suffix}`, [`--${tool}`, '-C', join(top, '..'), 'hello-1.0']);
    expect(await treeByUs(archive)).toBe(treeByTar(archive, true));
  });

  it('with holes is refused', async () => {
    const file = join(folder, 'holes');
    execFileSync('truncate', ['-s', '1M', file]);
    for (const format of ['gnu', 'pax']) {
      const archive = pack(`holes-${format}.tar`, [
        `--format=${format}`,
        '-S',
        '-C',
        folder,
        'holes',
      ]);
      await expect(treeByUs(archive)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    }
  });
});

describeWithTools(['git'], 'an archive that git made', () => {
  it.each(['tar', 'tar.gz'])('as %s has the tree of its commit', async (format) => {
    const top = makeSource(`git-${format}`, { long: true });
    const git = (...args: string[]): string =>
      execFileSync(
        'git',
        [
          '-c',
          'user.name=t',
          '-c',
          'user.email=t@example.org',
          '-c',
          'core.autocrlf=false',
          ...args,
        ],
        { cwd: top, encoding: 'utf8' },
      ).trim();
    rmSync(join(top, '.gitattributes'));
    git('init', '-q');
    git('add', '-f', '.');
    git('commit', '-qm', 'x');
    const archive = join(folder, `git.${format}`);
    git('archive', `--format=${format}`, '--prefix=hello-1.0/', '-o', archive, 'HEAD');
    expect(await treeByUs(archive)).toBe(git('rev-parse', 'HEAD^{tree}'));
  });
});

describeWithTools(['python3', 'tar', 'git', 'find'], 'an archive that Python made', () => {
  it.each(['USTAR_FORMAT', 'GNU_FORMAT', 'PAX_FORMAT'])(
    'in %s has the tree that tar unpacks',
    async (format) => {
      const top = makeSource(`python-${format}`, { long: format !== 'USTAR_FORMAT' });
      const archive = join(folder, `${format}.tar`);
      const script = `import sys, tarfile\nwith tarfile.open(sys.argv[1], "w", format=tarfile.${format}) as t: t.add(sys.argv[2], "hello-1.0")`;
      execFileSync('python3', ['-c', script, archive, top]);
      expect(await treeByUs(archive)).toBe(treeByTar(archive, true));
    },
  );
});
