// SPDX-License-Identifier: MIT
import type { Oid } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import type { Survey } from '../survey/survey.js';
import type { CommittedRelease } from './branch/commit-release.js';
import type { History } from './branch/history.js';
import { type Batch, Pusher } from './pushing.js';
import type { ReleaseRows } from './release-rows.js';

/** What batches need of a run. */
export interface BatchParts {
  readonly options: Options;
  readonly ports: Ports;
  readonly rows: ReleaseRows;
  /** Told the tip that the branch has on the remote after each push. */
  readonly onTip: (tip: Oid) => void;
}

/** A release that is ready, and the end of the branch once it was. */
interface Waiting {
  readonly release: CommittedRelease;
  readonly tip: Oid | undefined;
}

interface BranchMove {
  readonly name: string;
  /** Where it is on the remote; undefined when it does not exist. */
  readonly from: Oid | undefined;
  readonly oid: Oid;
}

/** Collects complete releases and pushes them, a few at a time, behind the one that is being built. */
export class Batches {
  private readonly pusher: Pusher;
  private waiting: Waiting[] = [];
  private readonly remote: Map<string, Oid>;

  constructor(
    private readonly parts: BatchParts,
    private readonly survey: Survey,
    private readonly history: History,
  ) {
    const { options, ports } = parts;
    this.pusher = new Pusher(ports.store, {
      dryRun: options.dryRun,
      logger: ports.logger,
      signal: ports.signal,
    });
    this.remote = new Map(survey.state.refs.branches);
  }

  /** Tip of the branch on the remote, once {@link finish} is through. */
  get tip(): Oid | undefined {
    return this.parts.options.dryRun
      ? this.survey.state.tip
      : this.remote.get(this.survey.state.branch);
  }

  /** Releases that the batch takes before it is pushed. */
  get room(): number {
    return this.parts.options.pushBatch - this.waiting.length;
  }

  async add(release: CommittedRelease, tip: Oid | undefined): Promise<void> {
    this.waiting.push({ release, tip });
    if (this.waiting.length >= this.parts.options.pushBatch) await this.push();
  }

  /** Begins to push what waits, with the branch and the line branches; nothing when all of it is there. */
  async push(): Promise<void> {
    const { options } = this.parts;
    const { branch } = this.survey.state;
    const { tip } = this.waiting.at(-1) ?? this.history.end;
    const own =
      tip === undefined ? [] : [{ name: branch, from: this.remote.get(branch), oid: tip }];
    const lines = await this.movableLines(
      this.history
        .lineBranches(options.lineBranches)
        .map((line) => ({ ...line, from: this.remote.get(line.name) })),
    );
    const branches = own.filter(({ from, oid }) => from !== oid);
    const behind = lines.filter(({ from, oid }) => from !== oid);
    const committed = this.waiting;
    this.waiting = [];
    if (branches.length + behind.length + committed.length === 0) return;
    await this.pusher.start({
      ...this.batchOf(committed, branches, tip),
      lines: behind.map(({ name, oid }) => ({ name, oid })),
    });
    for (const { name, oid } of branches) this.remote.set(name, oid);
  }

  /** The first half of it moves the branch to where its last release left it, the second half all branches. */
  private batchOf(
    committed: readonly Waiting[],
    branches: readonly BranchMove[],
    tip: Oid | undefined,
  ): Batch {
    const own = branches.find(({ name }) => name === this.survey.state.branch);
    const halve = (): readonly [Batch, Batch] | undefined => {
      const middle = Math.ceil(committed.length / 2);
      const between = committed[middle - 1]?.tip;
      if (committed.length < 2 || own === undefined || between === undefined) return undefined;
      const [early, late] = [committed.slice(0, middle), committed.slice(middle)];
      const rest = branches.map((move) => (move === own ? { ...own, from: between } : move));
      return [
        this.batchOf(early, [{ ...own, oid: between }], between),
        this.batchOf(
          late,
          rest.filter(({ from, oid }) => from !== oid),
          tip,
        ),
      ];
    };
    return {
      branches,
      lines: [],
      tags: committed.map(({ release: { planned, tag } }) => ({ name: planned.tag, oid: tag })),
      onPushed: () => {
        for (const { release } of committed) this.parts.rows.published(release.planned);
        if (tip !== undefined) this.parts.onTip(tip);
      },
      halves: halve,
    };
  }

  /** Line branches that may move: git cannot see a fast-forward without history, and one that others moved stays where it is. */
  private async movableLines(lines: readonly BranchMove[]): Promise<BranchMove[]> {
    const { store, logger } = this.parts.ports;
    const moved = lines.filter(({ from, oid }) => from !== undefined && from !== oid);
    if (moved.length > 0) {
      await store.fetchHistory(
        [this.survey.state.branch, ...moved.map(({ name }) => name)]
          .filter((name) => this.survey.state.refs.branches.has(name))
          .map((name) => `refs/heads/${name}`),
      );
    }
    const movable: BranchMove[] = [];
    for (const line of lines) {
      if (
        line.from === undefined ||
        line.from === line.oid ||
        (await store.isAncestor(line.from, line.oid))
      )
        movable.push(line);
      else
        logger.warning(
          `line branch ${line.name} holds commits that are not of this mirror; it is left where it is`,
        );
    }
    return movable;
  }

  /** Pushes complete releases that still wait. */
  async flush(): Promise<void> {
    if (this.waiting.length > 0) await this.push();
  }

  finish(): Promise<void> {
    return this.pusher.finish();
  }
}
