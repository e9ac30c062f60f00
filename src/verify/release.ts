// SPDX-License-Identifier: MIT
import type { MirrorReader, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { packagePaths } from '../mirror/layout.js';
import type { CertificateFacts } from '../openpgp/model.js';
import type { ReleaseRow, Report } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import type { ExpectedSource } from '../source/files.js';
import type { IndexVerifier } from './archived-index.js';
import { checkFacts, checkTagName, checkTagTarget } from './facts.js';
import { type Findings, orFinding, reasonOf } from './findings.js';
import { type ForeignPackage, isForeign, type ProvedRelease, verifyOwnKeys } from './keys.js';
import type { ArchivedKeys, MirrorKeys } from './mirror-keys.js';
import type { MirrorFiles, SourceBlobs } from './mirror-reading.js';
import {
  type Archived,
  isOtherPackage,
  mostCommon,
  packageRow,
  type ProvedPackage,
  provePackage,
  readArchived,
  recordedFiles,
  recordedNevra,
} from './package.js';
import type { ServedPackages } from './served-packages.js';
import { compareSource, expectedTree } from './source.js';
import { checkTagObject, checkUnproved } from './tag.js';
import type { BrokenCase, TagCase } from './tag-cases.js';

export interface VerifierParts {
  readonly options: Options;
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly blobs: SourceBlobs;
  readonly served: ServedPackages;
  readonly keys: MirrorKeys;
  readonly index: IndexVerifier;
  readonly findings: Findings;
  readonly report: Report;
  /** Current time, seconds since 1970. */
  readonly now: number;
}

/** Verifies tags one by one. */
export class TagVerifier {
  readonly proved: ProvedRelease[] = [];
  readonly foreign: ForeignPackage[] = [];

  constructor(private readonly parts: VerifierParts) {}

  /** Adds a row for a tag that cannot be verified at all. */
  refuse({ tag, listed, fault }: BrokenCase): void {
    const { report, findings } = this.parts;
    report.releases.push({ nevra: listed?.nevra ?? '', version: '', tag, status: 'exists' });
    findings.add({ tag }, fault);
  }

  /** Adds a row, and findings where something is wrong. */
  async verify(item: TagCase): Promise<void> {
    const { report, findings, options } = this.parts;
    const row: ReleaseRow = {
      nevra: item.record?.nevra ?? '',
      version: '',
      tag: item.tag,
      status: 'exists',
      commit: item.commit,
    };
    report.releases.push(row);
    let archived: Archived | undefined;
    try {
      archived = await this.findPackage(item);
      if (archived !== undefined) await this.verifyPackage(item, archived, row);
    } catch (error) {
      const [file] = recordedFiles(item);
      const path =
        archived?.path ??
        `${options.directories.archive}${file === undefined ? '' : `/${packagePaths(file).rpm}`}`;
      findings.add(item, {
        kind: 'package',
        path,
        expected: 'a readable package',
        actual: reasonOf(error),
      });
    } finally {
      await archived?.release();
    }
  }

  private async findPackage(item: TagCase): Promise<Archived | undefined> {
    const { findings, options, reader, files, served } = this.parts;
    const moved = checkTagTarget(item);
    if (item.message === undefined && item.listed !== undefined)
      findings.add(item, {
        kind: 'tag',
        path: `refs/tags/${item.tag}`,
        expected: item.listed.nevra,
        actual: 'a commit that records no release',
      });
    else if (item.message === undefined)
      findings.add(item, {
        kind: 'metadata',
        path: 'commit message',
        expected: 'a Metadata block or trailers',
        actual: 'neither',
      });
    else if (moved !== undefined) findings.add(item, moved);
    else {
      const archived = await readArchived(item, {
        reader,
        files,
        served,
        archiveDirectory: options.directories.archive,
      });
      if (typeof archived !== 'string') return archived;
      const [file = ''] = recordedFiles(item);
      const path = this.archivePath(packagePaths(file).rpm);
      if (archived === 'missing')
        findings.add(item, { kind: 'package', path, expected: file, actual: 'missing' });
      else await this.verifyWithout(item, path);
    }
    return undefined;
  }

  /** Nothing proves this release from here; what is recorded must at least agree with itself. */
  private async verifyWithout(item: TagCase, path: string): Promise<void> {
    const { findings, options } = this.parts;
    findings.notChecked(
      item,
      path,
      'the package was not archived, and no yum server that has it is named',
    );
    const [file = ''] = recordedFiles(item);
    const sum = await this.readChecksum(item, file);
    const before = findings.count;
    findings.add(
      item,
      ...checkUnproved(item, {
        checksum: sum.value,
        checksumPath: sum.path,
        sourceDirectory: options.directories.source,
      }),
    );
    await this.verifyIndex(
      item,
      recordedNevra(item),
      item.message?.trailers?.get('Rpm-Sha256')?.[0],
    );
    if (findings.count === before) findings.add(item, ...checkTagObject(item));
  }

  private async verifyPackage(item: TagCase, archived: Archived, row: ReleaseRow): Promise<void> {
    const { findings, options, keys, now } = this.parts;
    const known = await keys.of(item.root);
    verifyOwnKeys(item, known, findings);
    const policy = { allowWeak: options.allowWeak, now };
    const proved = await provePackage(archived, {
      keyring: known.keyring,
      policy,
      sourcePath: options.sourcePath,
      unpack: options.unpack,
    });
    const { nevra } = proved.pkg.facts;
    Object.assign(row, { nevra: formatNevra(nevra), version: nevra.version });
    const sum = await this.readChecksum(item, archived.file);
    const other = isOtherPackage(item, archived, proved, sum.value);
    const wrongTag = checkTagName(item, proved, options.tagFormat);
    if (other !== undefined) findings.add(item, { kind: 'package', path: archived.path, ...other });
    else if (wrongTag !== undefined) findings.add(item, wrongTag);
    else {
      const certificate = this.requireSigner(item, { archived, proved, known });
      if (certificate === undefined) return;
      row.package = packageRow(archived.file, proved);
      await this.verifyRecords(item, { archived, proved, known, certificate, sum });
    }
  }

  /** The certificate that vouches for the package; a finding, and undefined, when none does. */
  private requireSigner(
    item: TagCase,
    { archived, proved, known }: { archived: Archived; proved: ProvedPackage; known: ArchivedKeys },
  ): CertificateFacts | undefined {
    const { judgement, signature } = proved;
    const certificate = known.keyring.certificates.find(
      ({ fingerprint }) => fingerprint === signature?.fingerprint,
    );
    if (judgement.accepted && certificate !== undefined) return certificate;
    const actual =
      judgement.reasons.map(({ code, message }) => `${code}: ${message}`).join('; ') ||
      'no trusted key';
    if (isForeign(judgement)) this.foreign.push({ item, path: archived.path, keys: known, actual });
    else {
      const kind = judgement.reasons.some(({ code }) => code === 'DIGEST_MISMATCH')
        ? 'package'
        : 'signature';
      this.parts.findings.add(item, {
        kind,
        path: archived.path,
        expected: 'a package signed by a trusted key',
        actual,
      });
    }
    return undefined;
  }

  /** Source tree, checksums, index and recorded facts against a package that is good. */
  private async verifyRecords(
    item: TagCase,
    found: {
      archived: Archived;
      proved: ProvedPackage;
      known: ArchivedKeys;
      certificate: CertificateFacts;
      sum: Checksum;
    },
  ): Promise<void> {
    const { findings } = this.parts;
    const { archived, proved, known, certificate, sum } = found;
    const recorded = mostCommon([
      item.message?.trailers?.get('Rpm-Sha256')?.[0],
      item.record?.sha256,
      item.message?.metadata?.get('Checksum'),
    ]);
    const isOriginal =
      archived.oid !== undefined || recorded === undefined || recorded === proved.sha256;
    const whole = isOriginal ? (proved.sha256 ?? recorded) : recorded;
    const before = findings.count;
    this.verifyChecksum(item, { expected: whole, sum });
    await this.verifyIndex(item, formatNevra(proved.pkg.facts.nevra), whole);
    const sourceTree = await this.verifySource(item, proved);
    const listPath = this.archivePath('releases.json');
    findings.add(
      item,
      ...checkFacts({
        item,
        proved,
        file: archived.file,
        certificate,
        sourceTree,
        isOriginal,
        listPath,
      }),
    );
    if (archived.isHeader)
      findings.notChecked(
        item,
        archived.path,
        'Rpm-Sha256 and Content-Sha256 need the whole package',
      );
    if (!isOriginal)
      findings.notChecked(
        item,
        archived.path,
        'the server has the package with another signature; Rpm-Sha256 and the recorded signature need the one that was published',
      );
    if (findings.count === before) findings.add(item, ...checkTagObject(item));
    if (item.object === undefined && item.message?.trailers !== undefined)
      findings.notChecked(
        item,
        `refs/tags/${item.tag}`,
        'the tag is lightweight and has no message',
      );
    const own =
      archived.oid === undefined || archived.isHeader
        ? undefined
        : { oid: archived.oid, sha256: proved.sha256! };
    this.proved.push({
      item,
      nevra: proved.pkg.facts.nevra,
      file: archived.file,
      signer: certificate.fingerprint,
      keys: known,
      archived: own,
      good: findings.count === before,
    });
  }

  /** Compares source and packaging with the package. Gives the id of the source tree as the package has it, when all of it is known. */
  private async verifySource(
    item: TagCase,
    { source, packaging, isSourceUnknown }: ProvedPackage,
  ): Promise<Oid | undefined> {
    const {
      findings,
      options: { directories },
      files,
    } = this.parts;
    if (isSourceUnknown) {
      findings.notChecked(
        item,
        directories.source,
        'the archived header of a source package says nothing of what its archives hold',
      );
      return undefined;
    }
    if (packaging !== undefined) {
      const folder = await files.find(item.root, directories.packaging);
      await this.compareFolder(
        item,
        { roots: [], files: packaging },
        {
          tree: folder?.mode === '040000' ? folder.oid : undefined,
          directory: directories.packaging,
        },
      );
    }
    return this.compareFolder(item, source, { tree: item.source, directory: directories.source });
  }

  private async compareFolder(
    item: TagCase,
    expected: ExpectedSource,
    { tree, directory }: { tree: Oid | undefined; directory: string },
  ): Promise<Oid | undefined> {
    const { files, blobs, findings } = this.parts;
    const { value: actual, fault } = await orFinding(
      async () => (tree === undefined ? new Map<string, never>() : files.list(tree)),
      { kind: 'content', path: `${directory}/`, expected: 'a readable folder' },
    );
    if (actual === undefined) {
      findings.add(item, fault);
      return undefined;
    }
    findings.addAll(item, await compareSource(expected, actual, { blobs, directory }));
    return expectedTree(expected, actual, blobs);
  }

  private async verifyIndex(
    item: TagCase,
    nevra: string | undefined,
    whole: string | undefined,
  ): Promise<void> {
    const trailers = item.message?.trailers;
    const listing =
      nevra === undefined || whole === undefined
        ? undefined
        : { nevra, sha256: whole, revision: trailers?.get('Repomd-Revision')?.[0] };
    await this.parts.index.verify(item, item.root, {
      isOurs: trailers !== undefined,
      ...(listing === undefined ? {} : { listing }),
    });
  }

  private verifyChecksum(
    item: TagCase,
    { expected, sum }: { expected: string | undefined; sum: Checksum },
  ): void {
    const actual = sum.fault ?? sum.value ?? 'missing';
    if (expected !== undefined && actual !== expected)
      this.parts.findings.add(item, { kind: 'digest', path: sum.path, expected, actual });
  }

  private async readChecksum(item: TagCase, file: string): Promise<Checksum> {
    const { files } = this.parts;
    const path = this.archivePath(packagePaths(file).checksum);
    try {
      const entry = await files.find(item.root, path);
      return { path, value: entry === undefined ? undefined : await files.checksum(entry.oid) };
    } catch (error) {
      return { path, value: undefined, fault: reasonOf(error) };
    }
  }

  private archivePath(name: string): string {
    return `${this.parts.options.directories.archive}/${name}`;
  }
}

/** A package's .sha256: its path, and what it says. */
interface Checksum {
  readonly path: string;
  readonly value: string | undefined;
  readonly fault?: string;
}
