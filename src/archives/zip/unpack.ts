// SPDX-License-Identifier: MIT
import { ChunkReader } from '../../compression/input.js';
import { PayloadError } from '../../errors.js';
import { LIMITS, MIB } from '../../limits.js';
import { printable } from '../../rpm/payload/paths.js';
import { EntryList, type Unpacked, type UnpackOptions } from '../entries.js';
import { verifyDirectoryEnd } from './directory-end.js';
import { type ZipMember, ZipMembers } from './members.js';
import { describeEntry } from './names.js';
import { parseAttributes, parseFields, SIGNATURE, viewOf, type ZipFields } from './records.js';

/** A member whose content was taken; what it is, only the central record will say. */
interface Taken<T> {
  readonly member: ZipMember;
  readonly crc: number;
  readonly size: number;
  readonly packedSize: number;
  readonly kept: T;
  /** The content of what may be a link. */
  readonly target: Uint8Array | undefined;
}

/** Targets of links are kept until it is known which members are links; so many bytes of them. */
const MOST_TARGETS = 16 * MIB;

/**
 * Unpacks a zip archive as unzip would into an empty folder, without touching one, and without seeking: members are taken as they lie there, then the central directory must
 * list exactly them, with the same names, sizes and CRCs, or tools would not agree on what is in it. The rules for names are tar's (T20, T21).
 * @throws PayloadError UNSAFE_PATH, PAYLOAD_INVALID, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED
 */
export async function unpackZip<T>(
  archive: AsyncIterable<Uint8Array>,
  options: UnpackOptions<T>,
): Promise<Unpacked<T>> {
  const input = new ChunkReader(archive);
  const list = new EntryList(options);
  try {
    const members = new ZipMembers(input, options.what);
    const taken = await takeMembers(members, input, list);
    const start = input.consumed;
    const count = taken.size;
    await readDirectory({ members, input, list, taken });
    const directory = { start, size: input.consumed - start, count };
    await verifyDirectoryEnd(input, directory, (message) => members.invalid(message));
  } finally {
    await input.close();
  }
  return list.finish();
}

/** Contents by the offset of their local record. */
async function takeMembers<T>(
  members: ZipMembers,
  input: ChunkReader,
  list: EntryList<T>,
): Promise<Map<number, Taken<T>>> {
  const taken = new Map<number, Taken<T>>();
  let targets = 0;
  let output = 0;
  for (let member = await members.next(); member !== undefined; member = await members.next()) {
    const { name } = member.fields;
    list.count(name.length);
    const begin: Uint8Array[] = [];
    const chunks = watch(members.content(), (chunk) => {
      output += chunk.length;
      verifyRatio(output, input.consumed, list.options.what);
      if (members.found.size <= LIMITS.linkTargetBytes) begin.push(Uint8Array.from(chunk));
    });
    const kept =
      member.size === undefined
        ? await list.keepOpen(name, chunks)
        : await list.keep(name, member.size, chunks);
    const { crc, size, packedSize } = members.found;
    const target = size <= LIMITS.linkTargetBytes ? Buffer.concat(begin) : undefined;
    const isTarget = target !== undefined && mayBeTarget(target) && targets + size <= MOST_TARGETS;
    if (isTarget) targets += size;
    const own = isTarget ? Uint8Array.from(target) : undefined;
    taken.set(member.offset, { member, crc, size, packedSize, kept, target: own });
  }
  return taken;
}

async function* watch(
  chunks: AsyncIterable<Uint8Array>,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}

/** Nearly all files of a source have a line end, and no link has one that could be published. */
function mayBeTarget(content: Uint8Array): boolean {
  return content.length > 0 && !content.includes(0x0a) && !content.includes(0);
}

function verifyRatio(output: number, input: number, what: string): void {
  if (output > Math.max(LIMITS.ratioFloor, input * LIMITS.compressionRatio))
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `${what}: ${output} bytes of output from ${input} bytes of input look like a decompression bomb`,
    );
}

interface Directory<T> {
  readonly members: ZipMembers;
  readonly input: ChunkReader;
  readonly list: EntryList<T>;
  /** Emptied as its members are listed. */
  readonly taken: Map<number, Taken<T>>;
}

async function readDirectory<T>({ members, input, list, taken }: Directory<T>): Promise<void> {
  for (;;) {
    const head = await input.fill(4);
    if (head.length < 4 || viewOf(head).getUint32(0, true) !== SIGNATURE.central) break;
    const record = Uint8Array.from(await members.record('central'));
    const fields = parseFields(record, 'central');
    const found = fields === undefined ? undefined : taken.get(fields.offset);
    if (fields === undefined || found === undefined)
      throw members.invalid('lists a member that is not in it, or is listed twice');
    taken.delete(fields.offset);
    const attributes = parseAttributes(record);
    const entry = describeEntry(fields, attributes);
    const path = describeEntry(found.member.fields, attributes).path;
    if (!isSame(found, fields) || !Buffer.from(path).equals(entry.path))
      throw members.invalid(`says two things of its member ${printable(fields.name)}`);
    placeEntry(list, found, entry);
  }
  const [left] = taken.values();
  if (left !== undefined)
    throw members.invalid(
      `holds the member ${printable(left.member.fields.name)}, which it does not list`,
    );
}

/** Is a member what its central record says? */
function isSame({ member, crc, size, packedSize }: Taken<unknown>, fields: ZipFields): boolean {
  const local = member.fields;
  return (
    Buffer.from(local.name).equals(fields.name) &&
    local.method === fields.method &&
    crc === fields.crc &&
    size === fields.size &&
    packedSize === fields.packedSize
  );
}

function placeEntry<T>(
  list: EntryList<T>,
  { size, kept, target }: Taken<T>,
  { path, type, mode }: ReturnType<typeof describeEntry>,
): void {
  const { what } = list.options;
  const refuse = (reason: string): PayloadError =>
    new PayloadError('PAYLOAD_INVALID', `${what}: ${printable(path)} ${reason}`);
  if (type === 'special') throw refuse('is a device, a fifo or a socket, which is not unpacked');
  if (type === 'directory') {
    if (size > 0) throw refuse('is a folder with content');
    if (path.length > 0) list.place({ path, type });
    return;
  }
  // Which of two is meant, tools tell otherwise.
  if (list.get(path) !== undefined) throw refuse('is there twice');
  if (type === 'file') {
    list.place({ path, type, mode, target: new Uint8Array(), kept });
    return;
  }
  if (target === undefined)
    throw refuse('is a link with a target that is empty, too long, or holds a line end or NUL');
  list.place({ path, type, mode, target, kept });
}
