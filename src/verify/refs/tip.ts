// SPDX-License-Identifier: MIT
import type { TreeFile } from '../../git/objects/folders.js';
import type { MirrorFiles } from '../../git/objects/mirror-files.js';
import { listChanges } from '../../git/objects/tree-changes.js';
import type { Commit, MirrorReader, Oid } from '../../git/store.js';
import { parseReleaseMessage } from '../../mirror/records/message-parser.js';
import { ARCHIVE_SUBJECTS } from '../../mirror/records/messages.js';
import type { ReleaseRecord } from '../../mirror/records/releases.js';
import { compareTrees } from '../../rebuild/content.js';
import type { Outcome } from '../../rebuild/outcome.js';
import { formOf } from '../../rebuild/texts.js';
import { formatNevra } from '../../rpm/evr.js';
import type { ArchiveVerifier } from '../archive/archive.js';
import type { CheckoutVerifier } from '../checkout.js';
import { NOWHERE, type Shape } from '../claims.js';
import { type Finding, type Findings, orFinding, type Placed } from '../findings.js';
import type { LineCommit } from './refs.js';

/** The end of the branch, or of a line branch. */
export interface Tip extends Placed {
  readonly oid: Oid;
  readonly root: Oid;
  readonly shape: Shape;
  /** The greatest release of the branch, whether its tag is good or not; undefined where nothing stands for it. */
  readonly newest: Outcome | undefined;
}

export interface TipParts {
  readonly reader: MirrorReader;
  readonly files: MirrorFiles;
  readonly findings: Findings;
  readonly archive: ArchiveVerifier;
  readonly checkout: CheckoutVerifier;
  /** All releases that say what a branch may hold. */
  readonly outcomes: readonly Outcome[];
}

/** The end of a branch holds the source of its greatest release, and an archive that is accounted for. What it shares with that release's tag is said there. */
export async function verifyTip(tip: Tip, parts: TipParts): Promise<void> {
  const { newest, root, shape } = tip;
  if (newest?.item.commit === tip.oid) return;
  await parts.archive.verify({ ...tip, own: undefined, parent: undefined, isSingle: false });
  await parts.checkout.verify(tip, root, shape);
  if (newest === undefined) return;
  await verifyFolder(tip, newest, { ...parts, place: 'source' });
  if (await hasOtherPackaging(tip, newest, parts))
    await verifyFolder(tip, newest, { ...parts, place: 'packaging' });
}

/** Where the greatest release left the packaging directory alone, it is that of any release. */
async function hasOtherPackaging(
  { root, shape }: Tip,
  newest: Outcome,
  { files, outcomes }: TipParts,
): Promise<boolean> {
  if (newest.hasPackaging) return true;
  if (!shape.takesSources) return false;
  const packagingOf = async (tree: Oid, { directories }: Shape): Promise<string | undefined> => {
    const { value } = await orFinding(async () => files.find(tree, directories.packaging), {
      kind: 'content',
      path: '',
      expected: '',
    });
    return value?.oid;
  };
  const found = await packagingOf(root, shape);
  for (const { item } of [newest, ...outcomes])
    if ((await packagingOf(item.root, item.shape)) === found) return false;
  return true;
}

async function verifyFolder(
  tip: Tip,
  newest: Outcome,
  { files, findings, place }: TipParts & { place: 'source' | 'packaging' },
): Promise<void> {
  const { directories } = tip.shape;
  const directory = directories[place];
  const { value, fault } = await orFinding(
    async () => {
      const found = await files.find(tip.root, directory);
      const { item, sourceTree } = newest;
      const tagged = await files.find(item.root, item.shape.directories[place]);
      if (
        isSameEntry(found, tagged) ||
        (place === 'source' && found?.mode === '040000' && found.oid === sourceTree)
      )
        return [];
      const differences = compareTrees(
        await listed(tagged, files),
        await listed(found, files),
        directory,
      );
      return differences.length > 0
        ? differences
        : [
            {
              kind: 'content' as const,
              path: directory,
              expected: tagged?.oid ?? 'nothing',
              actual: found?.oid ?? 'nothing',
            },
          ];
    },
    { kind: 'content', path: directory, expected: `the ${place} of ${newest.item.tag}` },
  );
  findings.addAll(tip, value ?? [fault]);
}

function isSameEntry(one: TreeFile | undefined, other: TreeFile | undefined): boolean {
  return one?.oid === other?.oid && one?.mode === other?.mode;
}

async function listed(
  entry: TreeFile | undefined,
  files: MirrorFiles,
): Promise<Map<string, TreeFile>> {
  return entry?.mode === '040000' ? files.list(entry.oid) : new Map<string, TreeFile>();
}

/** The branch keeps every package and every line: of the releases that it went through, and of all that this tool published. */
export async function verifyKept(
  tip: Tip,
  {
    outcomes,
    records,
    ofLine,
    files,
    findings,
  }: Pick<TipParts, 'files' | 'findings'> & {
    readonly outcomes: Iterable<Outcome>;
    readonly records: readonly ReleaseRecord[];
    readonly ofLine: ReadonlySet<Oid>;
  },
): Promise<void> {
  const { archive } = tip.shape.directories;
  const { value: entries } = await orFinding(
    async () => new Map(await files.entries(tip.root, `${archive}/rpm`)),
    { kind: 'package', path: '', expected: '' },
  );
  const lines = new Set(records.map(({ tag }) => tag));
  for (const { item, own, isSigned } of outcomes) {
    const isOwn = formOf(item) === 'own';
    if (!isSigned || (!isOwn && !ofLine.has(item.commit))) continue;
    for (const [name, file] of own)
      if (file !== undefined && entries?.has(name) !== true)
        findings.add(tip, {
          kind: name.endsWith('.sha256') ? 'digest' : 'package',
          path: `${archive}/rpm/${Buffer.from(name, 'latin1').toString('utf8')}`,
          expected: file.oid,
          actual: 'missing',
        });
    if (isOwn && !lines.has(item.tag))
      findings.add(tip, {
        kind: 'metadata',
        path: `${archive}/releases.json`,
        expected: `a line for ${item.tag}`,
        actual: 'missing',
      });
  }
}

