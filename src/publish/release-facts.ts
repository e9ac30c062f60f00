// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { MirrorError } from '../errors.js';
import type { GitStore } from '../git/store.js';
import { packagePaths } from '../mirror/layout.js';
import { findNewest } from '../mirror/lines.js';
import { compareScripts, type ReleaseScripts } from '../mirror/script-changes.js';
import { dkmsPath, dkmsVersion, licencePaths } from '../mirror/source-facts.js';
import { showString } from '../mirror/text.js';
import type { Ports } from '../ports.js';
import type { ReleaseFactsRow } from '../report/report.js';
import { compareEvr } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import { readPackage } from '../rpm/read.js';
import { parseScripts } from '../rpm/scripts.js';
import type { Survey } from '../survey/survey.js';
import type { BranchEnd } from './branch/commit-release.js';
import type { PreparedRelease } from './prepare.js';

/** Larger packages of the mirror are not fetched only to compare what they run. */
const MOST_BYTES = 32 * 1024 * 1024;

interface Known extends ReleaseScripts {
  readonly nevra: Nevra;
  readonly tag: string;
}

/** Tells what a reviewer of a new release wants to see first. Nothing of it decides anything, so what cannot be read is left out. */
export class ReleaseFacts {
  private readonly known: Known[] = [];

  constructor(
    private readonly survey: Survey,
    private readonly ports: Pick<Ports, 'store' | 'logger'>,
  ) {}

  /** Facts of a release whose objects are in the store, compared with the greatest older one. */
  async of(prepared: PreparedRelease, end: BranchEnd): Promise<ReleaseFactsRow> {
    const { facts, scripts, planned, files } = prepared;
    const { nevra } = planned;
    const before = await this.findBefore(nevra, end);
    const self = { nevra, tag: planned.tag, version: nevra.version, scripts };
    this.known.push(self);
    const paths = new Map(
      [...files].map(([path, { oid }]) => [Buffer.from(path, 'latin1').toString('utf8'), oid]),
    );
    const dkms = dkmsPath(paths.keys());
    const config = dkms === undefined ? undefined : paths.get(dkms);
    const version = config === undefined ? undefined : await readVersion(this.ports.store, config);
    return {
      license: showString(facts.license),
      licenseFiles: licencePaths(paths.keys()),
      ...(version === undefined ? {} : { dkmsVersion: version }),
      ...(before === undefined
        ? {}
        : { comparedWith: before.tag, scripts: await compareScripts(before, self) }),
    };
  }

  private async findBefore(nevra: Nevra, end: BranchEnd): Promise<Known | undefined> {
    const older = findNewest(
      [...this.survey.tagged, ...this.known].filter(
        (release) => compareEvr(release.nevra, nevra) < 0,
      ),
    );
    if (older === undefined) return undefined;
    const known = this.known.find(({ tag }) => tag === older.tag);
    if (known !== undefined) return known;
    try {
      const scripts = await this.readArchived(older.tag, end);
      if (scripts === undefined) return undefined;
      const read = { ...older, version: older.nevra.version, scripts };
      this.known.push(read);
      return read;
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      this.ports.logger.debug(
        `install scripts are not compared with ${older.tag}: ${error.message}`,
      );
      return undefined;
    }
  }

  /** From the package in the mirror, which was proved when it was published; `verify` proves it again. */
  private async readArchived(
    tag: string,
    { archive }: BranchEnd,
  ): Promise<ReleaseScripts['scripts'] | undefined> {
    const { store } = this.ports;
    const file = this.survey.state.releases.find((record) => record.tag === tag)?.file;
    if (file === undefined) return undefined;
    const listed = this.survey.index.packages.find(({ fileName }) => fileName === file);
    const { header, rpm } = packagePaths(file);
    const entry = archive.get(header) ?? archive.get(rpm);
    if (entry === undefined || (listed?.size ?? 0) > MOST_BYTES) return undefined;
    await store.fetchBlobs([entry.oid]);
    const bytes = await store.readBlob(entry.oid);
    return parseScripts((await readPackage(memorySource(bytes))).header);
  }
}

async function readVersion(store: GitStore, oid: string): Promise<string | undefined> {
  try {
    return dkmsVersion(await store.readBlob(oid));
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
}
