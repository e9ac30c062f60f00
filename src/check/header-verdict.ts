// SPDX-License-Identifier: MIT
import { namedArchive } from '../archives/names.js';
import { PayloadError, VerificationError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { LIMITS, MIB } from '../limits.js';
import type { PayloadPath } from '../mirror/source-path.js';
import type { SignatureChecker } from '../openpgp/checker.js';
import type { Keyring } from '../openpgp/model.js';
import { archivesHeader, requireStrongHeader } from '../publish/prepare.js';
import { foreseePackage } from '../rpm/evidence/examine.js';
import type { FileEntry, Nevra, PackageEvidence, PackageFacts } from '../rpm/model.js';
import { verifyFormat } from '../rpm/payload/open-payload.js';
import { printable } from '../rpm/payload/paths.js';
import type { RpmPackage } from '../rpm/read.js';
import { needsWholePackage } from '../source/content.js';
import { type JudgedFolders, judgeFolders, refuseSpecialFiles } from '../source/judgement.js';
import { checkLink } from '../source/payload-files.js';
import { proposeSource } from '../source/proposal.js';
import { latin1 } from '../text.js';
import { verifyIndexMatch } from '../trust/index-match.js';
import { judge, verifyJudgement } from '../trust/policy.js';

/** What would be taken, and whom to trust. */
export interface HeaderRules {
  readonly options: Options;
  readonly checker: SignatureChecker;
}

/** What the front of a package shows, none of which publish would refuse. */
export interface HeaderVerdict {
  readonly evidence: Pick<PackageEvidence, 'digests' | 'signatures'>;
  /** Fingerprint of the first signature that is good, or that only the payload can still make bad. */
  readonly signer: string;
  /** Whether that signature was checked: one over header and payload cannot be. */
  readonly isChecked: boolean;
  /** Files that would become the source; undefined where they come out of archives. */
  readonly files: number | undefined;
}

/**
 * Judges the front of a served package as publish judges the whole one, up to what only the payload can show.
 * @throws MirrorError as publish would for this release: IntegrityError, VerificationError, PayloadError
 */
export async function verifyFront(
  pkg: RpmPackage,
  listed: { readonly nevra: Nevra; readonly fileName: string },
  { options, checker }: HeaderRules,
): Promise<HeaderVerdict> {
  verifyIndexMatch(pkg.facts.nevra, listed.nevra);
  const evidence = await foreseePackage(pkg, checker);
  const judgement = judge(evidence, { keysGiven: true });
  try {
    verifyJudgement(judgement, listed.fileName);
  } catch (error) {
    throw withKeys(error, checker.keyring);
  }
  if (archivesHeader(options)) requireStrongHeader(pkg.facts, evidence, options);
  return {
    evidence,
    signer: judgement.signature?.fingerprint ?? '',
    isChecked: judgement.signature?.covers === 'header',
    files: verifySource(pkg.facts, options),
  };
}

function withKeys(error: unknown, { certificates }: Keyring): unknown {
  if (!(error instanceof VerificationError) || error.code !== 'UNKNOWN_KEY') return error;
  const trusted = certificates.map(({ fingerprint }) => fingerprint).join(', ');
  return new VerificationError('UNKNOWN_KEY', error.message, {
    cause: error,
    remedy: `The trusted keys are ${trusted}. Give the signer's key with gpgkey (and its fingerprint with gpg-fingerprints), after you have checked it with the publisher.`,
  });
}

/** What the signed file list shows of the source; the number of its files. @throws PayloadError */
function verifySource(facts: PackageFacts, options: Options): number | undefined {
  verifyFormat(facts);
  if (facts.isSource) refuseSpecialFiles(facts.files);
  // What comes out of an archive inside the package only the payload can show.
  if (needsWholePackage(facts, options)) {
    verifyPackedSizes(facts, options);
    return undefined;
  }
  const { map } = judgeSource(facts, options);
  const source = facts.files.flatMap((entry) => {
    const path = map(entry.path);
    return path === undefined ? [] : [{ path, entry }];
  });
  for (const { path, entry } of source)
    if (entry.type === 'symlink' && !entry.ghost) checkLink(path, entry.target, options.symlinks);
  const kept = source.filter(({ entry }) => entry.type === 'file' && !entry.ghost);
  verifySizes(
    kept.map(({ entry }) => entry),
    options.maxFileSize,
  );
  return source.filter(({ entry }) => entry.type !== 'directory' && !entry.ghost).length;
}

function judgeSource(facts: PackageFacts, options: Options): JudgedFolders {
  try {
    return judgeFolders(facts, options);
  } catch (error) {
    if (!(error instanceof PayloadError) || !error.code.startsWith('SOURCE_')) throw error;
    const proposal = proposeSource(pathsOf(facts), facts.nevra.version);
    if (proposal === undefined) throw error;
    throw new PayloadError(error.code, error.message, {
      cause: error,
      remedy: `Set source-path to ${proposal.glob}, which holds ${proposal.files} files.`,
    });
  }
}

function pathsOf({ files }: PackageFacts): PayloadPath[] {
  return files.map(({ path, type }) => ({ path, isDirectory: type === 'directory' }));
}

/** What is no archive is stored as it is; what an archive holds, only the payload shows. */
function verifyPackedSizes(
  { files, isSource }: PackageFacts,
  { unpack, maxFileSize }: Options,
): void {
  const isStored = ({ path }: FileEntry): boolean =>
    unpack === 'none' || namedArchive(latin1(path)) === undefined;
  const stored = files.filter((entry) => isSource && entry.type === 'file' && !entry.ghost);
  verifySizes(stored.filter(isStored), maxFileSize);
}

function verifySizes(files: readonly FileEntry[], maxFileSize: number): void {
  const large = files.find(({ size }) => size > maxFileSize);
  if (large !== undefined)
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `payload: ${printable(large.path)} has ${large.size} bytes; a file of the mirror may have ${maxFileSize}`,
      {
        remedy:
          'Set source-path to a folder without this file, or hold the package back with skip.',
      },
    );
  if (files.reduce((sum, { size }) => sum + size, 0) > LIMITS.sourceBytes)
    throw new PayloadError(
      'LIMIT_EXCEEDED',
      `the source is larger than ${LIMITS.sourceBytes / MIB} MiB`,
    );
}
