// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
import { type AcceptedFinding, parseAcceptedFindings } from '../mirror/accepted-findings.js';
import {
  checkArchiveNames,
  checkDirectories,
  keyFileName,
  notesFileName,
} from '../mirror/layout.js';
import { type LineBranch, parseLineBranches } from '../mirror/lines.js';
import { validateSourcePath } from '../mirror/source-path.js';
import { validateTagFormat } from '../mirror/tag-names.js';
import { type HeaderLine, parseHeaderLines } from '../net/urls.js';
import { type Constraint, parseConstraints } from '../rpm/constraints.js';
import { type InputName, type InputNameOf, INPUTS, type InputValue } from './table.js';
import {
  boolean,
  checkBase,
  checkFolder,
  checkLocation,
  checkRefName,
  checkUrl,
  count,
  type Identity,
  type KeySource,
  oneOf,
  parseFingerprints,
  parseIdentity,
  parseKeys,
  parseSize,
  splitList,
  withoutUserInfo,
} from './values.js';

type Mode = InputValue<'mode'>;

/** Where the yum repository is; exactly one way is given. */
interface RepositorySource {
  readonly baseUrls: readonly string[];
  readonly mirrorlist: string | undefined;
  readonly metalink: string | undefined;
  readonly repoFile: string | undefined;
  readonly repoId: string | undefined;
  readonly basearch: string;
  readonly releasever: string | undefined;
}

/** All inputs, validated; the names are those of action.yml in camel case. */
export interface Options {
  readonly mode: Mode;
  readonly source: RepositorySource;
  readonly httpHeaders: readonly HeaderLine[];
  readonly packages: readonly string[];
  readonly arch: readonly string[];
  readonly versions: readonly Constraint[];
  readonly skip: readonly string[];
  readonly gpgkey: readonly KeySource[];
  readonly gpgFingerprints: ReadonlySet<string>;
  readonly repoGpgcheck: InputValue<'repo-gpgcheck'>;
  readonly allowWeak: ReadonlySet<string>;
  readonly allowRollback: boolean;
  readonly maxIndexAge: number;
  readonly sourcePath: string;
  readonly symlinks: InputValue<'symlinks'>;
  readonly directories: {
    readonly source: string;
    readonly archive: string;
    readonly packaging: string;
  };
  readonly unpack: InputValue<'unpack'>;
  readonly dotGit: InputValue<'dot-git'>;
  readonly archivePackages: InputValue<'archive-packages'>;
  /** Bytes. */
  readonly maxFileSize: number;
  readonly releaseNotes: readonly string[];
  readonly title: string | undefined;
  readonly tagFormat: string;
  readonly repository: string;
  readonly branch: string | undefined;
  readonly lineBranches: readonly LineBranch[];
  readonly token: string | undefined;
  readonly dryRun: boolean;
  readonly maxReleases: number;
  readonly pushBatch: number;
  readonly concurrency: number;
  readonly author: Identity;
  readonly committer: Identity;
  readonly signingKey: string | undefined;
  readonly signingKeyPassphrase: string | undefined;
  readonly mirrors: readonly string[];
  readonly sshKey: string | undefined;
  readonly sshKnownHosts: string | undefined;
  readonly createReleases: boolean;
  readonly alarmIssue: boolean;
  readonly attest: boolean;
  readonly onRefused: InputValue<'on-refused'>;
  readonly onContentChange: InputValue<'on-content-change'>;
  /** verify: names or globs of tags, or `HEAD`; empty means all. */
  readonly tags: readonly string[];
  /** verify: a folder of RPMs. */
  readonly packageFiles: string | undefined;
  /** verify: another mirror, written as `repository` is. */
  readonly against: string | undefined;
  readonly allowUnproved: boolean;
  readonly acceptFindings: readonly AcceptedFinding[];
  /** The inputs that somebody gave, as against those that have their default: what is not given, a mirror may say itself. */
  readonly given: ReadonlySet<InputName>;
}

/** Gives the raw text of an input; empty when it is absent. */
export type InputReader = (name: InputName) => string;

/**
 * Reads and validates every input; nothing is requested from any server.
 * @param read the raw texts; defaults are applied here.
 * @param environment `GITHUB_REPOSITORY` completes an absent `repository`.
 * @throws InputError INPUT_MISSING, INPUT_INVALID, INPUT_CONFLICT; the message names the input and what it takes.
 */
