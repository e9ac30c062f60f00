// SPDX-License-Identifier: MIT
import { isDotGit, isDotName } from '../../dot-git.js';
import { GitError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import type { FileMode, ObjectType, Oid, Tag, TreeEntry } from '../store.js';
import { badRefName } from './names.js';
import { isOid, type SignedCommit } from './objects.js';

/*
 * The wall between a repository that somebody else may have written and everything that reads it (T46): an object that
 * `git fsck --strict` reports is refused, and so is never read in another way than git reads it. The words in parentheses are fsck's own
 * (git-fsck(1), FSCK MESSAGES). Of what fsck only informs of, these are accepted: a tag without tagger, which git wrote in its first
 * years, and links in the place of .gitignore, .gitattributes and .mailmap, which packages may hold.
 */

const NUL = 0;
const SPACE = 0x20;
const ZERO = 0x30;
const ID_BYTES = 20;
const NULL_ID = '0'.repeat(40);
/** As trees hold them. */
const MODES: ReadonlyMap<string, FileMode> = new Map([
  ['100644', '100644'],
  ['100755', '100755'],
  ['120000', '120000'],
  ['40000', '040000'],
  ['160000', '160000'],
]);
const TYPES: ReadonlySet<string> = new Set<ObjectType>(['blob', 'tree', 'commit', 'tag']);
const SIGNATURE = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$/mu;
/** The first bytes of any spelling of `.git` and its like: a dot, `git~1`, short names, and what HFS+ ignores; behind a backslash all is possible. */
const SUSPECT = /^[.gGmM\xe2\xef]|\\/u;
const MOST_SECONDS = 2n ** 63n - 1n;

/**
 * Entries of a tree, in its order, which is git's.
 * @throws GitError OBJECT_INVALID for what git's fsck refuses in a tree
 */
export function parseTree(content: Uint8Array): TreeEntry[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const entries: TreeEntry[] = [];
  const names = new Set<string>();
  let last = '';
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    const end = space < 0 ? -1 : bytes.indexOf(NUL, space + 1);
    const next = end + 1 + ID_BYTES;
    if (end < 0 || next > bytes.length)
      throw invalid('tree', `entry ${entries.length + 1} is cut off (badTree)`);
    const name = bytes.toString('latin1', space + 1, end);
    const mode = parseMode(bytes.toString('latin1', at, space), name);
    const oid = bytes.toString('hex', end + 1, next);
    const fault =
      nameFault(name, mode) ?? (oid === NULL_ID ? 'has the id of nothing (nullSha1)' : undefined);
    if (fault !== undefined) throw invalid('tree', `the entry ${show(name)} ${fault}`);
    if (names.has(name))
      throw invalid('tree', `the entry ${show(name)} comes twice (duplicateEntries)`);
    // A folder sorts as if its name ended with a slash.
    const key = mode === '040000' ? `${name}/` : name;
    if (key < last)
      throw invalid('tree', `the entry ${show(name)} is not in order (treeNotSorted)`);
    names.add(name);
    last = key;
    entries.push({ mode, name: content.slice(space + 1, end), oid });
    at = next;
  }
  return entries;
}

function parseMode(text: string, name: string): FileMode {
  const mode = MODES.get(text);
  if (mode !== undefined) return mode;
  const word = text.charCodeAt(0) === ZERO ? 'zeroPaddedFilemode' : 'badFilemode';
  throw invalid(
    'tree',
    `the entry ${show(name)} has the mode ${show(text)}, which is none of git's (${word})`,
  );
}

/** Why git's fsck refuses the name of a tree entry, bytes as latin1. */
function nameFault(name: string, mode: FileMode): string | undefined {
  if (name === '') return 'has no name (emptyName)';
  if (name.includes('/')) return 'holds a slash (fullPathname)';
  if (name.length > LIMITS.pathBytes)
    return `has a name of over ${LIMITS.pathBytes} bytes (largePathname)`;
  if (!SUSPECT.test(name)) return undefined;
  if (name === '.') return 'is the folder itself (hasDot)';
  if (name === '..') return 'is the folder above (hasDotdot)';
  const bytes = Buffer.from(name, 'latin1');
  if (isDotGit(bytes)) return 'is a spelling of .git (hasDotgit)';
  if (mode === '120000' && isDotName(bytes, 'gitmodules'))
    return 'is a link in the place of .gitmodules (gitmodulesSymlink)';
  return undefined;
}

/** Parses a commit. Headers behind the committer are skipped, as git does, but for `gpgsig`. @throws GitError OBJECT_INVALID */
export function parseCommit(content: Uint8Array): SignedCommit {
  const { headers, message } = readHeaders('commit', content);
  const tree = headers.id('tree', 'missingTree', 'badTreeSha1');
  const parents: Oid[] = [];
  while (headers.isAt('parent')) parents.push(headers.id('parent', '', 'badParentSha1'));
  const author = headers.person('author', 'missingAuthor');
  if (headers.isAt('author')) throw invalid('commit', 'it has two authors (multipleAuthors)');
  const committer = headers.person('committer', 'missingCommitter');
  if (content.includes(NUL)) throw invalid('commit', 'it holds a NUL (nulInCommit)');
  const signature = headers.rest().find(([key]) => key === 'gpgsig')?.[1];
  return {
    tree,
    parents,
    author,
    committer,
    message,
    ...(signature === undefined ? {} : { signature }),
  };
}

