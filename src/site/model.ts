// SPDX-License-Identifier: MIT
import type { ScriptChange } from '../mirror/script-changes.js';
import type { LicenceFile } from '../mirror/source-facts.js';
import type { HostLinks } from '../report/hosts.js';
import type { FindingRow, ReleaseRow } from '../report/report.js';
import type { InstallScript } from '../rpm/scripts.js';

/** What verify says of a release; only what it proved is ever shown as good. */
export type Proof = 'proved' | 'failed' | 'unproved';

/** One file that a release changed. */
export interface FileChange {
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Lines that only one side has; undefined for binary and very large files. */
  readonly lines: { readonly added: number; readonly deleted: number } | undefined;
  /** Bytes on each side. */
  readonly before: number;
  readonly after: number;
}

/** The source of a release, and what changed in it since the release before. */
export interface SourceFacts {
  readonly files: number;
  readonly bytes: number;
  /** Tag of the release that it is compared with; undefined for the first. */
  readonly since: string | undefined;
  readonly counts: { readonly added: number; readonly modified: number; readonly deleted: number };
  readonly lines: { readonly added: number; readonly deleted: number };
  /** By path; the first ones of very many. */
  readonly changes: readonly FileChange[];
}

/** What the signed header and the source say, of a release that was proved. */
export interface PackageFacts {
  readonly summary: string;
  readonly license: string;
  readonly buildHost: string;
  /** Seconds since 1970. */
  readonly buildTime: number | null;
  readonly packageBytes: number;
  readonly isHeader: boolean;
  readonly archivePath: string;
  readonly scripts: readonly InstallScript[];
  /** Against the release before; undefined where that one's package is not at hand. */
  readonly scriptChanges: readonly ScriptChange[] | undefined;
  readonly licenceFiles: readonly LicenceFile[];
  /** PACKAGE_VERSION of dkms.conf. */
  readonly dkms: { readonly path: string; readonly version: string } | undefined;
}

/** One release of the mirror. */
export interface SiteRelease {
  readonly row: ReleaseRow;
  readonly tag: string;
  readonly version: string;
  readonly name: string;
  readonly proof: Proof;
  /** When its package was signed, as `2025-12-20T00:46:57Z`. */
  readonly date: string | undefined;
  readonly findings: readonly FindingRow[];
  readonly facts: PackageFacts | undefined;
  readonly source: SourceFacts | undefined;
  readonly sourceTree: string | undefined;
  readonly notes: string | undefined;
  /** Folders of the payload that became the source, as recorded and proved; none in mirrors of the predecessor. */
  readonly sourcePaths: readonly string[];
  /** True where an archive in the package became the source. */
  readonly isUnpacked: boolean;
  /** What is particular: backport, re-signed, withdrawn, the branch of its line. */
  readonly marks: readonly string[];
  /** Folder of its page below `releases/`. */
  readonly folder: string;
}

/** A key that signed releases of the mirror. */
export interface SiteKey {
  readonly fingerprint: string;
  readonly userId: string;
  readonly created: string;
  readonly releases: number;
  readonly first: string;
  readonly last: string;
}

/** Everything that the pages say. */
export interface SiteModel {
  readonly title: string;
  readonly packages: readonly string[];
  /** When it was verified, seconds since 1970. */
  readonly now: number;
  readonly proof: Proof;
  readonly isPinned: boolean;
  readonly commit: string;
  readonly links: HostLinks;
  /** Address of the site itself, with a slash at its end. */
  readonly url: string | undefined;
  readonly upstream: string | undefined;
  readonly index:
    | {
        readonly revision: string;
        readonly ageDays: number | undefined;
        readonly isSigned: boolean;
      }
    | undefined;
  readonly keys: readonly SiteKey[];
  /** Newest first. */
  readonly releases: readonly SiteRelease[];
  readonly newest: SiteRelease | undefined;
  readonly findings: readonly FindingRow[];
  /** What the run could not prove or did not rely on, as sentences. */
  readonly remarks: readonly string[];
  readonly accepted: number;
  readonly errors: readonly string[];
  readonly archive: string;
  readonly sourceDirectory: string;
}
