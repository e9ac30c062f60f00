// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { GitError, IntegrityError, PayloadError, VerificationError } from '../errors.js';
import { buildTree } from '../git/trees.js';
import type { GitStore, Oid } from '../git/store.js';
import type { Options } from '../inputs.js';
import { LIMITS, MIB } from '../limits.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { CertificateFacts, Keyring, SignaturePolicy } from '../openpgp/model.js';
import { checkSignature } from '../openpgp/verify.js';
import { checkUncompressed, payloadDigests, uncompressedAlgorithms } from '../rpm/digests.js';
import { examinePackage } from '../rpm/examine.js';
import type { FileEntry, PackageEvidence, PackageFacts, RpmSignatureReport } from '../rpm/model.js';
import { readPayload } from '../rpm/payload.js';
import { verifyTree } from '../rpm/paths.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { verifyIndexMatch } from '../trust/index-match.js';
import { judge, verifyJudgement } from '../trust/policy.js';
import type { TreeFile } from './mirror-state.js';
import type { Ports } from './ports.js';
import { gitMode, selectFiles } from './source-files.js';

/** A release whose package passed every check; its objects are staged, nothing of it is on the remote yet. */
export interface PreparedRelease {
  readonly planned: PlannedRelease;
  readonly facts: PackageFacts;
  readonly evidence: PackageEvidence;
  readonly signature: RpmSignatureReport;
  readonly certificate: CertificateFacts;
  /** Base URL that served the package. */
  readonly servedBy: string;
  /** Folders of the payload that became the source. */
  readonly sourcePaths: readonly Uint8Array[];
  /** Source files by path below the source directory (latin1 of the bytes). */
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly sourceTree: Oid;
  /** What goes to archive/rpm beside the checksum. */
  readonly archived: { readonly name: string; readonly oid: Oid } | undefined;
  readonly checksum: Oid;
  /** Files with a digest in the signed header. */
  readonly checkedFiles: number;
  /** Octal mode and path of files that lost their set-user-ID, set-group-ID or sticky bit. */
  readonly droppedModes: readonly { readonly mode: string; readonly path: Uint8Array }[];
}

export interface Preparation {
  readonly planned: PlannedRelease;
  readonly bytes: ByteSource;
  readonly servedBy: string;
  readonly keyring: Keyring;
  readonly options: Options;
}

const MODE_BITS = 0o7000;

/**
 * Verifies one package and stages its source: header against index, digests, signature and coverage, then the payload
 * against the signed file list. Nothing is staged before the verdict on the package's bytes.
 * @throws VerificationError, IntegrityError, RpmFormatError, PayloadError, GitError FILE_TOO_LARGE
 */
export async function prepareRelease(preparation: Preparation, { store, clock, logger }: Ports): Promise<PreparedRelease> {
  const { planned, bytes, keyring, options, servedBy } = preparation;
  const pkg = await readPackage(bytes);
  verifyIndexMatch(pkg.facts.nevra, planned.indexPackage.nevra);
  const policy: SignaturePolicy = { allowWeak: options.allowWeak, now: clock.now() };
  const evidence = await examinePackage(pkg, bytes, (packets, data) => checkSignature(packets, data, keyring, policy));
  const { signature, certificate } = requireVerdict(evidence, keyring, planned.indexPackage.fileName);
  refuseSpecialFiles(pkg.facts.files);
  const source = await stageSource(pkg, bytes, { store, options });
  for (const warning of source.warnings) logger.warning(`${planned.indexPackage.fileName}: ${warning}`);
  if (options.archivePackages === 'header') requireStrongHeader(pkg.facts, evidence);
  const archived = await stageArchive(pkg, bytes, { store, options, name: planned.indexPackage.fileName });
  return {
    planned,
    facts: pkg.facts,
    evidence,
    signature,
    certificate,
    servedBy,
    ...source,
    archived,
    checksum: await store.write('blob', Buffer.from(evidence.sha256)),
  };
}

function requireVerdict(evidence: PackageEvidence, keyring: Keyring, what: string): { signature: RpmSignatureReport; certificate: CertificateFacts } {
  const judgement = judge(evidence, { keysGiven: true });
  verifyJudgement(judgement, what);
  const { signature } = judgement;
  const certificate = keyring.certificates.find(({ fingerprint }) => fingerprint === signature?.fingerprint);
  if (signature === undefined || certificate === undefined) throw new VerificationError('UNKNOWN_KEY', `${what}: no trusted key made its signature`);
  return { signature, certificate };
}

function refuseSpecialFiles(files: readonly FileEntry[]): void {
  const special = files.find(({ type }) => type === 'block' || type === 'char' || type === 'fifo' || type === 'socket');
  if (special === undefined) return;
  throw new PayloadError('PAYLOAD_INVALID', `the package holds a ${special.type} device or pipe at ${showBytes(special.path)}`, {
    remedy: 'A source package has no use for it; tell the publisher, or hold the release back with skip.',
  });
}

