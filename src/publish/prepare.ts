// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { GitError, VerificationError } from '../errors.js';
import type { GitStore, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { SignatureChecker } from '../openpgp/checker.js';
import type { CertificateFacts } from '../openpgp/model.js';
import type { Ports } from '../ports.js';
import { examinePackage } from '../rpm/evidence/examine.js';
import type { PackageEvidence, PackageFacts, RpmSignatureReport } from '../rpm/model.js';
import { printable } from '../rpm/payload/paths.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { type InstallScript, parseScripts } from '../rpm/scripts.js';
import { needsWholePackage } from '../source/content.js';
import { refuseSpecialFiles } from '../source/judgement.js';
import { verifyIndexMatch } from '../trust/index-match.js';
import { judge, verifyJudgement } from '../trust/policy.js';
import { type StagedSource, stageSource } from './stage-source.js';

/** A release whose package passed every check; its objects are staged, nothing of it is on the remote yet. */
export interface PreparedRelease extends StagedSource {
  readonly planned: PlannedRelease;
  readonly facts: PackageFacts;
  /** What it runs when it is installed. */
  readonly scripts: readonly InstallScript[];
  readonly evidence: PackageEvidence;
  readonly signature: RpmSignatureReport;
  readonly certificate: CertificateFacts;
  /** Base URL that served the package. */
  readonly servedBy: string;
  /** What goes to archive/rpm beside the checksum. */
  readonly archived: { readonly suffix: '' | '.header'; readonly oid: Oid } | undefined;
  readonly checksum: Oid;
}

export interface Preparation {
  readonly planned: PlannedRelease;
  readonly bytes: ByteSource;
  readonly servedBy: string;
  readonly checker: SignatureChecker;
  readonly options: Options;
}

/**
 * Verifies one package and stages its source: header against index, digests, signature and coverage, then the payload
 * against the signed file list. Nothing is staged before the verdict on the package's bytes.
 * @throws VerificationError, IntegrityError, RpmFormatError, PayloadError, GitError FILE_TOO_LARGE
 */
export async function prepareRelease(
  preparation: Preparation,
  { store, logger }: Ports,
): Promise<PreparedRelease> {
  const { planned, bytes, checker, options, servedBy } = preparation;
  const pkg = await readPackage(bytes);
  verifyIndexMatch(pkg.facts.nevra, planned.indexPackage.nevra);
  const evidence = await examinePackage(pkg, bytes, checker.check);
  const { signature, certificate } = requireVerdict(
    evidence,
    checker,
    planned.indexPackage.fileName,
  );
  if (pkg.facts.isSource) refuseSpecialFiles(pkg.facts.files);
  const { warnings, ...source } = await stageSource(pkg, bytes, { store, options });
  for (const warning of warnings) logger.warning(`${planned.indexPackage.fileName}: ${warning}`);
  if (source.droppedDotGit.length > 0)
    logger.info(
      `${planned.indexPackage.fileName}: left out as dot-git: drop says: ${source.droppedDotGit.map(printable).join(', ')}`,
    );
  if (archivesHeader(options)) {
    requireStrongHeader(pkg.facts, evidence, options);
    if (options.archivePackages === 'header' && needsWholePackage(pkg.facts, options))
      logger.warning(
        `${planned.indexPackage.fileName}: its source comes out of archives, of which the header says nothing; verify cannot prove this release by the header alone`,
      );
  }
  const archived = await stageArchive(pkg, bytes, {
    store,
    options,
    name: planned.indexPackage.fileName,
  });
  return {
    planned,
    facts: pkg.facts,
    scripts: parseScripts(pkg.header),
    evidence,
    signature,
    certificate,
    servedBy,
    ...source,
    archived,
    checksum: await store.write('blob', Buffer.from(evidence.sha256)),
  };
}

function requireVerdict(
  evidence: PackageEvidence,
  checker: SignatureChecker,
  what: string,
): { signature: RpmSignatureReport; certificate: CertificateFacts } {
  const judgement = judge(evidence, { keysGiven: true });
  verifyJudgement(judgement, what);
  const { signature } = judgement;
  const certificate = checker.signerOf(signature);
  if (signature === undefined || certificate === undefined)
    throw new VerificationError('UNKNOWN_KEY', `${what}: no trusted key made its signature`);
  return { signature, certificate };
}

async function stageArchive(
  pkg: RpmPackage,
  bytes: ByteSource,
  { store, options, name }: { store: GitStore; options: Options; name: string },
): Promise<PreparedRelease['archived']> {
  if (options.archivePackages === 'none') return undefined;
  const isHeader = archivesHeader(options);
  const end = isHeader ? pkg.payloadStart : bytes.size;
  if (end > options.maxFileSize)
    throw new GitError(
      'FILE_TOO_LARGE',
      `${name} has ${end} bytes; the largest file of the mirror is max-file-size, ${options.maxFileSize}`,
    );
  return {
    suffix: isHeader ? '.header' : '',
    oid: await store.writeStream(end, bytes.stream(0, end)),
  };
}

/** True where git holds the header of a package in its stead. */
export function archivesHeader({ archivePackages }: Pick<Options, 'archivePackages'>): boolean {
  return archivePackages === 'header' || archivePackages === 'release';
}

/** A header proves the source only when it is signed itself and lists strong digests of its files. @throws VerificationError NOT_COVERED, WEAK_ALGORITHM */
export function requireStrongHeader(
  { fileDigestAlgorithm }: PackageFacts,
  { signatures }: Pick<PackageEvidence, 'signatures'>,
  { archivePackages }: Pick<Options, 'archivePackages'>,
): void {
  const remedy = 'Use archive-packages: full for this repository.';
  if (!signatures.some(({ covers, status }) => covers === 'header' && status === 'good')) {
    throw new VerificationError(
      'NOT_COVERED',
      `archive-packages: ${archivePackages} needs a signature over the header alone; the package has none`,
      { remedy },
    );
  }
  if (!/^sha(256|384|512|3-256|3-512)$/.test(fileDigestAlgorithm)) {
    throw new VerificationError(
      'WEAK_ALGORITHM',
      `archive-packages: ${archivePackages} needs strong file digests; the package has ${fileDigestAlgorithm}`,
      { remedy },
    );
  }
}
