// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { LIMITS } from '../../../src/limits.js';
import {
  checkArchiveNames,
  checkDirectories,
  fingerprintFileName,
  isReservedArchiveName,
  keyFileName,
  notesFileName,
  packagePaths,
} from '../../../src/mirror/layout.js';
import {
  type PayloadPath,
  selectSource,
  validateSourcePath,
} from '../../../src/mirror/source-path.js';

const code = (name: string) => expect.objectContaining({ code: name });

describe('checkDirectories', () => {
  const check =
    (source: string, archive = 'archive', packaging = 'packaging'): (() => void) =>
    () => {
      checkDirectories({ source, archive, packaging });
    };

  it.each(['src', 'drivers/neuron/src', 'sources', '.src', 'größe'])('takes %s', (directory) => {
    expect(check(directory)).not.toThrow();
  });

  it.each([
    '',
    '.',
    '..',
    '/src',
    'src/',
    'a//b',
    './src',
    'a/../b',
    'a/.',
    '.git',
    'a/.GIT/b',
    'git~1',
    '.git ',
    '.git.',
    'a\\b',
    'a:b',
    'a\nb',
    'a\0b',
    'src.',
    'src ',
  ])('refuses %j', (directory) => {
    expect(check(directory)).toThrow(code('INPUT_INVALID'));
  });

  it.each([
    ['archive', 'archive'],
    ['archive/src', 'archive'],
    ['a', 'a/archive'],
    ['SRC', 'src'],
  ])('refuses source %s with archive %s', (source, archive) => {
    expect(check(source, archive)).toThrow(code('INPUT_CONFLICT'));
  });

  it('takes folders that only begin alike', () => {
    expect(check('archive-src')).not.toThrow();
  });
});

