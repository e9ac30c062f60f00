// SPDX-License-Identifier: MIT
import { required } from '../../defect.js';
import type { Oid } from '../../git/store.js';
import { tryParseNevra } from '../../mirror/nevra.js';
import type { Outcome } from '../../rebuild/outcome.js';
import { compareEvr } from '../../rpm/evr.js';
import { ArchiveVerifier } from '../archive/archive.js';
import type { CheckoutVerifier } from '../checkout.js';
import { NOWHERE, type Shape } from '../claims.js';
import { orFinding } from '../findings.js';
import { registryOf } from '../registry.js';
import { type Proved, rowOf } from '../releases.js';
import { type BrokenCase, readCommitCase, type ReleaseCase, unreadParent } from '../scope.js';
import { type BranchWorld, greatest, type Scope, type World } from '../world.js';
import { checkLines, lineRefs } from './line-branches.js';
import {
  checkForeignBranch,
  checkNames,
  checkOtherTag,
  ownedFolders,
  type RefParts,
} from './refs.js';
import { verifyForm, verifyKept, verifyTip } from './tip.js';

/** Every ref: the commits of releases, tags that are none, and branches that the tool does not keep. */
export async function checkRefs(
  world: World,
  scope: Scope,
  { proved, checkout }: { proved: Proved; checkout: CheckoutVerifier },
): Promise<void> {
  const { ports, branch, refs } = world;
  const { report } = ports;
  for (const broken of scope.broken) reportBroken(world, broken);
  const shape = world.shape ?? scope.cases[0]?.shape;
  if (shape === undefined) return;
  const followed = followedBranches(world, proved);
  const parts = await refParts(world, proved, { shape, checkout, followed });
  for (const other of scope.others) await checkOtherTag(other, parts);
  for (const item of scope.aliases) {
    if (parts.proved.has(await foldersOf(parts, item.root, shape))) {
      report.foreign.push({ ref: item.ref });
      await checkout.verify(item, item.root, item.shape);
    } else await checkMisnamed(world, item, proved);
  }
  if (branch === undefined) return;
  const others = [...refs.refs].filter(
    ([ref]) => !ref.startsWith('refs/tags/') && !followed.has(ref),
  );
  for (const [ref, oid] of others) await checkForeignBranch(ref, oid, parts);
  checkNames(refs.refs.keys(), parts);
}

function reportBroken(
  { findings, ports: { report } }: World,
  { ref, tag, fault, listed }: BrokenCase,
): void {
  report.releases.push({ nevra: listed?.nevra ?? '', version: '', tag, status: 'exists' });
  findings.add({ ref }, fault);
}

/** Full names of the branches that the tool keeps. */
function followedBranches(
  world: World,
  { outcomes, leftOut }: Pick<Proved, 'outcomes' | 'leftOut'>,
): ReadonlySet<string> {
  const { branch } = world;
  if (branch === undefined) return new Set();
  const lines = lineRefs({ ...world, branch }, [...outcomes, ...leftOut]);
  return new Set([branch.ref, ...lines.map(({ ref }) => ref)]);
}

async function refParts(
  { findings, files, ports: { reader, report }, branch }: World,
  { outcomes, leftOut }: Proved,
  {
    shape,
    checkout,
    followed,
  }: Pick<RefParts, 'shape' | 'checkout'> & { followed: ReadonlySet<string> },
): Promise<RefParts> {
  const good = outcomes.filter(({ item, isSigned }) => isSigned && findings.of(item).failing === 0);
  const folders = async (root: Oid, of: Shape): Promise<string> => foldersOf({ files }, root, of);
  return {
    reader,
    files,
    findings,
    shape,
    foreign: report.foreign,
    checkout,
    proved: new Set(await Promise.all(good.map(({ item }) => folders(item.root, item.shape)))),
    ofBranch: new Set(
      await Promise.all((branch?.line ?? []).map(({ commit }) => folders(commit.tree, shape))),
    ),
    releases: new Set([...[...outcomes, ...leftOut].map(({ item }) => item.ref), ...followed]),
  };
}

/** The owned folders of a tree as one text; of a tree that cannot be read its id, which is that of no other. */
async function foldersOf(
  { files }: Pick<RefParts, 'files'>,
  root: Oid,
  shape: Shape,
): Promise<string> {
  return (await orFinding(async () => ownedFolders(files, root, shape), NOWHERE)).value ?? root;
}

async function checkMisnamed(
  { findings, ports: { report } }: World,
  item: ReleaseCase,
  { verifier }: Proved,
): Promise<void> {
  const row = rowOf(item);
  report.releases.push(row);
  const outcome = await verifier.verify(item, row);
  if (findings.of(item).failing === 0)
    findings.add(item, {
      kind: 'tag',
      path: item.ref,
      expected: 'the folders of a proved release, or a name of its own',
      actual: `a commit of ${row.nevra || 'a release'}`,
    });
  outcome.isSigned = false;
}

