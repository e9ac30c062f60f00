// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import type { TreeFile } from '../git/objects/folders.js';
import { linkId, type MirrorFiles, type SourceBlobs } from '../git/objects/mirror-files.js';
import { buildTree } from '../git/objects/trees.js';
import type { Oid } from '../git/store.js';
import { LIMITS } from '../limits.js';
import type { ExpectedFile, ExpectedSource } from '../source/files.js';
import { type Finding, orFinding } from '../verify/findings.js';
import type { ReleaseCase } from '../verify/scope.js';
import { type Content, expectedContent, type Proof } from './prove.js';
import { formOf } from './texts.js';

/** The folders of a release as its package gives them, and where the mirror differs. */
export interface Rebuilt {
  /** Undefined when no way of making gives a source at all; the differences say why. */
  readonly content: Content | undefined;
  /** Id of the source tree as the package has it; undefined when the mirror does not have all of its content. */
  readonly tree: Oid | undefined;
  readonly differences: readonly Finding[];
}

interface Place {
  readonly files: MirrorFiles;
  readonly blobs: SourceBlobs;
}

/** Rebuilds source and packaging by the first way of making that fits, else by the likeliest; undefined when the header alone does not tell. */
export async function rebuildContent(
  item: ReleaseCase,
  proof: Proof,
  place: Place,
): Promise<Rebuilt | undefined> {
  const { sourcePaths, unpacks, directories } = item.shape;
  // What is too large for a mirror is in none.
  const maxFileSize = LIMITS.packageBytes;
  const makings = unpacks.flatMap((unpack) =>
    sourcePaths.map((sourcePath) => ({ sourcePath, unpack, maxFileSize, dotGit: 'drop' as const })),
  );
  let best: Rebuilt | undefined;
  for (const making of makings) {
    const { value: content, fault } = await orFinding(async () => expectedContent(proof, making), {
      kind: 'content',
      path: directories.source,
      expected: `the source by source-path ${making.sourcePath}`,
    });
    if (fault === undefined && content === undefined) return undefined;
    const rebuilt =
      content === undefined
        ? {
            content,
            tree: undefined,
            differences: [required(fault, 'what keeps the content unknown')],
          }
        : { content, ...(await compareContent(item, content, place)) };
    if (rebuilt.differences.length === 0) return rebuilt;
    if (best?.content === undefined) best = best === undefined || content ? rebuilt : best;
  }
  return best;
}

async function compareContent(
  item: ReleaseCase,
  { source, packaging }: Content,
  place: Place,
): Promise<Pick<Rebuilt, 'tree' | 'differences'>> {
  const { directories } = item.shape;
  const own = await compareFolder(item, source, { ...place, directory: directories.source });
  if (packaging === undefined) return own;
  const expected = { roots: [], files: packaging };
  const other = await compareFolder(item, expected, {
    ...place,
    directory: directories.packaging,
  });
  return { tree: own.tree, differences: [...other.differences, ...own.differences] };
}

async function compareFolder(
  item: ReleaseCase,
  expected: ExpectedSource,
  { files, blobs, directory }: Place & { readonly directory: string },
): Promise<Pick<Rebuilt, 'tree' | 'differences'>> {
  const { value: actual, fault } = await orFinding(
    async () => {
      const entry = await files.find(item.root, directory);
      return entry?.mode === '040000' ? files.list(entry.oid) : new Map<string, TreeFile>();
    },
    { kind: 'content', path: `${directory}/`, expected: 'a readable folder' },
  );
  if (actual === undefined) return { tree: undefined, differences: [fault] };
  if (formOf(item) === 'predecessor') dropKeep(actual, expected.files);
  return {
    tree: await expectedTree(expected, actual, blobs),
    differences: await compareSource(expected, actual, { blobs, directory }),
  };
}

/** git knows no empty folder; the predecessor put an empty file into one. */
function dropKeep(
  actual: Map<string, TreeFile>,
  expected: ReadonlyMap<string, ExpectedFile>,
): void {
  if (actual.get('.gitkeep')?.oid === EMPTY_BLOB && !expected.has('.gitkeep'))
    actual.delete('.gitkeep');
}

/** Files of a source tree by path below the source directory (latin1 of the bytes). */
type SourceTree = ReadonlyMap<string, TreeFile>;

/** Id of the empty file. */
export const EMPTY_BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

/** Compares a source tree with the signed file list: content, mode, missing and extra files. @throws GitError MIRROR_INVALID */
async function compareSource(
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
async function expectedTree(
  { files }: ExpectedSource,
  actual: SourceTree,
  blobs: SourceBlobs,
): Promise<Oid | undefined> {
  const entries: { path: Uint8Array; mode: TreeFile['mode']; oid: Oid }[] = [];
  for (const [path, expected] of files) {
    const found = actual.get(path);
    const oid =
      found !== undefined && (await isSame(expected, found, blobs))
        ? found.oid
        : elsewhere(expected, blobs);
    if (oid === undefined) return undefined;
    entries.push({ path: Buffer.from(path, 'latin1'), mode: expected.mode, oid });
  }
  return buildTree(entries).oid;
}

/** The file as another commit has it. */
function elsewhere({ digest }: ExpectedFile, blobs: SourceBlobs): Oid | undefined {
  if ('target' in digest) return linkId(digest.target);
  if (digest.hex === '') return EMPTY_BLOB;
  return digest.algorithm === 'sha256' ? blobs.find(digest.hex) : undefined;
}

async function isSame(
  { digest, mode }: ExpectedFile,
  found: TreeFile,
  blobs: SourceBlobs,
): Promise<boolean> {
  // A checkout of a submodule holds nothing, whatever its id is the id of.
  if (!blobs.has(found.oid) || found.mode === '160000') return false;
  if ((mode === '120000') !== (found.mode === '120000')) return false;
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
    found.mode === '120000' || found.mode === '160000'
      ? `a ${found.mode === '120000' ? 'link' : 'submodule'}`
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
