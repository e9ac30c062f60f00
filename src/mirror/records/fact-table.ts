// SPDX-License-Identifier: MIT

// No imports: docs/audit-trail.md is generated from this table (scripts/reference.mjs).

/** Where a fact comes from. */
type Origin =
  | 'the signed header'
  | 'the signed header and the payload'
  | 'the bytes of the file'
  | 'the verified signature'
  | 'the certificate that verified the signature'
  | 'the index'
  | 'git'
  | 'the run';

/** What a release's commit records in one or several places. */
export interface FactSpec {
  readonly from: Origin;
  /** What it proves, for docs/audit-trail.md. */
  readonly proves: string;
  /** Label in the Metadata block. */
  readonly block?: string;
  /** Key of the trailer, in commit and tag. */
  readonly trailer?: string;
  /** Key of the line in archive/releases.json. */
  readonly record?: string;
  /** True when there may be none, or several. */
  readonly isList?: true;
  /** True when another signature of the same package changes it. */
  readonly isOfSignature?: true;
  /** True when later runs bring it up to date. */
  readonly isMoving?: true;
  /** True for a line of the block that the predecessor did not write. */
  readonly isNew?: true;
}

/**
 * The one table of what a release records, in the order of block and trailers. A publishing run writes from it, `verify` rebuilds from it,
 * and the table in docs/audit-trail.md is made from it.
 */
export const FACTS = {
  tag: { from: 'the signed header', proves: 'the tag, as tag-format makes it', record: 'tag' },
  name: { from: 'the signed header', proves: 'the name of the package', block: 'Package' },
  version: { from: 'the signed header', proves: 'its version', block: 'Version' },
  license: { from: 'the signed header', proves: 'what the vendor says of it', block: 'License' },
  summary: { from: 'the signed header', proves: 'what the vendor says of it', block: 'Summary' },
  description: {
    from: 'the signed header',
    proves: 'what the vendor says of it',
    block: 'Description',
  },
  nevra: {
    from: 'the signed header',
    proves: 'the identity: name, epoch, version, release, architecture',
    trailer: 'Rpm-Nevra',
    record: 'nevra',
  },
  file: {
    from: 'the index',
    proves: 'where the package lies under `archive/rpm/`: the last segment of its href',
    block: 'Filename',
    record: 'file',
  },
  sha256: {
    from: 'the bytes of the file',
    proves: 'which file this is, signature included',
    block: 'Checksum',
    trailer: 'Rpm-Sha256',
    record: 'sha256',
    isOfSignature: true,
  },
  contentSha256: {
    from: 'the bytes of the file',
    proves: 'the package from its main header to its end, without its signatures',
    trailer: 'Content-Sha256',
    record: 'contentSha256',
  },
  headerSha256: {
    from: 'the bytes of the file',
    proves: "the main header, the same as rpm's SHA256HEADER",
    trailer: 'Header-Sha256',
    record: 'headerSha256',
  },
  buildHost: { from: 'the signed header', proves: 'where it was built', block: 'Buildhost' },
  buildTime: {
    from: 'the signed header',
    proves: 'when it was built; also the author date',
    block: 'Buildtime',
  },
  sourcePaths: {
    from: 'the signed header and the payload',
    proves: 'which folder became the source; one line per folder',
    trailer: 'Source-Path',
    isList: true,
  },
  sourceTree: {
    from: 'git',
    proves: 'the tree id of the source directory',
    trailer: 'Source-Tree',
    record: 'sourceTree',
  },
  keyUser: {
    from: 'the certificate that verified the signature',
    proves: 'what the key says of its owner',
    block: 'GPG key primary uid',
    isOfSignature: true,
  },
  keyCreated: {
    from: 'the certificate that verified the signature',
    proves: 'when the primary key was made',
    block: 'GPG key creation time',
    isOfSignature: true,
  },
  signingKey: {
    from: 'the certificate that verified the signature',
    proves: "who signed; always the primary key's fingerprint",
    block: 'GPG key fingerprint',
    trailer: 'Signing-Key',
    record: 'signingKey',
    isOfSignature: true,
  },
  signatureCheck: {
    from: 'the run',
    proves: 'that the signature was checked; a release with another result is never written',
    block: 'GPG check',
  },
  digestCheck: {
    from: 'the run',
    proves: 'that the digests were checked',
    block: 'SHA256 check',
  },
  fileCheck: {
    from: 'the run',
    proves: 'that each file was held against its digest in the signed header',
    block: 'File digests check',
    isNew: true,
  },
  signedAt: {
    from: 'the verified signature',
    proves: 'when it was signed, as the signer says',
    trailer: 'Signature-Date',
    record: 'signedAt',
    isOfSignature: true,
  },
  repomdRevision: {
    from: 'the index',
    proves: 'which index listed it',
    trailer: 'Repomd-Revision',
    record: 'repomdRevision',
  },
  indexSha256: {
    from: 'the index',
    proves: 'the checksum that the index gave when the release was last classified',
    record: 'indexSha256',
    isMoving: true,
  },
  changeClass: {
    from: 'the run',
    proves: 'what became of it upstream: `unchanged`, `re-signed`, `content-changed`, `withdrawn`',
    record: 'class',
    isMoving: true,
  },
  weakAlgorithms: {
    from: 'the run',
    proves: 'an algorithm that `allow-weak` tolerated',
    trailer: 'Weak-Algorithm',
    isList: true,
    isOfSignature: true,
  },
  droppedModes: {
    from: 'the signed header',
    proves: 'a file whose set-user-ID, set-group-ID or sticky bit git cannot hold',
    trailer: 'Dropped-Mode',
    isList: true,
  },
  droppedDotGit: {
    from: 'the signed header and the payload',
    proves: 'a path in the source that git takes for `.git`, and that `dot-git: drop` left out',
    trailer: 'Dropped-Dot-Git',
    record: 'droppedDotGit',
    isList: true,
  },
  unpackedFrom: {
    from: 'the signed header and the payload',
    proves: 'the archive that became the source',
    trailer: 'Unpacked-From',
    isList: true,
  },
} as const satisfies Readonly<Record<string, FactSpec>>;

export type FactName = keyof typeof FACTS;
