// SPDX-License-Identifier: MIT
import { type TreeFile } from '../git/objects/folders.js';
import type { GitStore, Oid } from '../git/store.js';
import { KIB } from '../limits.js';

const FILTER = /[ \t]filter=lfs(?:\s|$)/m;
/** No .gitattributes that git itself reads without complaint is as large. */
const MOST_BYTES = 64 * KIB;

/** Stages blobs and remembers those that would be Git LFS rules if their file were called `.gitattributes`. */
export interface LfsWatch {
  write(content: Uint8Array): Promise<Oid>;
  /** A warning for each file of a directory of the mirror that turns LFS filters on (T24). */
  warnings(files: ReadonlyMap<string, TreeFile>): string[];
}

/** A watch over what is staged in `store`. */
export function watchLfs(store: GitStore): LfsWatch {
  const rules = new Set<Oid>();
  return {
    write: async (content) => {
      const oid = await store.write('blob', content);
      if (content.length <= MOST_BYTES && FILTER.test(Buffer.from(content).toString('latin1')))
        rules.add(oid);
      return oid;
    },
    warnings: (files) =>
      [...files]
        .filter(
          ([path, { oid, mode }]) =>
            mode !== '120000' && rules.has(oid) && /(?:^|\/)\.gitattributes$/.test(path),
        )
        .map(
          ([path]) =>
            `${JSON.stringify(Buffer.from(path, 'latin1').toString('utf8'))} asks for Git LFS filters; the mirror holds the files themselves, no LFS pointers. ` +
            'Where git-lfs is installed, clone with: git -c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false clone',
        ),
  };
}
