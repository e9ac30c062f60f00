// SPDX-License-Identifier: MIT
import { isDotName } from '../dot-git.js';
import type { TreeFile } from '../git/objects/folders.js';
import type { MirrorFiles } from '../git/objects/mirror-files.js';
import type { MirrorReader, Oid } from '../git/store.js';
import type { ForeignRow } from '../report/report.js';
import type { Shape } from './claims.js';
import { faultOf, type Finding, type Findings, type Placed } from './findings.js';

/** Attributes that change what a checkout or `git archive` holds (gitattributes(5)). */
const CHANGING = [
  'text',
  'crlf',
  'eol',
  'ident',
  'filter',
  'working-tree-encoding',
  'export-ignore',
  'export-subst',
];
/** The folders that a mirror has unless told otherwise. */
const DEFAULT_FOLDERS: ReadonlySet<string> = new Set(['src', 'archive']);
/** Attribute files beyond this are none that anybody wrote by hand. */
const MOST_ATTRIBUTE_BYTES = 1024 * 1024;

/** Looks at what lies beside the owned folders: foreign, unless it changes what a checkout of these gives. */
export class CheckoutVerifier {
  private readonly seen = new Map<string, Promise<readonly Finding[]>>();
  private readonly listed = new Set<string>();

  constructor(
    private readonly parts: {
      readonly reader: MirrorReader;
      readonly files: MirrorFiles;
      readonly findings: Findings;
      readonly foreign: ForeignRow[];
    },
  ) {}

  /** Adds findings, and foreign files to the list. */
  async verify(place: Placed, root: Oid, shape: Shape): Promise<void> {
    const { findings } = this.parts;
    try {
      const key = `${root} ${JSON.stringify(shape.directories)} ${String(shape.takesSources)}`;
      const known = this.seen.get(key) ?? this.look(root, shape);
      this.seen.set(key, known);
      findings.addAll(place, await known);
    } catch (error) {
      findings.add(
        place,
        faultOf(error, { kind: 'content', path: '/', expected: 'a readable tree' }),
      );
    }
  }

  /** Compares the files that are checked out with the commit that they are of. */
  async verifyWorkTree(place: Placed, root: Oid, shape: Shape): Promise<void> {
    const { reader, files } = this.parts;
    for (const folder of ownedPaths(shape)) {
      const found = await reader.readWorkTree(folder);
      if (found === undefined) return;
      const entry = await files.find(root, folder);
      const expected =
        entry?.mode === '040000' ? await files.list(entry.oid) : new Map<string, TreeFile>();
      this.compareWorkTree(place, folder, { expected, found });
    }
  }

  private compareWorkTree(
    place: Placed,
    folder: string,
    {
      expected,
      found,
    }: {
      readonly expected: ReadonlyMap<string, TreeFile>;
      readonly found: ReadonlyMap<string, TreeFile>;
    },
  ): void {
    for (const name of new Set([...expected.keys(), ...found.keys()])) {
      const [file, actual] = [expected.get(name), found.get(name)];
      if (!isCheckedOut(file, actual))
        this.parts.findings.add(place, {
          kind: 'checkout',
          path: `${folder}/${show(name)}`,
          expected: file === undefined ? 'nothing' : `${file.mode} ${file.oid}`,
          actual: actual === undefined ? 'missing' : `${actual.mode} ${actual.oid}`,
        });
    }
  }

