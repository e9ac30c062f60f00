// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';

import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { PrivateDirectory, Spool } from '../../net/private-file.js';
import { type GitPlace, requireGit, runGit, startGit } from '../command.js';
import { type BatchAnswers, converse, ObjectReader } from '../objects/batch.js';
import { parseCommit, parseTag, parseTree } from '../objects/strict.js';
import type {
  AttributeRequest,
  CheckedOutFile,
  Commit,
  MirrorReader,
  MirrorRefs,
  ObjectCheck,
  ObjectInfo,
  ObjectType,
  ObjectVisitor,
  Oid,
  OpenBlob,
  PathAttribute,
  Tag,
  TreeEntry,
} from '../store.js';
import { gitEnvironment } from './access/environment.js';
import { remoteError } from './failures.js';
import { fetchAll } from './fetch-all.js';
import { readMirrorRefs } from './mirror-refs.js';
import { parseLsRemote } from './refs.js';
import { createScratch, type ScratchOptions } from './scratch.js';
import { readAttributes, readWorkTree } from './work-tree.js';

/** Each object that git cannot open ends it; after so many it is not worth going on. */
const RESTARTS = 1000;

/**
 * Opens a repository on this machine (bare or with a work tree) for reading; nothing in it is changed or executed, nothing is fetched.
 * @throws GitError MIRROR_INVALID when there is none at `path`, or one that is not whole
 */
