// SPDX-License-Identifier: MIT
import { counted } from '../counted.js';
import type { InputName } from '../inputs/table.js';
import { MIB } from '../limits.js';
import type { Logger } from '../log.js';
import { displayUrl } from '../net/urls.js';
import type { CertificateFacts, SignatureReport } from '../openpgp/model.js';
import { formatNevra, withoutZeroEpoch } from '../rpm/evr.js';
import { otherSources } from './candidates.js';
import type { Exploration } from './explore.js';
import type { WorkflowInputs } from './inputs.js';
import { codesOf, unpinnedIndex } from './needs.js';

/** Names of other packages on one line. */
const MOST_NAMES = 10;

/** Says what was found, one fact a line; what a person must look at is a warning. */
export function reportLook(
  exploration: Exploration,
  { inputs, logger }: { readonly inputs: WorkflowInputs; readonly logger: Logger },
): void {
  const { index, candidates, oddNames } = exploration;
  logger.info(
    `repository: ${index.baseUrl}: ${index.packageCount} packages with ${counted(candidates.length, 'name')}, revision ${index.repomd.revision || 'none'}`,
  );
  if (oddNames > 0)
    logger.warning(
      `${oddNames} package names hold characters that no input can hold; they are left out`,
    );
  reportIndexSignature(exploration, {
    isWanted: textOf(inputs, 'repo-gpgcheck') !== 'off',
    logger,
  });
  reportPackages(exploration, logger);
  reportKeys(exploration, { inputs, logger });
  reportJudged(exploration, { inputs, logger });
}

/** What the headers show of all releases, and what the workflow sets for them. */
function reportJudged(
  { judged, releases }: Exploration,
  { inputs, logger }: { readonly inputs: WorkflowInputs; readonly logger: Logger },
): void {
  const refused = judged.filter(({ error }) => error !== undefined);
  const all =
    judged.length === releases.length
      ? `all ${judged.length}`
      : `${judged.length} of ${releases.length} (oldest and newest among them; check reads all)`;
  logger.info(`headers: ${all} read, publish would accept ${judged.length - refused.length}`);
  if (refused.length > 0)
    logger.warning(`publish would refuse ${refused.length}: ${codesOf(refused)}`);
  for (const [name, reason] of inputs.reasons) logger.warning(`${name} is set: ${reason}`);
}

function reportIndexSignature(
  exploration: Exploration,
  { isWanted, logger }: { readonly isWanted: boolean; readonly logger: Logger },
): void {
  const { indexSignatures, isPinned } = exploration;
  if (indexSignatures === undefined) {
    logger.info(
      `index: ${isWanted ? 'not signed (no repomd.xml.asc)' : 'its signature was not looked at (repo-gpgcheck: off)'}; packages are checked by their own signatures`,
    );
    return;
  }
  const good = indexSignatures.find(({ status }) => status === 'good');
  if (good !== undefined)
    logger.info(
      `index: repomd.xml is signed by ${good.fingerprint ?? ''}, and the signature is good: repo-gpgcheck is set to required${isPinned ? '' : '. Whose key that is was not checked, since no gpg-fingerprints are given'}`,
    );
  else
    logger.warning(
      `${unpinnedIndex(exploration) ?? `repomd.xml.asc cannot be checked: ${reasonsOf(indexSignatures)}`}. publish would refuse the index: add that key to --gpgkey, or set --repo-gpgcheck=off to rely on the packages' signatures alone`,
    );
}

function reportPackages(exploration: Exploration, logger: Logger): void {
  const { chosen, candidates } = exploration;
  for (const { name, arch, versions, newest, bytes, source, otherArchs } of chosen) {
    const others = otherArchs.length === 0 ? '' : `; also there as ${otherArchs.join(', ')}`;
    logger.info(
      `package: ${name} (${arch}${others}): ${counted(versions, 'version')}, newest ${newest.nevra.version}-${newest.nevra.release}, ${formatSize(bytes)} in all`,
    );
    if (arch === 'src')
      logger.info(
        `source: ${name} is a source package; its first archive becomes the source (see unpack)`,
      );
    else if (source === undefined)
      logger.warning(
        `the files of ${formatNevra(withoutZeroEpoch(newest.nevra))} are not listed by the index; check source-path with a dry run`,
      );
    else if (source === null)
      logger.warning(
        `${formatNevra(withoutZeroEpoch(newest.nevra))} holds nothing that looks like source. Choose another package with --packages${suggest(candidates)}, or set --source-path to the folder that you want`,
      );
    else
      logger.info(
        `source: ${source.glob} holds ${counted(source.files, 'file')}${source.isScripts ? ', scripts and no compiled source,' : ''} in ${formatNevra(withoutZeroEpoch(newest.nevra))}`,
      );
  }
  const others = otherSources(exploration);
  if (others.length > 0)
    logger.info(
      `also with source: ${others
        .slice(0, MOST_NAMES)
        .map(({ name }) => name)
        .join(
          ', ',
        )}${others.length > MOST_NAMES ? ' and more' : ''}; if one is an earlier name of the same thing, add it to --packages`,
    );
  if (
    new Set(chosen.flatMap(({ source, arch }) => (source && arch !== 'src' ? [source.glob] : [])))
      .size > 1
  ) {
    logger.warning(
      'the chosen packages keep their source in different folders: mirror them by one workflow each, or set --source-path',
    );
  }
}

