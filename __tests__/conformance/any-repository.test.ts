// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { InspectResult } from '../../src/inspect/inspect.js';
import { execFileSync } from '../fixtures/commands.js';
import { NATIVE_TOOLS, NativePackages, type NativeSpec } from '../fixtures/native-packages.js';
import { nativeSourceTrees } from '../fixtures/native-tree.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';
import { startYumServer } from '../fixtures/yum-server.js';

/** Every payload and every file digest that rpmbuild makes, and every signature that Debian's tools do. */
const MATRIX: readonly Required<NativeSpec>[] = [
  { version: '1', payload: 'w9.gzdio', fileDigest: 1, sign: 'RSA' },
  { version: '2', payload: 'w9.bzdio', fileDigest: 2, sign: 'V3' },
  { version: '3', payload: 'w6.xzdio', fileDigest: 8, sign: 'EdDSA' },
  { version: '4', payload: 'w6.lzdio', fileDigest: 9, sign: 'DSA' },
  { version: '5', payload: 'w19.zstdio', fileDigest: 10, sign: 'ECDSA' },
  { version: '6', payload: 'w.ufdio', fileDigest: 11, sign: 'RSA' },
  { version: '7', payload: 'w2T2.xzdio', fileDigest: 8, sign: 'V3' },
];
const COMPRESSORS = ['gzip', 'bzip2', 'xz', 'lzma', 'zstd', 'gzip', 'xz'];

