// SPDX-License-Identifier: MIT
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { resolveRepository } from '../../src/git/remote/access/credentials.js';
import { openLocalRepository } from '../../src/git/remote/local.js';
import { type GitBench, gitBench, stageCommit } from '../fixtures/git-bench.js';
import { startGitServer } from '../fixtures/git-server.js';

let bench: GitBench;
const saved = { ...process.env };
beforeEach(() => {
  bench = gitBench();
});
afterEach(async () => {
  for (const name of Object.keys(process.env))
    if (!(name in saved)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, saved);
  await bench.close();
});

const mark = (): string => join(bench.dir, 'mark');
/** A URL that leaves the mark. */
const ext = (): string => `ext::sh -c touch% '${mark().replaceAll(' ', '% ')}'`;

/** A home and an environment in which every setting that runs something would leave a mark. */
function hostileHome(): void {
  const home = join(bench.dir, 'hostile');
  const hooks = join(home, 'hooks');
  mkdirSync(hooks, { recursive: true });
  const script = `#!/bin/sh\ntouch '${mark()}'\n`;
  for (const name of ['pre-push', 'reference-transaction', 'post-index-change', 'helper']) {
    writeFileSync(join(hooks, name), script);
    chmodSync(join(hooks, name), 0o755);
  }
  const config =
    `[core]\n\thooksPath = "${hooks}"\n\tfsmonitor = "${hooks}/helper"\n\tsshCommand = "${hooks}/helper"\n\tgitProxy = "${hooks}/helper"\n[credential]\n\thelper = "!'${hooks}/helper'"\n` +
    `[url "${ext()}"]\n\tinsteadOf = file://\n\tpushInsteadOf = file://\n[protocol]\n\tallow = always\n[push]\n\tdefault = mirror\n\tfollowTags = true\n[remote "origin"]\n\turl = /nowhere\n\tpushurl = /nowhere\n\tuploadpack = "${hooks}/helper"\n`;
  writeFileSync(join(home, '.gitconfig'), config);
  mkdirSync(join(home, 'template/hooks'), { recursive: true });
  writeFileSync(join(home, 'template/config'), config);
  Object.assign(process.env, {
    HOME: home,
    XDG_CONFIG_HOME: home,
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_SYSTEM: join(home, '.gitconfig'),
    GIT_CONFIG: join(home, '.gitconfig'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: hooks,
    GIT_CONFIG_PARAMETERS: `'core.hookspath=${hooks}'`,
    GIT_TEMPLATE_DIR: join(home, 'template'),
    GIT_SSH_COMMAND: join(hooks, 'helper'),
    GIT_ASKPASS: join(hooks, 'helper'),
    GIT_EXTERNAL_DIFF: join(hooks, 'helper'),
    GIT_DIR: '/nowhere',
    GIT_WORK_TREE: '/nowhere',
    GIT_OBJECT_DIRECTORY: '/nowhere',
    GIT_NAMESPACE: 'x',
    GIT_TRACE: mark(),
    GIT_TRACE2: mark(),
    GIT_PROXY_COMMAND: join(hooks, 'helper'),
  });
}

describe("T31: nobody's configuration has a say", () => {
  it('of the user, the system and the environment', async () => {
    const path = bench.bare();
    hostileHome();
    const store = await bench.open(path);
    await store.listRefs();
    const commit = await stageCommit(store, undefined, { a: 'a' });
    expect(await store.push({ branches: [{ name: 'main', oid: commit }], tags: [] })).toEqual({
      status: 'pushed',
    });
    const again = await bench.open(path);
    expect(await again.fetchCommit('refs/heads/main')).toBe(commit);
    const reader = await openLocalRepository({ path, tempDir: bench.dir });
    expect([...(await reader.readRefs()).refs.keys()]).toEqual(['refs/heads/main']);
    await reader.close();
    expect(existsSync(mark())).toBe(false);
  });

  it("a remote's own hooks run, and see no secret of the job", async () => {
    const path = bench.bare();
    const seen = join(bench.dir, 'seen');
    const hook = join(path, 'hooks/post-receive');
    mkdirSync(join(path, 'hooks'), { recursive: true });
    writeFileSync(
      hook,
      `#!/bin/sh\nenv > '${seen}'; cat /proc/$PPID/environ /proc/$PPID/cmdline >> '${seen}' 2>/dev/null; true\n`,
    );
    chmodSync(hook, 0o755);
    Object.assign(process.env, {
      INPUT_TOKEN: 'canary-1',
      GITHUB_TOKEN: 'canary-2',
      ACTIONS_RUNTIME_TOKEN: 'canary-3',
      'INPUT_SIGNING-KEY': 'canary-4',
      AWS_SECRET_ACCESS_KEY: 'canary-5',
    });
    const store = await bench.open(path, { token: 'canary-6' });
    const commit = await stageCommit(store, undefined, { a: 'a' });
    expect(await store.push({ branches: [{ name: 'main', oid: commit }], tags: [] })).toEqual({
      status: 'pushed',
    });
    const text = readFileSync(seen, 'latin1');
    expect(text).toContain('GIT_DIR');
    expect(text).not.toMatch(/canary|INPUT_|GITHUB_|ACTIONS_/);
    expect(text).not.toContain(Buffer.from('x-access-token:canary-6').toString('base64'));
  });

  it.each(['--upload-pack=touch mark', '-x', 'a\nb', ''])(
    'the ref %j reaches no git',
    async (ref) => {
      const store = await bench.open(bench.bare());
      await expect(store.fetchCommit(ref)).rejects.toMatchObject({ code: 'GIT_FAILED' });
    },
  );

  it('a remote helper is run by git that is told to, and never by ours', async () => {
    const path = bench.bare();
    expect(() => bench.git(['-c', 'protocol.ext.allow=always', 'ls-remote', ext()])).toThrow();
    expect(existsSync(mark())).toBe(true);
    rmSync(mark());
    bench.git(['-C', path, 'config', `url.${ext()}.insteadOf`, 'file://']);
    await (await bench.open(path)).listRefs();
    for (const url of [ext(), 'fd::3', '::x'])
      expect(() => resolveRepository(url, { serverUrl: 'https://github.com' })).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID' }),
      );
    // Even one that came this far would not be run.
    const store = await bench.open(path, { remote: { transport: 'http', url: ext() } });
    await expect(store.listRefs()).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    expect(existsSync(mark())).toBe(false);
  });

  it("the user's .netrc is not read", async () => {
    const server = await startGitServer({ token: 'secret' });
    try {
      hostileHome();
      writeFileSync(
        join(bench.dir, 'hostile/.netrc'),
        'machine 127.0.0.1 login x-access-token password secret\n',
        { mode: 0o600 },
      );
      await expect((await bench.open(server.url)).listRefs()).rejects.toMatchObject({
        code: 'AUTH',
      });
      expect(server.requests.flatMap(({ authorization }) => authorization)).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
