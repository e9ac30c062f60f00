// SPDX-License-Identifier: MIT
import type { PayloadPath } from '../mirror/source-path.js';
import type { IndexPackage } from '../repodata/model.js';
import { compareEvr } from '../rpm/evr.js';
import { proposeSource, type SourceProposal } from '../source/proposal.js';

/** One name in one architecture, with what speaks for it. */
export interface Candidate {
  readonly name: string;
  readonly arch: string;
  /** Other architectures of this name. */
  readonly otherArchs: readonly string[];
  readonly versions: number;
  readonly newest: IndexPackage;
  /** Bytes of all its packages. */
  readonly bytes: number;
  /** Undefined: its files are not known; null: they hold nothing that looks like source. */
  readonly source: SourceProposal | null | undefined;
}

/** The files of a package; undefined when they are not known. */
export type ListFiles = (found: IndexPackage) => readonly PayloadPath[] | undefined;

/** Names and architectures that may stand in an input as they are: nothing in them separates, matches or quotes. */
const PLAIN = /^[A-Za-z0-9_][\w.+~^-]*$/;
/** Names of packages that usually carry source. */
const SOURCE_NAME = /dkms|kmod|akmod|-src\b|-source\b/i;
/** What is made beside a package for debuggers. */
const DEBUG_NAME = /-debug(?:source|info)(?:-|$)/;

/** Whether a name may be proposed; an index can hold any text. */
export function isPlainName(text: string): boolean {
  return PLAIN.test(text);
}

/** The newest package of each name in each architecture. */
export function newestPackages(packages: readonly IndexPackage[]): IndexPackage[] {
  return [...Map.groupBy(packages, ({ nevra: { name, arch } }) => `${name}\0${arch}`).values()].map(
    newestOf,
  );
}

function newestOf(packages: readonly IndexPackage[]): IndexPackage {
  return packages.reduce((newest, other) =>
    compareEvr(newest.nevra, other.nevra) < 0 ? other : newest,
  );
}

/**
 * The package names, those that carry source first: a source folder in the payload, then source packages, then names that usually do, then by
 * number of versions. Each name comes once, in the architecture that speaks most for it.
 */
export function rankCandidates(
  packages: readonly IndexPackage[],
  listFiles: ListFiles,
): Candidate[] {
  const plain = packages.filter(({ nevra }) => isPlainName(nevra.name) && isPlainName(nevra.arch));
  const best = [...Map.groupBy(plain, ({ nevra }) => nevra.name).values()].flatMap((all) => {
    const archs = [...Map.groupBy(all, ({ nevra }) => nevra.arch)].map(([arch, ofArch]) =>
      describe(arch, ofArch, listFiles),
    );
    const [first, ...others] = archs.sort(compareCandidates);
    return first === undefined ? [] : [{ ...first, otherArchs: others.map(({ arch }) => arch) }];
  });
  return best.sort(compareCandidates);
}

/** Those that carry source, or may by their name, and were not chosen: a package may have had another name. */
export function otherSources({
  candidates,
  chosen,
}: {
  readonly candidates: readonly Candidate[];
  readonly chosen: readonly Candidate[];
}): Candidate[] {
  const names = new Set(chosen.map(({ name }) => name));
  return candidates.filter((candidate) => !names.has(candidate.name) && rank(candidate) <= 4);
}

function describe(
  arch: string,
  packages: readonly IndexPackage[],
  listFiles: ListFiles,
): Candidate {
  const newest = newestOf(packages);
  const files = listFiles(newest);
  return {
    name: newest.nevra.name,
    arch,
    otherArchs: [],
    versions: packages.length,
    newest,
    bytes: packages.reduce((sum, { size }) => sum + size, 0),
    source: files === undefined ? undefined : (proposeSource(files, newest.nevra.version) ?? null),
  };
}

function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    rank(a) - rank(b) ||
    b.versions - a.versions ||
    (a.name < b.name
      ? -1
      : a.name > b.name
        ? 1
        : archRank(a) - archRank(b) || (a.arch < b.arch ? -1 : 1))
  );
}

function rank({ name, arch, source }: Candidate): number {
  if (DEBUG_NAME.test(name)) return 9;
  const isNamed = SOURCE_NAME.test(name);
  if (arch === 'src') return 4;
  if (source === null) return 6;
  if (source === undefined) return isNamed ? 3 : 5;
  if (source.isScripts) return 5;
  return source.glob === 'usr/src/*' ? (isNamed ? 0 : 1) : 2;
}

function archRank({ arch }: Candidate): number {
  return arch === 'noarch' ? 0 : arch === 'x86_64' ? 1 : 2;
}
