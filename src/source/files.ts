// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { type TreeFile } from '../git/objects/folders.js';
import type { FileEntry, PackageFacts } from '../rpm/model.js';
import { readPayload } from '../rpm/payload/payload.js';
import type { RpmPackage } from '../rpm/read.js';
import { latin1 } from '../text.js';
import { type JudgedFolders, judgeFolders, requireFewDropped } from './judgement.js';
import type { ContentFile } from './model.js';

/** A file that the signed header puts under the source directory. */
export interface ExpectedFile {
  readonly mode: TreeFile['mode'];
  /** Algorithm and lower-case hex of the content; a link's content is its target. */
  readonly digest:
    { readonly algorithm: string; readonly hex: string } | { readonly target: Uint8Array };
}

/** The signed file list as a source tree. */
export interface ExpectedSource {
  readonly roots: readonly Uint8Array[];
  /** What `dot-git: drop` leaves out of it. */
  readonly dropped?: readonly Uint8Array[];
  /** By path below the source directory, latin1 of its bytes. */
  readonly files: ReadonlyMap<string, ExpectedFile>;
}

const WEAK = new Set(['md5', 'sha1', 'ripemd160']);

/** git knows one permission: the owner's execute bit. */
function gitMode({ type, mode }: Pick<FileEntry, 'type' | 'mode'>): TreeFile['mode'] {
  if (type === 'symlink') return '120000';
  return (mode & 0o100) === 0 ? '100644' : '100755';
}

/** A file out of a package or an archive, as its place in the tree is filled. */
export function contentFile<T>(
  file: Pick<FileEntry, 'type' | 'mode' | 'target'>,
  kept: T,
): ContentFile<T> {
  const mode = gitMode(file);
  return file.type === 'symlink' ? { mode, kept, target: file.target } : { mode, kept };
}

/**
 * The folders of a payload as a mirror may hold them. Nothing that it says decides it: whether `.git` was refused or dropped, it is not there,
 * and the record of what was dropped is compared.
 * @throws PayloadError
 */
export function selectFiles(facts: Pick<PackageFacts, 'files'>, glob: string): JudgedFolders {
  return judgeFolders(facts, { sourcePath: glob, dotGit: 'drop' });
}

/**
 * What the source directory must hold by the package's signed file list. Where that list has only weak digests and the whole
 * package is there, its payload is read for strong ones.
 * @throws PayloadError
 */
export async function expectedSource(
  pkg: RpmPackage,
  whole: ByteSource | undefined,
  glob: string,
): Promise<ExpectedSource> {
  const { facts } = pkg;
  const selection = selectFiles(facts, glob);
  requireFewDropped(selection.dropped);
  const strong =
    WEAK.has(facts.fileDigestAlgorithm) && whole !== undefined
      ? await digestPayload(pkg, whole)
      : undefined;
  const files = new Map<string, ExpectedFile>();
  for (const [index, entry] of facts.files.entries()) {
    const path = selection.map(entry.path);
    if (path === undefined || entry.ghost || (entry.type !== 'file' && entry.type !== 'symlink'))
      continue;
    const sha256 = strong?.get(index);
    const digest =
      entry.type === 'symlink'
        ? { target: entry.target }
        : sha256 === undefined
          ? { algorithm: facts.fileDigestAlgorithm, hex: entry.digest }
          : { algorithm: 'sha256', hex: sha256 };
    files.set(latin1(path), { mode: gitMode(entry), digest });
  }
  return { roots: selection.roots, dropped: selection.dropped, files };
}

async function digestPayload(pkg: RpmPackage, whole: ByteSource): Promise<Map<number, string>> {
  const digests = new Map<number, string>();
  for await (const { index, sha256 } of readPayload(pkg, whole.stream(pkg.payloadStart), {
    keep: () => false,
  })) {
    if (sha256 !== undefined) digests.set(index, sha256);
  }
  return digests;
}
