// SPDX-License-Identifier: MIT
import { type HeaderRules, type HeaderVerdict, verifyFront } from '../check/header-verdict.js';
import { MirrorError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import type { Logger } from '../log.js';
import { namesRelease } from '../mirror/plan.js';
import type { PayloadPath } from '../mirror/source-path.js';
import type { Fetcher } from '../net/fetcher.js';
import type { IndexPackage, RepositoryIndex } from '../repodata/model.js';
import { satisfies } from '../rpm/constraints.js';
import { compareEvr } from '../rpm/evr.js';
import type { RpmPackage } from '../rpm/read.js';
import { verifyListed } from '../upstream/downloads.js';
import { readServedHeader } from '../upstream/served-header.js';

/** Headers that are read: all of most repositories, and of the others the oldest, the newest and some between. */
const MOST_READ = 96;
const PARALLEL = 8;

/** What became of one release: what publish would refuse it for, or what it would take. */
export interface Judged {
  readonly listed: IndexPackage;
  readonly verdict: HeaderVerdict | undefined;
  readonly error: MirrorError | undefined;
}

/** Headers that were read, by checksum of their package. */
export class Headers {
  private readonly known = new Map<string, RpmPackage | MirrorError>();

  constructor(
    private readonly index: RepositoryIndex,
    private readonly fetcher: Fetcher,
    private readonly options: Options,
  ) {}

  /** Undefined when the server or the index do not give it, or give something else. */
  async tryRead(found: IndexPackage): Promise<RpmPackage | undefined> {
    const held = await this.read(found);
    return held instanceof MirrorError ? undefined : held;
  }

  files({ checksum }: IndexPackage): readonly PayloadPath[] | undefined {
    const held = this.known.get(checksum.hex);
    return held === undefined || held instanceof MirrorError
      ? undefined
      : held.facts.files.map(({ path, type }) => ({ path, isDirectory: type === 'directory' }));
  }

  /** Reads many, side by side. */
  async readAll(packages: readonly IndexPackage[], logger: Logger): Promise<void> {
    const queue = packages.values();
    let done = 0;
    const worker = async (): Promise<void> => {
      for (const found of queue) {
        await this.read(found);
        done += 1;
        logger.progress(`headers: ${done} of ${packages.length}`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  /** Judges what was read as publish would. */
  async judge(listed: IndexPackage, rules: HeaderRules): Promise<Judged> {
    try {
      const held = await this.read(listed);
      if (held instanceof MirrorError) throw held;
      const verdict = await verifyFront(held, listed, rules);
      return { listed, verdict, error: undefined };
    } catch (error) {
      if (error instanceof MirrorError) return { listed, verdict: undefined, error };
      throw error;
    }
  }

  private async read(found: IndexPackage): Promise<RpmPackage | MirrorError> {
    const { hex } = found.checksum;
    const held = this.known.get(hex) ?? (await this.fetch(found));
    this.known.set(hex, held);
    return held;
  }

  private async fetch(found: IndexPackage): Promise<RpmPackage | MirrorError> {
    try {
      verifyListed(found, { options: this.options, index: this.index });
      return await readServedHeader(found, { index: this.index, fetcher: this.fetcher });
    } catch (error) {
      if (error instanceof MirrorError) return error;
      throw error;
    }
  }
}

/** The releases that publish would take of the chosen names, in EVR order. */
export function releasesOf(
  packages: readonly IndexPackage[],
  chosen: readonly { readonly name: string; readonly arch: string }[],
  { versions, skip }: Options,
): IndexPackage[] {
  return packages
    .filter(
      ({ nevra }) =>
        chosen.some(({ name, arch }) => name === nevra.name && arch === nevra.arch) &&
        satisfies(nevra, versions) &&
        !skip.some((entry) => namesRelease(entry, nevra)),
    )
    .sort((a, b) => compareEvr(a.nevra, b.nevra));
}

/** All of a list that is short; of a longer one the first, the last, and some between at even distance. */
export function sample<T>(items: readonly T[]): T[] {
  if (items.length <= MOST_READ) return [...items];
  const step = (items.length - 1) / (MOST_READ - 1);
  const places = new Set(Array.from({ length: MOST_READ }, (_, at) => Math.round(at * step)));
  return items.filter((_, at) => places.has(at));
}
