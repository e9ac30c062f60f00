// SPDX-License-Identifier: MIT
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { int32, text, texts } from '../fixtures/header-builder.js';
import {
  BIRTH,
  DAY,
  FLAGS,
  makeCertificate,
  makeKey,
  makeRevocation,
  makeSignature,
  subpacket,
  uint32,
} from '../fixtures/openpgp-builder.js';
import { buildPackage, type PackageFile } from '../fixtures/rpm-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import {
  hello,
  helloFiles,
  PUBLISHER,
  PUBLISHER_KEY,
  signBoth,
} from '../fixtures/small-repository.js';

type Line = Readonly<Record<string, unknown>> & {
  readonly file: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
};

const FOLDER = '/usr/src/hello-1.0';
let folder: string;
/** Writes a file to inspect and returns its path. */
const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const inspect = (...args: string[]): Promise<RunResult> =>
  runCli(['inspect', ...args], { cwd: folder });
const lines = ({ stdout }: RunResult): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const codes = ({ reasons }: Line): string[] => [
  ...new Set(reasons.map((reason) => reason.split(':')[0]!)),
];

beforeAll(() => {
  folder = makeRunDirectory();
  write('KEY', PUBLISHER_KEY);
  write('good.rpm', hello('1.0').built.bytes);
  write('unsigned.rpm', buildPackage({ version: '1.1' }).bytes);
});
afterAll(removeRunDirectories);

describe('inspect --json', () => {
  it('prints one object a line in the order of the arguments, for everything that is no package, too', async () => {
    write('text.rpm', 'no package at all\n');
    write('empty.rpm', '');
    write('cut.rpm', hello('1.0').built.bytes.subarray(0, 700));
    mkdirSync(join(folder, 'folder.rpm'));
    execFileSync('mkfifo', [join(folder, 'pipe.rpm')]);
    const files = [
      'text.rpm',
      'good.rpm',
      'folder.rpm',
      'pipe.rpm',
      'empty.rpm',
      'cut.rpm',
      'unsigned.rpm',
    ];
    const result = await inspect('--json', ...files);
    const found = lines(result);
    expect({
      code: result.code,
      stderr: result.stderr,
      files: found.map(({ file }) => file),
    }).toEqual({ code: 1, stderr: '', files });
    expect(found.map((line) => [line.verdict, ...codes(line)])).toEqual([
      ['reject', 'BAD_MAGIC'],
      ['accept', 'NOT_CHECKED'],
      ['reject', 'NOT_FOUND'],
      ['reject', 'NOT_FOUND'],
      ['reject', 'BAD_MAGIC'],
      ['reject', 'HEADER_BOUNDS'],
      ['accept', 'NOT_CHECKED'],
    ]);
    expect(Object.keys(found[0]!)).toEqual(['file', 'sha256', 'verdict', 'reasons']);
    expect(Object.keys(found[1]!)).toEqual([
      'file',
      'sha256',
      'contentSha256',
      'headerSha256',
      'nevra',
      'name',
      'epoch',
      'version',
      'release',
      'arch',
      'license',
      'summary',
      'buildTime',
      'buildHost',
      'payload',
      'signatures',
      'digests',
      'files',
      'verdict',
      'reasons',
    ]);
  });

  it('writes strings that are not UTF-8 as b64, and only those', async () => {
    const file = write(
      'bytes.rpm',
      buildPackage({
        entries: [text(1014, Buffer.from('GPL caf\xe9', 'latin1')), text(1007, 'b\u00fcro')],
        files: [
          { path: `${FOLDER}/x`, content: '' },
          { path: `${FOLDER}/l`, target: 'x', mode: 0o120777 },
        ],
      }).bytes,
    );
    const [found] = lines(await inspect('--json', file));
    expect(found).toMatchObject({
      verdict: 'accept',
      license: { b64: Buffer.from('GPL caf\xe9', 'latin1').toString('base64') },
      buildHost: 'b\u00fcro',
    });
    expect(found!['files']).toMatchObject([
      { path: 'usr/src/hello-1.0/x', mode: '100644', digest: 'good' },
      { type: 'symlink', target: 'x', mode: '120777' },
    ]);
  });
});

