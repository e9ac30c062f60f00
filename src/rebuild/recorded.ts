// SPDX-License-Identifier: MIT
import type { TreeFile } from '../git/objects/folders.js';
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import { packagePaths } from '../mirror/layout.js';
import { type Finding, orFinding, reasonOf } from '../verify/findings.js';
import type { ReleaseCase } from '../verify/scope.js';
import { ownNames } from './packages.js';
import { formOf } from './texts.js';

/** A package's .sha256: its path, and what it says. */
export interface Checksum {
  readonly path: string;
  readonly value: string | undefined;
  readonly fault?: string;
}

/** What a release's own commit has under the names of its package, by name in archive/rpm. */
export async function ownEntries(
  item: ReleaseCase,
  files: MirrorFiles,
): Promise<Map<string, TreeFile | undefined>> {
  const own = new Map<string, TreeFile | undefined>();
  const { value } = await orFinding(
    async () => new Map(await files.entries(item.root, `${item.shape.directories.archive}/rpm`)),
    { kind: 'package', path: '', expected: '' },
  );
  for (const name of ownNames(item)) {
    const key = Buffer.from(name).toString('latin1');
    own.set(key, value?.get(key));
  }
  return own;
}

/** The .sha256 of a package in its own commit. */
export async function readChecksum(
  item: ReleaseCase,
  name: string,
  files: MirrorFiles,
): Promise<Checksum> {
  const path = `${item.shape.directories.archive}/${packagePaths(name).checksum}`;
  try {
    const entry = await files.find(item.root, path);
    const isLoose = formOf(item) === 'predecessor';
    const value = entry === undefined ? undefined : await files.checksum(entry.oid, { isLoose });
    return { path, value };
  } catch (error) {
    return { path, value: undefined, fault: reasonOf(error) };
  }
}

/** What no package proves must at least agree with itself. @throws GitError MIRROR_INVALID */
export async function checkAgreement(
  item: ReleaseCase,
  file: string,
  files: MirrorFiles,
): Promise<Finding[]> {
  const trailer = (key: string): string | undefined => item.message?.trailers?.get(key)?.[0];
  const { source } = item.shape.directories;
  const tree = await files.find(item.root, source);
  const sum = await readChecksum(item, file, files);
  const differing = (
    values: readonly (string | null | undefined)[],
    actual: string | undefined,
  ): string[] =>
    values.filter((value) => typeof value === 'string' && value !== actual) as string[];
  return [
    ...differing([trailer('Source-Tree'), item.record?.sourceTree], tree?.oid).map(
      (expected): Finding => ({
        kind: 'content',
        path: source,
        expected,
        actual: tree?.oid ?? 'none',
      }),
    ),
    ...differing([trailer('Rpm-Sha256'), item.record?.sha256], sum.value).map(
      (expected): Finding => ({
        kind: 'digest',
        path: sum.path,
        expected,
        actual: sum.fault ?? sum.value ?? 'missing',
      }),
    ),
  ];
}
