// SPDX-License-Identifier: MIT
import type { FindingKind } from '../mirror/accepted-findings.js';
import type { ChangeClass } from '../mirror/records/releases.js';
import type { ScriptChange } from '../mirror/script-changes.js';
import type { HostLinks } from './hosts.js';

/** What a reviewer of a new release wants to see first. Shown, never judged; absent where it could not be read. */
export interface ReleaseFactsRow {
  /** The licence that the signed header names. */
  license?: string;
  /** Licence files found in the source. */
  licenseFiles?: string[];
  /** PACKAGE_VERSION in the dkms.conf of the source. */
  dkmsVersion?: string;
  /** Tag of the release that the install scripts are compared with. */
  comparedWith?: string;
  /** Scriptlets and triggers that are not as in that release. */
  scripts?: ScriptChange[];
}

/** One row per release that the index lists or that the mirror has. */
export interface ReleaseRow extends ReleaseFactsRow {
  nevra: string;
  version: string;
  tag: string;
  status: 'published' | 'planned' | 'exists' | 'skipped' | 'failed';
  commit?: string;
  /** Tree id of the source in that commit. */
  sourceTree?: string;
  package?: PackageRow;
  /** Where the notes were found; null when there are none. */
  notes?: string | null;
  files?: { added: number; modified: number; deleted: number };
  error?: { code: string; message: string; remedy: string };
  /** True when the host has a release for the tag. */
  isReleased?: boolean;
  /** Why a release was skipped. */
  reason?: string;
  /** Skipped until a person decides: another release of its version is published under its tag. */
  waiting?: true;
  /** What `dot-git: drop` left out, by path in the source. */
  droppedDotGit?: string[];
  /** `verify`: whether what the tag holds was rebuilt from a package that a trusted key signed. */
  proof?: 'proved' | 'failed' | 'unproved';
  /** `verify`: findings that `accept-findings` names. */
  accepted?: number;
}

/** What was proved about the package. */
export interface PackageRow {
  file: string;
  sha256: string;
  contentSha256: string;
  signature: { fingerprint: string; created: string; version: number; hash: string };
  /** Every digest and signature in the package, as checked. */
  checks: { name: string; covers: string; status: string }[];
}

/** A published release that the index shows in another shape. */
export interface ChangeRow {
  nevra: string;
  tag: string;
  class: ChangeClass;
  /** Files that differ, by digest, when the content changed. */
  files?: string[];
}

/** Something that `verify` could not reconcile: one row per ref and path. */
export interface FindingRow {
  /** Full name of the ref, or `HEAD`. */
  ref: string;
  /** Short name, where the ref is a tag. */
  tag?: string;
  kind: FindingKind;
  path: string;
  expected: string;
  actual: string;
}

/** A key that `verify` held packages against, and why that one. */
export interface AnchorRow {
  fingerprint: string;
  why: 'pinned' | 'gpgkey' | 'first-release' | 'chosen';
}

/** A ref or a file that is not of this mirror. */
export type ForeignRow = { ref: string } | { path: string };

/** Something that `verify` could not prove from here. */
interface NotCheckedRow {
  tag: string;
  kind: 'not-checked';
  path: string;
  reason: string;
}

/** The greatest version that has a tag after the run. */
export interface NewestTag {
  tag: string;
  version: string;
  /** When its package was signed, as `2025-12-20T00:46:57Z` (built, where the mirror does not record that); null when neither is at hand. */
  date: string | null;
  ageDays: number | null;
}

/** The JSON report (interface.md, Report). */
export interface Report {
  schema: 1;
  mode: 'publish' | 'check' | 'verify';
  repository: { url: string; revision: string; signed: boolean; ageDays: number | null };
  newest: NewestTag | null;
  releases: ReleaseRow[];
  changes: ChangeRow[];
  findings: FindingRow[];
  notChecked: NotCheckedRow[];
  /** `verify`: findings that `accept-findings` names, refs and files that are not of the mirror, what no proof covers, claims that no input confirms, and the keys. */
  accepted: FindingRow[];
  foreign: ForeignRow[];
  residue: string[];
  notPinned: string[];
  anchors: AnchorRow[];
  warnings: string[];
  /** Failures that belong to no release. */
  errors: { code: string; message: string; remedy: string }[];
}

/** What a use case leaves behind. */
export interface RunResult {
  readonly report: Report;
  readonly hasNew: boolean;
  readonly newVersions: readonly string[];
  readonly latestVersion: string;
  /** Tip of the branch on the remote after the run; empty when there is none. */
  readonly commit: string;
  /** True when something was refused or failed. */
  readonly failed: boolean;
  /** Where people look at the mirror. */
  readonly links?: HostLinks;
  /** True when an input was refused for what the mirror holds, before any change: exit status 2. */
  readonly isInputWrong?: boolean;
  /** True when `verify` came to its end, whatever it found. */
  readonly isVerified?: boolean;
  /** What `check` tried and found good, as sentences. */
  readonly facts?: readonly string[];
  /** True when all was done but the push. */
  readonly isDryRun?: boolean;
  /** Sigstore bundles by tag, of the releases whose statement was signed. */
  readonly attestations?: ReadonlyMap<string, object>;
}

export function emptyReport(mode: Report['mode']): Report {
  return {
    schema: 1,
    mode,
    repository: { url: '', revision: '', signed: false, ageDays: null },
    newest: null,
    releases: [],
    changes: [],
    findings: [],
    notChecked: [],
    accepted: [],
    foreign: [],
    residue: [],
    notPinned: [],
    anchors: [],
    warnings: [],
    errors: [],
  };
}
