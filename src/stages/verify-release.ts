// SPDX-License-Identifier: MIT
import { buildTree } from '../git/trees.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs.js';
import { packagePaths } from '../mirror/layout.js';
import { formatTimestamp } from '../mirror/messages.js';
import { parseReleaseMessage } from '../mirror/message-parser.js';
import type { PackageRow } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import type { VerifyPorts } from './ports.js';
import { MirrorKeys } from './mirror-keys.js';
import type { BlobFacts, MirrorFiles } from './mirror-reading.js';
import type { TreeFile } from './mirror-state.js';
import type { ServedPackages } from './served-packages.js';
import type { ExpectedFile } from './source-files.js';
import type { TagCase } from './tag-cases.js';
import { checkFacts, checkTagName, isForeignKey, provePackage, reasonOf, sha256, type Finding, type ProvedPackage } from './verify-tag.js';

export interface VerifierParts {
  readonly options: Options;
  readonly ports: VerifyPorts;
  readonly files: MirrorFiles;
  readonly blobs: ReadonlyMap<Oid, BlobFacts>;
  readonly served: ServedPackages;
}

/** A release that was looked at, for the checks of the branch's tip. */
export interface LookedAt {
  readonly tag: string;
  readonly nevra: Nevra;
  readonly file: string;
  readonly signer: string;
  /** The archived package; undefined for a header or a package that was not archived. */
  readonly sha256: { readonly oid: Oid; readonly sha256: string } | undefined;
  readonly good: boolean;
}

/** The archived form of a package. */
interface Archived {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isHeader: boolean;
  /** Undefined when it came from the yum server. */
  readonly oid: Oid | undefined;
}

/** Verifies tags one by one and collects what it finds; one finding per cause. */
export class TagVerifier {
  readonly proved: LookedAt[] = [];
  readonly keys: MirrorKeys;
  private readonly reported = new Set<string>();

  constructor(private readonly parts: VerifierParts) {
    this.keys = new MirrorKeys(parts.files, { archiveDirectory: parts.options.directories.archive, pins: parts.options.gpgFingerprints });
  }

  /** Adds a row, and findings where something is wrong. */
  async verify(item: TagCase): Promise<void> {
    const { report } = this.parts.ports;
    const file = item.record?.file ?? item.message?.metadata?.get('Filename');
    const row: (typeof report.releases)[number] = { nevra: item.record?.nevra ?? '', version: '', tag: item.tag, status: 'exists', commit: item.commit };
    report.releases.push(row);
    const before = report.findings.length;
    try {
      await this.verifyCase(item, file, row);
    } catch (error) {
      this.find(item, { kind: 'package', path: file === undefined ? this.archivePath('') : this.archivePath(packagePaths(file).rpm), expected: 'a readable package', actual: reasonOf(error) });
    }
    const count = report.findings.length - before;
    row.reason = count === 0 ? 'good' : `${count} finding${count === 1 ? '' : 's'}`;
  }

