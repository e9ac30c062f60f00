// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { tryParseNevra } from '../mirror/nevra.js';
import type { VerifyPorts } from '../ports.js';
import type { RunResult } from '../report/report.js';
import { describeNewest } from '../survey/newest.js';
import { noteSeen } from '../survey/survey.js';
import { IndexVerifier } from './archived-index.js';
import { Findings, orFinding } from './findings.js';
import { reportForeign } from './keys.js';
import { MirrorKeys } from './mirror-keys.js';
import { MirrorFiles, SourceBlobs } from './mirror-reading.js';
import { recordedNevra } from './package.js';
import { TagVerifier } from './release.js';
import { ServedPackages } from './served-packages.js';
import { listTagCases, readListed, type Scope, type TagCase } from './tag-cases.js';
import { verifyTip } from './tip.js';

/**
 * Proves what is published, from the mirror alone: every tag's commit, archived package and source tree against what the
 * vendor signed. Objects are hash-checked, source files each once, in bounded memory.
 * @throws GitError MIRROR_INVALID when the repository cannot be read or holds nothing to prove
 */
export async function verify(options: Options, ports: VerifyPorts): Promise<RunResult> {
  const { reader, logger, report, clock } = ports;
  const archiveDirectory = options.directories.archive;
  const files = new MirrorFiles(reader);
  const findings = new Findings(report);
  const tip = await reader.readTip(options.branch);
  const tipCommit = tip === undefined ? undefined : await reader.readCommit(tip);
  noteSeen(ports, { tip, tipCommit });
  const listed =
    tipCommit === undefined
      ? { records: [] }
      : await readListed(files, reader, {
          root: tipCommit.tree,
          path: `${archiveDirectory}/releases.json`,
        });
  const scope = await listTagCases({ reader, files, options, listed: listed.records });
  const { cases, broken, ignored } = scope;
  requireTags(scope);
  for (const tag of ignored) logger.info(`ignored: tag ${tag} has no release of this mirror`);
  logger.info(`${cases.length + broken.length} tags to verify, ${ignored.length} ignored`);
  const blobs = await readSources(
    cases,
    { files, packagingDirectory: options.directories.packaging },
    ports,
  );
  const nevras = cases.flatMap((item) => recordedNevra(item) ?? []);
  const names = new Set([
    ...nevras.flatMap((nevra) => tryParseNevra(nevra)?.name ?? []),
    ...cases.flatMap(({ message }) => message?.metadata?.get('Package') ?? []),
  ]);
  const keys = new MirrorKeys(files, { archiveDirectory, pins: options.gpgFingerprints });
  if (tip !== undefined) await keys.anchorOn(reader, tip);
  const index = new IndexVerifier({ reader, files, findings, archiveDirectory, names });
  const served = new ServedPackages(options, ports, nevras);
  const verifier = new TagVerifier({
    options,
    reader,
    files,
    blobs,
    served,
    keys,
    index,
    findings,
    report,
    now: clock.now(),
  });
  await verifyTags(scope, verifier, { findings, ports });
  for (const item of broken) verifier.refuse(item);
  const { proved } = verifier;
  reportForeign(verifier.foreign, {
    findings,
    archiveDirectory,
    proved,
    pins: options.gpgFingerprints,
  });
  await verifyTip({ options, reader, files, keys, index, findings, proved, listed });
  const signed = new Map(
    report.releases.map(({ tag, package: row }) => [tag, row?.signature.created]),
  );
  report.newest = describeNewest(
    proved.map(({ item: { tag }, nevra }) => ({ tag, nevra, date: signed.get(tag) })),
    clock.now(),
  );
  return conclude(findings, ports, {
    tip,
    unproved: new Set(verifier.foreign.map(({ item }) => item.tag)),
  });
}

