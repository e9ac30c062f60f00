// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { GitError } from '../errors.js';
import { readFolder, type TreeFile } from '../git/objects/folders.js';
import type { Commit, GitStore, Oid, RemoteRefs } from '../git/store.js';
import { isKeyCandidate } from '../mirror/layout.js';
import { type MirrorFile, parseMirrorFile } from '../mirror/records/mirror-file.js';
import { type NotesState, parseNotesState } from '../mirror/records/notes-state.js';
import { parseReleases, type ReleaseRecord } from '../mirror/records/releases.js';
import { nearestNames } from '../mirror/selection.js';

/** What the mirror holds now, read from the remote alone. */
export interface MirrorState {
  readonly refs: RemoteRefs;
  readonly branch: string;
  /** Undefined when the branch is to be begun. */
  readonly tip: Oid | undefined;
  readonly tipCommit: Commit | undefined;
  /** Root tree of the tip. */
  readonly root: Oid | undefined;
  /** Files under the archive directory by path relative to it (`repomd.xml`, `rpm/x.rpm`). */
  readonly archive: ReadonlyMap<string, TreeFile>;
  /** Contents of the small files of the archive that a run needs. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly releases: readonly ReleaseRecord[];
  readonly notesState: readonly NotesState[];
  /** How the mirror says that it is made; undefined where it does not. */
  readonly mirrorFile: MirrorFile | undefined;
}

/** A mirror has a handful of keys; this many candidates are looked at. */
const MOST_KEY_CANDIDATES = 64;
const READ_ALWAYS = new Set(['releases.json', 'release-notes.json', 'mirror.json', 'repomd.xml']);

/**
 * Reads refs, the tip's trees and the few archive files that a run needs: one `ls-remote`, one blobless shallow
 * fetch and at most one fetch of named blobs, whatever the size of the archive.
 * @throws GitError
 */
export async function readMirror(
  store: GitStore,
  {
    branch,
    archiveDirectory,
    notesFiles,
  }: { branch: string | undefined; archiveDirectory: string; notesFiles: readonly string[] },
): Promise<MirrorState> {
  const refs = await store.listRefs();
  const name = chooseBranch(refs, branch);
  if (!refs.branches.has(name)) {
    return {
      refs,
      branch: name,
      tip: undefined,
      tipCommit: undefined,
      root: undefined,
      archive: new Map(),
      contents: new Map(),
      releases: [],
      notesState: [],
      mirrorFile: undefined,
    };
  }
  const tip = await store.fetchCommit(`refs/heads/${name}`);
  const tipCommit = await store.readCommit(tip);
  const { tree: root } = tipCommit;
  const archive = await readFolder(store, root, archiveDirectory);
  const contents = await readSmallFiles(store, archive, notesFiles);
  const releases = contents.get('releases.json');
  const notes = contents.get('release-notes.json');
  const mirrorFile = contents.get('mirror.json');
  return {
    refs,
    branch: name,
    tip,
    tipCommit,
    root,
    archive,
    contents,
    releases: releases === undefined ? [] : parseReleases(releases),
    notesState: notes === undefined ? [] : parseNotesState(notes),
    mirrorFile: mirrorFile === undefined ? undefined : parseMirrorFile(mirrorFile),
  };
}

function chooseBranch(refs: RemoteRefs, wanted: string | undefined): string {
  const name = wanted ?? refs.head ?? 'main';
  if (wanted !== undefined && refs.branches.size > 0 && !refs.branches.has(name)) {
    const known = [...refs.branches.keys()].sort().slice(0, 20).join(', ');
    const [near] = nearestNames([name], refs.branches.keys());
    throw new GitError(
      'BRANCH_NOT_FOUND',
      `the remote has no branch ${JSON.stringify(name)}; it has ${known}`,
      {
        expected: name,
        actual: known,
        ...(near === undefined ? {} : { remedy: `Set branch to ${near}, or leave it empty.` }),
      },
    );
  }
  return name;
}

async function readSmallFiles(
  store: GitStore,
  archive: ReadonlyMap<string, TreeFile>,
  notesFiles: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const keys = [...archive.keys()]
    .filter((name) => isKeyCandidate(name))
    .slice(0, MOST_KEY_CANDIDATES);
  const names = [...READ_ALWAYS, ...notesFiles, ...keys].filter((name) => archive.has(name));
  const wanted = [...new Set(names)]
    .map((name) => ({ name, file: required(archive.get(name), 'a file of the archive') }))
    .filter(({ file }) => file.mode.startsWith('100'));
  await store.fetchBlobs(wanted.map(({ file }) => file.oid));
  return new Map(
    await Promise.all(
      wanted.map(async ({ name, file }) => [name, await store.readBlob(file.oid)] as const),
    ),
  );
}
