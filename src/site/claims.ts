// SPDX-License-Identifier: MIT
import { MirrorError } from '../errors.js';
import type { MirrorReader, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { LineBranch } from '../mirror/lines.js';
import { parseReleases, type ReleaseRecord } from '../mirror/records/releases.js';
import { parseRepomd } from '../repodata/repomd.js';
import { ageDays } from '../repodata/rollback.js';
import { findEntry, type Folders } from './collect.js';
import type { SiteModel } from './model.js';

/** What the mirror says of itself; good for words on a page, and for nothing that is proved. */
export interface Claims {
  readonly folders: Folders;
  readonly title: string | undefined;
  readonly lines: readonly LineBranch[];
  readonly records: readonly ReleaseRecord[];
}

/** Reads what the branch says of the mirror; what cannot be read is left out, since a finding says so elsewhere. */
export async function readClaims(
  reader: MirrorReader,
  root: Oid | undefined,
  { directories, lineBranches }: Options,
): Promise<Claims> {
  const archive = directories.archive;
  const made = parseObject(await readFile(reader, root, `${archive}/mirror.json`));
  const own = made['directories'] as Partial<Folders> | undefined;
  const isFolder = (value: unknown): value is string =>
    typeof value === 'string' && /^[^/\0].*[^/\0]$|^[^/\0]$/.test(value);
  const lines = Array.isArray(made['lineBranches']) ? (made['lineBranches'] as LineBranch[]) : [];
  return {
    folders: {
      source: isFolder(own?.source) ? own.source : directories.source,
      archive: isFolder(own?.archive) ? own.archive : archive,
    },
    title: typeof made['title'] === 'string' && made['title'] !== '' ? made['title'] : undefined,
    lines: [...lineBranches, ...lines.filter(isLine)],
    records: parseRecords(await readFile(reader, root, `${archive}/releases.json`)),
  };
}

function isLine(value: unknown): value is LineBranch {
  const line = value as Partial<LineBranch> | null;
  return typeof line?.pattern === 'string' && typeof line.branch === 'string';
}

function parseRecords(bytes: Uint8Array | undefined): ReleaseRecord[] {
  try {
    return bytes === undefined ? [] : parseReleases(bytes);
  } catch (error) {
    // A finding says so already.
    if (error instanceof MirrorError) return [];
    throw error;
  }
}

function parseObject(bytes: Uint8Array | undefined): Record<string, unknown> {
  try {
    const value: unknown =
      bytes === undefined ? {} : JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A small file of the branch; undefined where it is not, or cannot be read, which is a finding elsewhere. */
async function readFile(
  reader: MirrorReader,
  root: Oid | undefined,
  path: string,
): Promise<Uint8Array | undefined> {
  if (root === undefined) return undefined;
  try {
    const entry = await findEntry(reader, root, path);
    return entry === undefined || entry.mode === '040000'
      ? undefined
      : await reader.readBlob(entry.oid);
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}

/** The archived index: its revision, its age, and whether a signature lies beside it. */
export async function readIndex(
  reader: MirrorReader,
  root: Oid | undefined,
  { folders, now }: { folders: Folders; now: number },
): Promise<SiteModel['index']> {
  const bytes = await readFile(reader, root, `${folders.archive}/repomd.xml`);
  if (bytes === undefined) return undefined;
  try {
    const repomd = parseRepomd(bytes);
    const signature = await readFile(reader, root, `${folders.archive}/repomd.xml.asc`);
    return {
      revision: repomd.revision,
      ageDays: ageDays(repomd, now),
      isSigned: signature !== undefined,
    };
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}
