// SPDX-License-Identifier: MIT
import type { TreeFile } from '../git/objects/folders.js';
import type { Options } from '../inputs/options.js';
import type { RpmPackage } from '../rpm/read.js';
import type { DroppedMode } from './payload-files.js';

/** A package whose payload can be read from its start as often as needed. */
export interface PackageStream {
  readonly pkg: RpmPackage;
  readonly payload: () => AsyncIterable<Uint8Array>;
}

/** A file of the mirror; `T` is what the sink made of its content (a link's content is its target). */
export interface ContentFile<T> {
  readonly mode: TreeFile['mode'];
  readonly kept: T;
  /** Where a link points. */
  readonly target?: Uint8Array;
}

/** What a package becomes in a mirror; paths are below their directory, latin1 of their bytes. */
export interface PackageContent<T> {
  /** What `source-path` matched: folders, or archives; none in a source package. */
  readonly sourcePaths: readonly Uint8Array[];
  readonly source: ReadonlyMap<string, ContentFile<T>>;
  /** The packaging directory; undefined for a package that leaves that directory alone. */
  readonly packaging: ReadonlyMap<string, ContentFile<T>> | undefined;
  /** Archives that became the source, in their order. */
  readonly unpackedFrom: readonly Uint8Array[];
  /** Files with a digest in the signed header. */
  readonly checkedFiles: number;
  readonly droppedModes: readonly DroppedMode[];
  /** What `dot-git: drop` left out of the source, by path in it. */
  readonly droppedDotGit: readonly Uint8Array[];
  /** What people should know; the same for the same package and options. */
  readonly warnings: readonly string[];
}

/**
 * The inputs that decide what a package becomes. Who holds a mirror against its packages says `dotGit: 'drop'`: dropped or refused, such names are not
 * there, and the record of what was dropped (`droppedDotGit`) is compared like every other fact.
 */
export type ContentOptions = Pick<Options, 'sourcePath' | 'unpack' | 'maxFileSize' | 'dotGit'>;
