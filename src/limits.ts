// SPDX-License-Identifier: MIT

/** One kibibyte, mebibyte, gibibyte in bytes. */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/**
 * Every cap of this program with its reason. Each has a test just under and just over it in
 * `__tests__/security/limits.test.ts`; docs/threat-model.md lists them. What only one file can judge stands there with its reason: numbers of a
 * format, sizes of buffers, how many names a message lists, the work of one algorithm.
 */
export const LIMITS = {
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
  notesLines: 200_000,
  /** One compressed index record: Fedora's filelists have 60 MB; git hosts refuse more than 100 MiB anyway. */
  recordBytes: 100 * MIB,
  /** One index record when open: Fedora's primary has 200 MB, its filelists 800 MB. */
  recordOpenBytes: 4 * GIB,
  /** One package element of primary.xml: a kernel package with all its provides has 3 MB. */
  packageElementBytes: 32 * MIB,
  /** Nesting of XML elements: primary.xml has 5. */
  xmlDepth: 64,
  /** Elements of repomd.xml or a metalink: Fedora's have some hundred; a million would not fit the memory promise. */
  xmlElements: 50_000,
  /** One tag, comment or CDATA section of an index: descriptions in CDATA have some KiB. */
  xmlTokenBytes: 1 * MIB,
  /** Packages of one index: Fedora lists 70,000. */
  packagesInIndex: 2_000_000,
  /** Size of one RPM file: the largest of CUDA and of texlive stay under 4 GiB. */
  packageBytes: 8 * GIB,
  /** Packages up to this size are held in memory, larger ones in a private file. */
  packageInMemory: 16 * MIB,
  /** rpm's own caps (header.c): 0x10000000 bytes of data and 0xffff entries (the signature header: 64 MiB data, 32 entries for new rpm; older signature headers have more). */
  headerEntries: 0xffff,
  headerDataBytes: 256 * MIB,
  /** Uncompressed payload when the header does not say (it nearly always does). */
  payloadBytes: 64 * GIB,
  /** Payload output per compressed byte beyond which it is called a bomb; xz reaches 7,000 on zeros, zstd 30,000. Applies after `ratioFloor`. */
  compressionRatio: 1_000,
  /** Output below this size is never called a bomb. */
  ratioFloor: 64 * MIB,
  /** Largest window of zstd: what zstd -22 uses, and the most that rpm takes. */
  dictionaryBytes: 128 * MIB,
  /** Largest dictionary of xz and lzma: what xz -9 uses (rpm takes 100 MiB); its memory never shrinks, and more would not fit the memory promise. */
  lzmaDictionaryBytes: 64 * MIB,
  /** Files in one package: texlive-doc has 60,000. */
  filesInPackage: 1_000_000,
  /** Names that `dot-git: drop` leaves out of one package: a test suite has some dozen, and each stands in releases.json for good. */
  droppedDotGit: 1_000,
  /** Longest path in a payload; Linux's PATH_MAX. */
  pathBytes: 4096,
  /** archive/mirror.json: some 30 short values; a history of a thousand package names has 60 KiB. */
  mirrorFileBytes: 1 * MIB,
  /** Values in one list of it. */
  mirrorFileItems: 10_000,
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
  treeEntries: 1_000_000,
  /** Paths of all files and folders below a folder of the mirror: the kernel's have 4 MiB. */
  treePathBytes: 128 * MIB,
  /** The same in all folders that a run lists: 1,000 releases of the kernel have 90 million. */
  treeEntriesInAll: 250_000_000,
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
  idleTimeout: 30_000,
  /** A request for a small file ends after so long (ms), whatever arrives. */
  requestTimeout: 120_000,
  /** A download may take `requestTimeout` and this rate (bytes per second) on top. */
  slowestRate: 32 * KIB,
  /** Longest wait (ms) that a Retry-After header is obeyed. */
  retryAfter: 60_000,
  /** Milliseconds between two requests that change something at the host. */
  hostPace: 1000,
  /** Milliseconds to wait where a host says that it was asked too often, and not until when. */
  hostRest: 60_000,
  /** Requests that change something at the host in one run: GitHub allows some 500 new things an hour. The next run goes on. */
  hostChanges: 450,
  /** Requests of the host's hourly limit that are left to others. */
  hostReserve: 50,
  /** One command of git ends after so long (ms), whatever arrives: the largest push at 600 KiB a second. */
  gitTimeout: 3_600_000,
  /** Tries to win a race for the branch. */
  pushTries: 5,
  /** Further lines of an upstream text in a commit message. */
  commitTextBytes: 256 * KIB,
} as const;
