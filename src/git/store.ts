// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';

/** 40 lower-case hex digits. */
export type Oid = string;
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';
export type FileMode = '100644' | '100755' | '120000' | '040000' | '160000';

/** One entry of a tree. Names are bytes, since git knows no encoding. */
export interface TreeEntry {
  readonly mode: FileMode;
  readonly name: Uint8Array;
  readonly oid: Oid;
}

export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: string;
  readonly committer: string;
  readonly message: string;
}

/** An annotated tag. */
export interface Tag {
  readonly object: Oid;
  /** Type of the object; `commit` when absent. */
  readonly type?: ObjectType;
  readonly name: string;
  /** Absent in tags of the first years of git. */
  readonly tagger?: string;
  readonly message: string;
  /** Armored OpenPGP or SSH signature. */
  readonly signature?: string;
}

/** What `git ls-remote` says. */
export interface RemoteRefs {
  /** Branch that HEAD points to; undefined on an empty repository or a detached HEAD. */
  readonly head: string | undefined;
  /** Branch name to commit. */
  readonly branches: ReadonlyMap<string, Oid>;
  /** Tag name to the object it points to, and the commit behind it. */
  readonly tags: ReadonlyMap<string, { readonly oid: Oid; readonly commit: Oid }>;
}

/** One atomic push. Tags are created only where they do not exist; branches only fast-forward. */
export interface PushRequest {
  readonly branches: readonly { readonly name: string; readonly oid: Oid }[];
  readonly tags: readonly { readonly name: string; readonly oid: Oid }[];
  /** Ask the server, change nothing. */
  readonly dryRun?: boolean;
}

/** `rejected` says nothing about why: read the refs again. `message` is the remote's answer, for people. */
export type PushResult =
  { readonly status: 'pushed' } | { readonly status: 'rejected'; readonly message: string };

/**
 * A private bare repository on top of one remote. New objects are staged and travel with the next push.
 * Nothing is ever unpacked into a work tree, and no checkout of the user's is read or written.
 */
export interface GitStore {
  /** Refs of the remote, now. @throws GitError AUTH, REMOTE_FAILED */
  listRefs(): Promise<RemoteRefs>;
  /** Fetches one commit with its trees, but no blobs and no history; returns the commit that the ref had. @throws GitError */
  fetchCommit(ref: string): Promise<Oid>;
  /** Fetches blobs by id in one request; those that are here already cost nothing. */
  fetchBlobs(oids: readonly Oid[]): Promise<void>;
  /** Fetches all commits behind these refs, without trees and blobs. */
  fetchHistory(refs: readonly string[]): Promise<void>;
  /** Whether a commit is behind another one, as far as the history here goes. */
  isAncestor(older: Oid, newer: Oid): Promise<boolean>;
  readCommit(oid: Oid): Promise<Commit>;
  readTree(oid: Oid): Promise<readonly TreeEntry[]>;
  readBlob(oid: Oid): Promise<Uint8Array>;
  /** Stages an object (unless it is known) and returns its id. */
  write(type: ObjectType, content: Uint8Array): Promise<Oid>;
  /**
   * Stages a blob of any size as it comes, and returns its id. When its chunks fail, nothing of it stays, and their error passes.
   * @param size of all chunks together
   */
  writeStream(size: number, chunks: AsyncIterable<Uint8Array>): Promise<Oid>;
  /** Says that the remote has this object, so that `write` need not stage it. */
  assumePresent(oids: Iterable<Oid>): void;
  /**
   * Lets git's own fsck look at everything staged since the last check, as servers do; `push` does the same if that holds one of its refs' objects.
   * What fails is dropped again, with all that was staged beside it, so that what is staged again without the guilty one is good.
   * @throws GitError PUSH_REJECTED
   */
  check(): Promise<void>;
  /** Looks for what keeps this machine's own repository from taking a push to a branch; of other remotes a dry run tells. @throws GitError PUSH_REJECTED */
  verifyTarget(branch: string): Promise<void>;
  /** Atomic push of everything staged that the refs reach. @throws GitError AUTH, REMOTE_FAILED */
  push(request: PushRequest): Promise<PushResult>;
  /** Removes the private repository. */
  close(): Promise<void>;
}

/** Names and objects of refs. */
export type RefSet = Pick<PushRequest, 'branches' | 'tags'>;

