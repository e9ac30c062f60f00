// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import type { ByteSource, ContentSink } from '../bytes.js';
import { PayloadError } from '../errors.js';
import { formatTimestamp } from '../mirror/records/facts.js';
import type { SignatureChecker } from '../openpgp/checker.js';
import type { CertificateFacts } from '../openpgp/model.js';
import type { PackageRow } from '../report/report.js';
import { examineHeader, examinePackage } from '../rpm/evidence/examine.js';
import type { RpmSignatureReport } from '../rpm/model.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { needsWholePackage, readContent } from '../source/content.js';
import {
  type ExpectedFile,
  type ExpectedSource,
  expectedSource,
  selectFiles,
} from '../source/files.js';
import type { ContentFile, ContentOptions } from '../source/model.js';
import { judge, judgeHeader, type Judgement } from '../trust/policy.js';

/** What was found in a package, or in its header alone. */
export interface Proof {
  readonly pkg: RpmPackage;
  /** The whole package; undefined for a header. */
  readonly whole: ByteSource | undefined;
  /** Undefined for a header. */
  readonly sha256: string | undefined;
  readonly contentSha256: string | undefined;
  readonly headerSha256: string;
  readonly signature: RpmSignatureReport | undefined;
  readonly judgement: Judgement;
  /** The trusted certificate that vouches for it; undefined when none does. */
  readonly certificate: CertificateFacts | undefined;
}

/** Reads a package, or its header, and judges it by the trusted keys. @throws MirrorError when it is no package */
export async function provePackage(
  { bytes, isHeader }: { readonly bytes: ByteSource; readonly isHeader: boolean },
  checker: SignatureChecker,
): Promise<Proof> {
  const pkg = await readPackage(bytes);
  const evidence = isHeader
    ? { ...(await examineHeader(pkg, checker.check)), sha256: undefined, contentSha256: undefined }
    : await examinePackage(pkg, bytes, checker.check);
  const judgement =
    evidence.sha256 === undefined ? judgeHeader(evidence) : judge(evidence, { keysGiven: true });
  const { signature, accepted } = judgement;
  return {
    pkg,
    whole: isHeader ? undefined : bytes,
    sha256: evidence.sha256,
    contentSha256: evidence.contentSha256,
    headerSha256: evidence.headerSha256,
    signature,
    judgement,
    certificate: accepted ? checker.signerOf(signature) : undefined,
  };
}

/** What the folders of a mirror must hold by a package. */
export interface Content {
  readonly source: ExpectedSource;
  /** What the packaging directory must hold; undefined for a package that leaves it alone. */
  readonly packaging: ReadonlyMap<string, ExpectedFile> | undefined;
  /** Archives that became the source. */
  readonly unpackedFrom: readonly Uint8Array[];
  /** Octal mode and path of source files that lost a special bit, as the trailer says it. */
  readonly droppedModes: readonly Uint8Array[];
}

/** How a package becomes source. */
export type Making = ContentOptions;

/**
 * What publish would have written of this package; undefined when its header alone does not tell, since the source comes out of an archive inside it.
 * @throws PayloadError, IntegrityError
 */
export async function expectedContent(
  { pkg, whole }: Pick<Proof, 'pkg' | 'whole'>,
  making: Making,
): Promise<Content | undefined> {
  const needsWhole = needsWholePackage(pkg.facts, making);
  if (needsWhole && whole === undefined) return undefined;
  const content =
    needsWhole && whole !== undefined
      ? await wholeContent(pkg, whole, making)
      : await listedContent(pkg, whole, making);
  // A source package may hold a spec alone: its packaging is what it brings.
  if (content.source.files.size > 0 || content.packaging !== undefined) return content;
  throw new PayloadError('SOURCE_PATH_NOT_FOUND', `source-path ${making.sourcePath} gives no file`);
}

/** The signed file list says it all; the payload is read only where its digests are weak. */
async function listedContent(
  pkg: RpmPackage,
  whole: ByteSource | undefined,
  { sourcePath }: Making,
): Promise<Content> {
  return {
    source: await expectedSource(pkg, whole, sourcePath),
    packaging: undefined,
    unpackedFrom: [],
    droppedModes: droppedModes(pkg, sourcePath),
  };
}

/** What publish makes of a whole package, as digests of the files. */
async function wholeContent(pkg: RpmPackage, whole: ByteSource, making: Making): Promise<Content> {
  const found = await readContent(pkg, whole, making, digestSink);
  return {
    source: {
      roots: found.sourcePaths,
      dropped: found.droppedDotGit,
      files: expectedFiles(found.source),
    },
    packaging: found.packaging && expectedFiles(found.packaging),
    unpackedFrom: found.unpackedFrom,
    droppedModes: found.droppedModes.map(({ mode, path }) =>
      Buffer.concat([Buffer.from(`${mode} `), path]),
    ),
  };
}

const digestSink: ContentSink<string> = {
  whole: (content) => Promise.resolve(createHash('sha256').update(content).digest('hex')),
  stream: async (_, chunks) => {
    const hash = createHash('sha256');
    for await (const chunk of chunks) hash.update(chunk);
    return hash.digest('hex');
  },
};

function expectedFiles(files: ReadonlyMap<string, ContentFile<string>>): Map<string, ExpectedFile> {
  return new Map(
    Array.from(files, ([path, { mode, kept, target }]) => [
      path,
      { mode, digest: target === undefined ? { algorithm: 'sha256', hex: kept } : { target } },
    ]),
  );
}

const SPECIAL_BITS = 0o7000;

function droppedModes({ facts }: RpmPackage, sourcePath: string): Uint8Array[] {
  const special = facts.files.filter(
    ({ type, ghost, mode }) => type === 'file' && !ghost && (mode & SPECIAL_BITS) !== 0,
  );
  if (special.length === 0) return [];
  const selection = selectFiles(facts, sourcePath);
  return special.flatMap(({ path, mode }) => {
    const mapped = selection.map(path);
    return mapped === undefined
      ? []
      : [Buffer.concat([Buffer.from(`${mode.toString(8)} `), mapped])];
  });
}

/** The package as the report shows it. */
export function packageRow(
  file: string,
  { pkg, sha256, contentSha256, signature }: Proof,
): PackageRow {
  return {
    file,
    sha256: sha256 ?? '',
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
