// SPDX-License-Identifier: MIT
import type { Checksum } from '../repodata/model.js';
import type { ChangeClass, ReleaseRecord } from './records/releases.js';

/** A class, or what has to be read to tell it. */
export type Classification = ChangeClass | 'needs-header' | 'needs-package';

/** What tells two packages of one NEVRA apart without their payloads. Null is what a package or record does not have. */
export interface HeaderIdentity {
  readonly headerSha256: string;
  /** Bytes of the payload as the signature header or the index says. */
  readonly payloadSize: number | null;
  /** PAYLOADDIGEST of the main header, with its algorithm. */
  readonly payloadDigest: string | null;
  /** SIGMD5, over header and payload. */
  readonly sigMd5: string | null;
}

/** What the server gives now; `signature` is the verdict on the header's own signature. */
export interface ServedHeader extends HeaderIdentity {
  readonly signature: 'good' | 'bad' | 'absent';
}

/**
 * First step, free of requests: compares the index's checksum with the record (interface, Change classes).
 * @param listed the index's checksum of this NEVRA; undefined when the index does not list it
 */
export function classifyByIndex(
  record: Pick<ReleaseRecord, 'sha256' | 'indexSha256' | 'class'>,
  listed: Checksum | undefined,
): Classification {
  if (listed === undefined) return 'withdrawn';
  if (listed.algorithm === 'sha256' && listed.hex === record.sha256) return 'unchanged';
  const classified = record.class !== null && record.class !== 'withdrawn';
  return classified && listed.hex === record.indexSha256 ? record.class : 'needs-header';
}

/** Second step: the header that the server gives now against the published one. Where a fact is missing only the whole package can tell. */
export function classifyByHeader(published: HeaderIdentity, served: ServedHeader): Classification {
  if (served.headerSha256 !== published.headerSha256) return 'content-changed';
  const facts = (['payloadSize', 'payloadDigest', 'sigMd5'] as const).map((key) =>
    compareFact(published[key], served[key]),
  );
  if (facts.includes('other') || served.signature === 'bad') return 'content-changed';
  const [size, payloadDigest, sigMd5] = facts;
  const isComplete =
    size === 'same' &&
    (payloadDigest === 'same' || sigMd5 === 'same') &&
    served.signature === 'good';
  return isComplete ? 're-signed' : 'needs-package';
}

/** Last step: all of the package that the server gives now. One that is no longer signed well counts as changed. */
export function classifyByPackage(
  published: { readonly contentSha256: string },
  served: { readonly contentSha256: string; readonly isTrusted: boolean },
): ChangeClass {
  return served.isTrusted && served.contentSha256 === published.contentSha256
    ? 're-signed'
    : 'content-changed';
}

/** The record after a classification; the same object when it says nothing new. A withdrawn release keeps its last checksum. */
export function recordClass(
  record: ReleaseRecord,
  change: ChangeClass,
  listed: Checksum | undefined,
): ReleaseRecord {
  const indexSha256 = listed?.hex ?? record.indexSha256;
  return record.class === change && record.indexSha256 === indexSha256
    ? record
    : { ...record, indexSha256, class: change };
}

function compareFact(
  published: string | number | null,
  served: string | number | null,
): 'same' | 'other' | 'missing' {
  if (published === null || served === null) return 'missing';
  return published === served ? 'same' : 'other';
}
