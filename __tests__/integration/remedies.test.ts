// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import {
  makeCertificate,
  makeKey,
  makeSignature,
  makeSubkey,
} from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runAction,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { signingBench } from '../fixtures/signing-keys.js';
import { hello, type IndexLies, PUBLISHER, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const PACKAGES = [hello('1.0'), hello('2.0')];
const HTML = '<!DOCTYPE html><html><body>Please log in</body></html>';
const ASC = 'repodata/repomd.xml.asc';
const REPOMD = 'repodata/repomd.xml';

/** Serves the small repository with other files laid over it. */
function serve(
  { yum }: Stage,
  over: Readonly<Record<string, Uint8Array | string>>,
  lies: IndexLies = {},
): void {
  yum.setFiles({ ...repositoryFiles(PACKAGES, lies), ...over });
}

/** Errors of the run and of its releases. */
const errorsOf = ({ report }: RunResult): { code: string; message: string; remedy: string }[] => [
  ...report.errors,
  ...report.releases.flatMap(({ error }: { error?: object }) => error ?? []),
];

describe('the signature of the index', () => {
  afterAll(removeRunDirectories);
  const index = Buffer.from(repositoryFiles(PACKAGES)[REPOMD]!);
  const stranger = makeKey('EdDSA');

  it.each([
    [
      'stale',
      () => makeSignature({ key: PUBLISHER, parts: [Buffer.from('older')] }),
      'BAD_SIGNATURE',
      /stale, or of another index.*repo-gpgcheck: off/,
    ],
    [
      'of another key',
      () => makeSignature({ key: stranger, parts: [index] }),
      'UNKNOWN_KEY',
      /Another key signs the index.*gpgkey.*repo-gpgcheck: off/,
    ],
  ] as const)('%s: the remedy names what helps', async (_, sign, code, remedy) => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      serve(stage, { [ASC]: sign() });
      expect(errorsOf(await stage.publish())).toEqual([
        {
          code,
          message: expect.stringContaining('repomd.xml'),
          remedy: expect.stringMatching(remedy),
        },
      ]);
      expect((await stage.publish({ 'repo-gpgcheck': 'off' })).code).toBe(0);
    });
  });

  it.each([
    ['an HTML page', HTML, 'an HTML page'],
    ['nothing', '', 'nothing'],
    ['text', 'not found\n', '10 bytes of something else'],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      '16 bytes of something else',
    ],
  ])(
    '%s in its place counts as absent, with a warning; not where it is required, or was there',
    async (_, body, found) => {
      await onStage({ packages: PACKAGES }, async (stage) => {
        serve(stage, { [ASC]: body });
        const required = await stage.publish({ 'repo-gpgcheck': 'required' });
        expect(errorsOf(required)).toEqual([
          expect.objectContaining({
            code: 'NO_SIGNATURE',
            message: expect.stringContaining(found),
          }),
        ]);
        const { code, report } = await stage.publish({ 'max-releases': '1' });
        expect({ code, warnings: report.warnings, signed: report.repository.signed }).toEqual({
          code: 0,
          warnings: [
            `repomd.xml.asc holds ${found} and no OpenPGP data; the index counts as not signed`,
          ],
          signed: false,
        });
        expect(stage.git.git('ls-tree', '--name-only', 'main:archive')).not.toContain('.asc');
        serve(stage, { [ASC]: makeSignature({ key: PUBLISHER, parts: [index] }) });
        expect((await stage.publish()).code).toBe(0);
        serve(stage, { [ASC]: body });
        expect(errorsOf(await stage.publish())).toEqual([
          expect.objectContaining({
            code: 'NO_SIGNATURE',
            message: expect.stringContaining(
              `signed at the last run and is not signed now: repomd.xml.asc holds ${found}`,
            ),
          }),
        ]);
      });
    },
  );

  it('a body that begins as armor and is broken is a broken signature, and not absent', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      serve(stage, { [ASC]: '-----BEGIN PGP SIGNATURE-----\n\nwsB' });
      expect(errorsOf(await stage.publish())).toEqual([
        expect.objectContaining({ code: 'NO_SIGNATURE' }),
      ]);
    });
  });

  it('repo_gpgcheck=1 of a .repo file requires it', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const { url } = stage.yum;
      const inputs = { baseurl: '', gpgkey: '', 'repo-file': `${url}/x.repo` };
      for (const [flag, code] of [
        ['1', 1],
        ['0', 0],
      ] as const) {
        serve(stage, {
          'x.repo': `[x]\nbaseurl=${url}\ngpgkey=${url}/KEY\nrepo_gpgcheck=${flag}\n`,
        });
        const result = await stage.publish({ ...inputs, mode: 'check' });
        expect({ code: result.code, codes: errorsOf(result).map((error) => error.code) }).toEqual({
          code,
          codes: code === 1 ? ['NO_SIGNATURE'] : [],
        });
      }
    });
  });
});