  private async verifyCase(item: TagCase, file: string | undefined, row: { nevra: string; version: string; package?: PackageRow }): Promise<void> {
    if (file === undefined || item.message === undefined) {
      this.find(item, { kind: 'metadata', path: 'commit message', expected: 'a Metadata block or trailers', actual: 'neither' });
      return;
    }
    const archived = await this.readArchived(item, file);
    if (archived === undefined) return;
    const { keyring, keyPath } = await this.keys.of(item.root);
    const policy = { allowWeak: this.parts.options.allowWeak, now: this.parts.ports.clock.now() };
    const recordedSum = item.message.trailers?.get('Rpm-Sha256')?.[0] ?? item.message.metadata?.get('Checksum');
    const proved = await provePackage(archived.bytes, { isHeader: archived.isHeader, keyring, policy, sourcePath: this.parts.options.sourcePath });
    const { nevra } = proved.pkg.facts;
    Object.assign(row, { nevra: formatNevra(nevra), version: nevra.version });
    const wrongTag = checkTagName(item.tag, item.record, proved);
    const isOther = archived.isHeader ? this.isOtherHeader(item, proved) : await this.isOtherPackage(item, { file, archived, recordedSum });
    if (isOther) {
      const expected = (archived.isHeader ? item.message.trailers?.get('Header-Sha256')?.[0] : recordedSum) ?? '';
      this.find(item, { kind: 'package', path: archived.path, expected, actual: archived.isHeader ? proved.headerSha256 : sha256(archived.bytes) });
      return;
    }
    if (wrongTag !== undefined) {
      this.find(item, wrongTag);
      return;
    }
    if (!proved.judgement.accepted) {
      this.findRefusal(item, { proved, path: archived.path, keyPath });
      return;
    }
    const fingerprint = proved.signature?.fingerprint ?? '';
    const certificate = keyring.certificates.find((candidate) => candidate.fingerprint === fingerprint);
    if (certificate === undefined) return;
    row.package = packageRow(file, proved);
    const before = this.parts.ports.report.findings.length;
    await this.checkSums(item, file, archived);
    const sourceTree = await this.compareSource(item, proved);
    for (const finding of checkFacts({ tag: item.tag, file, message: item.message, record: item.record, sourceTree, certificate }, proved)) this.find(item, finding);
    if (archived.isHeader) this.notChecked(item, archived.path, 'Rpm-Sha256 and Content-Sha256 need the whole package');
    if (this.parts.ports.report.findings.length === before) this.checkTagObject(item);
    const good = this.parts.ports.report.findings.length === before;
    const own = archived.oid === undefined || archived.isHeader ? undefined : { oid: archived.oid, sha256: sha256(archived.bytes) };
    this.proved.push({ tag: item.tag, nevra, file, signer: fingerprint, sha256: own, good });
  }

  /** Bytes that neither the commit, nor releases.json, nor the checksum beside them know: another package. */
  private async isOtherPackage(item: TagCase, { file, archived, recordedSum }: { file: string; archived: Archived; recordedSum: string | undefined }): Promise<boolean> {
    const actual = sha256(archived.bytes);
    if (recordedSum === undefined || recordedSum === actual || item.record?.sha256 === actual) return false;
    const sum = await this.parts.files.find(item.root, this.archivePath(packagePaths(file).checksum));
    return sum === undefined || !Buffer.from(await this.parts.files.small(sum.oid)).toString('latin1').startsWith(actual);
  }

  private isOtherHeader({ message }: TagCase, { headerSha256 }: ProvedPackage): boolean {
    const recorded = message?.trailers?.get('Header-Sha256')?.[0];
    return recorded !== undefined && recorded !== headerSha256;
  }

  /** The package as archived in this commit, or as the yum server has it where nothing was archived. */
  private async readArchived(item: TagCase, file: string): Promise<Archived | undefined> {
    const paths = packagePaths(file);
    for (const [name, isHeader] of [[paths.rpm, false], [paths.header, true]] as const) {
      const path = this.archivePath(name);
      const entry = await this.parts.files.find(item.root, path);
      if (entry !== undefined) return { path, isHeader, oid: entry.oid, bytes: await this.parts.ports.reader.readBlob(entry.oid) };
    }
    const path = this.archivePath(paths.rpm);
    if (item.text.includes(`: ${path}\n`) || item.text.includes(`: ${path}.header\n`) || item.message?.trailers === undefined) {
      this.find(item, { kind: 'package', path, expected: file, actual: 'missing' });
      return undefined;
    }
    const bytes = await this.parts.served.read(item);
    if (bytes === undefined) this.notChecked(item, path, 'the package was not archived, and no yum server that has it is named');
    return bytes === undefined ? undefined : { path, isHeader: false, oid: undefined, bytes };
  }

