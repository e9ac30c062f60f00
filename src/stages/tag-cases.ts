// SPDX-License-Identifier: MIT
import type { MirrorReader, Oid, Tag } from '../git/store.js';
import type { Options } from '../inputs.js';
import { parseReleaseMessage, type RecordedMessage } from '../mirror/message-parser.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { parseReleases, type ReleaseRecord } from '../mirror/releases.js';
import { compareEvr, tryParseEvr } from '../rpm/evr.js';
import { satisfies } from '../rpm/constraints.js';
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
  readonly archive: Oid | undefined;
  readonly text: string;
  readonly message: RecordedMessage | undefined;
  /** The tag's line in its own commit's releases.json. */
  readonly record: ReleaseRecord | undefined;
}

/** Lines of releases.json by blob: tags of one batch share nothing, but idle commits do. */
type Lists = Map<Oid, readonly ReleaseRecord[]>;

/**
 * All tags whose tree has the archive directory, whose message records a release, or that releases.json lists, in EVR
 * order; `versions` narrows them. The others come back by name.
 */
export async function listTagCases(reader: MirrorReader, files: MirrorFiles, options: Options): Promise<{ cases: TagCase[]; ignored: string[] }> {
  const cases: TagCase[] = [];
  const ignored: string[] = [];
  const lists: Lists = new Map();
  for (const [tag, oid] of await reader.listTags()) {
    const found = await readCase({ tag, oid, reader, files, options, lists });
    if (found === undefined) ignored.push(tag);
    else if (isWanted(found, options)) cases.push(found);
  }
  return { cases: cases.sort(compareCases), ignored };
}

interface Reading {
  readonly tag: string;
  readonly oid: Oid;
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly options: Options;
  readonly lists: Lists;
}

async function readCase({ tag, oid, reader, files, options, lists }: Reading): Promise<TagCase | undefined> {
  let object: Tag | undefined;
  let target = oid;
  let { type } = await reader.readObject(oid);
  for (let depth = 0; type === 'tag' && depth < 8; depth++) {
    const outer = await reader.readTag(target);
    object ??= outer;
    target = outer.object;
    ({ type } = await reader.readObject(target));
  }
  if (type !== 'commit') return undefined;
  const commit = await reader.readCommit(target);
  const { source, archive } = options.directories;
  const archiveTree = await files.find(commit.tree, archive);
  const message = parseReleaseMessage(commit.message);
  const record = await readRecord(tag, commit.tree, { reader, files, options, lists });
  if (archiveTree?.mode !== '040000' && message === undefined && record === undefined) return undefined;
  const sourceTree = await files.find(commit.tree, source);
  return {
    tag,
    commit: target,
    object,
    root: commit.tree,
    source: sourceTree?.mode === '040000' ? sourceTree.oid : undefined,
    archive: archiveTree?.mode === '040000' ? archiveTree.oid : undefined,
    text: commit.message,
    message,
    record,
  };
}

async function readRecord(tag: string, root: Oid, { reader, files, options, lists }: Omit<Reading, 'tag' | 'oid'>): Promise<ReleaseRecord | undefined> {
  const list = await files.find(root, `${options.directories.archive}/releases.json`);
  if (list === undefined) return undefined;
  let records = lists.get(list.oid);
  if (records === undefined) {
    records = parseReleases(await reader.readBlob(list.oid));
    if (lists.size > 4) lists.clear();
    lists.set(list.oid, records);
  }
  return records.find((record) => record.tag === tag);
}

/** The release as recorded, for order and `versions` only; nothing is proved by it. */
function evrOf({ record, message, tag }: TagCase): { epoch: number | null; version: string; release: string } {
  const text = record?.nevra ?? message?.trailers?.get('Rpm-Nevra')?.[0];
  const nevra = text === undefined ? undefined : tryParseNevra(text);
  if (nevra !== undefined) return nevra;
  const evr = tryParseEvr(message?.metadata?.get('Version') ?? tag);
  return { epoch: evr?.epoch ?? null, version: evr?.version ?? tag, release: evr?.release ?? '' };
}

function compareCases(a: TagCase, b: TagCase): number {
  return compareEvr(evrOf(a), evrOf(b)) || (a.tag < b.tag ? -1 : 1);
}

function isWanted(found: TagCase, { versions }: Options): boolean {
  return satisfies({ name: '', arch: '', ...evrOf(found) }, versions);
}
