// SPDX-License-Identifier: MIT
import type { ByteSource } from './bytes.js';
import type { GitStore, MirrorReader, MirrorRemote, Oid } from './git/store.js';
import type { AssetReader, ReleaseHost, RulesHost } from './github/port.js';
import type { Logger } from './log.js';
import type { ReleaseRecord } from './mirror/records/releases.js';
import type { Fetcher } from './net/fetcher.js';
import type { Keyring } from './openpgp/model.js';
import type { Report } from './report/report.js';
import { type Sign } from './signing/signer.js';

/** Time as the run sees it. */
export interface Clock {
  /** Now, seconds since 1970. */
  now(): number;
  /** Date of commits and tags of this run: SOURCE_DATE_EPOCH, else the start of the run (seconds since 1970). */
  readonly commitTime: number;
}

/** What became of an attempt to prove a tag that an earlier run published. */
export interface TagProof {
  /** The commit that was looked at; undefined where there is none. */
  readonly commit: Oid | undefined;
  /** Why it is not proved, the first first; empty for what is. */
  readonly reasons: readonly string[];
}

/** Proves tags of the mirror as it is on the remote, by the machinery of `verify`. */
export interface TagProver {
  /**
   * Holds a tag, and a line of releases.json that speaks of it, against its package.
   * @param by the keys that this run trusts, and the package where it is not in git
   * @throws GitError when the mirror cannot be read
   */
  prove(
    record: ReleaseRecord,
    by: { readonly trusted: Keyring; readonly find: PackageFolder['find'] },
  ): Promise<TagProof>;
}

/** Everything a use case needs from outside. */
export interface Ports {
  readonly fetcher: Fetcher;
  readonly store: GitStore;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Fires on SIGTERM and SIGINT: the push under way ends, nothing further begins. */
  readonly signal: AbortSignal;
  /** What the remote was seen to have when the run began: the end of the branch, for the outputs of a run that fails early, and its committer date (seconds since 1970). */
  readonly seen: { tip?: string; committed?: number };
  /** Filled while the run goes on, so that a failure leaves what is known. */
  readonly report: Report;
  /** Signs commits and tags; undefined without a signing key. */
  readonly sign?: Sign | undefined;
  /** Whether there is something to push with; undefined where nothing is needed. */
  readonly hasCredential?: boolean | undefined;
  /** Remotes that follow the main one. */
  readonly mirrors?: readonly MirrorRemote[];
  /** Where each tag gets a release. */
  readonly releases?: ReleaseHost | undefined;
  /** Proves what this run did not publish, before a release speaks of it. */
  readonly prover?: TagProver | undefined;
  /** Where files of the tags' releases are read. */
  readonly releaseAssets?: AssetReader | undefined;
  /** Where the mirror's branch may be protected; undefined where nobody can be asked. */
  readonly rules?: RulesHost | undefined;
}

/** Packages on this machine. */
export interface PackageFolder {
  /** The package of this NEVRA, to be released; undefined when there is none. */
  find(
    nevra: string,
  ): Promise<{ name: string; bytes: ByteSource; release(): Promise<void> } | undefined>;
}

/** Another mirror, to compare with. */
export interface OtherMirror {
  /** Without credentials, so that it may be shown. */
  readonly url: string;
  /** To be closed. @throws GitError */
  open(): Promise<MirrorReader>;
}

/** Everything that `verify` needs: a mirror that is only read; the fetcher serves packages that were archived as `none`. */
export interface VerifyPorts extends Omit<Ports, 'store'> {
  readonly reader: MirrorReader;
  /** The folder of `package-files`. */
  readonly packageFiles?: PackageFolder | undefined;
  /** The mirror of `against`. */
  readonly against?: OtherMirror | undefined;
}
