// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { unpackZip } from '../../src/archives/zip/unpack.js';
import { chunksOf } from '../fixtures/chunks.js';
import { execFileSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';
import { sinkOf } from '../fixtures/unpacked.js';

let folder = '';
let top = '';

const digest = (content: Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

/** What the archive holds by us, chunk by chunk. */
async function linesByUs(archive: Uint8Array, chunk: number): Promise<string[]> {
  const { files } = await unpackZip(chunksOf(archive, chunk), {
    what: 'archive',
    sink: sinkOf((content) => digest(content)),
  });
  return files
    .map(
      ({ path, type, mode, kept }) =>
        `${type} ${(mode & 0o100) !== 0 && type === 'file' ? 'x' : '-'} ${Buffer.from(path).toString('utf8')} ${kept}`,
    )
    .sort();
}

/** What the folder holds that was packed. */
function linesOnDisk(dir: string, prefix: string): string[] {
  return readdirSync(dir)
    .flatMap((name) => {
      const [path, full] = [`${prefix}${name}`, join(dir, name)];
      const stat = lstatSync(full);
      if (stat.isDirectory()) return linesOnDisk(full, `${path}/`);
      const isLink = stat.isSymbolicLink();
      const content = isLink ? Buffer.from(readlinkSync(full)) : readFileSync(full);
      const mark = !isLink && (stat.mode & 0o100) !== 0 ? 'x' : '-';
      return [`${isLink ? 'symlink' : 'file'} ${mark} ${path} ${digest(content)}`];
    })
    .sort();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zip-'));
  top = join(folder, 'top-1.0');
  mkdirSync(join(top, 'sub/empty'), { recursive: true });
  writeFileSync(join(top, 'main.c'), 'int main(void) { return 0; }\n');
  writeFileSync(join(top, 'none'), '');
  writeFileSync(join(top, 'grüß.txt'), 'x');
  writeFileSync(join(top, 'sub/run'), '#!/bin/sh\n');
  chmodSync(join(top, 'sub/run'), 0o755);
  symlinkSync('../main.c', join(top, 'sub/link.c'));
  writeFileSync(join(top, 'large'), Buffer.alloc(6_000_000, 'some text that is packed well\n'));
  // It holds the begin of a data descriptor and of records.
  const noise = Buffer.from(
    Array.from({ length: 300_000 }, (_, at) => (at * 2_654_435_761) >>> 24),
  );
  writeFileSync(
    join(top, 'noise'),
    Buffer.concat([noise, Buffer.from('PK\x07\x08PK\x03\x04'), noise]),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const PYTHON = `
import os, stat, sys, zipfile
class Pipe:
    def __init__(self, out): self.out = out
    def write(self, data): self.out.write(data); return len(data)
    def flush(self): self.out.flush()
method = zipfile.ZIP_DEFLATED if sys.argv[1] == 'deflated' else zipfile.ZIP_STORED
with zipfile.ZipFile(Pipe(sys.stdout.buffer), 'w', method) as archive:
    for root, dirs, files in os.walk('top-1.0'):
        for name in sorted(files):
            path = os.path.join(root, name)
            if os.path.islink(path):
                info = zipfile.ZipInfo(path)
                info.create_system = 3
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(info, os.readlink(path))
            else: archive.write(path)
`;

const MAKERS: readonly (readonly [string, string, readonly string[]])[] = [
  ['Info-ZIP', 'zip', ['-q', '-r', '-y', 'OUT', 'top-1.0']],
  ['Info-ZIP, stored', 'zip', ['-q', '-0', '-r', '-y', 'OUT', 'top-1.0']],
  ['Info-ZIP, zip64', 'zip', ['-q', '-fz', '-r', '-y', 'OUT', 'top-1.0']],
  ['Info-ZIP, with comment', 'sh', ['-c', 'echo words | zip -q -z -r -y "$0" top-1.0', 'OUT']],
  [
    'Info-ZIP into a pipe',
    'sh',
    ['-c', 'zip -q -r - top-1.0 -x top-1.0/sub/link.c | cat >"$0"', 'OUT'],
  ],
  ['python into a pipe', 'sh', ['-c', 'python3 -c "$1" deflated >"$0"', 'OUT', PYTHON]],
  ['python into a pipe, stored', 'sh', ['-c', 'python3 -c "$1" stored >"$0"', 'OUT', PYTHON]],
];

describeWithTools(['zip', 'python3'], 'a zip archive holds what was packed', () => {
  it.each(MAKERS)('by %s', async (maker, program, args) => {
    const out = join(folder, `${maker.replace(/\W/g, '-')}.zip`);
    execFileSync(
      program,
      args.map((arg) => (arg === 'OUT' ? out : arg)),
      {
        cwd: folder,
        stdio: 'pipe',
      },
    );
    const archive = readFileSync(out);
    // Info-ZIP stores no links into a pipe.
    const isPiped = maker === 'Info-ZIP into a pipe';
    const expected = linesOnDisk(top, 'top-1.0/').filter(
      (line) => !isPiped || !line.startsWith('symlink'),
    );
    for (const chunk of [65_536, 997]) expect(await linesByUs(archive, chunk)).toEqual(expected);
  });
});

describeWithTools(['git'], 'a zip archive of git', () => {
  it('holds what was committed', async () => {
    const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', HOME: folder };
    const git = (...args: string[]): Buffer =>
      execFileSync('git', ['-C', top, ...args], { env, stdio: 'pipe', maxBuffer: 2 ** 26 });
    git('init', '-q');
    git('add', '-A');
    const tree = git('write-tree').toString().trim();
    const archive = git('archive', '--format=zip', '--prefix=top-1.0/', tree);
    rmSync(join(top, '.git'), { recursive: true });
    expect(await linesByUs(archive, 65_536)).toEqual(linesOnDisk(top, 'top-1.0/'));
  });
});
