// SPDX-License-Identifier: MIT
import type { MirrorReader, Oid } from '../git/store.js';
import type { FileChange, SourceFacts } from './model.js';

/** A file of a source tree. */
export interface SourceFile {
  readonly oid: Oid;
  readonly mode: string;
}

export type SourceTree = ReadonlyMap<string, SourceFile>;

/** Larger files are shown by their sizes; more changed files than this are counted, not read. */
const MOST_BYTES = 1024 * 1024;
const MOST_READ = 3000;
/** Rows of a release's page. */
const MOST_SHOWN = 300;
const GITLINK = '160000';

/** Reads sizes and lines of source files; every object is hash-checked by the reader. */
export class SourceReader {
  private readonly sizes = new Map<Oid, number>();

  constructor(private readonly reader: MirrorReader) {}

  /** All files below a tree, by path; names that are not UTF-8 show U+FFFD. */
  async list(tree: Oid): Promise<SourceTree> {
    const files = new Map<string, SourceFile>();
    const walk = async (oid: Oid, prefix: string): Promise<void> => {
      for (const { mode, name, oid: child } of await this.reader.readTree(oid)) {
        const path = prefix + Buffer.from(name).toString('utf8');
        if (mode === '040000') await walk(child, `${path}/`);
        else if (mode !== GITLINK) files.set(path, { oid: child, mode });
      }
    };
    await walk(tree, '');
    return files;
  }

  /** Reads the sizes of files that are not known yet, each once. */
  async measure(trees: readonly SourceTree[]): Promise<void> {
    const wanted = new Set(trees.flatMap((tree) => [...tree.values()].map(({ oid }) => oid)));
    const unknown = [...wanted].filter((oid) => !this.sizes.has(oid));
    await this.reader.scan(unknown, {
      begin: ({ oid, size }) => {
        this.sizes.set(oid, size);
        return undefined;
      },
      end: () => undefined,
    });
  }

  /** What changed between two sources that were measured. */
  async compare(
    before: { readonly tag: string; readonly tree: SourceTree } | undefined,
    after: SourceTree,
  ): Promise<SourceFacts> {
    const old = before?.tree ?? new Map<string, SourceFile>();
    const changes: FileChange[] = [];
    const lines = { added: 0, deleted: 0 };
    for (const path of changedPaths(old, after)) {
      const isCounted = before !== undefined && changes.length < MOST_READ;
      const change = await this.change(path, old.get(path), after.get(path), isCounted);
      lines.added += change.lines?.added ?? 0;
      lines.deleted += change.lines?.deleted ?? 0;
      changes.push(change);
    }
    const count = (kind: FileChange['kind']): number =>
      changes.filter((change) => change.kind === kind).length;
    return {
      files: after.size,
      bytes: [...after.values()].reduce((sum, file) => sum + this.size(file), 0),
      since: before?.tag,
      counts: { added: count('added'), modified: count('modified'), deleted: count('deleted') },
      lines,
      changes: before === undefined ? [] : changes.slice(0, MOST_SHOWN),
    };
  }

  private async change(
    path: string,
    left: SourceFile | undefined,
    right: SourceFile | undefined,
    isCounted: boolean,
  ): Promise<FileChange> {
    return {
      path,
      kind: left === undefined ? 'added' : right === undefined ? 'deleted' : 'modified',
      lines: isCounted ? await this.lines(left, right) : undefined,
      before: this.size(left),
      after: this.size(right),
    };
  }

  private size(file: SourceFile | undefined): number {
    return file === undefined ? 0 : (this.sizes.get(file.oid) ?? 0);
  }

  private async lines(
    left: SourceFile | undefined,
    right: SourceFile | undefined,
  ): Promise<FileChange['lines']> {
    if (this.size(left) > MOST_BYTES || this.size(right) > MOST_BYTES) return undefined;
    const [before, after] = [await this.text(left), await this.text(right)];
    return before === undefined || after === undefined ? undefined : countLines(before, after);
  }

  private async text(file: SourceFile | undefined): Promise<string | undefined> {
    if (file === undefined) return '';
    const bytes = Buffer.from(await this.reader.readBlob(file.oid));
    return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString('latin1');
  }
}

function changedPaths(before: SourceTree, after: SourceTree): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.filter((path) => {
    const [left, right] = [before.get(path), after.get(path)];
    return left?.oid !== right?.oid || left?.mode !== right?.mode;
  });
}

/** Lines that only one side has, each as often as it is there more often: what `diff` counts, but for lines that moved; in linear time. */
function countLines(before: string, after: string): { added: number; deleted: number } {
  const counts = new Map<string, number>();
  for (const line of split(before)) counts.set(line, (counts.get(line) ?? 0) + 1);
  let added = 0;
  for (const line of split(after)) {
    const left = counts.get(line) ?? 0;
    if (left === 0) added++;
    else counts.set(line, left - 1);
  }
  return { added, deleted: [...counts.values()].reduce((sum, left) => sum + left, 0) };
}

function split(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
