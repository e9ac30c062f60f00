// SPDX-License-Identifier: MIT
import type { Statement } from '../report/statements.js';

/** A file of a release. */
export interface Asset {
  readonly name: string;
  readonly contentType: string;
  /** Read when it is to be sent. */
  readonly read: () => Promise<Uint8Array>;
}

/** A release as it is to be. */
export interface HostedRelease {
  /** Exists already. */
  readonly tag: string;
  readonly name: string;
  /** Markdown. */
  readonly body: string;
  /** False for backports: the newest release keeps that title. */
  readonly isLatest: boolean;
  readonly assets: readonly Asset[];
}

/** Where releases are published. */
export interface ReleaseHost {
  /** Assets of published releases by tag; drafts are left out, since they are to be completed. */
  listPublished(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /**
   * Creates a draft, or takes the one that an earlier run left; adds the assets that are missing; publishes.
   * @throws GitError AUTH, REMOTE_FAILED
   */
  publish(release: HostedRelease): Promise<void>;
}

/** An issue that carries a marker. */
export interface MarkedIssue {
  readonly number: number;
  readonly isOpen: boolean;
  readonly body: string;
}

/** What becomes of an issue; what is absent stays. */
export interface IssueChange {
  readonly body?: string;
  readonly comment?: string;
  readonly close?: true;
}

/** Where people are told that something needs them. @throws GitError AUTH, REMOTE_FAILED */
export interface IssueHost {
  /** The open issue, or else the last closed one, whose body holds `marker` and that no stranger wrote. */
  find(marker: string): Promise<MarkedIssue | undefined>;
  /** The number of the new issue; `body` holds `marker`. */
  open(issue: {
    readonly title: string;
    readonly body: string;
    readonly marker: string;
  }): Promise<number>;
  change(number: number, change: IssueChange): Promise<void>;
}

/** Where statements are signed with the identity of the job, and kept. */
export interface AttestationHost {
  /**
   * Signs with a key of this moment, whose certificate names the job; the Sigstore bundle, as JSON.
   * @throws GitError REMOTE_FAILED; DownloadError ABORTED when `signal` fires
   */
  sign(statement: Statement, signal: AbortSignal): Promise<object>;
  /** Lists a bundle among the attestations of the repository. @throws GitError AUTH, REMOTE_FAILED */
  store(bundle: object): Promise<void>;
}

/** How busy a repository is. */
export interface RepositoryActivity {
  readonly isPrivate: boolean;
  /** Last push, seconds since 1970. */
  readonly pushed: number | undefined;
}

/** Says how busy a repository is; undefined where that cannot be learned. */
export interface ActivityHost {
  read(): Promise<RepositoryActivity | undefined>;
}

/** What speaks against a push to a branch. */
export interface BranchRules {
  /** By a classic rule or a ruleset, whatever it demands. */
  readonly isProtected: boolean;
  /** Kinds of active rules that a plain push may break, such as `pull_request`. */
  readonly rules: readonly string[];
}

/** Where branches are protected. @throws GitError AUTH, REMOTE_FAILED */
export interface BranchHost {
  /** Rules of a branch, which need not exist. Who may bypass them is not said. */
  rulesOf(branch: string): Promise<BranchRules>;
}

/** A repository on GitHub. */
export interface GitHubHost {
  readonly releases: ReleaseHost;
  readonly issues: IssueHost;
  readonly attestations: AttestationHost;
  readonly activity: ActivityHost;
  readonly branches: BranchHost;
}
