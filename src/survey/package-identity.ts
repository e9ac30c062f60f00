// SPDX-License-Identifier: MIT
import type { HeaderIdentity } from '../mirror/changes.js';
import { packageDigest, payloadDigests } from '../rpm/evidence/digests.js';
import type { RpmPackage } from '../rpm/read.js';

/** RPMSIGTAG_SIZE and LONGSIZE: bytes of main header and payload. */
const SIZE_TAGS = [1000, 270] as const;

/** What a package says of its payload, for comparison with the one published before. */
export function identityOf(pkg: RpmPackage): Omit<HeaderIdentity, 'headerSha256'> {
  const [digest] = payloadDigests(pkg.header).filter(({ compressed }) => compressed.length > 0);
  return {
    payloadSize:
      SIZE_TAGS.map((tag) => pkg.signatureHeader.numbers(tag)?.[0]).find(
        (size) => size !== undefined,
      ) ?? pkg.facts.payload.size,
    payloadDigest:
      digest === undefined ? null : `${digest.algorithm}:${digest.compressed[0]?.expected ?? ''}`,
    sigMd5: packageDigest(pkg.signatureHeader)?.expected ?? null,
  };
}

/** Paths whose digests differ or that only one of the two packages has. */
export function differingFiles(published: RpmPackage, served: RpmPackage): string[] {
  const list = (pkg: RpmPackage): Map<string, string> =>
    new Map(
      pkg.facts.files.map(({ path, digest, mode }) => [
        Buffer.from(path).toString('utf8'),
        `${digest} ${mode}`,
      ]),
    );
  const [before, after] = [list(published), list(served)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .sort();
}
