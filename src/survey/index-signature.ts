// SPDX-License-Identifier: MIT
import { VerificationError } from '../errors.js';
import type { Logger } from '../log.js';
import type { SignatureChecker } from '../openpgp/checker.js';
import type { SignatureReport } from '../openpgp/model.js';
import { type SignatureForm, signatureForm } from '../openpgp/signature-file.js';
import type { MirrorState } from './mirror-state.js';

export interface RepomdCheck {
  readonly repomd: Uint8Array;
  readonly signature: Uint8Array | undefined;
  /** What lies in the place of a signature. */
  readonly instead: string | undefined;
  /** By the input, or by the vendor's .repo file. */
  readonly isRequired: boolean;
  readonly state: MirrorState;
  readonly checker: SignatureChecker;
  readonly logger: Logger;
}

/**
 * `required` or once signed: there must be a signature. Where there is one, one trusted key must have made it and none may be bad (T9).
 * @throws VerificationError
 */
export async function verifyRepomd(request: RepomdCheck): Promise<void> {
  const { repomd, signature, checker, logger } = request;
  if (signature === undefined) {
    refuseUnsigned(request);
    return;
  }
  const reports = await checkIndexSignature({ repomd, signature }, checker);
  const form = signatureForm(signature);
  const good = reports.find(({ status }) => status === 'good');
  if (good === undefined) throw notGood(reports, form);
  for (const name of good.tolerated)
    logger.warning(`the signature of repomd.xml uses ${name}, which allow-weak tolerates`);
}

/**
 * What the signatures in repomd.xml.asc are worth.
 * @throws VerificationError BAD_SIGNATURE when one of them is not of this index, whoever made the others
 */
export async function checkIndexSignature(
  { repomd, signature }: { readonly repomd: Uint8Array; readonly signature: Uint8Array },
  checker: SignatureChecker,
): Promise<readonly SignatureReport[]> {
  const reports = await checker.checkDetached(signature, repomd);
  if (!reports.some(({ status }) => status === 'bad')) return reports;
  throw new VerificationError(
    'BAD_SIGNATURE',
    'repomd.xml.asc is not a signature of this repomd.xml',
    { remedy: indexRemedy('BAD_SIGNATURE', signatureForm(signature)) },
  );
}

function refuseUnsigned({ isRequired, instead, state }: RepomdCheck): void {
  const found = instead === undefined ? '' : `: repomd.xml.asc holds ${instead}`;
  if (isRequired)
    throw new VerificationError(
      'NO_SIGNATURE',
      `the index must be signed (repo-gpgcheck, or repo_gpgcheck of the .repo file), and the repository has no signature of it${found || ' (no repomd.xml.asc)'}`,
      {
        remedy:
          "Ask the publisher to sign the index. To rely on the packages' own signatures alone, set repo-gpgcheck: off.",
      },
    );
  if (state.archive.has('repomd.xml.asc'))
    throw new VerificationError(
      'NO_SIGNATURE',
      `repomd.xml was signed at the last run and is not signed now${found}`,
      {
        remedy:
          'Ask the publisher; if signing was given up on purpose, run with repo-gpgcheck: off.',
      },
    );
}

function notGood([first]: readonly SignatureReport[], form: SignatureForm): VerificationError {
  const code = first?.code ?? 'NO_SIGNATURE';
  const kind =
    form === 'attached'
      ? 'it is a signed message with its own content, and no detached signature'
      : form === 'clearsigned'
        ? 'it is a clear-signed text, and no detached signature'
        : (first?.reason ?? 'holds no signature');
  return new VerificationError(code, `repomd.xml.asc: ${kind}`, {
    remedy: indexRemedy(code, form),
  });
}

const OFF =
  "Until then repo-gpgcheck: off leaves the index's signature out and relies on the packages' own, which are checked in any case.";

/** What to do about a signature of the index, which is not that of a package: what helps there would lead away from it here. */
function indexRemedy(code: string, form: SignatureForm): string {
  if (form !== 'detached')
    return `dnf and yum take a detached signature (gpg --detach-sign --armor repodata/repomd.xml); tell the publisher. ${OFF}`;
  switch (code) {
    case 'BAD_SIGNATURE':
      return `The signature is stale, or of another index: run again in a minute, since the repository may be in the middle of a publication; if it persists, tell the publisher to sign the index anew. ${OFF}`;
    case 'UNKNOWN_KEY':
      return `Another key signs the index than the packages: add it to gpgkey, and its fingerprint to gpg-fingerprints, once you have checked it with the publisher. ${OFF}`;
    case 'KEY_EXPIRED':
      return `An index is signed for today, so its key must be valid today: publishers mostly prolong the same key, so give the address of its newest version as gpgkey, or ask for it. ${OFF}`;
    case 'WEAK_ALGORITHM':
      return `If you must, name the algorithm in allow-weak. Otherwise tell the publisher. ${OFF}`;
    case 'KEY_REVOKED':
      return `Do not use what this key signed; get the new key and list its fingerprint. ${OFF}`;
    default:
      return `Tell the publisher to sign the index anew. ${OFF}`;
  }
}
