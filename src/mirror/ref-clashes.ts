// SPDX-License-Identifier: MIT

/** Short names of branches and tags. */
export interface RefNames {
  readonly branches: Iterable<string>;
  readonly tags: Iterable<string>;
}

/** Equal for names that a file system may take for one: letters in another case, or composed in another way. */
function caseTwinKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/**
 * The first of the refs that are to be made that would stand beside one that it is taken for: a tag and a branch of one name, which git tells apart by a
 * guess, or two that differ in case alone, of which a clone on Windows or macOS holds one. As a sentence; undefined when there is none.
 */
export function findRefClash(made: RefNames, existing: RefNames): string | undefined {
  const branches = new Set([...existing.branches, ...made.branches]);
  const tags = new Set([...existing.tags, ...made.tags]);
  for (const tag of made.tags)
    if (branches.has(tag)) return `the tag ${tag} would have the name of a branch`;
  for (const branch of made.branches)
    if (tags.has(branch)) return `the branch ${branch} would have the name of a tag`;
  return findTwin('tag', made.tags, tags) ?? findTwin('branch', made.branches, branches);
}

function findTwin(kind: string, made: Iterable<string>, all: Iterable<string>): string | undefined {
  const byKey = Map.groupBy(all, caseTwinKey);
  for (const name of made) {
    const twin = byKey.get(caseTwinKey(name))?.find((other) => other !== name);
    if (twin !== undefined)
      return `the ${kind} ${name} would differ from the ${kind} ${twin} in case alone`;
  }
  return undefined;
}
