// SPDX-License-Identifier: MIT
import type { FileType } from '../model.js';

/** A file or folder, by its exact spelling. */
export interface Place {
  readonly id: number;
  readonly above: Place | undefined;
  /** Latin-1 of the bytes. */
  readonly path: string;
  /** Undefined for a folder that only the paths below it name. */
  type: FileType | undefined;
  /** What it lies below, if that is no folder; see {@link PathTree.settle}. */
  below: FileType | undefined;
  /** Equal for all spellings that are one name where case and normalisation do not count. */
  readonly foldedId: number;
  /** The first of those spellings, when this is another one. */
  readonly twin: Place | undefined;
}

/**
 * Paths as a tree of their components. Each component is looked at once, whatever lies above it: a table of whole prefixes would grow
 * with the square of the depth, which packages choose.
 */
export class PathTree {
  private readonly exact = new Map<string, Place>();
  private readonly folded = new Map<string, Place>();

  /** Files and folders. */
  get size(): number {
    return this.exact.size;
  }

  /** The place of a path (Latin-1 of its bytes), and of every folder on the way. */
  add(path: string): Place {
    for (let above: Place | undefined, start = 0; ;) {
      const slash = path.indexOf('/', start);
      const end = slash < 0 ? path.length : slash;
      const place = this.step(above, path.slice(start, end), path.slice(0, end));
      if (slash < 0) return place;
      [above, start] = [place, slash + 1];
    }
  }

  /** Finds for each place what it lies below, once all types are set. */
  settle(): void {
    // Folders were made before what is in them.
    for (const place of this.exact.values()) {
      const { above } = place;
      place.below =
        above?.type !== undefined && above.type !== 'directory' ? above.type : above?.below;
    }
  }

  /** Spellings that meet in one name, as pairs; folders count, too: `a/x` and `A/y` meet in one folder where case does not count. */
  collisions(): [string, string][] {
    const pairs = new Map<number, [string, string]>();
    for (const { foldedId, twin, path } of this.exact.values())
      if (twin !== undefined) pairs.set(foldedId, [twin.path, path]);
    return [...pairs.values()];
  }

  private step(above: Place | undefined, name: string, path: string): Place {
    const key = `${above?.id ?? 0}/${name}`;
    const known = this.exact.get(key);
    if (known !== undefined) return known;
    const foldedKey = `${above?.foldedId ?? 0}/${fold(name)}`;
    const twin = this.folded.get(foldedKey);
    const id = this.exact.size + 1;
    const place: Place = {
      id,
      above,
      path,
      type: undefined,
      below: undefined,
      foldedId: twin?.foldedId ?? id,
      twin,
    };
    this.exact.set(key, place);
    if (twin === undefined) this.folded.set(foldedKey, place);
    return place;
  }
}

function fold(name: string): string {
  // Nearly all names are ASCII, which is its own normal form.
  if (/^[\0-\x7f]*$/.test(name)) return name.toLowerCase();
  return Buffer.from(name, 'latin1')
    .toString('utf8')
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC');
}
