// SPDX-License-Identifier: MIT
import { createHash, verify, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { inJob } from '../fixtures/job.js';
import { removeRunDirectories, runCli, type RunResult } from '../fixtures/run-bundle.js';
import { type Sigstore, TIMESTAMP } from '../fixtures/sigstore.js';
import { fileName, hello } from '../fixtures/small-repository.js';
import { onStage, TOKEN } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const [ONE, TWO, THREE] = [hello('1.0'), hello('2.0'), hello('3.0')] as const;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const folderOf = (report: string): string => report.replace(/\.json$/, '-statements');

describe('statements', () => {
  afterAll(removeRunDirectories);

  it('one per published release lies beside the report: package digest, commit and source tree', async () => {
    await onStage(
      { packages: [ONE, TWO], inputs: { 'tag-format': '{name}/{version}' } },
      async (stage) => {
        const { outputs } = await stage.publish();
        const folder = folderOf(outputs['report']!);
        expect(readdirSync(folder).sort()).toEqual([
          'hello%2F1.0.intoto.json',
          'hello%2F2.0.intoto.json',
        ]);
        expect(
          JSON.parse(readFileSync(join(folder, 'hello%2F2.0.intoto.json'), 'utf8')),
        ).toMatchObject({
          _type: 'https://in-toto.io/Statement/v1',
          subject: [{ name: fileName(TWO), digest: { sha256: sha256(TWO.built.bytes) } }],
          predicate: {
            tag: 'hello/2.0',
            commit: { digest: { gitCommit: stage.git.git('rev-parse', 'hello/2.0^{commit}') } },
            source: { digest: { gitTree: stage.git.git('rev-parse', 'hello/2.0:src') } },
          },
        });
      },
    );
  });

  it('there are none when nothing was published', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      for (const inputs of [{ 'dry-run': 'true' }, {}, {}]) {
        const { outputs } = await stage.publish(inputs);
        expect(existsSync(folderOf(outputs['report']!))).toBe(outputs['tags'] !== '[]');
      }
    });
  });

  it('the command line writes them beside --report', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const flags = [
        '--baseurl',
        stage.yum.url,
        '--packages',
        'hello',
        '--gpgkey',
        `${stage.yum.url}/KEY`,
        '--repository',
        stage.git.url,
        '--report',
        'out.json',
      ];
      const { code, tempDir } = await runCli(['publish', ...flags], {
        env: { INPUT_TOKEN: TOKEN },
      });
      expect({ code, names: readdirSync(join(tempDir, 'work/out-statements')) }).toEqual({
        code: 0,
        names: ['1.0.intoto.json'],
      });
    });
  });
});

interface Bundle {
  readonly mediaType: string;
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries?: unknown;
    readonly timestampVerificationData?: unknown;
  };
  readonly dsseEnvelope: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly sig: string }[];
  };
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const filesOf = ({ outputs }: RunResult): string[] =>
  readdirSync(folderOf(outputs['report']!)).sort();
const bundleOf = ({ outputs }: RunResult, name: string): Bundle =>
  readJson(join(folderOf(outputs['report']!), `${name}.sigstore.json`)) as Bundle;
const hostsOf = ({ requests }: Sigstore): Set<string> =>
  new Set(requests.map(({ host }) => host.replace(/^127.*/, 'runner')));

