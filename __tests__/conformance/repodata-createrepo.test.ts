// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { DownloadError } from '../../src/errors.js';
import type { Fetcher, FetchRequest } from '../../src/net/fetcher.js';
import { loadIndex, loadRecords, packageUrls } from '../../src/upstream/index-client.js';
import { execFileSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';

const disk: Fetcher = {
  async fetch({ url, what }: FetchRequest) {
    const file = fileURLToPath(url);
    if (!existsSync(file))
      throw new DownloadError('NOT_FOUND', `${what}: there is no ${path.basename(file)}`);
    return { status: 200, body: readFileSync(file), url, etag: undefined, lastModified: undefined };
  },
  download: () => Promise.reject(new Error('no package is downloaded here')),
  keep: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Name, epoch, version, release; `~`, `^` and `+` are what rpm allows in versions. */
const PACKAGES = [
  ['plain', '', '1.0', '1'],
  ['c++lib', '2', '1.0~rc1', '2.fc44'],
  ['gitty', '', '0^20250101.abc+x', '1'],
] as const;

const spec = ([name, epoch, version, release]: readonly string[]): string => `Name: ${name}
${epoch === '' ? '' : `Epoch: ${epoch}`}
Version: ${version}
Release: ${release}
Summary: caf\u00e9 & <co>
License: MIT
BuildArch: noarch
%description
A package with "quotes" & <markup>.
%files
`;

describeWithTools(['rpmbuild', 'rpm', 'createrepo_c'], 'indexes that createrepo_c writes', () => {
  let folder: string;
  let pool: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'createrepo-'));
    pool = path.join(folder, 'pool');
    mkdirSync(path.join(pool, 'sub', 'dir'), { recursive: true });
    for (const each of PACKAGES) {
      const file = path.join(folder, `${each[0]}.spec`);
      writeFileSync(file, spec(each));
      execFileSync(
        'rpmbuild',
        [
          '-bb',
          '--quiet',
          '--define',
          `_topdir ${folder}`,
          '--define',
          `_rpmdir ${each[0] === 'gitty' ? path.join(pool, 'sub', 'dir') : pool}`,
          '--define',
          '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
          file,
        ],
        { stdio: 'pipe' },
      );
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A fresh copy of the packages with an index made with these options. */
  function makeRepository(...options: string[]): string {
    const repository = mkdtempSync(path.join(folder, 'repository-'));
    cpSync(pool, repository, { recursive: true });
    execFileSync('createrepo_c', ['--quiet', ...options, repository], { stdio: 'pipe' });
    return repository;
  }

  const load = (repository: string) =>
    loadIndex({ bases: [pathToFileURL(repository).href], fetcher: disk, select: () => true });

  it.each([
    [['--general-compress-type=gz']],
    [['--general-compress-type=bz2']],
    [['--general-compress-type=xz']],
    [['--general-compress-type=zstd']],
    [['--checksum=sha512']],
    [['--checksum=sha384', '--repomd-checksum=sha512']],
    [['--checksum=sha224']],
    [['--simple-md-filenames', '--revision=a revision & more']],
    [['--no-database', '--set-timestamp-to-revision', '--revision=1700000000']],
  ])('with %j say of each package what rpm says', async (options) => {
    let repository: string;
    try {
      repository = makeRepository(...options);
    } catch (error) {
      process.stderr.write(
        `SKIPPED: this createrepo_c does not know ${options.join(' ')}: ${String(error).split('\n')[1] ?? ''}\n`,
      );
      return;
    }
    const index = await load(repository);
    expect([index.warnings, index.packageCount]).toEqual([[], PACKAGES.length]);
    for (const found of index.packages) {
      const [file = ''] = packageUrls(index, found).map(({ url }) => fileURLToPath(url));
      const bytes = readFileSync(file);
      const said = execFileSync(
        'rpm',
        ['-qp', '--qf', '%{NAME}|%{EPOCHNUM}|%{VERSION}|%{RELEASE}|%{ARCH}|%{BUILDTIME}', file],
        { encoding: 'utf8' },
      );
      const { name, epoch, version, release, arch } = found.nevra;
      expect(`${name}|${epoch ?? 0}|${version}|${release}|${arch}|${found.buildTime}`).toBe(said);
      expect([found.fileName, found.size, found.fileTime]).toEqual([
        path.basename(file),
        bytes.length,
        Math.floor(statSync(file).mtimeMs / 1000),
      ]);
      expect(createHash(found.checksum.algorithm).update(bytes).digest('hex')).toBe(
        found.checksum.hex,
      );
      // rpm format_header.md: the main header begins with this magic, and the payload follows it.
      expect(bytes.subarray(found.headerRange?.start).subarray(0, 4).toString('hex')).toBe(
        '8eade801',
      );
      expect(
        execFileSync('rpm', ['-qp', '--qf', '%{SIGSIZE} %{LONGSIGSIZE}', file], {
          encoding: 'utf8',
        }),
      ).toContain(String(bytes.length - (found.headerRange?.start ?? 0)));
    }
    const { files } = await loadRecords(index, ['filelists', 'other'], { fetcher: disk });
    expect(files.map(({ type }) => type)).toEqual(['filelists', 'other']);
    expect([index.primary, ...files].map(({ archiveName }) => archiveName)).toEqual(
      [index.primary, ...files].map(({ type }) =>
        readdirSync(path.join(repository, 'repodata'))
          .find((name) => name.includes(`${type}.xml`))
          ?.replace(/^[0-9a-f]{32,}-/, ''),
      ),
    );
  });

  describe('that somebody broke', () => {
    const file = (repository: string, part: string): string =>
      path.join(
        repository,
        'repodata',
        readdirSync(path.join(repository, 'repodata')).find((name) => name.includes(part))!,
      );
    it.each([
      [
        'a byte more in primary',
        (repository: string) => {
          appendFileSync(file(repository, 'primary.xml'), 'x');
        },
        'DIGEST_MISMATCH',
      ],
      [
        'another primary',
        (repository: string) => {
          cpSync(file(repository, 'other.xml'), file(repository, 'primary.xml'));
        },
        'DIGEST_MISMATCH',
      ],
      [
        'no primary',
        (repository: string) => {
          rmSync(file(repository, 'primary.xml'));
        },
        'NOT_FOUND',
      ],
      [
        'no repomd.xml',
        (repository: string) => {
          rmSync(file(repository, 'repomd.xml'));
        },
        'NOT_FOUND',
      ],
      [
        'half a repomd.xml',
        (repository: string) => {
          writeFileSync(
            file(repository, 'repomd.xml'),
            readFileSync(file(repository, 'repomd.xml')).subarray(0, 900),
          );
        },
        'REPOMD_INVALID',
      ],
    ] as const)('%s: refused', async (_, harm, code) => {
      const repository = makeRepository();
      harm(repository);
      await expect(load(repository)).rejects.toMatchObject({ code });
    });

    it.each(['md5', 'sha1', 'sha'])('%s checksums: refused by name', async (type) => {
      await expect(load(makeRepository(`--checksum=${type}`))).rejects.toMatchObject({
        code: 'WEAK_ALGORITHM',
      });
    });

    it('packages elsewhere by --baseurl: followed; a parent folder by --location-prefix: no URL (T8)', async () => {
      const elsewhere = await load(makeRepository('--baseurl=https://elsewhere.example/'));
      expect(elsewhere.packages.length).toBeGreaterThan(0);
      for (const found of elsewhere.packages)
        for (const url of packageUrls(elsewhere, found))
          expect(url.url).toMatch(/^https:\/\/elsewhere\.example\//);
      const above = await load(makeRepository('--location-prefix=../'));
      for (const found of above.packages)
        expect(() => packageUrls(above, found)).toThrow(
          expect.objectContaining({ code: 'UNSAFE_PATH' }),
        );
    });
  });
});
