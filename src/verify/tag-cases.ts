// SPDX-License-Identifier: MIT
import { MirrorError } from '../errors.js';
import type { Commit, MirrorReader, Oid, Tag } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { parseReleaseMessage, type RecordedMessage } from '../mirror/message-parser.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { parseReleases, type ReleaseRecord } from '../mirror/releases.js';
import { satisfies } from '../rpm/constraints.js';
import { compareEvr, tryParseEvr } from '../rpm/evr.js';
import { type Finding, reasonOf } from './findings.js';
import type { MirrorFiles } from './mirror-reading.js';

/** One tag in scope, with what its commit records. */
export interface TagCase {
  readonly tag: string;
  readonly commit: Oid;
  /** The tag object; undefined for a lightweight tag. */
  readonly object: Tag | undefined;
  readonly root: Oid;
  /** Tree of the source directory; undefined when there is none. */
  readonly source: Oid | undefined;
  readonly text: string;
  readonly message: RecordedMessage | undefined;
  /** The tag's line in its own commit's releases.json. */
  readonly record: ReleaseRecord | undefined;
  /** The tag's line in releases.json at the end of the branch. */
  readonly listed: ReleaseRecord | undefined;
  /** True when its commit has a releases.json, in which its line must stand. */
  readonly hasList: boolean;
  /** What cannot be read of releases.json. */
  readonly listFault: Finding | undefined;
}

/** A tag that cannot be verified at all, and why. */
export interface BrokenCase {
  readonly tag: string;
  readonly listed: ReleaseRecord | undefined;
  readonly fault: Finding;
}

export interface Scope {
  /** In EVR order. */
  readonly cases: readonly TagCase[];
  readonly broken: readonly BrokenCase[];
  readonly ignored: readonly string[];
  /** Releases that `versions` leaves out. */
  readonly leftOut: number;
}

export interface ScopeParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly options: Options;
  /** releases.json at the end of the branch. */
  readonly listed: readonly ReleaseRecord[];
}

/**
 * All tags whose tree has the archive directory, whose message records a release, or that releases.json lists; `versions`
 * narrows them. One that is listed and is no longer there is broken.
 * @throws GitError MIRROR_INVALID
 */
export async function listTagCases(parts: ScopeParts): Promise<Scope> {
  const { reader, options, listed } = parts;
  const cases: TagCase[] = [];
  const broken: BrokenCase[] = [];
  const ignored: string[] = [];
  let leftOut = 0;
  const lines = new Map(listed.map((record) => [record.tag, record]));
  const tags = await reader.listTags();
  for (const [tag, oid] of tags) {
    const found = await readCase(parts, { tag, oid, line: lines.get(tag) });
    if (found === undefined) ignored.push(tag);
    else if (!isWanted(found, options)) leftOut++;
    else if ('fault' in found) broken.push(found);
    else cases.push(found);
  }
  for (const record of listed) {
    if (tags.has(record.tag)) continue;
    const fault: Finding = {
      kind: 'tag',
      path: `refs/tags/${record.tag}`,
      expected: record.nevra,
      actual: 'missing',
    };
    const lost = { tag: record.tag, listed: record, fault };
    if (isWanted(lost, options)) broken.push(lost);
    else leftOut++;
  }
  return {
    cases: cases.sort((a, b) => compareEvr(evrOf(a), evrOf(b)) || (a.tag < b.tag ? -1 : 1)),
    broken,
    ignored,
    leftOut,
  };
}

interface Named {
  readonly tag: string;
  readonly oid: Oid;
  readonly line: ReleaseRecord | undefined;
}

