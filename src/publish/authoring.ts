// SPDX-License-Identifier: MIT
import { formatCommit, formatIdentity, formatTag } from '../git/objects/objects.js';
import { editTree, type TreeEdit } from '../git/objects/trees.js';
import type { GitStore, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { Identity } from '../inputs/values.js';
import type { Sign } from '../signing/signer.js';

/** Who writes, when, and with which signature. */
export interface Hand {
  readonly author: Identity;
  readonly committer: Identity;
  /** Seconds since 1970. */
  readonly time: number;
  readonly sign: Sign | undefined;
}

/** The hand of this run. */
export function handOf({ author, committer }: Options, time: number, sign: Sign | undefined): Hand {
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
  hand: Hand,
  commit: NewCommit,
): Promise<{ oid: Oid; root: Oid }> {
  const tree = await editTree(commit.root, commit.edits, (oid) => store.readTree(oid));
  for (const { content } of tree.trees) await store.write('tree', content);
  const unsigned = {
    tree: tree.oid,
    parents: commit.parent === undefined ? [] : [commit.parent],
    author: formatIdentity({ ...hand.author, seconds: commit.authored }),
    committer: formatIdentity({ ...hand.committer, seconds: hand.time }),
    message: commit.message,
  };
  const signature = await hand.sign?.(formatCommit(unsigned));
  const oid = await store.write(
    'commit',
    formatCommit(signature === undefined ? unsigned : { ...unsigned, signature }),
  );
  return { oid, root: tree.oid };
}

/** Stages an annotated tag on a commit. */
export async function writeTag(
  store: GitStore,
  hand: Hand,
  { name, object, message }: { name: string; object: Oid; message: string },
): Promise<Oid> {
  const unsigned = {
    object,
    name,
    tagger: formatIdentity({ ...hand.committer, seconds: hand.time }),
    message,
  };
  const signature = await hand.sign?.(formatTag(unsigned));
  return store.write(
    'tag',
    formatTag(signature === undefined ? unsigned : { ...unsigned, signature }),
  );
}