/** A remote that receives what the main one has. */
export interface MirrorRemote {
  /** Without credentials, so that it may be shown. */
  readonly url: string;
  /** Asks for the refs and does nothing with them. @throws GitError AUTH, REMOTE_FAILED */
  look(): Promise<void>;
  /**
   * Brings branches and tags to where the main remote has them, whatever the remote lacks; nothing is forced. Returns the number of refs that moved.
   * @throws GitError that names the remote: AUTH, REMOTE_FAILED, NON_FAST_FORWARD, PUSH_REJECTED; TAG_EXISTS, when all else is pushed
   */
  follow(wanted: RefSet): Promise<{ readonly pushed: number }>;
}

/** Head of an object. */
export interface ObjectInfo {
  readonly oid: Oid;
  readonly type: ObjectType;
  /** Bytes of content. */
  readonly size: number;
}

/** How an object was found: `damaged` content hashes to `actual`; of what git cannot open it says `missing` or, half-way, `unreadable`. */
export type ObjectCheck =
  | { readonly oid: Oid; readonly status: 'good' }
  | { readonly oid: Oid; readonly status: 'missing' | 'unreadable' }
  | { readonly oid: Oid; readonly status: 'damaged'; readonly actual: Oid };

/** Receives the objects of a scan. */
export interface ObjectVisitor {
  /** Called before the content of an object; what it returns gets the content in chunks, which are not proved yet. */
  begin?(info: ObjectInfo): ((chunk: Uint8Array) => void) | undefined;
  /** Called once for each object, when all of it was read and hashed. */
  end(check: ObjectCheck): void | Promise<void>;
}

/** Content that hashed to its id. */
export interface OpenBlob {
  readonly bytes: ByteSource;
  release(): Promise<void>;
}

/** `.gitattributes` files by their folder (empty for the top), and paths to ask for. */
export interface AttributeRequest {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly paths: readonly string[];
  readonly attributes: readonly string[];
}

export interface PathAttribute {
  readonly path: string;
  readonly attribute: string;
  /** `set`, or the value. */
  readonly value: string;
}

/** The refs of a repository that is read. */
export interface MirrorRefs {
  /** Full names under refs/heads/, refs/tags/ and, in a clone, refs/remotes/origin/, with the objects that they point to. */
  readonly refs: ReadonlyMap<string, Oid>;
  /** Full name of the branch that stands for the remote's HEAD: origin/HEAD's in a clone, else the one that HEAD names, born or not; undefined when HEAD is detached. */
  readonly head: string | undefined;
  /** The commit that HEAD stands for; undefined when there is none. */
  readonly checkedOut: Oid | undefined;
  /** True when history is cut off. */
  readonly isShallow: boolean;
}

/** A file as it is checked out. */
export interface CheckedOutFile {
  readonly mode: FileMode;
  readonly oid: Oid;
}

/** A repository that is only read, without any connection. Replace refs and grafts are ignored. Every object is hashed again; a wrong hash is MIRROR_INVALID. */
export interface MirrorReader {
  readRefs(): Promise<MirrorRefs>;
  /**
   * Files of the work tree below a folder by path (latin1 of the bytes), as git would store them unfiltered; undefined for a bare repository.
   * @throws GitError MIRROR_INVALID, LIMIT_EXCEEDED
   */
  readWorkTree(folder: string): Promise<ReadonlyMap<string, CheckedOutFile> | undefined>;
  /** What git makes of these attribute files, for these paths: path and attributes that are set, of those that are asked for. */
  readAttributes(request: AttributeRequest): Promise<readonly PathAttribute[]>;
  /** Type and content of any object. @throws GitError MIRROR_INVALID when it is missing or damaged */
  readObject(oid: Oid): Promise<{ readonly type: ObjectType; readonly content: Uint8Array }>;
  readTag(oid: Oid): Promise<Tag>;
  readCommit(oid: Oid): Promise<Commit>;
  readTree(oid: Oid): Promise<readonly TreeEntry[]>;
  readBlob(oid: Oid): Promise<Uint8Array>;
  /** A blob that may be large: beyond some MiB it lies in a private file until it is released. @throws GitError MIRROR_INVALID */
  openBlob(oid: Oid): Promise<OpenBlob>;
  /** Reads many objects, each once, in constant memory. Nothing is thrown for a bad object: the visitor is told. */
  scan(oids: Iterable<Oid>, visitor: ObjectVisitor): Promise<void>;
  close(): Promise<void>;
}
