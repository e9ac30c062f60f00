// SPDX-License-Identifier: MIT
import { namedArchive } from '../archives/names.js';
import { type ContentSink, sinkContent } from '../bytes.js';
import { required } from '../defect.js';
import { verifySize } from '../rpm/payload/kept-files.js';
import { printable } from '../rpm/payload/paths.js';
import { latin1 } from '../text.js';
import { contentFile } from './files.js';
import { judgeFolders } from './judgement.js';
import type { ContentFile, ContentOptions, PackageContent, PackageStream } from './model.js';
import { type DroppedMode, droppedMode, streamVerifiedFiles } from './payload-files.js';

/** The folders of a binary package that `source-path` matches. @throws PayloadError, IntegrityError */
export async function readFolders<T>(
  { pkg, payload }: PackageStream,
  { maxFileSize, ...rules }: ContentOptions,
  sink: ContentSink<T>,
): Promise<PackageContent<T>> {
  const selection = judgeFolders(pkg.facts, rules);
  const warnings = [...selection.warnings];
  const source = new Map<string, ContentFile<T>>();
  const droppedModes: DroppedMode[] = [];
  let checkedFiles = 0;
  for await (const { entry, digest, content } of streamVerifiedFiles<T>(pkg, payload(), {
    keep: ({ path }) => selection.map(path) !== undefined,
    receive: (file, chunks) => {
      verifySize(file, maxFileSize);
      return sinkContent(sink, file, chunks);
    },
    warn: (text) => warnings.push(text),
  })) {
    if (digest === 'good') checkedFiles++;
    const path = selection.map(entry.path);
    if (path === undefined || entry.ghost || (entry.type !== 'file' && entry.type !== 'symlink'))
      continue;
    const isLink = entry.type === 'symlink';
    const dropped = isLink ? undefined : droppedMode(path, entry.mode);
    if (dropped !== undefined) droppedModes.push(dropped);
    const kept = isLink
      ? await sink.whole(entry.target, entry.path)
      : required(content, 'the content of a file');
    source.set(latin1(path), contentFile(entry, kept));
  }
  return {
    sourcePaths: selection.roots,
    source,
    packaging: undefined,
    unpackedFrom: [],
    checkedFiles,
    droppedModes,
    droppedDotGit: selection.dropped,
    warnings: [...warnings, ...packedSource(selection.roots, source)],
  };
}

/** A folder with nothing in it but an archive is seldom what was meant. */
function packedSource(
  roots: readonly Uint8Array[],
  source: ReadonlyMap<string, unknown>,
): string[] {
  const names = [...source.keys()];
  const [root] = roots;
  const isPacked = names.length > 0 && names.every((name) => namedArchive(name) !== undefined);
  if (!isPacked || roots.length !== 1 || root === undefined) return [];
  const glob = `${Buffer.from(root).toString('utf8')}/*`;
  return [
    `the source holds nothing but ${names.map((name) => printable(Buffer.from(name, 'latin1'))).join(', ')}; with source-path: ${JSON.stringify(glob)} it is unpacked`,
  ];
}
