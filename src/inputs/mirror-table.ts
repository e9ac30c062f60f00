// SPDX-License-Identifier: MIT
import { type InputGroup, READ_BY } from './model.js';

const BOT = 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>';

/** What becomes the source. */
export const SOURCE = {
  'source-path': {
    default: 'usr/src/*',
    meaning:
      "Glob of folders in the payload that become the source. One match: its content, its own name dropped. Several: each under its own name. None: an error that lists the payload's top folders.",
    help: 'glob of the payload folders that become the source',
    commands: READ_BY.modes,
  },
  symlinks: {
    default: 'keep',
    meaning: 'Links that point outside the source: `keep` (stored as links, warning) or `refuse`.',
    help: 'links that point outside the source: keep or refuse',
    commands: READ_BY.runs,
    values: ['keep', 'refuse'],
  },
  unpack: {
    default: 'main',
    meaning:
      'Archives in a source package: `main` (Source0, by its number in the spec), `all`, `none`. In a binary package: where `source-path` matches no folder but an archive (tar, zip, src.rpm), that is unpacked unless `none`.',
    help: 'archives in a package: main, all, none',
    commands: READ_BY.modes,
    values: ['main', 'all', 'none'],
  },
  'dot-git': {
    default: 'refuse',
    meaning: 'Names in the source that git takes for `.git`: `refuse`, or `drop` and record them.',
    help: 'names in the source that git takes for .git: refuse, or drop and record them',
    commands: READ_BY.modes,
    values: ['refuse', 'drop'],
  },
} as const satisfies InputGroup;

/** How the mirror is made. */
export const MIRROR = {
  'source-directory': {
    default: 'src',
    meaning:
      'Where the source goes in the mirror; a relative sub-folder, not `.`. The tool owns it.',
    help: 'where the source goes in the mirror',
    commands: READ_BY.modes,
  },
  'archive-directory': {
    default: 'archive',
    meaning:
      'Where packages, index, keys and notes go in the mirror; a relative sub-folder, not `.`. The tool owns it.',
    help: 'where packages and index go in the mirror',
    commands: READ_BY.modes,
  },
  'packaging-directory': {
    default: 'packaging',
    meaning:
      'Where spec, patches and further archives of source packages go in the mirror; a relative sub-folder, not `.`. Used for source packages, and for one that was unpacked from a binary package; the tool owns it then.',
    help: 'where the spec and patches of source packages go',
    commands: READ_BY.modes,
  },
  'archive-packages': {
    default: 'full',
    meaning:
      "`full`: the RPM. `header`: lead, signature and header as `<file>.rpm.header`; refused for a package whose header signature or strong file digests are missing. `release`: the header in git, the RPM as an asset of the tag's release (needs `create-releases`). `none`.",
    help: "full: the RPM; header: its signed header; release: the header, and the RPM at the tag's release; none",
    commands: READ_BY.runs,
    values: ['full', 'header', 'release', 'none'],
  },
  'max-file-size': {
    default: '100 MiB',
    meaning:
      'Largest file of the source and largest package in git, such as `100 MiB`, `2 GiB` or a number of bytes; other hosts than GitHub take more. An archive that is unpacked is no file of the mirror.',
    help: 'largest file of the source and largest package in git: bytes, or 100 MiB, 2 GiB',
    commands: READ_BY.runs,
  },
  'release-notes': {
    default: '',
    meaning: 'URLs or paths of RST or Markdown notes, best first.',
    help: 'URLs or paths of RST or Markdown notes, best first',
    commands: READ_BY.runs,
    list: true,
  },
  title: {
    default: '',
    meaning:
      'Product name in commit subjects, such as `Neuron Driver`; the package name when empty.',
    help: 'product name in commit subjects (the package name)',
    commands: READ_BY.runs,
  },
  'tag-format': {
    default: '{version}',
    meaning: 'Name of the tags; fields `{name} {epoch} {version} {release} {arch}`.',
    help: 'fields {name} {epoch} {version} {release} {arch}',
    commands: READ_BY.modes,
  },
  author: {
    default: BOT,
    meaning: 'Author of the commits, as `Name <address>`.',
    help: 'author of commits',
    commands: READ_BY.publish,
  },
  committer: {
    default: BOT,
    meaning: 'Committer of the commits and tagger of the tags, as `Name <address>`.',
    help: 'committer of commits and tagger of tags',
    commands: READ_BY.publish,
  },
  'signing-key': {
    default: '',
    meaning: 'Secret: armored OpenPGP or OpenSSH private key; signs commits and tags.',
    help: 'armored OpenPGP or OpenSSH private key that signs commits and tags',
    commands: READ_BY.runs,
    secret: true,
  },
  'signing-key-passphrase': {
    default: '',
    meaning: 'Secret: passphrase of `signing-key`.',
    help: 'of the signing key',
    commands: READ_BY.runs,
    secret: true,
  },
} as const satisfies InputGroup;