describe('names in the archive', () => {
  it.each([
    [
      'https://yum.repos.neuron.amazonaws.com/GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB',
      'GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB',
    ],
    ['https://example.org/keys/a%20b.asc?x=1#y', 'a b.asc'],
    ['./keys/vendor.asc', 'vendor.asc'],
    ['C:\\keys\\vendor.asc', 'vendor.asc'],
    ['file:///etc/pki/RPM-GPG-KEY', 'RPM-GPG-KEY'],
  ])('%s is archived as %s', (location, name) => {
    expect(keyFileName(location)).toBe(name);
    expect(notesFileName(location)).toBe(name);
  });

  it.each([
    'https://example.org/',
    'https://example.org/%2e%2e',
    'https://example.org/a%2Fb',
    'https://example.org/.git',
    'https://example.org/a%00',
    '',
    '..',
  ])('%j has no file name', (location) => {
    expect(() => keyFileName(location)).toThrow(code('INPUT_INVALID'));
  });

  it.each([
    'rpm',
    'releases.json',
    'RELEASES.JSON',
    'release-notes.json',
    'repomd.xml',
    'repomd.xml.asc',
    'repomd.xml.sha256',
    'primary.xml.gz',
    'other.xml.zst.sha256',
    'filelists.xml',
  ])("%s is the tool's own", (name) => {
    expect(isReservedArchiveName(name)).toBe(true);
    expect(() => notesFileName(`https://example.org/${name}`)).toThrow(code('INPUT_CONFLICT'));
  });

  it.each(['repomd.xml.key', 'rpm.asc', 'primary.asc', 'RPM-GPG-KEY'])('%s is free', (name) => {
    expect(isReservedArchiveName(name)).toBe(false);
    expect(keyFileName(`https://example.org/${name}`)).toBe(name);
  });

  it('shows no password of a URL (T35)', () => {
    expect(() => keyFileName('https://me:secret@example.org/repomd.xml')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  it('refuses one name for two origins', () => {
    const a = { name: 'key.asc', origin: 'https://a/key.asc' };
    expect(() => {
      checkArchiveNames([a, a, { name: 'x', origin: 'b' }]);
    }).not.toThrow();
    expect(() => {
      checkArchiveNames([a, { name: 'KEY.asc', origin: 'https://b/KEY.asc' }]);
    }).toThrow(code('INPUT_CONFLICT'));
  });

  it('knows the places of a package and of a key given as text', () => {
    expect(packagePaths('a-1-1.rpm')).toEqual({
      rpm: 'rpm/a-1-1.rpm',
      header: 'rpm/a-1-1.rpm.header',
      checksum: 'rpm/a-1-1.rpm.sha256',
    });
    expect(fingerprintFileName('00FA')).toBe('00FA.asc');
  });
});

const files = (...names: string[]): PayloadPath[] =>
  names.map((name) => ({
    path: Buffer.from(name.replace(/\/$/, ''), 'latin1'),
    isDirectory: name.endsWith('/'),
  }));
const text = (path: Uint8Array | undefined): string | undefined =>
  path === undefined ? undefined : Buffer.from(path).toString('latin1');

describe('selectSource', () => {
  it('drops the name of a single match', () => {
    const { roots, map } = selectSource(
      files('usr/share/doc/x', 'usr/src/', 'usr/src/neuron-1.1/', 'usr/src/neuron-1.1/a/b.c'),
      'usr/src/*',
    );
    expect(roots.map(text)).toEqual(['usr/src/neuron-1.1']);
    expect(text(map(Buffer.from('usr/src/neuron-1.1/a/b.c')))).toBe('a/b.c');
    expect(map(Buffer.from('usr/src/neuron-1.1'))).toBeUndefined();
    expect(map(Buffer.from('usr/src/neuron-1.10/a'))).toBeUndefined();
    expect(map(Buffer.from('usr/share/doc/x'))).toBeUndefined();
  });

  it('keeps the names of several matches', () => {
    const { roots, map } = selectSource(
      files('usr/src/b/y', 'usr/src/a/x', 'usr/src/file'),
      '/usr/src/*/',
    );
    expect(roots.map(text)).toEqual(['usr/src/a', 'usr/src/b']);
    expect(text(map(Buffer.from('usr/src/b/y')))).toBe('b/y');
    expect(map(Buffer.from('usr/src/file'))).toBeUndefined();
  });

  it('takes folders that files imply, names that look like patterns, and bytes that are not UTF-8', () => {
    expect(selectSource(files('usr/src/a(1)+[x]/f'), 'usr/src/a(1)+[x]').roots.map(text)).toEqual([
      'usr/src/a(1)+[x]',
    ]);
    const { roots, map } = selectSource(files('usr/src/\xff\xfe/f\xff'), 'usr/src/*');
    expect(roots.map(text)).toEqual(['usr/src/\xff\xfe']);
    expect(text(map(Buffer.from('usr/src/\xff\xfe/f\xff', 'latin1')))).toBe('f\xff');
    expect(selectSource(files('usr/src/.hidden/f'), 'usr/src/*').roots).toHaveLength(1);
    expect(
      selectSource([{ path: Buffer.from('usr/src/größe/f'), isDirectory: false }], 'usr/src/größe')
        .roots,
    ).toHaveLength(1);
  });

  it('counts a match inside another as part of it', () => {
    expect(selectSource(files('opt/a/b/c/f'), 'opt/**').roots.map(text)).toEqual(['opt']);
  });

  it('does not take a file or a link for a folder', () => {
    expect(() => selectSource(files('usr/src/neuron'), 'usr/src/*')).toThrow(
      code('SOURCE_PATH_NOT_FOUND'),
    );
  });

  it("lists the payload's top folders when nothing matches", () => {
    expect(() => selectSource(files('usr/share/doc/a/b', 'etc/x'), 'usr/src/*')).toThrow(
      expect.objectContaining({
        code: 'SOURCE_PATH_NOT_FOUND',
        message:
          'source-path: expected a folder that matches "usr/src/*", found etc, usr, usr/share, usr/share/doc',
      }),
    );
    expect(() => selectSource([], 'usr/src/*')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('no folder at all') }),
    );
  });

  it('refuses several matches of one name', () => {
    expect(() => selectSource(files('a/src/f', 'b/src/f'), '*/src')).toThrow(
      code('PAYLOAD_INVALID'),
    );
  });

  it('refuses more folders than a package may have files', () => {
    const deep = 'a/'.repeat(20);
    function* many(): Generator<PayloadPath> {
      for (let at = 0; at < LIMITS.filesInPackage / 20; at += 1)
        yield { path: Buffer.from(`${at}/${deep}f`), isDirectory: false };
    }
    expect(() => selectSource([...many()], 'usr/src/*')).toThrow(code('LIMIT_EXCEEDED'));
  });

  it('maps no two paths to one, and none outside of its folder', () => {
    const segment = fc.constantFrom('a', 'b', 'usr', 'src');
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('usr/src/*', '*', '*/src', '**/a', 'usr'),
        (paths, glob) => {
          let selection;
          try {
            selection = selectSource(files(...paths), glob);
          } catch {
            return;
          }
          const mapped = paths
            .map((name) => text(selection.map(Buffer.from(name))))
            .filter((name) => name !== undefined);
          expect(new Set(mapped).size).toBe(mapped.length);
          expect(mapped.every((name) => /^[^/]/.test(name))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('validateSourcePath', () => {
  it.each(['usr/src/*', '/opt/x/', './a', '**'])('takes %s', (glob) => {
    expect(() => {
      validateSourcePath(glob);
    }).not.toThrow();
  });

  it.each(['', '/', '.', '..', 'a/../b', 'a//b'])('refuses %j', (glob) => {
    expect(() => {
      validateSourcePath(glob);
    }).toThrow(code('INPUT_INVALID'));
  });
});
