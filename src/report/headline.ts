// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import type { ReleaseRow, Report, RunResult } from './report.js';

/** Refused releases that a headline names. */
const MOST_NAMED = 3;

/** What is wrong with a package, in words that follow its name. */
const PHRASES: Readonly<Record<string, string>> = {
  NO_SIGNATURE: 'is not signed',
  NOT_COVERED: 'has a signature that does not cover its payload',
  UNKNOWN_KEY: 'is signed by a key that is not known here',
  BAD_SIGNATURE: 'has a bad signature',
  WEAK_ALGORITHM: 'is signed by weak means',
  KEY_EXPIRED: 'is signed by an expired key',
  KEY_REVOKED: 'is signed by a revoked key',
  PIN_MISMATCH: 'is signed by a key that is not pinned',
  DIGEST_MISMATCH: 'is not what its checksum says',
  SIZE_MISMATCH: 'has not the size that the index says',
  INDEX_MISMATCH: 'is another package than the index names',
  PRIMARY_INVALID: 'is listed in a way that cannot be followed',
  UNSAFE_PATH: 'holds an unsafe name',
  PAYLOAD_INVALID: 'has a payload that its header does not describe',
  LIMIT_EXCEEDED: 'is over a limit',
  SOURCE_PATH_NOT_FOUND: 'has no source where it was looked for',
  SOURCE_EMPTY: 'has no file where its source should be',
  FILE_TOO_LARGE: 'is too large for git',
  HTTP_STATUS: 'could not be downloaded',
  NOT_FOUND: 'is not on the server',
  TIMEOUT: 'could not be downloaded in time',
};

/** How the run ended, in a line of unescaped text. */
export function headline(result: RunResult): string {
  const { report, latestVersion } = result;
  const latest = latestVersion === '' ? '' : ` Latest version: ${latestVersion}.`;
  const named = isNamed(result);
  const shown = (['published', 'planned', 'failed', 'skipped', 'exists'] as const).filter(
    (status) => !named || (status !== 'published' && status !== 'failed'),
  );
  const parts = shown
    .map((status) => [status, countOf(report, status)] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${wordFor(status, result)}`);
  const waiting = report.releases.filter((row) => row.waiting === true).length;
  if (waiting > 0) parts.push(`${waiting} waiting for a decision (tag-format or skip)`);
  return `${outcomeOf(result)}${report.mode === 'verify' || parts.length === 0 ? '' : ` ${parts.join(', ')}.`}${latest}`;
}

function countOf({ releases }: Report, status: ReleaseRow['status']): number {
  return releases.filter((row) => row.status === status && row.waiting === undefined).length;
}

/** A publication that refused releases names them. */
function isNamed({ report, failed }: RunResult): boolean {
  return failed && report.mode === 'publish' && countOf(report, 'failed') > 0;
}

function outcomeOf(result: RunResult): string {
  const { report, failed, hasNew, isDryRun, isVerified } = result;
  if (report.mode === 'verify') {
    if (isVerified !== true) return 'Not verified, see the error.';
    return verdictOf(report);
  }
  if (failed && report.mode === 'check') return foreseen(report);
  if (isNamed(result)) return refused(report);
  if (failed) return failure(report);
  if (!hasNew) return 'Nothing new.';
  if (isWaiting(report)) return 'Nothing was published: a decision waits.';
  return isDryRun === true
    ? 'Dry run, nothing was pushed.'
    : report.mode === 'check'
      ? 'Checked, nothing was changed.'
      : 'Done.';
}

/** Nothing is new but what a person has to decide about. */
function isWaiting({ releases }: Report): boolean {
  const isIdle = ({ status }: ReleaseRow): boolean => status === 'skipped' || status === 'exists';
  return releases.some(({ waiting }) => waiting === true) && releases.every(isIdle);
}

/** What was proved and what was not, and what the mirror itself had to be asked for. */
function verdictOf(report: Report): string {
  const count = (proof: ReleaseRow['proof']): number =>
    report.releases.filter((row) => row.proof === proof).length;
  const foreign = report.foreign.filter((row) => 'ref' in row).length;
  const parts = [
    `${count('proved')} proved`,
    ...(['failed', 'unproved'] as const)
      .filter((proof) => count(proof) > 0)
      .map((proof) => `${count(proof)} ${proof}`),
    ...(foreign > 0 ? [`${foreign} foreign`] : []),
    report.findings.length === 0 ? 'no findings' : counted(report.findings.length, 'finding'),
    ...(report.accepted.length > 0 ? [`${report.accepted.length} accepted`] : []),
  ];
  const isPinned = report.anchors.some(({ why }) => why === 'pinned' || why === 'gpgkey');
  const keys = report.anchors.map(({ fingerprint }) => fingerprint).join(', ') || 'none';
  const claims = report.notPinned.filter((text) => !text.startsWith('key: '));
  return [
    `${counted(report.releases.length, 'release')}: ${parts.join(', ')}.`,
    ...(isPinned ? [] : [`Key not pinned: ${keys}.`]),
    ...(claims.length === 0 ? [] : [`Not pinned: ${claims.join('; ')}.`]),
  ].join(' ');
}

/** `3 published, 1 refused: rnp-0.9.0-1.el7 is not signed.` */
function refused(report: Report): string {
  const rows = report.releases.filter(({ status }) => status === 'failed');
  const names = rows
    .slice(0, MOST_NAMED)
    .map((row) => `${withoutArch(row.nevra)} ${phraseOf(row)}`);
  const rest = rows.length > MOST_NAMED ? `; and ${rows.length - MOST_NAMED} more` : '';
  return `${countOf(report, 'published')} published, ${rows.length} refused: ${names.join('; ')}${rest}.`;
}

function phraseOf({ error }: ReleaseRow): string {
  return PHRASES[error?.code ?? ''] ?? `is refused (${error?.code ?? 'see the report'})`;
}

function withoutArch(nevra: string): string {
  return nevra.replace(/\.[^.-]{1,40}$/, '');
}

/** A run that failed as a whole, by its first error. */
function failure({ errors: [first] }: Report): string {
  if (first === undefined) return 'Something was refused or failed.';
  const message = first.message.length > 160 ? `${first.message.slice(0, 160)}…` : first.message;
  return `Failed: ${first.code}: ${message.replace(/[.\s]{1,20}$/, '')}.`;
}

function foreseen({ releases, errors }: Report): string {
  const isNew = ({ status }: ReleaseRow): boolean => status === 'planned' || status === 'failed';
  const count = releases.filter(({ status }) => status === 'failed').length;
  return [
    ...(count === 0
      ? []
      : [
          `publish would refuse ${count} of ${counted(releases.filter(isNew).length, 'new release')}.`,
        ]),
    ...(errors.length === 0 ? [] : ['publish would fail, see the error.']),
  ].join(' ');
}

function wordFor(status: ReleaseRow['status'], { report, isDryRun }: RunResult): string {
  if (status === 'exists') return 'published earlier';
  if (status === 'failed') return report.mode === 'check' ? 'would be refused' : 'refused';
  return status === 'planned' && (isDryRun === true || report.mode === 'check')
    ? 'to be published'
    : status;
}
