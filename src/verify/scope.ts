// SPDX-License-Identifier: MIT
import { GitError, MirrorError } from '../errors.js';
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import { parseIdentity } from '../git/objects/objects.js';
import { requireTagged } from '../git/objects/strict.js';
import type { Commit, MirrorReader, Oid, Tag } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { parseReleaseMessage, type RecordedMessage } from '../mirror/records/message-parser.js';
import { checkListSize, parseReleases, type ReleaseRecord } from '../mirror/records/releases.js';
import { formatTagName, parseTagName } from '../mirror/tag-names.js';
import { satisfies } from '../rpm/constraints.js';
import { tryParseEvr } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import type { Claims, Shape } from './claims.js';
import { faultOf, type Finding } from './findings.js';

/** A commit that stands for a release, with what it records: all of it claims. */
export interface ReleaseCase {
  /** Full name of the ref, or `HEAD`. */
  readonly ref: string;
  /** Short name of the tag; of a `HEAD` what its record says. */
  readonly tag: string;
  readonly commit: Oid;
  /** The tag object; undefined for a lightweight tag. */
  readonly object: Tag | undefined;
  readonly root: Oid;
  readonly parents: readonly Oid[];
  /** Author date, seconds since 1970. */
  readonly authored: number | undefined;
  readonly text: string;
  readonly message: RecordedMessage | undefined;
  /** The release's line in its own commit's releases.json. */
  readonly record: ReleaseRecord | undefined;
  /** The release's line in releases.json at the end of the branch. */
  readonly listed: ReleaseRecord | undefined;
  /** True when its commit has a releases.json, in which its line must stand. */
  readonly hasList: boolean;
  /** What cannot be read of releases.json. */
  readonly listFault: Finding | undefined;
  readonly shape: Shape;
}

/** What is said, once, of a release whose parent cannot be read: what it changed cannot be told then. */
export function unreadParent({ parents }: Pick<ReleaseCase, 'parents'>): Omit<Finding, 'actual'> {
  const [parent = 'none'] = parents;
  return { kind: 'tag', path: 'parent', expected: `commit ${parent}, which can be read` };
}

/** A tag that cannot be read at all, and why. */
export interface BrokenCase {
  readonly ref: string;
  readonly tag: string;
  readonly listed: ReleaseRecord | undefined;
  readonly fault: Finding;
}

/** A tag whose commit records no release. */
export interface OtherTag {
  readonly ref: string;
  readonly tag: string;
  /** Root tree; undefined for a tag of neither a commit nor a tree. */
  readonly root: Oid | undefined;
}

export type AnyCase = ReleaseCase | BrokenCase | OtherTag;

export interface CaseParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly claims: Claims;
  /** The shape of a commit that does not say its own. */
  readonly fallback: Shape | undefined;
  /** Lines of releases.json at the end of the branch, by tag. */
  readonly lines: ReadonlyMap<string, ReleaseRecord>;
}

/** Reads what a tag points to. It is of a release when its name is recorded or its commit records a package. @throws what is no MirrorError */
export async function readTagCase(ref: string, oid: Oid, parts: CaseParts): Promise<AnyCase> {
  const tag = ref.slice('refs/tags/'.length);
  const listed = parts.lines.get(tag);
  try {
    const target = await peel(parts.reader, oid);
    if (target.commit !== undefined) {
      const found = { ref, tag, oid: target.oid, object: target.object, commit: target.commit };
      const item = await readCommitCase(found, parts);
      const isRelease =
        item.listed !== undefined || item.record !== undefined || item.message !== undefined;
      return isRelease ? item : { ref, tag, root: item.root };
    }
    // A checkout and `git archive` take a tree for a commit's.
    const root = target.type === 'tree' ? target.oid : undefined;
    if (listed === undefined) return { ref, tag, root };
    const fault: Finding = {
      kind: 'tag',
      path: ref,
      expected: listed.nevra,
      actual: `a ${target.type}`,
    };
    return { ref, tag, listed, fault };
  } catch (error) {
    const fault = faultOf(error, {
      kind: 'tag',
      path: ref,
      expected: 'a tag whose commit can be read',
    });
    return { ref, tag, listed, fault };
  }
}

export interface FoundCommit {
  readonly ref: string;
  readonly tag: string;
  readonly oid: Oid;
  readonly object: Tag | undefined;
  readonly commit: Commit;
}

/** What a commit records of the release of this tag. @throws GitError MIRROR_INVALID */
export async function readCommitCase(
  { ref, tag, oid, object, commit }: FoundCommit,
  { files, claims, fallback, lines }: CaseParts,
): Promise<ReleaseCase> {
  const { tree: root, parents, message: text, author } = commit;
  const shape = await claims.of(root, fallback);
  return {
    ref,
    tag,
    commit: oid,
    object,
    root,
    parents,
    authored: parseIdentity(author)?.seconds,
    text,
    message: parseReleaseMessage(text),
    listed: lines.get(tag),
    shape,
    ...(await readRecord(tag, root, {
      files,
      path: `${shape.directories.archive}/releases.json`,
    })),
  };
}

