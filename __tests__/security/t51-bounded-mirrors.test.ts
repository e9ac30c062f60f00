// SPDX-License-Identifier: MIT
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { ObjectReader } from '../../src/git/objects/batch.js';
import { hashObject } from '../../src/git/objects/objects.js';
import { parseTree } from '../../src/git/objects/strict.js';
import { walkOf } from '../../src/git/objects/walk.js';
import { LIMITS } from '../../src/limits.js';
import { gitBench } from '../fixtures/git-bench.js';
import { gitEnvironment } from '../fixtures/git-server.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { nestedTrees } from '../fixtures/tree-bombs.js';
import { codeOf } from '../unit/repodata/index-builder.js';

type Limit = keyof typeof LIMITS;
const lowered = LIMITS as Record<Limit, number>;
const original = { ...LIMITS };
afterEach(() => {
  Object.assign(lowered, original);
});
const bench = gitBench();
afterAll(async () => {
  await bench.close();
  removeRunDirectories();
});

/** A heap in which 10^8 paths have no place. */
const SMALL_HEAP = { nodeOptions: ['--max-old-space-size=400'] };
const VERIFY = { mode: 'verify', baseurl: '', packages: '', gpgkey: '' };
const errorsOf = ({ report }: RunResult): string[] =>
  report.errors.map(({ code }: { code: string }) => code);

/** Writes nine objects that unfold to 10^8 paths; the id of the outermost tree. */
function bombIn(editor: MirrorEditor): string {
  const blob = editor.git(['hash-object', '-w', '--stdin'], 'x');
  const trees = nestedTrees(10, 8, blob);
  for (const { content } of trees)
    editor.git(['hash-object', '-t', 'tree', '-w', '--stdin'], content);
  return trees.at(-1)!.oid;
}

/** Hangs the bomb below a folder, at the tip of the branch and in the newest tag. */
function spoil(stage: Stage, path: string): void {
  const editor = MirrorEditor.open(stage.git.repoDir);
  const bomb = bombIn(editor);
  const tree = editor.graft('main^{tree}', path, bomb);
  const tip = editor.git(['commit-tree', tree, '-p', 'main'], 'x\n');
  editor.git(['update-ref', 'refs/heads/main', tip]);
  editor.retag('1.0', { tree: editor.graft('1.0^{tree}', path, bomb) });
}

describe('T51: nine small objects that unfold to 10^8 paths, through the bundle', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ packages: [hello('1.0')] });
  });
  afterAll(() => stage.close());

  it.each(['archive/bomb', 'src/bomb'])('under %s: an error, no death', async (path) => {
    for (const tag of stage.tags()) stage.git.git('tag', '--delete', tag);
    if (stage.git.git('for-each-ref') !== '') stage.git.git('update-ref', '-d', 'refs/heads/main');
    stage.offer([hello('1.0')], '1');
    expect((await stage.publish()).code).toBe(0);
    spoil(stage, path);
    stage.offer([hello('1.0'), hello('2.0')], '2');
    const before = stage.git.git('for-each-ref');

    const check = await stage.publish({ mode: 'check' }, SMALL_HEAP);
    // What check does not read it need not refuse.
    expect([check.signal, errorsOf(check)]).toEqual([
      null,
      path.startsWith('archive') ? ['LIMIT_EXCEEDED'] : [],
    ]);
    const publish = await stage.publish({}, SMALL_HEAP);
    expect([publish.code, errorsOf(publish)]).toEqual([1, ['LIMIT_EXCEEDED']]);
    const verify = await stage.publish(VERIFY, SMALL_HEAP);
    // What stands in an owned folder and is nobody's is T50's; here it is enough that the run ends with its report.
    expect([verify.signal, typeof verify.report]).toEqual([null, 'object']);
    if (path.startsWith('src'))
      expect([verify.code, JSON.stringify(verify.report)]).toEqual([
        1,
        expect.stringMatching(/LIMIT_EXCEEDED|MIRROR_INVALID/),
      ]);
    expect(stage.git.git('for-each-ref')).toBe(before);
  });
});

describe('T51: caps on what is read of a mirror', () => {
  const BLOB = hashObject('blob', Buffer.alloc(0));
  const [tree] = nestedTrees(3, 1, BLOB);
  const source = { readTree: async () => parseTree(tree!.content) };
  const list = (): Promise<string> => codeOf(() => walkOf({ ...source }).list(tree!.oid));

  it.each<[Limit, number]>([
    ['treeEntries', 3],
    ['treePathBytes', 3 * 9],
    ['treeEntriesInAll', 3],
  ])('%s: lets pass what is just under it, and not what is just over it', async (limit, most) => {
    lowered[limit] = most;
    const under = await list();
    lowered[limit] = most - 1;
    expect([under, await list()]).toEqual(['ok', 'LIMIT_EXCEEDED']);
  });

  it.each<[Limit, string, string]>([
    ['treeBytes', 'tree', 'HEAD^{tree}'],
    ['commitBytes', 'commit', 'HEAD'],
    ['commitBytes', 'tag', 'refs/tags/t'],
  ])('%s: a %s of that size is read, one of a byte more is not', async (limit, _, revision) => {
    const path = bench.bare(`${limit}-${revision.replaceAll(/\W/g, '')}.git`);
    const git = (...args: string[]): string => bench.git(['-C', path, ...args]);
    const blob = bench.git(['-C', path, 'hash-object', '-w', '--stdin'], 'x');
    const made = bench.git(['-C', path, 'mktree'], `100644 blob ${blob}\tx\n`);
    git('update-ref', 'HEAD', git('commit-tree', made, '-m', 'x'));
    git('tag', '-a', 't', '-m', 'x');
    const oid = git('rev-parse', revision);
    const size = Number(git('cat-file', '-s', oid));
    const read = async (): Promise<string> => {
      const reader = new ObjectReader({
        cwd: path,
        env: gitEnvironment(path) as Record<string, string>,
      });
      const code = await codeOf(() => reader.read(oid));
      await reader.close();
      return code;
    };
    lowered[limit] = size;
    const under = await read();
    lowered[limit] = size - 1;
    expect([under, await read()]).toEqual(['ok', 'MIRROR_INVALID']);
  });
});
