// SPDX-License-Identifier: MIT
import { sentences } from '../errors.js';
import type { InputName } from '../inputs/table.js';
import { formatTagName } from '../mirror/tag-names.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import { formatNevra, withoutZeroEpoch } from '../rpm/evr.js';
import type { Exploration } from './explore.js';
import type { Judged } from './headers.js';

/** An input that this repository needs, and why. */
export interface Need {
  readonly name: InputName;
  readonly value: string;
  /** For a comment above it. */
  readonly reason: string;
}

/** Checksums of an index that are only taken where `allow-weak` names them. */
const WEAK_CHECKSUMS: ReadonlySet<string> = new Set(['md5', 'sha1']);
/** Tag formats from the plainest to the one that separates everything. */
const PLAINEST = '{version}';
const FORMATS = [
  PLAINEST,
  '{version}-{release}',
  '{epoch}-{version}-{release}',
  '{name}-{version}',
  '{name}-{version}-{release}',
  '{name}-{epoch}-{version}-{release}',
  '{name}-{epoch}-{version}-{release}.{arch}',
];

/** What publish would refuse without. */
export function needsOf(exploration: Exploration, given: ReadonlyMap<InputName, string>): Need[] {
  const found = [
    weakOf(exploration, given),
    formatOf(exploration.releases),
    signatureOf(exploration),
    skipOf(exploration),
  ];
  return found.filter(
    (need) =>
      need !== undefined &&
      (need.name === 'allow-weak' || need.name === 'skip' || !given.has(need.name)),
  ) as Need[];
}

function weakOf(
  { judged, index, releases }: Exploration,
  given: ReadonlyMap<InputName, string>,
): Need | undefined {
  const ofSignatures = judged.flatMap(({ verdict }) =>
    (verdict?.evidence.signatures ?? [])
      .filter(({ status }) => status === 'good')
      .flatMap(({ tolerated }) => tolerated),
  );
  const names = [...new Set([...checksumsOf(index, releases), ...ofSignatures])];
  const known = new Set((given.get('allow-weak') ?? '').toLowerCase().split(/[\s,]+/));
  const missing = names.filter((name) => !known.has(name));
  return missing.length === 0
    ? undefined
    : {
        name: 'allow-weak',
        value: [...[...known].filter((name) => name !== ''), ...missing].join(' '),
        reason: `the publisher's ${ofSignatures.length > 0 ? 'signatures rest' : 'index rests'} on ${missing.join(' and ')}, which can be forged with enough effort; each use is recorded`,
      };
}

function checksumsOf({ repomd }: RepositoryIndex, releases: readonly IndexPackage[]): string[] {
  const records = repomd.records.filter(({ type }) =>
    ['primary', 'filelists', 'other'].includes(type),
  );
  return [...records, ...releases]
    .map(({ checksum }) => checksum.algorithm)
    .filter((name) => WEAK_CHECKSUMS.has(name));
}

/** The plainest format that gives each release a tag of its own. */
function formatOf(releases: readonly IndexPackage[]): Need | undefined {
  const nevras = [...new Map(releases.map(({ nevra }) => [formatNevra(nevra), nevra])).values()];
  const value = FORMATS.find(
    (format) => new Set(nevras.map((nevra) => formatTagName(format, nevra))).size === nevras.length,
  );
  return value === undefined || value === PLAINEST
    ? undefined
    : {
        name: 'tag-format',
        value,
        reason: `${PLAINEST} would give one tag to several releases`,
      };
}

/** An index whose signature none of the keys answers for, or that is not signed though the .repo file says so. */
function signatureOf(exploration: Exploration): Need | undefined {
  const { indexSignatures, isSaidSigned } = exploration;
  if (indexSignatures === undefined)
    return isSaidSigned
      ? {
          name: 'repo-gpgcheck',
          value: 'off',
          reason:
            'the .repo file says that the index is signed, and it is not; the packages are, and are checked',
        }
      : undefined;
  if (indexSignatures.some(({ status }) => status === 'good')) return undefined;
  const [first] = indexSignatures;
  const fault =
    unpinnedIndex(exploration) ??
    `repomd.xml.asc cannot be checked (${first?.reason ?? 'it holds no signature'})`;
  return {
    name: 'repo-gpgcheck',
    value: 'off',
    reason: `${fault}; the packages are checked by their own signatures`,
  };
}

