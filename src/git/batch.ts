// SPDX-License-Identifier: MIT
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { GitError } from '../errors.js';
import type { ObjectType, Oid } from './store.js';

/** Head of one answer of `git cat-file --batch`. */
export interface ObjectInfo {
  readonly oid: Oid;
  readonly type: ObjectType;
  /** Bytes of content. */
  readonly size: number;
}

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
    if (!TYPES.has(type) || !/^\d{1,15}$/u.test(size)) throw unexpected(JSON.stringify(line.slice(0, 100)));
    return { oid, type: type as ObjectType, size: Number(size) };
  }

  /** The content that belongs to the last head; must be read to its end before the next head. */
  async *content(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
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

/** A running `git cat-file --batch` that answers one question after the other. */
export class ObjectReader {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: BatchAnswers;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#answers = new BatchAnswers(child);
    // What went wrong shows as the end of its output.
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.stderr.resume();
  }

  /** The object's type and content; undefined when it is not here. @throws GitError GIT_FAILED, also when it is larger than `cap` bytes */
  read(oid: Oid, cap: number): Promise<{ readonly type: ObjectType; readonly content: Buffer } | undefined> {
    const answer = this.#queue.then(() => this.#ask(oid, cap));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  /** Ends git. */
  async close(): Promise<void> {
    await this.#queue;
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const closed = new Promise((done) => this.#child.once('close', done));
    this.#child.stdin.end();
    this.#child.stdout.resume();
    await closed;
  }

  async #ask(oid: Oid, cap: number): Promise<{ type: ObjectType; content: Buffer } | undefined> {
    this.#child.stdin.write(`${oid}\n`);
    const info = await this.#answers.head();
    if (info === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of this.#answers.content(info.size)) if (info.size <= cap) chunks.push(chunk);
    if (info.size > cap) throw new GitError('GIT_FAILED', `Expected object ${oid} to have at most ${cap} bytes, found ${info.size}.`);
    return { type: info.type, content: Buffer.concat(chunks) };
  }
}

function unexpected(found: string): GitError {
  return new GitError('GIT_FAILED', `Expected an answer of git cat-file, found ${found}.`);
}
