// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { hashObject } from '../../../../src/git/objects/objects.js';
import {
  parseCommit,
  parseTag,
  parseTree,
  requireTagged,
} from '../../../../src/git/objects/strict.js';
import { LIMITS } from '../../../../src/limits.js';
import { fsck, type RawObject } from '../../../fixtures/git-fsck.js';

const ID = 'ce013625030ba8dba906f756967f9e9ca394464a';
const TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const WHO = 'A U Thor <author@example.org> 1700000000 +0000';

const raw = (type: RawObject['type'], ...parts: readonly (string | Buffer)[]): RawObject => ({
  type,
  content: Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  ),
});
const entry = (mode: string, name: string, id = mode === '40000' ? TREE : ID) =>
  raw('tree', `${mode} ${name}\0`, Buffer.from(id, 'hex')).content as Buffer;
const tree = (...entries: readonly (string | Buffer)[]) => raw('tree', ...entries);
const commit = (...lines: readonly string[]) => raw('commit', lines.join('\n'));
const by = (line: string) =>
  commit(`tree ${TREE}`, `author ${line}`, `committer ${WHO}`, '', 'm', '');
const tag = (...lines: readonly string[]) => raw('tag', lines.join('\n'));

/** The fault that we name, of what; and git's own word where it is another one. */
const FAULTS: readonly (readonly [ours: string, object: RawObject, gits?: string])[] = [
  ['badTree', tree('100644 a')],
  ['badTree', tree('100644')],
  ['badTree', tree(entry('100644', 'a').subarray(0, -1))],
  ['badTree', tree(entry('100644', 'a'), '100644 b\0')],
  ['badFilemode', tree(entry('', 'a')), 'badTree'],
  ['badFilemode', tree(entry('100664', 'a'))],
  ['zeroPaddedFilemode', tree(entry('040000', 'a', TREE))],
  ['zeroPaddedFilemode', tree(entry('0100644', 'a'))],
  ['emptyName', tree(entry('100644', '')), 'badTree'],
  ['fullPathname', tree(entry('100644', 'a/b'))],
  ['fullPathname', tree(entry('100644', '.git/b'))],
  ['hasDot', tree(entry('40000', '.'))],
  ['hasDotdot', tree(entry('40000', '..'))],
  ['hasDotgit', tree(entry('40000', '.GIT'))],
  ['hasDotgit', tree(entry('100644', 'git~1'))],
  ['gitmodulesSymlink', tree(entry('120000', '.gitmodules'))],
  ['nullSha1', tree(entry('100644', 'a', '0'.repeat(40)))],
  ['duplicateEntries', tree(entry('100644', 'a'), entry('100644', 'a'))],
  [
    'duplicateEntries',
    tree(entry('100644', 'a'), entry('100644', 'b'), entry('40000', 'a')),
    'treeNotSorted',
  ],
  ['treeNotSorted', tree(entry('100644', 'b'), entry('100644', 'a'))],
  ['treeNotSorted', tree(entry('40000', 'a'), entry('100644', 'a.b'))],
  ['unterminatedHeader', commit('')],
  ['unterminatedHeader', commit(`tree ${TREE}`, `author ${WHO}`, `committer ${WHO}`)],
  ['missingTree', commit('', '')],
  ['missingTree', commit('', '', 'x')],
  ['missingTree', commit(`author ${WHO}`, `committer ${WHO}`, '', 'm')],
  ['nulInHeader', commit(`tree ${TREE}`, `author ${WHO}`, `committer ${WHO}`, 'x \0', '', 'm')],
  ['nulInCommit', commit(`tree ${TREE}`, `author ${WHO}`, `committer ${WHO}`, '', 'm\0')],
  ['badTreeSha1', commit(`tree ${TREE}x`, `author ${WHO}`, `committer ${WHO}`, '', 'm')],
  [
    'badParentSha1',
    commit(`tree ${TREE}`, 'parent x', `author ${WHO}`, `committer ${WHO}`, '', 'm'),
  ],
  ['missingAuthor', commit(`tree ${TREE}`, `committer ${WHO}`, '', 'm')],
  [
    'multipleAuthors',
    commit(`tree ${TREE}`, `author ${WHO}`, `author ${WHO}`, `committer ${WHO}`, '', 'm'),
  ],
  ['missingCommitter', commit(`tree ${TREE}`, `author ${WHO}`, '', 'm')],
  ['missingCommitter', commit(`tree ${TREE}`, `author ${WHO}`, '')],
  ['missingNameBeforeEmail', by('<x> 1 +0000')],
  ['missingNameBeforeEmail', by('<')],
  ['badName', by('> <x> 1 +0000')],
  ['badName', by('x> <x> 1 +0000')],
  ['missingEmail', by('x 1 +0000')],
  ['missingEmail', by('')],
  ['missingSpaceBeforeEmail', by('x<x> 1 +0000')],
  ['badEmail', by('x <x 1 +0000')],
  ['badEmail', by('x <x<y> 1 +0000')],
  ['badEmail', by('x <')],
  ['missingSpaceBeforeDate', by('x <x>1 +0000')],
  ['missingSpaceBeforeDate', by('x <x>')],
  ['badDate', by('x <x> x +0000')],
  ['badDate', by('x <x> 1')],
  ['zeroPaddedDate', by('x <x> 01 +0000')],
  ['zeroPaddedDate', by('x <x> 00 +0000')],
  ['badDateOverflow', by(`x <x> ${2n ** 63n} +0000`)],
  ['badDateOverflow', by(`x <x> ${'9'.repeat(30)} +0000`)],
  ['badTimezone', by('x <x> 1 0000')],
  ['badTimezone', by('x <x> 1 +00000')],
  ['badTimezone', by('x <x> 1 ')],
  ['missingObject', tag('type blob', 'tag v1', '', 'm')],
  ['badObjectSha1', tag(`object ${ID}0`, 'type blob', 'tag v1', '', 'm')],
  ['missingTypeEntry', tag(`object ${ID}`, 'tag v1', '', 'm')],
  ['badType', tag(`object ${ID}`, 'type file', 'tag v1', '', 'm')],
  ['missingTagEntry', tag(`object ${ID}`, 'type blob', `tagger ${WHO}`, '', 'm')],
  ['missingTagEntry', tag(`object ${ID}`, 'type blob', '')],
  ['badTagName', tag(`object ${ID}`, 'type blob', 'tag v 1', `tagger ${WHO}`, '', 'm')],
  ['badEmail', tag(`object ${ID}`, 'type blob', 'tag v1', 'tagger x <', '', 'm')],
  ['extraHeaderEntry', tag(`object ${ID}`, 'type blob', 'tag v1', `tagger ${WHO}`, 'x y', '', 'm')],
];

