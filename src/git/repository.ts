// SPDX-License-Identifier: MIT
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitError } from '../errors.js';
import type { Logger } from '../log.js';
import { plainValue, requireGit, runGit, type GitCommand, type GitResult } from './command.js';
import { credentialSettings, remoteSecrets, type Remote } from './credentials.js';
import { gitEnvironment, type Settings } from './environment.js';
import { isMissingObject, isTooLarge, mayRecover, remoteError } from './failures.js';
import { badRefName } from './names.js';
import { isOid } from './objects.js';
import { parseLsRemote } from './refs.js';
import { sshEnvironment, type SshOptions } from './ssh.js';
import { ObjectStore } from './staging.js';
import type { Commit, GitStore, ObjectType, Oid, PushRequest, PushResult, RemoteRefs, TreeEntry } from './store.js';

export interface RepositoryOptions {
  readonly remote: Remote;
  /** For https remotes (and http on this machine); goes to the remote's origin only. */
  readonly token?: string;
  readonly ssh?: SshOptions;
  /** An existing folder; the private repository is a new one below it. */
  readonly tempDir: string;
  readonly logger: Logger;
  /** Milliseconds before the first repetition of a call that the network failed; 500 when absent. */
  readonly retryDelay?: number;
}

const ATTEMPTS = 3;
/** Ids per fetch: more would not fit the command line of Windows. */
const FETCH_IDS = 500;

/** All that git needs to know of the private repository; written again after each fetch that adds to it. */
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tautocrlf = false\n';
/** What is compressed already is no base for a delta and gets none. */
const ATTRIBUTES = ['rpm', 'header', 'gz', 'xz', 'zst', 'bz2', 'tgz'].map((suffix) => `*.${suffix} -delta\n`).join('');
const ZERO_PROTOCOLS = { http: ['http', 'https'], ssh: ['ssh'], file: ['file'] } as const;

/**
 * Opens a private bare repository on top of a remote; see {@link GitStore} for its promises. Nothing is asked of the remote yet.
 * @throws InputError INPUT_INVALID for a token that cannot be sent
 */
export async function openRepository(options: RepositoryOptions): Promise<GitStore> {
  const settings = credentialSettings(options.remote, options.token);
  const root = await mkdtemp(join(options.tempDir, 'rpm-source-mirror-git-'));
  const gitDir = join(root, 'mirror.git');
  await Promise.all(['home', 'mirror.git/objects/pack', 'mirror.git/refs', 'mirror.git/info'].map((name) => mkdir(join(root, name), { recursive: true })));
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n'),
    writeFile(join(gitDir, 'config'), CONFIG),
    writeFile(join(gitDir, 'info', 'attributes'), ATTRIBUTES),
  ]);
  const extra = options.remote.transport === 'ssh' ? await sshEnvironment(root, options.ssh ?? {}) : {};
  return new Repository({ ...options, root, gitDir, settings, extra });
}

interface Parts extends RepositoryOptions {
  readonly root: string;
  readonly gitDir: string;
  readonly settings: Settings;
  readonly extra: Readonly<Record<string, string>>;
}

