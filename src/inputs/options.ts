// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
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
import { type InputName, INPUTS } from './table.js';
import {
  boolean,
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
  splitList,
  withoutUserInfo,
} from './values.js';

export type Mode = 'publish' | 'check' | 'verify';

/** Where the yum repository is; exactly one way is given. */
export interface RepositorySource {
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
  readonly repoGpgcheck: 'auto' | 'required' | 'off';
  readonly allowWeak: ReadonlySet<string>;
  readonly allowRollback: boolean;
  readonly maxIndexAge: number;
  readonly sourcePath: string;
  readonly symlinks: 'keep' | 'refuse';
  readonly directories: {
    readonly source: string;
    readonly archive: string;
    readonly packaging: string;
  };
  readonly unpack: 'main' | 'all' | 'none';
  readonly archivePackages: 'full' | 'header' | 'none';
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
  readonly onContentChange: 'fail' | 'warn';
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
  const list = (name: InputName): string[] => splitList(text(name));
  const mode = oneOf('mode', text('mode'), ['publish', 'check', 'verify']);
  const options: Options = {
    mode,
    source: {
      baseUrls: list('baseurl').map((url) => checkUrl('baseurl', url)),
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
    repoGpgcheck: oneOf('repo-gpgcheck', text('repo-gpgcheck'), ['auto', 'required', 'off']),
    allowWeak: new Set(list('allow-weak').map((name) => name.toLowerCase())),
    allowRollback: boolean('allow-rollback', text('allow-rollback')),
    maxIndexAge: count('max-index-age', text('max-index-age'), 0),
    sourcePath: text('source-path'),
    symlinks: oneOf('symlinks', text('symlinks'), ['keep', 'refuse']),
    directories: {
      source: text('source-directory'),
      archive: text('archive-directory'),
      packaging: text('packaging-directory'),
    },
    unpack: oneOf('unpack', text('unpack'), ['main', 'all', 'none']),
    archivePackages: oneOf('archive-packages', text('archive-packages'), [
      'full',
      'header',
      'none',
    ]),
    releaseNotes: list('release-notes').map((url) => checkLocation('release-notes', url)),
    title: optional('title'),
    tagFormat: text('tag-format'),
    repository: text('repository') || environment.GITHUB_REPOSITORY || '',
    branch: optional('branch'),
    lineBranches: parseLineBranches(list('line-branches')),
    token: optional('token'),
    dryRun: boolean('dry-run', text('dry-run')),
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
    createReleases: boolean('create-releases', text('create-releases')),
    alarmIssue: boolean('alarm-issue', text('alarm-issue')),
    attest: boolean('attest', text('attest')),
    onContentChange: oneOf('on-content-change', text('on-content-change'), ['fail', 'warn']),
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
