// SPDX-License-Identifier: MIT
import { PayloadError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import type { HashName } from '../../openpgp/model.js';
import type { FileEntry, PackageFacts, PayloadFile } from '../model.js';
import type { CpioMember, CpioReader } from './cpio.js';
import { hashOf, tee } from './digesting.js';
import { printable } from './paths.js';
import type { PayloadMap } from './payload-map.js';

/**
 * Makes something of a regular file's content while it flows by, in chunks that are not proved yet: the row behind it says whether its digest is good.
 * What it does not read is read for it. Of hard links it gets the first that is wanted.
 */
export type Receive<T> = (entry: FileEntry, chunks: AsyncIterable<Uint8Array>) => Promise<T>;

/** A member of the archive that is to be read. */
export interface MemberJob<T> {
  readonly cpio: CpioReader;
  readonly member: CpioMember;
  readonly map: PayloadMap;
  readonly facts: PackageFacts;
  readonly options: { readonly keep: (entry: FileEntry) => boolean; readonly receive: Receive<T> };
}

/** The rows of the files that a member's content is for; it is read. @throws PayloadError; what `receive` throws */
export async function* readMember<T>(job: MemberJob<T>): AsyncGenerator<PayloadFile<T>, void> {
  const { cpio, member, map, options } = job;
  const file = map.take(member);
  const { index, entry } = file;
  // rpm before 4.11 sometimes put ghosts into the payload; rpm skips them, and so is their content here.
  if (entry.ghost) return;
  if (entry.type === 'symlink') await verifyTarget(cpio, member, entry);
  else if (entry.type !== 'file' && member.size !== 0)
    throw mismatch(entry, 'no content', `${member.size} bytes`);
  if (entry.type !== 'file') {
    yield { index, entry, digest: 'absent', sha256: undefined, content: undefined };
    return;
  }
  const links = map.links.take(file, member.size);
  if (links.length === 0) return;
  const kept = links.filter((link) => options.keep(link.entry));
  const content = await readContent(job, kept[0]?.entry);
  const rows = links.map((link): PayloadFile<T> => ({
    ...link,
    digest: judgeDigest(link.entry, content),
    sha256: content.sha256,
    content: kept.includes(link) ? content.made : undefined,
  }));
  if (content.failure !== undefined && rows.every(({ digest }) => digest !== 'bad'))
    throw content.failure.reason;
  yield* rows;
}

function judgeDigest(
  entry: FileEntry,
  { digest }: Pick<Content<unknown>, 'digest'>,
): PayloadFile['digest'] {
  if (entry.digest === '') return 'absent';
  return entry.digest === digest ? 'good' : 'bad';
}

async function verifyTarget(cpio: CpioReader, member: CpioMember, entry: FileEntry): Promise<void> {
  if (member.size > LIMITS.linkTargetBytes)
    throw mismatch(entry, `a target of at most ${LIMITS.linkTargetBytes} bytes`, `${member.size}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of cpio.content()) chunks.push(chunk);
  const target = Buffer.concat(chunks);
  if (!target.equals(entry.target))
    throw mismatch(entry, `the target ${printable(entry.target)}`, printable(target));
}

/** What was read of a regular file. */
interface Content<T> {
  /** Undefined where nobody wanted it, or it failed. */
  readonly made: T | undefined;
  readonly failure: { readonly reason: unknown } | undefined;
  readonly sha256: string;
  /** By the header's algorithm. */
  readonly digest: string;
}

/** A failure to make something of the content waits until its digest is known: damage is damage, whatever it looks like. */
async function readContent<T>(
  { cpio, facts, options }: MemberJob<T>,
  wanted: FileEntry | undefined,
): Promise<Content<T>> {
  const sha256 = hashOf('sha256');
  const declared = facts.fileDigestAlgorithm as HashName;
  const other = declared === 'sha256' ? undefined : hashOf(declared);
  const digested = tee(cpio.content(), other === undefined ? [sha256] : [sha256, other]);
  let made: T | undefined;
  let failure: Content<T>['failure'];
  if (wanted !== undefined) {
    try {
      made = await options.receive(wanted, withoutReturn(digested));
    } catch (reason) {
      failure = { reason };
    }
  }
  // An archive that ends early has no more to give: then that is the fault.
  for (let step = await digested.next(); step.done !== true; step = await digested.next());
  if (failure !== undefined && !cpio.isRead) throw failure.reason;
  const hex = sha256.digest('hex');
  return { made, failure, sha256: hex, digest: other?.digest('hex') ?? hex };
}

/** Whoever reads only a part of it does not end it. */
function withoutReturn(chunks: AsyncGenerator<Uint8Array, void>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
}

function mismatch(entry: FileEntry, expected: string, actual: string): PayloadError {
  return new PayloadError(
    'PAYLOAD_INVALID',
    `payload: ${printable(entry.path)} (${entry.type}): expected ${expected}, found ${actual}`,
    { expected, actual },
  );
}
