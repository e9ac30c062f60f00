// SPDX-License-Identifier: MIT
import { type InputGroup, READ_BY } from './model.js';

/** Where the packages come from. */
export const SERVER = {
  baseurl: {
    default: '',
    meaning:
      'URL of the yum repository (the folder that holds `repodata/`); several are fallbacks for one another. http is allowed with a warning, loopback without.',
    help: 'URL of the yum repository (the folder that holds repodata/); several are fallbacks',
    commands: READ_BY.server,
    list: true,
  },
  mirrorlist: {
    default: '',
    meaning: 'URL of a mirror list, instead of `baseurl`.',
    help: 'URL of a list of base URLs, instead of --baseurl',
    commands: READ_BY.server,
  },
  metalink: {
    default: '',
    meaning: 'URL of a metalink, instead of `baseurl`.',
    help: 'URL of a metalink, instead of --baseurl',
    commands: READ_BY.server,
  },
  'repo-file': {
    default: '',
    meaning: "A vendor's `.repo` file (URL or path), instead of `baseurl` and `gpgkey`.",
    help: "a vendor's .repo file (URL or path), instead of --baseurl and --gpgkey",
    commands: READ_BY.server,
  },
  'repo-id': {
    default: '',
    meaning: 'The section of `repo-file` to use.',
    help: 'section of the .repo file',
    commands: READ_BY.server,
  },
  basearch: {
    default: 'x86_64',
    meaning: 'Value of `$basearch` in `repo-file`.',
    help: 'value of $basearch in a .repo file',
    commands: READ_BY.server,
  },
  releasever: {
    default: '',
    meaning: 'Value of `$releasever` in `repo-file`.',
    help: 'value of $releasever in a .repo file',
    commands: READ_BY.server,
  },
  'http-headers': {
    default: '',
    meaning: "Secret: extra `Name: value` lines for the yum server's origin only.",
    help: 'further `Name: value` lines for the yum server only',
    commands: READ_BY.server,
    secret: true,
  },
} as const satisfies InputGroup;

/** Which packages. */
export const SELECTION = {
  packages: {
    default: '',
    meaning:
      'Names or globs. All together are ONE history (so a renamed package stays one); several mirrors are several runs. For `verify`: the only names that releases of this mirror may have.',
    help: 'names or globs; together they are one history. verify: the only names that releases may have',
    commands: READ_BY.server,
    list: true,
  },
  arch: {
    default: 'noarch',
    meaning: 'Architectures to take; `src` takes source packages.',
    help: 'architectures to take; src takes source packages',
    commands: READ_BY.server,
    list: true,
  },
  versions: {
    default: '',
    several: true,
    meaning: 'Constraints on EVR in RPM order, all must hold: `>= 2.20, < 3, != 2.20.74.0`.',
    help: 'constraints in RPM order: ">= 2.20, < 3, != 2.20.74.0"',
    commands: READ_BY.modes,
  },
  skip: {
    default: '',
    meaning: 'Versions or NEVRAs to hold back; they are listed as `skipped`.',
    help: 'versions or NEVRAs to hold back',
    commands: READ_BY.runs,
    list: true,
  },
} as const satisfies InputGroup;

/** Trust. */
export const TRUST = {
  gpgkey: {
    default: '',
    several: true,
    meaning: 'Public keys: URLs, paths or armored text. Optional when the mirror archives one.',
    help: 'public keys: URLs or paths',
    commands: ['publish', 'check', 'verify', 'inspect', 'init'],
  },
  'gpg-fingerprints': {
    default: '',
    several: true,
    meaning:
      "The only primary-key fingerprints that are trusted (40 or 64 hex, several for rotation). Without: the primary fingerprints of the keys in the mirror's archive; with an empty archive, trust on first use with a warning that prints the fingerprint. A known key with new self-signatures or revocations is merged; another primary key is refused unless listed.",
    help: 'the only primary-key fingerprints that are trusted (as gpg prints them, or without spaces)',
    commands: READ_BY.modes,
  },
  'repo-gpgcheck': {
    default: 'auto',
    meaning:
      '`required`, `off`, or `auto`: checked where there is a `repomd.xml.asc`, and a repository signed at the last run may not become unsigned.',
    help: 'signature of repomd.xml: required, off, or auto (where there is one)',
    commands: ['publish', 'check', 'init'],
    values: ['auto', 'required', 'off'],
  },
  'allow-weak': {
    default: '',
    meaning: 'Algorithms to tolerate, such as `sha1` or `rsa1024`; each use is recorded.',
    help: 'algorithms to tolerate, such as sha1 or rsa1024',
    commands: ['publish', 'check', 'verify', 'inspect', 'init'],
    list: true,
  },
  'allow-rollback': {
    default: 'false',
    meaning: 'Accept an index older than the recorded one.',
    help: 'accept an index older than the recorded one',
    commands: READ_BY.runs,
    boolean: true,
  },
  'max-index-age': {
    default: '0',
    meaning: 'Days after which an unchanged index is a warning; 0 never.',
    help: 'days after which an unchanged index is a warning; 0 never',
    commands: READ_BY.runs,
  },
} as const satisfies InputGroup;
