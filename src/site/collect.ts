// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { MirrorError } from '../errors.js';
import type { MirrorReader, Oid } from '../git/store.js';
import type { Logger } from '../log.js';
import { packagePaths } from '../mirror/layout.js';
import { parseReleaseMessage, type RecordedMessage } from '../mirror/records/message-parser.js';
import { compareScripts } from '../mirror/script-changes.js';
import { dkmsPath, dkmsVersion, licenceHeading, licencePaths } from '../mirror/source-facts.js';
import { showString } from '../mirror/text.js';
import type { ReleaseRow, Report } from '../report/report.js';
import { readPackage } from '../rpm/read.js';
import { parseScripts } from '../rpm/scripts.js';
import { SourceReader, type SourceTree } from './churn.js';
import type { PackageFacts, Proof, SourceFacts } from './model.js';

/** Folders of a mirror. */
export interface Folders {
  readonly source: string;
  readonly archive: string;
}

/** What is read of one release besides its row. */
export interface ReleaseReading {
  readonly row: ReleaseRow;
  readonly message: RecordedMessage | undefined;
  readonly notes: string | undefined;
  readonly upstream: string | undefined;
  readonly sourceTree: Oid | undefined;
  readonly facts: PackageFacts | undefined;
  readonly source: SourceFacts | undefined;
}

export interface Collecting {
  readonly reader: MirrorReader;
  readonly report: Report;
  readonly folders: Folders;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What verify says of a row. */
export function proofOf(row: ReleaseRow): Proof {
  return row.proof ?? 'unproved';
}

/**
 * Reads what the pages say of each release: from its signed header where the package is archived, from its source tree, and from the
 * commit that verify compared with both. Only of what was proved is anything read; rows come oldest first.
 */
export async function collectReleases(
  rows: readonly ReleaseRow[],
  collecting: Collecting,
): Promise<ReleaseReading[]> {
  const source = new SourceReader(collecting.reader);
  const readings: ReleaseReading[] = [];
  let before: Proved | undefined;
  for (const [at, row] of rows.entries()) {
    collecting.signal.throwIfAborted();
    collecting.logger.progress(`reading ${row.tag} for its page: ${at + 1} of ${rows.length}`);
    const reading = await readRelease(row, { ...collecting, source, before });
    readings.push(reading.release);
    before = reading.proved ?? before;
  }
  return readings;
}

/** What the next release is compared with. */
interface Proved {
  readonly tag: string;
  readonly version: string;
  readonly tree: SourceTree;
  readonly facts: PackageFacts | undefined;
}

type Context = Collecting & { readonly source: SourceReader; readonly before: Proved | undefined };

async function readRelease(
  row: ReleaseRow,
  context: Context,
): Promise<{ release: ReleaseReading; proved?: Proved }> {
  const { reader, folders, source, before } = context;
  const nothing = {
    row,
    message: undefined,
    notes: undefined,
    upstream: undefined,
    sourceTree: undefined,
    facts: undefined,
    source: undefined,
  };
  if (row.commit === undefined || proofOf(row) !== 'proved') return { release: nothing };
  const commit = await reader.readCommit(row.commit);
  const sourceTree = await findEntry(reader, commit.tree, folders.source);
  const tree = sourceTree?.mode === '040000' ? await source.list(sourceTree.oid) : new Map();
  await source.measure([tree, ...(before === undefined ? [] : [before.tree])]);
  const facts = await readFacts(row, { root: commit.tree, tree, context });
  const compared = await source.compare(before, tree);
  return {
    release: {
      row,
      message: parseReleaseMessage(commit.message),
      ...readTexts(commit.message),
      sourceTree: sourceTree?.oid,
      facts,
      source: compared,
    },
    proved: { tag: row.tag, version: row.version, tree, facts },
  };
}

async function readFacts(
  row: ReleaseRow,
  { root, tree, context }: { root: Oid; tree: SourceTree; context: Context },
): Promise<PackageFacts | undefined> {
  const { reader, folders, before, logger } = context;
  const { rpm, header } = packagePaths(row.package?.file ?? '');
  for (const [name, isHeader] of [
    [rpm, false],
    [header, true],
  ] as const) {
    const archivePath = `${folders.archive}/${name}`;
    const entry = await findEntry(reader, root, archivePath);
    if (entry === undefined) continue;
    const archived = await reader.openBlob(entry.oid);
    const { bytes } = archived;
    try {
      const pkg = await readPackage(bytes);
      const scripts = parseScripts(pkg.header);
      return {
        summary: showString(pkg.facts.summary),
        license: showString(pkg.facts.license),
        buildHost: showString(pkg.facts.buildHost),
        buildTime: pkg.facts.buildTime,
        packageBytes: bytes.size,
        isHeader,
        archivePath,
        scripts,
        scriptChanges:
          before?.facts === undefined
            ? undefined
            : await compareScripts(
                { version: before.version, scripts: before.facts.scripts },
                { version: pkg.facts.nevra.version, scripts },
              ),
        ...(await readSourceFacts(reader, tree)),
      };
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      logger.warning(`${row.tag}: its package cannot be read for its page: ${error.message}`);
    } finally {
      await archived.release();
    }
  }
  return undefined;
}

async function readSourceFacts(
  reader: MirrorReader,
  tree: SourceTree,
): Promise<Pick<PackageFacts, 'licenceFiles' | 'dkms'>> {
  const licenceFiles = [];
  const read = async (path: string): Promise<Uint8Array> =>
    reader.readBlob(required(tree.get(path), 'a file of the source').oid);
  for (const path of licencePaths(tree.keys()))
    licenceFiles.push({ path, heading: licenceHeading(await read(path)) });
  const path = dkmsPath(tree.keys());
  const version = path === undefined ? undefined : dkmsVersion(await read(path));
  return {
    licenceFiles,
    dkms: path === undefined || version === undefined ? undefined : { path, version },
  };
}

/** The entry at a path. */
export async function findEntry(
  reader: MirrorReader,
  root: Oid,
  path: string,
): Promise<{ readonly mode: string; readonly oid: Oid } | undefined> {
  let entry: { mode: string; oid: Oid } | undefined = { mode: '040000', oid: root };
  for (const segment of path.split('/')) {
    if (entry?.mode !== '040000') return undefined;
    entry = (await reader.readTree(entry.oid)).find(
      ({ name }) => Buffer.from(name).toString('utf8') === segment,
    );
  }
  return entry;
}

/** Server and release notes as the commit records them, without the joiners that keep them from being commands (T32). */
function readTexts(message: string): Pick<ReleaseReading, 'notes' | 'upstream'> {
  const lines = message.replaceAll('\u2060', '').split('\n');
  const upstream = lines.find((line) => line.startsWith('Downloaded from repository: '));
  const begin = lines.findIndex(
    (line, at) => line === 'Release Notes' && lines[at + 1] === '-------------',
  );
  const end = begin < 0 ? -1 : lines.indexOf('-------------', begin + 2);
  return {
    upstream: upstream?.slice('Downloaded from repository: '.length),
    notes:
      end < 0
        ? undefined
        : lines
            .slice(begin + 2, end)
            .join('\n')
            .trim() || undefined,
  };
}