export function parseOptions(
  read: InputReader,
  environment: { readonly GITHUB_REPOSITORY?: string | undefined },
): Options {
  const text = (name: InputName): string => read(name).trim() || INPUTS[name].default;
  const optional = (name: InputName): string | undefined => text(name) || undefined;
  const list = (name: InputNameOf<'list'>): string[] => splitList(text(name));
  const flag = (name: InputNameOf<'boolean'>): boolean => boolean(name, text(name));
  const choice = <N extends InputNameOf<'values'>>(name: N): InputValue<N> =>
    oneOf<InputValue<N>>(name, text(name), INPUTS[name].values);
  const options: Options = {
    mode: choice('mode'),
    source: {
      baseUrls: list('baseurl').map((url) => checkBase(url, text('basearch'))),
      mirrorlist: optional('mirrorlist'),
      metalink: optional('metalink'),
      repoFile: optional('repo-file'),
      repoId: optional('repo-id'),
      basearch: text('basearch'),
      releasever: optional('releasever'),
    },
    httpHeaders: parseHeaderLines(read('http-headers')),
    packages: list('packages'),
    arch: list('arch'),
    versions: parseConstraints(text('versions')),
    skip: list('skip'),
    gpgkey: parseKeys(text('gpgkey')),
    gpgFingerprints: parseFingerprints(text('gpg-fingerprints')),
    repoGpgcheck: choice('repo-gpgcheck'),
    allowWeak: new Set(list('allow-weak').map((name) => name.toLowerCase())),
    allowRollback: flag('allow-rollback'),
    maxIndexAge: count('max-index-age', text('max-index-age'), 0),
    sourcePath: text('source-path'),
    symlinks: choice('symlinks'),
    directories: {
      source: text('source-directory'),
      archive: text('archive-directory'),
      packaging: text('packaging-directory'),
    },
    unpack: choice('unpack'),
    dotGit: choice('dot-git'),
    archivePackages: choice('archive-packages'),
    maxFileSize: parseSize('max-file-size', text('max-file-size')),
    releaseNotes: list('release-notes').map((url) => checkLocation('release-notes', url)),
    title: optional('title'),
    tagFormat: text('tag-format'),
    repository: text('repository') || environment.GITHUB_REPOSITORY || '',
    branch: optional('branch'),
    lineBranches: parseLineBranches(list('line-branches')),
    token: optional('token'),
    dryRun: flag('dry-run'),
    maxReleases: count('max-releases', text('max-releases'), 0),
    pushBatch: count('push-batch', text('push-batch'), 1),
    concurrency: count('concurrency', text('concurrency'), 1),
    author: parseIdentity('author', text('author')),
    committer: parseIdentity('committer', text('committer')),
    signingKey: optional('signing-key'),
    signingKeyPassphrase: optional('signing-key-passphrase'),
    mirrors: list('mirrors'),
    sshKey: optional('ssh-key'),
    sshKnownHosts: optional('ssh-known-hosts'),
    createReleases: flag('create-releases'),
    alarmIssue: flag('alarm-issue'),
    attest: flag('attest'),
    onRefused: choice('on-refused'),
    onContentChange: choice('on-content-change'),
    tags: list('tags'),
    packageFiles: optional('package-files'),
    against: optional('against'),
    allowUnproved: flag('allow-unproved'),
    acceptFindings: parseAcceptedFindings(list('accept-findings')),
    given: new Set((Object.keys(INPUTS) as InputName[]).filter((name) => read(name).trim() !== '')),
  };
  checkTogether(options);
  return options;
}

/** What one input alone cannot tell. */
function checkTogether(options: Options): void {
  validateTagFormat(options.tagFormat);
  validateSourcePath(options.sourcePath);
  checkArchiveNames([
    ...options.gpgkey.flatMap((key) =>
      key.kind === 'armored'
        ? []
        : [{ name: keyFileName(key.location), origin: `gpgkey ${withoutUserInfo(key.location)}` }],
    ),
    ...options.releaseNotes.map((location) => ({
      name: notesFileName(location),
      origin: `release-notes ${withoutUserInfo(location)}`,
    })),
  ]);
  checkDirectories(options.directories);
  if (options.repository === '') {
    throw new InputError(
      'INPUT_MISSING',
      'repository is not given, and GITHUB_REPOSITORY is not set',
      {
        remedy: 'Set repository to owner/name, a git URL, or a path such as ./mirror.git.',
      },
    );
  }
  if (options.branch !== undefined) checkRefName('branch', options.branch);
  for (const line of options.lineBranches) {
    checkRefName('line-branches', line.branch);
    if (line.branch === options.branch)
      throw new InputError(
        'INPUT_CONFLICT',
        `line-branches names ${line.branch}, which is the branch of the mirror`,
      );
  }
  if (options.packageFiles !== undefined) checkFolder('package-files', options.packageFiles);
  if (options.archivePackages === 'release' && options.mode !== 'verify' && !options.createReleases)
    throw new InputError(
      'INPUT_CONFLICT',
      "archive-packages: release puts the packages into the tags' releases, and create-releases is false",
      { remedy: 'Set create-releases: true, or archive-packages: full, header or none.' },
    );
  if (options.mode !== 'verify') checkSource(options);
}

function checkSource({ source, packages }: Options): void {
  const ways = [
    ['baseurl', source.baseUrls.length > 0],
    ['mirrorlist', source.mirrorlist !== undefined],
    ['metalink', source.metalink !== undefined],
    ['repo-file', source.repoFile !== undefined],
  ] as const;
  const given = ways.filter(([, isGiven]) => isGiven).map(([name]) => name);
  if (given.length === 0) {
    throw new InputError(
      'INPUT_MISSING',
      'none of baseurl, mirrorlist, metalink and repo-file is given',
      {
        remedy: 'Set baseurl to the URL of the folder that holds repodata/.',
      },
    );
  }
  if (given.length > 1)
    throw new InputError('INPUT_CONFLICT', `${given.join(' and ')} exclude one another`);
  if (source.repoId !== undefined && source.repoFile === undefined) {
    throw new InputError(
      'INPUT_CONFLICT',
      'repo-id names a section of repo-file, which is not given',
    );
  }
  for (const [name, url] of [
    ['mirrorlist', source.mirrorlist],
    ['metalink', source.metalink],
  ] as const)
    if (url !== undefined) checkUrl(name, url);
  if (source.repoFile !== undefined) checkLocation('repo-file', source.repoFile);
  if (packages.length === 0) {
    throw new InputError('INPUT_MISSING', 'packages is not given', {
      remedy: 'Set packages to the name (or a glob) of the packages to mirror.',
    });
  }
}
