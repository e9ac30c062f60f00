// SPDX-License-Identifier: MIT
import type { ChunkReader } from '../../compression/input.js';
import { PayloadError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { latin1 } from '../../text.js';
import { BLOCK, parseTarHeader, type TarHeader, untilNul } from './header.js';
import { parsePax } from './pax.js';

export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink';

/** One member, with what its extended headers say of it. */
export interface TarMember {
  /** As stored, but without `./` in front and without slashes at the end; empty for the archive's own top. */
  readonly path: Uint8Array;
  readonly type: TarType;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of content. */
  readonly size: number;
  /** Target of a symlink as stored, of a hard link as {@link path}; empty for others. */
  readonly target: Uint8Array;
}

/** What extension headers say of the member behind them. */
interface Extension {
  records: Map<string, Uint8Array>;
  longName?: Uint8Array;
  longTarget?: Uint8Array;
}

const TYPES: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};
const REFUSED: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a fifo',
  S: 'a sparse file',
  M: 'a file continued from another volume',
  D: "a folder's listing of an incremental backup",
};
/** Keywords that change what is unpacked. */
const MEANINGFUL = /^(?:path|linkpath|size|GNU\.sparse\..*)$/;
const SLASH = 0x2f;
/** One for all members: an archive has a hundred thousand. */
const NOTHING = new Uint8Array();

/**
 * Reads the members of a tar archive one after the other: v7, ustar, pax and GNU (long names and targets, large numbers).
 * Checksums are checked; global headers are ignored unless they rename; sparse files, devices, fifos and unknown types are refused, and so is
 * whatever tools read differently: content behind a link or a folder, data behind the end.
 */
export class TarReader {
  private offset = 0;
  private left = 0;
  private padding = 0;

  /** @param what - names the archive in messages */
  constructor(
    private readonly input: ChunkReader,
    private readonly what: string,
  ) {}

  /**
   * The next member; content that was not read is skipped. Undefined at the end: a block of zeros with only zeros behind it, or
   * the end of the data, which GNU tar takes for it, too.
   * @throws PayloadError PAYLOAD_INVALID, UNSUPPORTED_FORMAT for sparse files and unknown types, LIMIT_EXCEEDED
   */
  async next(): Promise<TarMember | undefined> {
    await this.skip();
    const extension: Extension = { records: new Map() };
    for (let isExtended = false; ; isExtended = true) {
      const block = await this.input.take(BLOCK);
      const isEnd = block.every((byte) => byte === 0);
      if (isEnd && isExtended) throw this.invalid('ends behind an extended header');
      if (isEnd) {
        await this.end();
        return undefined;
      }
      this.offset += block.length;
      const header = parseTarHeader(block);
      if (header === undefined)
        throw this.invalid(
          `has no header with a right checksum at offset ${this.offset - block.length}`,
        );
      if (!(await this.extend(header, extension))) return this.member(header, extension);
    }
  }

  /** Content of the current member, in chunks; nothing when it was read already. @throws PayloadError PAYLOAD_INVALID */
  async *content(): AsyncGenerator<Uint8Array, void> {
    while (this.left > 0) {
      const chunk = await this.input.some(this.left);
      if (chunk === undefined)
        throw this.invalid(`ends ${this.left} bytes before the end of a member`);
      this.left -= chunk.length;
      this.offset += chunk.length;
      yield chunk;
    }
    const padding = await this.input.take(this.padding);
    if (padding.length < this.padding) throw this.invalid('ends within the padding of a member');
    this.offset += this.padding;
    this.padding = 0;
  }

  private async skip(): Promise<void> {
    const content = this.content();
    while ((await content.next()).done !== true);
  }

  /** Takes in a header that says something of the next member; false when this is the member. */
  private async extend(header: TarHeader, extension: Extension): Promise<boolean> {
    this.begin(header.size);
    switch (header.type) {
      case 'x':
      case 'X':
        extension.records = await this.records(header);
        return true;
      case 'g': {
        const meaningful = [...(await this.records(header)).keys()].find((keyword) =>
          MEANINGFUL.test(keyword),
        );
        if (meaningful !== undefined)
          throw this.invalid(`sets ${meaningful} for all of its members`);
        return true;
      }
      case 'L':
        extension.longName = untilNul(await this.extended(header, LIMITS.pathBytes + 1));
        return true;
      case 'K':
        extension.longTarget = untilNul(await this.extended(header, LIMITS.pathBytes + 1));
        return true;
      case 'V':
        // The volume's label, which is no file.
        await this.skip();
        return true;
      default:
        return false;
    }
  }

