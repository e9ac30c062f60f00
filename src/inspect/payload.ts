// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import { describeError, MirrorError } from '../errors.js';
import { uncompressedAlgorithms } from '../rpm/evidence/digests.js';
import type { PayloadFile } from '../rpm/model.js';
import { verifyPath } from '../rpm/payload/paths.js';
import { readPayload } from '../rpm/payload/payload.js';
import type { RpmPackage } from '../rpm/read.js';
import { showText, toRpmString } from '../rpm/text.js';
import { type FolderRules, judgeFolders } from '../source/judgement.js';

/** What the payload says, once it was read. */
export interface InspectedPayload {
  /** What was read, by index in the header's list; all of it unless the payload is refused. */
  readonly files: ReadonlyMap<number, Pick<PayloadFile, 'digest' | 'sha256'>>;
  readonly digests: Readonly<Record<string, string>>;
  readonly accepted: boolean;
  /** True when every regular file has a digest, and it is good. */
  readonly filesGood: boolean;
  readonly reasons: readonly string[];
}

/** @throws PayloadError for names and types that are refused */
function judgeNames({ facts }: RpmPackage, rules: FolderRules | undefined): readonly string[] {
  if (rules !== undefined && !facts.isSource) return judgeFolders(facts, rules).warnings;
  for (const { path, type } of facts.files)
    // The package `filesystem` owns the root folder.
    if (path.length > 0 || type !== 'directory') verifyPath(path, 'package');
  return [];
}

/** Reads the payload to its end, and judges names and types as they would be in a mirror. */
export async function inspectPayload(
  pkg: RpmPackage,
  source: ByteSource,
  rules: FolderRules | undefined,
): Promise<InspectedPayload> {
  const files = new Map<number, Pick<PayloadFile, 'digest' | 'sha256'>>();
  const { format } = pkg.facts.payload;
  if (format !== 'cpio') {
    // A delta package is whole and may be signed, but it cannot be unpacked without the package that it changes.
    return {
      files,
      digests: {},
      accepted: true,
      filesGood: false,
      reasons: [
        `NOT_CHECKED: the payload has the format ${format}, so its files were not looked at`,
      ],
    };
  }
  const reasons: string[] = [];
  const warnings: string[] = [];
  let digests: Readonly<Record<string, string>> = {};
  let filesGood = true;
  try {
    warnings.push(...judgeNames(pkg, rules));
  } catch (error) {
    reasons.push(reasonOf(error));
  }
  try {
    const payload = readPayload(pkg, source.stream(pkg.payloadStart), {
      keep: () => false,
      uncompressedDigests: uncompressedAlgorithms(pkg.header),
    });
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        digests = step.value.digests;
        break;
      }
      const { index, entry, digest, sha256 } = step.value;
      files.set(index, { digest, sha256 });
      filesGood &&= digest === 'good' || entry.type !== 'file' || entry.ghost;
      if (digest === 'bad')
        reasons.push(
          `DIGEST_MISMATCH: the file ${showText(toRpmString(entry.path))} is not the one that the header describes`,
        );
    }
  } catch (error) {
    filesGood = false;
    reasons.push(reasonOf(error));
  }
  return {
    files,
    digests,
    accepted: reasons.length === 0,
    filesGood,
    reasons: [...new Set([...reasons, ...warnings.map((text) => `WARNING: ${text}`)])],
  };
}

/** Only what we raise on purpose is a reason; anything else is a defect and goes up. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}
