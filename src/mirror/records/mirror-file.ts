// SPDX-License-Identifier: MIT
import { GitError, InputError } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { checkDirectories, type Directories } from '../layout.js';
import type { LineBranch } from '../lines.js';
import { validateSourcePath } from '../source-path.js';
import { validateTagFormat } from '../tag-names.js';

const UNPACKS = ['main', 'all', 'none'] as const;
const DOT_GITS = ['refuse', 'drop'] as const;
const ARCHIVE_PACKAGES = ['full', 'header', 'release', 'none'] as const;

/** How a mirror is made: archive/mirror.json (interface, The mirror). A claim, for those who read the mirror. */
export interface MirrorFile {
  /** Names of packages that were selected and published. */
  readonly packages: readonly string[];
  readonly arch: readonly string[];
  /** As given; undefined where the package's name stands in. */
  readonly title: string | undefined;
  readonly tagFormats: readonly string[];
  readonly sourcePaths: readonly string[];
  readonly unpacks: readonly (typeof UNPACKS)[number][];
  readonly dotGit: (typeof DOT_GITS)[number];
  readonly directories: Directories;
  readonly archivePackages: (typeof ARCHIVE_PACKAGES)[number];
  readonly lineBranches: readonly LineBranch[];
}

/** What a run adds to it: the settings in use, and the names that it knows of. */
export interface MirrorUse extends Omit<MirrorFile, 'tagFormats' | 'sourcePaths' | 'unpacks'> {
  readonly tagFormat: string;
  readonly sourcePath: string;
  readonly unpack: MirrorFile['unpacks'][number];
}

/** The file after a run: lists of what was used keep every value in the order of first use, the rest is as it is now. */
export function extendMirrorFile(before: MirrorFile | undefined, use: MirrorUse): MirrorFile {
  const join = <T>(old: readonly T[] | undefined, now: readonly T[]): T[] => [
    ...new Set([...(old ?? []), ...now]),
  ];
  return {
    packages: join(before?.packages, use.packages.toSorted()),
    arch: join(before?.arch, use.arch),
    title: use.title,
    tagFormats: join(before?.tagFormats, [use.tagFormat]),
    sourcePaths: join(before?.sourcePaths, [use.sourcePath]),
    unpacks: join(before?.unpacks, [use.unpack]),
    dotGit: use.dotGit,
    directories: use.directories,
    archivePackages: use.archivePackages,
    lineBranches: use.lineBranches,
  };
}

/** Writes the file: two spaces, LF, the keys in their order. */
export function formatMirrorFile(file: MirrorFile): string {
  const { source, archive, packaging } = file.directories;
  const value = {
    schema: 1,
    packages: file.packages,
    arch: file.arch,
    title: file.title ?? null,
    tagFormats: file.tagFormats,
    sourcePaths: file.sourcePaths,
    unpacks: file.unpacks,
    dotGit: file.dotGit,
    directories: { source, archive, packaging },
    archivePackages: file.archivePackages,
    lineBranches: file.lineBranches.map(({ pattern, branch }) => ({ pattern, branch })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

const KEYS = [
  'schema',
  'packages',
  'arch',
  'title',
  'tagFormats',
  'sourcePaths',
  'unpacks',
  'dotGit',
  'directories',
  'archivePackages',
  'lineBranches',
] as const;

/**
 * Reads the file: just these keys, each of its form, under {@link LIMITS.mirrorFileBytes}.
 * @throws GitError MIRROR_INVALID
 */
export function parseMirrorFile(bytes: Uint8Array): MirrorFile {
  if (bytes.length > LIMITS.mirrorFileBytes)
    throw broken(`at most ${LIMITS.mirrorFileBytes} bytes`, `${bytes.length}`);
  const value = objectOf('the file', parseJson(bytes), KEYS);
  if (value.schema !== 1) throw broken('schema 1', show(value.schema));
  const file: MirrorFile = {
    packages: texts('packages', value.packages),
    arch: texts('arch', value.arch),
    title: value.title === null ? undefined : text('title', value.title),
    tagFormats: texts('tagFormats', value.tagFormats),
    sourcePaths: texts('sourcePaths', value.sourcePaths),
    unpacks: list('unpacks', value.unpacks).map((item) => oneOf('unpacks', item, UNPACKS)),
    dotGit: oneOf('dotGit', value.dotGit, DOT_GITS),
    directories: directoriesOf(value.directories),
    archivePackages: oneOf('archivePackages', value.archivePackages, ARCHIVE_PACKAGES),
    lineBranches: list('lineBranches', value.lineBranches).map(lineBranchOf),
  };
  asInput(() => {
    checkDirectories(file.directories);
    for (const format of file.tagFormats) validateTagFormat(format);
    for (const glob of file.sourcePaths) validateSourcePath(glob);
  });
  return file;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken('JSON in UTF-8', 'other text', cause);
  }
}

function objectOf<K extends string>(
  place: string,
  value: unknown,
  keys: readonly K[],
): Record<K, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(`${place} as an object`, show(value));
  const [missing] = keys.filter((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) throw broken(`${place} with ${missing}`, 'none');
  const known: readonly string[] = keys;
  const [strange] = Object.keys(value).filter((key) => !known.includes(key));
  if (strange !== undefined) throw broken(`${place} with ${keys.join(', ')}`, show(strange));
  return value as Record<K, unknown>;
}

function directoriesOf(value: unknown): Directories {
  const given = objectOf('directories', value, ['source', 'archive', 'packaging']);
  return {
    source: text('directories.source', given.source),
    archive: text('directories.archive', given.archive),
    packaging: text('directories.packaging', given.packaging),
  };
}

function lineBranchOf(value: unknown): LineBranch {
  const given = objectOf('lineBranches', value, ['pattern', 'branch']);
  return {
    pattern: text('lineBranches.pattern', given.pattern),
    branch: text('lineBranches.branch', given.branch),
  };
}

function list(key: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw broken(`${key} as a list`, show(value));
  if (value.length > LIMITS.mirrorFileItems)
    throw broken(`${key} with at most ${LIMITS.mirrorFileItems} items`, `${value.length}`);
  return value;
}

function texts(key: string, value: unknown): string[] {
  return list(key, value).map((item) => text(key, item));
}

function text(key: string, value: unknown): string {
  if (
    typeof value !== 'string' ||
    value === '' ||
    value.length > LIMITS.pathBytes ||
    !value.isWellFormed() ||
    /[\0-\x1f\x7f]/.test(value)
  )
    throw broken(`${key} as text without control characters`, show(value));
  return value;
}

function oneOf<const T extends string>(key: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw broken(`${key} as ${allowed.join(', ')}`, show(value));
  return found;
}

/** Rules that inputs have, too. */
function asInput(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw broken(error.expected ?? 'what inputs take', error.message, error);
  }
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}

function broken(expected: string, actual: string, cause?: unknown): GitError {
  return new GitError('MIRROR_INVALID', `mirror.json: expected ${expected}, found ${actual}`, {
    expected,
    actual,
    cause,
    remedy:
      "Restore archive/mirror.json from the branch's history, or delete it: a run that publishes writes it.",
  });
}