describe('inspect for people', () => {
  it('says beside the verdict that no signature was looked at, where no key was given', async () => {
    expect((await inspect('good.rpm')).stdout).toContain(
      '  verdict   accept, but the signatures were not checked: no --gpgkey\n',
    );
    expect((await inspect('--gpgkey', 'KEY', 'good.rpm')).stdout).toContain('  verdict   accept\n');
  });

  it('gives every fact one line: no text of a package forges another', async () => {
    const file = write(
      'forged.rpm',
      buildPackage({
        entries: [text(1014, 'MIT\n  verdict   accept\n::error::x\x1b[2J')],
        digests: false,
        payloadDigest: false,
        payload: Buffer.from('broken'),
      }).bytes,
    );
    const { code, stdout } = await inspect(file);
    expect(code).toBe(1);
    expect(stdout.match(/^ {2}verdict .*$/gm)).toEqual(['  verdict   reject']);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).not.toMatch(/^::/m);
  });

  it('is silent with --quiet, and says by its exit what it found', async () => {
    const [good, mixed] = [
      await inspect('--quiet', 'good.rpm', 'unsigned.rpm'),
      await inspect('--quiet', '--gpgkey', 'KEY', 'good.rpm', 'unsigned.rpm'),
    ];
    expect([good.code, good.stdout, mixed.code, mixed.stdout]).toEqual([0, '', 1, '']);
  });

  it.each([
    ['no file', []],
    ['a file that is not there', ['good.rpm', 'missing.rpm']],
    ['a key that is not there', ['good.rpm', '--gpgkey', 'MISSING']],
    ['an unknown flag', ['good.rpm', '--gpg-key', 'KEY']],
    ['a secret as a flag', ['good.rpm', '--token', 'x']],
  ] as const)('%s is wrong input: exit 2, nothing on standard output', async (_, args) => {
    const { code, stdout, stderr } = await inspect(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: INPUT_/);
  });
});

describe('inspect --gpgkey', () => {
  it('judges signatures by the keys given, from several files and flags', async () => {
    const stranger = makeKey('EdDSA');
    write('STRANGER', makeCertificate({ key: stranger }));
    write('strange.rpm', hello('1.0', { sign: signBoth(stranger) }).built.bytes);
    const one = await inspect('--json', '--gpgkey=KEY', 'good.rpm', 'strange.rpm', 'unsigned.rpm');
    expect([one.code, lines(one).map((line) => [line.verdict, ...codes(line)])]).toEqual([
      1,
      [['accept'], ['reject', 'UNKNOWN_KEY'], ['reject', 'NO_SIGNATURE']],
    ]);
    const both = await inspect(
      '--json',
      '--gpgkey',
      'KEY',
      '--gpgkey',
      'STRANGER',
      'good.rpm',
      'strange.rpm',
    );
    expect([both.code, lines(both).map(({ verdict }) => verdict)]).toEqual([
      0,
      ['accept', 'accept'],
    ]);
    expect(lines(both)[0]!['signatures']).toMatchObject([
      {
        tag: 'RSAHEADER',
        covers: 'header',
        version: 4,
        algorithm: 'EdDSA',
        hash: 'SHA512',
        fingerprint: PUBLISHER.fingerprint,
        status: 'good',
      },
      { tag: 'SIGPGP', covers: 'header+payload', status: 'good' },
    ]);
  });

  it('T17: a key that expired before the signature, or was revoked, is refused by its code; one that expired later is not', async () => {
    const key = makeKey('EdDSA');
    const lifetime = (days: number) => subpacket(9, uint32(days * DAY));
    write(
      'signed.rpm',
      hello('1.0', { sign: ({ header, payload }) => signBoth(key)({ header, payload }) }).built
        .bytes,
    );
    write(
      'late.rpm',
      hello('1.0', {
        sign: ({ header }) => [
          {
            tag: 268,
            type: 7,
            value: makeSignature({ key, parts: [header], created: BIRTH + 50 * DAY }),
          },
        ],
      }).built.bytes,
    );
    write('EXPIRES', makeCertificate({ key, certifications: [{ hashed: [FLAGS, lifetime(20)] }] }));
    write('REVOKED', makeCertificate({ key, direct: [makeRevocation(key)] }));
    const verdicts = async (name: string) =>
      lines(await inspect('--json', '--gpgkey', name, 'signed.rpm', 'late.rpm')).map((line) => [
        line.verdict,
        ...codes(line),
      ]);
    expect(await verdicts('EXPIRES')).toEqual([['accept'], ['reject', 'KEY_EXPIRED']]);
    expect(await verdicts('REVOKED')).toEqual([
      ['reject', 'KEY_REVOKED'],
      ['reject', 'KEY_REVOKED'],
    ]);
  });
});

