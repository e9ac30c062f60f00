// SPDX-License-Identifier: MIT

/** Suffixes of tar archives; what is so named must be an archive. */
const TAR = /\.(?:tar(?:\.(?:gz|bz2|xz|zst|zstd|lzma))?|tgz|tbz2?|txz|tzst|tlz)$/i;
const ZIP = /\.zip$/i;
const SOURCE_RPM = /\.(?:no)?src\.rpm$/i;
/** Suffixes of archives that are left packed. */
const OTHER = /\.(?:7z|rar|tar\.(?:lz|lzo|lz4|br|z)|taz)$/i;
/** Documents and programs that are zip archives inside; nobody means their insides. */
const ZIP_INSIDE =
  /\.(?:[jwe]ar|aar|apk|xpi|crx|whl|egg|nupkg|vsix|docx|xlsx|pptx|od[tspgfb]|ot[tspg]|oxt|epub|kmz|3mf|cbz)$/i;

/** What a file's name says that it is; undefined for all but archives that are unpacked. */
export function namedArchive(fileName: string): 'tar' | 'zip' | 'rpm' | undefined {
  if (TAR.test(fileName)) return 'tar';
  if (ZIP.test(fileName)) return 'zip';
  return SOURCE_RPM.test(fileName) ? 'rpm' : undefined;
}

/** True for the names of archives that are not unpacked, such as .7z, and of files that are zip archives to programs only. */
export function isOtherArchive(fileName: string): boolean {
  return OTHER.test(fileName) || ZIP_INSIDE.test(fileName);
}

/** True for names of files that stay as they are though they are zip archives. */
export function isZipInside(fileName: string): boolean {
  return ZIP_INSIDE.test(fileName);
}

/** The name of an archive without what says that it is one. */
export function archiveStem(fileName: string): string {
  return fileName.replace(TAR, '').replace(ZIP, '').replace(SOURCE_RPM, '');
}
