// SPDX-License-Identifier: MIT
import { MirrorError } from '../../errors.js';
import type { RemoteRefs } from '../../git/store.js';
import type { ReleaseRecord } from '../../mirror/records/releases.js';
import type { Keyring } from '../../openpgp/model.js';
import type { TagProver } from '../../ports.js';
import { plain } from '../../report/escape.js';
import type { ReleaseRow } from '../../report/report.js';
import { LackingPackage, type PackageSupply } from './package-supply.js';

/** Names of so many tags are told in a warning. */
const MOST_NAMES = 20;

/** Knows which tags this run proved: it published them, or proves them now. Nothing is said about any other. */
export class ReleaseProofs {
  readonly #unproved = new Map<string, string>();

  constructor(
    private readonly parts: {
      readonly prover: TagProver | undefined;
      readonly trusted: Keyring;
      readonly rows: readonly ReleaseRow[];
      readonly refs: RemoteRefs;
      /** Brings packages that are not in git. */
      readonly packages: PackageSupply;
    },
  ) {}

  /**
   * False, and remembered with the reason, for what cannot be proved.
   * @param isAsset whether the release itself is to have the package, which then must be had
   * @throws why the package could not be had, where that may be it: LackingPackage, DownloadError, IntegrityError; GitError
   */
  async has(record: ReleaseRecord, { isAsset }: { readonly isAsset: boolean }): Promise<boolean> {
    const { prover, trusted, rows, refs, packages } = this.parts;
    const commit = refs.tags.get(record.tag)?.commit;
    const isOurs = rows.some(
      (row) => row.tag === record.tag && row.status === 'published' && row.commit === commit,
    );
    if (isOurs) return true;
    let failure: MirrorError | undefined;
    const find = async (): ReturnType<Parameters<TagProver['prove']>[1]['find']> => {
      try {
        const { bytes } = await packages.fetch(record);
        // It is good until its release is made.
        return { name: record.file, bytes, release: () => Promise.resolve() };
      } catch (error) {
        if (!(error instanceof MirrorError)) throw error;
        failure = error;
        return undefined;
      }
    };
    const proof = await prover?.prove(record, { trusted, find });
    const [reason] =
      proof === undefined
        ? ['nothing to prove it by']
        : proof.commit !== undefined && proof.commit !== commit
          ? ['the tag was moved meanwhile']
          : proof.reasons;
    if (reason === undefined) return true;
    if (failure !== undefined && (isAsset || !(failure instanceof LackingPackage))) throw failure;
    this.#unproved.set(record.tag, reason);
    return false;
  }

  /** What people are to know of the tags that could not be proved: each run sees them again, so that all are one line. */
  get warning(): string | undefined {
    const all = [...this.#unproved];
    if (all.length === 0) return undefined;
    const named = all
      .slice(0, MOST_NAMES)
      .map(([tag, reason]) => `${plain(tag)} (${plain(reason.slice(0, 200))})`);
    const rest = all.length > MOST_NAMES ? `, and ${all.length - MOST_NAMES} more` : '';
    return `no release on the host was made for tags that this run could not prove: ${named.join(', ')}${rest}. Run verify --tags with each, and mend what it finds, or name it in accept-findings; releases are made by the next run that proves them.`;
  }
}
