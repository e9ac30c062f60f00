// SPDX-License-Identifier: MIT

/**
 * A value that this program itself has put where it is looked for, whatever came from outside. Where it is missing after all, that is a
 * defect of rpm-source-mirror and no fault of a package, a server or the mirror: no {@link MirrorError}, so that no finding and no refusal of
 * one release takes it up; the run ends and says `INTERNAL`.
 * @param what the value in words, for the report of the defect
 */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`expected ${what}, found nothing`);
  return value;
}
