// SPDX-License-Identifier: MIT

/** A number with its noun: `1 tag`, `2 tags`; `shown` is how the number is written. */
export function counted(n: number, noun: string, shown = String(n)): string {
  return `${shown} ${noun}${n === 1 ? '' : 's'}`;
}
