// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { GitError, PayloadError } from '../../../../src/errors.js';
import {
  EMPTY_TREE,
  formatCommit,
  formatIdentity,
  formatTag,
  formatTree,
  hashObject,
  isOid,
  parseIdentity,
} from '../../../../src/git/objects/objects.js';
import { parseCommit, parseTag, parseTree } from '../../../../src/git/objects/strict.js';
import type { FileMode, TreeEntry } from '../../../../src/git/store.js';
import { anyText } from '../../../fixtures/any-text.js';

const oid = 'ce013625030ba8dba906f756967f9e9ca394464a';
const person = 'A U Thor <author@example.org> 1700000000 +0000';
const entry = (name: string | Uint8Array, mode: FileMode = '100644'): TreeEntry => ({
  mode,
  name: Buffer.from(name as string),
  oid,
});
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const thrown = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('hashObject', () => {
  it('gives the ids that git gives', () => {
    expect(hashObject('blob', Buffer.from('hello\n'))).toBe(oid);
    expect(hashObject('tree', new Uint8Array())).toBe(EMPTY_TREE);
  });
});

describe('formatTree', () => {
  it('sorts a folder as if its name ended with a slash', () => {
    const names = parseTree(
      formatTree([entry('a0'), entry('a', '040000'), entry('a.b'), entry('a-b')]),
    ).map(({ name }) => text(name));
    expect(names).toEqual(['a-b', 'a.b', 'a', 'a0']);
  });

  it('sorts by bytes, not by characters', () => {
    const names = parseTree(formatTree([entry('\u{1f600}'), entry('\uffee'), entry('z')])).map(
      ({ name }) => text(name),
    );
    expect(names).toEqual(['z', '\uffee', '\u{1f600}']);
  });

  it.each([
    ['a name twice', [entry('a'), entry('a')]],
    ['a file and a folder of one name', [entry('a'), entry('a', '040000')]],
  ])('refuses %s', (_, entries) => {
    expect(() => formatTree(entries)).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
  });

  it('refuses what is no id', () => {
    expect(() => formatTree([{ ...entry('a'), oid: oid.toUpperCase() }])).toThrow(GitError);
  });
});

describe('parseTree', () => {
  it('is the inverse of formatTree', () => {
    const modes: FileMode[] = ['100644', '100755', '120000', '040000', '160000'];
    const names = fc.uint8Array({ minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.constantFrom(...modes))), (list) => {
        const entries = list.map(([name, mode]) => ({ name, mode, oid }));
        const made = thrown(() => formatTree(entries));
        if (!(made instanceof Uint8Array)) {
          expect(made).toBeInstanceOf(PayloadError);
          return;
        }
        expect(text(formatTree(parseTree(made)))).toBe(text(made));
        expect(parseTree(made)).toHaveLength(entries.length);
      }),
    );
  });

  it.each([
    '100644 a\0short',
    '100644 a',
    'x',
    '040000 a\0' + 'x'.repeat(20),
    '999999 a\0' + 'x'.repeat(20),
    '100644 \0' + 'x'.repeat(20),
  ])('throws OBJECT_INVALID for %j', (raw) => {
    expect(() => parseTree(Buffer.from(raw))).toThrow(
      expect.objectContaining({ code: 'OBJECT_INVALID' }),
    );
  });
});

describe('formatIdentity', () => {
  it.each([
    [{ name: 'A U Thor', email: 'author@example.org', seconds: 1700000000 }, person],
    [
      { name: 'github-actions[bot]', email: '', seconds: 0, offset: 120 },
      'github-actions[bot] <> 0 +0200',
    ],
    [{ name: 'Ü', email: 'ü@x', seconds: 5, offset: -570 }, 'Ü <ü@x> 5 -0930'],
  ])('writes %j', (identity, line) => {
    expect(formatIdentity(identity)).toBe(line);
    expect(parseIdentity(line)).toEqual({ offset: 0, ...identity });
  });

  it('has no time zone below nothing', () => {
    expect(parseIdentity('x <e> 1 -0000')).toEqual({
      name: 'x',
      email: 'e',
      seconds: 1,
      offset: 0,
    });
  });

  it('leaves out what stands around a name and an address', () => {
    expect(formatIdentity({ name: ' x y\n', email: '\te ', seconds: 1 })).toBe('x y <e> 1 +0000');
  });

  it.each([
    { name: 'a\nparent x', email: 'e', seconds: 1 },
    { name: 'a<b', email: 'e', seconds: 1 },
    { name: 'a', email: 'e>', seconds: 1 },
    { name: 'a', email: 'e\0', seconds: 1 },
    { name: ' ', email: 'e', seconds: 1 },
    { name: 'a', email: 'e', seconds: -1 },
    { name: 'a', email: 'e', seconds: 1.5 },
    { name: 'a', email: 'e', seconds: 2 ** 53 },
    { name: 'a', email: 'e', seconds: Number.NaN },
    { name: 'a', email: 'e\n', seconds: 1e300 },
  ])('refuses %j', (identity) => {
    expect(() => formatIdentity(identity)).toThrow(
      expect.objectContaining({ code: 'MIRROR_INVALID' }),
    );
  });
});