describeWithTools(['gpg'], 'the signature of the index as gpg makes it wrong', () => {
  const bench = signingBench();
  afterAll(() => {
    bench.close();
    removeRunDirectories();
  });

  it.each([
    ['attached', ['--sign'], /signed message with its own content.*/],
    ['attached and armored', ['--armor', '--sign'], /signed message with its own content/],
    ['clear-signed', ['--clear-sign'], /clear-signed text/],
  ])('%s', async (kind, args, message) => {
    const uid = 'index <index@example.invalid>';
    const gpg = (...more: string[]) =>
      bench.run('gpg', [
        '--batch',
        '--yes',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...more,
      ]).stdout;
    if (kind === 'attached') gpg('--quick-gen-key', uid, 'ed25519', 'sign', 'never');
    writeFileSync(join(bench.dir, 'repomd.xml'), repositoryFiles(PACKAGES)[REPOMD]!);
    gpg('--output', 'out', ...args, 'repomd.xml');
    const asc = execFileSync('cat', [join(bench.dir, 'out')]);
    await onStage({ packages: PACKAGES }, async (stage) => {
      serve(stage, { [ASC]: asc, INDEX: gpg('--armor', '--export', uid) });
      const result = await stage.publish({
        gpgkey: `${stage.yum.url}/KEY ${stage.yum.url}/INDEX`,
        'gpg-fingerprints': '',
      });
      expect(errorsOf(result)).toEqual([
        {
          code: 'NO_SIGNATURE',
          message: expect.stringMatching(message),
          remedy: expect.stringMatching(/--detach-sign.*repo-gpgcheck: off/),
        },
      ]);
    });
  });

  it('an index key that expired: the remedy does not speak of the time of signing', async () => {
    const uid = 'old <old@example.invalid>';
    const gpg = (...more: string[]) =>
      bench.run('gpg', [
        '--batch',
        '--yes',
        '--faked-system-time',
        '20240101T000000',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...more,
      ]).stdout;
    gpg('--quick-gen-key', uid, 'ed25519', 'sign', '1m');
    writeFileSync(join(bench.dir, 'repomd.xml'), repositoryFiles(PACKAGES)[REPOMD]!);
    gpg('--output', 'old.asc', '--armor', '--detach-sign', '-u', uid, 'repomd.xml');
    const asc = execFileSync('cat', [join(bench.dir, 'old.asc')]);
    await onStage({ packages: PACKAGES }, async (stage) => {
      serve(stage, { [ASC]: asc, INDEX: gpg('--armor', '--export', uid) });
      const result = await stage.publish({
        gpgkey: `${stage.yum.url}/KEY ${stage.yum.url}/INDEX`,
        'gpg-fingerprints': '',
      });
      expect(errorsOf(result)).toEqual([
        {
          code: 'KEY_EXPIRED',
          message: expect.stringMatching(/^repomd\.xml\.asc: key .* expired on 2024-01-31/),
          remedy: expect.stringMatching(
            /valid today.*newest version as gpgkey.*repo-gpgcheck: off/,
          ),
        },
      ]);
    });
  });
});

