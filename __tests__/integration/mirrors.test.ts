// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, describe, expect, it } from '@jest/globals';

import { type GitServer, type GitServerOptions, startGitServer } from '../fixtures/git-server.js';
import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { startSshServer } from '../fixtures/ssh-server.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const [ONE, TWO, THREE] = [hello('1.0'), hello('2.0'), hello('3.0')] as const;
const PASSWORD = 'glpat-p@ss/word:x';
const EMPTY = '0'.repeat(40);

const servers: GitServer[] = [];
async function further(options: GitServerOptions = {}): Promise<GitServer> {
  const server = await startGitServer({ repository: 'other/mirror', ...options });
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(removeRunDirectories);

const refs = ({ git }: { git: GitServer['git'] }): string =>
  git('for-each-ref', '--format=%(refname) %(objectname)');
const withLogin = ({ url }: GitServer, user: string, password: string): string =>
  url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
/** The log without the lines by which the runner learns what to hide; it shows none of them. */
const unmasked = (log: string): string => log.replace(/^::add-mask::.*$/gm, '');
const errorsOf = (report: { errors: { code: string; message: string }[] }): string[] =>
  report.errors.map(({ code, message }) => `${code}: ${message}`);

describe('mirrors', () => {
  it('several remotes receive the same branch and tags, each with its own credentials', async () => {
    const [open, closed] = [await further(), await further({ token: PASSWORD })];
    await onStage({ packages: [ONE, TWO] }, async (stage) => {
      const mirrors = `${open.url}\n${withLogin(closed, 'x-access-token', PASSWORD)}`;
      const result = await stage.publish({ mirrors });
      expect({ code: result.code, errors: result.report.errors }).toEqual({ code: 0, errors: [] });
      expect([refs(open), refs(closed)]).toEqual([refs(stage.git), refs(stage.git)]);
      for (const { authorization } of open.requests) expect(authorization).toEqual([]);
      for (const { authorization } of [...closed.requests, ...stage.git.requests])
        expect(authorization.length).toBeLessThan(2);
      expect(unmasked(result.stdout)).not.toContain(PASSWORD);
    });
  });

  it('a run with something new pushes only that, without reading the history again', async () => {
    const other = await further();
    await onStage({ packages: [ONE], inputs: { mirrors: other.url } }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.offer([ONE, TWO], '1700000001');
      other.requests.length = 0;
      const result = await stage.publish();
      expect({ code: result.code, refs: refs(other) }).toEqual({ code: 0, refs: refs(stage.git) });
      expect(result.stdout).not.toContain('lags behind');
    });
  });

  it('a run without anything new asks for the refs and pushes nothing', async () => {
    const other = await further();
    await onStage({ packages: [ONE], inputs: { mirrors: other.url } }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      other.requests.length = 0;
      const result = await stage.publish();
      expect({
        code: result.code,
        pushes: other.requests.filter(({ service }) => service === 'git-receive-pack'),
      }).toEqual({ code: 0, pushes: [] });
    });
  });

  it.each([
    ['that is new catches up with all of an old mirror', (): void => undefined],
    [
      'that lost its last tag gets it again',
      (server: GitServer): void => {
        server.git('update-ref', '-d', 'refs/tags/2.0');
      },
    ],
    [
      'that fell back to an older state catches up',
      (server: GitServer): void => {
        server.git('update-ref', 'refs/heads/main', '1.0^{commit}');
        server.git('update-ref', '-d', 'refs/tags/2.0');
      },
    ],
  ])('a remote %s', async (title, harm) => {
    const other = await further();
    await onStage({ packages: [ONE, TWO] }, async (stage) => {
      expect(
        (await stage.publish(title.startsWith('that is new') ? {} : { mirrors: other.url })).code,
      ).toBe(0);
      harm(other);
      stage.offer([ONE, TWO, THREE], '1700000001');
      const result = await stage.publish({ mirrors: other.url });
      expect({ code: result.code, refs: refs(other) }).toEqual({ code: 0, refs: refs(stage.git) });
      expect(result.stdout).toContain('lags behind');
      expect(other.git('fsck', '--strict', '--connectivity-only')).toBe('');
    });
  });

  it('one that fails is an error that names it, holds nobody else up, and catches up in the next run', async () => {
    const [bad, good] = [await further(), await further()];
    bad.setFault(() => ({ status: 500 }));
    await onStage(
      { packages: [ONE], inputs: { mirrors: `${bad.url} ${good.url}` } },
      async (stage) => {
        const result = await stage.publish();
        expect({
          code: result.code,
          tags: result.outputs['tags'],
          refs: [refs(bad), refs(good)],
        }).toEqual({ code: 1, tags: '["1.0"]', refs: ['', refs(stage.git)] });
        expect(errorsOf(result.report)).toEqual([
          expect.stringMatching(`^REMOTE_FAILED: .*${bad.url}`),
        ]);
        bad.setFault(undefined);
        expect({ code: (await stage.publish()).code, refs: refs(bad) }).toEqual({
          code: 0,
          refs: refs(stage.git),
        });
      },
    );
  });

  it('a password that is wrong is AUTH, and names the remote without it', async () => {
    const other = await further({ token: PASSWORD });
    await onStage({ packages: [ONE] }, async (stage) => {
      const result = await stage.publish({
        mirrors: withLogin(other, 'x-access-token', 'glpat-wrong-one'),
      });
      expect({ code: result.code, tags: stage.tags() }).toEqual({ code: 1, tags: ['1.0'] });
      expect(errorsOf(result.report)).toEqual([expect.stringMatching(`^AUTH: .*${other.url}`)]);
      expect(result.report.errors[0].remedy).toMatch(
        /^Check user and password in this URL of mirrors/,
      );
      expect(unmasked(result.stdout)).not.toContain('glpat-wrong-one');
    });
  });

  it('a branch that somebody else wrote to is never forced', async () => {
    const other = await further();
    await onStage({ packages: [ONE], inputs: { mirrors: other.url } }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      const tree = other.git('rev-parse', 'main^{tree}');
      const foreign = other.git(
        '-c',
        'user.name=x',
        '-c',
        'user.email=x@example.invalid',
        'commit-tree',
        '-m',
        'mine',
        '-p',
        'main',
        tree,
      );
      other.git('update-ref', 'refs/heads/main', foreign);
      stage.offer([ONE, TWO], '1700000001');
      const result = await stage.publish();
      expect({
        code: result.code,
        tip: other.git('rev-parse', 'main'),
        tags: stage.tags(),
      }).toEqual({ code: 1, tip: foreign, tags: ['1.0', '2.0'] });
      expect(errorsOf(result.report)).toEqual([
        expect.stringMatching(`^NON_FAST_FORWARD: .*${other.url}`),
      ]);
    });
  });

  it('a tag that points elsewhere there is reported and stays; all else arrives', async () => {
    const other = await further();
    await onStage({ packages: [ONE], inputs: { mirrors: other.url } }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      const moved = other.git('rev-parse', 'main');
      other.git('update-ref', 'refs/tags/1.0', moved);
      stage.offer([ONE, TWO], '1700000001');
      const result = await stage.publish();
      expect({
        code: result.code,
        tag: other.git('rev-parse', '1.0'),
        tags: other.git('tag', '--list'),
      }).toEqual({ code: 1, tag: moved, tags: '1.0\n2.0' });
      expect(errorsOf(result.report)).toEqual([
        expect.stringMatching(`^TAG_EXISTS: .*${other.url}.*1\\.0`),
      ]);
    });
  });

  it('foreign branches and tags of the main repository are not copied', async () => {
    const other = await further();
    await onStage({ packages: [ONE] }, async (stage) => {
      expect((await stage.publish()).code).toBe(0);
      stage.git.git('update-ref', 'refs/heads/topic', 'main');
      stage.git.git('update-ref', 'refs/tags/private', 'main');
      expect((await stage.publish({ mirrors: other.url })).code).toBe(0);
      expect(other.git('for-each-ref', '--format=%(refname)')).toBe(
        'refs/heads/main\nrefs/tags/1.0',
      );
    });
  });

  it('nothing is pushed to them in a dry run, nor when the run fails', async () => {
    const other = await further();
    await onStage({ packages: [ONE], inputs: { mirrors: other.url } }, async (stage) => {
      expect((await stage.publish({ 'dry-run': 'true' })).code).toBe(0);
      expect((await stage.publish({ 'gpg-fingerprints': EMPTY })).code).toBe(1);
      expect(other.requests).toEqual([]);
    });
  });

  it.each([
    ['a remote helper', 'ext::sh -c true', 'INPUT_INVALID'],
    [
      'a password over http to another machine',
      'http://me:secret1@git.example.invalid/a',
      'INPUT_INVALID',
    ],
    ['a path that is not there', './nowhere.git', 'INPUT_INVALID'],
  ])('%s: exit 2 before any request', async (_, mirrors, code) => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const result = await stage.publish({ mirrors });
      expect({
        code: result.code,
        requests: stage.yum.requests.length + stage.git.requests.length,
      }).toEqual({ code: 2, requests: 0 });
      expect(result.stdout).toMatch(`::error title=${code}::`);
      expect(unmasked(result.stdout)).not.toContain('secret1');
    });
  });

  it('the repository itself: exit 2', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      const result = await stage.publish({ mirrors: stage.git.url });
      expect({ code: result.code, says: result.stdout.includes('INPUT_CONFLICT') }).toEqual({
        code: 2,
        says: true,
      });
    });
  });

  it('a URL with a password is not taken as a flag, which the process list shows', async () => {
    const result = await runCli([
      'publish',
      '--mirrors',
      'https://me:secret1@git.example.invalid/a',
    ]);
    expect({
      code: result.code,
      leak: (result.stdout + result.stderr).includes('secret1'),
    }).toEqual({ code: 2, leak: false });
    expect(result.stderr).toContain('INPUT_MIRRORS');
  });
});

