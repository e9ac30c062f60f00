// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import type { InputName } from '../inputs/table.js';
import { nevraKey } from '../mirror/nevra.js';
import type { OtherMirror, VerifyPorts } from '../ports.js';
import type { Outcome } from '../rebuild/outcome.js';
import { emptyReport, type RunResult } from '../report/report.js';
import { formatNevra } from '../rpm/evr.js';
import type { Finding } from './findings.js';
import type { Proved } from './releases.js';
import type { World } from './world.js';

/** What another mirror gives when it is proved. */
export interface OtherProof {
  readonly result: RunResult;
  readonly proved: Proved;
}

/** Proves a mirror: all of `verify`, without `against`. */
export type Prove = (options: Options, ports: VerifyPorts) => Promise<OtherProof>;

/** Inputs that say by what both mirrors are proved; how the other one is made, it says itself. */
const ANCHORS: ReadonlySet<InputName> = new Set([
  'packages',
  'gpgkey',
  'gpg-fingerprints',
  'allow-weak',
  'package-files',
]);

/**
 * Holds each release beside that of another mirror, which is proved with the same keys: source tree, content and signer of what both have.
 * @throws GitError when the other mirror cannot be read, or has none of these releases
 */
export async function compareWithOther(
  world: World,
  { anchors, outcomes }: Proved,
  { other, prove }: { readonly other: OtherMirror; readonly prove: Prove },
): Promise<void> {
  const { options, ports, findings } = world;
  const theirs = await proveOther(
    { ...optionsForOther(options), gpgFingerprints: new Set(anchors.fingerprints) },
    ports,
    { other, prove },
  );
  const byNevra = new Map(theirs.proved.outcomes.map((outcome) => [keyOf(outcome), outcome]));
  const matched = outcomes.flatMap((own) => {
    const same = byNevra.get(keyOf(own));
    return same === undefined ? [] : [{ own, same }];
  });
  if (matched.length === 0)
    throw new GitError(
      'MIRROR_INVALID',
      `nothing was compared: expected releases of this mirror in ${other.url}, found none of them`,
      { remedy: 'Set against to a mirror of the same packages.' },
    );
  for (const { own, same } of matched) findings.add(own.item, ...compare(own, same, other.url));
  listSingles(world, { outcomes, theirs: theirs.proved.outcomes, url: other.url });
  if (theirs.result.failed)
    ports.logger.warning(
      `${other.url} has ${theirs.result.report.findings.length} findings of its own; verify it by itself to see them`,
    );
}

function optionsForOther(options: Options): Options {
  return {
    ...options,
    tags: [],
    branch: undefined,
    acceptFindings: [],
    given: new Set([...options.given].filter((name) => ANCHORS.has(name))),
  };
}

async function proveOther(
  options: Options,
  ports: VerifyPorts,
  { other, prove }: { readonly other: OtherMirror; readonly prove: Prove },
): Promise<OtherProof> {
  const { logger } = ports;
  logger.info(`proving ${other.url}, to compare with it`);
  const reader = await other.open();
  try {
    return await prove(options, {
      ...ports,
      reader,
      against: undefined,
      seen: {},
      report: emptyReport('verify'),
      logger: {
        ...logger,
        warning: (text) => {
          logger.info(`${other.url}: ${text}`);
        },
      },
    });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new GitError(error.code, `against ${other.url}: ${error.message}`, {
      cause: error,
      remedy: error.remedy,
    });
  } finally {
    await reader.close();
  }
}

/** What differs; nothing where this mirror's own release is not proved, which is a finding already. */
function compare(own: Outcome, theirs: Outcome, url: string): Finding[] {
  if (!own.isSigned) return [];
  const finding = (path: string, expected: string, actual: string): Finding => ({
    kind: 'other-mirror',
    path,
    expected,
    actual: `${actual} in ${url}`,
  });
  if (!theirs.isSigned || theirs.row.proof !== 'proved')
    return [
      finding('proof', 'proved', `${theirs.row.proof ?? 'unproved'} (tag ${theirs.item.tag})`),
    ];
  const content = contentsOf(own, theirs);
  const isSame = content.own === content.theirs;
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['Source-Tree', own.sourceTree ?? 'none', theirs.sourceTree ?? 'none', ''],
    [content.label, content.own, content.theirs, ' (changed, and signed as well)'],
    [
      'Signing-Key',
      own.signer ?? 'none',
      theirs.signer ?? 'none',
      isSame ? ' (re-signed: the content is the same)' : '',
    ],
  ];
  return rows.flatMap(([path, expected, actual, remark]) =>
    expected === actual ? [] : [finding(path, expected, `${actual}${remark}`)],
  );
}

/** Of a header alone the content is not known: then the headers are compared, which have its digests. */
function contentsOf(own: Outcome, theirs: Outcome): { label: string; own: string; theirs: string } {
  if (hasContent(own) && hasContent(theirs)) {
    const of = ({ row }: Outcome): string => row.package?.contentSha256 ?? 'none';
    return { label: 'Content-Sha256', own: of(own), theirs: of(theirs) };
  }
  const of = ({ facts }: Outcome): string => facts?.release.evidence.headerSha256 ?? 'none';
  return { label: 'Header-Sha256', own: of(own), theirs: of(theirs) };
}

function hasContent({ row }: Outcome): boolean {
  return (row.package?.contentSha256 ?? '') !== '';
}

/** Releases that one of the mirrors has, and those that are one content under two signatures of one key: no findings. */
function listSingles(
  { findings }: World,
  {
    outcomes,
    theirs,
    url,
  }: { outcomes: readonly Outcome[]; theirs: readonly Outcome[]; url: string },
): void {
  const byKey = (list: readonly Outcome[]): Map<string, Outcome> =>
    new Map(list.map((outcome) => [keyOf(outcome), outcome]));
  const [here, there] = [byKey(outcomes), byKey(theirs)];
  const list = (names: readonly string[], place: string): void => {
    if (names.length > 0)
      findings.residue(
        `releases that only ${place} has, and that were not compared: ${names.join(', ')}`,
      );
  };
  list(
    [...here.keys()].filter((key) => !there.has(key)),
    'this mirror',
  );
  list(
    [...there.keys()].filter((key) => !here.has(key)),
    url,
  );
  const resigned = [...here].filter(([key, own]) => {
    const [mine, other] = [own.row.package, there.get(key)?.row.package];
    return (
      mine !== undefined &&
      other !== undefined &&
      mine.sha256 !== other.sha256 &&
      mine.contentSha256 !== '' &&
      mine.contentSha256 === other.contentSha256
    );
  });
  if (resigned.length > 0)
    findings.residue(
      `re-signed in one of the mirrors, with the same content: ${resigned.map(([key]) => key).join(', ')}`,
    );
}

function keyOf({ nevra }: Outcome): string {
  return nevraKey(formatNevra(nevra));
}
