// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import type { Outcome } from '../rebuild/outcome.js';
import type { Report, RunResult } from '../report/report.js';
import { describeNewest } from '../survey/newest.js';
import type { Proved } from './releases.js';
import type { Scope, World } from './world.js';

/** What holds for every run. */
const ALWAYS = [
  'names and addresses of authors and committers, and the times of commits and tags',
  'base URL, title, and the text of release notes',
  'the index, which nobody signed: revisions, checksums and classes that it gave',
];

/** Rows, residue, warnings and verdict: good needs a proved tag, none that failed, and none that is unproved. */
export function conclude(world: World, scope: Scope, { anchors, outcomes }: Proved): RunResult {
  const { options, ports, branch } = world;
  const { report, clock } = ports;
  for (const outcome of outcomes) judgeRow(outcome, world);
  listFailed(report, scope, outcomes);
  listResidue(world);
  listNotPinned(world, { anchors, outcomes });
  const proved = outcomes.filter(({ row }) => row.proof === 'proved');
  report.newest = describeNewest(
    proved.map(({ item: { tag }, nevra, row }) => ({
      tag,
      nevra,
      date: row.package?.signature.created,
    })),
    clock.now(),
  );
  const isFailed = report.releases.some(
    ({ proof, accepted = 0 }) =>
      proof === 'failed' || (proof === 'unproved' && !options.allowUnproved && accepted === 0),
  );
  return {
    report,
    hasNew: false,
    newVersions: [],
    latestVersion: report.newest?.version ?? '',
    commit: branch?.tip ?? '',
    failed: report.findings.length > 0 || isFailed || proved.length === 0,
    isVerified: true,
  };
}

function judgeRow({ item, row, isSigned, isUnproved }: Outcome, { findings }: World): void {
  const { failing, accepted } = findings.of(item);
  const onlyUnproved = isUnproved && failing <= (findings.has(item, 'unproved') ? 1 : 0);
  // What only has accepted findings fails nothing; it is not called proved for that.
  const isTolerated = !isSigned && failing === 0 && accepted > 0;
  row.proof =
    onlyUnproved || isTolerated ? 'unproved' : isSigned && failing === 0 ? 'proved' : 'failed';
  row.accepted = accepted;
  row.reason = remark(row.proof, { failing, accepted });
}

/** Rows that no package stands for, and releases that have no tag. */
function listFailed(report: Report, scope: Scope, outcomes: readonly Outcome[]): void {
  const listed = new Set(outcomes.map(({ row }) => row));
  for (const row of report.releases)
    if (!listed.has(row)) {
      row.proof = 'failed';
      row.reason = '1 finding';
    }
  for (const { tag, nevra } of scope.lost)
    report.releases.push({
      nevra,
      version: '',
      tag,
      status: 'exists',
      proof: 'failed',
      accepted: 0,
      reason: 'no tag',
    });
}

function listResidue({ findings, branch, ports: { report } }: World): void {
  for (const text of ALWAYS) findings.residue(text);
  if (report.foreign.length > 0) findings.residue('foreign files and refs');
  if (branch === undefined)
    findings.residue(
      'the Files block of commits whose parent is not read, other packages in the archive, and tags that are lightweight in this clone',
    );
}

function listNotPinned(
  { ports: { report, logger }, claims }: World,
  { anchors, outcomes }: Pick<Proved, 'anchors' | 'outcomes'>,
): void {
  report.notPinned.push(
    ...claims.notPinned(
      new Set(outcomes.filter(({ isSigned }) => isSigned).map(({ nevra }) => nevra.name)),
    ),
  );
  if (!anchors.isPinned) {
    const keys = [...anchors.fingerprints].join(', ') || 'none';
    report.notPinned.unshift(`key: ${keys}`);
    logger.warning(
      `the key is not pinned: the mirror itself says that it is ${keys}; compare it with what the publisher says, and set gpg-fingerprints`,
    );
  }
}

function remark(
  proof: string,
  { failing, accepted }: { failing: number; accepted: number },
): string {
  const tolerated = accepted > 0 ? `, ${accepted} accepted` : '';
  if (failing > 0 && proof !== 'unproved') return `${counted(failing, 'finding')}${tolerated}`;
  return `${proof === 'proved' ? 'proved' : proof === 'unproved' ? 'unproved' : 'not signed by a trusted key'}${tolerated}`;
}
