// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { RepodataError } from '../errors.js';
import type { IndexPackage } from '../repodata/model.js';
import { mergeEntries } from '../repodata/package-entry.js';
import { type Constraint, satisfies } from '../rpm/constraints.js';
import { compareEvr, formatNevra } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import { nevraKey, tryParseNevra } from './nevra.js';
import type { ReleaseRecord } from './records/releases.js';
import { formatTagName, TAG_FIELDS } from './tag-names.js';

/** What the inputs say about which releases are wanted. */
export interface PlanOptions {
  /** All must hold. */
  readonly versions: readonly Constraint[];
  /** Versions, EVRs or NEVRAs to hold back. */
  readonly skip: readonly string[];
  readonly tagFormat: string;
  /** New releases of this run at most; 0 is no limit. */
  readonly maxReleases: number;
}

/**
 * `new`: to be published now. `beyond-limit`: new, but for a later run, or in the place of one that is refused. `exists`: tagged.
 * `skipped`: held back, `reason` says why. `waiting`: a further release of a published version; a person has to decide.
 */
type PlanStatus = 'new' | 'beyond-limit' | 'exists' | 'skipped' | 'waiting';

export interface PlannedRelease {
  readonly nevra: Nevra;
  readonly tag: string;
  readonly indexPackage: IndexPackage;
  readonly status: PlanStatus;
  readonly reason?: string;
}

/** What a run is going to do; nothing has been downloaded but the index. */
export interface Plan {
  /** The releases that the index lists and `versions` allows, in EVR order. */
  readonly releases: readonly PlannedRelease[];
  readonly warnings: readonly string[];
}

export interface PlanRequest {
  readonly candidates: readonly IndexPackage[];
  /** Names of all tags of the remote. */
  readonly remoteTags: { has(name: string): boolean };
  readonly recorded: readonly ReleaseRecord[];
  readonly options: PlanOptions;
}

/**
 * Decides what becomes of each release of the index (interface, Tags). All candidates are one history, whatever their names.
 * What the index itself
 * speaks against stays `new`, is refused when its turn comes, and neither takes a tag from others nor counts for the limit.
 * @throws RepodataError TAG_COLLISION when packages of two names would share a new tag
 */
export function planReleases({ candidates, remoteTags, recorded, options }: PlanRequest): Plan {
  const byNevra = new Map(recorded.map((record) => [nevraKey(record.nevra), record]));
  const tagOwners = new Map(recorded.map((record) => [record.tag, record.nevra]));
  const wanted = sortPackages(dropRepeated(candidates)).filter(({ nevra }) =>
    satisfies(nevra, options.versions),
  );
  const rows = wanted.map((indexPackage): PlannedRelease => {
    const { nevra } = indexPackage;
    const record = byNevra.get(nevraKey(formatNevra(nevra)));
    const row = {
      nevra,
      tag: record?.tag ?? formatTagName(options.tagFormat, nevra),
      indexPackage,
    };
    if (record !== undefined) return { ...row, status: 'exists' };
    const entry = options.skip.find((item) => namesRelease(item, nevra));
    return entry === undefined
      ? { ...row, status: 'new' }
      : { ...row, status: 'skipped', reason: `held back by skip: ${entry}` };
  });
  const shared = Map.groupBy(
    rows.filter((row) => row.status !== 'exists' && !isRefused(row)),
    ({ tag }) => tag,
  );
  const decided = new Map<PlannedRelease, PlannedRelease>();
  for (const [tag, group] of shared) {
    for (const [row, decision] of shareTag(group, {
      owner: tagOwners.get(tag),
      exists: remoteTags.has(tag),
      tagFormat: options.tagFormat,
    }))
      decided.set(row, decision);
  }
  const releases = limitNew(
    rows.map((row) => decided.get(row) ?? row),
    options.maxReleases,
  );
  const refused = skippedWarnings(
    [...decided.values()].filter(({ status }) => status === 'skipped' || status === 'waiting'),
  );
  const lost = releases.filter(({ status, tag }) => status === 'exists' && !remoteTags.has(tag));
  return {
    releases,
    warnings: [
      ...refused,
      ...lost.map(
        ({ nevra, tag }) =>
          `${formatNevra(nevra)} is recorded as published, but the remote has no tag ${tag}`,
      ),
    ],
  };
}

/** Releases that one tag-format would separate from others are one warning: all architectures of a package are. */
const MOST_NAMES = 5;

function skippedWarnings(rows: readonly PlannedRelease[]): string[] {
  const reasonOf = ({ reason }: PlannedRelease): string =>
    required(reason, 'the reason of a release that is passed over');
  const remedyOf = (row: PlannedRelease): string => /;[^;]*$/.exec(reasonOf(row))?.[0] ?? '';
  return [...Map.groupBy(rows, remedyOf)].flatMap(([remedy, group]) => {
    if (group.length < 3 || remedy === '')
      return group.map(
        (row) =>
          `${formatNevra(row.nevra)} ${row.status === 'waiting' ? 'waits for a decision' : 'is skipped'}: ${reasonOf(row)}`,
      );
    const names = group.slice(0, MOST_NAMES).map(({ nevra }) => formatNevra(nevra));
    const rest = group.length > MOST_NAMES ? ` and ${group.length - MOST_NAMES} more` : '';
    return [
      `${group.length} releases ${group.some(({ status }) => status === 'waiting') ? 'wait for a decision or are skipped' : 'are skipped'}, since others have their tags: ${names.join(', ')}${rest}${remedy}`,
    ];
  });
}