function suggest(candidates: Exploration['candidates']): string {
  const [first] = candidates.filter(({ source }) => source !== null && source !== undefined);
  return first === undefined ? '' : ` (${first.name} has source)`;
}

function reportKeys(
  exploration: Exploration,
  { inputs, logger }: { readonly inputs: WorkflowInputs; readonly logger: Logger },
): void {
  const { keys, packageSignatures } = exploration;
  for (const { source, keyring, isGuess } of keys) {
    const place = isGuess
      ? `${displayUrl(source)}, a usual place that nobody named`
      : displayUrl(source);
    for (const facts of keyring.certificates)
      logger.info(`key: ${describeKey(facts)}, from ${place}: ${duties(facts, exploration)}`);
  }
  if (packageSignatures === undefined)
    logger.warning(
      'the header of the newest package could not be read, so no key could be tried on it; a dry run will',
    );
  else if (packageSignatures.length === 0)
    logger.warning(
      'the newest package has no signature over its header; publish looks for one over the whole package, and refuses a package that nobody signed',
    );
  else if (!packageSignatures.some(({ status }) => status === 'good'))
    logger.warning(
      `the newest package's signature cannot be accepted: ${reasonsOf(packageSignatures)}. ${remedyOf(packageSignatures, keys.length > 0)}`,
    );
  if (keys.length === 0)
    logger.warning(
      "no public key was found in the repository. Look for it in the publisher's installation guide, and run init again with --gpgkey URL",
    );
  if (inputs.pinned.length > 0)
    logger.warning(
      `compare the fingerprint${inputs.pinned.length === 1 ? '' : 's'} with another source than this server, such as the publisher's documentation or a machine that trusts the key: whoever controls the server could have put any key there`,
    );
}

function describeKey({ fingerprint, userId, created, algorithm }: CertificateFacts): string {
  return `${fingerprint} ${userId === '' ? '(no user id)' : userId}, ${algorithm}, created ${new Date(created * 1000).toISOString().slice(0, 10)}`;
}

/** What this key was seen to have signed. */
function duties(
  { fingerprint }: CertificateFacts,
  { indexMakers, packageSignatures = [] }: Exploration,
): string {
  const signed = (reports: readonly SignatureReport[]): boolean =>
    reports.some((report) => report.status === 'good' && report.fingerprint === fingerprint);
  const things = [
    ...(signed(packageSignatures) ? ['the newest package'] : []),
    ...(signed(indexMakers) ? ['repomd.xml'] : []),
  ];
  return things.length === 0
    ? 'signed nothing that was looked at'
    : `signed ${things.join(' and ')}, and the signature is good`;
}

function reasonsOf(reports: readonly SignatureReport[]): string {
  return [
    ...new Set(reports.map(({ code, reason, status }) => `${code ?? status}: ${reason ?? status}`)),
  ].join('; ');
}

function remedyOf(reports: readonly SignatureReport[], hasKeys: boolean): string {
  if (reports.some(({ code }) => code === 'WEAK_ALGORITHM'))
    return 'If you must, name the algorithm in --allow-weak';
  return hasKeys
    ? "The keys that were found are not the signer's: give the right one with --gpgkey"
    : "Give the signer's key with --gpgkey";
}

const WRITERS: ReadonlyMap<InputName, string> = new Map([
  ['token', 'a token'],
  ['ssh-key', 'the private half of a key'],
]);

function secretValue(name: InputName, repository: string | undefined): string {
  const writer = WRITERS.get(name);
  return writer === undefined
    ? `the value of ${name}`
    : `${writer} that may write to ${repository ?? 'the repository of the mirror'}`;
}

/** What to do with the workflow; one that nobody could publish with is not worth a file. */
export function reportNextSteps({
  inputs,
  file,
  logger,
}: {
  readonly inputs: WorkflowInputs;
  readonly file: string | undefined;
  readonly logger: Logger;
}): void {
  for (const name of inputs.local)
    logger.warning(`${name} names a place on this machine, which a runner does not have`);
  if (inputs.obstacle !== undefined) {
    logger.warning('no file is written: this workflow could not publish anything yet');
    logger.info('next:');
    logger.info(`  1. ${inputs.obstacle}`);
    return;
  }
  const repository = textOf(inputs, 'repository');
  const steps = [
    ...(inputs.pinned.length > 0 ? ['compare the fingerprints, as said above'] : []),
    ...[...inputs.secrets].map(
      ([secret, name]) =>
        `add the secret ${secret} to the repository (Settings, Secrets and variables, Actions): ${secretValue(name, repository)}`,
    ),
    ...([...inputs.secrets.values()].includes('ssh-key') && !inputs.values.has('ssh-known-hosts')
      ? [
          "add the input ssh-known-hosts: what ssh-keyscan prints for the host of the mirror, compared with what that host's operator says",
        ]
      : []),
    `commit ${file ?? 'the workflow as .github/workflows/mirror.yml'} to the default branch of the repository that is to ${repository === undefined ? 'become the mirror' : `run it (the mirror itself is ${repository})`}, and push`,
    'open Actions, Mirror, Run workflow; choose dry-run first, read its summary, then run it without',
  ];
  logger.info('next:');
  for (const [at, step] of steps.entries()) logger.info(`  ${at + 1}. ${step}`);
}

/** An input that is written as a plain text. */
function textOf({ values }: WorkflowInputs, name: InputName): string | undefined {
  const value = values.get(name);
  return value !== undefined && 'text' in value ? value.text : undefined;
}

function formatSize(bytes: number): string {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / MIB)} MiB`;
}
