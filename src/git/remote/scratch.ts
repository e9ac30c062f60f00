// SPDX-License-Identifier: MIT
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { GitPlace } from '../command.js';
import { certificateEnvironment } from './access/certificates.js';
import { credentialSettings, type Remote, remoteSecrets } from './access/credentials.js';
import { gitEnvironment, type Settings } from './access/environment.js';
import { sshEnvironment, type SshOptions } from './access/ssh.js';
import { trusting } from './target.js';

/** A remote, and what opens it. */
export interface RemoteAccess {
  readonly remote: Remote;
  /** For https remotes (and http on this machine); goes to the remote's origin only. */
  readonly token?: string;
  readonly ssh?: SshOptions;
}

export interface ScratchOptions extends RemoteAccess {
  /** An existing folder; the private repository is a new one below it. */
  readonly tempDir: string;
}

/** How long a connection may be as good as silent: reading begins at once, a server works on what was pushed. */
export type Pace = 'quick' | 'slow';

/** Gives the place for a call to one remote, with its credentials and no other's. */
export type Talk = (pace: Pace) => GitPlace;

/** A private bare repository for one remote, which git calls `origin`. */
export interface Scratch {
  /** The folder to remove in the end. */
  readonly root: string;
  readonly gitDir: string;
  /** For work on the private repository: no transport, no secret. */
  readonly local: GitPlace;
  /** For talking to the remote. */
  readonly remote: Talk;
  /** For talking to another remote from the same private repository; git calls that one `origin`, too. */
  towards(other: RemoteAccess): Promise<Talk>;
  /**
   * Says whether git may fetch what is missing by itself. `git fetch --filter` turns it on; a push would then fetch the old version
   * of each modified blob as a base for deltas (the filter alone suffices for that), and reading what is missing one by one.
   */
  setPromisor(on: boolean): Promise<void>;
}

const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n';
const PROMISOR = '[remote "origin"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n';
/** What is compressed already gains nothing by deltas. */
const ATTRIBUTES = ['rpm', 'header', 'gz', 'xz', 'zst', 'bz2', 'tgz']
  .map((suffix) => `*.${suffix} -delta\n`)
  .join('');
const PROTOCOLS = { http: ['http', 'https'], ssh: ['ssh'], file: ['file'] } as const;

/**
 * Makes the folder. Written by hand instead of `git init`: no template, no hook, and no process.
 * @throws InputError INPUT_INVALID for a token that cannot be sent
 */
export async function createScratch(options: ScratchOptions): Promise<Scratch> {
  const root = await mkdtemp(join(options.tempDir, 'rpm-source-mirror-git-'));
  try {
    return await fillScratch(root, options);
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

async function fillScratch(root: string, options: ScratchOptions): Promise<Scratch> {
  const gitDir = join(root, 'mirror.git');
  const config = join(gitDir, 'config');
  const folders = ['home', 'mirror.git/objects/pack', 'mirror.git/refs', 'mirror.git/info'];
  await Promise.all(folders.map((name) => mkdir(join(root, name), { recursive: true })));
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n'),
    writeFile(config, CONFIG),
    writeFile(join(gitDir, 'info', 'attributes'), ATTRIBUTES),
  ]);
  const home = join(root, 'home');
  const env = (
    protocols: readonly string[],
    settings: Settings,
    more = {},
  ): Record<string, string> =>
    gitEnvironment({ home, protocols, settings, extra: { GIT_DIR: gitDir, ...more } });
  const towards = async (access: RemoteAccess): Promise<Talk> => {
    const { remote, token } = access;
    const credentials = credentialSettings(remote, token);
    const extra = await transportEnvironment(root, access);
    return (pace) => ({
      cwd: gitDir,
      env: env(
        PROTOCOLS[remote.transport],
        [...remoteSettings(remote, pace), ...credentials],
        extra,
      ),
      secrets: remoteSecrets(remote, token),
    });
  };
  return {
    root,
    gitDir,
    local: { cwd: gitDir, env: env([], [], { GIT_NO_LAZY_FETCH: '1' }) },
    remote: await towards(options),
    towards,
    setPromisor: (on) => writeFile(config, on ? CONFIG + PROMISOR : CONFIG),
  };
}

/** Keys, certificates and settings of each remote lie in a folder of its own. */
async function transportEnvironment(
  root: string,
  { remote, ssh = {} }: RemoteAccess,
): Promise<Record<string, string>> {
  const dir = await mkdtemp(join(root, 'remote-'));
  if (remote.transport === 'file') return trusting(fileURLToPath(remote.url), dir);
  return remote.transport === 'ssh' ? sshEnvironment(dir, ssh) : certificateEnvironment(dir);
}

function remoteSettings({ url, transport }: Remote, pace: Pace): Settings {
  const settings: (readonly [string, string])[] = [
    // Not on the command line, where everybody on the machine could read it.
    ['remote.origin.url', url],
    ['http.lowSpeedLimit', pace === 'quick' ? '100' : '1'],
    ['http.lowSpeedTime', pace === 'quick' ? '60' : '300'],
    ['fetch.unpackLimit', '1'],
    // A large file must not lie in memory for the sake of deltas.
    ['core.bigFileThreshold', '32m'],
    ['pack.windowMemory', '32m'],
    ['pack.deltaCacheSize', '64m'],
    // What lies in several packs would be tried as deltas of each other, for minutes, and the host tries all that again.
    ['pack.window', '0'],
    // A file that moves must count as known, or git looks for its content, which a blobless clone does not have.
    ['pack.useSparse', 'false'],
  ];
  // A repository on this machine seldom allows filters; whoever may read it may ask it to.
  if (transport === 'file')
    settings.push(['remote.origin.uploadpack', 'git -c uploadpack.allowFilter=true upload-pack']);
  return settings;
}
