// SPDX-License-Identifier: MIT
import { SourceBlobs } from '../git/objects/mirror-files.js';
import type { Oid } from '../git/store.js';
import { tryParseNevra } from '../mirror/nevra.js';
import { SignatureChecker } from '../openpgp/checker.js';
import { type Anchors, establishAnchors } from '../rebuild/keys.js';
import type { Outcome } from '../rebuild/outcome.js';
import { Packages, recordedNevra } from '../rebuild/packages.js';
import { provePackage } from '../rebuild/prove.js';
import type { ReleaseRow } from '../report/report.js';
import { IndexVerifier } from './archive/archived-index.js';
import { orFinding } from './findings.js';
import { ReleaseVerifier } from './release.js';
import { claimedNevra, readCommitCase, type ReleaseCase } from './scope.js';
import type { Scope, World } from './world.js';

/** The releases with what became of each, and the keys that they were held against. */
export interface Proved {
  readonly anchors: Anchors;
  readonly outcomes: readonly Outcome[];
  /** Releases that `versions` leaves out. */
  readonly leftOut: readonly Outcome[];
  readonly verifier: ReleaseVerifier;
  readonly index: IndexVerifier;
}

/** Proves all releases of a scope, one after the other. */
export async function proveReleases(world: World, scope: Scope): Promise<Proved> {
  const { options, ports, files, findings, keys, branch } = world;
  const { reader, logger, signal, report, clock } = ports;
  const policy = { allowWeak: options.allowWeak, now: clock.now() };
  const all = [...scope.cases, ...scope.leftOut, ...scope.aliases];
  for (const { root, shape } of all) await quietly(() => keys.of(root, shape.directories.archive));
  for (const { commit } of branch?.line ?? [])
    await quietly(async () =>
      keys.of(commit.tree, (await world.claims.of(commit.tree, world.shape)).directories.archive),
    );
  const nevras = [
    ...all.flatMap((item) => recordedNevra(item) ?? []),
    ...scope.lost.map(({ nevra }) => nevra),
  ];
  const packages = new Packages(files, options, ports, nevras);
  const anchors = await establishAnchors(options, {
    keys,
    fetcher: ports.fetcher,
    isSingle: branch === undefined,
    firstSigner: (keyring) =>
      firstSigner(new SignatureChecker(keyring, policy), packages, { world, scope }),
  });
  report.anchors.push(...anchors.rows);
  const parsed = nevras.flatMap((nevra) => tryParseNevra(nevra) ?? []);
  const claimed = all.map(claimedNevra);
  const index = new IndexVerifier({
    reader,
    files,
    findings,
    names: new Set([...parsed, ...claimed].map(({ name }) => name)),
    archs: new Set([...parsed.map(({ arch }) => arch), ...options.arch]),
  });
  const verifier = new ReleaseVerifier({
    options,
    reader,
    files,
    blobs: await readSources(world, scope),
    packages,
    checker: new SignatureChecker(anchors.keyring, policy),
    index,
    findings,
    refs: new Map(scope.cases.map(({ commit, ref }) => [commit, ref])),
    now: clock.now(),
    isSingle: branch === undefined,
  });
  logger.info(`${scope.cases.length} releases to verify`);
  const outcomes: Outcome[] = [];
  for (const [at, item] of scope.cases.entries()) {
    signal.throwIfAborted();
    logger.progress(`verifying ${item.tag}: ${at + 1} of ${scope.cases.length}`);
    const row = rowOf(item);
    report.releases.push(row);
    outcomes.push(await verifier.verify(item, row));
  }
  const leftOut = await Promise.all(
    scope.leftOut.map(async (item) => verifier.look(item, rowOf(item))),
  );
  return { anchors, outcomes, leftOut, verifier, index };
}

/** The row of a release before anything is known of it. */
export function rowOf({ tag, commit, record }: ReleaseCase): ReleaseRow {
  return { nevra: record?.nevra ?? '', version: '', tag, status: 'exists', commit };
}

/** So many commits are tried for the first release: others may have been written by hand. */
const MOST_TRIES = 20;

/** Who signed the first release of the branch, or the lowest of those that were chosen; where its package is not to be had, who it says. */
async function firstSigner(
  checker: SignatureChecker,
  packages: Packages,
  { world, scope }: { world: World; scope: Scope },
): Promise<string | undefined> {
  const candidates = world.branch === undefined ? scope.cases : await firstCases(world);
  let claimed: string | undefined;
  for (const item of candidates.slice(0, MOST_TRIES)) {
    claimed ??= item.message?.metadata?.get('GPG key fingerprint');
    const { value } = await orFinding(
      async () => {
        const found = await packages.find(item);
        if (typeof found === 'string') return undefined;
        try {
          return (await provePackage(found, checker)).certificate?.fingerprint;
        } finally {
          await found.release();
        }
      },
      { kind: 'package', path: '', expected: '' },
    );
    if (value !== undefined) return value;
  }
  return claimed;
}

async function firstCases({ branch, claims, files, shape, ports }: World): Promise<ReleaseCase[]> {
  const parts = {
    reader: ports.reader,
    files,
    claims,
    fallback: shape,
    lines: new Map<string, never>(),
  };
  const found: ReleaseCase[] = [];
  if (branch === undefined) return found;
  for (const { oid, commit } of branch.line.toReversed()) {
    if (found.length >= MOST_TRIES) break;
    if (!commit.message.includes('Checksum: ')) continue;
    const item = await readCommitCase(
      { ref: branch.ref, tag: '', oid, object: undefined, commit },
      parts,
    );
    if (item.message !== undefined) found.push(item);
  }
  return found;
}

/** Reads the files of all source trees once, those that releases share included. */
async function readSources(
  { files, branch, shape, ports: { reader, logger } }: World,
  { cases }: Scope,
): Promise<SourceBlobs> {
  const folders = new Set<Oid>();
  const wanted = new Set<Oid>();
  const tip = branch === undefined || shape === undefined ? [] : [{ root: branch.root, shape }];
  for (const { root, shape: own } of [...cases, ...tip])
    for (const path of [own.directories.source, own.directories.packaging])
      await quietly(async () => {
        const entry = await files.find(root, path);
        if (entry?.mode !== '040000' || folders.has(entry.oid)) return;
        folders.add(entry.oid);
        for (const { mode, oid } of (await files.list(entry.oid)).values())
          if (mode !== '160000') wanted.add(oid);
      });
  return SourceBlobs.read(reader, wanted, (done) => {
    if (done % 500 === 0) logger.progress(`reading source files: ${done} of ${wanted.size}`);
  });
}

/** What cannot be read is a finding where it is looked at. */
async function quietly(read: () => Promise<unknown>): Promise<void> {
  await orFinding(read, { kind: 'content', path: '', expected: '' });
}
