// SPDX-License-Identifier: MIT
import { describeError, MirrorError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import { createAcceptance } from '../mirror/accepted-findings.js';
import type { FindingRow, Report } from '../report/report.js';

/** A finding before its place is known. */
export type Finding = Omit<FindingRow, 'tag' | 'ref'>;

/** What belongs to a ref, by its full name; a release that is looked at without one has `HEAD`. */
export interface Placed {
  readonly ref: string;
}

const TAGS = 'refs/tags/';

/** Collects what `verify` finds: one finding per ref and path, one per cause. What `accept-findings` names is kept apart. */
export class Findings {
  private readonly causes = new Set<string>();
  /** Whether all that was found at a place is accepted. */
  private readonly places = new Map<string, boolean>();
  private readonly kinds = new Set<string>();
  private readonly failing = new Map<string, number>();
  private readonly accepting = new Map<string, number>();
  private readonly isAccepted: ReturnType<typeof createAcceptance>;

  constructor(
    private readonly report: Report,
    { acceptFindings }: Pick<Options, 'acceptFindings'>,
  ) {
    this.isAccepted = createAcceptance(acceptFindings);
  }

  /** All that was found, accepted or not. */
  get count(): number {
    return this.report.findings.length + this.report.accepted.length;
  }

  add(place: Placed, ...findings: readonly Finding[]): void {
    this.addAll(place, findings);
  }

  /** Like {@link add} for a list, which may be longer than what a call takes as arguments. */
  addAll({ ref }: Placed, findings: readonly Finding[]): void {
    for (const finding of findings) {
      const place = `${ref}\0${finding.path}`;
      const tag = ref.startsWith(TAGS) ? { tag: ref.slice(TAGS.length) } : {};
      const row = { ref, ...tag, ...finding };
      const isAccepted = this.isAccepted(row);
      const before = this.places.get(place);
      // What is accepted hides nothing that is not.
      if (before === isAccepted || before === false) continue;
      this.places.set(place, isAccepted);
      this.kinds.add(`${ref}\0${finding.kind}`);
      (isAccepted ? this.report.accepted : this.report.findings).push(row);
      const counts = isAccepted ? this.accepting : this.failing;
      counts.set(ref, (counts.get(ref) ?? 0) + 1);
    }
  }

  /** True when something of this kind was found at a ref. */
  has({ ref }: Placed, kind: Finding['kind']): boolean {
    return this.kinds.has(`${ref}\0${kind}`);
  }

  /** Findings of a ref that count against it, and those that do not. */
  of({ ref }: Placed): { failing: number; accepted: number } {
    return { failing: this.failing.get(ref) ?? 0, accepted: this.accepting.get(ref) ?? 0 };
  }

  /** True the first time that this cause is named: what many tags share is looked at, and reported, once. */
  isNew(cause: string): boolean {
    if (this.causes.has(cause)) return false;
    this.causes.add(cause);
    return true;
  }

  /** What no proof covers. */
  residue(text: string): void {
    if (!this.report.residue.includes(text)) this.report.residue.push(text);
  }
}

/** Why something could not be read, as a finding's `actual`. @throws what is no MirrorError */
export function reasonOf(error: unknown): string {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}

/** What `read` gives, or a finding that says why there is nothing; an object that git would refuse is one of its own kind. */
export async function orFinding<T>(
  read: () => Promise<T>,
  finding: Omit<Finding, 'actual'>,
): Promise<{ value: T; fault?: undefined } | { value?: undefined; fault: Finding }> {
  try {
    return { value: await read() };
  } catch (error) {
    return { fault: faultOf(error, finding) };
  }
}

/** A finding for what could not be read. @throws what is no MirrorError */
export function faultOf(error: unknown, finding: Omit<Finding, 'actual'>): Finding {
  const actual = reasonOf(error);
  return isRefused(error)
    ? { ...finding, kind: 'object', expected: 'an object that git takes', actual }
    : { ...finding, actual };
}

/** True for an object that is whole, but that `git fsck --strict` would refuse. */
function isRefused(error: unknown): boolean {
  return error instanceof MirrorError && error.code === 'OBJECT_INVALID';
}
