// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import type { FindingKind } from '../mirror/accepted-findings.js';
import type { FindingRow, Report } from './report.js';

/** What to do about each kind of finding (docs/troubleshooting.md has more). */
const FINDING_REMEDIES: Readonly<Record<FindingKind, string>> = {
  content: 'Find out who changed it (git log); restore it from the package.',
  mode: 'Tags of other tools lost executable bits: accept-findings: mode, once you know why.',
  missing: 'Restore it from the package.',
  extra: 'Remove it, or find out who put it there: the folder is the tool\u2019s alone.',
  package: 'Restore the archived package from another clone, or give it by package-files.',
  digest: 'Restore the file and its .sha256 from the history of the branch.',
  signature:
    'Compare the fingerprint with the publisher\u2019s; list every key that is right in gpg-fingerprints.',
  metadata:
    'Compare with the package (rpm -qpi); an input that contradicts mirror.json may itself be wrong.',
  tag: 'Find out who made or moved the tag; the mirror only ever adds tags.',
  branch:
    'Find out who pushed the branch; a branch of your own is accepted with accept-findings: branch:NAME.',
  object: 'Run git fsck --strict in a clone, and find out who pushed it.',
  checkout: 'Remove the file, or restore the checked-out one with git checkout.',
  unproved: 'Give the packages by baseurl or package-files, or accept this with allow-unproved.',
  'other-mirror': 'One of the two mirrors is wrong: compare both with the package.',
};

/** Findings that a person reads as one. */
export interface FindingGroup {
  readonly kind: FindingKind;
  readonly count: number;
  /** Short names of the refs. */
  readonly where: string;
  readonly paths: string;
  readonly expected: string;
  readonly actual: string;
}

/** So many names are shown of a list. */
const MOST_SHOWN = 3;
/** Kinds of which one mistake makes many rows that say the same. */
const ALIKE: ReadonlySet<FindingKind> = new Set(['mode', 'unproved']);

/** Findings as people read them: what differs in the same way everywhere, or in one path of many refs, or in many paths of one ref, is one row. */
export function groupFindings(rows: readonly FindingRow[]): FindingGroup[] {
  const byPath = Map.groupBy(rows, ({ kind, path }) => `${kind} ${path}`);
  const keyOf = (row: FindingRow): string => {
    if (ALIKE.has(row.kind)) return JSON.stringify([row.kind, row.expected, row.actual]);
    return (byPath.get(`${row.kind} ${row.path}`)?.length ?? 0) > 1
      ? JSON.stringify([row.kind, 'path', row.path])
      : JSON.stringify([row.kind, 'ref', row.ref]);
  };
  return [...Map.groupBy(rows, keyOf).values()].map((group) => {
    const first = required(group[0], 'a finding of the group');
    const isOne = (key: 'expected' | 'actual'): string =>
      group.every((row) => row[key] === first[key]) ? first[key] : 'each another';
    return {
      kind: first.kind,
      count: group.length,
      where: some(group.map(({ ref }) => shortRef(ref))),
      paths: some(group.map(({ path }) => path)),
      expected: isOne('expected'),
      actual: isOne('actual'),
    };
  });
}

/** A group in a line of unescaped text. */
export function groupLine({ kind, count, where, paths, expected, actual }: FindingGroup): string {
  const times = count > 1 ? ` (${count} times)` : '';
  return `${kind}${times}: ${where}: ${paths}: expected ${expected}, found ${actual}`;
}

/** The kinds among these, each with its remedy. */
export function kindRemedies(rows: readonly Pick<FindingRow, 'kind'>[]): string[] {
  return [...new Set(rows.map(({ kind }) => kind))].map(
    (kind) => `${kind}: ${FINDING_REMEDIES[kind]}`,
  );
}

/** What a run of `verify` says besides its findings. */
export function verifyNotes({ mode, accepted, residue, foreign }: Report): string[] {
  if (mode !== 'verify') return [];
  const refs = foreign.flatMap((row) => ('ref' in row ? [row.ref] : []));
  const paths = foreign.flatMap((row) => ('path' in row ? [row.path] : []));
  return [
    ...groupFindings(accepted).map((group) => `accepted: ${groupLine(group)}`),
    ...(refs.length > 0 ? [`foreign refs: ${refs.join(', ')}`] : []),
    ...(paths.length > 0 ? [`foreign files: ${paths.join(', ')}`] : []),
    ...(residue.length > 0 ? [`not covered by any proof: ${residue.join('; ')}`] : []),
  ];
}

/** The name of a ref as people say it. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(?:heads|tags|remotes\/origin)\//, '');
}

function some(items: readonly string[]): string {
  const all = [...new Set(items)];
  const rest = all.length - MOST_SHOWN;
  return `${all.slice(0, MOST_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