/** Decides among the releases of one tag that have no entry of their own, lowest EVR first: at most one of them gets or has the tag. What `skip` holds back takes part only where the tag exists. */
function shareTag(
  group: readonly PlannedRelease[],
  { owner, exists, tagFormat }: { owner: string | undefined; exists: boolean; tagFormat: string },
): [PlannedRelease, PlannedRelease][] {
  const wanted = group.filter(({ status }) => status === 'new');
  const refuse = (
    row: PlannedRelease,
    holder: string,
    rival: Nevra | undefined,
    status: 'skipped' | 'waiting' = 'skipped',
  ): [PlannedRelease, PlannedRelease] => {
    const remedy =
      rival === undefined
        ? ''
        : `; tag-format ${separatingFormat(tagFormat, row.nevra, rival)} would separate them`;
    return [row, { ...row, status, reason: `tag ${row.tag} ${holder}${remedy}` }];
  };
  if (owner !== undefined)
    return wanted.map((row) => {
      const published = tryParseNevra(owner);
      // A rebuild of what is published is new, and nobody said what to do with it; its elders and twins were passed over before.
      const isNewer = published !== undefined && compareEvr(row.nevra, published) > 0;
      return refuse(row, `is that of ${owner}`, published, isNewer ? 'waiting' : 'skipped');
    });
  if (exists) {
    const first = required(wanted[0] ?? group[0], 'a release of this tag');
    const { nevra, tag, indexPackage } = first;
    const others = wanted
      .slice(1)
      .map((row) =>
        refuse(
          row,
          `stands for ${formatNevra(nevra)}`,
          nevra,
          compareEvr(row.nevra, nevra) > 0 ? 'waiting' : 'skipped',
        ),
      );
    return [[first, { nevra, tag, indexPackage, status: 'exists' }], ...others];
  }
  refuseOtherNames(wanted, tagFormat);
  const last = wanted.at(-1);
  return last === undefined
    ? []
    : wanted
        .slice(0, -1)
        .map((row) => refuse(row, `goes to ${formatNevra(last.nevra)}`, last.nevra));
}

function refuseOtherNames(group: readonly PlannedRelease[], tagFormat: string): void {
  const [first] = group;
  const other = group.find(({ nevra }) => nevra.name !== first?.nevra.name);
  if (first === undefined || other === undefined) return;
  throw new RepodataError(
    'TAG_COLLISION',
    `expected one package name for tag ${first.tag}, found ${formatNevra(first.nevra)} and ${formatNevra(other.nevra)}`,
    {
      expected: first.nevra.name,
      actual: other.nevra.name,
      remedy: `Set tag-format to ${separatingFormat(tagFormat, first.nevra, other.nevra)}, or narrow packages, or hold one of them back with skip.`,
    },
  );
}

/** The format with the first field added that tells the two releases apart. */
function separatingFormat(format: string, a: Nevra, b: Nevra): string {
  const value = (nevra: Nevra, field: (typeof TAG_FIELDS)[number]): string =>
    String(field === 'epoch' ? (nevra.epoch ?? 0) : nevra[field]);
  const field = TAG_FIELDS.find((name) => value(a, name) !== value(b, name)) ?? 'release';
  if (field === 'name' || field === 'epoch') return `{${field}}-${format}`;
  return `${format}${field === 'arch' ? '.' : '-'}{${field}}`;
}

function limitNew(rows: readonly PlannedRelease[], most: number): PlannedRelease[] {
  let left = most === 0 ? Number.POSITIVE_INFINITY : most;
  return rows.map((row) => {
    if (row.status !== 'new' || isRefused(row)) return row;
    left -= 1;
    return left >= 0 ? row : { ...row, status: 'beyond-limit', reason: `max-releases is ${most}` };
  });
}

/** createrepo writes epoch 0 where others write none; both are one NEVRA. */
function dropRepeated(packages: readonly IndexPackage[]): IndexPackage[] {
  const seen = new Map<string, IndexPackage>();
  for (const candidate of packages) {
    const key = nevraKey(formatNevra(candidate.nevra));
    const other = seen.get(key);
    seen.set(key, other === undefined ? candidate : mergeEntries(other, candidate));
  }
  return [...seen.values()];
}

/** Whether the index itself speaks against the release. */
function isRefused({ indexPackage }: PlannedRelease): boolean {
  return indexPackage.refused !== undefined;
}

function sortPackages(packages: readonly IndexPackage[]): IndexPackage[] {
  const text = ({ nevra }: IndexPackage): Buffer => Buffer.from(formatNevra(nevra));
  return packages.toSorted(
    (a, b) => compareEvr(a.nevra, b.nevra) || Buffer.compare(text(a), text(b)),
  );
}

/** True when an entry of `skip` is this release's version, EVR (with or without epoch) or NEVRA (with or without arch). */
export function namesRelease(
  entry: string,
  { name, epoch, version, release, arch }: Nevra,
): boolean {
  const evr = `${version}-${release}`;
  const evrs = [evr, `${epoch ?? 0}:${evr}`];
  return (
    entry === version ||
    evrs.some(
      (text) =>
        entry === text || entry === `${name}-${text}` || entry === `${name}-${text}.${arch}`,
    )
  );
}
