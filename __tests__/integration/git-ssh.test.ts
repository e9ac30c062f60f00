// SPDX-License-Identifier: MIT
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import type { SshOptions } from '../../src/git/remote/access/ssh.js';
import { execFileSync } from '../fixtures/commands.js';
import { type GitBench, gitBench, stageCommit } from '../fixtures/git-bench.js';
import { describeWithTools, requireTool } from '../fixtures/tools.js';

describeWithTools(['git', 'ssh', 'ssh-keygen', 'sshd'], 'a remote over a real sshd', () => {
  let bench: GitBench;
  let server: ChildProcess;
  let port = 0;
  let url = '';
  const file = (name: string): string => join(bench.dir, name);
  const makeKey = (name: string): void => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file(name)]);
  };
  const knownHosts = (name = 'host'): string =>
    `[127.0.0.1]:${port} ${readFileSync(file(`${name}.pub`), 'utf8')}`;

  beforeEach(async () => {
    bench = gitBench();
    ['host', 'other-host', 'user', 'stranger'].forEach(makeKey);
    writeFileSync(file('authorized_keys'), readFileSync(file('user.pub')), { mode: 0o600 });
    port = await freePort();
    const lines = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey "${file('host')}"`,
      `AuthorizedKeysFile "${file('authorized_keys')}"`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
    ];
    writeFileSync(file('sshd_config'), `${lines.join('\n')}\n`);
    execFileSync('mkdir', ['-p', '/run/sshd']);
    server = spawn(requireTool('sshd')!, ['-D', '-e', '-f', file('sshd_config')], {
      stdio: 'ignore',
    });
    await listening(port);
    url = `ssh://${userInfo().username}@127.0.0.1:${port}${bench.bare().replaceAll(' ', '%20')}`;
  });
  afterEach(async () => {
    server.kill();
    await bench.close();
  });

  const push = async (ssh: SshOptions): Promise<unknown> => {
    const store = await bench.open(url, { ssh });
    await store.listRefs();
    return store.push({
      branches: [{ name: 'main', oid: await stageCommit(store, undefined, { a: 'a' }) }],
      tags: [],
    });
  };

  it('is pushed to with the key, and read again', async () => {
    // Secrets lose their last line end on the way.
    const ssh = { key: readFileSync(file('user'), 'utf8').trim(), knownHosts: knownHosts() };
    expect(await push(ssh)).toEqual({ status: 'pushed' });
    const store = await bench.open(url, { ssh });
    const { branches } = await store.listRefs();
    expect(await store.fetchCommit('refs/heads/main')).toBe(branches.get('main'));
  });

  it('is not reached with another key', async () => {
    await expect(
      push({ key: readFileSync(file('stranger'), 'utf8'), knownHosts: knownHosts() }),
    ).rejects.toMatchObject({ code: 'AUTH' });
  });

  it('is not trusted with another host key', async () => {
    await expect(
      push({ key: readFileSync(file('user'), 'utf8'), knownHosts: knownHosts('other-host') }),
    ).rejects.toMatchObject({
      code: 'AUTH',
      message: expect.stringMatching(
        /the host key sent is SHA256:\S+ \(ED25519\); ssh-known-hosts has another$/,
      ),
    });
  });

  it('is not trusted when its host key is unknown', async () => {
    await expect(
      push({ key: readFileSync(file('user'), 'utf8'), knownHosts: '' }),
    ).rejects.toMatchObject({ code: 'AUTH' });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Waits until something answers on the port. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        done(true);
      });
      socket.once('error', () => {
        done(false);
      });
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error('sshd does not answer');
}