/** Parses an annotated tag. @throws GitError OBJECT_INVALID */
export function parseTag(content: Uint8Array): Tag & { readonly type: ObjectType } {
  const { headers, message } = readHeaders('tag', content);
  const object = headers.id('object', 'missingObject', 'badObjectSha1');
  const type = headers.value('type', 'missingTypeEntry');
  if (!TYPES.has(type)) throw invalid('tag', `its type ${show(type)} is none of git's (badType)`);
  const name = headers.value('tag', 'missingTagEntry');
  const fault = badRefName(`refs/tags/${name}`);
  if (fault !== undefined) throw invalid('tag', `its name ${fault} (badTagName)`);
  const tagger = headers.isAt('tagger') ? headers.person('tagger', '') : undefined;
  if (!headers.isDone)
    throw invalid('tag', 'an empty line does not follow its name and tagger (extraHeaderEntry)');
  const start = SIGNATURE.exec(message)?.index;
  return {
    object,
    type: type as ObjectType,
    name: decode(name),
    message: start === undefined ? message : message.slice(0, start),
    ...(tagger === undefined ? {} : { tagger }),
    ...(start === undefined ? {} : { signature: message.slice(start) }),
  };
}

/** A tag says what kind of object it is of; git follows none that lies. @throws GitError OBJECT_INVALID */
export function requireTagged(said: ObjectType, type: ObjectType): void {
  if (said !== type) throw invalid('tag', `it is of a ${type} and says ${said} (badTagObject)`);
}

type Kind = 'tree' | 'commit' | 'tag';

/** Splits an object as fsck does (fsck.c, verify_headers). */
function readHeaders(kind: Kind, content: Uint8Array): { headers: Headers; message: string } {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const end = bytes.indexOf('\n\n');
  const head = bytes.subarray(0, end < 0 ? bytes.length : end + 1);
  if (head.includes(NUL)) throw invalid(kind, 'a header holds a NUL (nulInHeader)');
  if (head.at(-1) !== 0x0a) throw invalid(kind, 'its last header has no end (unterminatedHeader)');
  return {
    headers: new Headers(kind, head.toString('latin1', 0, head.length - 1)),
    message: end < 0 ? '' : bytes.toString('utf8', end + 2),
  };
}

/** The header lines, taken one by one: git demands their order. Bytes are latin1 until they are given out. */
class Headers {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(
    private readonly kind: Kind,
    head: string,
  ) {
    this.#lines = head === '' ? [] : head.split('\n');
  }

  get isDone(): boolean {
    return this.#at === this.#lines.length;
  }

  isAt(key: string): boolean {
    return this.#lines[this.#at]?.startsWith(`${key} `) === true;
  }

  value(key: string, missing: string): string {
    const line = this.#lines[this.#at];
    if (line === undefined || !this.isAt(key))
      throw invalid(this.kind, `it has no "${key}" line in its place (${missing})`);
    this.#at += 1;
    return line.slice(key.length + 1);
  }

  id(key: string, missing: string, bad: string): Oid {
    const text = this.value(key, missing);
    if (!isOid(text))
      throw invalid(this.kind, `its ${key} ${show(text)} is no id of 40 hex digits (${bad})`);
    return text;
  }

  person(key: string, missing: string): string {
    const line = this.value(key, missing);
    const fault = personFault(line);
    if (fault !== undefined)
      throw invalid(
        this.kind,
        `its ${key} ${show(line)} is no "Name <address> seconds zone" (${fault})`,
      );
    return decode(line);
  }

  /** The other headers; a line that begins with a space goes on with the value before it. */
  rest(): (readonly [key: string, value: string])[] {
    const folded = this.#lines
      .slice(this.#at)
      .join('\n')
      .split(/\n(?! )/u);
    return folded.map((line) => {
      const space = line.indexOf(' ');
      return space < 0
        ? [line, '']
        : [line.slice(0, space), decode(line.slice(space + 1).replaceAll('\n ', '\n'))];
    });
  }
}

/** What fsck says of an identity line; undefined when it is fine (fsck.c, fsck_ident, as of git 2.41). */
function personFault(line: string): string | undefined {
  const open = line.search(/[<>]/u);
  if (line.startsWith('<')) return 'missingNameBeforeEmail';
  if (open < 0) return 'missingEmail';
  if (line[open] === '>') return 'badName';
  if (line[open - 1] !== ' ') return 'missingSpaceBeforeEmail';
  const rest = line.slice(open + 1);
  const close = rest.search(/[<>]/u);
  if (rest[close] !== '>') return 'badEmail';
  return timeFault(rest.slice(close + 1));
}

function timeFault(text: string): string | undefined {
  if (!text.startsWith(' ')) return 'missingSpaceBeforeDate';
  const [, seconds] = /^ (\d+) /u.exec(text) ?? [];
  if (seconds === undefined) return 'badDate';
  if (seconds.startsWith('0') && seconds !== '0') return 'zeroPaddedDate';
  if (seconds.length > 19 || BigInt(seconds) > MOST_SECONDS) return 'badDateOverflow';
  return /^[+-]\d{4}$/u.test(text.slice(seconds.length + 2)) ? undefined : 'badTimezone';
}

function decode(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

function show(latin1: string): string {
  return JSON.stringify(decode(latin1.slice(0, 200)));
}

function invalid(kind: Kind, problem: string): GitError {
  return new GitError(
    'OBJECT_INVALID',
    `Expected a ${kind} that git fsck accepts, found that ${problem}.`,
  );
}