describe('a page for people in the place of a file is called that', () => {
  afterAll(removeRunDirectories);

  it.each([
    [
      'the index',
      { [REPOMD]: HTML },
      {},
      'REPOMD_INVALID',
      /expected repomd\.xml, found an HTML page/,
    ],
    ['the key', { KEY: HTML }, {}, 'KEY_INVALID', /is no OpenPGP public key: an HTML page/],
    [
      'a .repo file',
      { 'x.repo': HTML },
      { 'repo-file': 'x.repo' },
      'REPO_FILE_INVALID',
      /expected a \.repo file, found an HTML page/,
    ],
    [
      'a mirror list',
      { list: HTML },
      { mirrorlist: 'list' },
      'MIRRORLIST_INVALID',
      /expected a mirror list, found an HTML page/,
    ],
    [
      'a metalink',
      { list: HTML },
      { metalink: 'list' },
      'MIRRORLIST_INVALID',
      /expected a metalink, found an HTML page/,
    ],
    [
      'a package',
      { 'hello-1.0-1.noarch.rpm': HTML },
      {},
      'SIZE_MISMATCH',
      /found an HTML page|an HTML page \(/,
    ],
  ] as const)('%s', async (_, over, place: Record<string, string>, code, message) => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      serve(stage, over);
      const elsewhere = Object.fromEntries(
        Object.entries(place).map(([name, file]) => [name, `${stage.yum.url}/${file}`]),
      );
      const inputs = Object.keys(place).length > 0 ? { ...elsewhere, baseurl: '' } : {};
      for (const mode of ['check', 'publish'])
        expect(errorsOf(await stage.publish({ ...inputs, mode }))).toEqual([
          {
            code,
            message: expect.stringMatching(message),
            remedy: expect.stringMatching(/login, a proxy or an error page/),
          },
        ]);
    });
  });

  it('a file of the index', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const primary = Object.keys(repositoryFiles(PACKAGES)).find((name) =>
        name.includes('primary'),
      )!;
      serve(stage, { [primary]: HTML });
      expect(errorsOf(await stage.publish())).toEqual([
        expect.objectContaining({
          code: 'DIGEST_MISMATCH',
          message: expect.stringContaining('it is an HTML page'),
        }),
      ]);
    });
  });
});

describe('what leads a first run astray', () => {
  afterAll(removeRunDirectories);
  const check = (url: string, more: Record<string, string>, options = {}) =>
    runCli(
      [
        'check',
        ...Object.entries({
          baseurl: url,
          packages: 'hello',
          gpgkey: `${url}/KEY`,
          'gpg-fingerprints': PUBLISHER.fingerprint,
          repository: '.',
          ...more,
        }).map(([name, value]) => `--${name}=${value}`),
      ],
      options,
    );

  it.each([
    [
      'a .repo file as baseurl',
      { baseurl: 'https://yum.example.org/x.repo' },
      2,
      /a \.repo file.*Give it as repo-file: https:\/\/yum\.example\.org\/x\.repo/,
    ],
    [
      'a literal $basearch',
      { baseurl: 'https://yum.example.org/9/$basearch/' },
      2,
      /holds a variable.*Write https:\/\/yum\.example\.org\/9\/x86_64\//,
    ],
    [
      '${arch}, encoded',
      { baseurl: 'https://yum.example.org/%24%7Barch%7D', basearch: 'aarch64' },
      2,
      /Write https:\/\/yum\.example\.org\/aarch64/,
    ],
    [
      '$releasever',
      { baseurl: 'https://yum.example.org/$releasever' },
      2,
      /Write the value in its place/,
    ],
    ['a bare path as repository', { repository: 'nope.git' }, 2, /write \.\/nope\.git/],
    [
      'https spoken to an http port',
      (url: string) => ({ baseurl: url.replace('http', 'https') }),
      1,
      /does not speak TLS at this port\. Check scheme and port/,
    ],
    [
      'https spoken to an http port, by git',
      (url: string) => ({ repository: `${url.replace('http', 'https')}/a.git` }),
      1,
      /does not speak TLS at this port: check scheme and port of repository/,
    ],
  ] as const)('%s', async (_, given, code, said) => {
    await onStage({ packages: PACKAGES }, async ({ yum, git }) => {
      const own = typeof given === 'function' ? given(yum.url) : given;
      const result = await check(yum.url, { repository: git.repoDir, ...own });
      expect({ code: result.code, said: result.stderr }).toEqual({
        code,
        said: expect.stringMatching(said),
      });
    });
  });

  it('no git on the PATH', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum, git }) => {
      const empty = makeRunDirectory();
      const { code, stderr } = await check(
        yum.url,
        { repository: git.repoDir },
        { env: { PATH: empty } },
      );
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /error: GIT_FAILED: there is no program git on the PATH\. Install git/,
        ),
      });
    });
  });

  it('the fingerprint of a subkey as pin: whose it is, and what to list', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      const subkey = makeKey('EdDSA');
      serve(stage, {
        KEY: Buffer.concat([makeCertificate({ key: PUBLISHER }), makeSubkey(PUBLISHER, subkey)]),
      });
      const [error] = errorsOf(await stage.publish({ 'gpg-fingerprints': subkey.fingerprint }));
      expect(error).toEqual({
        code: 'PIN_MISMATCH',
        message: expect.stringContaining(`${subkey.fingerprint} (gpg-fingerprints) is a subkey`),
        remedy: expect.stringContaining(`gpg-fingerprints: ${PUBLISHER.fingerprint}`),
      });
    });
  });

  it('an index file that is compressed twice', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      serve(stage, {}, { compress: (xml) => gzipSync(gzipSync(xml)) });
      expect(errorsOf(await stage.publish())).toEqual([
        expect.objectContaining({
          code: 'PRIMARY_INVALID',
          message: expect.stringContaining('compressed twice'),
          remedy: expect.stringContaining('createrepo_c'),
        }),
      ]);
    });
  });

  it('a package that the index lists and the server lacks', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      stage.yum.setMisbehave(({ url }) => (url.includes('-1.0-') ? { status: 404 } : undefined));
      for (const mode of ['check', 'publish'])
        expect(errorsOf(await stage.publish({ mode }))[0]).toMatchObject({
          message: expect.stringContaining('the server does not have it'),
          remedy: expect.stringContaining('skip: hello-1.0-1.noarch'),
        });
    });
  });

  it('first use of a key is said once', async () => {
    await onStage({ packages: PACKAGES, inputs: { 'gpg-fingerprints': '' } }, async (stage) => {
      const { report } = await stage.publish({ mode: 'check' });
      expect(report.warnings).toEqual([expect.stringMatching(/^trusting key .* on first use/)]);
    });
  });

  it('the job summary says what helps, with a link to the place of the code', async () => {
    await onStage({ packages: [hello('1.0', { sign: () => [] })] }, async (stage) => {
      const { summary } = await stage.publish();
      expect(summary).toMatch(/docs\/troubleshooting\.md#no_signature/);
      expect(summary).toContain('Only signed packages are published');
    });
  });
});