async function readCase(
  { reader, files, options }: ScopeParts,
  { tag, oid, line }: Named,
): Promise<TagCase | BrokenCase | undefined> {
  const path = `refs/tags/${tag}`;
  const { source, archive } = options.directories;
  try {
    const target = await peel(reader, oid);
    if (target.commit === undefined) {
      const fault: Finding = {
        kind: 'tag',
        path,
        expected: line?.nevra ?? 'a commit',
        actual: `a ${target.type}`,
      };
      return line === undefined ? undefined : { tag, listed: line, fault };
    }
    const { tree: root, message: text } = target.commit;
    const message = parseReleaseMessage(text);
    const archiveTree = await files.find(root, archive);
    if (archiveTree?.mode !== '040000' && message === undefined && line === undefined)
      return undefined;
    const sourceTree = await files.find(root, source);
    const list = await readRecord(tag, root, { reader, files, path: `${archive}/releases.json` });
    return {
      tag,
      commit: target.oid,
      object: target.object,
      root,
      source: sourceTree?.mode === '040000' ? sourceTree.oid : undefined,
      text,
      message,
      listed: line,
      ...list,
    };
  } catch (error) {
    return {
      tag,
      listed: line,
      fault: {
        kind: 'tag',
        path,
        expected: 'a tag whose commit can be read',
        actual: reasonOf(error),
      },
    };
  }
}

interface Peeled {
  readonly oid: Oid;
  readonly object: Tag | undefined;
  readonly type: string;
  readonly commit: Commit | undefined;
}

/** Follows tags of tags, which nobody nests deeper than this in earnest. */
async function peel(reader: MirrorReader, oid: Oid): Promise<Peeled> {
  let object: Tag | undefined;
  let target = oid;
  for (let depth = 0; depth < 8; depth++) {
    const { type } = await reader.readObject(target);
    if (type !== 'tag')
      return {
        oid: target,
        object,
        type,
        commit: type === 'commit' ? await reader.readCommit(target) : undefined,
      };
    const outer = await reader.readTag(target);
    object ??= outer;
    target = outer.object;
  }
  return { oid: target, object, type: 'tag', commit: undefined };
}

/** Reads the tag's own line alone: a list for each of thousands of tags, each with thousands of lines, is too much. */
async function readRecord(
  tag: string,
  root: Oid,
  { reader, files, path }: { reader: MirrorReader; files: MirrorFiles; path: string },
): Promise<Pick<TagCase, 'record' | 'hasList' | 'listFault'>> {
  try {
    const list = await files.find(root, path);
    if (list === undefined) return { record: undefined, hasList: false, listFault: undefined };
    const record = parseReleases(linesOf(tag, await reader.readBlob(list.oid))).find(
      (line) => line.tag === tag,
    );
    return { record, hasList: true, listFault: undefined };
  } catch (error) {
    return {
      record: undefined,
      hasList: true,
      listFault: { kind: 'metadata', path, expected: `a line for ${tag}`, actual: reasonOf(error) },
    };
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

/** Reads releases.json at the end of a branch. */
export async function readListed(
  files: MirrorFiles,
  reader: MirrorReader,
  { root, path }: { root: Oid; path: string },
): Promise<{ records: readonly ReleaseRecord[]; fault?: string }> {
  try {
    const list = await files.find(root, path);
    return { records: list === undefined ? [] : parseReleases(await reader.readBlob(list.oid)) };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { records: [], fault: reasonOf(error) };
  }
}

/** The release as recorded, for order and `versions` only; nothing is proved by it. */
function evrOf(found: TagCase | BrokenCase): {
  epoch: number | null;
  version: string;
  release: string;
} {
  const message = 'fault' in found ? undefined : found.message;
  const record = 'fault' in found ? found.listed : (found.record ?? found.listed);
  const text = record?.nevra ?? message?.trailers?.get('Rpm-Nevra')?.[0];
  const nevra = text === undefined ? undefined : tryParseNevra(text);
  if (nevra !== undefined) return nevra;
  const evr = tryParseEvr(message?.metadata?.get('Version') ?? found.tag);
  return {
    epoch: evr?.epoch ?? null,
    version: evr?.version ?? found.tag,
    release: evr?.release ?? '',
  };
}

function isWanted(found: TagCase | BrokenCase, { versions }: Options): boolean {
  return satisfies({ name: '', arch: '', ...evrOf(found) }, versions);
}
