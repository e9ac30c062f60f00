// SPDX-License-Identifier: MIT
import type { RepodataError } from '../errors.js';
import type { Nevra } from '../rpm/model.js';

/** A checksum as an index states it. */
export interface Checksum {
  /** Lower-case name as written: sha256, sha384, sha512; sha, sha1, md5 are parsed and refused where they would be relied on. */
  readonly algorithm: string;
  readonly hex: string;
}

/** One `<data>` of repomd.xml. */
export interface RepomdRecord {
  readonly type: string;
  readonly href: string;
  /** xml:base of the location, if any. */
  readonly base: string | undefined;
  readonly checksum: Checksum;
  readonly openChecksum: Checksum | undefined;
  readonly size: number | undefined;
  readonly openSize: number | undefined;
  /** Seconds, may have a fraction; compared as a number. */
  readonly timestamp: number | undefined;
}

export interface Repomd {
  /** As written; a number in most repositories, any text is allowed. Empty when absent. */
  readonly revision: string;
  readonly records: readonly RepomdRecord[];
}

/** What primary.xml says of a package; all of it unsigned hints, to be compared with the signed header. */
export interface IndexPackage {
  readonly nevra: Nevra;
  /** Epoch as the index writes it (createrepo writes 0 for none). */
  readonly checksum: Checksum;
  /** Bytes of the RPM file. */
  readonly size: number;
  /** Uncompressed payload size (`archive` attribute). */
  readonly archiveSize: number | undefined;
  readonly href: string;
  readonly base: string | undefined;
  /** Last segment of href, decoded, after checks (T8); empty when they refuse it. */
  readonly fileName: string;
  /** rpm:header-range; the end is exclusive. */
  readonly headerRange: { readonly start: number; readonly end: number } | undefined;
  /** Seconds. */
  readonly buildTime: number | undefined;
  readonly fileTime: number | undefined;
  /** Why this package must not be fetched (unsafe name T8, weak checksum T4); undefined when nothing speaks against it. */
  readonly refused: RepodataError | undefined;
}

/** An index file as served, checked against repomd.xml. */
export interface IndexFile {
  /** primary, filelists, other. */
  readonly type: string;
  /** Name in the archive: without checksum prefix (`primary.xml.gz`). */
  readonly archiveName: string;
  readonly bytes: Uint8Array;
}

/** One consistent reading of a repository's index. */
export interface RepositoryIndex {
  /** Base URL that served it, without credentials and trailing slash. */
  readonly baseUrl: string;
  /** All bases that may serve packages, best first. */
  readonly bases: readonly string[];
  readonly repomd: Repomd;
  readonly repomdBytes: Uint8Array;
  readonly signatureBytes: Uint8Array | undefined;
  readonly primary: IndexFile;
  /** The selected packages, in index order. */
  readonly packages: readonly IndexPackage[];
  /** Number of packages in the whole index. */
  readonly packageCount: number;
  /** All package names of the index (at most 100,000) when nothing was selected, otherwise empty. */
  readonly names: ReadonlySet<string>;
  readonly warnings: readonly string[];
}