/** What is wrong with an index that is signed well, and by no key that the user trusts. */
export function unpinnedIndex({ indexMakers, isPinned }: Exploration): string | undefined {
  const maker = indexMakers.find(({ status }) => status === 'good')?.fingerprint;
  return !isPinned || maker === undefined || maker === null
    ? undefined
    : `repomd.xml is signed by ${maker}, which gpg-fingerprints does not list`;
}

/** What the user has to change where publish would refuse the index, and with it everything. */
export function indexObstacle(
  exploration: Exploration,
  given: ReadonlyMap<InputName, string>,
): string | undefined {
  const wanted = given.get('repo-gpgcheck')?.trim();
  if (wanted === undefined || wanted === 'off') return undefined;
  const { indexSignatures } = exploration;
  const isRefused =
    indexSignatures === undefined
      ? wanted === 'required'
      : !indexSignatures.some(({ status }) => status === 'good');
  if (!isRefused) return undefined;
  return indexSignatures === undefined
    ? 'give --repo-gpgcheck=auto or off: the index is not signed, and publish would refuse it'
    : `give the key that signed repomd.xml with --gpgkey (and its fingerprint with --gpg-fingerprints, if you pin), or --repo-gpgcheck=off: publish would refuse the index`;
}

/** Nothing is left to publish, and nothing to learn the signer from. */
export function emptyObstacle(
  { releases, index, chosen }: Exploration,
  given: ReadonlyMap<InputName, string>,
): string | undefined {
  if (releases.length > 0) return undefined;
  const names = (['versions', 'skip'] as const).filter((name) => given.has(name));
  const packages = chosen.map(({ name }) => name).join(', ');
  return `widen ${names.map((name) => `--${name}`).join(' or ') || '--packages'}: of the ${index.packageCount} packages of the index no release${packages === '' ? '' : ` of ${packages}`} is left to publish`;
}

/** What would be refused alone among others that are good, so that it does not stop them. */
function skipOf({ judged }: Exploration): Need | undefined {
  const refused = judged.filter(({ error }) => error !== undefined);
  if (refused.length === 0 || refused.length === judged.length) return undefined;
  return {
    name: 'skip',
    value: refused.map(({ listed }) => formatNevra(withoutZeroEpoch(listed.nevra))).join('\n'),
    reason: `publish would refuse these: ${codesOf(refused)}`,
  };
}

/** `NO_SIGNATURE (3), UNKNOWN_KEY (1)` */
export function codesOf(judged: readonly Judged[]): string {
  const codes = Map.groupBy(judged, ({ error }) => error?.code ?? '');
  return [...codes].map(([code, group]) => `${code} (${group.length})`).join(', ');
}

/** What the publisher, or the user, would have to do where publish would refuse everything that was looked at. */
export function refusalOf({ judged }: Exploration): string | undefined {
  const errors = judged.flatMap(({ error }) => error ?? []);
  if (errors.length < judged.length) return undefined;
  const groups = [...Map.groupBy(errors, ({ code }) => code as string).values()];
  const [first] = groups.sort((a, b) => b.length - a.length)[0] ?? [];
  if (first === undefined) return undefined;
  const { code, message, remedy } = first;
  switch (code) {
    case 'NO_SIGNATURE':
      return 'ask the publisher to sign the packages (rpmsign --addsign, then createrepo_c): publish accepts none that nobody signed, and nothing else can take the place of that';
    case 'NOT_COVERED':
      return 'ask the publisher to sign header and payload (rpmsign of rpm 4.14 or newer on packages that it built): these signatures say nothing of the payload';
    case 'UNKNOWN_KEY':
      return undefined;
    case 'SOURCE_PATH_NOT_FOUND':
      return `choose another package with --packages, or the folder of its source with --source-path: ${message}`;
    default:
      return `mend this, or ask the publisher to: ${code}: ${sentences({ message, remedy })}`;
  }
}
