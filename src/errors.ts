// SPDX-License-Identifier: MIT

/** What the user gave is wrong; found before any request (exit 2). */
export type InputErrorCode = 'INPUT_MISSING' | 'INPUT_INVALID' | 'INPUT_CONFLICT';
/** The network or a server did not deliver. */
export type DownloadErrorCode =
  | 'HTTP_STATUS'
  | 'TOO_LARGE'
  | 'TIMEOUT'
  | 'TRUNCATED'
  | 'CONNECTION_FAILED'
  | 'INSECURE_REDIRECT'
  | 'NOT_FOUND';
/** The yum repository says something that cannot be followed. */
export type RepodataErrorCode =
  | 'REPOMD_INVALID'
  | 'PRIMARY_INVALID'
  | 'RECORD_MISSING'
  | 'XML_FORBIDDEN'
  | 'ROLLBACK'
  | 'MIRRORLIST_INVALID'
  | 'REPO_FILE_INVALID'
  | 'PACKAGE_NOT_FOUND'
  | 'TAG_COLLISION';
/** Bytes are not the bytes that were announced. */
export type IntegrityErrorCode = 'SIZE_MISMATCH' | 'DIGEST_MISMATCH' | 'INDEX_MISMATCH';
/** The evidence does not carry the package, the index or the key. */
export type VerificationErrorCode =
  | 'NO_SIGNATURE'
  | 'NOT_COVERED'
  | 'UNKNOWN_KEY'
  | 'BAD_SIGNATURE'
  | 'WEAK_ALGORITHM'
  | 'KEY_EXPIRED'
  | 'KEY_REVOKED'
  | 'KEY_INVALID'
  | 'PIN_MISMATCH';
/** The RPM file's own structure is broken. */
export type RpmFormatErrorCode = 'BAD_MAGIC' | 'HEADER_BOUNDS' | 'HEADER_INVALID';
/** The payload (or an archive inside it) cannot or must not be unpacked. */
export type PayloadErrorCode =
  | 'UNSUPPORTED_COMPRESSOR'
  | 'UNSUPPORTED_FORMAT'
  | 'PAYLOAD_INVALID'
  | 'UNSAFE_PATH'
  | 'LIMIT_EXCEEDED'
  | 'SOURCE_PATH_NOT_FOUND'
  | 'SOURCE_EMPTY';
/** The git remote, or what is on it, stands in the way. */
export type GitErrorCode =
  | 'TAG_EXISTS'
  | 'NON_FAST_FORWARD'
  | 'PUSH_REJECTED'
  | 'AUTH'
  | 'FILE_TOO_LARGE'
  | 'BRANCH_NOT_FOUND'
  | 'REMOTE_FAILED'
  | 'GIT_FAILED'
  | 'MIRROR_INVALID'
  | 'OBJECT_INVALID'
  | 'CONTENT_CHANGED';
/** This machine, or that of the remote, stands in the way; it says nothing of packages, index or mirror. */
type MachineErrorCode = 'DISK_FULL';
/** Somebody ended the run; it says nothing of anything else. */
type StopErrorCode = 'ABORTED';

/** Every code this program can end with. */
export type ErrorCode =
  | MachineErrorCode
  | StopErrorCode
  | InputErrorCode
  | DownloadErrorCode
  | RepodataErrorCode
  | IntegrityErrorCode
  | VerificationErrorCode
  | RpmFormatErrorCode
  | PayloadErrorCode
  | GitErrorCode;

/** The data that an error carries besides its message; `expected` and `actual` name both sides of a comparison. */
export interface ErrorDetails {
  readonly expected?: string;
  readonly actual?: string;
  /** What the user can do about it; each code has a default, see {@link REMEDIES}. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Base of all errors that this program raises on purpose. The message says what was expected and what was found. */
export abstract class MirrorError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly remedy: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;

  constructor(code: C, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy ?? REMEDIES[code];
    this.expected = details.expected;
    this.actual = details.actual;
  }
}

export class InputError extends MirrorError<InputErrorCode> {}
/** An input that the mirror's refs, or its mirror.json, contradict: wrong input, which shows after requests and before any change (exit 2). */
export class MirrorConflictError extends InputError {}
export class DownloadError extends MirrorError<DownloadErrorCode> {
  /** HTTP status, where one was received. */
  readonly status: number | undefined;
  constructor(
    code: DownloadErrorCode,
    message: string,
    details: ErrorDetails & { readonly status?: number } = {},
  ) {
    super(code, message, details);
    this.status = details.status;
  }
}
export class RepodataError extends MirrorError<
  RepodataErrorCode | 'WEAK_ALGORITHM' | 'UNSAFE_PATH' | 'LIMIT_EXCEEDED'
