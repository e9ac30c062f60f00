// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import { MirrorError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { Ports } from '../ports.js';
import type { ReleaseRows } from '../publish/release-rows.js';
import { isTransient } from '../retry.js';
import { formatNevra } from '../rpm/evr.js';
import type { Survey } from '../survey/survey.js';
import { verifyListed } from '../upstream/downloads.js';
import { readServedHeader } from '../upstream/served-header.js';
import { type HeaderVerdict, verifyFront } from './header-verdict.js';

interface Context {
  readonly options: Options;
  readonly ports: Ports;
  readonly rows: ReleaseRows;
}

/** Headers read at a time; most are some 10 KiB. */
const PARALLEL = 8;
/** A line for logs that show no progress, after so many headers. */
const EVERY = 100;

/**
 * Reads the front of every release that publish would take, by range requests, side by side, and judges it as publish would: what would be refused becomes the row's
 * failure, with its remedy. Returns what is good, as sentences.
 * @throws DownloadError where the server does not answer any more: what was not asked is not good
 */
export async function judgeNew(survey: Survey, context: Context): Promise<string[]> {
  const pending = survey.plan.releases.filter(
    ({ status }) => status === 'new' || status === 'beyond-limit',
  );
  if (pending.length === 0) return [];
  const progress = progressOf(pending.length, context.ports.logger);
  const refused: PlannedRelease[] = [];
  const accepted: { release: PlannedRelease; verdict: HeaderVerdict }[] = [];
  await inParallel(pending, async (release) => {
    try {
      accepted.push({ release, verdict: await judgeOne(release, survey, context) });
    } catch (error) {
      if (!(error instanceof MirrorError) || isTransient(error)) throw error;
      context.rows.failed(release, error);
      refused.push(release);
    }
    progress();
  });
  remark(accepted, context);
  warnOfRefused(pending, refused, context);
  return refused.length > 0 ? [] : describe(pending, accepted, context.options);
}

async function judgeOne(
  { indexPackage, nevra }: PlannedRelease,
  { index, trust }: Survey,
  { options, ports }: Context,
): Promise<HeaderVerdict> {
  ports.signal.throwIfAborted();
  verifyListed(indexPackage, { options, index });
  const pkg = await readServedHeader(indexPackage, { index, fetcher: ports.fetcher });
  return verifyFront(
    pkg,
    { nevra, fileName: indexPackage.fileName },
    { options, checker: trust.checker },
  );
}

/** Runs a few at a time; the first failure ends all. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function progressOf(all: number, logger: Ports['logger']): () => void {
  let done = 0;
  logger.info(`reading the header of ${all === 1 ? 'the new release' : `${all} new releases`}`);
  return () => {
    done += 1;
    logger.progress(`headers: ${done} of ${all}`);
    if (done % EVERY === 0 && done < all) logger.info(`headers: ${done} of ${all}`);
  };
}

/** What came of a good one stands in its row; what only the payload can show, in `notChecked`. */
function remark(
  accepted: readonly { readonly release: PlannedRelease; readonly verdict: HeaderVerdict }[],
  { options, ports, rows }: Context,
): void {
  for (const { release, verdict } of accepted) {
    rows.remark(release, factsOf(verdict, options));
    ports.report.notChecked.push({
      tag: release.tag,
      kind: 'not-checked',
      path: release.indexPackage.fileName,
      reason: unseen(verdict),
    });
  }
  ports.report.notChecked.sort((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0));
}

function unseen({ isChecked, files }: HeaderVerdict): string {
  return [
    ...(isChecked ? [] : ['the signature, which covers header and payload']),
    'the payload: its digests, and whether it holds the files that the header lists',
    ...(files === undefined ? ['the archives in the source package'] : []),
  ].join('; ');
}

function factsOf({ signer, isChecked, files }: HeaderVerdict, options: Options): string {
  const signature = isChecked
    ? `signature of the header good (${signer.slice(-16)})`
    : `signed by ${signer.slice(-16)} over header and payload, which was not checked`;
  const count = files === undefined ? '' : `, ${counted(files, 'file')} in ${options.sourcePath}`;
  return signature + count;
}

/** All that publish would refuse, with the line that holds it back. */
function warnOfRefused(
  pending: readonly PlannedRelease[],
  refused: readonly PlannedRelease[],
  { ports }: Context,
): void {
  if (refused.length === 0) return;
  const ofAll = new Set(refused);
  const line = pending
    .filter((release) => ofAll.has(release))
    .map(({ nevra }) => formatNevra(nevra))
    .join(' ');
  const rest =
    refused.length === pending.length
      ? 'It is all that is new: mend the cause rather than skip it'
      : `The others (${pending.length - refused.length}) are good as far as index and headers show`;
  ports.logger.warning(
    `publish would refuse ${refused.length} of ${pending.length} new releases. ${rest}. To hold back what would be refused: skip: ${line}`,
  );
}

function describe(
  pending: readonly PlannedRelease[],
  accepted: readonly { readonly release: PlannedRelease; readonly verdict: HeaderVerdict }[],
  options: Options,
): string[] {
  const newest = pending.at(-1);
  const found = accepted.find(({ release }) => release === newest);
  if (newest === undefined || found === undefined) return [];
  const all =
    pending.length === 1
      ? []
      : [`The headers of all ${pending.length} new releases are what publish accepts.`];
  return [
    ...all,
    `The newest package, ${formatNevra(newest.nevra)}: ${factsOf(found.verdict, options)}.`,
  ];
}