describe('commits', () => {
  const commit = {
    tree: EMPTY_TREE,
    parents: [oid, EMPTY_TREE],
    author: person,
    committer: person,
    message: 'subject\n\nbody\r\n',
  };

  it('are written as git writes them', () => {
    expect(text(formatCommit(commit))).toBe(
      `tree ${EMPTY_TREE}\nparent ${oid}\nparent ${EMPTY_TREE}\nauthor ${person}\ncommitter ${person}\n\nsubject\n\nbody\r\n`,
    );
  });

  it('hold a signature in continued lines', () => {
    const signature = '-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n';
    const bytes = formatCommit({ ...commit, signature });
    expect(text(bytes)).toContain(
      '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\nsubject',
    );
    expect(parseCommit(bytes)).toEqual({
      ...commit,
      signature: signature.replaceAll('\r', '').trimEnd(),
    });
  });

  it('come back as they were', () => {
    const message = anyText().map((value) => value.replaceAll('\0', ''));
    fc.assert(
      fc.property(message, (value) => {
        expect(
          parseCommit(formatCommit({ ...commit, message: value.toWellFormed() })).message,
        ).toBe(value.toWellFormed());
      }),
    );
  });

  it('may hold headers of other tools', () => {
    const raw = `tree ${EMPTY_TREE}\nauthor ${person}\ncommitter ${person}\nencoding x\nmergetag object\n type\n\n\nm`;
    expect(parseCommit(Buffer.from(raw))).toEqual({
      tree: EMPTY_TREE,
      parents: [],
      author: person,
      committer: person,
      message: '\nm',
    });
  });

  it('refuse NUL and line ends where they would forge', () => {
    expect(() => formatCommit({ ...commit, message: 'a\0b' })).toThrow(GitError);
    expect(() => formatCommit({ ...commit, author: `${person}\nx y` })).toThrow(GitError);
    expect(() => formatCommit({ ...commit, tree: `${oid}\n` })).toThrow(GitError);
  });
});

describe('tags', () => {
  const tag = {
    object: oid,
    type: 'commit' as const,
    name: '2.25.4.0',
    tagger: person,
    message: 'subject\n\nA: b\n',
  };

  it('are written as git writes them', () => {
    expect(text(formatTag(tag))).toBe(
      `object ${oid}\ntype commit\ntag 2.25.4.0\ntagger ${person}\n\nsubject\n\nA: b\n`,
    );
    expect(parseTag(formatTag(tag))).toEqual(tag);
  });

  it('hold their signature at the end', () => {
    const signature = '-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n';
    expect(parseTag(formatTag({ ...tag, signature }))).toEqual({ ...tag, signature });
    expect(() => formatTag({ ...tag, message: 'no line end', signature })).toThrow(GitError);
  });

  it('may lack a tagger', () => {
    expect(parseTag(Buffer.from(`object ${oid}\ntype tree\ntag x\n\nm`))).toEqual({
      object: oid,
      type: 'tree',
      name: 'x',
      message: 'm',
    });
  });

  it.each(['', 'a\nb', 'a\0'])('refuse the name %j', (name) => {
    expect(() => formatTag({ ...tag, name })).toThrow(GitError);
  });
});

describe('any bytes', () => {
  it.each([
    ['parseTree', parseTree],
    ['parseCommit', parseCommit],
    ['parseTag', parseTag],
  ] as const)('%s throws nothing but OBJECT_INVALID', (_, parse) => {
    const near = fc
      .array(
        fc.constantFrom(
          'tree ',
          'object ',
          oid,
          '\n',
          ' ',
          'author ',
          person,
          '\0',
          'type commit',
          '100644 a',
          'x'.repeat(20),
        ),
      )
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), near), (bytes) => {
        const result = thrown(() => parse(bytes));
        if (result instanceof Error) expect(result).toMatchObject({ code: 'OBJECT_INVALID' });
      }),
      { numRuns: 500 },
    );
  });

  it('isOid takes lower-case hex only', () => {
    expect(isOid(oid)).toBe(true);
    expect(isOid(`${oid}\n`)).toBe(false);
    expect(isOid(oid.slice(1))).toBe(false);
  });
});
