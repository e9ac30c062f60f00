// SPDX-License-Identifier: MIT
import type { AnyMirrorError } from '../errors.js';
import {
  DownloadError,
  IntegrityError,
  type MirrorError,
  RepodataError,
  VerificationError,
} from '../errors.js';
import { printableUrl } from '../repodata/hrefs.js';

/** Why a base was passed over. */
export interface Failure {
  readonly base: string;
  readonly error: AnyMirrorError;
}

const FAMILIES = [VerificationError, IntegrityError, RepodataError, DownloadError] as const;

/** The gravest failure, worded for all: a refusal must not hide behind a mirror that is merely dead. */
export function summarize(failures: readonly Failure[]): MirrorError {
  const first = failures[0];
  if (first === undefined)
    throw new RepodataError('MIRRORLIST_INVALID', 'expected base URLs, found none');
  if (failures.length === 1) return first.error;
  const gravest =
    FAMILIES.map((family) => failures.find(({ error }) => error instanceof family)?.error).find(
      (error) => error !== undefined,
    ) ?? first.error;
  const all = failures
    .map(({ base, error }) => `${printableUrl(base)}: ${error.code}: ${error.message}`)
    .join('; ');
  const message = `none of ${failures.length} bases serves a usable index: ${all}`;
  const details = {
    remedy: gravest.remedy,
    cause: gravest,
    ...(gravest.expected === undefined ? {} : { expected: gravest.expected }),
    ...(gravest.actual === undefined ? {} : { actual: gravest.actual }),
  };
  if (gravest instanceof VerificationError)
    return new VerificationError(gravest.code, message, details);
  if (gravest instanceof IntegrityError) return new IntegrityError(gravest.code, message, details);
  if (gravest instanceof RepodataError) return new RepodataError(gravest.code, message, details);
  if (gravest instanceof DownloadError)
    return new DownloadError(gravest.code, message, {
      ...details,
      ...(gravest.status === undefined ? {} : { status: gravest.status }),
    });
  return gravest;
}
