// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { PayloadError } from '../../../../src/errors.js';
import { LIMITS } from '../../../../src/limits.js';
import type { FileType } from '../../../../src/rpm/model.js';
import {
  checkPath,
  checkTree,
  printable,
  verifyInside,
  verifyPath,
  verifyTree,
} from '../../../../src/rpm/payload/paths.js';

const tree = (rows: Readonly<Record<string, FileType>>) =>
  Object.entries(rows).map(([path, type]) => ({ path: Buffer.from(path), type }));

describe('checkPath', () => {
  it.each([
    'a',
    'usr/src/x-1.0/Kbuild',
    '.gitignore',
    '.github/workflows/ci.yml',
    'a/.gitmodules',
    '..a',
    'a..',
    '...',
    'git',
    'git~2',
    '.git1',
    'x.git',
    'a b',
    'a\\b',
    '~',
    '-f',
    'über',
    'a:b',
  ])('takes %j', (path) => {
    expect(checkPath(Buffer.from(path))).toBeUndefined();
  });

  it('takes names that are not UTF-8', () => {
    expect(checkPath(Buffer.from([0x61, 0xff, 0xfe]))).toBeUndefined();
  });

  it('takes 4096 bytes and not one more', () => {
    expect(checkPath(Buffer.alloc(4096, 'a'))).toBeUndefined();
    expect(checkPath(Buffer.alloc(4097, 'a'))).toMatch(/longer/);
  });

  it('gives a reason or undefined for any bytes', () => {
    expect(() => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) =>
          ['string', 'undefined'].includes(typeof checkPath(bytes)),
        ),
      );
    }).not.toThrow();
  });
});

describe('checkTree', () => {
  it('has nothing to say of an ordinary tree', () => {
    expect(
      checkTree(
        tree({ src: 'directory', 'src/a.c': 'file', 'src/b': 'symlink', Makefile: 'file' }),
      ),
    ).toEqual({ errors: [], warnings: [] });
  });

  it('reports a path that is there twice', () => {
    const entries = [...tree({ a: 'file' }), ...tree({ a: 'file' })];
    expect(checkTree(entries).errors).toEqual([{ path: 'a', reason: 'is there twice' }]);
  });

  it.each<[string, FileType, string]>([
    ['MAKEFILE', 'file', 'makefile'],
    ['Straße', 'file', 'STRAßE'],
    ['caf\u00e9', 'file', 'cafe\u0301'],
    ['Docs/a', 'file', 'docs/b'],
  ])(
    'warns that %s and another are one where case or normalisation does not count',
    (one, type, other) => {
      const { errors, warnings } = checkTree(tree({ [one]: type, [other]: type }));
      expect(errors).toEqual([]);
      expect(warnings).toHaveLength(1);
    },
  );

  it('warns once for each pair of folders, not for each file in them', () => {
    expect(checkTree(tree({ 'A/x': 'file', 'a/y': 'file', 'a/z': 'file' })).warnings).toHaveLength(
      1,
    );
  });

  it('takes many deep paths, each of its own', () => {
    const entries = Array.from({ length: 200 }, (_, at) => ({
      path: Buffer.from(
        `${String(at).padStart(12, 'x')}/${'a-folder-name/'.repeat(LIMITS.pathDepth - 1)}f`,
      ),
      type: 'file' as const,
    }));
    expect(checkTree(entries)).toEqual({ errors: [], warnings: [] });
  });

  it('finds what lies below a file, whatever comes first and how far below', () => {
    const errors = [{ path: 'a/b/c', reason: 'lies below a symlink' }];
    expect(checkTree(tree({ 'a/b/c': 'file', a: 'symlink' })).errors).toEqual(errors);
    expect(checkTree(tree({ a: 'symlink', 'a/b/c': 'file' })).errors).toEqual(errors);
  });

  it('names two spellings as they are', () => {
    expect(checkTree(tree({ 'x/Straße/1': 'file', 'x/STRAßE/2': 'file' })).warnings).toEqual([
      '"x/Straße" and "x/STRAßE" are one name where case or normalisation does not count',
    ]);
  });
});

