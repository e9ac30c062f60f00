// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { MirrorError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { type PayloadPath, selectSource } from '../mirror/source-path.js';
import { latin1 } from '../text.js';

/** A value for `source-path`, and what it would take. */
export interface SourceProposal {
  readonly glob: string;
  /** Regular files and links in the folders that it matches. */
  readonly files: number;
  /** Nothing of it is compiled: programs in scripting languages are their own source, and nearly every package holds some script. */
  readonly isScripts?: true;
}

export const DEFAULT_SOURCE_PATH = 'usr/src/*';
/** Files that are compiled, and files that say how. */
const SOURCE_FILE =
  /(?:\.(?:c|h|cc|cpp|cxx|hh|hpp|hxx|inl|s|asm|rs|go|f|f90|java|kt|swift|m|mm|cu|cuh|v|sv|vhd|zig|ml|hs|ac|am|mk|cmake)|\/(?:Makefile|GNUmakefile|Kbuild|Kconfig|CMakeLists\.txt|meson\.build|dkms\.conf|configure|Cargo\.toml|go\.mod))$/i;
/** Programs that are run as they are. */
const SCRIPT_FILE = /\.(?:py|pl|pm|rb|js|mjs|ts|lua|php|tcl|r|jl)$/i;
/** Headers for other programs, documents and debug data are not the source of this one. */
const NOT_SOURCE =
  /^(?:usr\/(?:include|share\/(?:doc|man|info|licenses)|lib\/debug|src\/debug)|(?:usr\/)?(?:local\/)?s?bin|etc)\//;
/** A folder whose name means itself, in a glob and everywhere else. */
const PLAIN_FOLDER = /^[\w.+@~-]+(?:\/[\w.+@~-]+)+$/;

/**
 * Looks for the source in a list of files: in `usr/src/*`, else in the folder that holds most of what is compiled, else most of the scripts. A version in a folder's name becomes `*`,
 * so that the glob holds for the next release. Undefined when there is nothing of the kind, or no glob can say where.
 */
export function proposeSource(
  paths: readonly PayloadPath[],
  version: string,
): SourceProposal | undefined {
  const usual = tryGlob(paths, DEFAULT_SOURCE_PATH);
  if (usual !== undefined && !onlyDebug(paths)) return usual;
  const compiled = proposeFolder(paths, SOURCE_FILE, version);
  const scripts = compiled === undefined ? proposeFolder(paths, SCRIPT_FILE, version) : undefined;
  return compiled ?? (scripts && { ...scripts, isScripts: true });
}

function proposeFolder(
  paths: readonly PayloadPath[],
  kind: RegExp,
  version: string,
): SourceProposal | undefined {
  const files = paths.filter(({ isDirectory }) => !isDirectory).map(({ path }) => latin1(path));
  // No package with such a path could be published.
  if (files.some((path) => path.length > LIMITS.pathBytes)) return undefined;
  const sources = files.filter((path) => kind.test(path) && !NOT_SOURCE.test(path));
  const groups = [...Map.groupBy(sources, topFolder)]
    .filter(([folder]) => folder !== '')
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const [first] = groups;
  if (first === undefined) return undefined;
  const folder = sourceFolder(...first, files);
  return PLAIN_FOLDER.test(folder) ? tryGlob(paths, withoutVersion(folder, version)) : undefined;
}

function onlyDebug(paths: readonly PayloadPath[]): boolean {
  return paths
    .map(({ path }) => latin1(path))
    .every((path) => !/^usr\/src\/[^/]+\//.test(path) || path.startsWith('usr/src/debug/'));
}

/** How many files a glob takes; undefined when it takes none, or nothing that could be published. */
function tryGlob(paths: readonly PayloadPath[], glob: string): SourceProposal | undefined {
  try {
    const { map } = selectSource(paths, glob);
    const files = paths.filter(
      ({ path, isDirectory }) => !isDirectory && map(path) !== undefined,
    ).length;
    return files === 0 ? undefined : { glob, files };
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}

/** The folder of a program: `opt/x`, `usr/share/x`; empty for a file that lies higher. */
function topFolder(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const depth = folders[0] === 'opt' || folders[0] === 'srv' ? 2 : 3;
  return folders.length < 2 ? '' : folders.slice(0, depth).join('/');
}

/** The outermost folder `src` or `source` that holds all of them, else the folder where the program's files part ways. */
function sourceFolder(
  folder: string,
  sources: readonly string[],
  files: readonly string[],
): string {
  const named = /^.*?\/(?:src|sources?)(?=\/)/i.exec(
    required(sources[0], 'a source file').slice(folder.length),
  )?.[0];
  if (named !== undefined && sources.every((path) => path.startsWith(`${folder}${named}/`)))
    return folder + named;
  // What the first and the last of them share, all of them share.
  const inside = files.filter((path) => path.startsWith(`${folder}/`)).sort();
  const first = required(inside[0], 'a file of the program').split('/').slice(0, -1);
  const last = required(inside.at(-1), 'a file of the program').split('/');
  const parting = first.findIndex((segment, at) => segment !== last[at]);
  return first.slice(0, parting < 0 ? undefined : parting).join('/');
}

/**
 * A version that stands for itself becomes `*`, once in a segment and twice at most: the package chooses both the glob and the names that it is
 * tried on, and more stars could take for ever.
 */
function withoutVersion(folder: string, version: string): string {
  if (version === '') return folder;
  const whole = new RegExp(
    `(?<![0-9A-Za-z])(v?)${version.replace(/[^\w]/g, '\\$&')}(?![0-9A-Za-z])`,
  );
  const segments = folder.split('/');
  const versioned = segments
    .flatMap((segment, at) => (whole.test(segment) ? [at] : []))
    .slice(0, 2);
  return segments
    .map((segment, at) => (versioned.includes(at) ? segment.replace(whole, '$1*') : segment))
    .join('/');
}
