// SPDX-License-Identifier: MIT
import { readFolder, type TreeFile } from '../../git/objects/folders.js';
import type { Options } from '../../inputs/options.js';
import { formatArchiveMessage } from '../../mirror/records/messages.js';
import { extendMirrorFile, formatMirrorFile } from '../../mirror/records/mirror-file.js';
import { formatReleases, type ReleaseRecord } from '../../mirror/records/releases.js';
import type { NotesPage } from '../../notes/fetch.js';
import type { Ports } from '../../ports.js';
import type { Survey } from '../../survey/survey.js';
import { loadRecords } from '../../upstream/index-client.js';
import { archiveEdits, indexFiles, isIndexNew, notesFiles } from './archive.js';
import { type Authorship, writeCommit } from './authoring.js';
import type { BranchEnd } from './commit-release.js';

/** The branch with its archive commits on top. */
export interface BegunBranch {
  readonly end: BranchEnd;
  /** Number of archive commits. */
  readonly commits: number;
}

/**
 * Stages the archive commits of a run, each only when something changed: index, release notes, public keys.
 * @throws DownloadError, IntegrityError, GitError
 */
export async function beginBranch(
  survey: Survey,
  authorship: Authorship,
  context: {
    options: Options;
    ports: Ports;
    pages: readonly NotesPage[];
    records: readonly ReleaseRecord[];
  },
): Promise<BegunBranch> {
  const { options, ports, pages, records } = context;
  const { store } = ports;
  const { state, trust } = survey;
  store.assumePresent([...state.archive.values()].map(({ oid }) => oid));
  const wanted = [
    [
      'repoFiles',
      new Map([
        ...(await wantedIndex(survey, ports, options)),
        ...wantedRecords(survey, records),
        ...wantedMirrorFile(survey, options),
      ]),
    ],
    ['releaseNotes', notesFiles(pages, state)],
    ['publicKey', new Map(trust.keyFiles.map(({ name, bytes }) => [name, bytes]))],
  ] as const;
  let { tip, root } = state;
  const archive = new Map(state.archive);
  let commits = 0;
  for (const [kind, files] of wanted) {
    const edits = await archiveEdits(files, {
      store,
      archive,
      directory: options.directories.archive,
    });
    if (edits.length === 0) continue;
    const commit = await writeCommit(store, authorship, {
      parent: tip,
      root,
      edits,
      message: formatArchiveMessage(kind),
      authored: authorship.time,
    });
    ({ oid: tip, root } = commit);
    for (const { path, entry } of edits) {
      const name = Buffer.from(path)
        .toString('latin1')
        .slice(options.directories.archive.length + 1);
      if (entry === undefined) archive.delete(name);
      else archive.set(name, entry);
    }
    commits++;
  }
  const source = await readFolder(store, state.root, options.directories.source);
  // Without source packages the packaging directory is not the tool's, whatever is there.
  const packaging = options.arch.includes('src')
    ? await readFolder(store, state.root, options.directories.packaging)
    : new Map<string, TreeFile>();
  store.assumePresent([...source.values(), ...packaging.values()].map(({ oid }) => oid));
  await store.check();
  return { end: { tip, root, source, packaging, archive, releases: records }, commits };
}

/** releases.json, when a class changed; a mirror without releases gets none. */
function wantedRecords(
  { state }: Survey,
  records: readonly ReleaseRecord[],
): [string, Uint8Array][] {
  const isSame = records.every((record) => state.releases.includes(record));
  return isSame ? [] : [['releases.json', Buffer.from(formatReleases(records))]];
}

/** mirror.json, in a run that publishes. */
function wantedMirrorFile(
  { state, plan, tagged }: Survey,
  options: Options,
): [string, Uint8Array][] {
  const isPublishing = plan.releases.some(({ status }) => status === 'new');
  if (!isPublishing) return [];
  const published = plan.releases.filter(({ status }) => status === 'new' || status === 'exists');
  const nevras = [...published, ...tagged].map(({ nevra }) => nevra);
  // A mirror that an earlier version began has packages of architectures that are not asked for any more.
  const former = state.mirrorFile === undefined ? tagged.map(({ nevra }) => nevra.arch) : [];
  const file = extendMirrorFile(state.mirrorFile, {
    ...options,
    packages: nevras.map(({ name }) => name),
    arch: [...former.filter((arch) => arch !== '').toSorted(), ...options.arch],
  });
  return [['mirror.json', Buffer.from(formatMirrorFile(file))]];
}

async function wantedIndex(
  survey: Survey,
  { fetcher, logger }: Ports,
  options: Options,
): Promise<Map<string, Uint8Array | undefined>> {
  if (!isIndexNew(survey.index, survey.state)) return new Map();
  const { files, warnings } = await loadRecords(survey.index, ['filelists', 'other'], {
    fetcher,
    allowWeak: options.allowWeak,
  });
  for (const warning of warnings) logger.warning(warning);
  return indexFiles(survey.index, [survey.index.primary, ...files], survey.state);
}
