// SPDX-License-Identifier: MIT
import type { Options } from '../inputs.js';
import { packagePaths } from '../mirror/layout.js';
import { compareEvr } from '../rpm/evr.js';
import type { VerifyPorts } from './ports.js';
import type { MirrorFiles } from './mirror-reading.js';
import type { LookedAt, TagVerifier } from './verify-release.js';
import { sha256 } from './verify-tag.js';

export interface TipParts {
  readonly options: Options;
  readonly ports: VerifyPorts;
  readonly files: MirrorFiles;
  readonly verifier: TagVerifier;
}

/**
 * What no tag shows: the archive as the branch has it now. Packages, checksums and keys at its tip are those of the tags;
 * what a tag's own findings explain is not said again.
 * @throws GitError MIRROR_INVALID
 */
export async function verifyTip({ options, ports, files, verifier }: TipParts): Promise<void> {
  const tip = await ports.reader.readTip(options.branch);
  if (tip === undefined || verifier.proved.length === 0) return;
  const { tree: root } = await ports.reader.readCommit(tip);
  await verifier.checkIndexSums(options.branch ?? 'HEAD', root);
  await checkKeys({ options, ports, files, verifier }, root);
  for (const item of verifier.proved) if (item.good) await checkPackage({ options, ports, files, verifier }, root, item);
}

/** A key at the tip that no tag was signed with was put there by somebody else, unless it is pinned. */
async function checkKeys({ options, verifier }: TipParts, root: string): Promise<void> {
  const { keyring, keyPath } = await verifier.keys.of(root);
  const signers = new Set(verifier.proved.map(({ signer }) => signer));
  if (keyPath === undefined || signers.size === 0) return;
  const fingerprints = keyring.certificates.map(({ fingerprint }) => fingerprint);
  if (fingerprints.some((fingerprint) => signers.has(fingerprint) || options.gpgFingerprints.has(fingerprint))) return;
  const newest = verifier.proved.toSorted((a, b) => compareEvr(a.nevra, b.nevra)).at(-1)!;
  verifier.findOnce(`key ${keyPath}`, newest, { kind: 'signature', path: keyPath, expected: [...signers].join(', '), actual: fingerprints.join(', ') || 'no key' });
}

async function checkPackage({ options, ports, files, verifier }: TipParts, root: string, { tag, file, sha256: proved }: LookedAt): Promise<void> {
  const { rpm, checksum } = packagePaths(file);
  const at = (name: string): string => `${options.directories.archive}/${name}`;
  const [pkg, sum] = [await files.find(root, at(rpm)), await files.find(root, at(checksum))];
  if (pkg !== undefined && proved !== undefined && pkg.oid !== proved.oid) {
    const actual = sha256(await ports.reader.readBlob(pkg.oid));
    if (actual !== proved.sha256) verifier.find({ tag }, { kind: 'package', path: at(rpm), expected: proved.sha256, actual });
  }
  if (sum === undefined || proved === undefined) return;
  const actual = Buffer.from(await files.small(sum.oid)).toString('latin1').trim().split(/\s/)[0] ?? '';
  if (actual !== proved.sha256) verifier.find({ tag }, { kind: 'digest', path: at(checksum), expected: proved.sha256, actual });
}
