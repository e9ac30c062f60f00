// SPDX-License-Identifier: MIT
import type { SignatureReport } from '../openpgp/model.js';

/** A string of the package: text when it is UTF-8, otherwise its bytes. */
export type RpmString = string | { readonly b64: string };

/** Name, epoch, version, release, architecture. */
export interface Nevra {
  readonly name: string;
  /** null when the package has no EPOCH tag (compares as 0). */
  readonly epoch: number | null;
  readonly version: string;
  readonly release: string;
  /** `src` for source packages, whatever the ARCH tag says. */
  readonly arch: string;
}

export type FileType = 'file' | 'directory' | 'symlink' | 'block' | 'char' | 'fifo' | 'socket';

/** One row of the header's file list. */
export interface FileEntry {
  /** Path without the leading slash, as bytes. For a source package the bare name. */
  readonly path: Uint8Array;
  readonly type: FileType;
  /** Full st_mode. */
  readonly mode: number;
  readonly size: number;
  /** Expected digest, lower-case hex; empty for what has none. */
  readonly digest: string;
  /** Symlink target as bytes; empty otherwise. */
  readonly target: Uint8Array;
  /** In the header only, never in the payload (RPMFILE_GHOST, %ghost). */
  readonly ghost: boolean;
  readonly flags: number;
  readonly inode: number;
  readonly device: number;
}

export interface ChangelogEntry {
  /** Seconds since 1970. */
  readonly time: number;
  /** `Name <mail> - 1.2-3`. */
  readonly author: string;
  readonly text: string;
}

/** What the signed main header says. Nothing here comes from the lead or the signature header. */
export interface PackageFacts {
  readonly nevra: Nevra;
  readonly license: RpmString;
  readonly summary: RpmString;
  readonly description: RpmString;
  readonly url: RpmString;
  readonly buildHost: RpmString;
  /** Seconds since 1970; null when absent. */
  readonly buildTime: number | null;
  readonly isSource: boolean;
  readonly payload: {
    /** `cpio` normally; `drpm` and others cannot be unpacked. */
    readonly format: string;
    /** `gzip` when the tag is absent (rpm's default), or as the tag says: gzip, bzip2, xz, lzma, zstd, none. */
    readonly compressor: string;
    /** Uncompressed size where the header or the signature header says; only a hint. */
    readonly size: number | null;
  };
  /** Algorithm of `FileEntry.digest`: md5 when FILEDIGESTALGO is absent. */
  readonly fileDigestAlgorithm: string;
  readonly files: readonly FileEntry[];
  readonly changelog: readonly ChangelogEntry[];
  /** Source packages: file names by number (SOURCE and PATCH tags), Source0 first; empty for others. */
  readonly sources: readonly string[];
  readonly patches: readonly string[];
}

/** What a digest or a signature stands for: the main header alone, the payload, or both. */
export type Coverage = 'header' | 'payload' | 'header+payload';

/** One digest in the package and what became of it. */
export interface DigestReport {
  /** Tag name: SHA1HEADER, SHA256HEADER, SHA3_256HEADER, SIGMD5, PAYLOADDIGEST, PAYLOADDIGESTALT, … */
  readonly name: string;
  readonly covers: Coverage;
  readonly algorithm: string;
  readonly status: 'good' | 'bad' | 'unsupported';
  readonly expected: string;
  readonly actual: string;
}

/** A signature packet with the tag that held it. */
export interface RpmSignatureReport extends SignatureReport {
  /** RSAHEADER, DSAHEADER, SIGPGP, SIGGPG, OPENPGP. */
  readonly tag: string;
  readonly covers: Coverage;
}

/** Everything that was found out about a package file, before any verdict. */
export interface PackageEvidence {
  /** SHA-256 of the whole file, of all from the main header on, and of the main header (lower-case hex). */
  readonly sha256: string;
  readonly contentSha256: string;
  readonly headerSha256: string;
  readonly size: number;
  readonly digests: readonly DigestReport[];
  readonly signatures: readonly RpmSignatureReport[];
}

/** What became of one file of the header's list when the payload was read. */
export interface PayloadFile<T = Uint8Array> {
  /** Index into {@link PackageFacts.files}. */
  readonly index: number;
  readonly entry: FileEntry;
  /** `absent`: the header has no digest for it (directories, links, ghosts, empty digests). */
  readonly digest: 'good' | 'bad' | 'absent';
  /** SHA-256 of the extracted content of a regular file (lower-case hex); undefined for others and ghosts. */
  readonly sha256: string | undefined;
  /** Content of a regular file for which `keep` said yes, or what was made of it. */
  readonly content: T | undefined;
}