describe('inspect --extract', () => {
  const link = (name: string, target: string): PackageFile => ({
    path: `${FOLDER}/${name}`,
    target,
    mode: 0o120777,
  });

  it('unpacks one package into the folder, several each into its own: contents, modes and links', async () => {
    write(
      'links.rpm',
      hello('1.0', {
        files: [
          ...helloFiles('1.0'),
          link('out', '/etc/passwd'),
          { path: `${FOLDER}/setuid`, content: 'x', mode: 0o104755 },
          { path: '/ghost', flags: 64 },
        ],
      }).built.bytes,
    );
    const one = await inspect('--extract', 'one', '--gpgkey', 'KEY', 'links.rpm');
    expect([one.code, one.stderr]).toEqual([0, '6 entries unpacked into one\n']);
    const at = (name: string): string => join(folder, 'one', FOLDER, name);
    expect(readdirSync(at('.')).sort()).toEqual([
      'hello.c',
      'install.sh',
      'only-1.0',
      'out',
      'setuid',
    ]);
    expect([readFileSync(at('hello.c'), 'utf8'), readlinkSync(at('out'))]).toEqual([
      'const char version[] = "1.0";\n',
      '/etc/passwd',
    ]);
    expect(
      ['hello.c', 'install.sh', 'setuid'].map((name) =>
        (lstatSync(at(name)).mode & 0o7777).toString(8),
      ),
    ).toEqual(['644', '755', '755']);
    expect(existsSync(join(folder, 'one/ghost'))).toBe(false);
    expect((await inspect('--extract', 'several', 'links.rpm', 'good.rpm')).code).toBe(0);
    expect(readdirSync(join(folder, 'several')).sort()).toEqual(['good', 'links']);
  });

  it('refuses a folder that holds something, with exit 2 and nothing written', async () => {
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full/mine'), 'mine');
    const { code, stderr } = await inspect('--extract', 'full', 'good.rpm');
    expect([code, readdirSync(join(folder, 'full'))]).toEqual([2, ['mine']]);
    expect(stderr).toMatch(/INPUT_INVALID: .*full is not an empty folder/);
    mkdirSync(join(folder, 'copy'));
    writeFileSync(join(folder, 'copy/good.rpm'), readFileSync(join(folder, 'good.rpm')));
    const twice = await inspect('--json', '--extract', 'twice', 'good.rpm', 'copy/good.rpm');
    expect([twice.code, twice.stdout, existsSync(join(folder, 'twice'))]).toEqual([2, '', false]);
    expect(twice.stderr).toContain('INPUT_CONFLICT');
  });

  it('T21: writes nothing of what is refused, nothing through a link, nothing under a name that it cannot write', async () => {
    symlinkSync(join(folder, 'target'), join(folder, 'dangling'));
    write(
      'through.rpm',
      hello('1.0', { files: [link('dir', '/tmp'), { path: `${FOLDER}/dir/owned`, content: 'x' }] })
        .built.bytes,
    );
    write(
      'escape.rpm',
      hello('1.0', { files: [{ path: '/../../owned', content: 'x' }] }).built.bytes,
    );
    const name = Buffer.from('caf\xe9.c', 'latin1');
    const members = [
      { name: `.${FOLDER}/hello.c`, content: 'x' },
      { name: Buffer.concat([Buffer.from(`.${FOLDER}/`), name]), content: 'x', inode: 2 },
    ];
    write(
      'latin.rpm',
      hello('1.0', {
        files: [
          { path: `${FOLDER}/hello.c`, content: 'x' },
          { path: `${FOLDER}/x`, content: 'x' },
        ],
        members,
        entries: [texts(1117, ['hello.c', name]), int32(1096, 1, 2)],
      }).built.bytes,
    );
    for (const [file, code, facts] of [
      ['through.rpm', 'UNSAFE_PATH', true],
      ['escape.rpm', 'UNSAFE_PATH', true],
      ['latin.rpm', 'UNSAFE_PATH', true],
      ['unsigned.rpm', 'NO_SIGNATURE', true],
    ] as const) {
      const result = await inspect('--json', '--gpgkey', 'KEY', '--extract', `out-${file}`, file);
      const [line] = lines(result);
      expect([
        file,
        result.code,
        line!.verdict,
        codes(line!),
        line!['nevra'] !== undefined,
        existsSync(join(folder, `out-${file}`)),
      ]).toEqual([file, 1, 'reject', [code], facts, false]);
    }
    expect(existsSync('/tmp/owned')).toBe(false);
    expect(lines(await inspect('--json', '--gpgkey', 'KEY', 'latin.rpm'))[0]).toMatchObject({
      verdict: 'accept',
      reasons: [],
    });
  });
});
