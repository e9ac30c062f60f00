// SPDX-License-Identifier: MIT
import type { Oid } from '../git/store.js';
import { compareEvr } from '../rpm/evr.js';
import type { Nevra } from '../rpm/model.js';
import type { Judgement } from '../trust/policy.js';
import type { Findings } from './findings.js';
import type { ArchivedKeys } from './mirror-keys.js';
import type { TagCase } from './tag-cases.js';

/** A release whose package is good, for the checks of the branch's end. */
export interface ProvedRelease {
  readonly item: TagCase;
  readonly nevra: Nevra;
  readonly file: string;
  /** Primary fingerprint, and the set of keys that it was found in. */
  readonly signer: string;
  readonly keys: ArchivedKeys;
  /** The archived package; undefined for a header or a package that was not archived. */
  readonly archived: { readonly oid: Oid; readonly sha256: string } | undefined;
  /** True when nothing at all was found. */
  readonly good: boolean;
}

/** A package that no trusted key signed; whether a key or the package was exchanged shows when all tags are through. */
export interface ForeignPackage {
  readonly item: TagCase;
  readonly path: string;
  readonly keys: ArchivedKeys;
  readonly actual: string;
}

/** What is needed to tell an exchanged key from a package of another publisher. */
export interface KeyEvidence {
  readonly findings: Findings;
  readonly archiveDirectory: string;
  readonly proved: readonly ProvedRelease[];
  readonly pins: ReadonlySet<string>;
}

/** The commit's own keys are those of the branch; what is wrong with one is one finding, however many tags have it. */
export function verifyOwnKeys(
  item: TagCase,
  { strangers, lost, faults, files }: ArchivedKeys,
  findings: Findings,
): void {
  const wrong = new Map(
    [...strangers].map(([path, fingerprints]) => [path, fingerprints.join(', ')]),
  );
  // The predecessor may have archived its key later.
  if (lost !== undefined && item.message?.trailers !== undefined)
    wrong.set(lost, faults.get(lost) ?? 'no key');
  for (const [path, actual] of wrong) {
    if (findings.isNew(`key ${path} ${files.get(path) ?? ''}`))
      findings.add(item, {
        kind: 'signature',
        path,
        expected: 'a key that the branch has had',
        actual,
      });
  }
}

/** True for a refusal that is about who signed, not about the bytes. */
export function isForeign({ accepted, reasons }: Judgement): boolean {
  return (
    !accepted && reasons.every(({ code }) => code === 'UNKNOWN_KEY' || code === 'PIN_MISMATCH')
  );
}

/**
 * Packages that no trusted key signed. Where the same keys prove other releases, the package is foreign; otherwise the key
 * is, and that is one finding on the key's path, however many tags it spoils.
 */
export function reportForeign(
  foreign: readonly ForeignPackage[],
  { findings, archiveDirectory, proved, pins }: KeyEvidence,
): void {
  const good = new Map(proved.map(({ keys }) => [keys.id, keys]));
  const others = [...good.values(), ...foreign.map(({ keys }) => keys)];
  for (const { item, path, keys, actual } of foreign) {
    if (good.has(keys.id)) {
      findings.add(item, {
        kind: 'signature',
        path,
        expected: 'a package signed by a trusted key',
        actual,
      });
      continue;
    }
    const keyPath = exchangedPath(keys, others) ?? archiveDirectory;
    const reason = keys.faults.get(keyPath) ?? actual;
    if (findings.isNew(`key ${keyPath} ${keys.files.get(keyPath) ?? ''}`)) {
      // Pins that name none of the archived keys are more likely to be wrong than the keys.
      const isPinned = pins.size === 0 || keys.own.some((fingerprint) => pins.has(fingerprint));
      const expected = isPinned
        ? 'the key that signed the archived packages'
        : `a key of gpg-fingerprints (${[...pins].join(', ')})`;
      findings.add(item, {
        kind: 'signature',
        path: keyPath,
        expected,
        actual: isPinned || keys.own.length === 0 ? reason : keys.own.join(', '),
      });
    }
  }
}

/** The key file that is not the one of releases that are proved, else the first that there is, or should be. */
function exchangedPath(keys: ArchivedKeys, others: readonly ArchivedKeys[]): string | undefined {
  const known = others.flatMap(({ keyPaths, files }) =>
    keyPaths.map((path) => [path, files.get(path)] as const),
  );
  const differing = known.find(([path, oid]) => keys.files.get(path) !== oid)?.[0];
  return differing ?? [...keys.faults.keys()][0] ?? keys.keyPaths[0] ?? known[0]?.[0];
}

/** Keys at the end of the branch: one that signed nothing here was put there by somebody else, unless it is pinned. */
export function verifyTipKeys(
  tip: ArchivedKeys,
  { findings, proved, pins, branch }: KeyEvidence & { readonly branch: string },
): void {
  const signers = new Set(proved.map(({ signer }) => signer));
  if (signers.size === 0) return;
  const fingerprints = tip.own;
  if (fingerprints.some((fingerprint) => signers.has(fingerprint) || pins.has(fingerprint))) return;
  const newest = proved.toSorted((a, b) => compareEvr(a.nevra, b.nevra)).at(-1)!;
  const path = exchangedPath(tip, [newest.keys]) ?? '';
  if (!findings.isNew(`key ${path} ${tip.files.get(path) ?? ''}`)) return;
  const actual = tip.faults.get(path) ?? (fingerprints.join(', ') || 'no key');
  findings.add(
    { tag: branch },
    { kind: 'signature', path, expected: [...signers].join(', '), actual },
  );
}
