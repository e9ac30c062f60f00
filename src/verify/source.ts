// SPDX-License-Identifier: MIT
import { type TreeFile } from '../git/objects/folders.js';
import { buildTree } from '../git/objects/trees.js';
import type { Oid } from '../git/store.js';
import type { ExpectedFile, ExpectedSource } from '../source/files.js';
import type { Finding } from './findings.js';
import { linkId, type SourceBlobs } from './mirror-reading.js';

/** Files of a source tree by path below the source directory (latin1 of the bytes). */
export type SourceTree = ReadonlyMap<string, TreeFile>;

const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

/** Compares a source tree with the signed file list: content, mode, missing and extra files. @throws GitError MIRROR_INVALID */
export async function compareSource(
  { files }: ExpectedSource,
  actual: SourceTree,
  { blobs, directory }: { blobs: SourceBlobs; directory: string },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, expected] of files) {
    const found = actual.get(name);
    const path = showSource(directory, name);
    if (found === undefined)
      findings.push({ kind: 'missing', path, expected: expected.mode, actual: 'missing' });
    else if (!(await isSame(expected, found, blobs)))
      findings.push({ kind: 'content', path, ...(await describe(expected, found, blobs)) });
    else if (expected.mode !== found.mode)
      findings.push({ kind: 'mode', path, expected: expected.mode, actual: found.mode });
  }
  for (const [name, found] of actual)
    if (!files.has(name)) findings.push(extra(directory, name, found));
  return findings;
}

/** Compares two source trees of the mirror by object and mode. */
export function compareTrees(
  expected: SourceTree,
  actual: SourceTree,
  directory: string,
): Finding[] {
  const findings: Finding[] = [];
  for (const [name, file] of expected) {
    const found = actual.get(name);
    const path = showSource(directory, name);
    if (found === undefined)
      findings.push({ kind: 'missing', path, expected: file.mode, actual: 'missing' });
    else if (found.oid !== file.oid)
      findings.push({ kind: 'content', path, expected: file.oid, actual: found.oid });
    else if (found.mode !== file.mode)
      findings.push({ kind: 'mode', path, expected: file.mode, actual: found.mode });
  }
  for (const [name, found] of actual)
    if (!expected.has(name)) findings.push(extra(directory, name, found));
  return findings;
}

/** Id of the tree that the signed file list gives; undefined when the mirror does not have all of its content. */
export async function expectedTree(
  { files }: ExpectedSource,
  actual: SourceTree,
  blobs: SourceBlobs,
): Promise<Oid | undefined> {
  const entries: { path: Uint8Array; mode: TreeFile['mode']; oid: Oid }[] = [];
  for (const [path, expected] of files) {
    const found = actual.get(path);
    if (found === undefined || !(await isSame(expected, found, blobs))) return undefined;
    entries.push({ path: Buffer.from(path, 'latin1'), mode: expected.mode, oid: found.oid });
  }
  return buildTree(entries).oid;
}

async function isSame(
  { digest, mode }: ExpectedFile,
  found: TreeFile,
  blobs: SourceBlobs,
): Promise<boolean> {
  if (!blobs.has(found.oid) || (mode === '120000') !== (found.mode === '120000')) return false;
  if ('target' in digest) return found.oid === linkId(digest.target);
  return digest.hex === ''
    ? found.oid === EMPTY_BLOB
    : (await blobs.digest(found.oid, digest.algorithm)) === digest.hex;
}

async function describe(
  { digest }: ExpectedFile,
  found: TreeFile,
  blobs: SourceBlobs,
): Promise<{ expected: string; actual: string }> {
  if (!blobs.has(found.oid))
    return { expected: `object ${found.oid}`, actual: 'missing or damaged' };
  if ('target' in digest)
    return {
      expected: `link to ${Buffer.from(digest.target).toString('utf8')}`,
      actual: `${found.mode} ${found.oid}`,
    };
  const actual =
    found.mode === '120000'
      ? 'a link'
      : `${digest.algorithm} ${(await blobs.digest(found.oid, digest.algorithm)) ?? ''}`;
  return { expected: `${digest.algorithm} ${digest.hex}`, actual };
}

function extra(directory: string, name: string, { mode, oid }: TreeFile): Finding {
  return {
    kind: 'extra',
    path: showSource(directory, name),
    expected: 'nothing',
    actual: `${mode} ${oid}`,
  };
}

function showSource(directory: string, name: string): string {
  return `${directory}/${Buffer.from(name, 'latin1').toString('utf8')}`;
}
