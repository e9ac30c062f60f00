// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { type ByteSource, memorySource } from '../../src/bytes.js';
import { LIMITS } from '../../src/limits.js';
import { readPackage, type RpmPackage } from '../../src/rpm/read.js';
import { readContent } from '../../src/source/content.js';
import type { ContentFile, PackageContent } from '../../src/source/model.js';
import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { describeWithShared, requireTool, sharedPath } from '../fixtures/tools.js';
import { sinkOf } from '../fixtures/unpacked.js';

interface Row {
  readonly path: string;
  readonly extract?: { readonly ok: boolean };
}

const rows = (): Row[] => {
  const index = sharedPath('corpus', 'expected.jsonl');
  const lines = existsSync(index) ? readFileSync(index, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line) as Row).filter(({ extract }) => extract?.ok === true);
};

/** `path → mode and content` of all that is no folder below a folder. */
function listFolder(folder: Buffer, prefix = ''): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const full = Buffer.concat([folder, Buffer.from('/'), name]);
    const path = prefix + name.toString('latin1');
    const { mode } = lstatSync(full);
    if ((mode & 0o170000) === 0o040000)
      for (const [inner, line] of listFolder(full, `${path}/`)) files.set(inner, line);
    else if ((mode & 0o170000) === 0o120000)
      files.set(path, `120000 ${readlinkSync(full, { encoding: 'buffer' }).toString('latin1')}`);
    else
      files.set(
        path,
        `${(mode & 0o100) === 0 ? '100644' : '100755'} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`,
      );
  }
  return files;
}

/** What a package becomes, contents by their digests. */
function contentOf(
  pkg: RpmPackage,
  source: ByteSource,
  unpack: 'main' | 'none',
): Promise<PackageContent<string>> {
  const sink = sinkOf((content) => createHash('sha256').update(content).digest('hex'));
  return readContent(
    pkg,
    source,
    { unpack, dotGit: 'refuse', sourcePath: 'usr/src/*', maxFileSize: LIMITS.blobBytes },
    sink,
  );
}

function listContent(
  files: ReadonlyMap<string, ContentFile<string>> | undefined,
): Map<string, string> {
  return new Map(
    Array.from(files ?? [], ([path, { mode, kept, target }]) => [
      path,
      `${mode} ${target === undefined ? kept : Buffer.from(target).toString('latin1')}`,
    ]),
  );
}

/** False for the stripped archives of rpm 6, which this rpm2cpio does not write. */
function extract(file: string, folder: string): boolean {
  const { status, stderr } = spawnSync(
    'sh',
    [
      '-c',
      'cd "$1" && rpm2cpio "$2" | cpio --extract --quiet --no-absolute-filenames',
      'sh',
      folder,
      file,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0 && !stderr.includes('use rpm2archive')) throw new Error(stderr);
  return status === 0;
}

const sorted = (files: ReadonlyMap<string, string>): string[] =>
  [...files].map(([path, line]) => `${path} ${line}`).sort();

describeWithShared('the source packages of the corpus', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'corpus-source-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('have in src what tar unpacks from Source0, and in packaging the rest of what cpio unpacks', async () => {
    if (['rpm2cpio', 'cpio', 'tar'].some((tool) => requireTool(tool) === undefined)) return;
    let [packages, unpacked, files] = [0, 0, 0];
    for (const { path } of rows()) {
      const file = sharedPath('corpus', path);
      if (!existsSync(file)) continue;
      const source = memorySource(readFileSync(file));
      const pkg = await readPackage(source);
      if (!pkg.facts.isSource) continue;
      const out = join(folder, String(packages++));
      mkdirSync(out);
      if (!extract(file, out)) continue;
      const plain = await contentOf(pkg, source, 'none');
      expect({
        path,
        files: sorted(new Map([...listContent(plain.source), ...listContent(plain.packaging)])),
      }).toEqual({ path, files: sorted(listFolder(Buffer.from(out))) });

      const archive = pkg.facts.sources[0];
      // A nosrc package lists an archive that it does not hold.
      const listing =
        archive === undefined ||
        !/\.(tar(\.\w+)?|tgz)$/.test(archive) ||
        !existsSync(join(out, archive))
          ? []
          : execFileSync('tar', ['-tf', join(out, archive)], { encoding: 'utf8' }).split('\n');
      if (listing.some((name) => /(^|\/)\.git\//.test(name))) {
        await expect(contentOf(pkg, source, 'main')).rejects.toMatchObject({
          code: 'UNSAFE_PATH',
        });
        continue;
      }
      const main = await contentOf(pkg, source, 'main');
      if (listing.length === 0) continue;
      const names = listing
        .map((name) => name.replace(/^(\.\/)+/, ''))
        .filter((name) => name !== '');
      const hasTop =
        new Set(names.map((name) => name.split('/')[0])).size === 1 &&
        names.some((name) => name.includes('/'));
      const work = `${out}.src`;
      mkdirSync(work);
      execFileSync('tar', [
        '-xf',
        join(out, archive!),
        '-C',
        work,
        ...(hasTop ? ['--strip-components=1'] : []),
      ]);
      expect({ path, files: sorted(listContent(main.source)) }).toEqual({
        path,
        files: sorted(listFolder(Buffer.from(work))),
      });
      expect([...main.packaging!.keys()].sort()).toEqual(
        [...listFolder(Buffer.from(out)).keys()].filter((name) => name !== archive).sort(),
      );
      unpacked++;
      files += main.source.size;
    }
    process.stdout.write(
      `corpus: ${packages} source packages, ${unpacked} with an archive of ${files} files in all\n`,
    );
    expect(packages).toBeGreaterThan(50);
  }, 300_000);
});