describeWithTools(
  [...NATIVE_TOOLS, 'createrepo_c', 'rpm2cpio', 'cpio', 'git', 'zstd'],
  'repositories that other tools make',
  () => {
    let native: NativePackages;
    let pool: string;
    let files: string[];
    let stage: Stage;

    beforeAll(() => {
      const folder = makeRunDirectory();
      native = new NativePackages(folder);
      pool = path.join(folder, 'pool');
      mkdirSync(pool);
      files = MATRIX.map((spec) => native.build(spec, pool));
    }, 120_000);
    afterAll(removeRunDirectories);
    beforeEach(async () => {
      stage = await openStage({
        inputs: {
          'gpg-fingerprints': Object.values(native.fingerprints).join(' '),
          gpgkey: Object.values(native.keys).join('\n'),
        },
      });
    });
    afterEach(() => stage.close());

    /** Serves these packages under a fresh index made with these options. */
    function serve(packages: readonly string[], ...options: string[]): string {
      const folder = mkdtempSync(path.join(native.folder, 'repository-'));
      packages.forEach((file, at) => {
        const place = path.join(folder, at % 2 === 0 ? '.' : 'sub/folder');
        mkdirSync(place, { recursive: true });
        cpSync(file, path.join(place, path.basename(file)), { preserveTimestamps: true });
      });
      execFileSync('createrepo_c', ['--quiet', ...options, folder], { stdio: 'pipe' });
      stage.yum.setRoots(folder);
      return folder;
    }
    const outcome = (result: RunResult) => ({
      code: result.code,
      errors: [
        ...result.report.errors,
        ...result.report.releases.flatMap(({ error }: { error?: object }) => error ?? []),
      ].map(({ code }: { code: string }) => code),
      tags: stage.tags(),
    });
    const published = (...tags: string[]) => ({ code: 0, errors: [], tags });
    const refused = (code: string) => ({ code: 1, errors: [code], tags: [] });

    describe('packages of rpmbuild with every payload, file digest and signature', () => {
      let inspected: (InspectResult & { readonly file: string })[];
      beforeAll(async () => {
        const { code, stdout } = await runCli(['inspect', '--json', ...files], {
          env: { INPUT_GPGKEY: Object.values(native.keys).join('\n') },
        });
        expect(code).toBe(0);
        inspected = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as InspectResult);
      });

      it('are published with the source trees that rpm2cpio, cpio and git make of them', async () => {
        serve(files);
        expect(outcome(await stage.publish())).toEqual(
          published(...MATRIX.map(({ version }) => version)),
        );
        expect(MATRIX.map(({ version }) => stage.git.git('rev-parse', `${version}:src`))).toEqual(
          nativeSourceTrees(files),
        );
        expect(stage.git.git('fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
      });

      it('inspect: the facts are those of rpm -qp', () => {
        const format =
          '%{NEVRA}|%{NAME}|%{VERSION}|%{RELEASE}|%{ARCH}|%{LICENSE}|%{SUMMARY}|%{BUILDTIME}|%{BUILDHOST}|%{PAYLOADFORMAT}|%{PAYLOADCOMPRESSOR}\n[%{FILENAMES}|%{FILEMODES:octal}|%{FILESIZES}|%{FILELINKTOS}\n]';
        for (const [at, file] of files.entries()) {
          const [facts, ...rows] = execFileSync(
            'rpm',
            ['-qp', '--nosignature', '--qf', format, file],
            { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
          )
            .trimEnd()
            .split('\n');
          const found = inspected[at]!;
          expect(found.file).toBe(file);
          const {
            nevra,
            name,
            version,
            release,
            arch,
            license,
            summary,
            buildTime,
            buildHost,
            payload,
          } = found;
          expect(
            [
              nevra,
              name,
              version,
              release,
              arch,
              license,
              summary,
              buildTime,
              buildHost,
              payload!.format,
            ].map(String),
          ).toEqual(facts!.split('|').slice(0, 10));
          // An absent PAYLOADCOMPRESSOR means gzip to all that read packages, whatever the payload is; it is read by its magic.
          expect([found.payload!.compressor, facts!.split('|')[10]]).toEqual([
            COMPRESSORS[at],
            MATRIX[at]!.payload === 'w.ufdio' ? '(none)' : COMPRESSORS[at],
          ]);
          expect(
            found.files!.map(
              (entry) =>
                `/${entry.path as string}|${entry.mode.replace(/^0/, '')}|${entry.size}|${(entry.target ?? '') as string}`,
            ),
          ).toEqual(rows);
          expect(
            found.files!.filter(
              ({ type, ghost, digest }) => type === 'file' && ghost !== true && digest !== 'good',
            ),
          ).toEqual([]);
        }
      });

      /** As rpmkeys words good signatures. */
      const signatureLines = ({ signatures = [] }: InspectResult): string[] =>
        signatures
          .map(
            ({ version, algorithm, hash, keyId, covers }) =>
              `${covers === 'header' ? 'Header ' : ''}V${version} ${algorithm}/${hash} Signature, key ID ${keyId!.slice(8)}: OK`,
          )
          .sort();

      it('inspect: signatures, digests and verdict are those of rpmkeys -Kv', () => {
        const byRpm = native.rpmkeys(files.filter((_, at) => MATRIX[at]!.sign !== 'ECDSA'));
        expect(byRpm.size).toBe(MATRIX.length - 1);
        for (const [file, { ok, lines }] of byRpm) {
          const found = inspected.find((each) => each.file === file)!;
          expect([file, found.verdict, found.reasons, ok]).toEqual([file, 'accept', [], true]);
          expect(signatureLines(found)).toEqual(
            lines.filter((line) => line.includes('Signature')).sort(),
          );
          // Where the payload is compressed, rpmkeys says nothing of the digest of what is inside.
          const digests = {
            SHA256HEADER: 'Header SHA256 digest: OK',
            SHA1HEADER: 'Header SHA1 digest: OK',
            PAYLOADDIGEST: 'Payload SHA256 digest: OK',
            SIGMD5: 'MD5 digest: OK',
            PAYLOADDIGESTALT: '',
          } as const;
          expect(
            found
              .digests!.map(({ name }) => digests[name as keyof typeof digests])
              .filter((line) => line !== '')
              .sort(),
          ).toEqual(
            lines.filter((line) => line.includes('digest') && !line.includes('ALT')).sort(),
          );
        }
      });

      it('inspect: ECDSA, which rpm 4.18 has no code for, is what gpg made it', () => {
        const found = inspected[MATRIX.findIndex(({ sign }) => sign === 'ECDSA')]!;
        expect([found.verdict, found.reasons, found.signatures![0]!.fingerprint]).toEqual([
          'accept',
          [],
          native.fingerprints.ECDSA,
        ]);
        expect(signatureLines(found)).toEqual([expect.stringMatching(/^Header V4 ECDSA\/SHA256 /)]);
      });
    });

    describe('indexes of createrepo_c', () => {
      it.each([
        [
          'gzip, sha256, plain names',
          ['--general-compress-type=gz', '--checksum=sha256', '--simple-md-filenames'],
          'gz',
        ],
        ['bzip2, sha384', ['--general-compress-type=bz2', '--checksum=sha384'], 'bz2'],
        [
          'xz, sha512 with sha256 in repomd.xml, no databases',
          [
            '--general-compress-type=xz',
            '--checksum=sha512',
            '--repomd-checksum=sha256',
            '--no-database',
          ],
          'xz',
        ],
      ])(
        '%s: published, and archived as served without the checksum in the name',
        async (_, options, suffix) => {
          const folder = serve(files.slice(0, 2), ...options);
          expect(outcome(await stage.publish())).toEqual(published('1', '2'));
          const archived = stage.git.git('ls-tree', '--name-only', 'main:archive').split('\n');
          for (const type of ['primary', 'filelists', 'other']) {
            expect(archived).toContain(`${type}.xml.${suffix}`);
            const served = readFileSync(
              path.join(
                folder,
                'repodata',
                readdirSync(path.join(folder, 'repodata')).find((name) =>
                  name.includes(`${type}.xml.`),
                )!,
              ),
            );
            expect(
              stage.git.git('cat-file', 'blob', `main:archive/${type}.xml.${suffix}.sha256`),
            ).toBe(createHash('sha256').update(served).digest('hex'));
            expect(stage.git.git('rev-parse', `main:archive/${type}.xml.${suffix}`)).toBe(
              createHash('sha1').update(`blob ${served.length}\0`).update(served).digest('hex'),
            );
          }
        },
      );

      it.each([
        ['zst', (xml: Buffer) => execFileSync('zstd', ['-q', '-19', '-c'], { input: xml })],
        ['', (xml: Buffer) => xml],
      ] as const)(
        'records compressed as "%s", which newer tools write: published',
        async (suffix, compress) => {
          const folder = path.join(serve(files.slice(0, 1), '--no-database'), 'repodata');
          let repomd = readFileSync(path.join(folder, 'repomd.xml'), 'utf8');
          for (const name of readdirSync(folder).filter((file) => file.endsWith('.gz'))) {
            const bytes = compress(gunzipSync(readFileSync(path.join(folder, name))));
            const [old, sum] = [
              name.split('-')[0]!,
              createHash('sha256').update(bytes).digest('hex'),
            ];
            const other = name
              .replace(old, sum)
              .replace(/\.gz$/, suffix === '' ? '' : `.${suffix}`);
            writeFileSync(path.join(folder, other), bytes);
            repomd = repomd.replace(
              new RegExp(`(<checksum[^>]*>)${old}([^]*?)href="repodata/${name}"([^]*?)<size>\\d+`),
              `$1${sum}$2href="repodata/${other}"$3<size>${bytes.length}`,
            );
            rmSync(path.join(folder, name));
          }
          writeFileSync(path.join(folder, 'repomd.xml'), repomd);
          const result = await stage.publish();
          expect({ ...outcome(result), warnings: result.report.warnings }).toEqual({
            ...published('1'),
            // The source brings attributes of its own.
            warnings: [expect.stringContaining('.gitattributes sets text, eol')],
          });
          expect(stage.git.git('ls-tree', '--name-only', 'main:archive').split('\n')).toContain(
            `primary.xml${suffix === '' ? '' : `.${suffix}`}`,
          );
        },
      );

      it.each([
        ['sha', 'sha1'],
        ['md5', 'md5'],
      ])(
        'T4: %s checksums are refused by name, and taken with a warning when allow-weak names %s',
        async (type, name) => {
          serve(files.slice(2, 3), `--checksum=${type}`);
          const result = await stage.publish();
          expect(outcome(result)).toEqual(refused('WEAK_ALGORITHM'));
          expect(result.report.errors[0].message).toMatch(new RegExp(`${type}|${name}`));
          const allowed = await stage.publish({ 'allow-weak': name });
          expect(outcome(allowed)).toEqual(published('3'));
          expect(allowed.report.warnings.join('\n')).toMatch(new RegExp(`${type}|${name}`));
        },
      );

      it('--baseurl is followed, of the own origin and of another one (T8)', async () => {
        const packages = serve(files.slice(0, 1));
        const pool = await startYumServer({ roots: [packages] });
        const [own, other] = [`${stage.yum.url}/`, `${pool.url}/`].map((url) => {
          execFileSync('createrepo_c', ['--quiet', `--baseurl=${url}`, packages], {
            stdio: 'pipe',
          });
          return Object.fromEntries(
            readdirSync(path.join(packages, 'repodata')).map((name) => [
              `repodata/${name}`,
              readFileSync(path.join(packages, 'repodata', name)),
            ]),
          );
        });
        for (const files of [own!, other!]) {
          stage.yum.setFiles(files);
          expect(outcome(await stage.publish({ 'dry-run': 'true' })).code).toBe(0);
        }
        expect(pool.requests.some(({ url }) => url.endsWith('.rpm'))).toBe(true);
        await pool.close();
        stage.yum.setFiles(own!);
        expect(outcome(await stage.publish())).toEqual(published('1'));
      });
    });

    describe('repomd.xml.asc of gpg', () => {
      it.each(['RSA', 'ECDSA'] as const)(
        '%s: required and good is published, of another file refused',
        async (key) => {
          const repodata = path.join(serve(files.slice(0, 1), '--no-database'), 'repodata');
          const repomd = readFileSync(path.join(repodata, 'repomd.xml'));
          writeFileSync(
            path.join(repodata, 'repomd.xml.asc'),
            native.sign(key, Buffer.concat([repomd, Buffer.from('\n')]), '--armor'),
          );
          expect(outcome(await stage.publish({ 'repo-gpgcheck': 'required' }))).toEqual(
            refused('BAD_SIGNATURE'),
          );
          writeFileSync(path.join(repodata, 'repomd.xml.asc'), native.sign(key, repomd, '--armor'));
          const result = await stage.publish({ 'repo-gpgcheck': 'required' });
          expect({ ...outcome(result), signed: result.report.repository.signed }).toEqual({
            ...published('1'),
            signed: true,
          });
        },
      );
    });
  },
);
