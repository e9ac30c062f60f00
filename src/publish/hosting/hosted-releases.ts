// SPDX-License-Identifier: MIT
import { describeError, MirrorError } from '../../errors.js';
import type { Oid, RemoteRefs } from '../../git/store.js';
import type { HostedRelease, PublishedRelease, ReleaseHost } from '../../github/port.js';
import type { Options } from '../../inputs/options.js';
import type { Logger } from '../../log.js';
import { tryParseNevra } from '../../mirror/nevra.js';
import type { ReleaseRecord } from '../../mirror/records/releases.js';
import type { Ports } from '../../ports.js';
import { plain } from '../../report/escape.js';
import type { ReleaseRow, RunResult } from '../../report/report.js';
import { compareEvr } from '../../rpm/evr.js';
import {
  type Archive,
  commitOfTag,
  describeAssets,
  isOnlyAsset,
  missingAssets,
  readArchive,
  wasPromised,
} from './hosted-assets.js';
import { LackingPackage, type PackageSupply } from './package-supply.js';
import type { ReleaseProofs } from './proofs.js';

/** Failures in a row after which the rest is left to the next run: a host that is down fails each after a wait. */
const PATIENCE = 3;

interface Place {
  readonly options: Options;
  readonly ports: Ports;
  readonly refs: RemoteRefs;
  /** Brings packages that only the host is to have; undefined where git has what there is. */
  readonly supply: PackageSupply | undefined;
  /** Brings what a release is proved by. */
  readonly packages: PackageSupply;
  readonly proofs: ReleaseProofs;
}

/**
 * Gives every tag of the mirror its release on the host, oldest first: what this run published, and what earlier runs left out or half done.
 * What fails is an error of the run and holds no other release up; the next run makes up for it. What cannot be proved, or the host will never take, is a warning.
 */
export async function hostReleases(
  host: ReleaseHost,
  result: RunResult,
  place: Place,
): Promise<void> {
  const { supply } = place;
  const archive = await readArchive(result.commit, place);
  const records = archive.records.filter(({ tag }) => place.refs.tags.has(tag));
  const newest = records.toSorted(byEvr).at(-1);
  const published = await host.listPublished();
  const lacking = records.filter(
    (record) => missingAssets({ record, archive, supply }, published.get(record.tag)).length > 0,
  );
  const sealed = lacking.filter(({ tag }) => published.get(tag)?.isImmutable === true);
  warnOfSealed(sealed, { archive, published, place });
  const wanted = lacking.filter((record) => !sealed.includes(record));
  const rows = result.report.releases;
  const done = await publishInTurn(wanted, host, {
    place,
    isAsset: (record) => isOnlyAsset({ record, archive, supply }),
    describe: (record) =>
      describeRelease(record, { archive, place, rows, isLatest: record === newest }),
  });
  const { warning } = place.proofs;
  if (warning !== undefined) place.ports.logger.warning(warning);
  if (done < wanted.length && !place.ports.signal.aborted)
    place.ports.logger.warning(
      `${records.length - wanted.length + done} of ${records.length} releases are on the host; the next runs make the other ${wanted.length - done}`,
    );
}

interface Turn {
  readonly place: Place;
  readonly describe: (record: ReleaseRecord) => Promise<HostedRelease>;
  /** Is its package to be nowhere but among the release's files? */
  readonly isAsset: (record: ReleaseRecord) => boolean;
}

/** How many releases are dealt with, when the host's limits or a failure that all would share ended it. */
async function publishInTurn(
  wanted: readonly ReleaseRecord[],
  host: ReleaseHost,
  turn: Turn,
): Promise<number> {
  const { logger, report, signal } = turn.place.ports;
  const headersOnly: string[] = [];
  let failuresInARow = 0;
  for (const [at, record] of wanted.entries()) {
    if (signal.aborted || host.isSpent) return at;
    try {
      const count = `${at + 1} of ${wanted.length}`;
      if (await publishOne(record, host, { ...turn, count })) failuresInARow = 0;
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      if (await isHeaderOnly(error, record, turn.place)) {
        headersOnly.push(record.tag);
        continue;
      }
      report.errors.push(describeError(error));
      // A package that is nowhere says nothing about the host, and nothing of the others.
      if (error instanceof LackingPackage) continue;
      failuresInARow += 1;
      if (error.code === 'AUTH' || host.isSpent || failuresInARow >= PATIENCE) return at;
    } finally {
      await turn.place.packages.done(record);
    }
  }
  warnOfHeaders(headersOnly, logger);
  return wanted.length;
}

function warnOfHeaders(tags: readonly string[], logger: Logger): void {
  if (tags.length > 0)
    logger.warning(
      `releases of which only headers were archived (archive-packages: header) keep that, since the yum server has their packages no more: ${tags.join(', ')}`,
    );
}

