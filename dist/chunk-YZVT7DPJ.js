import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/errors.ts
var MirrorError = class extends Error {
  code;
  remedy;
  expected;
  actual;
  constructor(code, message, details = {}) {
    super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy ?? REMEDIES[code];
    this.expected = details.expected;
    this.actual = details.actual;
  }
};
var InputError = class extends MirrorError {
};
var MirrorConflictError = class extends InputError {
};
var DownloadError = class extends MirrorError {
  /** HTTP status, where one was received. */
  status;
  constructor(code, message, details = {}) {
    super(code, message, details);
    this.status = details.status;
  }
};
var RepodataError = class extends MirrorError {
};
var IntegrityError = class extends MirrorError {
};
var VerificationError = class extends MirrorError {
};
var RpmFormatError = class extends MirrorError {
};
var PayloadError = class extends MirrorError {
};
var GitError = class extends MirrorError {
  /** Set where a push failed for its size, or may have. */
  isTooMuch;
  constructor(code, message, details = {}) {
    super(code, message, details);
    this.isTooMuch = details.isTooMuch;
  }
};
var DiskFullError = class extends Error {
  code = "DISK_FULL";
  remedy;
  constructor(message, { cause, remedy = REMEDIES.DISK_FULL } = {}) {
    super(message, cause === void 0 ? void 0 : { cause });
    this.remedy = remedy;
  }
};
var AbortedError = class extends Error {
  code = "ABORTED";
  remedy = REMEDIES.ABORTED;
};
function endOfRun(error) {
  return error instanceof AbortedError ? error : diskFull(error);
}
function diskFull(error) {
  if (error instanceof DiskFullError) return error;
  const { code, message } = error ?? {};
  if (code !== "ENOSPC" && code !== "EDQUOT") return void 0;
  return new DiskFullError(`no space is left on the disk: ${String(message)}`, { cause: error });
}
var REMEDIES = {
  INPUT_MISSING: "Set the named input.",
  INPUT_INVALID: "Correct the named input; README.md lists what each input takes.",
  INPUT_CONFLICT: "Change or remove one of the things that the message names.",
  HTTP_STATUS: "Open the URL in a browser; if the server answers there, check proxies and http-headers, otherwise try again later.",
  TOO_LARGE: "The server sent more than it announced or than is sane for this kind of file. Check the URL; if it is right, report it to the publisher.",
  TIMEOUT: "Try again later; if it persists, the server or a proxy stalls.",
  TRUNCATED: "Try again later; the server or a proxy cuts the connection.",
  CONNECTION_FAILED: "Check the host name, the network and the proxy variables, then try again.",
  INSECURE_REDIRECT: "The server redirects to an address that must not be followed. Use the final URL yourself if you trust it.",
  NOT_FOUND: "Check the path or URL.",
  ABORTED: "The next run goes on where this one ended.",
  REPOMD_INVALID: "Check that baseurl names the folder that holds repodata/; if it does, tell the publisher.",
  PRIMARY_INVALID: "The package list of the repository is broken; tell the publisher and try again later.",
  RECORD_MISSING: "The repository does not list a file that is needed; tell the publisher.",
  XML_FORBIDDEN: "The index holds XML constructs that no yum repository needs. Do not trust this server before you know why.",
  ROLLBACK: "The server offers an older index than before. If the publisher confirms it, run once with allow-rollback: true.",
  MIRRORLIST_INVALID: "Check the mirrorlist or metalink URL, or give baseurl instead.",
  REPO_FILE_INVALID: "Check repo-file and repo-id, or give baseurl and gpgkey instead.",
  PACKAGE_NOT_FOUND: "Check packages, arch and versions against what the repository lists.",
  TAG_COLLISION: "Separate the packages with tag-format, for example {name}-{version}.",
  SIZE_MISMATCH: "Try again later (the repository may be in the middle of an update); if it persists, tell the publisher.",
  DIGEST_MISMATCH: "Try again later (the repository may be in the middle of an update); if it persists, treat the server as compromised and tell the publisher.",
  INDEX_MISMATCH: "The server gave another package than the index names. Tell the publisher; do not skip this check.",
  NO_SIGNATURE: "Only signed packages are published. Ask the publisher to sign, or hold the release back with skip.",
  NOT_COVERED: "The signature does not cover the payload. Ask the publisher to sign header and payload, or hold the release back with skip.",
  UNKNOWN_KEY: "Give the public key of the signer with gpgkey, after you have checked its fingerprint with the publisher.",
  BAD_SIGNATURE: "The signature is wrong. Do not use this file; tell the publisher.",
  WEAK_ALGORITHM: "If you must, name the algorithm in allow-weak; each use is recorded in the mirror.",
  KEY_EXPIRED: "A package counts if its key was valid when it signed. Publishers mostly prolong the same key: give the address of its newest version as gpgkey; otherwise hold the release back with skip.",
  KEY_REVOKED: "The publisher revoked this key. Do not use what it signed; get the new key and list its fingerprint.",
  KEY_INVALID: "Check that gpgkey names an OpenPGP public key (armored or binary).",
  PIN_MISMATCH: "Check the fingerprints with the publisher; for a rotation list the old and the new one in gpg-fingerprints.",
  BAD_MAGIC: "The file is not an RPM package.",
  HEADER_BOUNDS: "The package is damaged or hostile; tell the publisher.",
  HEADER_INVALID: "The package is damaged or hostile; tell the publisher.",
  UNSUPPORTED_COMPRESSOR: "The payload uses a compression that is not supported; open an issue with the package name.",
  UNSUPPORTED_FORMAT: "The payload is not a cpio archive; hold the package back with skip.",
  PAYLOAD_INVALID: "The payload is damaged or does not agree with the signed header; tell the publisher.",
  UNSAFE_PATH: "The name could write outside its place; the package is refused. Tell the publisher.",
  LIMIT_EXCEEDED: "The data exceeds a safety limit (docs/threat-model.md lists them). If the data is legitimate, open an issue.",
  SOURCE_PATH_NOT_FOUND: "Set source-path to a folder that the payload holds.",
  SOURCE_EMPTY: "The package brings no file of its source. Set source-path to a folder that holds files, or hold the release back with skip.",
  TAG_EXISTS: "Somebody else created the tag. Compare it with the package; nothing was overwritten.",
  NON_FAST_FORWARD: "The branch moved while this run worked; run again.",
  PUSH_REJECTED: "Read the remote's answer: a protected branch or a ruleset must let the token push, and the job needs permissions: contents: write.",
  AUTH: "Give a token that may write to the repository (permissions: contents: write).",
  FILE_TOO_LARGE: "Use archive-packages: header (or none), or release (with create-releases: true, on GitHub: the RPM becomes an asset of under 2 GiB), or raise max-file-size where the host takes larger files.",
  BRANCH_NOT_FOUND: "Name an existing branch, or leave branch empty.",
  REMOTE_FAILED: "Check repository, the network and the token.",
  GIT_FAILED: "Check that git 2.31 or newer is installed and on the PATH; see the cause.",
  MIRROR_INVALID: "The mirror holds something that this tool did not write; see the message.",
  OBJECT_INVALID: "git itself would refuse this object; no honest tool writes such. Run git fsck --strict in a clone, and find out who pushed it.",
  CONTENT_CHANGED: "The publisher replaced a published package. Compare both; acknowledge with on-content-change: warn.",
  DISK_FULL: "Free space where the message says, or put temporary files on a larger disk (RUNNER_TEMP; on the command line TMPDIR), and run again: the next run completes what this one could not."
};
var CHECKED_OUT_REMEDY = "Name a bare repository (git init --bare -b main mirror.git, or git clone --bare), or another branch with branch. Or let git take the push and move the files along while nothing in them is changed: git config receive.denyCurrentBranch updateInstead, in that repository.";
function describeError(error) {
  const known = error instanceof MirrorError ? error : endOfRun(error);
  if (known !== void 0)
    return { code: known.code, message: known.message, remedy: known.remedy };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "INTERNAL",
    message,
    remedy: "This is a defect of rpm-source-mirror; please report it with the log of a run with debug logging."
  };
}
function sentences({
  message,
  remedy
}) {
  let end = message.length;
  while (end > 0 && /[.\s]/.test(message.charAt(end - 1))) end -= 1;
  return `${message.slice(0, end)}. ${remedy}`;
}

export {
  MirrorError,
  InputError,
  MirrorConflictError,
  DownloadError,
  RepodataError,
  IntegrityError,
  VerificationError,
  RpmFormatError,
  PayloadError,
  GitError,
  DiskFullError,
  AbortedError,
  endOfRun,
  diskFull,
  CHECKED_OUT_REMEDY,
  describeError,
  sentences
};
