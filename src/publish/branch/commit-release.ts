// SPDX-License-Identifier: MIT
import { type TreeFile } from '../../git/objects/folders.js';
import type { TreeEdit } from '../../git/objects/trees.js';
import type { GitStore, Oid } from '../../git/store.js';
import type { Directories } from '../../mirror/layout.js';
import type { PlannedRelease } from '../../mirror/plan.js';
import { recordFacts, type ReleaseFacts } from '../../mirror/records/facts.js';
import {
  formatReleaseMessage,
  formatTagMessage,
  type PathChange,
  type ReleaseMessage,
} from '../../mirror/records/messages.js';
import { formatReleases, type ReleaseRecord } from '../../mirror/records/releases.js';
import type { PreparedRelease } from '../prepare.js';
import { type Authorship, writeCommit, writeTag } from './authoring.js';

/** The end of a branch under construction. */
export interface BranchEnd {
  readonly tip: Oid | undefined;
  readonly root: Oid | undefined;
  /** Source files by path below the source directory. */
  readonly source: ReadonlyMap<string, TreeFile>;
  /** Files of source packages by path below the packaging directory; empty where only other packages are mirrored. */
  readonly packaging: ReadonlyMap<string, TreeFile>;
  /** Archive files by path below the archive directory. */
  readonly archive: ReadonlyMap<string, TreeFile>;
  readonly releases: readonly ReleaseRecord[];
}

export interface ReleaseCommit {
  readonly prepared: PreparedRelease;
  readonly notes: { readonly text: string; readonly source: string } | undefined;
  readonly title: string;
  readonly repomdRevision: string;
  readonly directories: Directories;
}

/** What a backport takes from the branch's end, besides its own package (interface, Backports). */
export interface Carried {
  /** By path below the archive directory. */
  readonly archive: ReadonlyMap<string, TreeFile>;
  /** Outside of the owned folders, with what they change. */
  readonly edits: readonly TreeEdit[];
  readonly changes: readonly PathChange[];
}

/** A release whose commit and tag are staged. */
export interface CommittedRelease {
  readonly planned: PlannedRelease;
  readonly commit: Oid;
  readonly tag: Oid;
  /** Tree id of the source directory. */
  readonly sourceTree: Oid;
  readonly end: BranchEnd;
  readonly files: { added: number; modified: number; deleted: number };
}

/**
 * Stages the commit and the annotated tag of one release on top of a branch end. The source directory becomes the
 * package's source and nothing else, and for a source package the packaging directory its packaging; package, checksum and the line in releases.json join the archive.
 */
export async function commitRelease(
  store: GitStore,
  authorship: Authorship,
  end: BranchEnd,
  { carried, ...release }: ReleaseCommit & { readonly carried?: Carried },
): Promise<CommittedRelease> {
  const { prepared, directories } = release;
  const record = recordOf(release);
  const releases = [...end.releases.filter(({ tag }) => tag !== record.tag), record];
  const additions = new Map([
    ...(carried?.archive ?? []),
    ...(await archiveAdditions(store, prepared, formatReleases(releases))),
  ]);
  const packaging = prepared.packaging?.files ?? end.packaging;
  const edits: TreeEdit[] = [
    { path: directories.source, entry: folderEntry(prepared.files, prepared.sourceTree) },
    ...(prepared.packaging === undefined
      ? []
      : [
          {
            path: directories.packaging,
            entry: folderEntry(prepared.packaging.files, prepared.packaging.tree),
          },
        ]),
    ...[...additions].map(([name, entry]) => ({ path: `${directories.archive}/${name}`, entry })),
    ...(carried?.edits ?? []),
  ];
  const sourceChanges = compareFiles(end.source, prepared.files, directories.source);
  const packagingChanges = compareFiles(end.packaging, packaging, directories.packaging);
  const archiveChanges = compareFiles(
    end.archive,
    new Map([...end.archive, ...additions]),
    directories.archive,
  );
  const message = messageOf(release, [
    ...sourceChanges,
    ...packagingChanges,
    ...archiveChanges,
    ...(carried?.changes ?? []),
  ]);
  const authored = prepared.facts.buildTime ?? authorship.time;
  const commit = await writeCommit(store, authorship, {
    parent: end.tip,
    root: end.root,
    edits,
    message: formatReleaseMessage(message),
    authored,
  });
  const tag = await writeTag(store, authorship, {
    name: prepared.planned.tag,
    object: commit.oid,
    message: formatTagMessage(message),
  });
  const count = (letter: PathChange['letter']): number =>
    sourceChanges.filter((change) => change.letter === letter).length;
  return {
    planned: prepared.planned,
    commit: commit.oid,
    tag,
    sourceTree: prepared.sourceTree,
    end: {
      tip: commit.oid,
      root: commit.root,
      source: prepared.files,
      packaging,
      archive: new Map([...end.archive, ...additions]),
      releases,
    },
    files: { added: count('?'), modified: count('M'), deleted: count('D') },
  };
}

