// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import { findTree, readFolder, type TreeFile } from '../../git/objects/folders.js';
import type { GitStore, Oid } from '../../git/store.js';
import type { Logger } from '../../log.js';
import {
  findNewest,
  followLines,
  type LineBranch,
  placeRelease,
  type TaggedRelease,
} from '../../mirror/lines.js';
import { formatArchiveMessage } from '../../mirror/records/messages.js';
import { formatReleases, parseReleases } from '../../mirror/records/releases.js';
import { parseTagName } from '../../mirror/tag-names.js';
import { compareEvr, formatNevra } from '../../rpm/evr.js';
import type { Nevra } from '../../rpm/model.js';
import type { Survey } from '../../survey/survey.js';
import { type Authorship, writeCommit } from './authoring.js';
import { carryToBackport } from './carried.js';
import {
  archiveAdditions,
  type BranchEnd,
  commitRelease,
  type CommittedRelease,
  recordOf,
  type ReleaseCommit,
} from './commit-release.js';

export interface HistoryStart {
  readonly store: GitStore;
  readonly authorship: Authorship;
  readonly survey: Survey;
  /** The branch with this run's archive commits. */
  readonly end: BranchEnd;
  readonly archiveDirectory: string;
  readonly logger: Logger;
}

/** How a tag shows that nothing can be built on it: it is gone, or is no commit of a mirror. */
const UNUSABLE: ReadonlySet<string> = new Set([
  'BRANCH_NOT_FOUND',
  'MIRROR_INVALID',
  'OBJECT_INVALID',
]);
/** Foreign tags that look like versions are few; each costs a fetch. */
const MOST_UNLISTED = 5;

/**
 * The branch under construction. A release newer than all others becomes its source; an older one (a backport) gets its own
 * commit beside the branch, which only gains the package (interface, Backports).
 */
export class History {
  private tagged: TaggedRelease[];
  private made = new Map<string, CommittedRelease>();
  private current: BranchEnd;

  constructor(private readonly start: HistoryStart) {
    this.tagged = [...start.survey.tagged];
    this.current = start.end;
  }

  get end(): BranchEnd {
    return this.current;
  }

  /**
   * Finds the newest release among tags that neither the index nor releases.json knows, such as one that the predecessor published and
   * upstream withdrew: the branch must not move back behind it. Only tags that look like newer versions are asked for.
   */
  async findUnlisted(): Promise<void> {
    const { store, survey } = this.start;
    const newest = findNewest(this.tagged);
    const known = new Set(this.tagged.map(({ tag }) => tag));
    const candidates = [...survey.state.refs.tags.keys()]
      .filter((tag) => /^\d/.test(tag) && !known.has(tag))
      .map((tag) => ({ tag, nevra: nevraOfTag(tag) }));
    const newer = candidates
      .filter(({ nevra }) => newest === undefined || compareEvr(nevra, newest.nevra) > 0)
      .sort((a, b) => compareEvr(b.nevra, a.nevra));
    for (const candidate of newer.slice(0, MOST_UNLISTED)) {
      const archive = await orUnusable(async () => {
        const { tree } = await store.readCommit(
          await store.fetchCommit(`refs/tags/${candidate.tag}`),
        );
        return findTree(store, tree, this.start.archiveDirectory);
      });
      if (archive === undefined || archive instanceof GitError) continue;
      this.tagged.push(candidate);
      return;
    }
  }

  /** Remembers how the branch stands; what is called brings it back there. */
  mark(): () => void {
    const { tagged, made, current } = this;
    this.tagged = [...tagged];
    this.made = new Map(made);
    return () => {
      Object.assign(this, { tagged, made, current });
    };
  }

  /** Stages a release where it belongs, and the next one on top of it; git has not looked at its objects yet. @throws GitError */
  async stage(
    release: ReleaseCommit,
  ): Promise<{ readonly committed: CommittedRelease; readonly end: BranchEnd }> {
    const { store, authorship, survey } = this.start;
    const { tag, nevra } = release.prepared.planned;
    const isBackport = placeRelease(nevra, this.tagged).on !== 'tip';
    const base = isBackport ? await this.findGround(release) : this.current;
    this.warnOfLoss(release, base);
    const carried = isBackport
      ? await carryToBackport(store, {
          ground: base,
          branch: this.current,
          keyNames: survey.trust.keyNames,
        })
      : undefined;
    const committed = await commitRelease(store, authorship, base, {
      ...release,
      ...(carried === undefined ? {} : { carried }),
    });
    const end = isBackport ? await this.gainPackage(release) : committed.end;
    this.current = end;
    this.made.set(tag, committed);
    this.tagged.push({ nevra, tag });
    return { committed, end };
  }

  /** A source that all but vanished is seldom meant: a folder was renamed, or a build went wrong. */
  private warnOfLoss({ prepared: { planned, files } }: ReleaseCommit, { source }: BranchEnd): void {
    if (files.size * 2 >= source.size) return;
    this.start.logger.warning(
      `${formatNevra(planned.nevra)} LOST MOST OF ITS SOURCE: ${files.size} of the ${source.size} files that the release before has. Look at source-path, and at what the publisher changed, before you rely on it`,
    );
  }

