// SPDX-License-Identifier: MIT
import type { TreeFile } from '../../git/objects/folders.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import { isReadByGit } from '../../mirror/layout.js';
import { formatNotesState, parseNotesState } from '../../mirror/records/notes-state.js';
import type { Anchors, ArchivedKeys, KeyFile } from '../../rebuild/keys.js';
import { formOf } from '../../rebuild/texts.js';
import { faultOf, type Finding, type Findings } from '../findings.js';
import {
  type ArchivePlace,
  entriesBefore,
  isInherited,
  isOwnCommit,
  latin1,
  mayChange,
  PackageFolders,
  type Registry,
  show,
} from './archive-packages.js';
import {
  findFile,
  INDEX_FILE,
  indexChanges,
  type IndexVerifier,
  isIndexName,
} from './archived-index.js';
import { LIST, ListVerifier } from './archived-list.js';

/** What the tool writes of itself. */
const OWN_FILES: ReadonlySet<string> = new Set([LIST, 'mirror.json', 'release-notes.json']);

/** Holds archives closed: whatever is in one is accounted for by a release, the index, a key, notes or the tool's own files. */
export class ArchiveVerifier {
  private readonly packages: PackageFolders;
  private readonly list: ListVerifier;

  constructor(
    private readonly parts: {
      readonly files: MirrorFiles;
      readonly findings: Findings;
      readonly keys: ArchivedKeys;
      readonly anchors: Pick<Anchors, 'fingerprints' | 'name'>;
      readonly index: IndexVerifier;
      readonly registry: Registry;
    },
  ) {
    this.packages = new PackageFolders(parts);
    this.list = new ListVerifier(parts);
  }

  /** Adds findings. @throws what is no MirrorError */
  async verify(place: ArchivePlace): Promise<void> {
    const { findings } = this.parts;
    const { archive } = place.shape.directories;
    try {
      findings.add(place, ...place.shape.faults);
      const before = await entriesBefore(place, this.parts);
      // With a parent that cannot be read nothing is compared.
      if (before === undefined)
        await this.verifyEntries({ ...place, parent: undefined }, new Map());
      else await this.verifyEntries(place, before);
    } catch (error) {
      findings.add(
        place,
        faultOf(error, { kind: 'content', path: `${archive}/`, expected: 'a readable folder' }),
      );
    }
  }

  private async verifyEntries(
    place: ArchivePlace,
    before: ReadonlyMap<string, TreeFile>,
  ): Promise<void> {
    const { files, findings } = this.parts;
    const { archive } = place.shape.directories;
    const entries = new Map(await files.entries(place.root, archive));
    const notes = await this.notesOf(place, entries);
    const keys = await this.parts.keys.of(place.root, archive);
    const unread = new Set(
      keys
        .filter(({ path, fault }) => fault !== undefined && !notes.has(nameOf(place, path)))
        .map(({ path }) => path),
    );
    for (const file of keys) this.checkKey(place, file, unread);
    for (const [name, entry] of entries) {
      const finding = this.checkEntry(place, { name, entry, entries, notes, unread, before });
      if (finding !== undefined)
        findings.add(place, { ...finding, path: `${archive}/${show(name)}` });
    }
    this.checkLost(place, entries, before);
    await this.verifyIndex(place, entries);
    await this.list.verify(place, entries.get(LIST), before.get(LIST));
    if (!place.isSingle) await this.packages.verify(place, entries.get('rpm'), before.get('rpm'));
    // What was found says better what is wrong with the index.
    if (isOwnCommit(place) && findings.of(place).failing === 0)
      findings.addAll(place, indexChanges(archive, entries, before));
  }

  /** Of a release that is proved the index was looked at with what it should list. */
  private async verifyIndex(
    { own, root, shape, ref }: ArchivePlace,
    entries: ReadonlyMap<string, TreeFile>,
  ): Promise<void> {
    if (own?.facts !== undefined) return;
    const isOurs = entries.has(LIST) && (own === undefined || formOf(own.item) === 'own');
    const { archive } = shape.directories;
    await this.parts.index.verify({ ref }, { root, archive, isOurs });
  }

  private checkEntry(
    place: ArchivePlace,
    {
      name,
      entry,
      entries,
      notes,
      unread,
      before,
    }: {
      name: string;
      entry: TreeFile;
      entries: ReadonlyMap<string, TreeFile>;
      notes: ReadonlySet<string>;
      unread: ReadonlySet<string>;
      before: ReadonlyMap<string, TreeFile>;
    },
  ): Omit<Finding, 'path'> | undefined {
    const extra = {
      kind: 'extra' as const,
      expected: 'nothing',
      actual: `${entry.mode} ${entry.oid}`,
    };
    if (name === 'rpm') return entry.mode === '040000' ? undefined : extra;
    if (isReadByGit(Buffer.from(name, 'latin1'))) return extra;
    if (!this.isAccounted(place, { name, entry, entries, notes, unread })) return extra;
    if (entry.mode === '100755') return { kind: 'mode', expected: '100644', actual: entry.mode };
    if (entry.mode !== '100644') return { ...extra, kind: 'content', expected: 'a file' };
    const old = before.get(name);
    return this.isFixed(place, { name, old, notes }) && old?.oid !== entry.oid
      ? { kind: 'content', expected: old?.oid ?? 'nothing', actual: entry.oid }
      : undefined;
  }

