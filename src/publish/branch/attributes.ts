// SPDX-License-Identifier: MIT
import type { ContentSink } from '../../bytes.js';
import { GitError } from '../../errors.js';
import { type TreeFile } from '../../git/objects/folders.js';
import type { GitStore, Oid } from '../../git/store.js';
import { KIB } from '../../limits.js';
import { latin1 } from '../../text.js';
import { attributesWarning, changingAttributes, isAttributesFile } from './odd-files.js';

const FILTER = /[ \t]filter=lfs(?:\s|$)/m;
/** Larger files that would be attributes are told of without being read. */
const MOST_BYTES = 64 * KIB;

/** Stages contents, and remembers of the files that git reads as `.gitattributes` how they would change checkouts. */
export interface AttributesWatch extends ContentSink<Oid> {
  /** Warnings of the files of a directory of the mirror by which git writes something else than it holds (T24). */
  warnings(files: ReadonlyMap<string, TreeFile>): Promise<string[]>;
}

/** A watch over what is staged in `store`. */
export function watchAttributes(store: GitStore): AttributesWatch {
  const looked = new Map<Oid, { readonly rules: readonly string[]; readonly asksLfs: boolean }>();
  const large = new Set<Oid>();
  const look = (oid: Oid, content: Uint8Array): void => {
    const text = latin1(content);
    looked.set(oid, { rules: changingAttributes(text), asksLfs: FILTER.test(text) });
  };
  /** A hard link has the content of a file of another name, which an earlier run may have brought. */
  const lookAgain = async (oid: Oid): Promise<void> => {
    try {
      await store.fetchBlobs([oid]);
      look(oid, await store.readBlob(oid));
    } catch (error) {
      // What git refuses beside it is told when the release is checked, as of all others.
      if (!(error instanceof GitError)) throw error;
      large.add(oid);
    }
  };
  return {
    whole: async (content, path) => {
      const oid = await store.write('blob', content);
      if (content.length > MOST_BYTES) large.add(oid);
      else if (isAttributesFile(path)) look(oid, content);
      return oid;
    },
    stream: async (size, chunks) => {
      const oid = await store.writeStream(size, chunks);
      large.add(oid);
      return oid;
    },
    warnings: async (files) => {
      const found: string[] = [];
      for (const [path, { mode, oid }] of files) {
        if (mode === '120000' || !isAttributesFile(Buffer.from(path, 'latin1'))) continue;
        if (!looked.has(oid) && !large.has(oid)) await lookAgain(oid);
        if (large.has(oid)) found.push(attributesWarning(path, ['more than could be looked at']));
        const { rules = [], asksLfs = false } = looked.get(oid) ?? {};
        if (rules.length > 0) found.push(attributesWarning(path, rules));
        if (asksLfs) found.push(lfsWarning(path));
      }
      return found;
    },
  };
}

function lfsWarning(path: string): string {
  return (
    `${JSON.stringify(Buffer.from(path, 'latin1').toString('utf8'))} asks for Git LFS filters; the mirror holds the files themselves, no LFS pointers. ` +
    'Where git-lfs is installed, clone with: git -c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false clone'
  );
}