describe('a repository on this machine that belongs to somebody else', () => {
  afterAll(removeRunDirectories);

  it('is taken for safe, since the user named its path; bare, with files, and by a link', async () => {
    // git's own switch for tests: every repository counts as somebody else's.
    const bin = makeRunDirectory();
    const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${git} "$@"\n`,
    );
    chmodSync(join(bin, 'git'), 0o755);
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const folder = makeRunDirectory();
      execFileSync('git', ['init', '-q', '--bare', '-b', 'main', join(folder, 'it"s.git')]);
      execFileSync('git', ['init', '-q', '-b', 'other', join(folder, 'work')]);
      symlinkSync(join(folder, 'it"s.git'), join(folder, 'link'));
      for (const name of ['it"s.git', 'link', 'work'])
        for (const mode of ['check', 'publish']) {
          const { code, report } = await runAction({
            inputs: {
              baseurl: yum.url,
              packages: 'hello',
              gpgkey: `${yum.url}/KEY`,
              'gpg-fingerprints': PUBLISHER.fingerprint,
              repository: join(folder, name),
              branch: name === 'work' ? 'main' : '',
              mode,
            },
            pathFirst: bin,
          });
          expect({ name, mode, code, errors: report.errors }).toEqual({
            name,
            mode,
            code: 0,
            errors: [],
          });
        }
    });
  });
});

/** A git server that takes no request body above a limit, breaks the connection off, or goes down over it. */
async function startSmallServer(root: string, limit: number, kind: '413' | 'cut' | '408' | 'dies') {
  const pushes: string[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    let size = 0;
    let isOver = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit && !isOver) {
        isOver = true;
        if (kind === 'dies') server.close();
        if (kind === 'dies' || kind === 'cut') request.socket.resetAndDestroy();
        else response.writeHead(Number(kind), { connection: 'close' }).end();
      }
      if (!isOver) parts.push(chunk);
    });
    request.on('error', () => undefined);
    request.on('end', () => {
      if (isOver) return;
      const url = new URL(request.url!, 'http://x');
      if (request.method === 'POST' && url.pathname.endsWith('receive-pack') && size > 4)
        pushes.push(String(size));
      const child = spawn('git', ['http-backend'], {
        env: {
          ...process.env,
          GIT_PROJECT_ROOT: root,
          GIT_HTTP_EXPORT_ALL: '1',
          PATH_INFO: url.pathname,
          QUERY_STRING: url.search.slice(1),
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers['content-type'] ?? '',
          CONTENT_LENGTH: String(size),
          HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
          GIT_PROTOCOL: (request.headers['git-protocol'] as string | undefined) ?? '',
          REMOTE_USER: 'x',
        },
      });
      const out: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.on('close', () => {
        const all = Buffer.concat(out);
        const at = all.indexOf('\r\n\r\n');
        const headers = all
          .subarray(0, at)
          .toString()
          .split('\r\n')
          .map((line) => line.split(/: (.*)/) as [string, string]);
        const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
        response.writeHead(
          Number.parseInt(status, 10),
          Object.fromEntries(
            headers.filter(([name]) => name !== 'Status').map(([name, value]) => [name, value]),
          ),
        );
        response.end(all.subarray(at + 4));
      });
      child.stdin.on('error', () => undefined).end(Buffer.concat(parts));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/m.git`,
    pushes,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('a push that is too large for what stands before the repository', () => {
  afterAll(removeRunDirectories);
  const noise = (seed: number): Buffer =>
    createHash('shake256', { outputLength: 60_000 }).update(String(seed)).digest();
  const large = [1, 2, 3, 4].map((at) =>
    hello(`${at}.0`, { files: [{ path: `/usr/src/hello-${at}.0/blob`, content: noise(at) }] }),
  );

  it.each(['413', '408', 'cut'] as const)(
    'goes in halves, which is said (%s)',
    async (kind) => {
      const root = makeRunDirectory();
      mkdirSync(join(root, 'm.git'));
      execFileSync('git', ['init', '-q', '--bare', '-b', 'main', join(root, 'm.git')]);
      execFileSync('git', ['-C', join(root, 'm.git'), 'config', 'http.receivepack', 'true']);
      const biggest = large[0]!.built.bytes.length;
      const server = await startSmallServer(root, biggest * 2 + 50_000, kind);
      try {
        await onStage({ packages: large }, async (stage) => {
          const result = await stage.publish({ repository: server.url, 'push-batch': '4' });
          expect({ code: result.code, errors: errorsOf(result) }).toEqual({ code: 0, errors: [] });
          expect(result.report.warnings).toContainEqual(
            expect.stringMatching(/took no push of this size; it goes in two, .*push-batch: 2/),
          );
          expect(
            execFileSync('git', ['-C', join(root, 'm.git'), 'tag'], { encoding: 'utf8' })
              .trim()
              .split('\n'),
          ).toEqual(['1.0', '2.0', '3.0', '4.0']);
        });
      } finally {
        server.close();
      }
    },
    120_000,
  );

  it.each([
    ['one release is too large by itself', '413'],
    ['the server does not come back from it', 'dies'],
  ] as const)(
    'names the limit where %s',
    async (_, kind) => {
      const root = makeRunDirectory();
      execFileSync('git', ['init', '-q', '--bare', '-b', 'main', join(root, 'm.git')]);
      execFileSync('git', ['-C', join(root, 'm.git'), 'config', 'http.receivepack', 'true']);
      const server = await startSmallServer(root, 20_000, kind);
      try {
        await onStage({ packages: large.slice(0, 2) }, async (stage) => {
          const result = await stage.publish({ repository: server.url });
          expect(errorsOf(result)[0]).toMatchObject({
            code: 'REMOTE_FAILED',
            remedy: expect.stringMatching(
              /push-batch: 1.*client_max_body_size.*archive-packages: header/,
            ),
          });
        });
      } finally {
        server.close();
      }
    },
    120_000,
  );
});

describe('a push that the remote refuses', () => {
  afterAll(removeRunDirectories);

  it('is told in some lines: the words of the remote, and each reason once', async () => {
    await onStage({ packages: PACKAGES }, async (stage) => {
      writeFileSync(
        join(stage.git.repoDir, 'hooks/pre-receive'),
        '#!/bin/sh\nfor i in 1 2 3; do echo "GH006: Protected branch update failed for refs/heads/main." >&2; done\necho "Changes must be made through a pull request." >&2\nexit 1\n',
        { mode: 0o755 },
      );
      const { report, stdout } = await stage.publish();
      const { code, message } = report.errors[0];
      expect({ code, lines: message.split('\n') }).toEqual({
        code: 'PUSH_REJECTED',
        lines: [
          'the remote refused the push:',
          'GH006: Protected branch update failed for refs/heads/main.',
          'Changes must be made through a pull request.',
          expect.stringMatching(
            /^refs\/heads\/main, refs\/tags\/1\.0 and 1 more: \[remote rejected\] \(pre-receive hook declined\)$/,
          ),
        ],
      });
      expect(stdout).toMatch(
        /^::error title=PUSH_REJECTED::the remote refused the push:%0A {2}GH006/m,
      );
    });
  });
});