  private async look(root: Oid, shape: Shape): Promise<readonly Finding[]> {
    const owned = ownedPaths(shape);
    const found: Finding[] = [];
    const attributes = new Map<string, TreeFile>();
    // The top, and every folder that an owned one lies in.
    const above = new Set(
      owned.flatMap((path) => path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))),
    );
    for (const folder of above) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const tree = folder === '' ? root : (await this.parts.files.find(root, folder))?.oid;
      if (tree === undefined) continue;
      for (const [name, entry] of await this.parts.files.folder(tree)) {
        const path = prefix + show(name);
        if (owned.includes(path) || above.has(path)) continue;
        this.list(path);
        found.push(...checkName(path, { name, prefix, owned, above }));
        if (isDotName(Buffer.from(name, 'latin1'), 'gitattributes')) attributes.set(path, entry);
      }
    }
    for (const [path, entry] of attributes)
      found.push(...(await this.checkAttributes(path, entry, { root, owned })));
    return found;
  }

  private list(path: string): void {
    if (this.listed.has(path)) return;
    this.listed.add(path);
    this.parts.foreign.push({ path });
  }

  private async checkAttributes(
    path: string,
    { mode, oid }: TreeFile,
    { root, owned }: { root: Oid; owned: readonly string[] },
  ): Promise<Finding[]> {
    const { reader, files } = this.parts;
    const finding = (expected: string, actual: string): Finding[] => [
      { kind: 'checkout', path, expected, actual },
    ];
    if (mode !== '100644' && mode !== '100755') return finding('a file', mode);
    const bytes = await files.small(oid);
    if (bytes.length > MOST_ATTRIBUTE_BYTES)
      return finding(`at most ${MOST_ATTRIBUTE_BYTES} bytes`, `${bytes.length} bytes`);
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const paths: string[] = [];
    for (const directory of owned) {
      const entry = await files.find(root, directory);
      if (entry?.mode !== '040000') continue;
      const prefix = Buffer.from(`${directory}/`).toString('latin1');
      const names = [...(await files.list(entry.oid)).keys()];
      // What a macro means to the attribute files of the package is not asked of git: they are not in its way here.
      if (
        names.some((name) => isDotName(lastPart(name), 'gitattributes')) &&
        /^[ \t]*\[attr\]/m.test(Buffer.from(bytes).toString('latin1'))
      )
        return finding('no macro beside attributes of the package', '[attr]');
      for (const name of names) paths.push(prefix + name);
      paths.push(...foldersOf(prefix, names));
    }
    const [first] = await reader.readAttributes({
      files: new Map([[folder, bytes]]),
      paths,
      attributes: CHANGING,
    });
    return first === undefined
      ? []
      : finding(
          'attributes that leave the owned folders as they are',
          `${first.attribute}: ${first.value} for ${show(first.path)}`,
        );
  }
}

/** The folders of these files, with those above them; git archive asks for each with a slash at its end. */
function foldersOf(prefix: string, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const name of names.length === 0 ? [''] : names) {
    const path = prefix + name;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at + 1);
      if (found.has(folder)) break;
      found.add(folder);
    }
  }
  return found;
}

function lastPart(name: string): Buffer {
  return Buffer.from(name.slice(name.lastIndexOf('/') + 1), 'latin1');
}

/** The folders that are the tool's. */
function ownedPaths({ directories, takesSources }: Shape): string[] {
  const { source, archive, packaging } = directories;
  return takesSources ? [source, archive, packaging] : [source, archive];
}

function checkName(
  path: string,
  {
    name,
    prefix,
    owned,
    above,
  }: { name: string; prefix: string; owned: readonly string[]; above: ReadonlySet<string> },
): Finding[] {
  if (isDotName(Buffer.from(name, 'latin1'), 'gitmodules'))
    return [{ kind: 'checkout', path, expected: 'no .gitmodules', actual: 'one' }];
  const siblings = [...owned, ...above]
    .filter((other) => other.startsWith(prefix) && !other.slice(prefix.length).includes('/'))
    .map((other) => other.slice(prefix.length))
    .filter((other) => other !== '');
  const twin = siblings.find((other) => fold(other) === fold(show(name)));
  if (twin !== undefined)
    return [
      {
        kind: 'checkout',
        path,
        expected: `a name that no file system takes for ${twin}`,
        actual: path,
      },
    ];
  return prefix === '' && DEFAULT_FOLDERS.has(path)
    ? [
        {
          kind: 'extra',
          path,
          expected: 'nothing',
          actual: 'a folder that this mirror does not own',
        },
      ]
    : [];
}

/** What case-folding and normalising file systems take for one: HFS+ leaves out what cannot be seen, Windows dots and blanks at the end, and streams; what follows a backslash is inside. */
function fold(name: string): string {
  const [plain = ''] = name
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .split(/[:\\]/, 1);
  let end = plain.length;
  while (end > 0 && (plain[end - 1] === '.' || plain[end - 1] === ' ')) end -= 1;
  return plain.slice(0, end).normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

function show(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

/** Windows keeps no executable bits. */
function isCheckedOut(file: TreeFile | undefined, actual: TreeFile | undefined): boolean {
  if (file === undefined || actual === undefined || actual.oid !== file.oid) return false;
  return actual.mode === file.mode || (process.platform === 'win32' && file.mode !== '120000');
}
