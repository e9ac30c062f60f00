// SPDX-License-Identifier: MIT
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { GitError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { type GitResult, runGit } from '../command.js';
import type { MirrorRemote, Oid, RefSet, RemoteRefs } from '../store.js';
import { mayRecover, mirrorRemoteError, remoteError } from './failures.js';
import { pushArguments, readPushAnswer } from './push.js';
import { parseLsRemote } from './refs.js';
import { retryCall } from './retry.js';
import type { RemoteAccess, Scratch, Talk } from './scratch.js';

export interface MirrorRemoteOptions {
  readonly access: RemoteAccess;
  /** The repository that the run worked in: blobless and shallow, but with all that the run made. */
  readonly near: Scratch;
  /** Whether objects are in the near repository. */
  readonly has: (oids: readonly Oid[]) => Promise<boolean>;
  /** A repository with the whole history of the main remote; fetched when it is asked for. */
  readonly whole: () => Promise<Scratch>;
  readonly logger: Logger;
  readonly retryDelay?: number | undefined;
}

/** What a remote lacks. */
interface Difference extends RefSet {
  /** Where its branches are now. */
  readonly tips: readonly Oid[];
  /** Tags that it has with another object. */
  readonly other: readonly string[];
}

/** Tags per push: more would not fit the command line of Windows. */
const PUSH_TAGS = 100;
/** Milliseconds for a question whose answer nothing depends on but a warning. */
const LOOK_TIMEOUT = 15_000;
const LIST_REFS = ['ls-remote', '--quiet', '--symref', '--', 'origin'];

/** A remote that follows the main one. What it lacks comes from the run's own repository where that suffices, else from a whole clone. */
export class Follower implements MirrorRemote {
  readonly #options: MirrorRemoteOptions;

  constructor(options: MirrorRemoteOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.access.remote.url;
  }

  async look(): Promise<void> {
    await this.#named(async () => {
      const place = (await this.#options.near.towards(this.#options.access))('quick');
      const result = await runGit({ ...place, args: LIST_REFS, timeout: LOOK_TIMEOUT });
      if (result.exitCode !== 0) throw remoteError(result, 'list the refs of', this.url);
    });
  }

  follow(wanted: RefSet): Promise<{ readonly pushed: number }> {
    return this.#named(() => this.#follow(wanted));
  }

  /** Says what to do about this remote, not about the main one. */
  async #named<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof GitError ? mirrorRemoteError(error, this.#options.access) : error;
    }
  }

  async #follow(wanted: RefSet): Promise<{ readonly pushed: number }> {
    const { near, whole } = this.#options;
    const talk = await near.towards(this.#options.access);
    const lacking = await this.#compare(wanted, talk);
    const count = lacking.branches.length + lacking.tags.length;
    if (count > 0 && !(await this.#pushNear(lacking, talk))) {
      this.#options.logger.info(`${this.url} lags behind; bringing it the whole history`);
      const place = await (await whole()).towards(this.#options.access);
      await this.#pushAll(await this.#compare(wanted, place), place);
    }
    const moved = lacking.other;
    if (moved.length > 0) {
      throw new GitError(
        'TAG_EXISTS',
        `${this.url} has other objects under the tags ${moved.slice(0, 10).join(', ')}${moved.length > 10 ? `, and ${moved.length - 10} more` : ''}`,
        {
          remedy:
            'Nothing is overwritten. Compare these tags with the main repository, and delete them on the further remote if they are wrong.',
        },
      );
    }
    return { pushed: count };
  }

  async #compare({ branches, tags }: RefSet, talk: Talk): Promise<Difference> {
    const held = await this.#list(talk('quick'));
    return {
      branches: branches.filter(({ name, oid }) => held.branches.get(name) !== oid),
      tags: tags.filter(({ name }) => !held.tags.has(name)),
      tips: branches.flatMap(({ name }) => held.branches.get(name) ?? []),
      other: tags
        .filter(({ name, oid }) => held.tags.has(name) && held.tags.get(name)?.oid !== oid)
        .map(({ name }) => name),
    };
  }

  async #list(place: ReturnType<Talk>): Promise<RemoteRefs> {
    const result = await this.#call(place, LIST_REFS);
    if (result.exitCode !== 0) throw remoteError(result, 'list the refs of', this.url);
    return parseLsRemote(result.stdout.toString('utf8'));
  }

  /** True when the run's own repository had all that was needed. */
  async #pushNear(request: Difference, talk: Talk): Promise<boolean> {
    const { near, has } = this.#options;
    // Behind a shallow end lies what only the main remote has: the further remote must have it already.
    const isComplete = !existsSync(join(near.gitDir, 'shallow'));
    const needed = [...request.branches, ...request.tags].map(({ oid }) => oid);
    if ((!isComplete && request.tips.length === 0) || !(await has([...needed, ...request.tips])))
      return false;
    try {
      await this.#pushAll(request, talk);
      return true;
    } catch (error) {
      if (!(error instanceof GitError) || error.code === 'AUTH') throw error;
      return false;
    }
  }

  async #pushAll(request: RefSet, talk: Talk): Promise<void> {
    for (let at = 0; at === 0 || at < request.tags.length; at += PUSH_TAGS) {
      const part = {
        branches: at === 0 ? request.branches : [],
        tags: request.tags.slice(at, at + PUSH_TAGS),
      };
      if (part.branches.length + part.tags.length > 0) await this.#push(part, talk);
    }
  }

  async #push(request: RefSet, talk: Talk): Promise<void> {
    const result = await this.#call(talk('slow'), pushArguments(request));
    const answer = readPushAnswer(result, this.url);
    if (answer.status === 'pushed') return;
    // After a lost reply the same push finds its own tags there.
    const left = await this.#compare(request, talk);
    if (left.branches.length + left.tags.length + left.other.length === 0) return;
    const isForeign = /non-fast-forward|fetch first/u.test(answer.message);
    throw new GitError(
      isForeign ? 'NON_FAST_FORWARD' : 'PUSH_REJECTED',
      `${this.url} refuses the push: ${answer.message}`,
      {
        ...(isForeign
          ? {
              remedy:
                'Somebody else wrote to this branch on the further remote, and nothing is forced. Reset it there, or take the remote out of mirrors.',
            }
          : {}),
      },
    );
  }

  async #call(place: ReturnType<Talk>, args: readonly string[]): Promise<GitResult> {
    const result = await retryCall(() => runGit({ ...place, args }), this.#options.retryDelay);
    this.#options.logger.debug(
      `git ${args.slice(0, 20).join(' ')}: exit code ${result.exitCode}${mayRecover(result) ? ', gave up' : ''} ${result.stderr}`,
    );
    return result;
  }
}