interface StagedSource {
  readonly sourcePaths: readonly Uint8Array[];
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly sourceTree: Oid;
  readonly checkedFiles: number;
  readonly droppedModes: readonly { readonly mode: string; readonly path: Uint8Array }[];
  readonly warnings: readonly string[];
}

async function stageSource(pkg: RpmPackage, bytes: ByteSource, { store, options }: { store: GitStore; options: Options }): Promise<StagedSource> {
  const warnings = [...verifyTree(pkg.facts.files, 'the package')];
  const selection = selectFiles(pkg.facts, options.sourcePath);
  const files = new Map<string, TreeFile>();
  const dropped: { mode: string; path: Uint8Array }[] = [];
  let checkedFiles = 0;
  let kept = 0;
  const payload = readPayload(pkg, bytes.stream(pkg.payloadStart), {
    keep: (entry) => selection.map(entry.path) !== undefined,
    uncompressedDigests: uncompressedAlgorithms(pkg.header),
  });
  for (let step = await payload.next(); ; step = await payload.next()) {
    if (step.done === true) {
      requireUncompressed(pkg, step.value.digests);
      break;
    }
    const file = step.value;
    const { entry } = file;
    if (file.digest === 'bad') throw new IntegrityError('DIGEST_MISMATCH', `${showBytes(entry.path)} is not the file that the signed header describes`, { expected: entry.digest });
    if (file.digest === 'good') checkedFiles++;
    const path = selection.map(entry.path);
    if (path === undefined || entry.ghost || (entry.type !== 'file' && entry.type !== 'symlink')) continue;
    const content = entry.type === 'symlink' ? entry.target : file.content!;
    kept += content.length;
    if (kept > LIMITS.sourceBytes) throw new PayloadError('LIMIT_EXCEEDED', `the source is larger than ${LIMITS.sourceBytes / MIB} MiB`);
    if (entry.type === 'symlink') checkLink(path, entry.target, { options, warnings });
    else if ((entry.mode & MODE_BITS) !== 0) dropped.push({ mode: entry.mode.toString(8), path });
    files.set(Buffer.from(path).toString('latin1'), { mode: gitMode(entry), oid: await store.write('blob', content) });
  }
  const tree = buildTree([...files].map(([path, file]) => ({ path: Buffer.from(path, 'latin1'), ...file })));
  for (const { content } of tree.trees) await store.write('tree', content);
  return { sourcePaths: selection.roots, files, sourceTree: tree.oid, checkedFiles, droppedModes: dropped, warnings };
}

/** A digest of the uncompressed payload, where the header has one, holds as every other digest does. */
function requireUncompressed(pkg: RpmPackage, digests: Readonly<Record<string, string>>): void {
  const bad = checkUncompressed(payloadDigests(pkg.header), digests).find(({ status }) => status === 'bad');
  if (bad !== undefined) throw new IntegrityError('DIGEST_MISMATCH', `${bad.name} of the uncompressed payload: expected ${bad.expected}, found ${bad.actual}`, bad);
}

/** T21: a link is stored as a link; one that leaves the source is reported, or refused by choice. */
function checkLink(path: Uint8Array, target: Uint8Array, { options, warnings }: { options: Options; warnings: string[] }): void {
  const text = Buffer.from(target).toString('latin1');
  let depth = Buffer.from(path).toString('latin1').split('/').length - 1;
  let leaves = text.startsWith('/');
  for (const part of text.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) leaves = true;
  }
  if (!leaves) return;
  const message = `the link ${showBytes(path)} points outside the source, to ${showBytes(target)}`;
  if (options.symlinks === 'refuse') throw new PayloadError('UNSAFE_PATH', message, { remedy: 'Set symlinks: keep to store such links as links.' });
  warnings.push(message);
}

async function stageArchive(
  pkg: RpmPackage,
  bytes: ByteSource,
  { store, options, name }: { store: GitStore; options: Options; name: string },
): Promise<{ name: string; oid: Oid } | undefined> {
  if (options.archivePackages === 'none') return undefined;
  const isHeader = options.archivePackages === 'header';
  const end = isHeader ? pkg.payloadStart : bytes.size;
  if (end > LIMITS.blobBytes) throw new GitError('FILE_TOO_LARGE', `${name} has ${end} bytes; git hosts take files up to ${LIMITS.blobBytes}`);
  return { name: isHeader ? `${name}.header` : name, oid: await store.write('blob', await bytes.read(0, end)) };
}

/** A header proves the source only when it is signed itself and lists strong digests of its files. */
function requireStrongHeader({ fileDigestAlgorithm }: PackageFacts, { signatures }: PackageEvidence): void {
  const remedy = 'Use archive-packages: full for this repository.';
  if (!signatures.some(({ covers, status }) => covers === 'header' && status === 'good')) {
    throw new VerificationError('NOT_COVERED', 'archive-packages: header needs a signature over the header alone; the package has none', { remedy });
  }
  if (!/^sha(256|384|512|3-256|3-512)$/.test(fileDigestAlgorithm)) {
    throw new VerificationError('WEAK_ALGORITHM', `archive-packages: header needs strong file digests; the package has ${fileDigestAlgorithm}`, { remedy });
  }
}

function showBytes(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString('utf8'));
}