/** Where there is nothing to prove, nothing is proved: a mirror that was wiped is not a good one. @throws GitError MIRROR_INVALID */
function requireTags({ cases, broken, ignored, leftOut }: Scope): void {
  if (cases.length + broken.length > 0) return;
  const others =
    ignored.length === 0
      ? ''
      : `, and ${ignored.length} that ${ignored.length === 1 ? 'is' : 'are'} not of this tool`;
  if (leftOut > 0)
    throw new GitError(
      'MIRROR_INVALID',
      `nothing was verified: versions leaves out all ${leftOut} releases of the mirror`,
      { remedy: 'Widen versions.' },
    );
  throw new GitError(
    'MIRROR_INVALID',
    `nothing was verified: expected tags of releases, found none${others}`,
    {
      remedy:
        'Check repository, branch and archive-directory. If this was a mirror, its tags are gone.',
    },
  );
}

async function verifyTags(
  { cases, broken }: Scope,
  verifier: TagVerifier,
  { findings, ports: { signal, logger, report } }: { findings: Findings; ports: VerifyPorts },
): Promise<void> {
  const total = cases.length + broken.length;
  for (const [at, item] of cases.entries()) {
    signal.throwIfAborted();
    logger.progress(`verifying ${item.tag}: ${at + 1} of ${total}`);
    const [before, unproved] = [findings.count, verifier.foreign.length];
    await verifier.verify(item);
    const outcome =
      findings.count > before || verifier.foreign.length > unproved
        ? 'not good'
        : report.notChecked.at(-1)?.tag === item.tag
          ? 'good, as far as it can be checked'
          : 'good';
    logger.info(
      `[${at + 1} of ${total}] ${item.tag}: ${report.releases.at(-1)?.nevra || 'no package'}: ${outcome}`,
    );
  }
}

/** Reads the files of all source trees once, those that tags share included. */
async function readSources(
  cases: readonly TagCase[],
  { files, packagingDirectory }: { files: MirrorFiles; packagingDirectory: string },
  { reader, logger }: VerifyPorts,
): Promise<SourceBlobs> {
  const wanted = new Set<Oid>();
  for (const source of await listFolders(cases, files, packagingDirectory)) {
    // A folder that cannot be read is a finding of its tag.
    const { value } = await orFinding(async () => files.list(source), {
      kind: 'content',
      path: '',
      expected: '',
    });
    for (const { mode, oid } of value?.values() ?? []) if (mode !== '160000') wanted.add(oid);
  }
  return SourceBlobs.read(reader, wanted, (done) => {
    if (done % 500 === 0) logger.progress(`reading source files: ${done} of ${wanted.size}`);
  });
}

/** Source and packaging folders of all tags, each once. */
async function listFolders(
  cases: readonly TagCase[],
  files: MirrorFiles,
  packagingDirectory: string,
): Promise<Set<Oid>> {
  const folders = new Set<Oid>();
  for (const { source, root } of cases) {
    if (source !== undefined) folders.add(source);
    const { value } = await orFinding(async () => files.find(root, packagingDirectory), {
      kind: 'content',
      path: '',
      expected: '',
    });
    if (value?.mode === '040000') folders.add(value.oid);
  }
  return folders;
}

/** `unproved`: tags whose package no trusted key signed; the finding may stand at the key. */
function conclude(
  findings: Findings,
  { report, logger }: VerifyPorts,
  { tip, unproved }: { readonly tip: Oid | undefined; readonly unproved: ReadonlySet<string> },
): RunResult {
  const counts = findings.byTag();
  for (const row of report.releases) {
    const count = counts.get(row.tag) ?? 0;
    row.reason =
      count > 0
        ? `${count} finding${count === 1 ? '' : 's'}`
        : unproved.has(row.tag)
          ? 'not signed by a trusted key'
          : 'good';
  }
  const { length } = report.warnings;
  for (const { kind, tag, path, expected, actual } of report.findings)
    logger.warning(`${kind}: ${tag}: ${path}: expected ${expected}, found ${actual}`);
  // They are annotations; in the report they stand once, as findings.
  report.warnings.length = length;
  return {
    report,
    hasNew: false,
    newVersions: [],
    latestVersion: report.newest?.version ?? '',
    commit: tip ?? '',
    failed: report.findings.length > 0,
    isVerified: true,
  };
}