  /** A release's commit leaves all but package, list, claims and keys as they are. */
  private isFixed(
    place: ArchivePlace,
    { name, old, notes }: { name: string; old: TreeFile | undefined; notes: ReadonlySet<string> },
  ): boolean {
    return isOwnCommit(place)
      ? !mayChange(place, name, this.parts.registry)
      : notes.has(name) && old !== undefined;
  }

  private isAccounted(
    place: ArchivePlace,
    {
      name,
      entry,
      entries,
      notes,
      unread,
    }: {
      name: string;
      entry: TreeFile;
      entries: ReadonlyMap<string, TreeFile>;
      notes: ReadonlySet<string>;
      unread: ReadonlySet<string>;
    },
  ): boolean {
    if (OWN_FILES.has(name)) return true;
    if (name === 'repomd.xml.asc') return entries.has('repomd.xml');
    const index = name.replace(/\.sha256$/, '');
    if (INDEX_FILE.test(index)) {
      const [type = ''] = index.split('.');
      return type === 'repomd' || findFile(entries, type)?.[0] === index || !entries.has(index);
    }
    const path = `${place.shape.directories.archive}/${show(name)}`;
    const isKey = this.parts.registry.keyPaths.has(path) || unread.has(path);
    return (
      isKey || notes.has(name) || isInherited(place, { name, entry, registry: this.parts.registry })
    );
  }

  /** A key that is no anchor is one finding, however many commits have it; so is a file where a key should be, and one of which nobody can tell whether it is a key. */
  private checkKey(
    place: ArchivePlace,
    { path, oid, fingerprints, fault }: KeyFile,
    unread: ReadonlySet<string>,
  ): void {
    const { findings, anchors, registry } = this.parts;
    const strangers = fingerprints.filter((fingerprint) => !anchors.fingerprints.has(fingerprint));
    const isBroken = unread.has(path) || (fingerprints.length === 0 && registry.keyPaths.has(path));
    if (strangers.length === 0 && !isBroken) return;
    if (!findings.isNew(`key ${path} ${oid}`)) return;
    findings.add(place, {
      kind: 'signature',
      path,
      expected: fault === undefined ? anchors.name : 'a public key that can be read, or no file',
      actual: strangers.join(', ') || (fault ?? 'no key'),
    });
  }

  /** What the parent has, and a release's commit does not take away. */
  private checkLost(
    place: ArchivePlace,
    entries: ReadonlyMap<string, TreeFile>,
    before: ReadonlyMap<string, TreeFile>,
  ): void {
    const { findings, registry } = this.parts;
    const { archive } = place.shape.directories;
    for (const [name, { oid }] of before) {
      const path = `${archive}/${show(name)}`;
      if (entries.has(name) || isIndexName(name)) continue;
      const isKey = registry.keyPaths.has(path);
      const kind = isKey ? 'signature' : name.endsWith('.json') ? 'metadata' : 'missing';
      findings.add(place, { kind, path, expected: oid, actual: 'missing' });
    }
    if (place.own === undefined || formOf(place.own.item) === 'own')
      this.checkNeeded(place, entries);
  }

  /** Every commit of ours has a key, where there ever was one, and the list. */
  private checkNeeded(place: ArchivePlace, entries: ReadonlyMap<string, TreeFile>): void {
    const { findings, registry } = this.parts;
    const { archive } = place.shape.directories;
    const keys = [...registry.keyPaths].filter((path) => path.startsWith(`${archive}/`));
    const hasKey = keys.some((path) => entries.has(latin1(path.slice(archive.length + 1))));
    const [key] = keys;
    if (key !== undefined && !hasKey)
      findings.add(place, {
        kind: 'signature',
        path: key,
        expected: 'the key',
        actual: 'missing',
      });
    if (!entries.has(LIST) && !place.isSingle && this.needsList(place))
      findings.add(place, {
        kind: 'metadata',
        path: `${archive}/${LIST}`,
        expected: 'the list of releases',
        actual: 'missing',
      });
  }

  /** The end of a branch on which the predecessor made all releases has none, whoever committed last. */
  private needsList({ own }: ArchivePlace): boolean {
    const all = [...this.parts.registry.outcomes.values()];
    return own !== undefined || all.length === 0 || all.some(({ item }) => formOf(item) === 'own');
  }

  private async notesOf(
    place: ArchivePlace,
    entries: ReadonlyMap<string, TreeFile>,
  ): Promise<ReadonlySet<string>> {
    const { files, findings, registry } = this.parts;
    const entry = entries.get('release-notes.json');
    if (entry?.mode.startsWith('100') !== true) return registry.notes;
    const path = `${place.shape.directories.archive}/release-notes.json`;
    try {
      const bytes = await files.small(entry.oid);
      const states = parseNotesState(bytes);
      if (formatNotesState(states) !== Buffer.from(bytes).toString('utf8'))
        findings.add(place, {
          kind: 'metadata',
          path,
          expected: 'the form in which this tool writes it',
          actual: 'another one',
        });
      return new Set([...registry.notes, ...states.map(({ file }) => latin1(file))]);
    } catch (error) {
      findings.add(place, faultOf(error, { kind: 'metadata', path, expected: 'a list of notes' }));
      return registry.notes;
    }
  }
}

/** The name (latin1) of a file in the archive directory. */
function nameOf({ shape }: ArchivePlace, path: string): string {
  return latin1(path.slice(shape.directories.archive.length + 1));
}
