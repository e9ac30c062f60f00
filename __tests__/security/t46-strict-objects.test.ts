// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { GitError } from '../../src/errors.js';
import { hashObject } from '../../src/git/objects/objects.js';
import { parseCommit, parseTag, parseTree } from '../../src/git/objects/strict.js';
import { fsck, type RawObject } from '../fixtures/git-fsck.js';
import { describeWithTools } from '../fixtures/tools.js';

const ID = 'ce013625030ba8dba906f756967f9e9ca394464a';
const TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/** What commits name as parents: git remembers of which type it took an id to be. */
const PARENT = 'd670460b4b4aece5915caf5c68d12f560a9fe3e4';
const WHO = 'A U Thor <author@example.org> 1700000000 +0000';

type Entry = readonly [mode: string, name: string, id?: string];
/** Content of a tree as written: names are latin1. */
const tree = (...entries: readonly Entry[]): RawObject => ({
  type: 'tree',
  content: Buffer.concat(
    entries.flatMap(([mode, name, id = mode.endsWith('40000') ? TREE : ID]) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  ),
});
const file = (name: string): Entry => ['100644', name];
const utf8 = (name: string): string => Buffer.from(name).toString('latin1');
const commit = (text: string): RawObject => ({
  type: 'commit',
  content: Buffer.from(text, 'latin1'),
});
const tag = (text: string): RawObject => ({ type: 'tag', content: Buffer.from(text, 'latin1') });
const person = (line: string): RawObject =>
  commit(`tree ${TREE}\nauthor ${line}\ncommitter ${WHO}\n\nm\n`);
const committer = (line: string): RawObject =>
  commit(`tree ${TREE}\nauthor ${WHO}\ncommitter ${line}\n\nm\n`);
const tagger = (line: string): RawObject =>
  tag(`object ${ID}\ntype blob\ntag v1\ntagger ${line}\n\nm\n`);

const GOOD: readonly (readonly [string, RawObject])[] = [
  ['a tree without entries', tree()],
  [
    'all modes',
    tree(['100644', 'a'], ['100755', 'b'], ['40000', 'c'], ['120000', 'd'], ['160000', 'e']),
  ],
  ['a folder sorted as with a slash', tree(file('a-'), file('a.b'), ['40000', 'a'], file('a0'))],
  ['names that are no UTF-8', tree(file('\x80'), file('\xff'))],
  ['a line end and a control character in names', tree(file('\x01'), file('a\nb'))],
  [
    'names near to .git',
    tree(file('.gi'), file('.git-x'), file('.gitignore'), file('git~10'), file('git~2')),
  ],
  ['.gitmodules as a file', tree(file('.gitmodules'))],
  [
    'links in the place of .gitignore, .gitattributes and .mailmap',
    tree(['120000', '.gitattributes'], ['120000', '.gitignore'], ['120000', '.mailmap']),
  ],
  [
    'a commit with parents',
    commit(
      `tree ${TREE}\nparent ${PARENT}\nparent ${PARENT}\nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`,
    ),
  ],
  ['a commit without message', commit(`tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\n`)],
  ['a commit with an empty message', commit(`tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\n\n`)],
  [
    'further headers',
    commit(
      `tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\nencoding ISO-8859-1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\nodd\n\n\xe4\n`,
    ),
  ],
  ['an address that is empty', person('x <> 0 +0000')],
  ['a name that is a space', person('  <x> 1 -1459')],
  ['the last second of all', person(`x <x> ${2n ** 63n - 1n} +0000`)],
  ['a tag', tagger(WHO)],
  ['a tag with an empty message', tag(`object ${ID}\ntype blob\ntag v1\ntagger ${WHO}\n\n`)],
  ['a tag of the first years, without tagger', tag(`object ${ID}\ntype blob\ntag v1\n\nm\n`)],
  ['a tag without message', tag(`object ${ID}\ntype blob\ntag v1\ntagger ${WHO}\n`)],
  [
    'a tag with NUL in its message',
    tag(`object ${ID}\ntype blob\ntag v1\ntagger ${WHO}\n\na\0b\n`),
  ],
];

const BAD: readonly (readonly [string, RawObject])[] = [
  ['a name with a slash', tree(file('src/demo.c'))],
  ['a name that is a slash', tree(file('/'))],
  ['an entry twice', tree(file('a'), file('a'))],
  ['a folder twice', tree(['40000', 'src'], ['40000', 'src'])],
  ['a file and a folder of one name', tree(file('a'), ['40000', 'a'])],
  [
    'a file and, after others, a folder of one name',
    tree(file('foo'), file('foo.bar'), file('foo.bar.baz'), ['40000', 'foo.bar'], ['40000', 'foo']),
  ],
  ['entries out of order', tree(file('b'), file('a'))],
  ['a folder sorted as a file', tree(['40000', 'a'], file('a.b'))],
  ['no name', tree(file(''))],
  ['.', tree(['40000', '.'])],
  ['..', tree(['40000', '..'])],
  ...[
    '.git',
    '.GIT',
    'git~1',
    'GIT~1',
    '.git.',
    '.git ',
    '.git::$INDEX_ALLOCATION',
    '.git:x',
    'x\\.git',
    '.git\\x',
    '.g\u200cit',
    '\u200e.git',
    '.git\ufeff',
  ].map((name): readonly [string, RawObject] => [
    `the name ${JSON.stringify(name)}`,
    tree(['40000', utf8(name)]),
  ]),
  ...[
    '.gitmodules',
    '.GITMODULES',
    'gitmod~1',
    'gi7eba~1',
    '.gitmodules .',
    '.gitmodules:x',
    '.git\u200cmodules',
    'x\\.gitmodules',
  ].map((name): readonly [string, RawObject] => [
    `a link ${JSON.stringify(name)}`,
    tree(['120000', utf8(name)]),
  ]),
  ...[
    '100664',
    '100600',
    '100666',
    '100777',
    '120755',
    '40755',
    '160755',
    '644',
    '0',
    '200000',
  ].map((mode): readonly [string, RawObject] => [`the mode ${mode}`, tree([mode, 'a'])]),
  ...['0100644', '040000', '0120000'].map((mode): readonly [string, RawObject] => [
    `the padded mode ${mode}`,
    tree([mode, 'a']),
  ]),
  ...['', ' ', '10064x', '9', '-1', '+100644'].map((mode): readonly [string, RawObject] => [
    `the mode ${JSON.stringify(mode)}`,
    tree([mode, 'a']),
  ]),
  ['the id of nothing', tree(['100644', 'a', '0'.repeat(40)])],
  ['an entry that is cut off', { type: 'tree', content: tree(file('a')).content.subarray(0, -1) }],
  [
    'an entry without end',
    { type: 'tree', content: Buffer.concat([tree(file('a')).content, Buffer.from('100644 b')]) },
  ],
  ['a commit without anything', commit('')],
  ['a commit of an empty line', commit('\n')],
  ['no tree', commit(`author ${WHO}\ncommitter ${WHO}\n\nm\n`)],
  ['a tree with another id', commit(`tree ${TREE}x\nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`)],
  ['a short tree id', commit(`tree ${TREE.slice(1)}\nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`)],
  [
    'a parent before the tree',
    commit(`parent ${PARENT}\ntree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`),
  ],
  [
    'a parent after the author',
    commit(`tree ${TREE}\nauthor ${WHO}\nparent ${PARENT}\ncommitter ${WHO}\n\nm\n`),
  ],
  [
    'a parent with another id',
    commit(`tree ${TREE}\nparent ${PARENT} \nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`),
  ],
  ['two trees', commit(`tree ${TREE}\ntree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`)],
  ['two authors', commit(`tree ${TREE}\nauthor ${WHO}\nauthor ${WHO}\ncommitter ${WHO}\n\nm\n`)],
  ['no author', commit(`tree ${TREE}\ncommitter ${WHO}\n\nm\n`)],
  ['no committer', commit(`tree ${TREE}\nauthor ${WHO}\n\nm\n`)],
  ['the committer first', commit(`tree ${TREE}\ncommitter ${WHO}\nauthor ${WHO}\n\nm\n`)],
  ['NUL in a header', commit(`tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\nx a\0b\n\nm\n`)],
  ['NUL in the message', commit(`tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\n\na\0b\n`)],
  ['a header without end', commit(`tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}`)],
  ...[
    '<x> 1 +0000',
    'x> <x> 1 +0000',
    'x 1 +0000',
    'x<x> 1 +0000',
    'x <x 1 +0000',
    'x <x<y> 1 +0000',
    'x <x>1 +0000',
    'x <x> x +0000',
    'x <x> 01 +0000',
    'x <x> 1x +0000',
    'x <x> 1',
    'x <x> 1 0000',
    'x <x> 1 +000',
    'x <x> 1 +00000',
    'x <x> 1 +0000 ',
    `x <x> ${2n ** 63n} +0000`,
    'x <x> 99999999999999999999999 +0000',
    'x <x> -1 +0000',
    'x <x>  +0000',
    '',
  ].flatMap((line): (readonly [string, RawObject])[] => [
    [`the author ${JSON.stringify(line)}`, person(line)],
    [`the committer ${JSON.stringify(line)}`, committer(line)],
    [`the tagger ${JSON.stringify(line)}`, tagger(line)],
  ]),
  ['a tag without object', tag(`type blob\ntag v1\ntagger ${WHO}\n\nm\n`)],
  ['a tag of another id', tag(`object ${ID}0\ntype blob\ntag v1\ntagger ${WHO}\n\nm\n`)],
  ['a tag without type', tag(`object ${ID}\ntag v1\ntagger ${WHO}\n\nm\n`)],
  ['a tag of an unknown type', tag(`object ${ID}\ntype file\ntag v1\ntagger ${WHO}\n\nm\n`)],
  ['a tag without name', tag(`object ${ID}\ntype blob\ntagger ${WHO}\n\nm\n`)],
  ['a tag with an empty name', tag(`object ${ID}\ntype blob\ntag \ntagger ${WHO}\n\nm\n`)],
  [
    'a tag with a name that no ref has',
    tag(`object ${ID}\ntype blob\ntag v 1\ntagger ${WHO}\n\nm\n`),
  ],
  [
    'a tag with a further header',
    tag(`object ${ID}\ntype blob\ntag v1\ntagger ${WHO}\nx y\n\nm\n`),
  ],
  [
    'a tag with a header before its tagger',
    tag(`object ${ID}\ntype blob\ntag v1\nx y\ntagger ${WHO}\n\nm\n`),
  ],
  ['a tag with NUL in a header', tag(`object ${ID}\ntype blob\ntag v\0\ntagger ${WHO}\n\nm\n`)],
];

/** Why we refuse the object; undefined when it is accepted. */
function refusal({ type, content }: RawObject): string | undefined {
  try {
    if (type === 'tree') parseTree(content);
    else if (type === 'commit') parseCommit(content);
    else parseTag(content);
    return undefined;
  } catch (error) {
    if (error instanceof GitError && error.code === 'OBJECT_INVALID') return error.message;
    throw error;
  }
}
const idOf = ({ type, content }: RawObject): string => hashObject(type, content);

describe('T46: objects that git would refuse', () => {
  it.each(GOOD)('reads %s', (_, object) => {
    expect(refusal(object)).toBeUndefined();
  });

  it.each(BAD)('refuses %s', (_, object) => {
    expect(refusal(object)).toMatch(
      /^Expected a (?:tree|commit|tag) that git fsck accepts, found that .*\(\w+\)\.$/s,
    );
  });

  it('takes no header for a parent that git does not take for one', () => {
    const {
      parents,
      tree: root,
      author,
    } = parseCommit(
      commit(
        `tree ${TREE}\nauthor ${WHO}\ncommitter ${WHO}\nparent ${PARENT}\ntree ${ID}\nauthor x\n\nm\n`,
      ).content,
    );
    expect([parents, root, author]).toEqual([[], TREE, WHO]);
  });

  it('takes linear time for a tree of many entries', () => {
    const many = (count: number): Uint8Array =>
      tree(...Array.from({ length: count }, (_, at) => file(`.${String(at).padStart(7, '0')}~`)))
        .content;
    const time = (bytes: Uint8Array): number => {
      const start = process.cpuUsage();
      parseTree(bytes);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    time(many(10_000));
    const best = (count: number): number => {
      const bytes = many(count);
      return Math.min(...[1, 2, 3, 4, 5].map(() => time(bytes)));
    };
    // Eight times as much; what is quadratic takes 64 times as long.
    expect(best(80_000)).toBeLessThan(32 * best(10_000));
  });
});

describeWithTools(['git'], 'T46: we refuse what the real git fsck --strict reports', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rsm-fsck-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('in the tables above', () => {
    const complaints = fsck(
      folder,
      [...GOOD, ...BAD].map(([, object]) => object),
    );
    const verdict = ([name, object]: readonly [string, RawObject]): [string, boolean] => [
      name,
      complaints.has(idOf(object)),
    ];
    expect(GOOD.map(verdict)).toEqual(GOOD.map(([name]) => [name, false]));
    // Later versions of git: names over 4 KiB, times that strtoumax(3) alone takes.
    expect(BAD.map(verdict).filter(([, isReported]) => !isReported)).toEqual([]);
  });

  it('in objects that are changed at random, and accept what it accepts', () => {
    expect(() => {
      fc.assert(
        fc.property(fc.array(mutated(), { minLength: 150, maxLength: 150 }), (objects) => {
          const complaints = fsck(folder, objects);
          for (const object of objects) {
            const ours = refusal(object);
            const agree = (theirs: string | undefined): boolean =>
              (ours === undefined) === (theirs === undefined) || isStricter(ours ?? '', object);
            if (agree(complaints.get(idOf(object)))) continue;
            // Another object may have named one of its ids as of another type.
            const alone = fsck(folder, [object]).get(idOf(object));
            if (!agree(alone))
              throw new Error(
                `${JSON.stringify(Buffer.from(object.content).toString('latin1'))}: we say ${ours ?? 'good'}, git says ${alone ?? 'good'}`,
              );
          }
        }),
        { numRuns: 10, endOnFailure: true },
      );
    }).not.toThrow();
  }, 120_000);
});

/** Where we refuse and this git need not: upper-case ids, modes of which git drops the upper bits, and times and names that later versions of git refuse. */
function isStricter(reason: string, { content }: RawObject): boolean {
  if (/badDate|largePathname/.test(reason)) return true;
  const [, mode = ''] = /mode "([0-7]+)"/.exec(reason) ?? [];
  if (Number.parseInt(mode, 8) > 0xffff) return true;
  return /bad\w+Sha1/.test(reason) && /[0-9A-F]{40}/i.test(Buffer.from(content).toString('latin1'));
}

/** A good object with pieces exchanged, doubled, dropped or moved. */
function mutated(): fc.Arbitrary<RawObject> {
  const base = fc.constantFrom(...GOOD.map(([, object]) => object));
  const pieces = fc.constantFrom(
    '\0',
    '\n',
    ' ',
    '<',
    '>',
    '/',
    '.',
    '0',
    '9',
    '+',
    'x',
    '\x80',
    '100644 ',
    '40000 ',
    '.git',
    'src\0',
    `tree ${TREE}\n`,
    `parent ${PARENT}\n`,
    `author ${WHO}\n`,
    'tagger ',
    '\n\n',
  );
  const edit = fc.record({
    kind: fc.constantFrom('insert', 'replace', 'drop', 'double', 'move'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    size: fc.integer({ min: 1, max: 60 }),
    piece: pieces,
  });
  return fc.tuple(base, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([object, edits]) => {
    let text = Buffer.from(object.content).toString('latin1');
    for (const { kind, at, to, size, piece } of edits) {
      const start = Math.floor(at * text.length);
      const part = text.slice(start, start + size);
      const rest = text.slice(0, start) + text.slice(start + size);
      const target = Math.floor(to * rest.length);
      if (kind === 'insert') text = text.slice(0, start) + piece + text.slice(start);
      if (kind === 'replace')
        text = text.slice(0, start) + piece + text.slice(start + piece.length);
      if (kind === 'drop') text = rest;
      if (kind === 'double') text = text.slice(0, start) + part + text.slice(start);
      if (kind === 'move') text = rest.slice(0, target) + part + rest.slice(target);
    }
    return { type: object.type, content: Buffer.from(text, 'latin1') };
  });
}
