// SPDX-License-Identifier: MIT
import { MirrorConflictError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { tryParseNevra } from '../mirror/nevra.js';
import type { Plan } from '../mirror/plan.js';
import { findRefClash } from '../mirror/ref-clashes.js';
import { createSelector } from '../mirror/selection.js';
import type { MirrorState } from './mirror-state.js';

/**
 * A mirror is one history: who selects none of the names that it holds means another mirror.
 * @throws MirrorConflictError INPUT_CONFLICT
 */
export function requireOwnNames(
  { mirrorFile, releases }: Pick<MirrorState, 'mirrorFile' | 'releases'>,
  { packages }: Pick<Options, 'packages'>,
): void {
  const recorded = releases.flatMap(({ nevra }) => tryParseNevra(nevra)?.name ?? []);
  const names = [...new Set([...(mirrorFile?.packages ?? []), ...recorded])];
  const selects = createSelector({ packages, arch: [''] });
  if (names.length === 0 || names.some((name) => selects({ name, arch: '' }))) return;
  const held = names.slice(0, 20).join(', ');
  throw new MirrorConflictError(
    'INPUT_CONFLICT',
    `packages is ${packages.join(', ')}, and the mirror in repository holds ${held}: expected one of these among packages`,
    {
      expected: held,
      actual: packages.join(', '),
      remedy:
        'Set repository to another mirror; or, if the package was renamed, give its old name as well.',
    },
  );
}

/**
 * No ref is made that git, or a clone on another file system, would take for one that is there.
 * @throws MirrorConflictError INPUT_CONFLICT
 */
export function requireFreeRefs(
  { releases }: Plan,
  { refs, branch }: Pick<MirrorState, 'refs' | 'branch'>,
  { lineBranches }: Pick<Options, 'lineBranches'>,
): void {
  const clash = findRefClash(
    {
      branches: [branch, ...lineBranches.map((line) => line.branch)].filter(
        (name) => !refs.branches.has(name),
      ),
      tags: releases
        .filter(
          ({ status, tag }) =>
            (status === 'new' || status === 'beyond-limit') && !refs.tags.has(tag),
        )
        .map(({ tag }) => tag),
    },
    { branches: refs.branches.keys(), tags: refs.tags.keys() },
  );
  if (clash !== undefined)
    throw new MirrorConflictError('INPUT_CONFLICT', clash, {
      remedy:
        'Choose other names with tag-format, branch or line-branches, or hold the release back with skip.',
    });
}