  private findRefusal(item: TagCase, { proved, path, keyPath }: { proved: ProvedPackage; path: string; keyPath: string | undefined }): void {
    const actual = proved.judgement.reasons.map(({ code, message }) => `${code}: ${message}`).join('; ');
    // A key that signed nothing here is one cause, however many tags it spoils.
    if (isForeignKey(proved.judgement) && keyPath !== undefined) {
      this.findOnce(`key ${keyPath}`, item, { kind: 'signature', path: keyPath, expected: 'the key that signed the archived packages', actual });
      return;
    }
    const kind = proved.judgement.reasons.some(({ code }) => code === 'DIGEST_MISMATCH' || code === 'BAD_SIGNATURE') ? 'package' : 'signature';
    this.find(item, { kind, path, expected: 'a package signed by a trusted key', actual });
  }

  /** The package's .sha256 and those of the index files of this commit. */
  private async checkSums(item: TagCase, file: string, archived: Archived): Promise<void> {
    if (!archived.isHeader) {
      const path = this.archivePath(packagePaths(file).checksum);
      const entry = await this.parts.files.find(item.root, path);
      const actual = entry === undefined ? 'missing' : Buffer.from(await this.parts.files.small(entry.oid)).toString('latin1').trim().slice(0, 200);
      const expected = sha256(archived.bytes);
      if (actual.split(/\s/)[0] !== expected) this.find(item, { kind: 'digest', path, expected, actual });
    }
    await this.checkIndexSums(item.tag, item.root);
  }

  /** Index files against their .sha256; the same pair of files is looked at once. */
  async checkIndexSums(tag: string, root: Oid): Promise<void> {
    const archive = await this.parts.files.find(root, this.parts.options.directories.archive);
    if (archive?.mode !== '040000') return;
    const names = (await this.parts.files.entries(archive.oid)).filter(([name]) => /^(repomd|primary|filelists|other)\.xml.*\.sha256$/.test(name));
    for (const [name, sum] of names) {
      const path = this.archivePath(name.slice(0, -'.sha256'.length));
      const entry = await this.parts.files.find(root, path);
      const key = `${name} ${sum.oid} ${entry?.oid ?? ''}`;
      if (this.reported.has(key)) continue;
      this.reported.add(key);
      const expected = Buffer.from(await this.parts.files.small(sum.oid)).toString('latin1').trim().split(/\s/)[0] ?? '';
      const actual = entry === undefined ? 'missing' : sha256(await this.parts.ports.reader.readBlob(entry.oid));
      if (expected !== actual) this.find({ tag }, { kind: 'digest', path: `${path}.sha256`, expected: actual, actual: expected });
    }
  }

  /** The source tree against the signed file list. Returns the tree id that the list gives, when all of it is known. */
  private async compareSource(item: TagCase, { source }: ProvedPackage): Promise<Oid | undefined> {
    const actual = item.source === undefined ? new Map<string, TreeFile>() : await this.parts.files.list(item.source);
    for (const finding of this.compareFiles(source.files, actual)) this.find(item, finding);
    const entries = [...source.files].map(([path, expected]) => ({ path: Buffer.from(path, 'latin1'), mode: expected.mode, oid: this.oidOf(path, expected, actual) }));
    const known = entries.filter((entry): entry is typeof entry & { oid: Oid } => entry.oid !== undefined);
    return known.length === entries.length ? buildTree(known).oid : undefined;
  }

  /** Findings for a source tree; also used for the tip of the branch. */
  compareFiles(expected: ReadonlyMap<string, ExpectedFile>, actual: ReadonlyMap<string, TreeFile>): Finding[] {
    const findings: Finding[] = [];
    for (const [name, file] of expected) {
      const found = actual.get(name);
      const path = this.sourcePath(name);
      if (found === undefined) findings.push({ kind: 'missing', path, expected: file.mode, actual: 'missing' });
      else if (!this.isSame(file, found)) findings.push({ kind: 'content', path, ...this.describe(file, found) });
      else if (file.mode !== found.mode) findings.push({ kind: 'mode', path, expected: file.mode, actual: found.mode });
    }
    for (const [name, found] of actual) {
      if (!expected.has(name)) findings.push({ kind: 'extra', path: this.sourcePath(name), expected: 'nothing', actual: `${found.mode} ${found.oid}` });
    }
    return findings;
  }