  private async records(header: TarHeader): Promise<Map<string, Uint8Array>> {
    const records = parsePax(await this.extended(header, LIMITS.tarHeaderBytes));
    if (records === undefined)
      throw this.invalid(`has a broken extended header before offset ${this.offset}`);
    return records;
  }

  private async extended({ size }: TarHeader, limit: number): Promise<Uint8Array> {
    if (size > limit) {
      throw new PayloadError(
        'LIMIT_EXCEEDED',
        `${this.what}: an extended header of ${size} bytes; at most ${limit} are read`,
        { expected: `at most ${limit}`, actual: String(size) },
      );
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.content()) chunks.push(Uint8Array.from(chunk));
    return Buffer.concat(chunks);
  }

  private member(header: TarHeader, { records, longName, longTarget }: Extension): TarMember {
    const stored = value(records, 'path') ?? longName ?? header.name;
    const path = cleanPath(stored);
    const type = this.typeOf(header, stored);
    const sparse = [...records.keys()].some((keyword) => keyword.startsWith('GNU.sparse.'));
    if (sparse)
      throw new PayloadError(
        'UNSUPPORTED_FORMAT',
        `${this.what}: ${show(path)} is a sparse file, which is not unpacked`,
      );
    const size = this.sizeOf(header, records);
    // Some writers count a link's file twice, others put it there twice: nobody can tell from the archive.
    if (type !== 'file' && size !== 0)
      throw this.invalid(`has ${size} bytes of content for the ${type} ${show(path)}`);
    this.begin(size);
    const target =
      type === 'symlink' || type === 'hardlink'
        ? (value(records, 'linkpath') ?? longTarget ?? header.target)
        : NOTHING;
    return {
      path,
      type,
      mode: header.mode & 0o7777,
      size,
      target: type === 'hardlink' ? cleanPath(target) : target,
    };
  }

  private typeOf(header: TarHeader, stored: Uint8Array): TarType {
    const refused = Object.hasOwn(REFUSED, header.type) ? REFUSED[header.type] : undefined;
    if (refused !== undefined) {
      throw new PayloadError(
        header.type === 'S' ? 'UNSUPPORTED_FORMAT' : 'PAYLOAD_INVALID',
        `${this.what}: ${show(stored)} is ${refused}, which is not unpacked`,
      );
    }
    const type = Object.hasOwn(TYPES, header.type) ? TYPES[header.type] : undefined;
    if (type === undefined)
      throw new PayloadError(
        'UNSUPPORTED_FORMAT',
        `${this.what}: ${show(stored)} is of the unknown type ${JSON.stringify(header.type)}`,
      );
    // The oldest format marks folders by a slash alone.
    return type === 'file' && stored.at(-1) === SLASH ? 'directory' : type;
  }

  private sizeOf(header: TarHeader, records: ReadonlyMap<string, Uint8Array>): number {
    const text = value(records, 'size');
    if (text === undefined) return header.size;
    const digits = latin1(text);
    if (!/^\d{1,15}$/.test(digits))
      throw this.invalid(`has the size ${JSON.stringify(digits)} in an extended header`);
    return Number(digits);
  }

  private begin(size: number): void {
    this.left = size;
    this.padding = -size & (BLOCK - 1);
  }

  private async end(): Promise<void> {
    for (
      let chunk = await this.input.some();
      chunk !== undefined;
      chunk = await this.input.some()
    ) {
      if (chunk.some((byte) => byte !== 0)) throw this.invalid('has data after its end');
    }
  }

  private invalid(message: string): PayloadError {
    return new PayloadError('PAYLOAD_INVALID', `${this.what}: the tar archive ${message}`);
  }
}

/** An empty value takes back what was said before (POSIX pax). */
function value(records: ReadonlyMap<string, Uint8Array>, keyword: string): Uint8Array | undefined {
  const bytes = records.get(keyword);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/** Leading `./` and trailing slashes are how tar writes names of folders; everything else is left for the checks. */
function cleanPath(path: Uint8Array): Uint8Array {
  const text = Buffer.from(path)
    .toString('latin1')
    .replace(/^(?:\.\/)+/, '')
    .replace(/(?<=[^/])\/+$/, '');
  return Buffer.from(text === '.' ? '' : text, 'latin1');
}

function show(path: Uint8Array): string {
  return JSON.stringify(Buffer.from(path).toString('utf8'));
}