> {}
export class IntegrityError extends MirrorError<IntegrityErrorCode> {}
export class VerificationError extends MirrorError<VerificationErrorCode> {}
export class RpmFormatError extends MirrorError<RpmFormatErrorCode | 'LIMIT_EXCEEDED'> {}
export class PayloadError extends MirrorError<PayloadErrorCode> {}
export class GitError extends MirrorError<GitErrorCode | 'TIMEOUT' | 'LIMIT_EXCEEDED'> {
  /** Set where a push failed for its size, or may have. */
  readonly isTooMuch: 'certainly' | 'perhaps' | undefined;
  constructor(
    code: GitErrorCode | 'TIMEOUT' | 'LIMIT_EXCEEDED',
    message: string,
    details: ErrorDetails & { readonly isTooMuch?: 'certainly' | 'perhaps' } = {},
  ) {
    super(code, message, details);
    this.isTooMuch = details.isTooMuch;
  }
}

/**
 * A disk, or a quota, is full. No {@link MirrorError}, so that whatever takes those for a fault of a package, a server or the mirror, and
 * goes on with the next, lets this one pass: the run ends.
 */
export class DiskFullError extends Error {
  readonly code = 'DISK_FULL';
  readonly remedy: string;
  constructor(message: string, { cause, remedy = REMEDIES.DISK_FULL }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}

/** The run was stopped, and what is read ends with it. No {@link MirrorError}, for the reason of {@link DiskFullError}. */
export class AbortedError extends Error {
  readonly code = 'ABORTED';
  readonly remedy = REMEDIES.ABORTED;
}

/** What ends the run as a whole, whatever it was about; undefined for anything else. */
export function endOfRun(error: unknown): DiskFullError | AbortedError | undefined {
  return error instanceof AbortedError ? error : diskFull(error);
}

/** A full disk, as this program or the system says it; undefined for anything else. */
export function diskFull(error: unknown): DiskFullError | undefined {
  if (error instanceof DiskFullError) return error;
  const { code, message } = (error ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new DiskFullError(`no space is left on the disk: ${String(message)}`, { cause: error });
}

/** What to do, per code. docs/troubleshooting.md is generated from this table. */
export const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  INPUT_MISSING: 'Set the named input.',
  INPUT_INVALID: 'Correct the named input; README.md lists what each input takes.',
  INPUT_CONFLICT: 'Change or remove one of the things that the message names.',
  HTTP_STATUS:
    'Open the URL in a browser; if the server answers there, check proxies and http-headers, otherwise try again later.',
  TOO_LARGE:
    'The server sent more than it announced or than is sane for this kind of file. Check the URL; if it is right, report it to the publisher.',
  TIMEOUT: 'Try again later; if it persists, the server or a proxy stalls.',
  TRUNCATED: 'Try again later; the server or a proxy cuts the connection.',
  CONNECTION_FAILED: 'Check the host name, the network and the proxy variables, then try again.',
  INSECURE_REDIRECT:
    'The server redirects to an address that must not be followed. Use the final URL yourself if you trust it.',
  NOT_FOUND: 'Check the path or URL.',
  ABORTED: 'The next run goes on where this one ended.',
  REPOMD_INVALID:
    'Check that baseurl names the folder that holds repodata/; if it does, tell the publisher.',
  PRIMARY_INVALID:
    'The package list of the repository is broken; tell the publisher and try again later.',
  RECORD_MISSING: 'The repository does not list a file that is needed; tell the publisher.',
  XML_FORBIDDEN:
    'The index holds XML constructs that no yum repository needs. Do not trust this server before you know why.',
  ROLLBACK:
    'The server offers an older index than before. If the publisher confirms it, run once with allow-rollback: true.',
  MIRRORLIST_INVALID: 'Check the mirrorlist or metalink URL, or give baseurl instead.',
  REPO_FILE_INVALID: 'Check repo-file and repo-id, or give baseurl and gpgkey instead.',
  PACKAGE_NOT_FOUND: 'Check packages, arch and versions against what the repository lists.',
  TAG_COLLISION: 'Separate the packages with tag-format, for example {name}-{version}.',
  SIZE_MISMATCH:
    'Try again later (the repository may be in the middle of an update); if it persists, tell the publisher.',
  DIGEST_MISMATCH:
    'Try again later (the repository may be in the middle of an update); if it persists, treat the server as compromised and tell the publisher.',
  INDEX_MISMATCH:
    'The server gave another package than the index names. Tell the publisher; do not skip this check.',
  NO_SIGNATURE:
    'Only signed packages are published. Ask the publisher to sign, or hold the release back with skip.',
  NOT_COVERED:
    'The signature does not cover the payload. Ask the publisher to sign header and payload, or hold the release back with skip.',
  UNKNOWN_KEY:
    'Give the public key of the signer with gpgkey, after you have checked its fingerprint with the publisher.',
  BAD_SIGNATURE: 'The signature is wrong. Do not use this file; tell the publisher.',
  WEAK_ALGORITHM:
    'If you must, name the algorithm in allow-weak; each use is recorded in the mirror.',
  KEY_EXPIRED:
    'A package counts if its key was valid when it signed. Publishers mostly prolong the same key: give the address of its newest version as gpgkey; otherwise hold the release back with skip.',
  KEY_REVOKED:
    'The publisher revoked this key. Do not use what it signed; get the new key and list its fingerprint.',
  KEY_INVALID: 'Check that gpgkey names an OpenPGP public key (armored or binary).',
  PIN_MISMATCH:
    'Check the fingerprints with the publisher; for a rotation list the old and the new one in gpg-fingerprints.',
  BAD_MAGIC: 'The file is not an RPM package.',
  HEADER_BOUNDS: 'The package is damaged or hostile; tell the publisher.',
  HEADER_INVALID: 'The package is damaged or hostile; tell the publisher.',
  UNSUPPORTED_COMPRESSOR:
    'The payload uses a compression that is not supported; open an issue with the package name.',
  UNSUPPORTED_FORMAT: 'The payload is not a cpio archive; hold the package back with skip.',
  PAYLOAD_INVALID:
    'The payload is damaged or does not agree with the signed header; tell the publisher.',
  UNSAFE_PATH:
    'The name could write outside its place; the package is refused. Tell the publisher.',
  LIMIT_EXCEEDED:
    'The data exceeds a safety limit (docs/threat-model.md lists them). If the data is legitimate, open an issue.',
  SOURCE_PATH_NOT_FOUND: 'Set source-path to a folder that the payload holds.',
  SOURCE_EMPTY:
    'The package brings no file of its source. Set source-path to a folder that holds files, or hold the release back with skip.',
  TAG_EXISTS:
    'Somebody else created the tag. Compare it with the package; nothing was overwritten.',
  NON_FAST_FORWARD: 'The branch moved while this run worked; run again.',
  PUSH_REJECTED:
    "Read the remote's answer: a protected branch or a ruleset must let the token push, and the job needs permissions: contents: write.",
  AUTH: 'Give a token that may write to the repository (permissions: contents: write).',
  FILE_TOO_LARGE:
    'Use archive-packages: header (or none), or release (with create-releases: true, on GitHub: the RPM becomes an asset of under 2 GiB), or raise max-file-size where the host takes larger files.',
  BRANCH_NOT_FOUND: 'Name an existing branch, or leave branch empty.',
  REMOTE_FAILED: 'Check repository, the network and the token.',
  GIT_FAILED: 'Check that git 2.31 or newer is installed and on the PATH; see the cause.',
  MIRROR_INVALID: 'The mirror holds something that this tool did not write; see the message.',
  OBJECT_INVALID:
    'git itself would refuse this object; no honest tool writes such. Run git fsck --strict in a clone, and find out who pushed it.',
  CONTENT_CHANGED:
    'The publisher replaced a published package. Compare both; acknowledge with on-content-change: warn.',
  DISK_FULL:
    'Free space where the message says, or put temporary files on a larger disk (RUNNER_TEMP; on the command line TMPDIR), and run again: the next run completes what this one could not.',
};

/** What to do where git refuses to move a branch under somebody's files. */
export const CHECKED_OUT_REMEDY =
  'Name a bare repository (git init --bare -b main mirror.git, or git clone --bare), or another branch with branch. Or let git take the push and move the files along while nothing in them is changed: git config receive.denyCurrentBranch updateInstead, in that repository.';

/** A {@link MirrorError} of any code. */
export type AnyMirrorError = MirrorError;

/** Code, message and remedy of anything that was thrown; what is not a {@link MirrorError} is `INTERNAL`. */
export function describeError(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
} {
  const known = error instanceof MirrorError ? (error as AnyMirrorError) : endOfRun(error);
  if (known !== undefined)
    return { code: known.code, message: known.message, remedy: known.remedy };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message,
    remedy:
      'This is a defect of rpm-source-mirror; please report it with the log of a run with debug logging.',
  };
}

/** Message and remedy as two sentences. */
export function sentences({
  message,
  remedy,
}: {
  readonly message: string;
  readonly remedy: string;
}): string {
  let end = message.length;
  while (end > 0 && /[.\s]/.test(message.charAt(end - 1))) end -= 1;
  return `${message.slice(0, end)}. ${remedy}`;
}