  private isSame({ digest, mode }: ExpectedFile, found: TreeFile): boolean {
    const facts = this.parts.blobs.get(found.oid);
    if (facts === undefined || (mode === '120000') !== (found.mode === '120000')) return false;
    if ('target' in digest) return facts.content !== undefined && Buffer.from(facts.content).equals(digest.target);
    return digest.hex === '' ? facts.size === 0 : facts.digests.get(digest.algorithm) === digest.hex;
  }

  private describe({ digest }: ExpectedFile, found: TreeFile): { expected: string; actual: string } {
    const facts = this.parts.blobs.get(found.oid);
    if (facts === undefined) return { expected: `object ${found.oid}`, actual: 'missing or damaged' };
    if ('target' in digest) return { expected: `link to ${Buffer.from(digest.target).toString('utf8')}`, actual: `${found.mode} ${found.oid}` };
    return { expected: `${digest.algorithm} ${digest.hex}`, actual: facts.digests.get(digest.algorithm) ?? `${found.mode} ${found.oid}` };
  }

  /** Where the mirror has the expected content, its id is the id that the signed list gives. */
  private oidOf(path: string, expected: ExpectedFile, actual: ReadonlyMap<string, TreeFile>): Oid | undefined {
    const found = actual.get(path);
    return found !== undefined && this.isSame(expected, found) ? found.oid : undefined;
  }

  /** An annotated tag says what its commit says. */
  private checkTagObject(item: TagCase): void {
    if (item.object === undefined) return;
    const path = `refs/tags/${item.tag}`;
    if (item.object.name !== item.tag) this.find(item, { kind: 'tag', path, expected: item.tag, actual: item.object.name });
    if (item.message?.trailers === undefined) return;
    const shown = (message: ReturnType<typeof parseReleaseMessage>): string =>
      [message?.subject ?? '', ...[...(message?.trailers ?? [])].map(([key, values]) => `${key}: ${values.join(', ')}`)].join('; ');
    const [expected, actual] = [shown(item.message), shown(parseReleaseMessage(item.object.message))];
    if (expected !== actual) this.find(item, { kind: 'tag', path, expected, actual });
  }

  find({ tag }: { readonly tag: string }, finding: Finding): void {
    this.parts.ports.report.findings.push({ tag, ...finding });
  }

  findOnce(cause: string, item: { readonly tag: string }, finding: Finding): void {
    if (this.reported.has(cause)) return;
    this.reported.add(cause);
    this.find(item, finding);
  }

  private notChecked({ tag }: TagCase, path: string, reason: string): void {
    this.parts.ports.report.notChecked.push({ tag, kind: 'not-checked', path, reason });
  }

  private archivePath(name: string): string {
    return name === '' ? this.parts.options.directories.archive : `${this.parts.options.directories.archive}/${name}`;
  }

  private sourcePath(name: string): string {
    return `${this.parts.options.directories.source}/${Buffer.from(name, 'latin1').toString('utf8')}`;
  }
}

function packageRow(file: string, { pkg, sha256: whole, contentSha256, signature }: ProvedPackage): PackageRow {
  return {
    file,
    sha256: whole ?? '',
    contentSha256: contentSha256 ?? '',
    signature: {
      fingerprint: signature?.fingerprint ?? '',
      created: formatTimestamp(signature?.created ?? 0),
      version: signature?.version ?? 0,
      hash: signature?.hash ?? '',
    },
    checks: [{ name: 'file list', covers: `${pkg.facts.files.length} files`, status: 'good' }],
  };
}