const parse = ({ type, content }: RawObject) =>
  type === 'tree'
    ? parseTree(content)
    : type === 'commit'
      ? parseCommit(content)
      : parseTag(content);
const messageOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('what git refuses in an object', () => {
  it('is named by the word of its fsck, where that comes to speak', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'strict-'));
    try {
      const said = fsck(
        folder,
        FAULTS.map(([, object]) => object),
      );
      const judged = FAULTS.map(([ours, object, gits]) => {
        const complaint = said.get(hashObject(object.type, object.content)) ?? 'nothing';
        // Where git's reader gives up before fsck, there is no word.
        const word = /: ([a-z]\w*[A-Z]\w*): /.exec(complaint)?.[1];
        return [
          /\((\w+)\)\.$/.exec(messageOf(() => parse(object)))?.[1],
          complaint === 'nothing' || (word !== undefined && word !== ours && word !== gits)
            ? complaint
            : 'as git says',
        ];
      });
      expect(judged).toEqual(FAULTS.map(([ours]) => [ours, 'as git says']));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is shown with what was read, in full up to 200 bytes', () => {
    expect(messageOf(() => parse(tree(entry('100644', 'a'), entry('100644', 'a'))))).toBe(
      'Expected a tree that git fsck accepts, found that the entry "a" comes twice (duplicateEntries).',
    );
    expect(messageOf(() => parse(tree(entry('100644', 'a'), '100644 b')))).toContain(
      'entry 2 is cut off',
    );
    expect(messageOf(() => parse(by('\xc3\xa4')))).toContain(
      'its author "ä" is no "Name <address> seconds zone"',
    );
    const long = messageOf(() => parse(by('x'.repeat(1000))));
    expect(long).toContain(`"${'x'.repeat(200)}"`);
  });

  it('is a name of over 4 KiB, which only newer versions report', () => {
    const longest = 'n'.repeat(LIMITS.pathBytes);
    expect(parse(tree(entry('100644', longest)))).toHaveLength(1);
    expect(messageOf(() => parse(tree(entry('100644', `${longest}n`))))).toContain(
      '(largePathname)',
    );
  });

  it('is a tag that says another type than what it is of', () => {
    expect(
      messageOf(() => {
        requireTagged('commit', 'tree');
      }),
    ).toBe(
      'Expected a tag that git fsck accepts, found that it is of a tree and says commit (badTagObject).',
    );
    requireTagged('tree', 'tree');
  });
});