  /** Where the line branches belong now; those that are there already are left out. */
  lineBranches(lines: readonly LineBranch[]): { name: string; from: Oid | undefined; oid: Oid }[] {
    const { refs } = this.start.survey.state;
    return followLines(lines, this.tagged).flatMap(({ branch, release }) => {
      const oid = this.made.get(release.tag)?.commit ?? refs.tags.get(release.tag)?.commit;
      const from = refs.branches.get(branch);
      return oid === undefined || oid === from ? [] : [{ name: branch, from, oid }];
    });
  }

  /** The branch takes a backport's package and line into its archive; its source stays. */
  private async gainPackage(release: ReleaseCommit): Promise<BranchEnd> {
    const { store, authorship } = this.start;
    const { current } = this;
    const record = recordOf(release);
    const releases = [...current.releases.filter(({ tag }) => tag !== record.tag), record];
    const additions = await archiveAdditions(store, release.prepared, formatReleases(releases));
    const edits = [...additions].map(([name, entry]) => ({
      path: `${release.directories.archive}/${name}`,
      entry,
    }));
    const message = formatArchiveMessage('packages');
    const commit = await writeCommit(store, authorship, {
      parent: current.tip,
      root: current.root,
      edits,
      message,
      authored: authorship.time,
    });
    return {
      ...current,
      tip: commit.oid,
      root: commit.root,
      archive: new Map([...current.archive, ...additions]),
      releases,
    };
  }

  /**
   * What a backport stands on: the greatest older tag, or what the branch was before the lowest one. A tag that somebody deleted meanwhile, or that
   * is no commit of a mirror, is passed over for the next.
   */
  private async findGround(release: ReleaseCommit): Promise<BranchEnd> {
    const { nevra } = release.prepared.planned;
    for (let tagged: readonly TaggedRelease[] = this.tagged; ;) {
      const place = placeRelease(nevra, tagged);
      const tag = place.on === 'tag' ? place.tag : placeLowest(tagged)?.tag;
      if (tag === undefined) return NOTHING;
      const end = await orUnusable(() =>
        place.on === 'tag' ? this.endOf(tag, release) : this.endBefore(tag, release),
      );
      if (!(end instanceof GitError)) return end;
      this.start.logger.warning(
        `${formatNevra(nevra)} is built on an older tag than ${tag}, on which nothing can be built: ${end.message}`,
      );
      tagged = tagged.filter((other) => other.tag !== tag);
    }
  }

  private async endOf(tag: string, release: ReleaseCommit): Promise<BranchEnd> {
    const made = this.made.get(tag);
    return made === undefined
      ? this.readEnd(await this.start.store.fetchCommit(`refs/tags/${tag}`), release)
      : made.end;
  }

  /** The branch as it was before this release; nothing at all where that began it. */
  private async endBefore(tag: string, release: ReleaseCommit): Promise<BranchEnd> {
    const { store } = this.start;
    const commit = this.made.get(tag)?.commit ?? (await store.fetchCommit(`refs/tags/${tag}`));
    const [parent] = (await store.readCommit(commit)).parents;
    return parent === undefined ? NOTHING : this.readEnd(await store.fetchCommit(parent), release);
  }

  private async readEnd(tip: Oid, { directories, prepared }: ReleaseCommit): Promise<BranchEnd> {
    const { store } = this.start;
    const { tree: root } = await store.readCommit(tip);
    const [source, archive] = [
      await readFolder(store, root, directories.source),
      await readFolder(store, root, directories.archive),
    ];
    const packaging =
      prepared.packaging === undefined
        ? new Map<string, TreeFile>()
        : await readFolder(store, root, directories.packaging);
    store.assumePresent(
      [source, packaging, archive].flatMap((files) => [...files.values()]).map(({ oid }) => oid),
    );
    const list = archive.get('releases.json');
    if (list !== undefined) await store.fetchBlobs([list.oid]);
    return {
      tip,
      root,
      source,
      packaging,
      archive,
      releases: list === undefined ? [] : parseReleases(await store.readBlob(list.oid)),
    };
  }
}

const NOTHING: BranchEnd = {
  tip: undefined,
  root: undefined,
  source: new Map(),
  packaging: new Map(),
  archive: new Map(),
  releases: [],
};

/** What `read` gives, or why a tag is of no use. */
async function orUnusable<T>(read: () => Promise<T>): Promise<T | GitError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GitError && UNUSABLE.has(error.code)) return error;
    throw error;
  }
}

function placeLowest(tagged: readonly TaggedRelease[]): TaggedRelease | undefined {
  return (
    tagged.find(
      ({ nevra }) =>
        placeRelease(
          nevra,
          tagged.filter((other) => other.nevra !== nevra),
        ).on === 'root',
    ) ?? tagged[0]
  );
}

/** What a bare version tag says; good for order alone. */
function nevraOfTag(tag: string): Nevra {
  return { name: '', epoch: null, version: parseTagName(tag), release: '', arch: '' };
}
