// SPDX-License-Identifier: MIT
import { describeError, MirrorError } from '../errors.js';
import type { FindingRow, Report } from '../report/report.js';

/** A finding before its tag is known. */
export type Finding = Omit<FindingRow, 'tag'>;

/** What belongs to a tag; for the end of the branch its name stands in. */
export interface Tagged {
  readonly tag: string;
}

/** Collects what `verify` finds; one finding per cause. */
export class Findings {
  private readonly causes = new Set<string>();

  constructor(private readonly report: Report) {}

  get count(): number {
    return this.report.findings.length;
  }

  add({ tag }: Tagged, ...findings: readonly Finding[]): void {
    this.addAll({ tag }, findings);
  }

  /** Like {@link add} for a list, which may be longer than what a call takes as arguments. */
  addAll({ tag }: Tagged, findings: readonly Finding[]): void {
    for (const finding of findings) this.report.findings.push({ tag, ...finding });
  }

  /** True the first time that this cause is named: what many tags share is looked at, and reported, once. */
  isNew(cause: string): boolean {
    if (this.causes.has(cause)) return false;
    this.causes.add(cause);
    return true;
  }

  notChecked({ tag }: Tagged, path: string, reason: string): void {
    this.report.notChecked.push({ tag, kind: 'not-checked', path, reason });
  }

  /** Number of findings of each tag. */
  byTag(): ReadonlyMap<string, number> {
    return new Map(
      [...Map.groupBy(this.report.findings, ({ tag }) => tag)].map(([tag, rows]) => [
        tag,
        rows.length,
      ]),
    );
  }
}

/** Why something could not be read, as a finding's `actual`. @throws what is no MirrorError */
export function reasonOf(error: unknown): string {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}

/** What `read` gives, or a finding that says why there is nothing. */
export async function orFinding<T>(
  read: () => Promise<T>,
  finding: Omit<Finding, 'actual'>,
): Promise<{ value: T; fault?: undefined } | { value?: undefined; fault: Finding }> {
  try {
    return { value: await read() };
  } catch (error) {
    return { fault: { ...finding, actual: reasonOf(error) } };
  }
}
