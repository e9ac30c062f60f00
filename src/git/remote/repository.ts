// SPDX-License-Identifier: MIT
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { GitError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { type GitResult, plainValue, requireGit, runGit } from '../command.js';
import { isOid } from '../objects/objects.js';
import { ObjectStore } from '../objects/staging.js';
import type {
  Commit,
  GitStore,
  MirrorRemote,
  ObjectType,
  Oid,
  PushRequest,
  PushResult,
  RemoteRefs,
  TreeEntry,
} from '../store.js';
import { isMissingObject, remoteError } from './failures.js';
import { fetchAll } from './fetch-all.js';
import { Follower } from './mirror-remote.js';
import { pushArguments, readPushAnswer } from './push.js';
import { parseLsRemote } from './refs.js';
import { retryCall } from './retry.js';
import {
  createScratch,
  type Pace,
  type RemoteAccess,
  type Scratch,
  type ScratchOptions,
} from './scratch.js';
import { verifyTarget } from './target.js';

export interface RepositoryOptions extends ScratchOptions {
  readonly logger: Logger;
  /** Milliseconds before the first repetition of a call that the network failed; 500 when absent. */
  readonly retryDelay?: number;
  /** Largest file that is staged; `LIMITS.blobBytes` when absent. */
  readonly maxFileSize?: number;
}

/** Ids per fetch: more would not fit the command line of Windows. */
const FETCH_IDS = 500;

/** A store that can bring what the main remote has to others. */
export interface Repository extends GitStore {
  /** Another remote; nothing is asked of it yet. */
  mirrorRemote(access: RemoteAccess): MirrorRemote;
}

/**
 * Opens a private bare repository on top of a remote; see {@link GitStore} for its promises. Nothing is asked of the remote yet.
 * @throws InputError INPUT_INVALID for a token that cannot be sent
 */
export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  return new ScratchRepository(options, await createScratch(options));
}

class ScratchRepository implements Repository {
  readonly #options: RepositoryOptions;
  readonly #scratch: Scratch;
  readonly #objects: ObjectStore;
  #checked: Promise<void> | undefined;
  #whole: Promise<Scratch> | undefined;

  constructor(options: RepositoryOptions, scratch: Scratch) {
    this.#options = options;
    this.#scratch = scratch;
    this.#objects = new ObjectStore(scratch.local, options.maxFileSize);
  }

  async listRefs(): Promise<RemoteRefs> {
    const result = await this.#remote(
      ['ls-remote', '--quiet', '--symref', '--', 'origin'],
      'list the refs of',
      'quick',
    );
    return parseLsRemote(result.stdout.toString('utf8'));
  }

  async fetchCommit(ref: string): Promise<Oid> {
    await this.#fetch(
      ['--depth=1', '--filter=blob:none', '--', 'origin', plainValue(ref)],
      `fetch ${ref} from`,
    );
    const [line = ''] = (await readFile(join(this.#scratch.gitDir, 'FETCH_HEAD'), 'utf8')).split(
      '\n',
    );
    const oid = line.slice(0, 40);
    if (!isOid(oid))
      throw new GitError(
        'GIT_FAILED',
        `Expected an id in FETCH_HEAD, found ${JSON.stringify(line)}.`,
      );
    return this.#objects.peel(oid);
  }

  async fetchHistory(refs: readonly string[]): Promise<void> {
    await this.#fetch(
      [
        '--no-write-fetch-head',
        '--depth=2147483647',
        '--filter=tree:0',
        '--',
        'origin',
        ...refs.map(plainValue),
      ],
      'fetch the history of',
    );
  }

  async isAncestor(older: Oid, newer: Oid): Promise<boolean> {
    const { exitCode } = await runGit({
      ...this.#scratch.local,
      args: ['merge-base', '--is-ancestor', plainValue(older), plainValue(newer)],
    });
    return exitCode === 0;
  }

  async fetchBlobs(oids: readonly Oid[]): Promise<void> {
    const missing = await this.#objects.missing(oids);
    for (let at = 0; at < missing.length; at += FETCH_IDS) {
      const ids = missing.slice(at, at + FETCH_IDS);
      await this.#fetch(
        ['--no-write-fetch-head', '--filter=blob:none', '--', 'origin', ...ids],
        `fetch ${ids.length} objects from`,
      );
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

  writeStream(size: number, chunks: AsyncIterable<Uint8Array>): Promise<Oid> {
    return this.#objects.writeStream(size, chunks);
  }

  assumePresent(oids: Iterable<Oid>): void {
    this.#objects.assumePresent(oids);
  }

  check(): Promise<void> {
    return this.#objects.check();
  }

  async verifyTarget(branch: string): Promise<void> {
    const { remote } = this.#options;
    if (remote.transport === 'file')
      await verifyTarget(fileURLToPath(remote.url), branch, join(this.#scratch.root, 'home'));
  }

  async push(request: PushRequest): Promise<PushResult> {
    await this.#objects.flushFor([...request.branches, ...request.tags].map(({ oid }) => oid));
    const args = pushArguments(request);
    let result = await this.#run(args, 'slow');
    if (result.exitCode !== 0 && isMissingObject(result)) {
      // An object of an older commit came back: neither the remote's tip nor this repository has it. git may fetch it now.
      await this.#scratch.setPromisor(true);
      result = await this.#run(args, 'slow');
      await this.#scratch.setPromisor(false);
    }
    return readPushAnswer(result, this.#options.remote.url);
  }

  mirrorRemote(access: RemoteAccess): MirrorRemote {
    return new Follower({
      access,
      near: this.#scratch,
      has: async (oids) => (await this.#objects.missing(oids)).length === 0,
      whole: () => (this.#whole ??= this.#fetchWhole()),
      logger: this.#options.logger,
      retryDelay: this.#options.retryDelay,
    });
  }

  async close(): Promise<void> {
    await this.#objects.close();
    const whole = await this.#whole?.catch(() => undefined);
    for (const { root } of [this.#scratch, ...(whole === undefined ? [] : [whole])])
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }

  async #fetchWhole(): Promise<Scratch> {
    const scratch = await createScratch(this.#options);
    try {
      await fetchAll(scratch, this.#options.remote.url);
      return scratch;
    } catch (error) {
      await rm(scratch.root, { recursive: true, force: true, maxRetries: 3 });
      throw error;
    }
  }

  async #fetch(args: readonly string[], doing: string): Promise<void> {
    try {
      await this.#remote(
        ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...args],
        doing,
        'quick',
      );
    } finally {
      await this.#scratch.setPromisor(false);
    }
  }

  /** Runs a call that only reads, again after a network fault. @throws GitError */
  async #remote(args: readonly string[], doing: string, pace: Pace): Promise<GitResult> {
    const result = await retryCall(() => this.#run(args, pace), this.#options.retryDelay);
    if (result.exitCode !== 0) throw remoteError(result, doing, this.#options.remote.url);
    return result;
  }

  async #run(args: readonly string[], pace: Pace): Promise<GitResult> {
    const command = this.#scratch.remote(pace);
    this.#checked ??= requireGit(this.#scratch.local);
    const [result] = await Promise.all([runGit({ ...command, args }), this.#checked]);
    this.#options.logger.debug(
      `git ${args.join(' ')}: exit code ${result.exitCode} ${result.stderr}`,
    );
    return result;
  }
}
