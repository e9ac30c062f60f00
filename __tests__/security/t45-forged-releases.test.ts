// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  annotate,
  foundBy,
  GOOD_WORDS,
  proofsOf,
  publishHello,
  recommit,
  verifyMirror,
} from '../fixtures/forged-mirror.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { fileName, hello } from '../fixtures/small-repository.js';

const LIMIT = 120_000;
const RPM = `archive/rpm/${fileName(hello('2.0'))}`;
const EVIL = { 'src/hello.c': { content: 'int backdoor;\n' } };

/** Takes the package out of a tag, and lets everything that is recorded of it agree with a source of our own. */
function withoutPackage(mirror: MirrorEditor, { listed = true } = {}): void {
  const list = mirror.bytes('2.0:archive/releases.json').toString('utf8');
  const before = mirror.git(['rev-parse', '2.0:src']);
  const tree = mirror.tree('2.0^{commit}', EVIL);
  const source = mirror.git(['rev-parse', `${tree}:src`]);
  mirror.retag('2.0', {
    files: {
      ...EVIL,
      [RPM]: undefined,
      ...(listed
        ? { 'archive/releases.json': { content: list.replaceAll(before, source) } }
        : { 'archive/releases.json': undefined }),
    },
    message: (text) => text.replaceAll(before, source).replace(`- ?: ${RPM}\n`, ''),
    tagText: (text) => text.replaceAll(before, source),
  });
}

describe('T45: a forged release is never good', () => {
  let mirror: string;
  beforeAll(async () => {
    mirror = await publishHello();
  }, LIMIT);
  afterAll(removeRunDirectories);

  it('leaves the unforged mirror green', async () => {
    const result = await verifyMirror(mirror);
    expect({ code: result.code, found: foundBy(result), proofs: proofsOf(result) }).toEqual({
      code: 0,
      found: [],
      proofs: { '1.0': 'proved', '2.0': 'proved', '3.0': 'proved' },
    });
  });

  it.each<[string, (m: MirrorEditor) => void, readonly string[]]>([
    [
      'without its package, everything recorded agreeing',
      (m) => {
        withoutPackage(m);
      },
      [],
    ],
    [
      'without its package, also where unproved ones are allowed',
      (m) => {
        withoutPackage(m);
      },
      ['--allow-unproved'],
    ],
    [
      'without its package and without a list',
      (m) => {
        withoutPackage(m, { listed: false });
      },
      ['--allow-unproved'],
    ],
    [
      'with another source, and its package',
      (m) => {
        m.retag('2.0', { files: EVIL });
      },
      [],
    ],
    [
      'of the predecessor’s form, with another source',
      (m) => {
        const tree = m.tree('2.0^{commit}', {
          ...EVIL,
          'archive/releases.json': undefined,
          'archive/mirror.json': undefined,
        });
        const commit = recommit(m, '2.0', {
          tree,
          message: (text) => text.slice(0, text.indexOf('\nRpm-Nevra')),
        });
        m.git(['update-ref', 'refs/tags/2.0', commit]);
      },
      [],
    ],
    [
      'that is new, signed by nobody, with lines and trailers of its own',
      (m) => {
        const bytes = Buffer.from(hello('9.0', { sign: () => [] }).built.bytes);
        const sum = createHash('sha256').update(bytes).digest('hex');
        const name = fileName(hello('9.0'));
        const tree = m.tree('3.0^{commit}', {
          ...EVIL,
          [`archive/rpm/${name}`]: { content: bytes },
          [`archive/rpm/${name}.sha256`]: { content: sum },
        });
        const commit = recommit(m, '3.0', {
          tree,
          message: (text) => text.replaceAll('3.0', '9.0').replaceAll(/[0-9a-f]{64}/g, sum),
        });
        annotate(m, '9.0', commit, '3.0');
      },
      [],
    ],
  ])(
    '%s',
    async (_, forge, args) => {
      const copy = MirrorEditor.copy(mirror);
      forge(copy);
      const result = await verifyMirror(copy.path, args);
      const forged = proofsOf(result)['9.0'] ?? proofsOf(result)['2.0'];
      expect({
        code: result.code,
        isGood: forged === 'proved',
        some: foundBy(result).length > 0,
      }).toEqual({
        code: 1,
        isGood: false,
        some: true,
      });
      expect(result.stdout + result.stderr).not.toMatch(GOOD_WORDS);
    },
    LIMIT,
  );

  it(
    'fails for a mirror of nothing but forged releases, with every way to look away allowed',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      for (const tag of ['1.0', '3.0']) copy.git(['update-ref', '-d', `refs/tags/${tag}`]);
      withoutPackage(copy);
      const commit = copy.git(['rev-parse', '2.0^{commit}']);
      copy.git(['update-ref', 'refs/heads/main', commit]);
      const args = [
        '--allow-unproved',
        '--accept-findings',
        'metadata tag unproved extra missing digest',
      ];
      const result = await verifyMirror(copy.path, args, []);
      expect(result.code).toBe(1);
      expect(Object.values(proofsOf(result))).not.toContain('proved');
    },
    LIMIT,
  );
});
