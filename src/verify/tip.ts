// SPDX-License-Identifier: MIT
import type { MirrorReader, Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { packagePaths } from '../mirror/layout.js';
import { tryParseNevra } from '../mirror/nevra.js';
import type { ReleaseRecord } from '../mirror/releases.js';
import { compareEvr } from '../rpm/evr.js';
import type { IndexVerifier } from './archived-index.js';
import { type Findings, orFinding } from './findings.js';
import { type ProvedRelease, verifyTipKeys } from './keys.js';
import type { MirrorKeys } from './mirror-keys.js';
import type { MirrorFiles } from './mirror-reading.js';
import { sha256 } from './package.js';
import { compareTrees } from './source.js';

export interface TipParts {
  readonly options: Options;
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly keys: MirrorKeys;
  readonly index: IndexVerifier;
  readonly findings: Findings;
  readonly proved: readonly ProvedRelease[];
  /** releases.json at the end of the branch, or why it cannot be read. */
  readonly listed: { readonly records: readonly ReleaseRecord[]; readonly fault?: string };
}

/** Facts of a line that never change; class and indexSha256 are what the last run learned. */
const LASTING = [
  'nevra',
  'file',
  'sha256',
  'contentSha256',
  'headerSha256',
  'sourceTree',
  'signingKey',
  'signedAt',
  'repomdRevision',
] as const;

/**
 * What no tag shows: the branch as it is now. Its index, keys, packages, checksums, releases.json and source are those of the tags;
 * what a tag's own findings explain is not said again.
 * @throws GitError MIRROR_INVALID
 */
export async function verifyTip(parts: TipParts): Promise<void> {
  const { options, reader, keys, index, findings, proved, listed } = parts;
  const tip = await reader.readTip(options.branch);
  if (tip === undefined || proved.length === 0) return;
  const branch = options.branch ?? 'HEAD';
  const { tree: root } = await reader.readCommit(tip);
  const archiveDirectory = options.directories.archive;
  const before = findings.count;
  await index.verify({ tag: branch }, root, { isOurs: listed.records.length > 0 });
  verifyTipKeys(await keys.of(root), {
    findings,
    archiveDirectory,
    proved,
    pins: options.gpgFingerprints,
    branch,
  });
  const listPath = `${archiveDirectory}/releases.json`;
  if (listed.fault !== undefined && findings.count === before)
    findings.add(
      { tag: branch },
      { kind: 'metadata', path: listPath, expected: 'a list of releases', actual: listed.fault },
    );
  const ancestors = await listAncestors(
    reader,
    tip,
    new Set(proved.map(({ item }) => item.commit)),
  );
  for (const release of proved) {
    if (!release.good) continue;
    const isOnBranch = ancestors.has(release.item.commit);
    await verifyPackage(parts, { root, release, isOnBranch });
    if (listed.fault === undefined) verifyLine(parts, { listPath, release, isOnBranch });
  }
  await verifySource(parts, { root, branch });
}

/** Which of these commits the branch went through. */
async function listAncestors(
  reader: MirrorReader,
  tip: Oid,
  wanted: ReadonlySet<Oid>,
): Promise<ReadonlySet<Oid>> {
  const found = new Set<Oid>();
  for (let at: Oid | undefined = tip; at !== undefined && found.size < wanted.size;) {
    if (wanted.has(at)) found.add(at);
    const { value } = await orFinding(async () => reader.readCommit(at!), {
      kind: 'tag',
      path: '',
      expected: '',
    });
    at = value?.parents[0];
  }
  return found;
}

interface Look {
  readonly release: ProvedRelease;
  readonly isOnBranch: boolean;
}

async function verifyPackage(
  { options, reader, files, findings }: TipParts,
  { root, release, isOnBranch }: Look & { root: Oid },
): Promise<void> {
  const { item, file, archived } = release;
  if (archived === undefined) return;
  const { rpm, checksum } = packagePaths(file);
  const at = (name: string): string => `${options.directories.archive}/${name}`;
  const pkg = await files.find(root, at(rpm));
  const expected = archived.sha256;
  if (pkg === undefined && isOnBranch)
    findings.add(item, { kind: 'package', path: at(rpm), expected, actual: 'missing' });
  if (pkg !== undefined && pkg.oid !== archived.oid) {
    const { value, fault } = await orFinding(async () => sha256(await reader.readBlob(pkg.oid)), {
      kind: 'package',
      path: at(rpm),
      expected,
    });
    if (value !== expected)
      findings.add(item, fault ?? { kind: 'package', path: at(rpm), expected, actual: value });
  }
  const sum = await files.find(root, at(checksum));
  if (pkg === undefined || (sum === undefined && !isOnBranch)) return;
  const { value, fault } = await orFinding(
    async () => (sum === undefined ? 'missing' : files.checksum(sum.oid)),
    { kind: 'digest', path: at(checksum), expected },
  );
  if (value !== expected)
    findings.add(item, fault ?? { kind: 'digest', path: at(checksum), expected, actual: value });
}

/** The line as the branch has it now against the one in the release's own commit. */
function verifyLine(
  { findings, listed }: TipParts,
  { listPath, release: { item }, isOnBranch }: Look & { listPath: string },
): void {
  const { record } = item;
  if (record === undefined) return;
  if (item.listed === undefined) {
    if (isOnBranch)
      findings.add(item, {
        kind: 'metadata',
        path: listPath,
        expected: `a line for ${item.tag}`,
        actual: listed.records.length === 0 ? 'no list' : 'missing',
      });
    return;
  }
  for (const key of LASTING) {
    const [expected, actual] = [record[key], item.listed[key]];
    if (expected !== actual)
      findings.add(item, {
        kind: 'metadata',
        path: `${listPath} ${key}`,
        expected: expected ?? 'none',
        actual: actual ?? 'none',
      });
  }
}

/** The branch's source is that of its newest release (interface, The mirror); nobody else commits there. */
async function verifySource(
  { options, files, findings, proved, listed }: TipParts,
  { root, branch }: { root: Oid; branch: string },
): Promise<void> {
  const newest = listed.records
    .flatMap((record) => ({ record, nevra: tryParseNevra(record.nevra)! }))
    .sort((a, b) => compareEvr(a.nevra, b.nevra))
    .at(-1)?.record;
  const release = proved.find(({ item }) => item.tag === newest?.tag);
  const expected = release?.item.source;
  // Without a good tag of the newest release there is nothing to hold the branch against.
  if (release?.good !== true || expected === undefined || newest?.sourceTree !== expected) return;
  const directory = options.directories.source;
  const { value, fault } = await orFinding(
    async () => {
      const found = await files.find(root, directory);
      if (found?.oid === expected) return [];
      return compareTrees(
        await files.list(expected),
        found?.mode === '040000' ? await files.list(found.oid) : new Map(),
        directory,
      );
    },
    { kind: 'content', path: directory, expected },
  );
  findings.addAll({ tag: branch }, value ?? [fault]);
}
