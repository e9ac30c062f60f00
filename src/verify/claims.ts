// SPDX-License-Identifier: MIT
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { InputName } from '../inputs/table.js';
import type { Directories } from '../mirror/layout.js';
import type { LineBranch } from '../mirror/lines.js';
import {
  formatMirrorFile,
  type MirrorFile,
  parseMirrorFile,
} from '../mirror/records/mirror-file.js';
import { createSelector } from '../mirror/selection.js';
import { faultOf, type Finding, orFinding } from './findings.js';

/** How a commit of the mirror is to be read: what the inputs say, else what its mirror.json claims, else the defaults. */
export interface Shape {
  readonly directories: Directories;
  /** Best first; any of them may have been the one of a release. */
  readonly sourcePaths: readonly string[];
  readonly unpacks: readonly Options['unpack'][];
  readonly dotGit: readonly Options['dotGit'][];
  readonly tagFormats: readonly string[];
  readonly lineBranches: readonly LineBranch[];
  /** Whether the mirror says that it archives packages; undefined when it does not say. */
  readonly archivePackages: Options['archivePackages'] | undefined;
  /** May a release have this name? */
  readonly takesName: (name: string) => boolean;
  readonly takesSources: boolean;
  /** What mirror.json has wrong, by its path. */
  readonly faults: readonly Finding[];
  readonly claim: MirrorFile | undefined;
}

const NAME = 'mirror.json';
/** Of a fault that is told of elsewhere. */
export const NOWHERE = { kind: 'metadata' as const, path: '', expected: '' };
/** Folders that are looked into for a mirror.json that is not where the inputs say. */
const MOST_FOLDERS = 500;

/** Reads how each commit says that it was made. Nothing of it is believed where an input says otherwise. */
export class Claims {
  private readonly shapes = new Map<string, Shape>();
  private readonly used = new Map<string, Set<string>>();
  private readonly paths = new Map<Oid, string | undefined>();

  constructor(
    private readonly files: MirrorFiles,
    private readonly options: Options,
  ) {}

  /** The shape of a commit by its root tree; one without mirror.json has that of `fallback`. @throws GitError MIRROR_INVALID */
  async of(root: Oid, fallback?: Shape): Promise<Shape> {
    const path = await this.find(root);
    const entry = path === undefined ? undefined : await this.files.find(root, path);
    if (path === undefined || entry === undefined)
      return fallback ?? this.remember('', () => shapeOf(this.options, undefined, []));
    const key = `${path} ${entry.mode} ${entry.oid}`;
    const known = this.shapes.get(key);
    if (known !== undefined) return known;
    const { claim, faults } = await this.read(path, entry.oid);
    return this.remember(key, () => shapeOf(this.options, claim, faults));
  }

  /** Claims that were used and that no input or default confirms, as text. */
  notPinned(names: Iterable<string>): string[] {
    const { options } = this;
    if (!options.given.has('packages') && !options.given.has('package-files'))
      for (const name of names) this.use('packages', name);
    return [...this.used].map(([what, values]) => `${what}: ${[...values].join(', ')}`);
  }

  private remember(key: string, make: () => Shape): Shape {
    const shape = this.shapes.get(key) ?? make();
    this.shapes.set(key, shape);
    if (shape.claim !== undefined) this.noteUses(shape.claim);
    return shape;
  }

  /** What differs from inputs and defaults is used, and nobody confirmed it. */
  private noteUses(claim: MirrorFile): void {
    const { options } = this;
    for (const value of claim.tagFormats)
      if (value !== options.tagFormat) this.use('tag-format', value);
    for (const value of claim.sourcePaths)
      if (value !== options.sourcePath) this.use('source-path', value);
    for (const value of claim.unpacks) if (value !== options.unpack) this.use('unpack', value);
    for (const place of ['source', 'archive', 'packaging'] as const)
      if (claim.directories[place] !== options.directories[place])
        this.use(`${place}-directory`, claim.directories[place]);
    if (!options.given.has('line-branches'))
      for (const { pattern, branch } of claim.lineBranches)
        this.use('line-branches', `${pattern}=${branch}`);
  }

  private use(what: string, value: string): void {
    const values = this.used.get(what) ?? new Set();
    this.used.set(what, values.add(value));
  }

  private async read(
    path: string,
    oid: Oid,
  ): Promise<{ claim: MirrorFile | undefined; faults: Finding[] }> {
    try {
      const bytes = await this.files.small(oid);
      const claim = parseMirrorFile(bytes);
      const faults = contradictions(this.options, claim).map(([expected, actual]): Finding => ({
        kind: 'metadata',
        path,
        expected,
        actual,
      }));
      const isOurs = Buffer.from(bytes).equals(Buffer.from(formatMirrorFile(claim)));
      const form: Finding = {
        kind: 'metadata',
        path,
        expected: 'the form in which this tool writes it',
        actual: 'another one',
      };
      return { claim, faults: isOurs ? faults : [...faults, form] };
    } catch (error) {
      const fault = faultOf(error, { kind: 'metadata', path, expected: 'how the mirror is made' });
      return { claim: undefined, faults: [fault] };
    }
  }

