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
var TRANSIENT = /* @__PURE__ */ new Set([
  "TIMEOUT",
  "TRUNCATED",
  "CONNECTION_FAILED"
]);
function isTransient(error) {
  if (!(error instanceof DownloadError)) return false;
  if (error.code !== "HTTP_STATUS") return TRANSIENT.has(error.code);
  const status = error.status ?? 0;
  return status === 408 || status === 429 || status >= 500;
}
function describeError(error) {
  const known = error instanceof MirrorError ? error : diskFull(error);
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
  while (end > 0 && /[.\s]/.test(message[end - 1])) end -= 1;
  return `${message.slice(0, end)}. ${remedy}`;
}

// src/limits.ts
var KIB = 1024;
var MIB = 1024 * KIB;
var GIB = 1024 * MIB;
var LIMITS = {
  /** repomd.xml: Fedora's has 10 KiB; 100 records with long URLs stay under 100 KiB. */
  repomdBytes: 1 * MIB,
  /** A detached signature or an armored key file: the largest keyrings of distributions have some 100 KiB. */
  keyBytes: 4 * MIB,
  /** mirrorlist and metalink: Fedora's metalink has 100 KiB. */
  mirrorlistBytes: 1 * MIB,
  /** Base URLs that are tried: Fedora's lists have some 100, and a list must not keep a run busy for ever. */
  mirrors: 64,
  /** A vendor's .repo file. */
  repoFileBytes: 1 * MIB,
  /** Release notes pages: the largest seen has 300 KiB. */
  notesBytes: 4 * MIB,
  /** Lines of a release notes page: the largest seen has 8,000, and a million would not fit the memory promise. */
  notesLines: 2e5,
  /** One compressed index record: Fedora's filelists have 60 MB; git hosts refuse more than 100 MiB anyway. */
  recordBytes: 100 * MIB,
  /** One index record when open: Fedora's primary has 200 MB, its filelists 800 MB. */
  recordOpenBytes: 4 * GIB,
  /** One package element of primary.xml: a kernel package with all its provides has 3 MB. */
  packageElementBytes: 32 * MIB,
  /** Nesting of XML elements: primary.xml has 5. */
  xmlDepth: 64,
  /** Elements of repomd.xml or a metalink: Fedora's have some hundred; a million would not fit the memory promise. */
  xmlElements: 5e4,
  /** One tag, comment or CDATA section of an index: descriptions in CDATA have some KiB. */
  xmlTokenBytes: 1 * MIB,
  /** Packages of one index: Fedora lists 70,000. */
  packagesInIndex: 2e6,
  /** Size of one RPM file: the largest of CUDA and of texlive stay under 4 GiB. */
  packageBytes: 8 * GIB,
  /** Packages up to this size are held in memory, larger ones in a private file. */
  packageInMemory: 16 * MIB,
  /** rpm's own caps (header.c): 0x10000000 bytes of data and 0xffff entries (the signature header: 64 MiB data, 32 entries for new rpm; older signature headers have more). */
  headerEntries: 65535,
  headerDataBytes: 256 * MIB,
  /** Uncompressed payload when the header does not say (it nearly always does). */
  payloadBytes: 64 * GIB,
  /** Payload output per compressed byte beyond which it is called a bomb; xz reaches 7,000 on zeros, zstd 30,000. Applies after `ratioFloor`. */
  compressionRatio: 1e3,
  /** Output below this size is never called a bomb. */
  ratioFloor: 64 * MIB,
  /** Largest window of zstd: what zstd -22 uses, and the most that rpm takes. */
  dictionaryBytes: 128 * MIB,
  /** Largest dictionary of xz and lzma: what xz -9 uses (rpm takes 100 MiB); its memory never shrinks, and more would not fit the memory promise. */
  lzmaDictionaryBytes: 64 * MIB,
  /** Files in one package: texlive-doc has 60,000. */
  filesInPackage: 1e6,
  /** Names that `dot-git: drop` leaves out of one package: a test suite has some dozen, and each stands in releases.json for good. */
  droppedDotGit: 1e3,
  /** Longest path in a payload; Linux's PATH_MAX. */
  pathBytes: 4096,
  /** archive/mirror.json: some 30 short values; a history of a thousand package names has 60 KiB. */
  mirrorFileBytes: 1 * MIB,
  /** Values in one list of it. */
  mirrorFileItems: 1e4,
  /** archive/releases.json: a line takes some 600 bytes, ten thousand releases 6 MiB; every tag brings a list of its own. */
  releasesBytes: 16 * MIB,
  /** Folders above one file: trees of npm and Java have some 40; git itself walks 2,048 (core.maxTreeDepth), and 512 in some builds for Windows. */
  pathDepth: 256,
  /** Target of a symlink; Linux's PATH_MAX. */
  linkTargetBytes: 4096,
  /** One extended header of a tar archive: names and times have some KiB, attributes of files up to 64 KiB each. */
  tarHeaderBytes: 1 * MIB,
  /** Names and link targets of one tar archive together: the kernel's have 5 MiB, the largest of texlive 25 MiB. */
  tarNameBytes: 64 * MIB,
  /** One archive inside a package when unpacked, and each compression around it: the kernel has 1.4 GiB, LibreOffice 2.5 GiB. */
  unpackedBytes: 4 * GIB,
  /** One file of the mirror where `max-file-size` says nothing, since GitHub refuses more than 100 MiB; and what memory holds of a file at once. */
  blobBytes: 100 * MIB,
  /** One tree object: a folder of 10,000 packages with their checksums has 2 MiB. */
  treeBytes: 32 * MIB,
  /** One commit or tag object: it lists the files that it changes, and texlive-doc's has 6 MiB. */
  commitBytes: 64 * MIB,
  /** Files and folders below a folder of the mirror, each as often as it stands there: see `filesInPackage`. */
  treeEntries: 1e6,
  /** Paths of all files and folders below a folder of the mirror: the kernel's have 4 MiB. */
  treePathBytes: 128 * MIB,
  /** The same in all folders that a run lists: 1,000 releases of the kernel have 90 million. */
  treeEntriesInAll: 25e7,
  /** An asset of a release: "each file included in a release must be under 2 GiB" (GitHub Docs, About releases). */
  assetBytes: 2 * GIB,
  /** Packages in private files that a run keeps until they are assets of releases; what is more is fetched again. */
  heldBytes: 4 * GIB,
  /** Packages in memory that a run keeps until then. */
  heldInMemory: 64 * MIB,
  /** A page of the host's listing of releases: a hundred with notes of 125,000 characters each and a few assets. */
  hostListingBytes: 64 * MIB,
  /** Source kept of one release. */
  sourceBytes: 2 * GIB,
  /** All archived packages together, beyond which a run warns: GitHub asks to keep repositories under 5 GB. */
  archiveBytes: 5 * GIB,
  /** One push to GitHub. */
  packBytes: 2 * GIB - 1,
  /** Redirects followed for one request. */
  redirects: 5,
  /** Attempts per request, the first included. */
  attempts: 4,
  /** No byte for so long (ms) ends a request. */
  idleTimeout: 3e4,
  /** A request for a small file ends after so long (ms), whatever arrives. */
  requestTimeout: 12e4,
  /** A download may take `requestTimeout` and this rate (bytes per second) on top. */
  slowestRate: 32 * KIB,
  /** Longest wait (ms) that a Retry-After header is obeyed. */
  retryAfter: 6e4,
  /** Milliseconds between two requests that change something at the host. */
  hostPace: 1e3,
  /** Milliseconds to wait where a host says that it was asked too often, and not until when. */
  hostRest: 6e4,
  /** Requests that change something at the host in one run: GitHub allows some 500 new things an hour. The next run goes on. */
  hostChanges: 450,
  /** Requests of the host's hourly limit that are left to others. */
  hostReserve: 50,
  /** One command of git ends after so long (ms), whatever arrives: the largest push at 600 KiB a second. */
  gitTimeout: 36e5,
  /** Tries to win a race for the branch. */
  pushTries: 5,
  /** Further lines of an upstream text in a commit message. */
  commitTextBytes: 256 * KIB
};

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
  diskFull,
  CHECKED_OUT_REMEDY,
  isTransient,
  describeError,
  sentences,
  KIB,
  MIB,
  GIB,
  LIMITS
};
