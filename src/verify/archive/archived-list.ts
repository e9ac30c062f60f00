// SPDX-License-Identifier: MIT
import type { TreeFile } from '../../git/objects/folders.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import {
  formatReleases,
  parseReleases,
  type ReleaseRecord,
} from '../../mirror/records/releases.js';
import { checkRecord, formOf } from '../../rebuild/texts.js';
import { type Findings, orFinding } from '../findings.js';
import type { ArchivePlace, Registry } from './archive-packages.js';

export const LIST = 'releases.json';

/** Holds the lists of releases against what their packages give. */
export class ListVerifier {
  /** Lists, and lines of lists, that are right. */
  private readonly good = new Set<string>();

  constructor(
    private readonly parts: {
      readonly files: MirrorFiles;
      readonly findings: Findings;
      readonly registry: Registry;
    },
  ) {}

  /** Every line of releases.json is of a release that has its tag, and says what that release's package gives. */
  async verify(place: ArchivePlace, entry: TreeFile | undefined): Promise<void> {
    const { files, findings } = this.parts;
    const path = `${place.shape.directories.archive}/${LIST}`;
    if (entry?.mode.startsWith('100') !== true) return;
    const key = `list ${entry.oid}`;
    this.checkOwnLine(place, path);
    if (this.good.has(key)) return;
    const { value: list, fault } = await orFinding(
      async () => {
        const bytes = Buffer.from(await files.small(entry.oid));
        return { bytes, records: parseReleases(bytes) };
      },
      { kind: 'metadata', path, expected: 'a list of releases' },
    );
    if (list === undefined) {
      findings.add(place, fault);
      return;
    }
    const { bytes, records } = list;
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

  private checkOwnLine(place: ArchivePlace, path: string): void {
    const { own } = place;
    if (own === undefined || own.item.record !== undefined || formOf(own.item) !== 'own') return;
    this.parts.findings.add(
      place,
      own.item.listFault ?? {
        kind: 'metadata',
        path,
        expected: `a line for ${own.item.tag}`,
        actual: 'missing',
      },
    );
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
