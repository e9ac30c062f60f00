// SPDX-License-Identifier: MIT
import { describeError, MirrorError } from '../errors.js';
import { readFolder, type TreeFile } from '../git/objects/folders.js';
import type { Oid, RemoteRefs } from '../git/store.js';
import type { Asset, HostedRelease, ReleaseHost } from '../github/port.js';
import type { Options } from '../inputs/options.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { parseReleases, type ReleaseRecord } from '../mirror/releases.js';
import type { Ports } from '../ports.js';
import { plain } from '../report/escape.js';
import type { ReleaseRow, RunResult } from '../report/report.js';
import { compareEvr } from '../rpm/evr.js';

/** Releases made in one run: GitHub allows some 500 new things an hour. The next run goes on. */
const MOST = 50;

interface Place {
  readonly options: Options;
  readonly ports: Ports;
  readonly refs: RemoteRefs;
}

/**
 * Gives every tag of the mirror its release on the host, oldest first: what this run published, and what earlier runs left out or half done.
 * What fails is an error of the run; the next run makes up for it.
 */
export async function hostReleases(
  host: ReleaseHost,
  result: RunResult,
  place: Place,
): Promise<void> {
  const { logger, report } = place.ports;
  const archive = await readArchive(result.commit, place);
  const records = archive.records.filter(({ tag }) => place.refs.tags.has(tag));
  const newest = records.toSorted(byEvr).at(-1);
  const published = await host.listPublished();
  const lacking = records.filter((record) =>
    assetNames(record, archive.files).some((name) => published.get(record.tag)?.has(name) !== true),
  );
  for (const record of lacking.slice(0, MOST)) {
    if (place.ports.signal.aborted) return;
    try {
      await host.publish(
        await describeRelease(record, {
          archive,
          place,
          rows: result.report.releases,
          isLatest: record === newest,
        }),
      );
      logger.info(`release ${record.tag} is published`);
      const row = report.releases.find(({ tag }) => tag === record.tag);
      if (row !== undefined) row.isReleased = true;
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      report.errors.push(describeError(error));
      // Without permission, or behind a rate limit, the others would fail alike.
      return;
    }
  }
  if (lacking.length > MOST)
    logger.info(`${lacking.length - MOST} further releases are left for the next runs`);
}

interface Archive {
  readonly records: readonly ReleaseRecord[];
  /** Archived files by path below the archive directory. */
  readonly files: ReadonlyMap<string, TreeFile>;
}

async function readArchive(tip: string, { options, ports: { store } }: Place): Promise<Archive> {
  if (tip === '') return { records: [], files: new Map() };
  const { tree } = await store.readCommit(tip);
  const files = await readFolder(store, tree, options.directories.archive);
  const list = files.get('releases.json');
  if (list === undefined) return { records: [], files };
  await store.fetchBlobs([list.oid]);
  return { records: parseReleases(await store.readBlob(list.oid)), files };
}

function byEvr(a: ReleaseRecord, b: ReleaseRecord): number {
  const [left, right] = [tryParseNevra(a.nevra), tryParseNevra(b.nevra)];
  return left === undefined || right === undefined ? 0 : compareEvr(left, right);
}

/** The package, or its header, as archived; its checksum; what was verified. */
function assetNames(record: ReleaseRecord, files: Archive['files']): string[] {
  const archived = [record.file, `${record.file}.header`].filter((name) =>
    files.has(`rpm/${name}`),
  );
  return [
    ...archived,
    ...(record.sha256 === null ? [] : [`${record.file}.sha256`]),
    `${record.file}.verification.json`,
  ];
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
  const { commit } = place.refs.tags.get(record.tag)!;
  const row = rows.find(({ tag }) => tag === record.tag);
  if (row?.status !== 'published') await store.fetchCommit(`refs/tags/${record.tag}`);
  const { message } = await store.readCommit(commit);
  const assets = assetNames(record, archive.files).map((name): Asset => {
    if (name.endsWith('.verification.json'))
      return {
        name,
        contentType: 'application/json',
        read: async () => Buffer.from(formatVerification(record, commit, row)),
      };
    if (name.endsWith('.sha256'))
      return {
        name,
        contentType: 'text/plain',
        read: async () => Buffer.from(`${record.sha256 ?? ''}  ${record.file}\n`),
      };
    return {
      name,
      contentType: 'application/x-rpm',
      read: () => readArchived(archive.files.get(`rpm/${name}`)!.oid, place),
    };
  });
  const subject = message.split('\n', 1)[0] ?? '';
  return {
    tag: record.tag,
    name: subject.replace(/^feat: /u, '').slice(0, 200) || record.tag,
    body: formatBody(record, commit, message),
    isLatest,
    assets,
  };
}

async function readArchived(oid: Oid, { ports: { store } }: Place): Promise<Uint8Array> {
  await store.fetchBlobs([oid]);
  return store.readBlob(oid);
}

/** What was checked about the package, and what became of it; for machines. */
function formatVerification(
  record: ReleaseRecord,
  commit: Oid,
  row: ReleaseRow | undefined,
): string {
  const {
    tag,
    nevra,
    file,
    sha256,
    contentSha256,
    headerSha256,
    sourceTree,
    signingKey,
    signedAt,
    repomdRevision,
  } = record;
  const facts = {
    schema: 1,
    tag,
    nevra,
    commit,
    sourceTree,
    package: { file, sha256, contentSha256, headerSha256 },
    signature: { key: signingKey, created: signedAt },
    repomdRevision,
  };
  return `${JSON.stringify({ ...facts, ...(row?.package === undefined ? {} : { checks: row.package.checks }) }, null, 2)}\n`;
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
