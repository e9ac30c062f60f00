// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { GitError } from '../../../../src/errors.js';
import { parseLsRemote } from '../../../../src/git/remote/refs.js';

const a = 'ce013625030ba8dba906f756967f9e9ca394464a';
const b = '257cc5642cb1a054f08cc83f2d943e56fd3ebe99';

describe('parseLsRemote', () => {
  it('reads HEAD, branches, tags of both kinds, and leaves other refs out', () => {
    const output = `ref: refs/heads/trunk\tHEAD\n${a}\tHEAD\n${a}\trefs/heads/trunk\n${b}\trefs/heads/release/2.21\n${b}\trefs/pull/1/head\n${b}\trefs/tags/annotated\n${a}\trefs/tags/annotated^{}\n${a}\trefs/tags/light\n`;
    expect(parseLsRemote(output)).toEqual({
      head: 'trunk',
      branches: new Map([
        ['trunk', a],
        ['release/2.21', b],
      ]),
      tags: new Map([
        ['annotated', { oid: b, commit: a }],
        ['light', { oid: a, commit: a }],
      ]),
    });
  });

  it('takes silence for an empty repository', () => {
    expect(parseLsRemote('')).toEqual({ head: undefined, branches: new Map(), tags: new Map() });
  });

  it('knows no branch of a detached HEAD', () => {
    expect(parseLsRemote(`${a}\tHEAD\n${a}\trefs/heads/main\n`).head).toBeUndefined();
  });

  it.each(['hello', a, `${a.slice(1)}\trefs/heads/x`, `${a} refs/heads/x`])(
    'throws REMOTE_FAILED for %j',
    (line) => {
      expect(() => parseLsRemote(`${line}\n`)).toThrow(
        expect.objectContaining({ code: 'REMOTE_FAILED' }),
      );
    },
  );

  it('throws nothing else for any text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(a, '\t', '\n', 'ref: ', 'refs/tags/x', '^{}', 'HEAD', 'refs/heads/'),
        ),
        (parts) => {
          try {
            parseLsRemote(parts.join(''));
          } catch (error) {
            expect(error).toBeInstanceOf(GitError);
          }
        },
      ),
    );
  });
});
