// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { GitError } from '../../../../src/errors.js';
import { LIMITS } from '../../../../src/limits.js';
import {
  extendMirrorFile,
  formatMirrorFile,
  type MirrorFile,
  parseMirrorFile,
} from '../../../../src/mirror/records/mirror-file.js';

const FILE: MirrorFile = {
  packages: ['aws-neuron-dkms', 'aws-neuronx-dkms'],
  arch: ['noarch'],
  title: 'Neuron Driver',
  tagFormats: ['{version}'],
  sourcePaths: ['usr/src/*'],
  unpacks: ['main'],
  dotGit: 'refuse',
  directories: { source: 'src', archive: 'archive', packaging: 'packaging' },
  archivePackages: 'full',
  lineBranches: [{ pattern: '2.21.*', branch: 'release/2.21' }],
};
const TEXT = `{
  "schema": 1,
  "packages": [
    "aws-neuron-dkms",
    "aws-neuronx-dkms"
  ],
  "arch": [
    "noarch"
  ],
  "title": "Neuron Driver",
  "tagFormats": [
    "{version}"
  ],
  "sourcePaths": [
    "usr/src/*"
  ],
  "unpacks": [
    "main"
  ],
  "dotGit": "refuse",
  "directories": {
    "source": "src",
    "archive": "archive",
    "packaging": "packaging"
  },
  "archivePackages": "full",
  "lineBranches": [
    {
      "pattern": "2.21.*",
      "branch": "release/2.21"
    }
  ]
}
`;

describe('archive/mirror.json', () => {
  it('is written in one form, and read back as it was', () => {
    expect(formatMirrorFile(FILE)).toBe(TEXT);
    expect(parseMirrorFile(Buffer.from(TEXT))).toEqual(FILE);
    const untitled = { ...FILE, title: undefined, lineBranches: [] };
    expect(parseMirrorFile(Buffer.from(formatMirrorFile(untitled)))).toEqual(untitled);
  });

  it('keeps every value used so far, and of the rest the present one', () => {
    const next = extendMirrorFile(FILE, {
      ...FILE,
      packages: ['z', 'aws-neuronx-dkms', 'b'],
      arch: ['src', 'noarch'],
      title: undefined,
      tagFormat: 'v{version}',
      sourcePath: 'opt/*',
      unpack: 'all',
      dotGit: 'drop',
      archivePackages: 'none',
      lineBranches: [],
    });
    expect(next).toEqual({
      ...FILE,
      packages: ['aws-neuron-dkms', 'aws-neuronx-dkms', 'b', 'z'],
      arch: ['noarch', 'src'],
      title: undefined,
      tagFormats: ['{version}', 'v{version}'],
      sourcePaths: ['usr/src/*', 'opt/*'],
      unpacks: ['main', 'all'],
      dotGit: 'drop',
      archivePackages: 'none',
      lineBranches: [],
    });
  });

  const value = JSON.parse(TEXT) as Record<string, unknown>;
  it.each([
    ['other text', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a later schema', { ...value, schema: 2 }],
    ['no schema', { ...value, schema: undefined }],
    ['a missing list', { ...value, tagFormats: undefined }],
    ['a null list', { ...value, packages: null }],
    ['an unknown key', { ...value, more: 1 }],
    ['a name that is no text', { ...value, packages: [1] }],
    ['an empty name', { ...value, packages: [''] }],
    ['a control character', { ...value, title: 'a\nb' }],
    ['another unpack', { ...value, unpacks: ['some'] }],
    ['another dotGit', { ...value, dotGit: 'keep' }],
    [
      'a folder that leaves the mirror',
      { ...value, directories: { source: '../x', archive: 'a', packaging: 'p' } },
    ],
    [
      'one folder in another',
      { ...value, directories: { source: 'a/b', archive: 'a', packaging: 'p' } },
    ],
    [
      'a folder of .git',
      { ...value, directories: { source: '.git', archive: 'a', packaging: 'p' } },
    ],
    [
      'an unknown folder',
      { ...value, directories: { source: 's', archive: 'a', packaging: 'p', x: 'x' } },
    ],
    ['a tag format without version', { ...value, tagFormats: ['x'] }],
    ['a line branch without pattern', { ...value, lineBranches: [{ branch: 'x' }] }],
    [
      'more items than any mirror has',
      { ...value, packages: Array.from({ length: LIMITS.mirrorFileItems + 1 }, () => 'x') },
    ],
    ['more bytes than any mirror has', `${TEXT}${' '.repeat(LIMITS.mirrorFileBytes)}`],
  ])('is refused with %s', (_, content) => {
    const bytes = Buffer.isBuffer(content)
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    let error: unknown;
    try {
      parseMirrorFile(bytes);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(GitError);
    expect(error).toMatchObject({
      code: 'MIRROR_INVALID',
      message: expect.stringContaining('mirror.json'),
    });
  });
});
