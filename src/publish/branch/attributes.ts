// SPDX-License-Identifier: MIT
import { type TreeFile } from '../../git/objects/folders.js';
import type { GitStore, Oid } from '../../git/store.js';
import { KIB } from '../../limits.js';
import { attributesWarning, changingAttributes, isAttributesFile } from './odd-files.js';

const FILTER = /[ \t]filter=lfs(?:\s|$)/m;
/** Larger files that would be attributes are told of without being read. */
const MOST_BYTES = 64 * KIB;

/** Cheap: most files end here. */
const SUSPECT =
  /[ \t](?:text|crlf|eol|ident|filter|working-tree-encoding|export-ignore|export-subst)(?:=|\s|$)/m;

/** Stages blobs and remembers those that would change checkouts if their file were called `.gitattributes`. */
export interface AttributesWatch {
  write(content: Uint8Array): Promise<Oid>;
  stream(size: number, chunks: AsyncIterable<Uint8Array>): Promise<Oid>;
  /** Warnings of the files of a directory of the mirror by which git writes something else than it holds (T24). */
  warnings(files: ReadonlyMap<string, TreeFile>): string[];
}

/** A watch over what is staged in `store`. */
export function watchAttributes(store: GitStore): AttributesWatch {
  const rules = new Map<Oid, readonly string[]>();
  const lfs = new Set<Oid>();
  const large = new Set<Oid>();
  const look = (oid: Oid, content: Uint8Array): void => {
    const text = Buffer.from(content).toString('latin1');
    if (!SUSPECT.test(text)) return;
    const attributes = changingAttributes(text);
    if (attributes.length > 0) rules.set(oid, attributes);
    if (FILTER.test(text)) lfs.add(oid);
  };
  return {
    write: async (content) => {
      const oid = await store.write('blob', content);
      if (content.length > MOST_BYTES) large.add(oid);
      else look(oid, content);
      return oid;
    },
    stream: async (size, chunks) => {
      const oid = await store.writeStream(size, chunks);
      large.add(oid);
      return oid;
    },
    warnings: (files) =>
      [...files]
        .filter(([path, { mode }]) => mode !== '120000' && isAttributesFile(path))
        .flatMap(([path, { oid }]) => {
          const found = rules.get(oid);
          return [
            ...(found === undefined ? [] : [attributesWarning(path, found)]),
            ...(lfs.has(oid) ? [lfsWarning(path)] : []),
            ...(large.has(oid) ? [attributesWarning(path, ['more than could be looked at'])] : []),
          ];
        }),
  };
}

function lfsWarning(path: string): string {
  return (
    `${JSON.stringify(Buffer.from(path, 'latin1').toString('utf8'))} asks for Git LFS filters; the mirror holds the files themselves, no LFS pointers. ` +
    'Where git-lfs is installed, clone with: git -c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false clone'
  );
}
