// SPDX-License-Identifier: MIT
import { followLines, type LineBranch } from '../../mirror/lines.js';
import type { Outcome } from '../../rebuild/outcome.js';
import { orFinding } from '../findings.js';
import type { BranchWorld } from '../world.js';
import { type Tip, type TipParts, verifyCopy, verifyTip } from './tip.js';

/** A line branch with its full name, and whose releases it follows. */
export interface LineRef extends LineBranch {
  readonly ref: string;
  /** False for a line that the end of the branch says nothing of any more: it follows the releases that were made while it was one. */
  readonly isPresent: boolean;
}

/**
 * Line branches, where they exist or should: those of the inputs, else of mirror.json at the end of the branch, and those that releases were made with.
 * What is not in mirror.json any more is not turned off by that: nobody tells a line that was given up from one that a forger took out.
 */
export function lineRefs(
  { shape, refs, branch, options }: BranchWorld,
  outcomes: readonly Outcome[],
): LineRef[] {
  const isClone = branch.ref.startsWith('refs/remotes/');
  const refOf = (name: string): string => {
    const remote = `refs/remotes/origin/${name}`;
    return isClone && refs.refs.has(remote) ? remote : `refs/heads/${name}`;
  };
  const present = shape?.lineBranches ?? [];
  const found = present.map((line) => ({ ...line, ref: refOf(line.branch), isPresent: true }));
  if (options.given.has('line-branches')) return found;
  const known = new Set(present.map(({ branch: name }) => name));
  for (const { item } of outcomes.toReversed())
    for (const line of item.shape.lineBranches) {
      const ref = refOf(line.branch);
      if (known.has(line.branch) || ref === branch.ref || !refs.refs.has(ref)) continue;
      known.add(line.branch);
      found.push({ ...line, ref, isPresent: false });
    }
  return found;
}

/** Each line branch holds at its end what the greatest release of its line holds. */
export async function checkLines(world: BranchWorld, parts: TipParts): Promise<void> {
  const { refs, findings } = world;
  for (const line of lineRefs(world, parts.outcomes)) {
    const { ref } = line;
    const newest = newestOf(line, parts.outcomes);
    const oid = refs.refs.get(ref);
    if (oid === undefined) {
      const expected = newest?.item.tag;
      if (expected !== undefined)
        findings.add({ ref }, { kind: 'branch', path: ref, expected, actual: 'missing' });
      continue;
    }
    const { value: commit, fault } = await orFinding(async () => parts.reader.readCommit(oid), {
      kind: 'branch',
      path: ref,
      expected: 'a branch that can be read',
    });
    if (commit === undefined) {
      findings.add({ ref }, fault);
      continue;
    }
    const shape = await world.claims.of(commit.tree, world.shape);
    const tip: Tip = { ref, oid, root: commit.tree, shape, newest };
    await verifyTip(tip, parts);
    await verifyCopy(tip, parts);
  }
}

function newestOf(line: LineRef, outcomes: readonly Outcome[]): Outcome | undefined {
  const own = outcomes.filter(
    ({ item }) =>
      line.isPresent || item.shape.lineBranches.some(({ branch }) => branch === line.branch),
  );
  const tagged = own.map((outcome) => ({ tag: outcome.item.ref, nevra: outcome.nevra }));
  const wanted = followLines([line], tagged)[0]?.release.tag;
  return own.find(({ item }) => item.ref === wanted);
}
