// SPDX-License-Identifier: MIT
import { resolveRepository } from '../git/remote/access/credentials.js';
import { type InputName, INPUTS, inputSpec } from '../inputs/table.js';
import { parseFingerprints } from '../inputs/values.js';
import type { CertificateFacts } from '../openpgp/model.js';
import { DEFAULT_SOURCE_PATH } from '../source/proposal.js';
import type { UpstreamSource } from '../upstream/sources.js';
import {
  certificatesToPin,
  isByOthers,
  mergeCertificates,
  namedCertificates,
  uniqueCertificates,
} from './certificates.js';
import type { Exploration } from './explore.js';
import { emptyObstacle, indexObstacle, needsOf, refusalOf } from './needs.js';

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
  const obstacle =
    emptyObstacle(exploration, given) ??
    obstacleOf(exploration, { pins, pinned: signers }) ??
    refusalOf(exploration) ??
    indexObstacle(exploration, given);
  // Whoever gave a key has checked it, whatever it signed; a rotation needs the old and the new one.
  const pinned =
    obstacle === undefined && given.has('gpgkey')
      ? mergeCertificates(signers, namedCertificates(exploration.keys))
      : signers;
  const needs = obstacle === undefined ? needsOf(exploration, given) : [];
  const wanted = inTableOrder(
    new Map([
      ...foundInputs(given, { exploration, source, pinned }),
      ...needs.map(({ name, value }) => [name, value] as const),
      ...[...given].filter(
        ([name]) => !isDecided(name) && !needs.some((need) => need.name === name),
      ),
    ]),
  );
  const secrets = secretsOf(wanted, given.get('repository'));
  const values = new Map<InputName, WorkflowValue>([
    ...wanted.map(([name, text]) => [name, { text: text.trim() }] as const),
    ...[...secrets].map(([secret, name]) => [name, { expression: `secrets.${secret}` }] as const),
    ...(given.has('dry-run')
      ? []
      : [['dry-run', { expression: 'inputs.dry-run || false' }] as const]),
  ]);
  return {
    values,
    pinned: given.has('gpg-fingerprints') ? [] : pinned,
    secrets,
    local: wanted.filter(([name, value]) => isLocalPath(name, value)).map(([name]) => name),
    reasons: new Map(needs.map(({ name, reason }) => [name, reason])),
    obstacle,
  };
}

/** What the exploration says by itself. */
function foundInputs(
  given: ReadonlyMap<InputName, string>,
  {
    exploration,
    source,
    pinned,
  }: { exploration: Exploration; source: UpstreamSource; pinned: readonly CertificateFacts[] },
): (readonly [InputName, string])[] {
  const isIndexSigned =
    exploration.indexSignatures?.some(({ status }) => status === 'good') === true;
  return [
    ...placeOf(given, source),
    ...keysOf(given, { exploration, pinned, isFileKept: isUrl(given.get('repo-file') ?? '') }),
    ...packagesOf(exploration),
    ...(isIndexSigned ? [['repo-gpgcheck', 'required'] as const] : []),
  ];
}

/** Inputs that do not pass from the command line into the workflow as they are. */
function isDecided(name: InputName): boolean {
  return (SOURCES as readonly string[]).includes(name) || name === 'token' || name === 'gpgkey';
}

function inTableOrder(values: ReadonlyMap<InputName, string>): (readonly [InputName, string])[] {
  return (Object.keys(INPUTS) as InputName[]).flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** By name of the secret: inputs whose value nobody may read, and what may write to a mirror elsewhere. */
function secretsOf(
  wanted: readonly (readonly [InputName, string])[],
  repository: string | undefined,
): Map<string, InputName> {
  const secrets = new Map(
    wanted
      .filter(([name, value]) => isSecret(name, value))
      .map(([name]) => [secretName(name), name]),
  );
  if (repository === undefined || isLocalPath('repository', repository)) return secrets;
  const { transport } = resolveRepository(repository, { serverUrl: 'https://github.com' });
  return transport === 'ssh'
    ? secrets.set('MIRROR_SSH_KEY', 'ssh-key')
    : secrets.set('MIRROR_TOKEN', 'token');
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
    return isUnsigned ? undefined : missingKey(packageSignatures, pinned);
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

function missingKey(
  packageSignatures: NonNullable<Exploration['packageSignatures']>,
  pinned: readonly CertificateFacts[],
): string {
  const ids = [...new Set(packageSignatures.flatMap(({ keyId }) => keyId ?? []))].map((id) =>
    id.toUpperCase(),
  );
  return `find the publisher's key${ids.length === 0 ? '' : ` (key id ${ids.join(', ')})`} and run init again with --gpgkey URL${pinned.length === 0 ? '' : ', beside the key of the index'}`;
}

/** A .repo file of this machine is followed here and now. */
function placeOf(
  given: ReadonlyMap<InputName, string>,
  source: UpstreamSource,
): (readonly [InputName, string])[] {
  const file = given.get('repo-file');
  if (file === undefined || isUrl(file))
    return inTableOrder(given).filter(([name]) => (SOURCES as readonly string[]).includes(name));
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
