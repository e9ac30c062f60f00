// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { describeError, GitError, MirrorError } from '../errors.js';
import type { GitStore } from '../git/store.js';
import type { Options } from '../inputs.js';
import { LIMITS } from '../limits.js';
import { classifyByHeader, classifyByIndex, classifyByPackage, recordClass, type HeaderIdentity } from '../mirror/changes.js';
import { nevraKey, tryParseNevra } from '../mirror/nevra.js';
import { packagePaths } from '../mirror/layout.js';
import type { PlannedRelease } from '../mirror/plan.js';
import type { ChangeClass, ReleaseRecord } from '../mirror/releases.js';
import { checkSignature } from '../openpgp/verify.js';
import { packageUrls } from '../repodata/client.js';
import type { IndexPackage } from '../repodata/model.js';
import type { ChangeRow } from '../report/report.js';
import { packageDigest, payloadDigests } from '../rpm/digests.js';
import { formatNevra } from '../rpm/evr.js';
import { examineHeader, examinePackage } from '../rpm/examine.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { judge, judgeHeader } from '../trust/policy.js';
import { fetchPackage } from './downloads.js';
import type { MirrorState } from './mirror-state.js';
import type { Ports } from './ports.js';
import type { Survey } from './survey.js';

/** What became upstream of everything that is published. */
export interface Classification {
  readonly changes: readonly ChangeRow[];
  /** releases.json with the classes of now; the same objects where nothing moved. */
  readonly records: readonly ReleaseRecord[];
}

/** A published release, and what the index says of it now. */
interface Case {
  readonly record: ReleaseRecord;
  readonly listed: IndexPackage | undefined;
}

/** Headers read at a time; they are a few KiB each. */
const PARALLEL = 8;
/** RPMSIGTAG_SIZE and LONGSIZE: bytes of main header and payload. */
const SIZE_TAGS = [1000, 270] as const;

/**
 * Classifies every published release (interface, Change classes). Costs no request while the index's checksums are the
 * recorded ones, else one small range request per release that moved. What cannot be classified now keeps its record.
 */
export async function classifyPublished(found: Survey, context: { readonly options: Options; readonly ports: Ports; readonly wholePackages: boolean }): Promise<Classification> {
  const cases = await listCases(found, context);
  const classifier = new Classifier(found, context);
  const moved = cases.filter(({ record, listed }) => classifyByIndex(record, listed?.checksum) === 'needs-header');
  await classifier.loadArchived(moved.map(({ record }) => record));
  const results: { change: ChangeRow | undefined; record: ReleaseRecord }[] = [];
  for (let at = 0; at < cases.length; at += PARALLEL) {
    results.push(...(await Promise.all(cases.slice(at, at + PARALLEL).map((item) => classifier.classify(item)))));
  }
  const unlisted = found.state.releases.filter((record) => !cases.some((item) => item.record.tag === record.tag));
  return { changes: results.flatMap(({ change }) => change ?? []), records: [...results.map(({ record }) => record), ...unlisted] };
}

/** Releases on record, and tagged ones without a record where the archive has their package. Names that the inputs do not select are left alone. */
async function listCases({ state, index, plan, selects }: Survey, { ports }: { readonly ports: Ports }): Promise<Case[]> {
  const listed = new Map(index.packages.map((found) => [nevraKey(formatNevra(found.nevra)), found]));
  const recorded = state.releases.flatMap((record): Case[] => {
    const found = listed.get(nevraKey(record.nevra));
    const nevra = tryParseNevra(record.nevra);
    return found === undefined && (nevra === undefined || !selects(nevra)) ? [] : [{ record, listed: found }];
  });
  const known = new Set(state.releases.map(({ tag }) => tag));
  const bare = plan.releases.filter(({ status, tag }) => status === 'exists' && !known.has(tag));
  const checksums = await readChecksums(bare, state, ports.store);
  return [...recorded, ...bare.flatMap((release) => recordOf(release, checksums)).map((record) => ({ record, listed: listed.get(nevraKey(record.nevra)) }))];
}

async function readChecksums(releases: readonly PlannedRelease[], state: MirrorState, store: GitStore): Promise<Map<string, string>> {
  const files = releases.flatMap(({ indexPackage: { fileName } }) => {
    const file = state.archive.get(`rpm/${fileName}.sha256`);
    return file === undefined ? [] : [{ fileName, oid: file.oid }];
  });
  await store.fetchBlobs(files.map(({ oid }) => oid));
  return new Map(await Promise.all(files.map(async ({ fileName, oid }) => [fileName, Buffer.from(await store.readBlob(oid)).toString('latin1').slice(0, 64)] as const)));
}

/** A record for a release that the predecessor published: its checksum is all that is known of it. */
function recordOf({ nevra, tag, indexPackage: { fileName } }: PlannedRelease, checksums: ReadonlyMap<string, string>): ReleaseRecord[] {
  const sha256 = checksums.get(fileName);
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return [];
  const unknown = { contentSha256: null, headerSha256: null, sourceTree: null, signingKey: null, signedAt: null, repomdRevision: null };
  return [{ tag, nevra: formatNevra(nevra), file: fileName, sha256, ...unknown, indexSha256: sha256, class: null }];
}

class Classifier {
  private readonly archived = new Map<string, Uint8Array>();

  constructor(
    private readonly found: Survey,
    private readonly context: { readonly options: Options; readonly ports: Ports; readonly wholePackages: boolean },
  ) {}