/** The archives of all releases, what lies beside them, and the ends of the branch and the line branches. */
export async function checkTips(
  world: World,
  scope: Scope,
  { proved, checkout }: { proved: Proved; checkout: CheckoutVerifier },
): Promise<void> {
  const { files, findings, keys, branch, shape, ports } = world;
  const { reader, signal } = ports;
  const archive = new ArchiveVerifier({
    files,
    findings,
    keys,
    anchors: proved.anchors,
    index: proved.index,
    registry: await registryOf(world, scope, proved),
  });
  for (const outcome of proved.outcomes) {
    signal.throwIfAborted();
    const { item } = outcome;
    // A tag that stands elsewhere is that one finding.
    if (findings.has(item, 'tag') && !outcome.isSigned) continue;
    const { ref, root, shape: own } = item;
    const isSingle = branch === undefined;
    const parent = isSingle ? undefined : await parentOf(world, item);
    await archive.verify({ ref, root, shape: own, own: outcome, parent, isSingle });
    await checkout.verify({ ref }, root, own);
    if (ref === 'HEAD') await checkout.verifyWorkTree({ ref }, root, own);
  }
  reportStrangers(world, proved);
  if (branch === undefined || shape === undefined) return;
  const ofLine = new Set(branch.line.map(({ oid }) => oid));
  // A tag that nobody trusted signed, that the branch neither lists nor went through, says nothing of what the branch should hold.
  const all = [...proved.outcomes, ...proved.leftOut].filter(
    ({ item, isSigned }) => isSigned || item.listed !== undefined || ofLine.has(item.commit),
  );
  const newest = await standIn({ ...world, branch }, proved, greatestOf(all));
  const tip = { ref: branch.ref, oid: branch.tip, root: branch.root, shape, newest };
  const parts = { reader, files, findings, archive, checkout, outcomes: all };
  if (newest?.isSigned !== true) findings.addAll(tip, shape.faults);
  await verifyTip(tip, parts);
  await verifyKept(tip, {
    outcomes: proved.outcomes,
    records: world.records,
    ofLine,
    files,
    findings,
  });
  const { failing, accepted } = findings.of(tip);
  // What was found says better what is wrong than that somebody changed it.
  if (failing + accepted === 0) await verifyForm(tip, branch.line, parts);
  await checkLines({ ...world, branch }, parts);
}

/** The greatest release; the last of equals. */
function greatestOf(outcomes: readonly Outcome[]): Outcome | undefined {
  return outcomes.toSorted((a, b) => compareEvr(a.nevra, b.nevra)).at(-1);
}

/** Where the greatest recorded release has no tag, its package in the branch's archive stands for it: no missing tag turns the check of the branch off. */
async function standIn(
  world: BranchWorld,
  { verifier }: Proved,
  newest: Outcome | undefined,
): Promise<Outcome | undefined> {
  const { branch, records, refs, ports } = world;
  const lost = greatest(records.filter(({ tag }) => !refs.refs.has(`refs/tags/${tag}`)));
  const nevra = lost === undefined ? undefined : tryParseNevra(lost.nevra);
  if (lost === undefined || nevra === undefined) return newest;
  if (newest !== undefined && compareEvr(nevra, newest.nevra) <= 0) return newest;
  const parts = {
    ...world,
    reader: ports.reader,
    fallback: world.shape,
    lines: new Map([[lost.tag, lost]]),
  };
  const end = required(branch.line[0], 'the end of the branch');
  const commit = { ...end.commit, message: '' };
  const item = await readCommitCase(
    { ref: branch.ref, tag: lost.tag, oid: branch.tip, object: undefined, commit },
    parts,
  );
  await verifier.verify(item, rowOf(item));
  // What it has wrong was said of the branch just now.
  return undefined;
}

async function parentOf({ findings, ports }: World, item: ReleaseCase): Promise<Oid | undefined> {
  const [parent] = item.parents;
  if (parent === undefined) return undefined;
  const { value, fault } = await orFinding(
    async () => ports.reader.readCommit(parent),
    unreadParent(item),
  );
  if (fault !== undefined) findings.add(item, fault);
  return value?.tree;
}

/**
 * Packages that no trusted key signed. Where the key that signed them lies in the archive, the finding at the key says it; otherwise the package is one.
 */
function reportStrangers({ findings, ports }: World, { outcomes, anchors }: Proved): void {
  const strangers = outcomes.filter(({ isStranger }) => isStranger);
  const keysSaid = ports.report.findings.some(
    ({ kind, path }) => kind === 'signature' && !path.includes('/rpm/'),
  );
  const hasGood = outcomes.some(({ isSigned }) => isSigned);
  for (const { item, row } of strangers) {
    if (keysSaid && !hasGood) continue;
    const [file = ''] = item.record === undefined ? [] : [item.record.file];
    findings.add(item, {
      kind: 'signature',
      path: `${item.shape.directories.archive}/rpm/${file}`,
      expected: `a package signed by ${anchors.name}`,
      actual: row.reason ?? 'another key',
    });
  }
}