/** git knows no empty folder. */
function folderEntry(files: ReadonlyMap<string, TreeFile>, oid: Oid): TreeEdit['entry'] {
  return files.size === 0 ? undefined : { mode: '040000', oid };
}

/** What a release adds to the archive, by path below the archive directory; the blobs are staged. */
export async function archiveAdditions(
  store: GitStore,
  prepared: PreparedRelease,
  releases: string,
): Promise<Map<string, TreeFile>> {
  const list = await store.write('blob', Buffer.from(releases));
  const file = (oid: Oid): TreeFile => ({ mode: '100644', oid });
  const { fileName } = prepared.planned.indexPackage;
  const additions = new Map([
    [`rpm/${fileName}.sha256`, file(prepared.checksum)],
    ['releases.json', file(list)],
  ]);
  if (prepared.archived !== undefined)
    additions.set(`rpm/${fileName}${prepared.archived.suffix}`, file(prepared.archived.oid));
  return additions;
}

/** The release's line in releases.json. */
export function recordOf(release: ReleaseCommit): ReleaseRecord {
  return recordFacts(factsOf(release));
}

function factsOf({ prepared, repomdRevision }: ReleaseCommit): ReleaseFacts {
  const { planned, facts, evidence, signature, certificate } = prepared;
  return {
    tag: planned.tag,
    facts,
    evidence,
    file: planned.indexPackage.fileName,
    key: certificate,
    signedAt: signature.created ?? 0,
    checkedFiles: prepared.checkedFiles,
    sourcePaths: prepared.sourcePaths,
    sourceTree: prepared.sourceTree,
    repomdRevision,
    indexSha256: planned.indexPackage.checksum.hex,
    weakAlgorithms: signature.tolerated,
    droppedModes: prepared.droppedModes.map(({ mode, path }) =>
      Buffer.concat([Buffer.from(`${mode} `), path]),
    ),
    droppedDotGit: prepared.droppedDotGit,
    unpackedFrom: prepared.unpackedFrom,
  };
}

function messageOf(release: ReleaseCommit, changes: readonly PathChange[]): ReleaseMessage {
  const { prepared, notes, title } = release;
  return {
    ...factsOf(release),
    title,
    repository: prepared.servedBy,
    notes: notes?.text,
    changes,
  };
}

/** What changes from one set of files to another, by path below a directory (latin1 names). */
export function compareFiles(
  before: ReadonlyMap<string, TreeFile>,
  after: ReadonlyMap<string, TreeFile>,
  directory: string,
): PathChange[] {
  const pathOf = (name: string): Uint8Array =>
    Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);
  const changes: PathChange[] = [];
  for (const [name, file] of after) {
    const old = before.get(name);
    if (old === undefined) changes.push({ letter: '?', path: pathOf(name) });
    else if (old.oid !== file.oid || old.mode !== file.mode)
      changes.push({ letter: 'M', path: pathOf(name) });
  }
  for (const name of before.keys())
    if (!after.has(name)) changes.push({ letter: 'D', path: pathOf(name) });
  return changes;
}
