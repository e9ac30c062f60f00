// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { memorySource } from '../bytes.js';
import { required } from '../defect.js';
import { describeError, GitError, MirrorError, VerificationError } from '../errors.js';
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import {
  classifyByHeader,
  classifyByIndex,
  classifyByPackage,
  recordClass,
} from '../mirror/changes.js';
import { packagePaths } from '../mirror/layout.js';
import type { ChangeClass, ReleaseRecord } from '../mirror/records/releases.js';
import type { Ports } from '../ports.js';
import type { IndexPackage } from '../repodata/model.js';
import type { ChangeRow } from '../report/report.js';
import { examineHeader, examinePackage } from '../rpm/evidence/examine.js';
import { readPackage, type RpmPackage } from '../rpm/read.js';
import { judge, judgeHeader } from '../trust/policy.js';
import { fetchPackage } from '../upstream/downloads.js';
import { readServedHeader } from '../upstream/served-header.js';
import { differingFiles, identityOf } from './package-identity.js';
import { listPublishedCases, type PublishedCase } from './published-cases.js';
import type { Survey } from './survey.js';

/** What became upstream of everything that is published. */
export interface Classification {
  readonly changes: readonly ChangeRow[];
  /** releases.json with the classes of now; the same objects where nothing moved. */
  readonly records: readonly ReleaseRecord[];
  /** Tags whose changed content an earlier run acknowledged; upstream may have signed it again since. */
  readonly acknowledged: ReadonlySet<string>;
}

/** One release with its class. */
interface Classified {
  readonly change: ChangeRow | undefined;
  readonly record: ReleaseRecord;
  readonly isAcknowledged: boolean;
}

/** What the served package is, for releases whose content changed: the acknowledgement is of this and of nothing else. */
const CHANGED_HEADER = 'changedHeaderSha256';

/** Headers read at a time; they are a few KiB each. */
const PARALLEL = 8;
/**
 * Classifies every published release (interface, Change classes). Costs no request while the index's checksums are the
 * recorded ones, else one small range request per release that moved. What cannot be classified now keeps its record.
 */
export async function classifyPublished(
  survey: Survey,
  context: { readonly options: Options; readonly ports: Ports; readonly wholePackages: boolean },
): Promise<Classification> {
  const cases = await listPublishedCases(survey, context);
  const classifier = new Classifier(survey, context);
  const moved = cases.filter(
    ({ record, listed }) => classifyByIndex(record, listed?.checksum) === 'needs-header',
  );
  await classifier.loadArchived(moved.map(({ record }) => record));
  const results: Classified[] = [];
  for (let at = 0; at < cases.length; at += PARALLEL) {
    results.push(
      ...(await Promise.all(
        cases.slice(at, at + PARALLEL).map((item) => classifier.classify(item)),
      )),
    );
  }
  const unlisted = survey.state.releases.filter(
    (record) => !cases.some((item) => item.record.tag === record.tag),
  );
  return {
    changes: results.flatMap(({ change }) => change ?? []),
    records: [...results.map(({ record }) => record), ...unlisted],
    acknowledged: new Set(
      results.filter(({ isAcknowledged }) => isAcknowledged).map(({ record }) => record.tag),
    ),
  };
}

class Classifier {
  private readonly archived = new Map<string, Oid>();

  constructor(
    private readonly survey: Survey,
    private readonly context: {
      readonly options: Options;
      readonly ports: Ports;
      readonly wholePackages: boolean;
    },
  ) {}

  /** Fetches the archived packages (or headers) to compare with, in one request. */
  async loadArchived(records: readonly ReleaseRecord[]): Promise<void> {
    const { store } = this.context.ports;
    const files = records.flatMap(({ tag, file }) => {
      const { rpm, header } = packagePaths(file);
      const held = this.survey.state.archive.get(rpm) ?? this.survey.state.archive.get(header);
      return held === undefined ? [] : [{ tag, oid: held.oid }];
    });
    await store.fetchBlobs(files.map(({ oid }) => oid));
    for (const { tag, oid } of files) this.archived.set(tag, oid);
  }

  async classify({ record, listed }: PublishedCase): Promise<Classified> {
    try {
      const { result, files, changedHeader } = await this.decide(record, listed);
      const change = {
        nevra: record.nevra,
        tag: record.tag,
        class: result,
        ...(files === undefined ? {} : { files }),
      };
      const isNews = result !== 'unchanged' || record.class !== null;
      const next = isNews ? recordClass(record, result, listed?.checksum) : record;
      const isAcknowledged =
        result === 'content-changed' &&
        record.class === result &&
        (next === record || changedHeader === record.further?.[CHANGED_HEADER]);
      return {
        change,
        record:
          changedHeader === undefined
            ? next
            : { ...next, further: { ...next.further, [CHANGED_HEADER]: changedHeader } },
        isAcknowledged,
      };
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      return this.postpone(record, error);
    }
  }

