// SPDX-License-Identifier: MIT
import { formatCommit, formatIdentity, formatTag } from '../../git/objects/objects.js';
import { editTree, type TreeEdit } from '../../git/objects/trees.js';
import type { GitStore, Oid } from '../../git/store.js';
import type { Options } from '../../inputs/options.js';
import type { Identity } from '../../inputs/values.js';
import type { Sign } from '../../signing/signer.js';

/** Who writes, when, and with which signature. */
export interface Authorship {
  readonly author: Identity;
  readonly committer: Identity;
  /** Seconds since 1970. */
  readonly time: number;
  readonly sign: Sign | undefined;
}

/** Who writes in this run. */
export function authorshipOf(
  { author, committer }: Options,
  time: number,
  sign: Sign | undefined,
): Authorship {
  return { author, committer, time, sign };
}

/** A commit to write: what changes against the first parent's tree. */
export interface NewCommit {
  readonly parent: Oid | undefined;
  /** Root tree that the edits start from; undefined is the empty tree. */
  readonly root: Oid | undefined;
  readonly edits: readonly TreeEdit[];
  readonly message: string;
  /** Author date, seconds since 1970. */
  readonly authored: number;
}

/** Stages the trees and the commit; nothing moves on the remote before the push. */
export async function writeCommit(
  store: GitStore,
  authorship: Authorship,
  commit: NewCommit,
): Promise<{ oid: Oid; root: Oid }> {
  const tree = await editTree(commit.root, commit.edits, (oid) => store.readTree(oid));
  for (const { content } of tree.trees) await store.write('tree', content);
  const unsigned = {
    tree: tree.oid,
    parents: commit.parent === undefined ? [] : [commit.parent],
    author: formatIdentity({ ...authorship.author, seconds: commit.authored }),
    committer: formatIdentity({ ...authorship.committer, seconds: authorship.time }),
    message: commit.message,
  };
  const signature = await authorship.sign?.(formatCommit(unsigned));
  const oid = await store.write(
    'commit',
    formatCommit(signature === undefined ? unsigned : { ...unsigned, signature }),
  );
  return { oid, root: tree.oid };
}

/** Stages an annotated tag on a commit. */
export async function writeTag(
  store: GitStore,
  authorship: Authorship,
  { name, object, message }: { name: string; object: Oid; message: string },
): Promise<Oid> {
  const unsigned = {
    object,
    name,
    tagger: formatIdentity({ ...authorship.committer, seconds: authorship.time }),
    message,
  };
  const signature = await authorship.sign?.(formatTag(unsigned));
  return store.write(
    'tag',
    formatTag(signature === undefined ? unsigned : { ...unsigned, signature }),
  );
}