/** False for a release that is not proved; the host is not asked then. @throws MirrorError */
async function publishOne(
  record: ReleaseRecord,
  host: ReleaseHost,
  { place, describe, isAsset, count }: Turn & { readonly count: string },
): Promise<boolean> {
  const { logger, report } = place.ports;
  if (!(await place.proofs.has(record, { isAsset: isAsset(record) }))) return false;
  const { impossible } = await host.publish(await describe(record));
  if (impossible === undefined) {
    logger.info(`[${count}] release ${record.tag} is published`);
    const row = report.releases.find(({ tag }) => tag === record.tag);
    if (row !== undefined) row.isReleased = true;
  } else
    logger.warning(
      `tag ${record.tag} can have no complete release on the host any more: ${impossible}. GitHub keeps the name of a deleted immutable release for good; skip does not help, and nothing else waits for it.`,
    );
  return true;
}

/** Is it the lack of a package that no run promised to keep? */
async function isHeaderOnly(error: unknown, record: ReleaseRecord, place: Place): Promise<boolean> {
  return error instanceof LackingPackage && !(await wasPromised(record, place));
}

/** Each run sees them again, so that all of them are one line. */
function warnOfSealed(
  sealed: readonly ReleaseRecord[],
  {
    archive,
    published,
    place,
  }: {
    readonly archive: Archive;
    readonly published: ReadonlyMap<string, PublishedRelease>;
    readonly place: Place;
  },
): void {
  const [first] = sealed;
  if (first === undefined) return;
  const { supply } = place;
  const files = missingAssets({ record: first, archive, supply }, published.get(first.tag));
  const isLost = sealed.some(
    (record) =>
      isOnlyAsset({ record, archive, supply }) &&
      missingAssets({ record, archive, supply }, published.get(record.tag)).includes(record.file),
  );
  const others = sealed.length === 1 ? '' : `, and ${sealed.length - 1} further releases`;
  place.ports.logger.warning(
    `the release ${first.tag} is immutable and lacks ${files.join(', ')}${others}: the host lets nothing be added. ${isLost ? 'A package that is in no release is archived nowhere: keep a copy, and verify with package-files.' : 'What the tags hold is complete.'}`,
  );
}

function byEvr(a: ReleaseRecord, b: ReleaseRecord): number {
  const [left, right] = [tryParseNevra(a.nevra), tryParseNevra(b.nevra)];
  return left === undefined || right === undefined ? 0 : compareEvr(left, right);
}

interface Describing {
  readonly archive: Archive;
  readonly place: Place;
  readonly rows: readonly ReleaseRow[];
  readonly isLatest: boolean;
}

async function describeRelease(
  record: ReleaseRecord,
  { archive, place, rows, isLatest }: Describing,
): Promise<HostedRelease> {
  const { store } = place.ports;
  const commit = commitOfTag(place.refs, record.tag);
  const row = rows.find(({ tag }) => tag === record.tag);
  if (row?.status !== 'published') await store.fetchCommit(`refs/tags/${record.tag}`);
  const { message } = await store.readCommit(commit);
  const subject = message.split('\n', 1)[0] ?? '';
  return {
    tag: record.tag,
    name: subject.replace(/^feat: /u, '').slice(0, 200) || record.tag,
    body: formatBody(record, commit, message),
    isLatest,
    assets: describeAssets({ record, commit, row, archive, ...place }),
  };
}

const NOTES_BEGIN = '\nRelease Notes\n-------------\n';
const NOTES_END = '\n-------------\n';

/** What stands in the first block of release notes of a message (interface, Release commit). */
function notesIn(message: string): string | undefined {
  const text = `${message}\n`;
  const start = text.indexOf(NOTES_BEGIN) + NOTES_BEGIN.length;
  const end = start < NOTES_BEGIN.length ? -1 : text.indexOf(NOTES_END, start - 1);
  return end < 0 ? undefined : text.slice(start, Math.max(start, end));
}

/** Markdown; all that comes from outside is escaped, notes stand in a block of text. */
function formatBody(record: ReleaseRecord, commit: Oid, message: string): string {
  const rows = [
    ['Package', record.nevra],
    ['SHA-256', record.sha256 ?? 'not recorded'],
    ['Signed with key', record.signingKey ?? 'not recorded'],
    ['Signed at', record.signedAt ?? 'not recorded'],
    ['Commit', commit],
    ['Source tree', record.sourceTree ?? 'not recorded'],
  ];
  const table = [
    '| | |',
    '| --- | --- |',
    ...rows.map(([label = '', value = '']) => `| ${label} | ${plain(value)} |`),
  ].join('\n');
  const notes = notesIn(message)?.slice(0, 60_000);
  let longest = 2;
  for (const [run] of (notes ?? '').matchAll(/`+/gu)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const block =
    notes === undefined ? '' : `\n\n### Release notes\n\n${fence}text\n${notes}\n${fence}`;
  return `Source code of ${plain(record.file)}, extracted from the package after its signature and digests were verified.\n\n${table}${block}\n`;
}
