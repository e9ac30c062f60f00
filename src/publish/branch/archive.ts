// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { type TreeFile } from '../../git/objects/folders.js';
import { hashObject } from '../../git/objects/objects.js';
import type { TreeEdit } from '../../git/objects/trees.js';
import type { GitStore, Oid } from '../../git/store.js';
import { formatNotesState } from '../../mirror/records/notes-state.js';
import type { NotesPage } from '../../notes/fetch.js';
import type { IndexFile, RepositoryIndex } from '../../repodata/model.js';
import { type MirrorState } from '../../survey/mirror-state.js';

/** A file to archive, or to remove (undefined). */
type Wanted = ReadonlyMap<string, Uint8Array | undefined>;

/** True when the archive does not hold exactly this repomd.xml, so that its further records must be read, too. */
export function isIndexNew(index: RepositoryIndex, { archive }: MirrorState): boolean {
  const held = archive.get('repomd.xml');
  const signature = archive.get('repomd.xml.asc');
  return (
    held?.oid !== hashObject('blob', index.repomdBytes) ||
    !archive.has(index.primary.archiveName) ||
    signature?.oid !==
      (index.signatureBytes === undefined ? undefined : hashObject('blob', index.signatureBytes))
  );
}

/** The index as served: repomd.xml, its signature, the records and a .sha256 of each; earlier forms of a record go. */
export function indexFiles(
  index: RepositoryIndex,
  records: readonly IndexFile[],
  state: MirrorState,
): Map<string, Uint8Array | undefined> {
  const files = new Map<string, Uint8Array | undefined>();
  const add = (name: string, bytes: Uint8Array): void => {
    files.set(name, bytes);
    files.set(`${name}.sha256`, Buffer.from(createHash('sha256').update(bytes).digest('hex')));
  };
  add('repomd.xml', index.repomdBytes);
  files.set('repomd.xml.asc', index.signatureBytes);
  for (const record of records) add(record.archiveName, record.bytes);
  for (const name of state.archive.keys()) {
    const type = /^(primary|filelists|other)\.xml(?:\.(?:gz|xz|zst|bz2))?(?:\.sha256)?$/.exec(
      name,
    )?.[1];
    if (type !== undefined && !files.has(name)) files.set(name, undefined);
  }
  return files;
}

/** Pages and the validators to ask with next time; the validators alone are no reason for a commit. */
export function notesFiles(
  pages: readonly NotesPage[],
  state: MirrorState,
): Map<string, Uint8Array | undefined> {
  const files = new Map<string, Uint8Array | undefined>();
  for (const page of pages) files.set(page.file, page.bytes);
  const isChanged = [...files].some(
    ([name, bytes]) =>
      bytes !== undefined && state.archive.get(name)?.oid !== hashObject('blob', bytes),
  );
  // Pages of earlier configurations stay archived, and must stay known as pages.
  const former = state.notesState.filter(({ file }) => state.archive.has(file) && !files.has(file));
  const states = [
    ...pages.map(({ state: entry }) => entry).filter((entry) => entry !== undefined),
    ...former,
  ];
  const isKnown = states.every((entry) =>
    state.notesState.some(({ url, file }) => url === entry.url && file === entry.file),
  );
  if (isChanged || !isKnown) files.set('release-notes.json', Buffer.from(formatNotesState(states)));
  return files;
}

/**
 * The edits that bring the archive to what is wanted; what already is so is left out.
 * Stages the new blobs.
 */
export async function archiveEdits(
  wanted: Wanted,
  {
    store,
    archive,
    directory,
  }: { store: GitStore; archive: ReadonlyMap<string, TreeFile>; directory: string },
): Promise<TreeEdit[]> {
  const edits: TreeEdit[] = [];
  for (const [name, bytes] of wanted) {
    const held = archive.get(name);
    const path = `${directory}/${name}`;
    if (bytes === undefined) {
      if (held !== undefined) edits.push({ path, entry: undefined });
      continue;
    }
    const oid: Oid = hashObject('blob', bytes);
    if (held?.oid === oid && held.mode === '100644') continue;
    edits.push({ path, entry: { mode: '100644', oid: await store.write('blob', bytes) } });
  }
  return edits;
}