  /** Fetches the archived packages (or headers) to compare with, in one request. */
  async loadArchived(records: readonly ReleaseRecord[]): Promise<void> {
    const { store } = this.context.ports;
    const files = records.flatMap(({ tag, file }) => {
      const { rpm, header } = packagePaths(file);
      const held = this.found.state.archive.get(rpm) ?? this.found.state.archive.get(header);
      return held === undefined ? [] : [{ tag, oid: held.oid }];
    });
    await store.fetchBlobs(files.map(({ oid }) => oid));
    for (const { tag, oid } of files) this.archived.set(tag, await store.readBlob(oid));
  }

  async classify({ record, listed }: Case): Promise<{ change: ChangeRow | undefined; record: ReleaseRecord }> {
    try {
      const { result, files } = await this.decide(record, listed);
      const change = { nevra: record.nevra, tag: record.tag, class: result, ...(files === undefined ? {} : { files }) };
      const isNews = result !== 'unchanged' || record.class !== null;
      return { change, record: isNews ? recordClass(record, result, listed?.checksum) : record };
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      const { code, message } = describeError(error);
      this.context.ports.logger.warning(`${record.nevra} could not be classified and is tried again in the next run: ${code}: ${message}`);
      return { change: record.class === null ? undefined : { nevra: record.nevra, tag: record.tag, class: record.class }, record };
    }
  }

  private async decide(record: ReleaseRecord, listed: IndexPackage | undefined): Promise<{ result: ChangeClass; files?: string[] }> {
    const first = classifyByIndex(record, listed?.checksum);
    if (first !== 'needs-header' && first !== 'needs-package') return { result: first };
    const archived = this.archived.get(record.tag);
    const published = archived === undefined ? undefined : await readPackage(memorySource(archived));
    const served = await this.readServedHeader(listed!);
    const second = published === undefined || served === undefined ? 'needs-package' : await this.compare(published, served);
    if (second === 'content-changed') return { result: second, files: differingFiles(published!, served!) };
    if (second === 're-signed' || second === 'unchanged' || second === 'withdrawn') return { result: second };
    const whole = await this.compareWhole(record, listed!, archived);
    return { result: whole };
  }

  /** Bytes 0 to the header's end, where the index says where that is. */
  private async readServedHeader(listed: IndexPackage): Promise<RpmPackage | undefined> {
    const end = listed.headerRange?.end;
    if (end === undefined || end > LIMITS.headerDataBytes) return undefined;
    let last: unknown;
    for (const url of packageUrls(this.found.index, listed)) {
      try {
        const { body } = await this.context.ports.fetcher.fetch({ url, maxBytes: end, what: `header of ${listed.fileName}`, range: { start: 0, end } });
        return await readPackage(memorySource(body));
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  private async compare(published: RpmPackage, served: RpmPackage): Promise<ReturnType<typeof classifyByHeader>> {
    const evidence = await examineHeader(served, (packets, data) => checkSignature(packets, data, this.found.trust.keyring, this.policy()));
    const verdict = judgeHeader(evidence);
    const isBad = evidence.signatures.some(({ status }) => status !== 'good');
    const signature = verdict.accepted && verdict.signature !== undefined ? 'good' : isBad ? 'bad' : 'absent';
    const servedIdentity = { ...identityOf(served), headerSha256: evidence.headerSha256, signature } as const;
    const { headerSha256 } = await examineHeader(published, async () => []);
    return classifyByHeader({ ...identityOf(published), headerSha256 }, servedIdentity);
  }

  private async compareWhole(record: ReleaseRecord, listed: IndexPackage, archived: Uint8Array | undefined): Promise<ChangeClass> {
    if (!this.context.wholePackages) throw new GitError('MIRROR_INVALID', 'only the whole package can tell, and mode check downloads none');
    const contentSha256 = record.contentSha256 ?? (archived === undefined ? undefined : await this.contentOf(archived));
    if (contentSha256 === undefined) throw new GitError('MIRROR_INVALID', 'neither releases.json nor the archive says what was published');
    const { download } = await fetchPackage(listed, { ...this.context, ...this.context.ports, index: this.found.index });
    try {
      const pkg = await readPackage(download.bytes);
      const evidence = await examinePackage(pkg, download.bytes, (packets, data) => checkSignature(packets, data, this.found.trust.keyring, this.policy()));
      return classifyByPackage({ contentSha256 }, { contentSha256: evidence.contentSha256, isTrusted: judge(evidence, { keysGiven: true }).accepted });
    } finally {
      await download.release();
    }
  }

  private async contentOf(archived: Uint8Array): Promise<string> {
    const source = memorySource(archived);
    return (await examinePackage(await readPackage(source), source, async () => [])).contentSha256;
  }

  private policy(): { allowWeak: ReadonlySet<string>; now: number } {
    return { allowWeak: this.context.options.allowWeak, now: this.context.ports.clock.now() };
  }
}

function identityOf(pkg: RpmPackage): Omit<HeaderIdentity, 'headerSha256'> {
  const [digest] = payloadDigests(pkg.header).filter(({ compressed }) => compressed.length > 0);
  return {
    payloadSize: SIZE_TAGS.map((tag) => pkg.signatureHeader.numbers(tag)?.[0]).find((size) => size !== undefined) ?? pkg.facts.payload.size,
    payloadDigest: digest === undefined ? null : `${digest.algorithm}:${digest.compressed[0]?.expected ?? ''}`,
    sigMd5: packageDigest(pkg.signatureHeader)?.expected ?? null,
  };
}

/** Paths whose digests differ or that only one of the two packages has. */
function differingFiles(published: RpmPackage, served: RpmPackage): string[] {
  const list = (pkg: RpmPackage): Map<string, string> =>
    new Map(pkg.facts.files.map(({ path, digest, mode }) => [Buffer.from(path).toString('utf8'), `${digest} ${mode}`]));
  const [before, after] = [list(published), list(served)];
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).sort();
}
