// SPDX-License-Identifier: MIT
import type { TreeFile } from '../../git/objects/folders.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import type { Oid } from '../../git/store.js';
import {
  formatReleases,
  parseReleases,
  type ReleaseRecord,
} from '../../mirror/records/releases.js';
import { checkFirstRecord, checkRecord, formOf } from '../../rebuild/texts.js';
import { type Findings, orFinding } from '../findings.js';
import { type ArchivePlace, isOwnCommit, type Registry } from './archive-packages.js';
import { lineChanges } from './list-changes.js';

export const LIST = 'releases.json';
/** So many lists are remembered: the parent's of a release is the one of the release before, most often. */
const MOST_LISTS = 4;

interface List {
  readonly records: readonly ReleaseRecord[];
  /** In the order and form in which this tool writes it. */
  readonly isOurs: boolean;
}

/** Holds the lists of releases against what their packages give. */
export class ListVerifier {
  /** Lists, and lines of lists, that are right. */
  private readonly good = new Set<string>();
  private readonly recent = new Map<Oid, Promise<List>>();

  constructor(
    private readonly parts: {
      readonly files: MirrorFiles;
      readonly findings: Findings;
      readonly registry: Registry;
    },
  ) {}

  /**
   * Every line of releases.json is of a release that has its tag, and says what that release's package gives.
   * A release's commit adds its own line to its parent's list, and leaves all others as they are.
   */
  async verify(
    place: ArchivePlace,
    entry: TreeFile | undefined,
    before: TreeFile | undefined,
  ): Promise<void> {
    const { findings } = this.parts;
    const path = `${place.shape.directories.archive}/${LIST}`;
    if (entry?.mode.startsWith('100') !== true) return;
    this.checkOwnLine(place, path);
    const isKnown = this.good.has(entry.oid);
    if (isKnown && place.own === undefined) return;
    const { value: list, fault } = await orFinding(async () => this.read(entry.oid), {
      kind: 'metadata',
      path,
      expected: 'a list of releases',
    });
    if (list === undefined) {
      findings.isNew(`unread ${entry.oid}`);
      findings.add(place, fault);
      return;
    }
    if (!isKnown) this.checkLines(place, { path, oid: entry.oid, list });
    await this.checkChanges(place, { path, list, before });
  }

  private read(oid: Oid): Promise<List> {
    const known = this.recent.get(oid) ?? this.parse(oid);
    this.recent.delete(oid);
    this.recent.set(oid, known);
    const [oldest] = this.recent.keys();
    if (this.recent.size > MOST_LISTS && oldest !== undefined) this.recent.delete(oldest);
    return known;
  }

  private async parse(oid: Oid): Promise<List> {
    const bytes = Buffer.from(await this.parts.files.small(oid));
    const records = parseReleases(bytes);
    return { records, isOurs: formatReleases(records) === bytes.toString('utf8') };
  }

  private checkLines(
    place: ArchivePlace,
    { path, oid, list }: { path: string; oid: Oid; list: List },
  ): void {
    const { findings } = this.parts;
    const before = findings.count;
    for (const record of list.records) this.checkLine(place, path, record);
    if (findings.count === before && !list.isOurs)
      findings.add(place, {
        kind: 'metadata',
        path,
        expected: 'the order and form in which this tool writes it',
        actual: 'another one',
      });
    if (findings.count === before) this.good.add(oid);
  }

  /** What a release's commit has of other releases is what its parent has: no later commit makes good what a tag says. */
  private async checkChanges(
    place: ArchivePlace,
    { path, list, before }: { path: string; list: List; before: TreeFile | undefined },
  ): Promise<void> {
    const { own, isSingle } = place;
    // A backport that is older than all stands on nothing.
    const isFirst = !isSingle && own?.item.parents.length === 0 && formOf(own.item) === 'own';
    if (own === undefined || !(isFirst || isOwnCommit(place))) return;
    const wanted = { kind: 'metadata' as const, path, expected: 'the list of its parent' };
    const { value: old, fault } = await orFinding(
      async () => (before === undefined ? [] : (await this.read(before.oid)).records),
      wanted,
    );
    const { findings } = this.parts;
    if (old !== undefined) {
      const changes = lineChanges(old, list.records, own.item.tag);
      findings.addAll(
        place,
        changes.map((change) => ({ ...wanted, ...change })),
      );
    } else if (findings.isNew(`unread ${before?.oid ?? ''}`)) findings.add(place, fault);
    // The release whose list it is has the finding.
    else
      findings.residue('what a release changed in the list, where that of its parent is a finding');
  }

  private checkOwnLine(place: ArchivePlace, path: string): void {
    const { own } = place;
    if (own === undefined || formOf(own.item) !== 'own') return;
    const { tag, record, listFault, message } = own.item;
    const { findings } = this.parts;
    if (record === undefined)
      findings.add(
        place,
        listFault ?? { kind: 'metadata', path, expected: `a line for ${tag}`, actual: 'missing' },
      );
    // A HEAD that is no release's commit has what became of the release since.
    else if (message !== undefined)
      for (const { expected, actual } of checkFirstRecord(record))
        findings.add(place, { kind: 'metadata', path, expected: `${tag} ${expected}`, actual });
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
}
