// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A package of a made-up index; what is not given is harmless. */
export interface PackageOptions {
  readonly name?: string;
  readonly arch?: string;
  readonly epoch?: string;
  readonly version?: string;
  readonly release?: string;
  readonly checksum?: string;
  readonly checksumType?: string;
  readonly size?: string;
  readonly href?: string;
  readonly base?: string;
  readonly extra?: string;
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

export function packageXml(options: PackageOptions = {}): string {
  const {
    name = 'a',
    arch = 'noarch',
    epoch = '0',
    version = '1',
    release = '1',
    checksumType = 'sha256',
    size = '100',
  } = options;
  const {
    checksum = sha256(`${name}-${version}-${release}.${arch}`),
    href = `${name}-${version}-${release}.${arch}.rpm`,
    base,
    extra = '',
  } = options;
  return `<package type="rpm"><name>${escape(name)}</name><arch>${arch}</arch><version epoch="${epoch}" ver="${version}" rel="${release}"/>
<checksum type="${checksumType}" pkgid="YES">${checksum}</checksum><summary>s</summary><time file="1700000001.5" build="1690000000"/>
<size package="${size}" installed="1" archive="3000"/><location ${base === undefined ? '' : `xml:base="${escape(base)}" `}href="${escape(href)}"/>
<format><rpm:license>MIT</rpm:license><rpm:header-range start="440" end="2000"/><rpm:provides><rpm:entry name="a"/></rpm:provides></format>${extra}</package>`;
}

export function primaryXml(packages: readonly string[], count = String(packages.length)): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${count}">
${packages.join('\n')}
</metadata>
`;
}

/** A record of repomd.xml with its file. */
export interface RecordOptions {
  readonly type: string;
  readonly href: string;
  readonly bytes: Uint8Array;
  readonly checksum?: string;
  readonly checksumType?: string;
  readonly base?: string;
  readonly timestamp?: string;
  readonly extra?: string;
}

export function recordXml({
  type,
  href,
  bytes,
  checksum = sha256(bytes),
  checksumType = 'sha256',
  base,
  timestamp = '1700000000',
  extra,
}: RecordOptions): string {
  return `<data type="${type}"><checksum type="${checksumType}">${checksum}</checksum><location ${base === undefined ? '' : `xml:base="${escape(base)}" `}href="${escape(href)}"/>
<timestamp>${timestamp}</timestamp>${extra ?? `<size>${bytes.length}</size>`}</data>`;
}

export function repomdXml(
  records: readonly string[],
  revision: string | undefined = '1700000000',
): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo">${revision === '' ? '' : `<revision>${revision}</revision>`}${records.join('\n')}</repomd>
`;
}

/** Files of a whole small repository below `base`, as answers of a fetcher. */
export function repository(
  base: string,
  packages: readonly string[] = [packageXml()],
  revision?: string,
): Record<string, Uint8Array> {
  const primary = gzipSync(primaryXml(packages));
  const filelists = gzipSync('<filelists packages="0"/>');
  const records = [
    recordXml({
      type: 'primary',
      href: `repodata/${sha256(primary)}-primary.xml.gz`,
      bytes: primary,
    }),
    recordXml({ type: 'filelists', href: 'repodata/filelists.xml.gz', bytes: filelists }),
  ];
  return {
    [`${base}/repodata/repomd.xml`]: Buffer.from(repomdXml(records, revision)),
    [`${base}/repodata/${sha256(primary)}-primary.xml.gz`]: primary,
    [`${base}/repodata/filelists.xml.gz`]: filelists,
  };
}

/** The code of the typed error that `run` ends with; `ok` when it ends well. */
export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'ok';
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    throw error;
  }
}

export async function* pieces(text: string | Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
