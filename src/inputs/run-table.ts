// SPDX-License-Identifier: MIT
import { type InputGroup, READ_BY } from './model.js';

/** Where it is published. */
export const REMOTE = {
  repository: {
    default: '',
    meaning:
      '`owner/name` (on `GITHUB_SERVER_URL`), a git URL, or a path that begins with `/`, `.` or `file:`; this repository when empty.',
    help: 'owner/name, a git URL, or a path that begins with / . or file:',
    commands: READ_BY.modes,
  },
  branch: {
    default: '',
    meaning: "Branch of the mirror; when empty the remote's HEAD, else `main`.",
    help: "branch of the mirror (the remote's HEAD, else main)",
    commands: READ_BY.modes,
  },
  'line-branches': {
    default: '',
    meaning:
      '`pattern=branch` pairs: branches that follow a release line, such as `2.21.*=release/2.21`.',
    help: 'pattern=branch pairs, such as 2.21.*=release/2.21',
    commands: READ_BY.modes,
    list: true,
  },
  token: {
    default: '',
    meaning: 'Token for https remotes.',
    help: 'for https remotes',
    commands: READ_BY.modes,
    secret: true,
  },
  mirrors: {
    default: '',
    meaning: 'Further git remotes that receive the same branch and tags.',
    help: 'further git remotes that receive the same branch and tags',
    commands: READ_BY.runs,
    list: true,
  },
  'ssh-key': {
    default: '',
    meaning: 'Secret: private key for ssh remotes.',
    help: 'private key for ssh remotes',
    commands: READ_BY.modes,
    secret: true,
  },
  'ssh-known-hosts': {
    default: '',
    several: true,
    meaning:
      'Host keys of ssh remotes, as lines of a known_hosts file or the path of one; required for them.',
    help: 'host keys of ssh remotes: lines of a known_hosts file, or its path',
    commands: READ_BY.modes,
  },
  'create-releases': {
    default: 'false',
    meaning:
      'A GitHub Release per tag that this run published, or proved by the machinery of `verify`.',
    help: 'a GitHub Release per tag',
    commands: READ_BY.publish,
    boolean: true,
  },
  'alarm-issue': {
    default: 'false',
    meaning: 'One issue, opened, updated and closed by itself.',
    help: 'one issue, opened, updated and closed by itself',
    commands: READ_BY.publish,
    boolean: true,
  },
  attest: {
    default: 'false',
    meaning:
      "An attestation per release of this run: its in-toto statement, signed through Sigstore with the job's identity and stored in the repository. Needs `id-token: write` and `attestations: write`. The statement is written beside the report in any case.",
    help: 'sign a statement per release with the identity of the GitHub Actions job',
    commands: READ_BY.runs,
    boolean: true,
  },
} as const satisfies InputGroup;

/** How a run goes. */
export const RUN = {
  'dry-run': {
    default: 'false',
    meaning: 'Everything but the push.',
    help: 'everything but the push',
    commands: READ_BY.publish,
    boolean: true,
  },
  'max-releases': {
    default: '0',
    meaning: 'At most so many releases in this run, oldest first; 0 is no limit.',
    help: 'at most so many releases in this run; 0 is no limit',
    commands: READ_BY.runs,
  },
  'push-batch': {
    default: '3',
    meaning: 'Releases per atomic push.',
    help: 'releases per atomic push',
    commands: READ_BY.publish,
  },
  concurrency: {
    default: '4',
    meaning: 'Downloads at a time.',
    help: 'downloads at a time',
    commands: READ_BY.modes,
  },
  'on-refused': {
    default: 'stop',
    meaning:
      'After a refused release: `stop` leaves the later ones for a run in which it is mended or skipped; `continue` publishes them and exits 1.',
    help: 'after a refused release: stop, or continue with the later ones (exit status 1)',
    commands: READ_BY.runs,
    values: ['stop', 'continue'],
  },
  'on-content-change': {
    default: 'fail',
    meaning:
      '`fail`: nothing is pushed in this run, exit 1. `warn`: acknowledged, recorded, the run goes on.',
    help: 'a published package with other content: fail or warn',
    commands: READ_BY.runs,
    values: ['fail', 'warn'],
  },
} as const satisfies InputGroup;

/** What verify proves, and what it lets pass. */
export const PROOF = {
  tags: {
    default: '',
    meaning:
      '`verify`: names or globs of tags, or `HEAD` for the commit that is checked out in `repository` (a path); all when empty, no match is an error. Only these commits are read: no branch, no other ref, no history; so a shallow clone will do.',
    help: 'names or globs of tags, or HEAD for the commit that is checked out (all)',
    commands: READ_BY.verify,
    list: true,
  },
  'package-files': {
    default: '',
    meaning: '`verify`: a folder of RPMs to prove releases by whose packages are not in git.',
    help: 'a folder of RPMs to prove releases by whose packages are not in git',
    commands: READ_BY.verify,
  },
  against: {
    default: '',
    meaning: '`verify`: another mirror of the same packages to compare with.',
    help: 'another mirror of the same packages to compare with',
    commands: READ_BY.verify,
  },
  'allow-unproved': {
    default: 'false',
    meaning: '`verify`: releases whose package is nowhere to be had do not fail the run.',
    help: 'releases whose package is nowhere to be had do not fail the run',
    commands: READ_BY.verify,
    boolean: true,
  },
  'accept-findings': {
    default: '',
    meaning:
      '`verify`, and `create-releases` where it proves tags of earlier runs: `kind[:tag glob[:path glob]]`; such findings are listed apart and fail neither tag nor run (a mirror whose old tags lost their executable bits: `mode`). The tag glob is of the short name of a tag or branch. `content`, `package`, `signature` and `object` need tag and path. `%20`, `%2C`, `%3A` stand for what separates.',
    help: 'findings that fail nothing: kind, kind:TAG or kind:TAG:PATH, with globs',
    commands: READ_BY.proofs,
    list: true,
  },
} as const satisfies InputGroup;
