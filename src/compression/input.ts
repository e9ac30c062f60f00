// SPDX-License-Identifier: MIT

const EMPTY = new Uint8Array(0);

/**
 * Pulls from a stream of chunks in the sizes that a parser wants. Memory is bounded by the largest
 * amount asked for plus one chunk of the source. What a source gave
 * before it failed can still be taken; whoever wants more gets the failure, each time.
 */
export class ChunkReader {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private buffer: Uint8Array = EMPTY;
  private ended = false;
  private failure: { readonly reason: unknown } | undefined;
  private pulled = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** Bytes consumed so far. */
  get consumed(): number {
    return this.pulled - this.buffer.length;
  }

  /** True when there is a byte left; pulls until there is one or the source ends. */
  async more(): Promise<boolean> {
    while (this.buffer.length === 0 && !this.ended) this.buffer = await this.pull();
    return this.buffer.length > 0;
  }

  /** The next bytes, at most `limit`, as they come; undefined at the end. */
  async some(limit = Number.MAX_SAFE_INTEGER): Promise<Uint8Array | undefined> {
    if (!(await this.more())) return undefined;
    const chunk = this.buffer.subarray(0, limit);
    this.buffer = this.buffer.subarray(chunk.length);
    return chunk;
  }

  /** Exactly `count` bytes, or fewer when the source ends before. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.fill(count);
    const taken = bytes.subarray(0, count);
    this.buffer = this.buffer.subarray(taken.length);
    return taken;
  }

  /** Looks at what follows without consuming it: at least `count` bytes unless the source ends before. */
  async fill(count: number): Promise<Uint8Array> {
    if (this.buffer.length >= count || this.ended) return this.buffer;
    const parts = [this.buffer];
    let length = this.buffer.length;
    try {
      while (length < count && !this.ended) {
        const chunk = await this.pull();
        parts.push(chunk);
        length += chunk.length;
      }
    } finally {
      this.buffer = Buffer.concat(parts, length);
    }
    return this.buffer;
  }

  /** Drops `count` bytes of what {@link fill} showed. */
  skip(count: number): void {
    this.buffer = this.buffer.subarray(count);
  }

  /** Gives bytes back that were consumed last. */
  unread(bytes: Uint8Array): void {
    this.buffer = this.buffer.length === 0 ? bytes : Buffer.concat([bytes, this.buffer]);
  }

  /** All that is left, in chunks. */
  async *rest(): AsyncGenerator<Uint8Array, void> {
    for (let chunk = await this.some(); chunk !== undefined; chunk = await this.some()) yield chunk;
  }

  /** Lets go of the source; a source that still has data is told to stop. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.iterator.return?.();
  }

  private async pull(): Promise<Uint8Array> {
    if (this.failure !== undefined) throw this.failure.reason;
    try {
      const next = await this.iterator.next();
      if (next.done === true) {
        this.ended = true;
        return EMPTY;
      }
      this.pulled += next.value.length;
      return next.value;
    } catch (reason) {
      this.failure = { reason };
      throw reason;
    }
  }
}