class Repository implements GitStore {
  readonly #parts: Parts;
  readonly #objects: ObjectStore;
  #checked: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#objects = new ObjectStore(localCommand(parts));
  }

  async listRefs(): Promise<RemoteRefs> {
    const result = await this.#remote(['ls-remote', '--quiet', '--symref', '--', 'origin'], 'list the refs of', 'quick');
    return parseLsRemote(result.stdout.toString('utf8'));
  }

  async fetchCommit(ref: string): Promise<Oid> {
    await this.#fetch(['--depth=1', '--filter=blob:none', '--', 'origin', plainValue(ref)], `fetch ${ref} from`);
    const [line = ''] = (await readFile(join(this.#parts.gitDir, 'FETCH_HEAD'), 'utf8')).split('\n');
    const oid = line.slice(0, 40);
    if (!isOid(oid)) throw new GitError('GIT_FAILED', `Expected an id in FETCH_HEAD, found ${JSON.stringify(line)}.`);
    return this.#objects.peel(oid);
  }

  async fetchBlobs(oids: readonly Oid[]): Promise<void> {
    const missing = await this.#objects.missing(oids);
    for (let at = 0; at < missing.length; at += FETCH_IDS) {
      const ids = missing.slice(at, at + FETCH_IDS);
      await this.#fetch(['--no-write-fetch-head', '--filter=blob:none', '--', 'origin', ...ids], `fetch ${ids.length} objects from`);
    }
  }

  readCommit(oid: Oid): Promise<Commit> {
    return this.#objects.readCommit(oid);
  }

  readTree(oid: Oid): Promise<readonly TreeEntry[]> {
    return this.#objects.readTree(oid);
  }

  readBlob(oid: Oid): Promise<Uint8Array> {
    return this.#objects.readBlob(oid);
  }

  write(type: ObjectType, content: Uint8Array): Promise<Oid> {
    return this.#objects.write(type, content);
  }

  assumePresent(oids: Iterable<Oid>): void {
    this.#objects.assumePresent(oids);
  }

  check(): Promise<void> {
    return this.#objects.flush();
  }

  async push(request: PushRequest): Promise<PushResult> {
    await this.#objects.flush();
    const args = pushArguments(request);
    let result = await this.#run(args, 'slow');
    if (isMissingObject(result)) {
      // An object of an older commit came back: neither the remote's tip nor this repository has it. git may fetch it now.
      await writeFile(join(this.#parts.gitDir, 'config'), `${CONFIG}[remote "origin"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n`);
      result = await this.#run(args, 'slow');
      await this.#forgetPromisor();
    }
    // After a lost reply the same push says "up to date".
    if (mayRecover(result)) result = await this.#retry(args, 'slow');
    return this.#pushResult(result);
  }

  async close(): Promise<void> {
    await this.#objects.close();
    await rm(this.#parts.root, { recursive: true, force: true, maxRetries: 3 });
  }

  #pushResult(result: GitResult): PushResult {
    if (result.exitCode === 0) return { status: 'pushed' };
    const lines = result.stdout.toString('utf8').split('\n').filter((line) => line.startsWith('!'));
    const message = [...lines.map((line) => line.replaceAll('\t', ' ')), result.stderr].join(' | ').slice(0, 4000);
    if (isTooLarge(message)) throw new GitError('FILE_TOO_LARGE', `The remote refuses a file of this push: ${message}`);
    if (lines.length > 0) return { status: 'rejected', message };
    throw remoteError(result, 'push to', this.#parts.remote.url);
  }

  async #fetch(args: readonly string[], doing: string): Promise<void> {
    try {
      await this.#remote(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...args], doing, 'quick');
    } finally {
      await this.#forgetPromisor();
    }
  }

  /**
   * `fetch --filter` registers a promisor; with it (or with the filter alone) a push would fetch the old version of each modified
   * blob as a base for deltas, and reading would fetch what is missing one by one.
   */
  #forgetPromisor(): Promise<void> {
    return writeFile(join(this.#parts.gitDir, 'config'), CONFIG);
  }

  /** Runs a call that only reads, again after a network fault. @throws GitError */
  async #remote(args: readonly string[], doing: string, pace: Pace): Promise<GitResult> {
    let result = await this.#run(args, pace);
    if (mayRecover(result)) result = await this.#retry(args, pace);
    if (result.exitCode !== 0) throw remoteError(result, doing, this.#parts.remote.url);
    return result;
  }

  async #retry(args: readonly string[], pace: Pace): Promise<GitResult> {
    for (let attempt = 1; ; attempt += 1) {
      await sleep((this.#parts.retryDelay ?? 500) * attempt * (1 + Math.random()));
      const result = await this.#run(args, pace);
      if (!mayRecover(result) || attempt + 1 >= ATTEMPTS) return result;
    }
  }

  async #run(args: readonly string[], pace: Pace): Promise<GitResult> {
    const command = remoteCommand(this.#parts, pace);
    this.#checked ??= requireGit(localCommand(this.#parts));
    const [result] = await Promise.all([runGit({ ...command, args }), this.#checked]);
    this.#parts.logger.debug(`git ${args.join(' ')}: exit code ${result.exitCode} ${result.stderr}`);
    return result;
  }
}

/** How long a connection may be as good as silent: reading begins at once, a server works on what was pushed. */
type Pace = 'quick' | 'slow';

function remoteCommand({ gitDir, root, remote, token, settings, extra }: Parts, pace: Pace): Omit<GitCommand, 'args'> {
  const own: (readonly [string, string])[] = [
    ['remote.origin.url', remote.url],
    ['http.lowSpeedLimit', pace === 'quick' ? '100' : '1'],
    ['http.lowSpeedTime', pace === 'quick' ? '60' : '300'],
    ['fetch.unpackLimit', '1'],
    // A file that moves must count as known, or git looks for its content, which a blobless clone does not have.
    ['pack.useSparse', 'false'],
  ];
  // A repository on this machine seldom allows filters; whoever may read it may ask it to.
  if (remote.transport === 'file') own.push(['remote.origin.uploadpack', 'git -c uploadpack.allowFilter=true upload-pack']);
  const env = gitEnvironment({ home: join(root, 'home'), protocols: ZERO_PROTOCOLS[remote.transport], settings: [...own, ...settings], extra });
  return { cwd: gitDir, env: { ...env, GIT_DIR: gitDir }, secrets: remoteSecrets(remote, token) };
}

/** For work on the private repository: no transport, no secret. */
function localCommand({ gitDir, root }: Pick<Parts, 'gitDir' | 'root'>): Omit<GitCommand, 'args'> {
  const env = gitEnvironment({ home: join(root, 'home'), protocols: [], settings: [] });
  return { cwd: gitDir, env: { ...env, GIT_DIR: gitDir, GIT_NO_LAZY_FETCH: '1' } };
}

/** Tags by create-only leases, branches by plain fast-forward, all or nothing (git-push(1)). @throws GitError GIT_FAILED for illegal names */
function pushArguments({ branches, tags, dryRun = false }: PushRequest): string[] {
  const leases = tags.map(({ name }) => `--force-with-lease=${checkedRef(`refs/tags/${name}`)}:`);
  const specs = [...branches.map(({ name, oid }) => `${oid}:${checkedRef(`refs/heads/${name}`)}`), ...tags.map(({ name, oid }) => `${oid}:refs/tags/${name}`)];
  return ['push', '--porcelain', '--atomic', '--no-verify', ...(dryRun ? ['--dry-run'] : []), ...leases, '--', 'origin', ...specs.map(plainValue)];
}

function checkedRef(ref: string): string {
  const problem = badRefName(ref);
  if (problem !== undefined) throw new GitError('GIT_FAILED', `${JSON.stringify(ref)} is no name for a ref: it ${problem}.`);
  return ref;
}