/** A line branch is where its release is: what else its commits changed in the owned folders is somebody else's. What was found says it better. */
export async function verifyCopy(
  tip: Tip,
  { files, findings }: Pick<TipParts, 'files' | 'findings'>,
): Promise<void> {
  const { newest } = tip;
  const { failing, accepted } = findings.of(tip);
  if (newest === undefined || newest.item.commit === tip.oid || failing + accepted > 0) return;
  const { value } = await orFinding(
    async () => changedByHand(tip, newest.item.root, { files, since: newest.item.tag }),
    NOWHERE,
  );
  findings.addAll(tip, value ?? []);
}

/** Paths of the owned folders that are not as they were in another tree. */
async function changedByHand(
  { root, shape: { directories } }: Tip,
  before: Oid,
  { files, since }: { files: MirrorFiles; since: string },
): Promise<Finding[]> {
  const owned = [directories.source, directories.archive, directories.packaging];
  return (await changedPaths(before, root, files))
    .filter((path) => owned.some((folder) => path.startsWith(`${folder}/`)))
    .map((path) => ({
      kind: 'content',
      path,
      expected: `what ${since} has`,
      actual: 'a change by another hand',
    }));
}

/** What each kind of commit of this tool may change, below the archive directory. */
const MAY_CHANGE: Readonly<Record<keyof typeof ARCHIVE_SUBJECTS, RegExp>> = {
  repoFiles: /^(?:repomd\.xml|primary\.|filelists\.|other\.|releases\.json$|mirror\.json$)/,
  releaseNotes: /^[^/]+$/,
  publicKey: /^[^/]+$/,
  packages: /^(?:rpm\/|releases\.json$)/,
};

/** Nobody but this tool commits to the owned folders: since its last commit they are as they were, and that changed only what its kind may change. */
export async function verifyForm(
  tip: Tip,
  line: readonly LineCommit[],
  { files, findings, outcomes }: Pick<TipParts, 'files' | 'findings' | 'outcomes'>,
): Promise<void> {
  const tagged = new Set(outcomes.map(({ item }) => item.commit));
  const at = line.findIndex(({ commit }) => kindOf(commit) !== undefined);
  const own = line[at];
  // The predecessor's branches were kept by hand, too.
  if (own === undefined || !(await hasList(own.commit.tree, tip, files))) return;
  const { oid, commit: last } = own;
  const nevra = parseReleaseMessage(last.message)?.trailers?.get('Rpm-Nevra')?.[0];
  // A tag that stands elsewhere is that one finding.
  const isSaid = outcomes.some(
    ({ item, nevra: other }) => formatNevra(other) === nevra && findings.of(item).failing > 0,
  );
  if (kindOf(last) === 'release' && !tagged.has(oid) && !isSaid)
    findings.add(tip, {
      kind: 'branch',
      path: tip.ref,
      expected: 'a release commit that has its tag',
      actual: oid,
    });
  const { value } = await orFinding(
    async () => [
      ...(await changedByHand(tip, last.tree, { files, since: `commit ${oid}` })),
      ...(await lastChanges(last, line[at + 1]?.commit, { tip, files })),
    ],
    NOWHERE,
  );
  findings.addAll(tip, value ?? []);
}

async function lastChanges(
  last: Commit,
  before: Commit | undefined,
  { tip, files }: { tip: Tip; files: MirrorFiles },
): Promise<Finding[]> {
  const kind = kindOf(last);
  if (kind === undefined || kind === 'release' || before === undefined) return [];
  const { source, archive, packaging } = tip.shape.directories;
  const paths = await changedPaths(before.tree, last.tree, files);
  const isClaimAlone = paths.every((path) => path === `${archive}/mirror.json`);
  return paths
    .filter((path) => {
      // A run that publishes writes it, with what it publishes or learned.
      if (isClaimAlone) return true;
      if (path.startsWith(`${archive}/`))
        return !MAY_CHANGE[kind].test(path.slice(archive.length + 1));
      return path.startsWith(`${source}/`) || path.startsWith(`${packaging}/`);
    })
    .map((path) => ({
      kind: 'content',
      path,
      expected: `what its parent has, under ${ARCHIVE_SUBJECTS[kind]}`,
      actual: 'a change',
    }));
}

async function changedPaths(before: Oid, after: Oid, files: MirrorFiles): Promise<string[]> {
  const changes = (await listChanges(before, after, files)) ?? [];
  return changes.map(({ path }) => Buffer.from(path).toString('utf8'));
}

async function hasList(root: Oid, { shape }: Tip, files: MirrorFiles): Promise<boolean> {
  const { value } = await orFinding(
    async () => files.find(root, `${shape.directories.archive}/releases.json`),
    { kind: 'branch', path: '', expected: '' },
  );
  return value !== undefined;
}

function kindOf({ message }: Commit): keyof typeof ARCHIVE_SUBJECTS | 'release' | undefined {
  const [subject = ''] = message.split('\n', 1);
  const kinds = Object.entries(ARCHIVE_SUBJECTS) as [keyof typeof ARCHIVE_SUBJECTS, string][];
  const kind = kinds.find(([, text]) => text === subject)?.[0];
  return kind ?? (parseReleaseMessage(message) === undefined ? undefined : 'release');
}
