// SPDX-License-Identifier: MIT
import { resolveRepository } from '../git/remote/credentials.js';
import { type InputName, INPUTS, inputSpec } from '../inputs/table.js';
import { parseFingerprints } from '../inputs/values.js';
import type { CertificateFacts } from '../openpgp/model.js';
import { DEFAULT_SOURCE_PATH } from '../source/proposal.js';
import type { UpstreamSource } from '../upstream/sources.js';
import type { Exploration } from './explore.js';
import type { FoundKeys } from './keys.js';
import { needsOf, refusalOf } from './needs.js';

/** Value of an input in a workflow: a text, or an expression of the workflow language. */
export type WorkflowValue = { readonly text: string } | { readonly expression: string };

/** The `with:` block of a workflow, and what a person has to do for it. */
export interface WorkflowInputs {
  /** In the order of the table of inputs. */
  readonly values: ReadonlyMap<InputName, WorkflowValue>;
  /** Certificates that are pinned. */
  readonly pinned: readonly CertificateFacts[];
  /** Secrets that the repository must have, by name, with the input each is for. */
  readonly secrets: ReadonlyMap<string, InputName>;
  /** Inputs that name a file of this machine, which a runner does not have. */
  readonly local: readonly InputName[];
  /** Lines of comment above an input: why it is there. */
  readonly reasons: ReadonlyMap<InputName, string>;
  /** What is to be done before the workflow can publish anything. */
  readonly obstacle: string | undefined;
}

export interface InputChoice {
  /** What the user gave, by flag or variable. */
  readonly given: ReadonlyMap<InputName, string>;
  readonly exploration: Exploration;
  readonly source: UpstreamSource;
}

const SOURCES = [
  'baseurl',
  'mirrorlist',
  'metalink',
  'repo-file',
  'repo-id',
  'basearch',
  'releasever',
] as const;

/** Decides what the workflow says: what the user gave, completed by what was found. */
export function chooseInputs({ given, exploration, source }: InputChoice): WorkflowInputs {
  const pins = parseFingerprints(given.get('gpg-fingerprints') ?? '');
  const signers = certificatesToPin(exploration);
  const obstacle = obstacleOf(exploration, { pins, pinned: signers }) ?? refusalOf(exploration);
  // Whoever gave a key has checked it, whatever it signed; a rotation needs the old and the new one.
  const pinned =
    obstacle === undefined && given.has('gpgkey')
      ? mergeCertificates(signers, namedCertificates(exploration.keys))
      : signers;
  const needs = obstacle === undefined ? needsOf(exploration, given) : [];
  const found = new Map<InputName, string>([
    ...placeOf(given, source),
    ...keysOf(given, { exploration, pinned, isFileKept: isUrl(given.get('repo-file') ?? '') }),
    ...packagesOf(exploration),
    ...(exploration.indexSignatures?.some(({ status }) => status === 'good') === true
      ? [['repo-gpgcheck', 'required'] as const]
      : []),
    ...needs.map(({ name, value }) => [name, value] as const),
  ]);
  const wanted = new Map([
    ...found,
    ...[...given].filter(
      ([name]) =>
        !(SOURCES as readonly string[]).includes(name) &&
        name !== 'token' &&
        name !== 'gpgkey' &&
        !needs.some((need) => need.name === name),
    ),
  ]);
  const names = (Object.keys(INPUTS) as InputName[]).filter((name) => wanted.has(name));
  const secrets = new Map(
    names
      .filter((name) => isSecret(name, wanted.get(name)!))
      .map((name) => [secretName(name), name]),
  );
  const isForeign = given.has('repository') && !isLocalPath('repository', given.get('repository')!);
  const [secret, input] =
    isForeign &&
    resolveRepository(given.get('repository')!, { serverUrl: 'https://github.com' }).transport ===
      'ssh'
      ? (['MIRROR_SSH_KEY', 'ssh-key'] as const)
      : (['MIRROR_TOKEN', 'token'] as const);
  if (isForeign) secrets.set(secret, input);
  const hidden = new Set(secrets.values());
  const values = new Map(
    names.map((name): [InputName, WorkflowValue] => [
      name,
      hidden.has(name)
        ? { expression: `secrets.${secretName(name)}` }
        : { text: wanted.get(name)!.trim() },
    ]),
  );
  if (isForeign) values.set(input, { expression: `secrets.${secret}` });
  if (!given.has('dry-run')) values.set('dry-run', { expression: 'inputs.dry-run || false' });
  return {
    values,
    pinned: given.has('gpg-fingerprints') ? [] : pinned,
    secrets,
    local: names.filter((name) => isLocalPath(name, wanted.get(name)!)),
    reasons: new Map(needs.map(({ name, reason }) => [name, reason])),
    obstacle,
  };
}

