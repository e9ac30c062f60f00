// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { MirrorError } from '../errors.js';
import type { MirrorReader, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { Logger } from '../log.js';
import type { LineBranch } from '../mirror/lines.js';
import { followLines } from '../mirror/lines.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { hostLinks } from '../report/hosts.js';
import type { ReleaseRow, RunResult } from '../report/report.js';
import { compareEvr } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import { type Claims, readClaims, readIndex } from './claims.js';
import { collectReleases, proofOf, type ReleaseReading } from './collect.js';
import { folderNames } from './folders.js';
import type { SiteKey, SiteModel, SiteRelease } from './model.js';

export interface SiteInputs {
  readonly reader: MirrorReader;
  readonly result: RunResult;
  readonly options: Options;
  /** The mirror as git reaches it, without credentials. */
  readonly repositoryUrl: string;
  readonly url: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Commits of the branch that are followed to tell backports from the rest. */
const MOST_COMMITS = 20_000;

/** Everything that the pages of a verified mirror say, read from its objects alone. */
export async function buildModel(inputs: SiteInputs): Promise<SiteModel> {
  const { reader, result, options, now } = inputs;
  const { report } = result;
  const root = result.commit === '' ? undefined : (await reader.readCommit(result.commit)).tree;
  const claims = await readClaims(reader, root, options);
  const { folders } = claims;
  const rows = sortRows(report.releases);
  const readings = await collectReleases(rows, { ...inputs, report, folders });
  const onBranch = await readBranch(reader, result.commit);
  const marks = marksOf(rows, { claims, onBranch });
  const names = folderNames(rows.map(({ tag }) => tag));
  const releases = readings
    .map((reading) => {
      const folder = required(names.get(reading.row.tag), 'the folder of a release');
      return toRelease(reading, { report, marks, folder });
    })
    .reverse();
  const newest = releases.find(({ proof }) => proof === 'proved') ?? releases[0];
  const all = report.findings;
  return {
    title: options.title ?? claims.title ?? titleOf(readings) ?? newest?.name ?? 'Source mirror',
    packages: [...new Set(releases.map(({ name }) => name).filter((name) => name !== ''))],
    now,
    proof: proofOfAll(releases, result.failed),
    isPinned: options.gpgFingerprints.size > 0 || options.gpgkey.length > 0,
    commit: result.commit,
    links: hostLinks(inputs.repositoryUrl, inputs.environment),
    url: inputs.url,
    upstream: readings.findLast(({ upstream }) => upstream !== undefined)?.upstream,
    index: await readIndex(reader, root, { folders, now }),
    keys: keysOf(readings),
    releases,
    newest,
    findings: all,
    remarks: remarksOf(result),
    accepted: (report as { accepted?: readonly unknown[] }).accepted?.length ?? 0,
    errors: report.errors.map(({ code, message }) => `${code}: ${message}`),
    archive: folders.archive,
    sourceDirectory: folders.source,
  };
}

function proofOfAll(releases: readonly SiteRelease[], isFailed: boolean): SiteModel['proof'] {
  const proofs = new Set(releases.map(({ proof }) => proof));
  if (isFailed || proofs.has('failed')) return 'failed';
  return proofs.has('unproved') || releases.length === 0 ? 'unproved' : 'proved';
}

/** Oldest first; what is no NEVRA comes before, by its tag. */
function sortRows(rows: readonly ReleaseRow[]): ReleaseRow[] {
  const keyed = rows.map((row) => ({ row, nevra: tryParseNevra(row.nevra) }));
  return keyed
    .sort((a, b) =>
      a.nevra === undefined || b.nevra === undefined
        ? Number(a.nevra !== undefined) - Number(b.nevra !== undefined) ||
          (a.row.tag < b.row.tag ? -1 : 1)
        : compareEvr(a.nevra, b.nevra) || (a.row.tag < b.row.tag ? -1 : 1),
    )
    .map(({ row }) => row);
}

function toRelease(
  reading: ReleaseReading,
  {
    report,
    marks,
    folder,
  }: { report: RunResult['report']; marks: ReadonlyMap<string, string[]>; folder: string },
): SiteRelease {
  const { row, facts, source, sourceTree, notes } = reading;
  const { version, name, arch } = namesOf(row);
  const trailers = reading.message?.trailers;
  return {
    row,
    tag: row.tag,
    version,
    name,
    proof: proofOf(row),
    date: row.package?.signature.created,
    findings: report.findings.filter(({ tag }) => tag === row.tag),
    facts,
    source,
    sourceTree,
    notes,
    sourcePaths: trailers?.get('Source-Path') ?? [],
    isUnpacked: arch === 'src' || trailers?.has('Unpacked-From') === true,
    marks: marks.get(row.tag) ?? [],
    folder,
  };
}

/** As far as the row says them; the tag stands in for a version. */
function namesOf({
  nevra: text,
  version,
  tag,
}: ReleaseRow): Pick<Nevra, 'name' | 'version' | 'arch'> {
  const nevra = tryParseNevra(text);
  if (nevra === undefined) return { name: '', version: version || tag, arch: '' };
  return { ...nevra, version: version || nevra.version };
}

/** The product's name in the subject of the newest release that was proved. */
function titleOf(readings: readonly ReleaseReading[]): string | undefined {
  const named = readings.findLast(({ message }) => message !== undefined);
  const subject = (named?.message?.subject ?? '').replaceAll('\u2060', '');
  const end = ` ${named?.row.version ?? ''}`;
  return subject.startsWith('feat: ') && subject.endsWith(end)
    ? subject.slice('feat: '.length, -end.length) || undefined
    : undefined;
}

/** The commits of the branch itself: a release that stands beside them is a backport. */
async function readBranch(reader: MirrorReader, tip: string): Promise<ReadonlySet<Oid>> {
  const seen = new Set<Oid>();
  try {
    for (
      let at: Oid | undefined = tip || undefined;
      at !== undefined && seen.size < MOST_COMMITS;
    ) {
      seen.add(at);
      [at] = (await reader.readCommit(at)).parents;
    }
  } catch (error) {
    // A clone that is not whole, or an object that verify reports: what is beyond is called nothing.
    if (error instanceof MirrorError) return new Set();
    throw error;
  }
  return seen;
}

function marksOf(
  rows: readonly ReleaseRow[],
  { claims, onBranch }: { claims: Claims; onBranch: ReadonlySet<Oid> },
): Map<string, string[]> {
  const tagged = rows.flatMap(({ tag, nevra: text }) => {
    const nevra = tryParseNevra(text);
    return nevra === undefined ? [] : [{ tag, nevra }];
  });
  const classes = new Map(claims.records.map((record) => [record.tag, record.class]));
  const lines = claims.lines.map((line) => ({
    branch: line.branch,
    tags: new Set(linesOf(line, tagged)),
  }));
  return new Map(
    rows.map(({ tag, commit }) => [
      tag,
      [
        ...(commit !== undefined && onBranch.size > 0 && !onBranch.has(commit) ? ['backport'] : []),
        ...[classes.get(tag)].filter((found) => typeof found === 'string' && found !== 'unchanged'),
        ...lines.flatMap(({ branch, tags }) => (tags.has(tag) ? [`line ${branch}`] : [])),
      ] as string[],
    ]),
  );
}

/** The releases of a line are those that the branch would follow if it stood alone. */
function linesOf(line: LineBranch, tagged: Parameters<typeof followLines>[1]): string[] {
  return tagged
    .filter((release) => followLines([line], [release]).length > 0)
    .map(({ tag }) => tag);
}

function keysOf(readings: readonly ReleaseReading[]): SiteKey[] {
  const signed = readings.flatMap(({ row: { package: pkg }, message }) =>
    pkg === undefined || message === undefined
      ? []
      : [{ ...pkg.signature, metadata: message.metadata }],
  );
  const groups = Map.groupBy(signed, ({ fingerprint }) => fingerprint);
  return [...groups].map(([fingerprint, of]) => {
    const dates = of.map(({ created }) => created).sort();
    const metadata = of.at(-1)?.metadata;
    return {
      fingerprint,
      userId: (metadata?.get('GPG key primary uid') ?? '').replaceAll('\u2060', ''),
      created: metadata?.get('GPG key creation time') ?? '',
      releases: of.length,
      first: required(dates[0], 'a signature of the key'),
      last: required(dates.at(-1), 'a signature of the key'),
    };
  });
}

function remarksOf({ report }: RunResult): string[] {
  const { notPinned = [], residue = [] } = report as { notPinned?: string[]; residue?: string[] };
  const unproved = report.notChecked.map(({ tag, path, reason }) => `${tag}: ${path}: ${reason}`);
  return [...notPinned.map((text) => `Not pinned: ${text}`), ...unproved, ...residue];
}
