// SPDX-License-Identifier: MIT
import { describeError, MirrorError, sentences } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { selectSource } from '../mirror/source-path.js';
import { checkSignature } from '../openpgp/verify.js';
import type { Ports } from '../ports.js';
import { formatNevra } from '../rpm/evr.js';
import { examineHeader } from '../rpm/examine.js';
import type { RpmPackage } from '../rpm/read.js';
import { listSignatures } from '../rpm/signatures.js';
import { proposeSource } from '../source/proposal.js';
import type { Survey } from '../survey/survey.js';
import { judgeHeader, verifyJudgement } from '../trust/policy.js';
import { readServedHeader } from '../upstream/served-header.js';

type Context = { readonly options: Options; readonly ports: Ports };

/**
 * Looks at the header of the newest release that publish would take, by one range request, and warns of what publish would refuse: a signature by
 * another key, a source path that matches nothing. What it cannot see is left to publish. The release's row says what came of it; returns it as sentences.
 */
export async function reportNewest(found: Survey, { options, ports }: Context): Promise<string[]> {
  const newest = found.plan.releases.findLast(({ status }) => status === 'new');
  if (newest === undefined) return [];
  const name = formatNevra(newest.nevra);
  const refusals: string[] = [];
  const warn = (error: unknown, more = ''): void => {
    if (!(error instanceof MirrorError) || error.code === 'ABORTED') throw error;
    const { code, message, remedy } = describeError(error);
    refusals.push(code);
    ports.logger.warning(
      `publish would refuse ${sentences({ message: `${name}: ${code}: ${message}`, remedy: more || remedy })}`,
    );
  };
  const facts: string[] = [];
  try {
    const pkg = await readServedHeader(newest.indexPackage, {
      index: found.index,
      fetcher: ports.fetcher,
    });
    // Of a header that nobody answers for nothing else is believed.
    if (pkg !== undefined)
      facts.push(
        await trySignature(pkg, found, { options, ports }),
        ...trySourcePath(pkg, options.sourcePath, warn),
      );
  } catch (error) {
    warn(error, keyRemedy(error, found));
  }
  const remark =
    refusals.length > 0 ? `would be refused: ${refusals.join(', ')}` : facts.join(', ');
  const row = ports.report.releases.find(({ nevra }) => nevra === name);
  if (row !== undefined && remark !== '') row.reason ??= remark;
  return refusals.length > 0 || facts.length === 0
    ? []
    : [`The newest package, ${name}: ${remark}.`];
}

/** What its signature is worth. @throws VerificationError, IntegrityError for what the header alone already refuses */
async function trySignature(
  pkg: RpmPackage,
  { trust }: Survey,
  { options, ports }: Context,
): Promise<string> {
  const policy = { allowWeak: options.allowWeak, now: ports.clock.now() };
  const evidence = await examineHeader(pkg, (packets, data) =>
    checkSignature(packets, data, trust.keyring, policy),
  );
  // A signature over header and payload needs both.
  if (evidence.signatures.length === 0 && listSignatures(pkg.signatureHeader).length > 0)
    return 'the signature needs the whole package, and was not checked';
  const judgement = judgeHeader(evidence);
  verifyJudgement(judgement, 'its header');
  return `signature of the header good (${judgement.signature?.fingerprint?.slice(-16) ?? ''})`;
}

function keyRemedy(error: unknown, { trust }: Survey): string {
  if (!(error instanceof MirrorError) || error.code !== 'UNKNOWN_KEY') return '';
  const keys = trust.keyring.certificates.map(({ fingerprint }) => fingerprint).join(', ');
  return `The trusted keys are ${keys}. Give the signer's key with gpgkey (and its fingerprint with gpg-fingerprints), after you have checked it with the publisher.`;
}

function trySourcePath(
  { facts }: RpmPackage,
  glob: string,
  warn: (error: unknown, remedy?: string) => void,
): string[] {
  if (facts.isSource) return [];
  const paths = facts.files.map(({ path, type }) => ({ path, isDirectory: type === 'directory' }));
  try {
    const { map } = selectSource(paths, glob);
    const count = paths.filter(
      ({ path, isDirectory }) => !isDirectory && map(path) !== undefined,
    ).length;
    return [`${count} file${count === 1 ? '' : 's'} in ${glob}`];
  } catch (error) {
    const proposal = proposeSource(paths, facts.nevra.version);
    warn(
      error,
      proposal === undefined
        ? ''
        : `Set source-path to ${proposal.glob}, which holds ${proposal.files} files.`,
    );
    return [];
  }
}
