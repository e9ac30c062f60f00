// SPDX-License-Identifier: MIT
import type { MirrorFiles, SourceBlobs } from '../git/objects/mirror-files.js';
import type { MirrorReader, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { packagePaths } from '../mirror/layout.js';
import type { SignatureChecker } from '../openpgp/checker.js';
import { rebuildContent } from '../rebuild/content.js';
import { checkTagName, checkTagTarget, factsOf, isOtherPackage } from '../rebuild/identity.js';
import type { Outcome } from '../rebuild/outcome.js';
import {
  type FoundPackage,
  mostCommon,
  type Packages,
  recordedFiles,
} from '../rebuild/packages.js';
import { packageRow, type Proof, provePackage } from '../rebuild/prove.js';
import { checkAgreement, type Checksum, ownEntries, readChecksum } from '../rebuild/recorded.js';
import { formOf } from '../rebuild/texts.js';
import type { ReleaseRow } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import type { IndexVerifier } from './archive/archived-index.js';
import { faultOf, type Finding, type Findings } from './findings.js';
import { verifyTexts } from './release-texts.js';
import { claimedNevra, type ReleaseCase } from './scope.js';

export interface ReleaseParts {
  readonly options: Options;
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly blobs: SourceBlobs;
  readonly packages: Packages;
  readonly checker: SignatureChecker;
  readonly index: IndexVerifier;
  readonly findings: Findings;
  /** The refs of the releases, by their commits. */
  readonly refs: ReadonlyMap<Oid, string>;
  /** Current time, seconds since 1970. */
  readonly now: number;
  /** True where only the commits of `tags` are read. */
  readonly isSingle: boolean;
}

/** Proves releases one by one: from the package that a trusted key signed to all that publish would have written of it. */
export class ReleaseVerifier {
  constructor(private readonly parts: ReleaseParts) {}

  /** A release of which nothing is proved. */
  async look(item: ReleaseCase, row: ReleaseRow): Promise<Outcome> {
    return {
      item,
      row,
      nevra: claimedNevra(item),
      isSigned: false,
      isUnproved: false,
      isStranger: false,
      own: await ownEntries(item, this.parts.files),
      sourceTree: undefined,
      facts: undefined,
      signer: undefined,
      hasPackaging: false,
    };
  }

  /** Adds findings where something is wrong. */
  async verify(item: ReleaseCase, row: ReleaseRow): Promise<Outcome> {
    const { findings } = this.parts;
    const outcome = await this.look(item, row);
    let found: FoundPackage | undefined;
    try {
      found = await this.findPackage(outcome);
      if (found !== undefined) await this.verifyPackage(outcome, found);
    } catch (error) {
      const [file] = recordedFiles(item);
      const { archive } = item.shape.directories;
      const path =
        found?.path ?? `${archive}${file === undefined ? '' : `/${packagePaths(file).rpm}`}`;
      findings.add(item, faultOf(error, { kind: 'package', path, expected: 'a readable package' }));
    } finally {
      await found?.release();
    }
    return outcome;
  }

  private async findPackage(outcome: Outcome): Promise<FoundPackage | undefined> {
    const { findings, packages } = this.parts;
    const { item } = outcome;
    if (item.message === undefined && item.ref.startsWith('refs/tags/')) {
      const expected = (item.listed ?? item.record)?.nevra ?? 'a release';
      findings.add(item, {
        kind: 'tag',
        path: item.ref,
        expected,
        actual: 'a commit that records no release',
      });
      return undefined;
    }
    const moved = checkTagTarget(item);
    if (moved !== undefined) {
      findings.add(item, moved);
      return undefined;
    }
    const found = await packages.find(item);
    if (typeof found !== 'string') return found;
    const [file = ''] = recordedFiles(item);
    const path = `${item.shape.directories.archive}/${packagePaths(file).rpm}`;
    if (found === 'missing')
      findings.add(item, { kind: 'package', path, expected: file, actual: 'missing' });
    else {
      this.reportUnproved(outcome, path, 'nobody has the package, which is not archived');
      findings.addAll(item, await checkAgreement(item, file, this.parts.files));
    }
    return undefined;
  }

  private reportUnproved(outcome: Outcome, path: string, reason: string): void {
    outcome.isUnproved = true;
    if (!this.parts.options.allowUnproved)
      this.parts.findings.add(outcome.item, {
        kind: 'unproved',
        path,
        expected: 'a package to prove it by',
        actual: reason,
      });
  }

  private async verifyPackage(outcome: Outcome, found: FoundPackage): Promise<void> {
    const { findings, checker } = this.parts;
    const { item, row } = outcome;
    const proof = await provePackage(found, checker);
    const { nevra } = proof.pkg.facts;
    Object.assign(row, { nevra: formatNevra(nevra), version: nevra.version });
    const sum = await readChecksum(item, found.name, this.parts.files);
    const wrong =
      (await this.checkIdentity(item, { found, proof, checksum: sum.value })) ??
      checkTagName(item, nevra);
    if (wrong !== undefined) {
      findings.add(item, wrong);
      return;
    }
    const signer = this.requireSigner(outcome, found, proof);
    if (signer === undefined) return;
    Object.assign(outcome, { nevra, isSigned: true, signer: signer.fingerprint });
    row.package = packageRow(found.file, proof);
    await this.rebuild(outcome, { found, proof, sum });
  }

  /** Is it another package than what is recorded, or of another product? */
  private async checkIdentity(
    item: ReleaseCase,
    given: { found: FoundPackage; proof: Proof; checksum: string | undefined },
  ): Promise<Finding | undefined> {
    const { found, proof } = given;
    const { name } = proof.pkg.facts.nevra;
    const { header, path } = found;
    if (header !== undefined) {
      const archived = await provePackage(
        { bytes: (await this.parts.reader.openBlob(header.oid)).bytes, isHeader: true },
        this.parts.checker,
      );
      if (archived.headerSha256 !== proof.headerSha256)
        return {
          kind: 'package',
          path,
          expected: proof.headerSha256,
          actual: archived.headerSha256,
        };
    }
    const other = isOtherPackage(item, given);
    if (other !== undefined) return { kind: 'package', path, ...other };
    return item.shape.takesName(name)
      ? undefined
      : { kind: 'tag', path: item.ref, expected: 'a package that packages names', actual: name };
  }

  /** The key that vouches for the package; undefined, with a finding or a note, when no trusted one does. */
  private requireSigner(
    outcome: Outcome,
    { path }: FoundPackage,
    { judgement, certificate }: Proof,
  ): Proof['certificate'] {
    // There is none where the judgement does not accept the package.
    if (certificate !== undefined) return certificate;
    const actual =
      judgement.reasons.map(({ code, message }) => `${code}: ${message}`).join('; ') ||
      'no trusted key';
    const isForeign =
      !judgement.accepted &&
      judgement.reasons.every(({ code }) => code === 'UNKNOWN_KEY' || code === 'PIN_MISMATCH');
    const kind = judgement.reasons.some(({ code }) => code === 'DIGEST_MISMATCH')
      ? 'package'
      : 'signature';
    if (isForeign) {
      outcome.isStranger = true;
      outcome.row.reason = actual;
    } else
      this.parts.findings.add(outcome.item, {
        kind,
        path,
        expected: 'a package signed by a trusted key',
        actual,
      });
    return undefined;
  }

  /** Source, packaging, checksum, index entry and texts, against what the package gives. */
  private async rebuild(
    outcome: Outcome,
    { found, proof, sum }: { found: FoundPackage; proof: Proof; sum: Checksum },
  ): Promise<void> {
    const { findings, files, blobs } = this.parts;
    const { item } = outcome;
    const recorded = recordedSum(item);
    const isOriginal =
      found.oid !== undefined || recorded === undefined || recorded === proof.sha256;
    if (!isOriginal)
      findings.residue(
        'checksum and signature of packages that were signed again: another file than the one that was published proves them',
      );
    const whole = isOriginal ? (proof.sha256 ?? recorded) : recorded;
    await this.verifySums(item, { proof, sum, whole });
    const made = await rebuildContent(item, proof, { files, blobs });
    if (made === undefined) {
      const reason = 'the header alone does not say what the archives in the package hold';
      this.reportUnproved(outcome, found.path, reason);
      return;
    }
    findings.addAll(item, made.differences);
    const { content, tree: sourceTree } = made;
    if (content === undefined) return;
    Object.assign(outcome, { sourceTree, hasPackaging: content.packaging !== undefined });
    if (proof.sha256 === undefined)
      findings.residue(
        'checksum and content digest of packages of which the header alone is archived',
      );
    const release = factsOf(item, { found, proof, content, isOriginal, sourceTree });
    outcome.facts = { release, isOriginal };
    await verifyTexts(item, outcome.facts, {
      ...this.parts,
      isWhole: made.differences.length === 0,
    });
  }

  /** The archived checksum and the index, against that of the whole package where it is known. */
  private async verifySums(
    item: ReleaseCase,
    { proof, sum, whole }: { proof: Proof; sum: Checksum; whole: string | undefined },
  ): Promise<void> {
    const { findings, index } = this.parts;
    const actual = sum.fault ?? sum.value ?? 'missing';
    if (whole !== undefined && actual !== whole)
      findings.add(item, { kind: 'digest', path: sum.path, expected: whole, actual });
    await index.verify(item, {
      root: item.root,
      archive: item.shape.directories.archive,
      isOurs: formOf(item) === 'own',
      ...(whole === undefined
        ? {}
        : {
            listing: {
              nevra: formatNevra(proof.pkg.facts.nevra),
              sha256: whole,
              revision: item.message?.trailers?.get('Repomd-Revision')?.[0],
            },
          }),
    });
  }
}

/** The checksum of the package that was published, as most records have it. */
function recordedSum({ message, record }: ReleaseCase): string | undefined {
  return mostCommon([
    message?.trailers?.get('Rpm-Sha256')?.[0],
    record?.sha256,
    message?.metadata?.get('Checksum'),
  ]);
}
