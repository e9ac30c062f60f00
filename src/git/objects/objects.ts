// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { GitError, PayloadError } from '../../errors.js';
import { latin1 } from '../../text.js';
import type { Commit, ObjectType, Oid, Tag, TreeEntry } from '../store.js';
import { unsafeName } from './names.js';

/** A person and a time, as a commit or tag records them. */
export interface Identity {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970-01-01 UTC. */
  readonly seconds: number;
  /** Minutes east of UTC; 0 when absent. */
  readonly offset?: number;
}

/** A commit that may carry an OpenPGP or SSH signature (armored). */
export interface SignedCommit extends Commit {
  readonly signature?: string;
}

/** Id of the tree without entries. */
export const EMPTY_TREE: Oid = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const OID = /^[0-9a-f]{40}$/u;
/** `Name <mail> seconds zone`, as git's fsck wants it. */
const IDENTITY = /^([^<>\n\0]+) <([^<>\n\0]*)> (0|[1-9][0-9]*) ([+-])([0-9]{2})([0-9]{2})$/u;

/** True for 40 lower-case hex digits. */
export function isOid(text: string): text is Oid {
  return OID.test(text);
}

/** Id of an object: SHA-1 of `<type> <size>\0` and the content (gitformat-loose). */
export function hashObject(type: ObjectType, content: Uint8Array): Oid {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/**
 * Content of a tree, entries in git's order (a directory sorts as if its name ended with a slash).
 * @throws PayloadError UNSAFE_PATH for names that git refuses and for a name that comes twice
 */
export function formatTree(entries: readonly TreeEntry[]): Uint8Array {
  const seen = new Set<string>();
  const sorted = entries.map((entry) => {
    const text = latin1(entry.name);
    checkEntry(entry, seen.has(text) ? 'comes twice' : unsafeName(entry.name));
    seen.add(text);
    return { entry, key: entry.mode === '040000' ? `${text}/` : text };
  });
  sorted.sort((a, b) => (a.key < b.key ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode.replace(/^0/u, '')} `),
      entry.name,
      Buffer.of(0),
      Buffer.from(entry.oid, 'hex'),
    ]),
  );
}

function checkEntry(entry: TreeEntry, problem: string | undefined): void {
  if (problem !== undefined)
    throw new PayloadError(
      'UNSAFE_PATH',
      `A git tree cannot hold the name ${quote(entry.name)}: it ${problem}.`,
    );
  requireOid(entry.oid);
}

/**
 * `Name <email> seconds zone` as commits and tags hold it.
 * @throws GitError MIRROR_INVALID for line ends, NUL or angle brackets, an empty name, or a time git cannot hold
 */
export function formatIdentity({ name, email, seconds, offset = 0 }: Identity): string {
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${pad(Math.trunc(minutes / 60))}${pad(minutes % 60)}`;
  const line = `${name.trim()} <${email.trim()}> ${seconds} ${zone}`;
  if (parseIdentity(line) === undefined) {
    throw invalid(
      'identity',
      `expected a name and an address without line ends and angle brackets, found ${quote(Buffer.from(line))}`,
    );
  }
  return line;
}

/** The parts of an identity line; undefined when it is none. */
export function parseIdentity(line: string): Required<Identity> | undefined {
  const match = IDENTITY.exec(line);
  if (match === null) return undefined;
  const [, name = '', email = '', seconds = '', sign, hours, minutes] = match;
  const time = Number(seconds);
  if (!Number.isSafeInteger(time)) return undefined;
  const offset = Number(hours) * 60 + Number(minutes);
  return { name, email, seconds: time, offset: sign === '-' && offset !== 0 ? -offset : offset };
}

/**
 * Content of a commit, byte for byte as `git commit-tree` writes it; the signature becomes the `gpgsig` header.
 * What a signature signs is the content without it.
 * @throws GitError MIRROR_INVALID
 */
export function formatCommit(commit: SignedCommit): Uint8Array {
  const head = [
    `tree ${requireOid(commit.tree)}`,
    ...commit.parents.map((parent) => `parent ${requireOid(parent)}`),
    `author ${requireIdentity(commit.author)}`,
    `committer ${requireIdentity(commit.committer)}`,
  ];
  if (commit.signature !== undefined)
    head.push(`gpgsig ${commit.signature.trimEnd().replaceAll('\r', '').replaceAll('\n', '\n ')}`);
  return Buffer.from(`${head.join('\n')}\n\n${requireMessage(commit.message)}`);
}

/**
 * Content of an annotated tag, byte for byte as `git mktag` takes it; the signature stands at the end.
 * What a signature signs is the content without it.
 * @throws GitError MIRROR_INVALID
 */
export function formatTag(tag: Tag): Uint8Array {
  if (tag.name === '' || /[\n\0]/u.test(tag.name))
    throw invalid('tag', 'its name is empty or holds a line end or NUL');
  const head = [
    `object ${requireOid(tag.object)}`,
    `type ${tag.type ?? 'commit'}`,
    `tag ${tag.name}`,
  ];
  if (tag.tagger !== undefined) head.push(`tagger ${requireIdentity(tag.tagger)}`);
  const message = requireMessage(tag.message);
  if (tag.signature === undefined) return Buffer.from(`${head.join('\n')}\n\n${message}`);
  if (!message.endsWith('\n'))
    throw invalid('tag', 'the message of a signed tag must end with a line end');
  return Buffer.from(`${head.join('\n')}\n\n${message}${tag.signature.trimEnd()}\n`);
}

function requireOid(text: string): Oid {
  if (!isOid(text))
    throw invalid('object', `expected an id of 40 hex digits, found ${quote(Buffer.from(text))}`);
  return text;
}

function requireIdentity(line: string): string {
  if (parseIdentity(line) === undefined)
    throw invalid(
      'identity',
      `expected "Name <address> seconds zone", found ${quote(Buffer.from(line))}`,
    );
  return line;
}

function requireMessage(message: string): string {
  if (message.includes('\0')) throw invalid('message', 'it holds a NUL');
  return message;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function quote(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 200)).toString('utf8'));
}

function invalid(kind: string, problem: string): GitError {
  return new GitError('MIRROR_INVALID', `This is no git ${kind}: ${problem}.`);
}