  /** Path of mirror.json: in the archive directory, else in a folder that it itself says is the archive. */
  private async find(root: Oid): Promise<string | undefined> {
    const { archive } = this.options.directories;
    const path = `${archive}/${NAME}`;
    if ((await this.files.find(root, path)) !== undefined) return path;
    if (this.options.given.has('archive-directory')) return undefined;
    if ((await this.files.find(root, archive)) !== undefined) return undefined;
    if (!this.paths.has(root)) this.paths.set(root, await this.search(root));
    return this.paths.get(root);
  }

  private async search(root: Oid): Promise<string | undefined> {
    let budget = MOST_FOLDERS;
    const queue: { oid: Oid; path: string }[] = [{ oid: root, path: '' }];
    for (const { oid, path } of queue) {
      if (budget === 0) break;
      budget -= 1;
      const { value: folder } = await orFinding(async () => this.files.folder(oid), NOWHERE);
      for (const [name, entry] of folder ?? []) {
        const inner = `${path}${Buffer.from(name, 'latin1').toString('utf8')}`;
        if (name === NAME && path !== '' && (await this.isArchive(entry.oid, path.slice(0, -1))))
          return inner;
        if (entry.mode === '040000' && path.split('/').length < 4)
          queue.push({ oid: entry.oid, path: `${inner}/` });
      }
    }
    return undefined;
  }

  private async isArchive(oid: Oid, folder: string): Promise<boolean> {
    try {
      return parseMirrorFile(await this.files.small(oid)).directories.archive === folder;
    } catch {
      return false;
    }
  }
}

function shapeOf(
  options: Options,
  claim: MirrorFile | undefined,
  faults: readonly Finding[],
): Shape {
  const isGiven = (name: InputName): boolean => options.given.has(name);
  const place = (key: keyof Directories): string =>
    claim === undefined || isGiven(`${key}-directory`)
      ? options.directories[key]
      : claim.directories[key];
  return {
    directories: {
      source: place('source'),
      archive: place('archive'),
      packaging: place('packaging'),
    },
    sourcePaths: merged(isGiven('source-path'), options.sourcePath, claim?.sourcePaths),
    unpacks: merged(isGiven('unpack'), options.unpack, claim?.unpacks),
    dotGit: merged(isGiven('dot-git'), options.dotGit, claim && [claim.dotGit]),
    tagFormats: merged(isGiven('tag-format'), options.tagFormat, claim?.tagFormats),
    lineBranches: lineBranchesOf(options, claim),
    archivePackages: isGiven('archive-packages') ? options.archivePackages : claim?.archivePackages,
    takesName: nameTest(isGiven('packages') ? options.packages : claim?.packages),
    takesSources: claim?.arch.includes('src') ?? options.arch.includes('src'),
    faults,
    claim,
  };
}

function lineBranchesOf(options: Options, claim: MirrorFile | undefined): Shape['lineBranches'] {
  return claim === undefined || options.given.has('line-branches')
    ? options.lineBranches
    : claim.lineBranches;
}

/** Where nobody says which packages the mirror has, it takes any. */
function nameTest(packages: readonly string[] | undefined): Shape['takesName'] {
  if (packages === undefined) return () => true;
  const selects = createSelector({ packages, arch: ['noarch'] });
  return (name) => selects({ name, arch: 'noarch' });
}

/** The input first where it is given; what the mirror claims, the latest first; without a claim the default. */
function merged<T>(isGiven: boolean, value: T, claimed: readonly T[] | undefined): T[] {
  const others = claimed === undefined ? [value] : claimed.toReversed();
  return [...new Set(isGiven ? [value, ...others] : others)];
}

/** What an input says and mirror.json does not: expected and actual. */
function contradictions(options: Options, claim: MirrorFile): [string, string][] {
  const isGiven = (name: InputName): boolean => options.given.has(name);
  const found: [string, string][] = [];
  const one = <T extends string>(name: InputName, value: T, claimed: readonly T[]): void => {
    if (isGiven(name) && !claimed.includes(value))
      found.push([`${name} ${value}`, `${name} ${claimed.join(', ') || 'none'}`]);
  };
  one('tag-format', options.tagFormat, claim.tagFormats);
  one('source-path', options.sourcePath, claim.sourcePaths);
  one('unpack', options.unpack, claim.unpacks);
  one('dot-git', options.dotGit, [claim.dotGit]);
  one('archive-packages', options.archivePackages, [claim.archivePackages]);
  for (const key of ['source', 'archive', 'packaging'] as const)
    one(`${key}-directory`, options.directories[key], [claim.directories[key]]);
  if (options.title !== undefined) one('title', options.title, [claim.title ?? '']);
  if (isGiven('packages')) {
    const selects = createSelector({ packages: options.packages, arch: ['noarch'] });
    const stranger = claim.packages.find(
      (name) =>
        !/[*?[{]/.test(name) &&
        !options.packages.includes(name) &&
        !selects({ name, arch: 'noarch' }),
    );
    if (stranger !== undefined)
      found.push([`packages ${options.packages.join(', ')}`, `packages ${stranger}`]);
  }
  if (isGiven('line-branches')) {
    const text = (lines: readonly LineBranch[]): string =>
      lines
        .map(({ pattern, branch }) => `${pattern}=${branch}`)
        .toSorted()
        .join(', ');
    if (text(options.lineBranches) !== text(claim.lineBranches))
      found.push([
        `line-branches ${text(options.lineBranches)}`,
        `line-branches ${text(claim.lineBranches) || 'none'}`,
      ]);
  }
  return found;
}