/** True when the certificate's key signed the payload (DSSE 1.0.2, protocol.md: PAE), and the authority the certificate. */
function isSigned(
  { dsseEnvelope, verificationMaterial }: Bundle,
  authority: X509Certificate,
): boolean {
  const { payload, payloadType, signatures } = dsseEnvelope;
  const body = Buffer.from(payload, 'base64');
  const encoded = Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `),
    body,
  ]);
  const certificate = new X509Certificate(
    Buffer.from(verificationMaterial.certificate.rawBytes, 'base64'),
  );
  return (
    certificate.verify(authority.publicKey) &&
    signatures.length === 1 &&
    verify('sha256', encoded, certificate.publicKey, Buffer.from(signatures[0]!.sig, 'base64'))
  );
}

describeWithTools(['openssl'], 'attest', () => {
  afterAll(removeRunDirectories);

  it('signs the very statement that lies beside the report, for each release, and stores the bundle in the repository', async () => {
    await inJob([ONE, TWO], async ({ stage, api, sigstore, publish }) => {
      const result = await publish({ 'tag-format': '{name}/{version}' });
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect(filesOf(result)).toEqual(
        ['1.0', '2.0'].flatMap((version) => [
          `hello%2F${version}.intoto.json`,
          `hello%2F${version}.sigstore.json`,
        ]),
      );
      for (const [at, version] of ['1.0', '2.0'].entries()) {
        const bundle = bundleOf(result, `hello%2F${version}`);
        const tag = `hello/${version}`;
        expect(bundle).toEqual(api.attestations[at]);
        expect(bundle).toMatchObject({
          mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
          dsseEnvelope: { payloadType: 'application/vnd.in-toto+json' },
        });
        expect(isSigned(bundle, sigstore.authority)).toBe(true);
        const statement = readJson(
          join(folderOf(result.outputs['report']!), `hello%2F${version}.intoto.json`),
        );
        expect(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8')).toBe(
          JSON.stringify(statement),
        );
        const file = stage.git.git(
          'show',
          `${tag}:archive/rpm/hello-${version}-1.noarch.rpm.sha256`,
        );
        expect(statement).toMatchObject({
          subject: [{ name: `hello-${version}-1.noarch.rpm`, digest: { sha256: file } }],
          predicateType: 'urn:rpm-source-mirror:source:v1',
          predicate: {
            commit: { digest: { gitCommit: stage.git.git('rev-parse', `${tag}^{commit}`) } },
            source: { digest: { gitTree: stage.git.git('rev-parse', `${tag}:src`) } },
          },
        });
        expect(file).toBe(sha256([ONE, TWO][at]!.built.bytes));
      }
    });
  });

  it('logs the signature of a public repository in the public log', async () => {
    await inJob([ONE], async ({ sigstore, publish }) => {
      const { verificationMaterial } = bundleOf(await publish(), '1.0');
      expect(verificationMaterial).toMatchObject({
        tlogEntries: [{ kindVersion: { kind: 'dsse' } }],
      });
      expect(hostsOf(sigstore)).toEqual(
        new Set(['runner', 'fulcio.sigstore.dev', 'rekor.sigstore.dev']),
      );
    });
  });

  it('tells the public log nothing of a repository that the API calls private, whatever the event says', async () => {
    await inJob([ONE], async ({ stage, api, sigstore, publish }) => {
      api.about.private = true;
      const [serverUrl, repository] = [stage.git.serverUrl, stage.git.url].map((url) =>
        url.replace('127.0.0.1', 'localhost'),
      );
      const result = await publish(
        { repository: repository! },
        { env: { GITHUB_SERVER_URL: serverUrl, GITHUB_EVENT_PATH: '' } },
      );
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      const { verificationMaterial } = bundleOf(result, '1.0');
      expect(verificationMaterial.tlogEntries).toBeUndefined();
      expect(verificationMaterial.timestampVerificationData).toEqual({
        rfc3161Timestamps: [{ signedTimestamp: TIMESTAMP.toString('base64') }],
      });
      expect(hostsOf(sigstore)).toEqual(
        new Set(['runner', 'fulcio.localhost', 'timestamp.localhost']),
      );
    });
  });

  // "Feature not available for user owned private repositories" (GitHub, on storing an attestation).
  it('signs nothing for a private repository of a user, where GitHub keeps no attestations', async () => {
    await inJob([ONE], async ({ api, sigstore, publish }) => {
      Object.assign(api.about, { private: true, owner: { type: 'User' } });
      const result = await publish();
      expect({
        code: result.code,
        tags: result.outputs['tags'],
        asked: sigstore.requests.filter(({ host }) => host.startsWith('fulcio')),
      }).toEqual({ code: 1, tags: '["1.0"]', asked: [] });
      expect(result.report.errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('Feature not available for user owned private'),
          remedy: expect.stringContaining('Enterprise Cloud'),
        }),
      ]);
    });
  });

  it("names GitHub's price where it stores none for this owner", async () => {
    await inJob([ONE], async ({ stage, api, publish }) => {
      api.about.private = true;
      const [serverUrl, repository] = [stage.git.serverUrl, stage.git.url].map((url) =>
        url.replace('127.0.0.1', 'localhost'),
      );
      api.setFault(({ method }) =>
        method === 'POST'
          ? { status: 403, message: 'Feature not available for the acme organization' }
          : undefined,
      );
      const { report } = await publish(
        { repository: repository! },
        { env: { GITHUB_SERVER_URL: serverUrl } },
      );
      expect(report.errors).toEqual([
        expect.objectContaining({ remedy: expect.stringContaining('Enterprise Cloud') }),
      ]);
    });
  });

  // GitHub's store refuses a bundle whose certificate names another repository than the one it is stored in.
  it("another repository than the job's is refused with the inputs, before any request", async () => {
    await inJob([ONE], async ({ stage, sigstore, publish }) => {
      const result = await publish({}, { env: { GITHUB_REPOSITORY: 'acme/workflows' } });
      expect({
        code: result.code,
        requests: stage.yum.requests.length + stage.git.requests.length + sigstore.requests.length,
      }).toEqual({ code: 2, requests: 0 });
      expect(result.stdout).toMatch(
        /::error title=INPUT_CONFLICT::attest: true works only where .*acme\/workflows, and repository is acme\/mirror/,
      );
    });
  });

  it('asks nobody in a dry run, and when nothing is new', async () => {
    await inJob([ONE], async ({ api, sigstore, publish }) => {
      expect((await publish({ 'dry-run': 'true' })).code).toBe(0);
      expect([api.requests, sigstore.requests]).toEqual([[], []]);
      expect((await publish()).code).toBe(0);
      api.requests.length = sigstore.requests.length = 0;
      expect((await publish()).code).toBe(0);
      expect([api.requests, sigstore.requests]).toEqual([[], []]);
    });
  });

  it('tries again after a fault of Fulcio, Rekor or the API', async () => {
    await inJob([ONE], async ({ api, sigstore, publish }) => {
      const failed = new Set<string>();
      const once = (name: string): { status: number; body: unknown } | undefined =>
        failed.size < failed.add(name).size ? { status: 503, body: {} } : undefined;
      sigstore.setFault(({ host }) => (host.startsWith('127') ? undefined : once(host)));
      api.setFault(() => once('api'));
      const result = await publish();
      expect({
        code: result.code,
        errors: result.report.errors,
        failed: failed.size,
        stored: api.attestations.length,
      }).toEqual({ code: 0, errors: [], failed: 3, stored: 1 });
    });
  });

  it('names the release that could not be signed, publishes it all the same, and goes on with the others', async () => {
    await inJob([ONE, TWO], async ({ stage, api, sigstore, publish }) => {
      sigstore.setFault(({ host }) =>
        host.startsWith('fulcio') &&
        sigstore.requests.filter((one) => one.host === host).length <= 4
          ? { status: 500, body: { message: 'no certificates today' } }
          : undefined,
      );
      const result = await publish();
      expect({ code: result.code, tags: result.outputs['tags'], remote: stage.tags() }).toEqual({
        code: 1,
        tags: '["1.0","2.0"]',
        remote: ['1.0', '2.0'],
      });
      expect(result.report.errors).toEqual([
        {
          code: 'REMOTE_FAILED',
          message: expect.stringMatching(
            /^hello-1\.0-1\.noarch is published but not attested: .*certificate.*500.*no certificates today/,
          ),
          remedy: expect.stringMatching(/id-token: write.*audit-trail/),
        },
      ]);
      expect(result.stdout).toMatch(
        /^::error title=REMOTE_FAILED::hello-1\.0-1\.noarch is published but not attested/m,
      );
      expect({ files: filesOf(result), stored: api.attestations }).toEqual({
        files: ['1.0.intoto.json', '2.0.intoto.json', '2.0.sigstore.json'],
        stored: [bundleOf(result, '2.0')],
      });
      expect(result.report.releases.map(({ status }: { status: string }) => status)).toEqual([
        'published',
        'published',
      ]);
    });
  });

  it('says which permission is missing, and keeps the signature that could not be stored', async () => {
    await inJob([ONE], async ({ api, sigstore, publish }) => {
      api.setFault(({ method }) =>
        method === 'POST'
          ? { status: 403, message: 'Resource not accessible by integration' }
          : undefined,
      );
      const result = await publish();
      expect({ code: result.code, tags: result.outputs['tags'] }).toEqual({
        code: 1,
        tags: '["1.0"]',
      });
      expect(result.report.errors).toEqual([
        expect.objectContaining({
          code: 'AUTH',
          message: expect.stringContaining('hello-1.0-1.noarch'),
          remedy: expect.stringContaining('attestations: write'),
        }),
      ]);
      expect(isSigned(bundleOf(result, '1.0'), sigstore.authority)).toBe(true);
    });
  });

  it('stops asking after two failures in a row, and names every release that is left without', async () => {
    await inJob([ONE, TWO, THREE], async ({ sigstore, publish }) => {
      sigstore.setFault(({ host }) =>
        host.startsWith('fulcio')
          ? { status: 400, body: { message: 'identity not accepted' } }
          : undefined,
      );
      const { code, report } = await publish();
      expect({
        code,
        asked: sigstore.requests.filter(({ host }) => host.startsWith('fulcio')).length,
      }).toEqual({ code: 1, asked: 2 });
      expect(
        report.errors.map(({ message }: { message: string }) => message.split(' ', 1)[0]),
      ).toEqual(['1.0', '2.0', '3.0'].map((version) => `hello-${version}-1.noarch`));
    });
  });

  it('attests what a run published before it failed', async () => {
    await inJob([ONE, { ...TWO, served: THREE.built.bytes }], async ({ api, publish }) => {
      const result = await publish();
      expect({ code: result.code, tags: result.outputs['tags'], stored: api.attestations }).toEqual(
        { code: 1, tags: '["1.0"]', stored: [bundleOf(result, '1.0')] },
      );
      expect(result.report.errors).toEqual([]);
    });
  });

  it.each(['127.0.0.1', 'fulcio'])(
    'ends on SIGTERM, though %s never answers; the release stays published',
    async (silent) => {
      await inJob([ONE], async ({ stage, sigstore, publish }) => {
        const asked = new AbortController();
        sigstore.setFault(({ host }) => {
          if (!host.startsWith(silent)) return undefined;
          asked.abort();
          return 'hang';
        });
        const result = await publish({}, { kill: { when: asked.signal, signal: 'SIGTERM' } });
        expect({ code: result.code, tags: result.outputs['tags'], remote: stage.tags() }).toEqual({
          code: 1,
          tags: '["1.0"]',
          remote: ['1.0'],
        });
        expect(result.report.errors).toEqual([
          expect.objectContaining({
            code: 'ABORTED',
            message: expect.stringContaining('hello-1.0-1.noarch is published but not attested'),
          }),
        ]);
      });
    },
  );
});

describe('attest without the identity of a job', () => {
  afterAll(removeRunDirectories);

  it.each(['false', 'true'])(
    'is refused before any request, with the permissions to give (dry-run: %s)',
    async (dryRun) => {
      await onStage({ packages: [ONE] }, async (stage) => {
        const result = await stage.publish(
          { attest: 'true', 'dry-run': dryRun },
          { env: { GITHUB_SERVER_URL: stage.git.serverUrl } },
        );
        expect({
          code: result.code,
          requests: stage.yum.requests.length + stage.git.requests.length,
        }).toEqual({ code: 2, requests: 0 });
        expect(result.stdout).toMatch(
          /^::error title=INPUT_CONFLICT::attest.*id-token: write and attestations: write/m,
        );
      });
    },
  );

  it('is refused on the command line, too', async () => {
    const flags = [
      '--baseurl',
      'http://127.0.0.1:9',
      '--packages',
      'hello',
      '--repository',
      'acme/mirror',
      '--attest',
    ];
    const { code, stderr } = await runCli(['publish', ...flags], { env: { INPUT_TOKEN: TOKEN } });
    expect({ code, said: stderr }).toEqual({
      code: 2,
      said: expect.stringMatching(/^error: INPUT_CONFLICT: attest.*GitHub Actions job/),
    });
  });

  it('needs a repository on the server of the job', async () => {
    const flags = [
      '--baseurl',
      'http://127.0.0.1:9',
      '--packages',
      'hello',
      '--repository',
      'https://git.example.org/acme/mirror',
      '--attest',
    ];
    const { code, stderr } = await runCli(['publish', ...flags], {
      env: {
        INPUT_TOKEN: TOKEN,
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
      },
    });
    expect({ code, said: stderr }).toEqual({
      code: 2,
      said: expect.stringMatching(
        /^error: INPUT_CONFLICT: attest needs a repository on https:\/\/github\.com/m,
      ),
    });
  });

  it('takes nothing from a check, which publishes nothing', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      expect(
        (
          await stage.publish(
            { attest: 'true', mode: 'check' },
            { env: { GITHUB_SERVER_URL: stage.git.serverUrl } },
          )
        ).code,
      ).toBe(0);
    });
  });
});