interface Peeled {
  readonly oid: Oid;
  readonly object: Tag | undefined;
  readonly type: string;
  readonly commit: Commit | undefined;
}

/** Follows tags of tags, which nobody nests deeper than this in earnest. @throws GitError MIRROR_INVALID beyond it: git itself would go on */
export async function peel(reader: MirrorReader, oid: Oid): Promise<Peeled> {
  let object: Tag | undefined;
  let outer: Tag | undefined;
  let target = oid;
  for (let depth = 0; depth < 8; depth++) {
    const { type } = await reader.readObject(target);
    if (outer !== undefined) requireTagged(outer.type ?? 'commit', type);
    if (type !== 'tag')
      return {
        oid: target,
        object,
        type,
        commit: type === 'commit' ? await reader.readCommit(target) : undefined,
      };
    outer = await reader.readTag(target);
    object ??= outer;
    target = outer.object;
  }
  throw new GitError(
    'MIRROR_INVALID',
    `Expected a tag of a commit, found tags of tags without end.`,
  );
}

/** Reads the tag's own line alone: a list for each of thousands of tags, each with thousands of lines, is too much. */
async function readRecord(
  tag: string,
  root: Oid,
  { files, path }: { files: MirrorFiles; path: string },
): Promise<Pick<ReleaseCase, 'record' | 'hasList' | 'listFault'>> {
  try {
    const list = await files.find(root, path);
    if (list === undefined) return { record: undefined, hasList: false, listFault: undefined };
    const bytes = await files.small(list.oid);
    checkListSize(bytes);
    const record = parseReleases(linesOf(tag, bytes)).find((line) => line.tag === tag);
    return { record, hasList: true, listFault: undefined };
  } catch (error) {
    const listFault = faultOf(error, { kind: 'metadata', path, expected: `a line for ${tag}` });
    return { record: undefined, hasList: true, listFault };
  }
}

function linesOf(tag: string, list: Uint8Array): Uint8Array {
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  if (/^\s*\[/.test(bytes.toString('latin1', 0, 64))) return bytes;
  const key = `{"tag":${JSON.stringify(tag)},`;
  const lines: Buffer[] = [];
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    const end = bytes.indexOf(0x0a, at);
    lines.push(bytes.subarray(at, end < 0 ? undefined : end + 1));
  }
  return Buffer.concat(lines);
}

/** Reads releases.json of a commit. */
export async function readList(
  files: MirrorFiles,
  root: Oid,
  path: string,
): Promise<{ records: readonly ReleaseRecord[]; fault?: Finding }> {
  try {
    const list = await files.find(root, path);
    return { records: list === undefined ? [] : parseReleases(await files.small(list.oid)) };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return {
      records: [],
      fault: faultOf(error, { kind: 'metadata', path, expected: 'a list of releases' }),
    };
  }
}

/** The release as recorded, for order and `versions` only; nothing is proved by it. */
export function claimedNevra(found: AnyCase): Nevra {
  const message = 'message' in found ? found.message : undefined;
  const text = lineOf(found)?.nevra ?? message?.trailers?.get('Rpm-Nevra')?.[0];
  const nevra = text === undefined ? undefined : tryParseNevra(text);
  if (nevra !== undefined) return nevra;
  return nevraOfOld(found.tag, message?.metadata);
}

/** What the predecessor recorded; where it recorded nothing, the tag is the version. */
function nevraOfOld(tag: string, metadata: ReadonlyMap<string, string> | undefined): Nevra {
  const evr = tryParseEvr(metadata?.get('Version') ?? parseTagName(tag));
  return {
    name: metadata?.get('Package') ?? '',
    arch: '',
    epoch: evr?.epoch ?? null,
    version: evr?.version ?? tag,
    release: evr?.release ?? '',
  };
}

/** The release's line in releases.json: its own commit's, else the one at the end of the branch. */
function lineOf(found: AnyCase): ReleaseRecord | undefined {
  const record = 'record' in found ? found.record : undefined;
  return record ?? ('listed' in found ? found.listed : undefined);
}

/** A claim that does not even fit the tag's name leaves nothing out. */
export function isWanted(found: ReleaseCase, { versions }: Options): boolean {
  const nevra = claimedNevra(found);
  const isItsName = found.shape.tagFormats.some(
    (format) => formatTagName(format, nevra) === found.tag,
  );
  return !isItsName || satisfies(nevra, versions);
}
