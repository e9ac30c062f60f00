// SPDX-License-Identifier: MIT
import type { Oid } from './git/store.js';
import type { Options } from './inputs.js';
import type { RunResult } from './report/report.js';
import { compareEvr } from './rpm/evr.js';
import { digestBlobs, MirrorFiles } from './stages/mirror-reading.js';
import type { VerifyPorts } from './stages/ports.js';
import { ServedPackages } from './stages/served-packages.js';
import { listTagCases, type TagCase } from './stages/tag-cases.js';
import { verifyTip } from './stages/verify-tip.js';
import { TagVerifier } from './stages/verify-release.js';

/** Digests that signed file lists of today have; for others the archived payload is read. */
const DIGESTS = new Set(['sha256', 'sha384', 'sha512']);

/**
 * Proves what is published, from the mirror alone: every tag's commit, archived package and source tree against what the
 * vendor signed. Objects are hash-checked, each once, in bounded memory.
 * @throws GitError MIRROR_INVALID when the repository cannot be read
 */
export async function verify(options: Options, ports: VerifyPorts): Promise<RunResult> {
  const { reader, logger, report } = ports;
  const files = new MirrorFiles(reader);
  const { cases, ignored } = await listTagCases(reader, files, options);
  for (const tag of ignored) logger.info(`ignored: tag ${tag} has no release of this mirror`);
  logger.info(`${cases.length} tags to verify, ${ignored.length} ignored`);
  const blobs = await digestSources(cases, files, ports);
  const verifier = new TagVerifier({ options, ports, files, blobs, served: new ServedPackages(options, ports) });
  for (const [at, item] of cases.entries()) {
    if (ports.signal.aborted) throw ports.signal.reason;
    logger.progress(`verifying ${item.tag}: ${at + 1} of ${cases.length}`);
    await verifier.verify(item);
    const row = report.releases.at(-1);
    logger.info(`[${at + 1} of ${cases.length}] ${item.tag}: ${row?.nevra ?? 'no package'}: ${row?.reason ?? 'good'}`);
  }
  await verifyTip({ options, ports, files, verifier });
  for (const finding of report.findings) {
    logger.warning(`${finding.kind}: ${finding.tag}: ${finding.path}: expected ${finding.expected}, found ${finding.actual}`);
  }
  const newest = verifier.proved.toSorted((a, b) => compareEvr(a.nevra, b.nevra)).at(-1);
  return {
    report,
    hasNew: false,
    newVersions: [],
    latestVersion: newest?.nevra.version ?? '',
    commit: (await reader.readTip(options.branch)) ?? '',
    failed: report.findings.length > 0,
  };
}

/** Reads the blobs of all source trees once, those that tags share included. */
async function digestSources(cases: readonly TagCase[], files: MirrorFiles, { reader, logger }: VerifyPorts): ReturnType<typeof digestBlobs> {
  const wanted = new Map<Oid, ReadonlySet<string>>();
  const seen = new Set<Oid>();
  for (const { source } of cases) {
    if (source === undefined || seen.has(source)) continue;
    seen.add(source);
    for (const { mode, oid } of (await files.list(source)).values()) if (mode !== '160000') wanted.set(oid, DIGESTS);
  }
  return digestBlobs(reader, wanted, (done) => {
    if (done % 500 === 0) logger.progress(`reading source files: ${done} of ${wanted.size}`);
  });
}
