// SPDX-License-Identifier: MIT
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';

import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { type GitPlace, startGit } from '../command.js';
import type { ObjectInfo, ObjectType, Oid } from '../store.js';

const HEAD_CAP = 4096;
const TYPES: ReadonlySet<string> = new Set<ObjectType>(['blob', 'tree', 'commit', 'tag']);

/**
 * Reads the answers of one `git cat-file --batch` (git-cat-file(1), BATCH OUTPUT): a head, then its content in chunks.
 * Never holds more than one chunk of the pipe.
 */
export class BatchAnswers {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#chunks = (child.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** The next head; undefined when git does not have the object. @throws GitError GIT_FAILED when git ended or answers something else */
  async head(): Promise<ObjectInfo | undefined> {
    let line = this.#takeLine();
    while (line === undefined) {
      if (this.#rest.length > HEAD_CAP) throw unexpected('a line without end');
      this.#rest = Buffer.concat([this.#rest, await this.#more()]);
      line = this.#takeLine();
    }
    const [oid = '', type = '', size = ''] = line.split(' ');
    if (type === 'missing') return undefined;
    if (!TYPES.has(type) || !/^\d{1,15}$/u.test(size))
      throw unexpected(JSON.stringify(line.slice(0, 100)));
    return { oid, type: type as ObjectType, size: Number(size) };
  }

  /** The content that belongs to the last head; must be read to its end before the next head. */
  async *content(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0;) {
      if (this.#rest.length === 0) this.#rest = await this.#more();
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
    if (this.#rest.length === 0) this.#rest = await this.#more();
    if (this.#rest[0] !== 0x0a) throw unexpected('content of another length');
    this.#rest = this.#rest.subarray(1);
  }

  #takeLine(): string | undefined {
    const end = this.#rest.indexOf(0x0a);
    if (end < 0) return undefined;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  async #more(): Promise<Buffer> {
    const next = await this.#chunks.next();
    if (next.done === true) throw unexpected('its end');
    return next.value;
  }
}

/** An object with its content. */
export interface StoredObject {
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** Gets the head of an object, and gives what its content goes to. */
type Begin = (info: ObjectInfo) => (chunk: Uint8Array) => Promise<void> | void;

/** What git answered, and the id of the content that came. */
interface Answer {
  readonly info: ObjectInfo;
  readonly actual: Oid;
}

interface Conversation {
  readonly child: ChildProcessWithoutNullStreams;
  readonly answers: BatchAnswers;
}

/**
 * Reads objects through one lasting `git cat-file --batch`, which starts with the first question, and proves each by its hash:
 * git itself does not check what it reads from packs.
 */
export class ObjectReader {
  readonly #place: GitPlace;
  #conversation: Conversation | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(place: GitPlace) {
    this.#place = place;
  }

  /**
   * The object, if it is here and its content has this id.
   * @throws GitError MIRROR_INVALID when it is missing, unreadable, damaged, or larger than any file of a mirror
   */
  async read(oid: Oid): Promise<StoredObject> {
    let content = Buffer.alloc(0);
    const { type } = await this.#proved(oid, LIMITS.blobBytes, ({ size }) => {
      content = Buffer.allocUnsafeSlow(size);
      let at = 0;
      return (chunk) => {
        content.set(chunk, at);
        at += chunk.length;
      };
    });
    return { type, content };
  }

  /**
   * Hands the object's content, of a file of any size, over in chunks, to what `begin` gives for its head. It is proved once this returns, not before.
   * @throws GitError MIRROR_INVALID as {@link read}; what the receiver throws
   */
  async stream(oid: Oid, begin: Begin): Promise<ObjectInfo> {
    return this.#proved(oid, LIMITS.packageBytes, begin);
  }

  async #proved(oid: Oid, mostBlob: number, begin: Begin): Promise<ObjectInfo> {
    const answer = this.#queue.then(() => this.#ask(oid, mostBlob, begin));
    this.#queue = answer.catch(() => undefined);
    const answered = await answer;
    if (answered === undefined)
      throw new GitError(
        'MIRROR_INVALID',
        `Expected object ${oid} in the repository, found nothing.`,
      );
    const { info, actual } = answered;
    const most = mostBytes(info.type, mostBlob);
    if (info.size > most)
      throw new GitError(
        'MIRROR_INVALID',
        `Expected object ${oid} to have at most ${most} bytes, found ${info.size}.`,
      );
    if (actual === oid) return info;
    throw new GitError(
      'MIRROR_INVALID',
      `Expected object ${oid}, found content that hashes to ${actual}.`,
      { expected: oid, actual },
    );
  }

  /** Ends git. */
  async close(): Promise<void> {
    await this.#queue;
    const child = this.#conversation?.child;
    if (child === undefined || hasEnded(child)) return;
    const closed = new Promise((done) => child.once('close', done));
    child.stdin.end();
    child.stdout.destroy();
    await closed;
  }

  /** Reads git's answer to its end, and hands over what is not too large; undefined when git has no such object. */
  async #ask(oid: Oid, mostBlob: number, begin: Begin): Promise<Answer | undefined> {
    const { child, answers } = (this.#conversation ??= converse(
      startGit({ ...this.#place, args: ['cat-file', '--batch'] }),
    ));
    try {
      child.stdin.write(`${oid}\n`);
      const info = await answers.head();
      if (info === undefined) return undefined;
      const receive = info.size <= mostBytes(info.type, mostBlob) ? begin(info) : undefined;
      const hash = createHash('sha1').update(`${info.type} ${info.size}\0`);
      for await (const chunk of answers.content(info.size)) {
        hash.update(chunk);
        await receive?.(chunk);
      }
      return { info, actual: hash.digest('hex') };
    } catch (error) {
      // git ends at an object that it cannot open, and is half-way where the receiver failed; the next question starts it again.
      this.#conversation = undefined;
      child.kill();
      if (!(error instanceof GitError && error.code === 'GIT_FAILED')) throw error;
      throw new GitError('MIRROR_INVALID', `Object ${oid} of the repository cannot be read.`, {
        cause: error,
      });
    }
  }
}

/** By itself, or killed. */
function hasEnded({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Bytes that an object of a mirror may have. */
export function mostBytes(type: ObjectType, mostBlob: number = LIMITS.blobBytes): number {
  if (type === 'blob') return mostBlob;
  return type === 'tree' ? LIMITS.treeBytes : LIMITS.commitBytes;
}

/** Takes over the streams of a `git cat-file`; what goes wrong shows as the end of its output. */
export function converse(child: ChildProcessWithoutNullStreams): Conversation {
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  return { child, answers: new BatchAnswers(child) };
}

function unexpected(found: string): GitError {
  return new GitError('GIT_FAILED', `Expected an answer of git cat-file, found ${found}.`);
}

/** @throws GitError FILE_TOO_LARGE for an object that is larger than hosts take */
export function verifySize(type: ObjectType, size: number, mostBlob: number): void {
  const most = mostBytes(type, mostBlob);
  if (size <= most) return;
  throw new GitError(
    'FILE_TOO_LARGE',
    `Expected ${type === 'blob' ? 'files' : `${type} objects`} of at most ${most} bytes, found one of ${size} bytes.`,
  );
}