describe('what git accepts', () => {
  it('is read with every part in its place', () => {
    const signature = '-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----';
    expect(
      parse(
        commit(
          `tree ${TREE}`,
          `parent ${ID}`,
          `author ${WHO}`,
          `committer x <> 0 -0130`,
          'odd',
          `gpgsig ${signature.replaceAll('\n', '\n ')}`,
          'x y',
          '',
          'm\n\nn',
        ),
      ),
    ).toEqual({
      tree: TREE,
      parents: [ID],
      author: WHO,
      committer: 'x <> 0 -0130',
      message: 'm\n\nn',
      signature,
    });
    for (const kind of ['PGP SIGNATURE', 'PGP MESSAGE', 'SSH SIGNATURE', 'SIGNED MESSAGE'])
      expect(
        parse(
          tag(`object ${ID}`, 'type commit', 'tag v1', '', 'm', `-----BEGIN ${kind}-----`, 'abc'),
        ),
      ).toEqual({
        object: ID,
        type: 'commit',
        name: 'v1',
        message: 'm\n',
        signature: `-----BEGIN ${kind}-----\nabc`,
      });
    expect(parse(tag(`object ${ID}`, 'type tag', 'tag v1', ''))).toEqual({
      object: ID,
      type: 'tag',
      name: 'v1',
      message: '',
    });
  });

  it('is a tree of any modes, with names as bytes, wherever it lies in memory', () => {
    const entries = [
      ['100644', '.gitmodules'],
      ['120000', 'a\\b'],
      ['100755', 'b'],
      ['40000', 'c'],
      ['160000', 'd'],
      ['100644', '\xff'],
    ] as const;
    const { content } = tree(...entries.map(([mode, name]) => entry(mode, name)));
    const around = Buffer.concat([Buffer.from('xxx'), content, Buffer.from('yy')]);
    expect(
      parseTree(around.subarray(3, 3 + content.length)).map(({ mode, name, oid }) => [
        mode,
        Buffer.from(name).toString('latin1'),
        oid,
      ]),
    ).toEqual(
      entries.map(([mode, name]) => [
        mode === '40000' ? '040000' : mode,
        name,
        mode === '40000' ? TREE : ID,
      ]),
    );
    expect(parseTree(Buffer.alloc(0))).toEqual([]);
  });

  it('is the first second and the last one', () => {
    for (const line of ['x <x> 0 +0000', `x <x> ${2n ** 63n - 1n} +0000`, 'x <x> 10 +0000'])
      expect(parse(by(line))).toMatchObject({ author: line });
  });
});
