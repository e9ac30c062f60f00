// SPDX-License-Identifier: MIT
import type { Statement } from '../report/statements.js';

/** A file of a release. */
export interface Asset {
  readonly name: string;
  readonly contentType: string;
  /** SHA-256 of its content in hex, where that is known before it is read. */
  readonly sha256?: string;
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

/** A release that people can see. */
export interface PublishedRelease {
  /** Nothing can be added to it any more. */
  readonly isImmutable: boolean;
  /** Its whole assets by name: SHA-256 in hex, where the host says it. */
  readonly assets: ReadonlyMap<string, string | undefined>;
}

/** Where releases are published. */
export interface ReleaseHost {
  /** Published releases by tag; drafts are left out, since they are to be completed. Asked once a run. */
  listPublished(): Promise<ReadonlyMap<string, PublishedRelease>>;
  /**
   * Creates a draft, or takes the one that an earlier run left; adds the assets that are missing; publishes.
   * Gives the host's reason where this tag can never have that release.
   * @throws GitError AUTH, REMOTE_FAILED
   */
  publish(release: HostedRelease): Promise<{ readonly impossible?: string }>;
  /** This run had its share of the host's limits. */
  readonly isSpent: boolean;
}

/** True unless both digests are known and differ. */
export function isSame(found: string | undefined, expected: string | undefined): boolean {
  return found === undefined || expected === undefined || found === expected;
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

/** The public Sigstore, or GitHub's own. */
export type SigstoreInstance = 'public-good' | 'github';

/** Where statements are signed with the identity of the job, and kept. */
export interface AttestationHost {
  /**
   * Where statements of this repository are signed: what is public goes into the public log, anything else must not. By the host's own word,
   * asked before anything is signed.
   * @throws GitError AUTH, REMOTE_FAILED, also where the host is known to keep no attestations of such a repository
   */
  instance(): Promise<SigstoreInstance>;
  /**
   * Signs with a key of this moment, whose certificate names the job; the Sigstore bundle, as JSON.
   * @throws GitError REMOTE_FAILED; DownloadError ABORTED when `signal` fires
   */
  sign(statement: Statement, instance: SigstoreInstance, signal: AbortSignal): Promise<object>;
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

/** A push that is to be judged before it is made. */
export interface PushQuestion {
  readonly branch: string;
  /** The branch is there already. */
  readonly exists: boolean;
  /** Names of tags to be made. */
  readonly tags: readonly string[];
  /** What patterns of rules are held against: the start of commit messages, and addresses. */
  readonly texts: { readonly message: string; readonly author: string; readonly committer: string };
}

/** A rule that such a push breaks, or may break. */
export interface Rule {
  /** GitHub's word for it, such as `pull_request`. */
  readonly type: string;
  readonly ruleset: string | undefined;
  /** Whether whoever asks may pass it by; undefined where the host does not say. Rules that one may pass are left out. */
  readonly canBypass: boolean | undefined;
}

/** What speaks against a push. */
export interface PushRules {
  /** Protected by a classic rule, whose demands only administrators may read. */
  readonly hasClassicProtection: boolean;
  readonly branch: readonly Rule[];
  readonly tags: readonly Rule[];
}

/** Where branches and tags are protected. @throws GitError AUTH, REMOTE_FAILED */
export interface RulesHost {
  rulesFor(question: PushQuestion): Promise<PushRules>;
}

/** A repository on GitHub. */
export interface GitHubHost {
  readonly releases: ReleaseHost;
  readonly issues: IssueHost;
  readonly attestations: AttestationHost;
  readonly activity: ActivityHost;
  readonly rules: RulesHost;
}