export async function openLocalRepository({
  path,
  tempDir,
  mayBeShallow = false,
}: {
  readonly path: string;
  readonly tempDir: string;
  /** True where single commits are asked for. */
  readonly mayBeShallow?: boolean;
}): Promise<MirrorReader> {
  const home = await mkdtemp(join(tempDir, 'rpm-source-mirror-read-'));
  const folder = resolve(path);
  const env = gitEnvironment({
    home,
    protocols: [],
    // Reading runs nothing of the repository's configuration, so it may belong to somebody else.
    settings: [['safe.directory', '*']],
    extra: { GIT_NO_LAZY_FETCH: '1', GIT_CEILING_DIRECTORIES: dirname(folder) },
  });
  try {
    await requireGit({ cwd: home, env });
    const { exitCode, stdout, stderr } = await runGit({
      cwd: home,
      env,
      args: ['-C', folder, 'rev-parse', '--absolute-git-dir', '--is-bare-repository'],
    });
    if (exitCode !== 0)
      throw new GitError('MIRROR_INVALID', `Expected a git repository at ${folder}: ${stderr}`);
    const [gitDir = '', isBare] = stdout.toString('utf8').split(/\r?\n/u);
    const place = { cwd: home, env: { ...env, GIT_DIR: gitDir } };
    if (!mayBeShallow) await requireWhole(place, folder);
    return new Reader(place, home, isBare === 'true' || gitDir === folder ? undefined : folder);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

/** A clone that lacks tags or contents by intent would show as a mirror that lost them. @throws GitError MIRROR_INVALID */
async function requireWhole(place: GitPlace, folder: string): Promise<void> {
  const [shallow, promisors] = await Promise.all([
    runGit({ ...place, args: ['rev-parse', '--is-shallow-repository'] }),
    runGit({
      ...place,
      args: ['config', '--get-regexp', '^(remote\\..*\\.promisor|extensions\\.partialclone)$'],
    }),
  ]);
  const elsewhere = 'or name the repository by its URL: then it is cloned whole for this run';
  if (shallow.stdout.toString('utf8').trim() === 'true') {
    throw new GitError(
      'MIRROR_INVALID',
      `Expected a full clone at ${folder}, found a shallow one, which lacks history and perhaps tags.`,
      {
        remedy: `Run "git fetch --unshallow --tags" in it (with actions/checkout: fetch-depth: 0), ${elsewhere}. To prove single releases, name them with tags: that a shallow clone will do for.`,
      },
    );
  }
  if (promisors.exitCode !== 0) return;
  // A partial clone that has meanwhile fetched everything is as good as any.
  const { exitCode } = await runGit({
    ...place,
    args: ['rev-list', '--objects', '--all', '--quiet'],
  });
  if (exitCode === 0) return;
  throw new GitError(
    'MIRROR_INVALID',
    `Expected a full clone at ${folder}, found a partial one (--filter), which lacks objects that verify must read.`,
    {
      remedy: `Run "git fetch --refetch --no-filter --tags" in it (with actions/checkout: no filter and no sparse-checkout), ${elsewhere}.`,
    },
  );
}

/**
 * Fetches all branches and tags of a remote, with everything, into a private repository for reading.
 * @throws GitError AUTH, REMOTE_FAILED
 */
export async function cloneForReading(options: ScratchOptions): Promise<MirrorReader> {
  const scratch = await createScratch(options);
  try {
    await requireGit(scratch.local);
    const listed = await runGit({
      ...scratch.remote('quick'),
      args: ['ls-remote', '--quiet', '--symref', '--', 'origin', 'HEAD'],
    });
    if (listed.exitCode !== 0) throw remoteError(listed, 'list the refs of', options.remote.url);
    const { head } = parseLsRemote(listed.stdout.toString('utf8'));
    if (head !== undefined)
      await writeFile(join(scratch.gitDir, 'HEAD'), `ref: refs/heads/${head}\n`);
    await fetchAll(scratch, options.remote.url);
    return new Reader(scratch.local, scratch.root);
  } catch (error) {
    await rm(scratch.root, { recursive: true, force: true });
    throw error;
  }
}

class Reader implements MirrorReader {
  readonly #place: GitPlace;
  readonly #remove: string;
  readonly #reader: ObjectReader;
  readonly #files: PrivateDirectory;

  readonly #workTree: string | undefined;

  /** `remove` is the private folder that goes in the end. */
  constructor(place: GitPlace, remove: string, workTree?: string) {
    this.#place = place;
    this.#workTree = workTree;
    this.#remove = remove;
    this.#reader = new ObjectReader(place);
    this.#files = new PrivateDirectory(remove);
  }

  async readRefs(): Promise<MirrorRefs> {
    return readMirrorRefs(this.#place);
  }

  async readWorkTree(folder: string): Promise<ReadonlyMap<string, CheckedOutFile> | undefined> {
    return this.#workTree === undefined ? undefined : readWorkTree(this.#workTree, folder);
  }

  async readAttributes(request: AttributeRequest): Promise<readonly PathAttribute[]> {
    return readAttributes(this.#place, this.#remove, request);
  }

  async readObject(oid: Oid): Promise<{ type: ObjectType; content: Uint8Array }> {
    return this.#reader.read(oid);
  }

  async readTag(oid: Oid): Promise<Tag> {
    return parseTag(await this.#read(oid, 'tag'));
  }

  async readCommit(oid: Oid): Promise<Commit> {
    return parseCommit(await this.#read(oid, 'commit'));
  }

  async readTree(oid: Oid): Promise<readonly TreeEntry[]> {
    return parseTree(await this.#read(oid, 'tree'));
  }

  async readBlob(oid: Oid): Promise<Uint8Array> {
    return this.#read(oid, 'blob');
  }

  async openBlob(oid: Oid): Promise<OpenBlob> {
    const spool = new Spool(this.#files, LIMITS.packageInMemory);
    try {
      const { type } = await this.#reader.stream(oid, () => (chunk) => spool.append(chunk));
      if (type !== 'blob')
        throw new GitError(
          'MIRROR_INVALID',
          `Expected object ${oid} to be a blob, found a ${type}.`,
        );
    } catch (error) {
      await spool.discard();
      throw error;
    }
    return { bytes: spool.finish().bytes, release: () => spool.discard() };
  }

  async scan(oids: Iterable<Oid>, visitor: ObjectVisitor): Promise<void> {
    const list = [...new Set(oids)];
    let at = 0;
    for (let restarts = 0; at < list.length; restarts += 1) {
      at += await this.#scanFrom(list, at, visitor);
      const oid = list[at];
      if (oid === undefined) return;
      if (restarts >= RESTARTS)
        throw new GitError(
          'MIRROR_INVALID',
          `More than ${RESTARTS} objects of the repository cannot be read.`,
        );
      await visitor.end({ oid, status: 'unreadable' });
      at += 1;
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#files.remove();
    await rm(this.#remove, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Scans until git ends; the number of objects done. */
  async #scanFrom(list: readonly Oid[], start: number, visitor: ObjectVisitor): Promise<number> {
    const { child, answers } = converse(
      startGit({ ...this.#place, args: ['cat-file', '--batch', '--buffer'] }),
    );
    Readable.from(questions(list, start)).pipe(child.stdin);
    try {
      for (let at = start; at < list.length; at += 1) {
        const check = await answered(() => scanOne(answers, list[at] ?? '', visitor));
        if (check === undefined) return at - start;
        await visitor.end(check);
      }
      return list.length - start;
    } finally {
      child.kill();
    }
  }

  async #read(oid: Oid, expected: ObjectType): Promise<Uint8Array> {
    const { type, content } = await this.readObject(oid);
    if (type !== expected)
      throw new GitError(
        'MIRROR_INVALID',
        `Expected object ${oid} to be a ${expected}, found a ${type}.`,
      );
    return content;
  }
}

function* questions(list: readonly Oid[], start: number): Generator<string> {
  for (let at = start; at < list.length; at += 512)
    yield `${list.slice(at, at + 512).join('\n')}\n`;
}

async function scanOne(
  answers: BatchAnswers,
  oid: Oid,
  visitor: ObjectVisitor,
): Promise<ObjectCheck> {
  const info: ObjectInfo | undefined = await answers.head();
  if (info === undefined) return { oid, status: 'missing' };
  const consume = visitor.begin?.(info);
  const hash = createHash('sha1').update(`${info.type} ${info.size}\0`);
  for await (const chunk of answers.content(info.size)) {
    hash.update(chunk);
    consume?.(chunk);
  }
  const actual = hash.digest('hex');
  return actual === oid ? { oid, status: 'good' } : { oid, status: 'damaged', actual };
}

/** Undefined when git ended instead of answering. */
async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitError && error.code === 'GIT_FAILED') return undefined;
    throw error;
  }
}