function namedCertificates(keys: readonly FoundKeys[]): CertificateFacts[] {
  return uniqueCertificates(keys.filter(({ isGuess }) => !isGuess));
}

function mergeCertificates(...lists: readonly (readonly CertificateFacts[])[]): CertificateFacts[] {
  return [...new Map(lists.flat().map((facts) => [facts.fingerprint, facts])).values()];
}

/** The keys that signed what was looked at; where that is not known, those that somebody named. A key that merely lay about vouches for nothing, nor does one when another signed. */
function certificatesToPin({
  keys,
  indexSignatures = [],
  packageSignatures = [],
  judged,
}: Exploration): CertificateFacts[] {
  const makers = new Set([
    ...[...indexSignatures, ...packageSignatures]
      .filter(({ status }) => status === 'good')
      .map(({ fingerprint }) => fingerprint),
    ...judged.flatMap(({ verdict }) => verdict?.signer ?? []),
  ]);
  const all = uniqueCertificates(keys);
  const signed = all.filter(({ fingerprint }) => makers.has(fingerprint));
  return signed.length > 0 || isByOthers(packageSignatures)
    ? signed
    : uniqueCertificates(keys.filter(({ isGuess }) => !isGuess));
}

/** The newest package is signed by none of the keys that were found. */
function isByOthers(packageSignatures: Exploration['packageSignatures'] = []): boolean {
  return (
    packageSignatures.length > 0 && packageSignatures.every(({ status }) => status === 'no-key')
  );
}

function obstacleOf(
  { keys, packageSignatures = [], judged }: Exploration,
  {
    pins,
    pinned,
  }: { readonly pins: ReadonlySet<string>; readonly pinned: readonly CertificateFacts[] },
): string | undefined {
  const isAnyGood = judged.some(({ verdict }) => verdict !== undefined);
  if (pinned.length === 0 || (isByOthers(packageSignatures) && !isAnyGood)) {
    const isUnsigned =
      judged.length > 0 && judged.every(({ error }) => error?.code === 'NO_SIGNATURE');
    // No key helps where nobody signed.
    if (isUnsigned) return undefined;
    const ids = [...new Set(packageSignatures.flatMap(({ keyId }) => keyId ?? []))].map((id) =>
      id.toUpperCase(),
    );
    return `find the publisher's key${ids.length === 0 ? '' : ` (key id ${ids.join(', ')})`} and run init again with --gpgkey URL${pinned.length === 0 ? '' : ', beside the key of the index'}`;
  }
  const signers = [
    ...new Set(
      packageSignatures.flatMap(({ status, fingerprint }) =>
        status === 'good' ? (fingerprint ?? []) : [],
      ),
    ),
  ];
  const fitting =
    signers.length > 0 ? signers : uniqueCertificates(keys).map(({ fingerprint }) => fingerprint);
  if (pins.size === 0 || fitting.some((fingerprint) => pins.has(fingerprint))) return undefined;
  return `correct --gpg-fingerprints, which does not list ${signers.length > 0 ? 'the signer of the newest package' : 'the key that was found'}, ${fitting.join(', ')}, and run init again`;
}

