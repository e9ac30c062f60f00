// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import type { Download } from '../net/fetcher.js';
import type { Statement } from '../report/statements.js';

/** What is known of a file before it is read. */
export interface AssetFacts {
  readonly name: string;
  /** SHA-256 of its content in hex. */
  readonly sha256?: string | undefined;
  readonly size?: number | undefined;
}

/** A file of a release. */
export interface Asset extends AssetFacts {
  readonly contentType: string;
  /** Opened when it is to be sent, again for each attempt; the bytes flow from where they lie. */
  readonly open: () => Promise<Pick<ByteSource, 'size' | 'stream'>>;
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
  /** Its whole assets: size, and SHA-256 where the host says it. */
  readonly assets: readonly AssetFacts[];
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

/**
 * True when an asset of the host is that file: by size and SHA-256 under any name, since hosts rename files; by the name where the
 * host keeps no digest, or none is known. What both sides know never differs.
 */
export function isSame(found: AssetFacts, expected: AssetFacts): boolean {
  const differs = <T>(one: T | undefined, other: T | undefined): boolean =>
    one !== undefined && other !== undefined && one !== other;
  if (differs(found.sha256, expected.sha256) || differs(found.size, expected.size)) return false;
  return (
    found.name === expected.name || (found.sha256 !== undefined && found.sha256 === expected.sha256)
  );
}

/** A file that a release is to have. */
export interface WantedAsset {
  readonly tag: string;
  readonly name: string;
  readonly sha256: string;
}

/** Where files of published releases are read. */
export interface AssetReader {
  /**
   * The bytes that a release has under this SHA-256, to be released; undefined when it has none such.
   * @throws DownloadError, IntegrityError when what is served is not what the host says it is
   */
  fetch(wanted: WantedAsset): Promise<Download | undefined>;
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
   * @throws GitError REMOTE_FAILED; AbortedError when `signal` fires
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
