// SPDX-License-Identifier: MIT
import { compareEvr } from '../rpm/evr.js';
import type { Findings } from './findings.js';
import type { ArchivedKeys } from './mirror-keys.js';
import type { ForeignPackage, ProvedRelease } from './verify-release.js';

/** What is needed to tell an exchanged key from a package of another publisher. */
export interface KeyEvidence {
  readonly findings: Findings;
  readonly archiveDirectory: string;
  readonly proved: readonly ProvedRelease[];
}

/**
 * Packages that no trusted key signed. Where the same keys prove other releases, the package is foreign; otherwise the key
 * is, and that is one finding on the key's path, however many tags it spoils.
 */
export function reportForeign(foreign: readonly ForeignPackage[], { findings, archiveDirectory, proved }: KeyEvidence): void {
  const good = new Map(proved.map(({ keys }) => [keys.id, keys]));
  const others = [...good.values(), ...foreign.map(({ keys }) => keys)];
  for (const { item, path, keys, actual } of foreign) {
    if (good.has(keys.id)) {
      findings.add(item, { kind: 'signature', path, expected: 'a package signed by a trusted key', actual });
      continue;
    }
    const keyPath = exchangedPath(keys, others) ?? archiveDirectory;
    const reason = keys.faults.get(keyPath) ?? actual;
    if (findings.isNew(`key ${keyPath} ${keys.files.get(keyPath) ?? ''}`)) {
      findings.add(item, { kind: 'signature', path: keyPath, expected: 'the key that signed the archived packages', actual: reason });
    }
  }
}

/** The key file that is not the one of releases that are proved, else the first that there is, or should be. */
function exchangedPath(keys: ArchivedKeys, others: readonly ArchivedKeys[]): string | undefined {
  const known = others.flatMap(({ keyPaths, files }) => keyPaths.map((path) => [path, files.get(path)] as const));
  const differing = known.find(([path, oid]) => keys.files.get(path) !== oid)?.[0];
  return differing ?? [...keys.faults.keys()][0] ?? keys.keyPaths[0] ?? known[0]?.[0];
}

/** Keys at the end of the branch: one that signed nothing here was put there by somebody else, unless it is pinned. */
export function verifyTipKeys(tip: ArchivedKeys, { findings, proved, pins, branch }: KeyEvidence & { readonly pins: ReadonlySet<string>; readonly branch: string }): void {
  const signers = new Set(proved.map(({ signer }) => signer));
  if (signers.size === 0) return;
  const fingerprints = tip.own;
  if (fingerprints.some((fingerprint) => signers.has(fingerprint) || pins.has(fingerprint))) return;
  const newest = proved.toSorted((a, b) => compareEvr(a.nevra, b.nevra)).at(-1)!;
  const path = exchangedPath(tip, [newest.keys]) ?? '';
  if (!findings.isNew(`key ${path} ${tip.files.get(path) ?? ''}`)) return;
  const actual = tip.faults.get(path) ?? (fingerprints.join(', ') || 'no key');
  findings.add({ tag: branch }, { kind: 'signature', path, expected: [...signers].join(', '), actual });
}