/** Every certificate once. */
function uniqueCertificates(keys: readonly FoundKeys[]): CertificateFacts[] {
  return [
    ...new Map(
      keys.flatMap(({ keyring }) =>
        keyring.certificates.map((facts) => [facts.fingerprint, facts] as const),
      ),
    ).values(),
  ];
}

/** A .repo file of this machine is followed here and now. */
function placeOf(
  given: ReadonlyMap<InputName, string>,
  source: UpstreamSource,
): (readonly [InputName, string])[] {
  const file = given.get('repo-file');
  if (file === undefined || isUrl(file))
    return SOURCES.flatMap((name) => (given.has(name) ? [[name, given.get(name)!] as const] : []));
  if (source.metalink !== undefined) return [['metalink', source.metalink]];
  if (source.mirrorlist !== undefined) return [['mirrorlist', source.mirrorlist]];
  return [['baseurl', source.baseUrls.join('\n')]];
}

/** `gpgkey`, where no .repo file gives it: URLs as they are, and what only this machine can read as armored text. */
function keysOf(
  given: ReadonlyMap<InputName, string>,
  {
    exploration,
    pinned,
    isFileKept,
  }: { exploration: Exploration; pinned: readonly CertificateFacts[]; isFileKept: boolean },
): (readonly [InputName, string])[] {
  const fingerprints = new Set(pinned.map(({ fingerprint }) => fingerprint));
  const files = exploration.keys.filter(({ keyring }) =>
    keyring.certificates.some(({ fingerprint }) => fingerprints.has(fingerprint)),
  );
  const isListed =
    isFileKept &&
    !given.has('gpgkey') &&
    files.every(({ source, isGuess }) => !isGuess && isUrl(source));
  const texts = files.flatMap(({ source, keyring }) =>
    isUrl(source)
      ? [source]
      : keyring.certificates
          .filter(({ fingerprint }) => fingerprints.has(fingerprint))
          .map(({ fingerprint }) => keyring.armored(fingerprint).trim()),
  );
  const pins =
    given.has('gpg-fingerprints') || pinned.length === 0
      ? []
      : [['gpg-fingerprints', [...fingerprints].join('\n')] as const];
  return [
    ...(texts.length === 0 || isListed ? [] : [['gpgkey', texts.join('\n')] as const]),
    ...pins,
  ];
}

/** The names, the architectures where they are not the usual one, and the source's folder where it is not. */
function packagesOf({ chosen }: Exploration): (readonly [InputName, string])[] {
  const archs = [...new Set(chosen.map(({ arch }) => arch))];
  const globs = new Set(
    chosen.flatMap(({ source, arch }) =>
      source === null || source === undefined || arch === 'src' ? [] : [source.glob],
    ),
  );
  const [glob] = globs;
  return [
    ['packages', chosen.map(({ name }) => name).join(' ')],
    ...(archs.join() === INPUTS.arch.default ? [] : [['arch', archs.join(' ')] as const]),
    ...(globs.size !== 1 || glob === undefined || glob === DEFAULT_SOURCE_PATH
      ? []
      : [['source-path', glob] as const]),
  ];
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function isSecret(name: InputName, value: string): boolean {
  return inputSpec(name).secret === true || /\bhttps?:\/\/[^/\s@]+@/i.test(value);
}

function isLocalPath(name: InputName, value: string): boolean {
  const takesFiles = ['baseurl', 'release-notes', 'repository', 'mirrors'].includes(name);
  return (
    takesFiles &&
    value
      .split(/[\s,]+/)
      .some((item) => /^(?:file:|\/|\.)/i.test(item) || (name === 'release-notes' && !isUrl(item)))
  );
}

function secretName(name: InputName): string {
  return name.toUpperCase().replaceAll('-', '_');
}
