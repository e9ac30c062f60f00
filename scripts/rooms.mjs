// SPDX-License-Identifier: MIT
/**
 * The rooms of src/ and who owns which library: .dependency-cruiser.mjs makes the import rule of it, scripts/reference.mjs the tables of
 * docs/architecture.md.
 */

/** What the rooms of a kind may import, in words for the document. */
export const KINDS = {
  door: 'everything',
  adapter: 'the system, its libraries',
  ports: 'ports, and what is pure; no adapter, no file, no network',
  pure: 'values in, values out: no file, network, clock or adapter',
  evidence: 'as above, and nothing that decides or writes',
};

/** Folders of src/ (or files, with `.ts`), what they say, and what they may not do beside the import rule of their kind. */
export const ROOMS = [
  {
    folders: ['index.ts', 'cli'],
    kind: 'door',
    says: 'the two doors: outputs, report, summary, annotations, exit status',
    never: 'decide anything about a package',
  },
  {
    folders: ['inputs'],
    kind: 'door',
    says: 'strings from outside → validated options; one table of inputs, from which action.yml, `--help` and the documents are made',
    never: 'make a request',
  },
  {
    folders: ['run'],
    kind: 'door',
    says: 'builds the adapters, runs one use case, and what follows a run: alarm, attestation, schedule, crash',
    never: 'judge a package',
  },
  {
    folders: ['publish', 'check', 'verify', 'inspect', 'init', 'site'],
    kind: 'ports',
    says: 'one folder a use case; its main file is called as the folder and reads like "How it works"; `site/pages/` sees the model alone',
    never: 'make an adapter',
  },
  {
    folders: ['survey'],
    kind: 'ports',
    says: 'the mirror as it is, the index as it is, the plan between them, classes of change',
    never: 'write',
  },
  {
    folders: ['upstream'],
    kind: 'ports',
    says: 'all that asks the yum server: index, headers, packages, mirror lists',
    never: 'trust what it got',
  },
  {
    folders: ['source'],
    kind: 'ports',
    says: 'what of a package becomes source and packaging, and whether it may',
    never: 'write',
  },
  {
    folders: ['rebuild'],
    kind: 'ports',
    says: 'what a release must be by its package: proof, content, texts, facts; publish writes it, verify compares it',
    never: 'decide that something is not looked at',
  },
  {
    folders: ['notes'],
    kind: 'ports',
    says: 'release notes: fetched, read, matched to versions',
    never: 'hold a release up',
  },
  {
    folders: ['mirror'],
    kind: 'pure',
    says: 'plan, tree, layout, tag names; in `records/` what a mirror records of itself: messages, mirror.json, releases.json',
    never: '',
  },
  { folders: ['trust'], kind: 'pure', says: 'which evidence is enough', never: 'read bytes' },
  {
    folders: ['repodata'],
    kind: 'evidence',
    says: 'repomd, primary, XML, mirror lists, `.repo` files',
    never: '',
  },
  {
    folders: ['rpm'],
    kind: 'evidence',
    says: 'lead, header, tags, version order; in `evidence/` digests and signatures, in `payload/` cpio and paths',
    never: '',
  },
  {
    folders: ['archives'],
    kind: 'evidence',
    says: 'the archives in packages: tar (v7, ustar, pax, GNU), zip',
    never: '',
  },
  {
    folders: ['compression'],
    kind: 'evidence',
    says: 'gzip, xz, lzma, bzip2, zstd behind one bounded door',
    never: '',
  },
  {
    folders: ['openpgp'],
    kind: 'evidence',
    says: 'certificates, pins, expiry, revocation; signatures V3, V4, V6',
    never: 'decide whether evidence is enough',
  },
  {
    folders: ['signing'],
    kind: 'ports',
    says: 'our own signatures on commits and tags, OpenPGP and SSH',
    never: "verify anybody's",
  },
  {
    folders: ['git'],
    kind: 'adapter',
    says: "the port and git's formats (`objects/`, pure); processes, credentials, fetch, atomic push (`remote/`)",
    never: 'know what an RPM is',
  },
  {
    folders: ['net'],
    kind: 'adapter',
    says: 'capped, timed, retried downloads; proxies; the tool cache',
    never: 'interpret what it carries',
  },
  {
    folders: ['github'],
    kind: 'adapter',
    says: 'releases, issues, attestations, rules of branches and tags',
    never: 'be needed by a run outside GitHub',
  },
  {
    folders: ['report'],
    kind: 'door',
    says: 'results → outputs, JSON, job summary, annotations, terminal; all escaped',
    never: 'change a result',
  },
];

/** Folders of all rooms of these kinds. */
export function foldersOf(...kinds) {
  return ROOMS.filter(({ kind }) => kinds.includes(kind)).flatMap(({ folders }) => folders);
}

/** A library, and the only rooms (or files) of src/ that may import it. */
export const OWNERS = [
  { library: '@actions/core', owners: ['index.ts', 'inputs', 'report', 'run'] },
  { library: '@actions/github', owners: ['github'] },
  { library: '@actions/attest', owners: ['github'] },
  { library: '@actions/exec', owners: ['git/command.ts'] },
  { library: '@actions/tool-cache', owners: ['net'] },
  { library: 'openpgp', owners: ['openpgp', 'signing'] },
  { library: '@noble/curves', owners: ['openpgp/algorithms/ecdsa.ts'] },
  { library: '@noble/hashes', owners: ['openpgp/algorithms/ecdsa.ts'] },
  { library: 'fast-xml-parser', owners: ['repodata/xml/xml.ts'] },
  { library: 'isomorphic-git', owners: ['git'] },
  { library: 'node-liblzma', owners: ['compression'] },
  { library: 'undici', owners: ['net'] },
  { library: 'picomatch', owners: ['mirror', 'source', 'github'] },
  { library: 'preact', owners: ['site/pages'] },
  { library: 'preact-render-to-string', owners: ['site/pages'] },
  { library: 'feed', owners: ['site/pages'] },
  { library: 'diff', owners: ['mirror'] },
  {
    library: 'workerpool',
    owners: ['threads.ts', 'compression/decode-worker.ts', 'git/objects/deflate-worker.ts'],
  },
  { library: 'cli-table3', owners: ['report'] },
];
