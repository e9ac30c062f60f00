// SPDX-License-Identifier: MIT
import type { TreeFile } from '../git/objects/folders.js';
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import type { Oid } from '../git/store.js';
import { isReadByGit } from '../mirror/layout.js';
import { formatNotesState, parseNotesState } from '../mirror/notes-state.js';
import { formatReleases, parseReleases, type ReleaseRecord } from '../mirror/releases.js';
import type { Anchors, ArchivedKeys, KeyFile } from '../rebuild/keys.js';
import { checkRecord, formOf } from '../rebuild/texts.js';
import {
  type ArchivePlace,
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
import { faultOf, type Finding, type Findings } from './findings.js';

const LIST = 'releases.json';

/** Holds archives closed: whatever is in one is accounted for by a release, the index, a key, notes or the tool's own files. */
export class ArchiveVerifier {
  /** Lines of lists that are right, and folders of packages that are accounted for. */
  private readonly good = new Set<string>();
  private readonly packages: PackageFolders;

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
  }

  /** Adds findings. @throws what is no MirrorError */
  async verify(place: ArchivePlace): Promise<void> {
    const { findings } = this.parts;
    const { archive } = place.shape.directories;
    try {
      findings.add(place, ...place.shape.faults);
      const entries = await this.entriesOf(place.root, archive);
      const before = await this.entriesOf(place.parent, archive);
      for (const file of await this.parts.keys.of(place.root, archive)) this.checkKey(place, file);
      const notes = await this.notesOf(place, entries);
      for (const [name, entry] of entries) {
        const finding = this.checkEntry(place, { name, entry, entries, notes, before });
        if (finding !== undefined)
          findings.add(place, { ...finding, path: `${archive}/${show(name)}` });
      }
      this.checkLost(place, entries, before);
      if (place.own?.facts === undefined) {
        const isOurs =
          entries.has(LIST) && (place.own === undefined || formOf(place.own.item) === 'own');
        await this.parts.index.verify(place, { root: place.root, archive, isOurs });
      }
      await this.checkList(place, entries.get(LIST));
      if (!place.isSingle) await this.packages.verify(place, entries.get('rpm'), before.get('rpm'));
      // What was found says better what is wrong with the index.
      if (isOwnCommit(place) && findings.of(place).failing === 0)
        findings.addAll(place, indexChanges(archive, entries, before));
    } catch (error) {
      findings.add(
        place,
        faultOf(error, { kind: 'content', path: `${archive}/`, expected: 'a readable folder' }),
      );
    }
  }

  private checkEntry(
    place: ArchivePlace,
    {
      name,
      entry,
      entries,
      notes,
      before,
    }: {
      name: string;
      entry: TreeFile;
      entries: ReadonlyMap<string, TreeFile>;
      notes: ReadonlySet<string>;
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
    if (!this.isAccounted(place, { name, entry, entries, notes })) return extra;
    if (entry.mode === '100755') return { kind: 'mode', expected: '100644', actual: entry.mode };
    if (entry.mode !== '100644') return { ...extra, kind: 'content', expected: 'a file' };
    const old = before.get(name);
    // A release's commit leaves all but package, list, claims and keys as they are.
    const isFixed = isOwnCommit(place)
      ? !mayChange(place, name, this.parts.registry)
      : notes.has(name) && old !== undefined;
    return isFixed && old?.oid !== entry.oid
      ? { kind: 'content', expected: old?.oid ?? 'nothing', actual: entry.oid }
      : undefined;
  }

  private isAccounted(
    place: ArchivePlace,
    {
      name,
      entry,
      entries,
      notes,
    }: {
      name: string;
      entry: TreeFile;
      entries: ReadonlyMap<string, TreeFile>;
      notes: ReadonlySet<string>;
    },
  ): boolean {
    if (name === LIST || name === 'mirror.json' || name === 'release-notes.json') return true;
    if (name === 'repomd.xml.asc') return entries.has('repomd.xml');
    const index = name.replace(/\.sha256$/, '');
    if (INDEX_FILE.test(index)) {
      const [type = ''] = index.split('.');
      return type === 'repomd' || findFile(entries, type)?.[0] === index || !entries.has(index);
    }
    const { archive } = place.shape.directories;
    if (this.parts.registry.keyPaths.has(`${archive}/${show(name)}`) || notes.has(name))
      return true;
    return isInherited(place, { name, entry, registry: this.parts.registry });
  }

  /** A key that is no anchor is one finding, however many commits have it; so is a file where a key should be. */
  private checkKey(place: ArchivePlace, { path, oid, fingerprints, fault }: KeyFile): void {
    const { findings, anchors, registry } = this.parts;
    const strangers = fingerprints.filter((fingerprint) => !anchors.fingerprints.has(fingerprint));
    const isBroken = fingerprints.length === 0 && registry.keyPaths.has(path);
    if (strangers.length === 0 && !isBroken) return;
    if (!findings.isNew(`key ${path} ${oid}`)) return;
    findings.add(place, {
      kind: 'signature',
      path,
      expected: anchors.name,
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
    const isOwnForm = place.own === undefined || formOf(place.own.item) === 'own';
    for (const name of before.keys()) {
      const path = `${archive}/${show(name)}`;
      if (entries.has(name) || isIndexName(name)) continue;
      const kind = registry.keyPaths.has(path)
        ? 'signature'
        : name.endsWith('.json')
          ? 'metadata'
          : 'missing';
      findings.add(place, { kind, path, expected: before.get(name)!.oid, actual: 'missing' });
    }
    const keys = [...registry.keyPaths].filter((path) => path.startsWith(`${archive}/`));
    const hasKey = keys.some((path) => entries.has(latin1(path.slice(archive.length + 1))));
    if (isOwnForm && keys.length > 0 && !hasKey)
      findings.add(place, {
        kind: 'signature',
        path: keys[0]!,
        expected: 'the key',
        actual: 'missing',
      });
    if (isOwnForm && !entries.has(LIST) && !place.isSingle)
      findings.add(place, {
        kind: 'metadata',
        path: `${archive}/${LIST}`,
        expected: 'the list of releases',
        actual: 'missing',
      });
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

  /** Every line of releases.json is of a release that has its tag, and says what that release's package gives. */
  private async checkList(place: ArchivePlace, entry: TreeFile | undefined): Promise<void> {
    const { files, findings } = this.parts;
    const path = `${place.shape.directories.archive}/${LIST}`;
    if (entry?.mode.startsWith('100') !== true) return;
    const { own } = place;
    const key = `list ${entry.oid}`;
    if (own !== undefined && own.item.record === undefined && formOf(own.item) === 'own')
      findings.add(
        place,
        own.item.listFault ?? {
          kind: 'metadata',
          path,
          expected: `a line for ${own.item.tag}`,
          actual: 'missing',
        },
      );
    if (this.good.has(key)) return;
    let bytes: Buffer;
    let records: readonly ReleaseRecord[];
    try {
      bytes = Buffer.from(await files.small(entry.oid));
      records = parseReleases(bytes);
    } catch (error) {
      findings.add(
        place,
        faultOf(error, { kind: 'metadata', path, expected: 'a list of releases' }),
      );
      return;
    }
    const before = findings.count;
    for (const record of records) this.checkLine(place, path, record);
    if (findings.count === before && formatReleases(records) !== bytes.toString('utf8'))
      findings.add(place, {
        kind: 'metadata',
        path,
        expected: 'the order and form in which this tool writes it',
        actual: 'another one',
      });
    if (findings.count === before) this.good.add(key);
  }

  private checkLine(place: ArchivePlace, path: string, record: ReleaseRecord): void {
    const { findings, registry } = this.parts;
    const line = `line ${JSON.stringify(record)}`;
    if (place.isSingle || registry.leftOut.has(record.tag) || this.good.has(line)) return;
    const outcome = registry.outcomes.get(record.tag);
    if (outcome === undefined) {
      const ref = `refs/tags/${record.tag}`;
      findings.add({ ref }, { kind: 'tag', path: ref, expected: record.nevra, actual: 'missing' });
      return;
    }
    const wrong =
      outcome.facts === undefined
        ? undefined
        : checkRecord({ item: outcome.item, ...outcome.facts }, record);
    if (wrong === undefined) this.good.add(line);
    else
      findings.add(place, {
        kind: 'metadata',
        path,
        expected: `${record.tag} ${wrong.expected}`,
        actual: wrong.actual,
      });
  }

  private async entriesOf(
    root: Oid | undefined,
    archive: string,
  ): Promise<ReadonlyMap<string, TreeFile>> {
    return new Map(root === undefined ? [] : await this.parts.files.entries(root, archive));
  }
}
