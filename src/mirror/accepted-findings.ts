// SPDX-License-Identifier: MIT
import picomatch from 'picomatch';

import { InputError } from '../errors.js';

/** What `verify` finds (interface, verify). */
export const FINDING_KINDS = [
  'content',
  'mode',
  'missing',
  'extra',
  'package',
  'digest',
  'signature',
  'metadata',
  'tag',
  'branch',
  'object',
  'checkout',
  'unproved',
  'other-mirror',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Kinds that nobody may wave through wholesale: they need a tag and a path. */
const NAMED_ALONE: ReadonlySet<FindingKind> = new Set([
  'content',
  'package',
  'signature',
  'object',
]);

/** One item of `accept-findings`. */
export interface AcceptedFinding {
  readonly kind: FindingKind;
  /** Glob of the short name of a tag or branch; undefined means any. */
  readonly tagGlob: string | undefined;
  /** Glob of the path in the mirror; undefined means any. */
  readonly pathGlob: string | undefined;
}

/** What a finding has that items of `accept-findings` look at. */
export interface FindingPlace {
  readonly kind: string;
  /** The ref, as `refs/tags/1.0`, `refs/heads/main` or its short name. */
  readonly ref: string;
  readonly path: string;
}

const FORM = 'kind, kind:tag glob or kind:tag glob:path glob';

/**
 * Parses the items of `accept-findings`. In globs of paths `%20`, `%2C` and `%3A` stand for space, comma and colon. In globs of tags only `%2C` does:
 * no ref holds the other two, and a tag's name may hold their escapes (`1%3A2.0`).
 * @throws InputError INPUT_INVALID
 */
export function parseAcceptedFindings(items: readonly string[]): AcceptedFinding[] {
  return items.map(parseItem);
}

function parseItem(item: string): AcceptedFinding {
  const [word = '', tag, path, ...rest] = item.split(':');
  const kind = FINDING_KINDS.find((known) => known === word);
  if (kind === undefined)
    throw invalid(
      item,
      `${JSON.stringify(word)} is no kind; there are ${FINDING_KINDS.join(', ')}`,
    );
  if (rest.length > 0) throw invalid(item, 'it has a third colon; write %3A for one in a path');
  if (tag === '' || path === '')
    throw invalid(item, 'a glob is empty; write * for any tag and ** for any path');
  if (NAMED_ALONE.has(kind) && path === undefined)
    throw invalid(item, `${kind} is accepted only for a named tag and path, as ${kind}:TAG:PATH`);
  return {
    kind,
    tagGlob: tag?.replaceAll(/%2C/gi, ','),
    pathGlob: path === undefined ? undefined : decode(path),
  };
}

function decode(glob: string): string {
  return glob.replaceAll(/%(20|2C|3A)/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function invalid(item: string, reason: string): InputError {
  return new InputError(
    'INPUT_INVALID',
    `accept-findings: expected ${FORM}, found ${JSON.stringify(item)}: ${reason}`,
    {
      expected: FORM,
      actual: item,
    },
  );
}

/** A test for whether a finding is accepted by one of the items. `*` in a glob of tags spans slashes, as in `git tag --list`; in a glob of paths `**` does. */
export function createAcceptance(
  accepted: readonly AcceptedFinding[],
): (finding: FindingPlace) => boolean {
  const tests = accepted.map(({ kind, tagGlob, pathGlob }) => ({
    kind,
    matchesRef: tagGlob === undefined ? () => true : globTest(tagGlob, { isFlat: true }),
    matchesPath: pathGlob === undefined ? () => true : globTest(pathGlob, { isFlat: false }),
  }));
  return ({ kind, ref, path }) => {
    const name = ref.replace(/^refs\/(?:tags|heads|remotes\/origin)\//, '');
    return tests.some(
      (test) => test.kind === kind && test.matchesRef(name) && test.matchesPath(path),
    );
  };
}

/** A glob that also matches itself as plain text, so that names with brackets can be given as they are. */
export function globTest(
  glob: string,
  { isFlat }: { readonly isFlat: boolean },
): (text: string) => boolean {
  const matches = picomatch(glob, {
    dot: true,
    nonegate: true,
    noextglob: true,
    windows: false,
    bash: isFlat,
  });
  return (text) => text === glob || matches(text);
}
