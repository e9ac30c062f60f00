// SPDX-License-Identifier: MIT
import type { Nevra } from '../rpm/model.js';

/** Parses `name-[epoch:]version-release.arch` as `formatNevra` writes it; undefined when it is none. Any characters that the form leaves room for are allowed. */
export function tryParseNevra(text: string): Nevra | undefined {
  const match = /^([^]+)-(?:(\d{1,10}):)?([^-]+)-([^-]+)\.([^.-]+)$/.exec(text);
  if (match === null) return undefined;
  const [, name, epoch, version, release, arch] = match as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
    string,
  ];
  return { name, epoch: epoch === undefined ? null : Number(epoch), version, release, arch };
}

/** A NEVRA as an identity: epoch 0 is the same as none, since rpm compares them as equal and createrepo writes 0 for none. */
export function nevraKey(nevra: string): string {
  return nevra.replace(/-0:(?=[^-]*-[^-]*$)/, '-');
}
