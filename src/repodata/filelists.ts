// SPDX-License-Identifier: MIT
import { memorySource } from '../bytes.js';
import { decompress, detectCompression } from '../compression/index.js';
import type { IndexFile } from './model.js';
import { cutDocument, parseElement } from './xml/xml.js';
import { xmlContext } from './xml/xml-context.js';

/** A path of a package as filelists.xml states it; unsigned, so a hint. */
export interface ListedFile {
  /** Without leading slash. */
  readonly path: string;
  readonly isDirectory: boolean;
}

const CONTEXT = xmlContext('filelists.xml', 'REPOMD_INVALID');

/**
 * Reads the file lists of some packages from filelists.xml, which `loadRecords` has checked; the rest is only cut.
 * @param wanted - package checksums (`pkgid`), lower-case hex
 * @param maxBytes - of the open document
 * @throws RepodataError REPOMD_INVALID, XML_FORBIDDEN, LIMIT_EXCEEDED; PayloadError
 */
export async function readFilelists(
  file: IndexFile,
  wanted: ReadonlySet<string>,
  maxBytes: number,
): Promise<ReadonlyMap<string, readonly ListedFile[]>> {
  const lists = new Map<string, readonly ListedFile[]>();
  const opened = decompress(
    detectCompression(file.bytes) ?? 'none',
    memorySource(file.bytes).stream(),
    { maxBytes, what: file.archiveName },
  );
  await cutDocument(opened, CONTEXT, {
    keeps: (parent, name) => parent !== 'package' || name === 'file',
    element: (name, xml) => {
      const id =
        name === 'package'
          ? /^<[^>]*\spkgid\s*=\s*["']([0-9a-fA-F]+)["']/.exec(xml ?? '')?.[1]?.toLowerCase()
          : undefined;
      if (id === undefined || xml === undefined || !wanted.has(id)) return;
      const files = parseElement(xml, CONTEXT).children.filter((child) => child.name === 'file');
      lists.set(
        id,
        files.map(({ text, attributes }) => ({
          path: text.replace(/^\/+/, ''),
          isDirectory: attributes.get('type') === 'dir',
        })),
      );
    },
  });
  return lists;
}
