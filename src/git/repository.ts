// SPDX-License-Identifier: MIT
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitError } from '../errors.js';
import type { Logger } from '../log.js';
import { plainValue, requireGit, runGit, type GitResult } from './command.js';
import { isMissingObject, isTooLarge, mayRecover, remoteError } from './failures.js';
import { badRefName } from './names.js';
import { isOid } from './objects.js';
import { parseLsRemote } from './refs.js';
import { createScratch, type Pace, type Scratch, type ScratchOptions } from './scratch.js';
import { ObjectStore } from './staging.js';
import type { Commit, GitStore, ObjectType, Oid, PushRequest, PushResult, RemoteRefs, TreeEntry } from './store.js';

export interface RepositoryOptions extends ScratchOptions {
  readonly logger: Logger;
  /** Milliseconds before the first repetition of a call that the network failed; 500 when absent. */
  readonly retryDelay?: number;
}

const ATTEMPTS = 3;
/** Ids per fetch: more would not fit the command line of Windows. */
const FETCH_IDS = 500;

/**
 * Opens a private bare repository on top of a remote; see {@link GitStore} for its promises. Nothing is asked of the remote yet.
 * @throws InputError INPUT_INVALID for a token that cannot be sent
 */
export async function openRepository(options: RepositoryOptions): Promise<GitStore> {
  return new Repository(options, await createScratch(options));
}

class Repository implements GitStore {
  readonly #options: RepositoryOptions;
  readonly #scratch: Scratch;
  readonly #objects: ObjectStore;
  #checked: Promise<void> | undefined;

  constructor(options: RepositoryOptions, scratch: Scratch) {
    this.#options = options;
    this.#scratch = scratch;
    this.#objects = new ObjectStore(scratch.local);
  }

  async listRefs(): Promise<RemoteRefs> {
    const result = await this.#remote(['ls-remote', '--quiet', '--symref', '--', 'origin'], 'list the refs of', 'quick');
    return parseLsRemote(result.stdout.toString('utf8'));
  }

  async fetchCommit(ref: string): Promise<Oid> {
    await this.#fetch(['--depth=1', '--filter=blob:none', '--', 'origin', plainValue(ref)], `fetch ${ref} from`);
    const [line = ''] = (await readFile(join(this.#scratch.gitDir, 'FETCH_HEAD'), 'utf8')).split('\n');
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
    if (result.exitCode !== 0 && isMissingObject(result)) {
      // An object of an older commit came back: neither the remote's tip nor this repository has it. git may fetch it now.
      await this.#scratch.setPromisor(true);
      result = await this.#run(args, 'slow');
      await this.#scratch.setPromisor(false);
    }
    return this.#pushResult(result);
  }

  async close(): Promise<void> {
    await this.#objects.close();
    await rm(this.#scratch.root, { recursive: true, force: true, maxRetries: 3 });
  }

  #pushResult(result: GitResult): PushResult {
    if (result.exitCode === 0) return { status: 'pushed' };
    const lines = result.stdout.toString('utf8').split('\n').filter((line) => line.startsWith('!'));
    const message = [...lines.map((line) => line.replaceAll('\t', ' ')), result.stderr].join(' | ').slice(0, 4000);
    if (isTooLarge(message)) throw new GitError('FILE_TOO_LARGE', `The remote refuses a file of this push: ${message}`);
    if (lines.length > 0) return { status: 'rejected', message };
    throw remoteError(result, 'push to', this.#options.remote.url);
  }

  async #fetch(args: readonly string[], doing: string): Promise<void> {
    try {
      await this.#remote(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...args], doing, 'quick');
    } finally {
      await this.#scratch.setPromisor(false);
    }
  }

  /** Runs a call that only reads, again after a network fault. @throws GitError */
  async #remote(args: readonly string[], doing: string, pace: Pace): Promise<GitResult> {
    let result = await this.#run(args, pace);
    if (mayRecover(result)) result = await this.#retry(args, pace);
    if (result.exitCode !== 0) throw remoteError(result, doing, this.#options.remote.url);
    return result;
  }

  async #retry(args: readonly string[], pace: Pace): Promise<GitResult> {
    for (let attempt = 1; ; attempt += 1) {
      await sleep((this.#options.retryDelay ?? 500) * attempt * (1 + Math.random()));
      const result = await this.#run(args, pace);
      if (!mayRecover(result) || attempt + 1 >= ATTEMPTS) return result;
    }
  }

  async #run(args: readonly string[], pace: Pace): Promise<GitResult> {
    const command = this.#scratch.remote(pace);
    this.#checked ??= requireGit(this.#scratch.local);
    const [result] = await Promise.all([runGit({ ...command, args }), this.#checked]);
    this.#options.logger.debug(`git ${args.join(' ')}: exit code ${result.exitCode} ${result.stderr}`);
    return result;
  }
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
