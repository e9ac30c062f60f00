// SPDX-License-Identifier: MIT
import { PayloadError } from '../../errors.js';
import { latin1 } from '../../text.js';
import type { FileEntry, PayloadFile } from '../model.js';
import type { CpioMember } from './cpio.js';
import { printable } from './paths.js';

const FORMAT_MASK = 0o170000;

/** Which member of the archive is which file of the header, and which of them came. */
export class PayloadMap {
  readonly links: HardLinks;
  private readonly byPath = new Map<string, number>();
  private readonly seen: Uint8Array;

  /** @throws PayloadError PAYLOAD_INVALID for a path that the header lists twice. */
  constructor(readonly files: readonly FileEntry[]) {
    this.links = new HardLinks(files);
    this.seen = new Uint8Array(files.length);
    for (const [index, { path }] of files.entries()) {
      const key = pathKey(path);
      if (this.byPath.has(key)) throw invalid(`the header lists ${printable(path)} twice`);
      this.byPath.set(key, index);
    }
  }

  /** The member's file, and its index; each may come once, and with the header's type. @throws PayloadError PAYLOAD_INVALID */
  take({ name, index: stripped, mode }: CpioMember): LinkedFile {
    const index = name === undefined ? stripped : this.byPath.get(pathKey(name));
    const entry = this.files[index ?? -1];
    if (index === undefined || entry === undefined)
      throw invalid(
        `holds ${name === undefined ? `file ${index}` : printable(name)}, which the header does not list`,
      );
    if (this.seen[index] === 1) throw invalid(`holds ${printable(entry.path)} twice`);
    this.seen[index] = 1;
    if (
      mode !== undefined &&
      (entry.mode & FORMAT_MASK) !== 0 &&
      (mode & FORMAT_MASK) !== (entry.mode & FORMAT_MASK)
    ) {
      throw invalid(
        `holds ${printable(entry.path)} with mode ${mode.toString(8)}; the header says ${entry.mode.toString(8)}`,
      );
    }
    return { index, entry };
  }

  /** Bytes of a member in the stripped format (lib/rpmfi.c, iterReadArchiveNext): the last of a set of hard links has the content. */
  strippedSize(index: number): number {
    const entry = this.files[index];
    if (entry === undefined)
      throw invalid(`holds file ${index}, but the header lists ${this.files.length}`);
    if (entry.ghost) return 0;
    if (entry.type === 'symlink') return entry.size;
    return entry.type === 'file' && this.links.last(index) === index ? entry.size : 0;
  }

  /** @throws PayloadError PAYLOAD_INVALID when a file that is no ghost, or the content of hard links, did not come. */
  verifyComplete(): void {
    const missing = this.files.find((entry, index) => !entry.ghost && this.seen[index] === 0);
    if (missing !== undefined)
      throw invalid(`lacks ${printable(missing.path)}, which the header lists`);
    this.links.verifyComplete();
  }

  /** The rows of ghosts. */
  *ghosts(): Generator<PayloadFile<never>, void> {
    for (const [index, entry] of this.files.entries()) {
      if (entry.ghost)
        yield { index, entry, digest: 'absent', sha256: undefined, content: undefined };
    }
  }
}

/** A file of the header, and where it stands there. */
export interface LinkedFile {
  readonly index: number;
  readonly entry: FileEntry;
}

/** Files with one inode. In the archive the last of them has the content; those before it have no bytes. */
interface LinkSet {
  readonly members: number[];
  waiting: LinkedFile[];
}

/** Sets of hard links, by device and inode as rpm groups them (lib/rpmfi.c, rpmfilesBuildNLink). */
export class HardLinks {
  private readonly sets = new Map<number, LinkSet>();

  constructor(files: readonly FileEntry[]) {
    const byInode = new Map<string, LinkSet>();
    for (const [index, { type, ghost, inode, device }] of files.entries()) {
      if (type !== 'file' || ghost || inode === 0) continue;
      const key = `${device}:${inode}`;
      const set = byInode.get(key) ?? { members: [], waiting: [] };
      set.members.push(index);
      byInode.set(key, set);
      this.sets.set(index, set);
    }
  }

  /** The file of the set that has the content in rpm's own archives; the file itself when it has no links. */
  last(index: number): number {
    return this.sets.get(index)?.members.at(-1) ?? index;
  }

  /**
   * Takes the next regular file of the archive, with its size there; returns the files that its content is for, itself
   * last: none for a link whose content is still to come. Files of foreign builders that share an inode but have each
   * their own content stand for themselves.
   *
   * @throws PayloadError PAYLOAD_INVALID when the size is neither the header's nor, for a link, 0.
   */
  take(file: LinkedFile, size: number): readonly LinkedFile[] {
    const { index, entry } = file;
    const set = this.sets.get(index);
    if (size === 0 && entry.size > 0 && set !== undefined && set.members.length > 1) {
      set.waiting.push(file);
      return [];
    }
    if (size !== entry.size)
      throw invalid(
        `holds ${size} bytes of ${printable(entry.path)}; the header says ${entry.size}`,
      );
    if (set === undefined || size === 0) return [file];
    const links = [...set.waiting, file];
    set.waiting = [];
    const other = links.find((link) => link.entry.size !== size)?.entry;
    if (other !== undefined)
      throw invalid(
        `has ${size} bytes for the hard link ${printable(other.path)}; the header says ${other.size}`,
      );
    return links;
  }

  /** @throws PayloadError PAYLOAD_INVALID for links whose content never came. */
  verifyComplete(): void {
    for (const { waiting } of this.sets.values()) {
      const [link] = waiting;
      if (link !== undefined)
        throw invalid(`lacks the content of the hard link ${printable(link.entry.path)}`);
    }
  }
}

/** rpm compares without the `./` of the archive and the `/` of the header (lib/rpmfi.c, rpmfilesFindFN). */
function pathKey(path: Uint8Array): string {
  const text = latin1(path);
  return text === '.' ? '' : text.replace(/^(\.\/|\/)/, '');
}

function invalid(message: string): PayloadError {
  return new PayloadError('PAYLOAD_INVALID', `payload: ${message}`);
}
