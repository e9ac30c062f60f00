// SPDX-License-Identifier: MIT
import { type TreeFile, walkOf } from '../../git/objects/walk.js';
import type { GitStore, Oid } from '../../git/store.js';
import { ARCHIVE } from '../../mirror/layout.js';
import { type BranchEnd, type Carried, compareFiles } from './commit-release.js';

const HOST = '.github';
const WORKFLOWS = 'workflows';

/**
 * How the mirror is made and the signing keys, so that each tag can be proved by its own tree; and the workflows: GitHub refuses a ref whose
 * `.github/workflows` no branch has, and with it all that travels in the same push.
 */
export async function carryToBackport(
  store: GitStore,
  {
    ground,
    branch,
    keyNames,
  }: {
    readonly ground: BranchEnd;
    readonly branch: BranchEnd;
    /** Names of the archived public keys. */
    readonly keyNames: readonly string[];
  },
): Promise<Carried> {
  const archive = new Map<string, TreeFile>();
  for (const name of [ARCHIVE.mirrorFile, ...keyNames]) {
    const file = branch.archive.get(name);
    if (file !== undefined) archive.set(name, file);
  }
  const [before, after] = [
    await workflowsOf(store, ground.root),
    await workflowsOf(store, branch.root),
  ];
  if (before?.oid === after?.oid && before?.mode === after?.mode)
    return { archive, edits: [], changes: [] };
  return {
    archive,
    edits: [{ path: `${HOST}/${WORKFLOWS}`, entry: after }],
    changes: compareFiles(await filesOf(store, before), await filesOf(store, after), HOST),
  };
}

async function workflowsOf(store: GitStore, root: Oid | undefined): Promise<TreeFile | undefined> {
  if (root === undefined) return undefined;
  const host = await entryOf(store, root, HOST);
  return host?.mode === '040000' ? entryOf(store, host.oid, WORKFLOWS) : undefined;
}

async function entryOf(store: GitStore, tree: Oid, wanted: string): Promise<TreeFile | undefined> {
  const found = (await store.readTree(tree)).find(({ name }) =>
    Buffer.from(name).equals(Buffer.from(wanted)),
  );
  return found === undefined ? undefined : { mode: found.mode, oid: found.oid };
}

/** Files by path below {@link HOST}. */
async function filesOf(
  store: GitStore,
  entry: TreeFile | undefined,
): Promise<ReadonlyMap<string, TreeFile>> {
  if (entry === undefined) return new Map();
  if (entry.mode !== '040000') return new Map([[WORKFLOWS, entry]]);
  const files = await walkOf(store).list(entry.oid);
  return new Map([...files].map(([name, file]) => [`${WORKFLOWS}/${name}`, file]));
}