  private postpone(record: ReleaseRecord, error: unknown): Classified {
    const { code, message } = describeError(error);
    this.context.ports.logger.warning(
      `${record.nevra} could not be classified and is tried again in the next run: ${code}: ${message}`,
    );
    return {
      change:
        record.class === null
          ? undefined
          : { nevra: record.nevra, tag: record.tag, class: record.class },
      record,
      isAcknowledged: true,
    };
  }

  private async decide(
    record: ReleaseRecord,
    listed: IndexPackage | undefined,
  ): Promise<{ result: ChangeClass; files?: string[]; changedHeader?: string }> {
    const first = classifyByIndex(record, listed?.checksum);
    if (first !== 'needs-header' && first !== 'needs-package') return { result: first };
    const oid = this.archived.get(record.tag);
    const archived = oid === undefined ? undefined : await this.context.ports.store.readBlob(oid);
    const published =
      archived === undefined ? undefined : await readPackage(memorySource(archived));
    const current = required(listed, 'the package in the index');
    const served = await readServedHeader(current, {
      index: this.survey.index,
      fetcher: this.context.ports.fetcher,
    });
    if (published !== undefined) {
      const second = await this.compare(published, served);
      if (second === 'content-changed')
        return {
          result: second,
          files: differingFiles(published, served),
          changedHeader: sha256(served.headerBytes),
        };
      if (second === 're-signed' || second === 'unchanged' || second === 'withdrawn')
        return { result: second };
    }
    return this.compareWhole(record, current, archived);
  }

  private async compare(
    published: RpmPackage,
    served: RpmPackage,
  ): Promise<ReturnType<typeof classifyByHeader>> {
    const evidence = await examineHeader(served, this.survey.trust.checker.check);
    const { headerSha256 } = await examineHeader(published, async () => []);
    const before = { ...identityOf(published), headerSha256 };
    const after = { ...identityOf(served), headerSha256: evidence.headerSha256 };
    // Other content is other content, whoever signed it.
    if (classifyByHeader(before, { ...after, signature: 'good' }) === 'content-changed')
      return 'content-changed';
    const verdict = judgeHeader(evidence);
    // A signature that nobody here can judge says nothing of the content: a new key is for a person to look at.
    const unknown = evidence.signatures.find(({ status }) => status !== 'good' && status !== 'bad');
    if (unknown !== undefined && verdict.signature === undefined)
      throw new VerificationError(
        unknown.code ?? 'UNKNOWN_KEY',
        `the package is signed anew: ${unknown.reason ?? unknown.status}`,
      );
    const isBad = evidence.signatures.some(({ status }) => status === 'bad');
    const signature =
      verdict.accepted && verdict.signature !== undefined ? 'good' : isBad ? 'bad' : 'absent';
    return classifyByHeader(before, { ...after, signature });
  }

  private async compareWhole(
    record: ReleaseRecord,
    listed: IndexPackage,
    archived: Uint8Array | undefined,
  ): Promise<{ result: ChangeClass; changedHeader?: string }> {
    if (!this.context.wholePackages)
      throw new GitError(
        'MIRROR_INVALID',
        'only the whole package can tell, and mode check downloads none',
      );
    const contentSha256 =
      record.contentSha256 ?? (archived === undefined ? undefined : await this.contentOf(archived));
    if (contentSha256 === undefined)
      throw new GitError(
        'MIRROR_INVALID',
        'neither releases.json nor the archive says what was published',
      );
    const { download } = await fetchPackage(listed, {
      ...this.context,
      ...this.context.ports,
      index: this.survey.index,
    });
    try {
      const pkg = await readPackage(download.bytes);
      const evidence = await examinePackage(pkg, download.bytes, this.survey.trust.checker.check);
      const result = classifyByPackage(
        { contentSha256 },
        {
          contentSha256: evidence.contentSha256,
          isTrusted: judge(evidence, { keysGiven: true }).accepted,
        },
      );
      return result === 'content-changed'
        ? { result, changedHeader: evidence.contentSha256 }
        : { result };
    } finally {
      await download.release();
    }
  }

  private async contentOf(archived: Uint8Array): Promise<string> {
    const source = memorySource(archived);
    return (await examinePackage(await readPackage(source), source, async () => [])).contentSha256;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