describe('checkTree, of special names', () => {
  it.each(['gitattributes', 'gitignore', 'mailmap'])('warns of a link named .%s', (name) => {
    const { errors, warnings } = checkTree(tree({ [`a/.${name}`]: 'symlink' }));
    expect([errors, warnings]).toEqual([
      [],
      [`a/.${name} is a link; git does not follow a linked .${name}`],
    ]);
    expect(checkTree(tree({ [`.${name}`]: 'file', [name]: 'symlink' }))).toEqual({
      errors: [],
      warnings: [],
    });
  });

  it('refuses a linked .gitmodules, and takes one that is a file', () => {
    expect(checkTree(tree({ '.gitmodules': 'symlink' })).errors).toHaveLength(1);
    expect(checkTree(tree({ '.gitmodules': 'file' })).errors).toEqual([]);
  });

  it('says of an empty path, an absolute one and an empty component what each is', () => {
    expect(
      ['', '/a', 'a//b', 'a/', '.', 'a/./b'].map((path) => checkPath(Buffer.from(path))),
    ).toEqual([
      'is empty',
      'is absolute',
      'has an empty component',
      'has an empty component',
      'has a component "."',
      'has a component "."',
    ]);
  });
});

describe('verifyInside', () => {
  const dots = expect.objectContaining({ code: 'UNSAFE_PATH' });
  const check = (path: string) => () => {
    verifyInside([Buffer.from(path)], 'sample');
  };

  it.each(['..', '../a', 'a/..', 'a/../b', '/..', 'a/../..', '.../../x', 'a\0', '\0'])(
    'refuses %j',
    (path) => {
      expect(check(path)).toThrow(dots);
    },
  );

  it.each(['', '.', 'a', '..a', 'a..', 'a..b', '...', './a', '.a/b.', 'a/...', '.../a'])(
    'takes %j',
    (path) => {
      expect(check(path)).not.toThrow();
    },
  );
});

describe('verifyPath', () => {
  it('throws what checkPath says, and LIMIT_EXCEEDED where the path is too deep', () => {
    const failure = (path: string) => () => {
      verifyPath(Buffer.from(path), 'sample');
    };
    expect(failure('a/b')).not.toThrow();
    expect(failure('a/.git')).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
    expect(failure('a/'.repeat(LIMITS.pathDepth + 1) + 'b')).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });
});

describe('verifyTree', () => {
  it('says nothing of others where one path alone is wrong', () => {
    expect(() => verifyTree(tree({ '/x': 'file', y: 'file' }), 'sample')).toThrow(
      /^sample: the path \/x is absolute$/,
    );
  });

  it('throws UNSAFE_PATH with the path and the reason', () => {
    const bad = () => verifyTree(tree({ 'a/../b': 'file', '/x': 'file' }), 'sample-1-1.noarch');
    expect(bad).toThrow(PayloadError);
    expect(bad).toThrow('sample-1-1.noarch: the path a/../b has a component ".." (and 1 more)');
  });

  it('throws LIMIT_EXCEEDED for a path that is deeper than any in earnest', () => {
    const deep = (folders: number) => () =>
      verifyTree(tree({ [`${'a/'.repeat(folders)}b`]: 'file' }), 'sample');
    expect(deep(LIMITS.pathDepth)()).toEqual([]);
    expect(deep(LIMITS.pathDepth + 1)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining('more than 256 folders deep'),
      }),
    );
  });

  it('returns the warnings of a tree that is safe', () => {
    expect(verifyTree(tree({ a: 'file', A: 'file' }), 'x')).toHaveLength(1);
  });
});

describe('printable', () => {
  it('shows control characters escaped', () => {
    expect(printable(Buffer.from('a\n::error::b'))).toBe('"a\\n::error::b"');
    expect(printable(Buffer.from('usr/src/a'))).toBe('usr/src/a');
  });
});
