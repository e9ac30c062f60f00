// SPDX-License-Identifier: MIT
// A synthetic repository index of the size of Fedora's: 60,000 packages make about 200 MB of primary.xml.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip, createZstdCompress } from 'node:zlib';

const ARCHES = ['noarch', 'x86_64', 'i686', 'src'];
const COMPRESSORS = { gz: () => createGzip({ level: 1 }), zst: () => createZstdCompress() };

/** XML of one package, shaped as createrepo_c writes it; the same number gives the same text. */
export function packageXml(number) {
  const name = `package-${Math.floor(number / ARCHES.length)}`;
  const arch = ARCHES[number % ARCHES.length];
  const hex = createHash('sha256').update(`${number}`).digest('hex');
  const entries = Array.from(
    { length: 12 + (number % 24) },
    (_, i) =>
      `      <rpm:entry name="lib${name}-${i}.so.${i % 7}()(64bit)" flags="GE" epoch="0" ver="1.${i}" rel="1"/>`,
  ).join('\n');
  return `<package type="rpm">
  <name>${name}</name>
  <arch>${arch}</arch>
  <version epoch="0" ver="1.${number % 50}" rel="${number % 9}.fc44"/>
  <checksum type="sha256" pkgid="YES">${hex}</checksum>
  <summary>Synthetic package ${number} &amp; its caf\u00e9</summary>
  <description>${'A description as long as they are, with words. '.repeat(3 + (number % 7))}</description>
  <packager>Nobody</packager>
  <url>https://example.org/${name}</url>
  <time file="1700000000" build="1690000000"/>
  <size package="${10000 + number}" installed="${40000 + number}" archive="${41000 + number}"/>
  <location href="Packages/p/${name}-1.${number % 50}-${number % 9}.fc44.${arch}.rpm"/>
  <format>
    <rpm:license>MIT</rpm:license>
    <rpm:vendor>Nobody</rpm:vendor>
    <rpm:group>Unspecified</rpm:group>
    <rpm:buildhost>localhost</rpm:buildhost>
    <rpm:sourcerpm>${name}-1.${number % 50}-${number % 9}.fc44.src.rpm</rpm:sourcerpm>
    <rpm:header-range start="4504" end="${9000 + (number % 999)}"/>
    <rpm:provides>
${entries}
    </rpm:provides>
  </format>
</package>
`;
}

/** primary.xml of `count` packages, in pieces of text. */
export function* primaryXml(count) {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${count}">\n`;
  for (let number = 0; number < count; number += 1) yield packageXml(number);
  yield '</metadata>\n';
}

function hashed(facts) {
  const hash = createHash('sha256');
  facts.size = 0;
  return new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      facts.size += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      facts.hex = hash.digest('hex');
      done();
    },
  });
}

/**
 * Writes `repodata/` below `folder` with one record, primary, compressed as `gz` or `zst`.
 * Returns the sizes in bytes.
 */
export async function makePrimary(folder, { packages = 60_000, compression = 'gz' } = {}) {
  const file = path.join(folder, 'repodata', `primary.xml.${compression}`);
  await rm(path.dirname(file), { recursive: true, force: true });
  await mkdir(path.dirname(file), { recursive: true });
  const open = {};
  const packed = {};
  await pipeline(
    Readable.from(primaryXml(packages)),
    hashed(open),
    COMPRESSORS[compression](),
    hashed(packed),
    createWriteStream(file),
  );
  await writeFile(
    path.join(folder, 'repodata', 'repomd.xml'),
    `<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo">
  <revision>1700000000</revision>
  <data type="primary">
    <checksum type="sha256">${packed.hex}</checksum>
    <open-checksum type="sha256">${open.hex}</open-checksum>
    <location href="repodata/primary.xml.${compression}"/>
    <timestamp>1700000000</timestamp>
    <size>${packed.size}</size>
    <open-size>${open.size}</open-size>
  </data>
</repomd>
`,
  );
  return { file, packed: (await stat(file)).size, open: open.size };
}

if (
  process.argv[1] !== undefined &&
  fileURLToPath(import.meta.url) === path.resolve(process.argv[1])
) {
  const [, , folder, packages = '60000', compression = 'gz'] = process.argv;
  if (folder === undefined)
    throw new Error('usage: node make-primary.mjs FOLDER [PACKAGES] [gz|zst]');
  console.log(
    JSON.stringify(await makePrimary(folder, { packages: Number(packages), compression })),
  );
}
