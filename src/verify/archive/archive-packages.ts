// SPDX-License-Identifier: MIT
import type { TreeFile } from '../../git/objects/folders.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import type { Oid } from '../../git/store.js';
import { isReadByGit } from '../../mirror/layout.js';
import { EMPTY_BLOB } from '../../rebuild/content.js';
import type { Outcome } from '../../rebuild/outcome.js';
import { formOf } from '../../rebuild/texts.js';
import type { Shape } from '../claims.js';
import { type Finding, type Findings, orFinding, type Placed } from '../findings.js';
import { unreadParent } from '../scope.js';
import { isIndexName } from './archived-index.js';

/** All releases of the mirror, and what the whole of it knows of its archive. */
export interface Registry {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Releases that `versions` leaves out, by tag: known, and not proved. */
  readonly leftOut: ReadonlySet<string>;
  /** Who has which name under archive/rpm. */
  readonly owners: ReadonlyMap<string, Outcome>;
  /** Names of packages of recorded releases whose tag is gone: that is said of the tag. */
  readonly lostNames: ReadonlySet<string>;
  /** Paths under which the branch has had keys. */
  readonly keyPaths: ReadonlySet<string>;
  /** Names of notes that any commit of the branch has listed. */
  readonly notes: ReadonlySet<string>;
  /** Objects of the files that the predecessor left in its archive, as name and object. */
  readonly inherited: ReadonlySet<string>;
}

/** A commit whose archive is looked at. */
export interface ArchivePlace extends Placed {
  readonly root: Oid;
  readonly shape: Shape;
  /** The release whose commit it is; undefined for the end of a branch. */
  readonly own: Outcome | undefined;
  /** Root tree of the parent of a release's commit, whose archive must go on in it; undefined where it is not read. */
  readonly parent: Oid | undefined;
  /** True where only the commits of `tags` are read: other packages are none of its business. */
  readonly isSingle: boolean;
}

/** A release's commit of this tool, whose parent is read: it leaves the archive as it is, but for what a release brings. */
export function isOwnCommit({ own, parent }: ArchivePlace): boolean {
  return own !== undefined && parent !== undefined && formOf(own.item) === 'own';
}

/** May a release's commit have another one than its parent? What it has of the index is said apart. */
export function mayChange({ shape }: ArchivePlace, name: string, { keyPaths }: Registry): boolean {
  const { archive } = shape.directories;
  const isOurs = name === 'releases.json' || name === 'mirror.json' || isIndexName(name);
  return isOurs || keyPaths.has(`${archive}/${show(name)}`);
}

const PREDECESSORS_NOTES = /^release-notes.*\.rst(?:\.license)?$/;
/** The predecessor's form: in its own commits, and where this tool went on from them. */
export function isInherited(
  { own }: ArchivePlace,
  { name, entry, registry }: { name: string; entry: TreeFile; registry: Registry },
): boolean {
  const isForm = name === '.gitkeep' ? entry.oid === EMPTY_BLOB : PREDECESSORS_NOTES.test(name);
  const isOwn = own !== undefined && formOf(own.item) === 'predecessor';
  return isForm && (isOwn || registry.inherited.has(`${name} ${entry.oid}`));
}

/** The archive of the parent, empty where there is none to read; undefined, with a finding, where it cannot be read. @throws what is no MirrorError */
export async function entriesBefore(
  { ref, own, parent, shape }: ArchivePlace,
  { files, findings }: { readonly files: MirrorFiles; readonly findings: Findings },
): Promise<ReadonlyMap<string, TreeFile> | undefined> {
  if (own === undefined || parent === undefined) return new Map();
  const { value, fault } = await orFinding(
    async () => files.entries(parent, shape.directories.archive),
    unreadParent(own.item),
  );
  if (fault !== undefined) findings.add({ ref }, fault);
  return value && new Map(value);
}

/** Holds archive/rpm closed. */
export class PackageFolders {
  /** Folders that are accounted for. */
  private readonly good = new Set<string>();

  constructor(
    private readonly parts: {
      readonly files: MirrorFiles;
      readonly findings: Findings;
      readonly registry: Registry;
    },
  ) {}

  /** Every package and checksum is the one of the release that owns the name, and none that the parent has is gone. */
  async verify(
    place: ArchivePlace,
    entry: TreeFile | undefined,
    before: TreeFile | undefined,
  ): Promise<void> {
    const { files, findings } = this.parts;
    const folder = `${place.shape.directories.archive}/rpm`;
    if (entry?.mode !== '040000') return;
    const entries = await files.folder(entry.oid);
    if (!this.good.has(`rpm ${entry.oid}`)) {
      const count = findings.count;
      this.checkOwners(place, folder, entries);
      if (findings.count === count) this.good.add(`rpm ${entry.oid}`);
    }
    for (const [name, old] of await this.packagesBefore(place, before))
      if (!entries.has(name))
        findings.add(place, {
          kind: name.endsWith('.sha256') ? 'digest' : 'package',
          path: `${folder}/${show(name)}`,
          expected: old.oid,
          actual: 'missing',
        });
  }

  private async packagesBefore(
    { own, ref }: ArchivePlace,
    before: TreeFile | undefined,
  ): Promise<ReadonlyMap<string, TreeFile>> {
    if (own === undefined || before?.mode !== '040000') return new Map();
    const { files, findings } = this.parts;
    const { value, fault } = await orFinding(
      async () => files.folder(before.oid),
      unreadParent(own.item),
    );
    if (fault !== undefined) findings.add({ ref }, fault);
    return value ?? new Map();
  }

  private checkOwners(
    place: ArchivePlace,
    folder: string,
    entries: ReadonlyMap<string, TreeFile>,
  ): void {
    const { findings, registry } = this.parts;
    for (const [name, file] of entries) {
      const owner = registry.owners.get(name);
      const finding =
        owner === undefined
          ? this.unowned(place, name, file)
          : this.compare(place, { name, file, owner });
      if (finding !== undefined)
        findings.add(place, { ...finding, path: `${folder}/${show(name)}` });
    }
  }

  private unowned(
    place: ArchivePlace,
    name: string,
    { mode, oid }: TreeFile,
  ): Omit<Finding, 'path'> | undefined {
    if (this.parts.registry.lostNames.has(name) && !isReadByGit(Buffer.from(name, 'latin1')))
      return undefined;
    if (isInherited(place, { name, entry: { mode, oid }, registry: this.parts.registry }))
      return undefined;
    return { kind: 'extra', expected: 'nothing', actual: `${mode} ${oid}` };
  }

  /** A name is the release's as its own commit has it; what that has wrong is said there. */
  private compare(
    { own }: ArchivePlace,
    { name, file, owner }: { name: string; file: TreeFile; owner: Outcome },
  ): Omit<Finding, 'path'> | undefined {
    const expected = owner.own.get(name);
    if (file.mode === '100755') return { kind: 'mode', expected: '100644', actual: file.mode };
    if (own === owner || expected === undefined || expected.oid === file.oid) return undefined;
    const { findings } = this.parts;
    const isSaid =
      findings.has(owner.item, 'package') ||
      findings.has(owner.item, 'digest') ||
      this.parts.registry.leftOut.has(owner.item.tag);
    return isSaid
      ? undefined
      : {
          kind: name.endsWith('.sha256') ? 'digest' : 'package',
          expected: expected.oid,
          actual: file.oid,
        };
  }
}

export function show(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

export function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