describeWithTools(['git', 'ssh', 'ssh-keygen', 'sshd'], 'mirrors over a real sshd', () => {
  it('receive branch and tags with ssh-key and ssh-known-hosts, and follow', async () => {
    const ssh = await startSshServer();
    try {
      await onStage(
        {
          packages: [ONE],
          inputs: { mirrors: ssh.url, 'ssh-key': ssh.key, 'ssh-known-hosts': ssh.knownHosts },
        },
        async (stage: Stage) => {
          expect((await stage.publish()).report.errors).toEqual([]);
          stage.offer([ONE, TWO], '1700000001');
          const file = join(makeRunDirectory(), 'known_hosts');
          writeFileSync(file, ssh.knownHosts);
          expect((await stage.publish({ 'ssh-known-hosts': file })).code).toBe(0);
          expect(refs(ssh)).toBe(refs(stage.git));
        },
      );
    } finally {
      ssh.close();
    }
  });

  it('are refused with an unknown host key, another host key or another user key, and say what to set', async () => {
    const ssh = await startSshServer();
    try {
      await onStage({ packages: [ONE], inputs: { mirrors: ssh.url } }, async (stage) => {
        for (const [inputs, remedy] of [
          [
            { 'ssh-key': ssh.key, 'ssh-known-hosts': 'example.invalid ssh-ed25519 AAAA' },
            'ssh-known-hosts',
          ],
          [{ 'ssh-key': ssh.key, 'ssh-known-hosts': ssh.otherHosts }, 'ssh-known-hosts'],
          [{ 'ssh-key': ssh.strangerKey, 'ssh-known-hosts': ssh.knownHosts }, 'ssh-key'],
        ] as const) {
          const result = await stage.publish(inputs);
          expect({ code: result.code, refs: refs(ssh) }).toEqual({ code: 1, refs: '' });
          expect(result.report.errors).toEqual([
            expect.objectContaining({ code: 'AUTH', remedy: expect.stringContaining(remedy) }),
          ]);
          expect(result.stdout).not.toMatch(/^::error.*(?:NASTY|@@@|known-hosts:1)/m);
        }
        expect(stage.tags()).toEqual(['1.0']);
      });
    } finally {
      ssh.close();
    }
  });

  it('the main repository may be an ssh remote, too; a broken key is exit 2', async () => {
    const ssh = await startSshServer();
    try {
      await onStage(
        {
          packages: [ONE],
          inputs: { repository: ssh.url, token: '', 'ssh-known-hosts': ssh.knownHosts },
        },
        async (stage) => {
          expect((await stage.publish({ 'ssh-key': ssh.key.slice(0, 80) })).code).toBe(2);
          expect((await stage.publish({ 'ssh-key': ssh.key })).report.errors).toEqual([]);
          expect(ssh.git('tag', '--list')).toBe('1.0');
        },
      );
    } finally {
      ssh.close();
    }
  });
});
