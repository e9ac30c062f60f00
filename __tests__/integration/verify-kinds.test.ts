// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';

import { afterAll, describe, expect, it } from '@jest/globals';

import { parseReleases, type ReleaseRecord } from '../../src/mirror/records/releases.js';
import { proveTag, provingOptions } from '../../src/verify/prove-tag.js';
import { inputsOf, type MemoryMirror, portsFor, verdictOn } from '../fixtures/memory-mirror.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { KINDS, mirrorOf } from '../fixtures/verify-rows/kinds.js';
import { foundIn } from '../fixtures/verify-rows/mirrors.js';

const out: Record<string, unknown> = {};

describe('verify, in this process, of mirrors of other kinds, finds', () => {
  afterAll(removeRunDirectories);

  it.each(KINDS.map((row) => [row[1], row] as const))(
    '%s',
    async (name, [kind, , found, edit, asked]) => {
      const own = typeof asked === 'function' ? await asked() : asked;
      out[name] = await foundIn(await mirrorOf(kind), [
        name,
        found,
        edit,
        ...(own ? [own] : []),
      ] as never);
      if (process.env['OUT'] !== undefined) writeFileSync(process.env['OUT'], JSON.stringify(out));
      expect(out[name]).toEqual(found);
    },
  );
});

it.each([
  ['old', true],
  ['plain', false],
])(
  'verify says that the Files blocks of the predecessor prove nothing: %s, %s',
  async (kind, isSaid) => {
    const { report } = await verdictOn(await mirrorOf(kind));
    expect(report.residue.includes('the Files block of commits that the predecessor made')).toBe(
      isSaid,
    );
  },
);

describe('the proof of one tag, for a release on the host', () => {
  const EVIL = { 'src/hello.c': { content: 'x' } };
  const LINE = 'releases.json: expected';
  const proofs: readonly (readonly [
    name: string,
    kind: string,
    reasons: readonly string[],
    edit: (m: MemoryMirror) => void,
    change?: Partial<ReleaseRecord>,
  ])[] = [
    ['what is good', 'plain', [], () => undefined],
    [
      'a fault in the tag',
      'plain',
      ['content src/hello.c: expected', '1 finding'],
      (m) => {
        m.retag('2.0', { files: EVIL });
      },
    ],
    [
      'a fault in another tag',
      'plain',
      [],
      (m) => {
        m.retag('1.0', { files: EVIL });
      },
    ],
    [
      'a tag of no release',
      'plain',
      ['MIRROR_INVALID: nothing was verified'],
      (m) => {
        m.refs.set('refs/tags/2.0', m.put('blob', ''));
        m.refs.set('refs/tags/1.0', m.id('1.0'));
      },
    ],
    [
      'no tag',
      'plain',
      ['MIRROR_INVALID: tags: expected a tag'],
      (m) => {
        m.refs.delete('refs/tags/2.0');
      },
    ],
    ['a line of another source', 'plain', [LINE], () => undefined, { sourceTree: '0'.repeat(40) }],
    [
      'a line of another file',
      'plain',
      [LINE, 'nobody has the package'],
      () => undefined,
      { sha256: '0'.repeat(64) },
    ],
    ['a line without a checksum', 'plain', [LINE], () => undefined, { sha256: null }],
    ['no package', 'none', ['unproved', 'unproved', 'nobody has the package'], () => undefined],
    ['a header alone', 'header', ['nobody has the package'], () => undefined],
  ];

  it.each(proofs.map((row) => [row[0], row] as const))(
    '%s',
    async (_, [, kind, reasons, edit, change = {}]) => {
      const mirror = (await mirrorOf(kind)).copy();
      const record = parseReleases(mirror.bytes('main:archive/releases.json')).find(
        ({ tag }) => tag === '2.0',
      );
      edit(mirror);
      const { ports } = portsFor(mirror);
      const proof = await proveTag({ ...record!, ...change }, inputsOf({}), ports);
      expect(proof.reasons.map((text, at) => text.slice(0, reasons[at]?.length ?? 99))).toEqual(
        reasons,
      );
      const isRead = !reasons[0]?.startsWith('MIRROR_INVALID');
      expect(proof.commit).toBe(isRead ? mirror.id('2.0^{commit}') : undefined);
    },
  );

  it('reads a tag by its own mirror.json, but for what inputs say of names and places', () => {
    const args = [
      '--packages',
      'hello',
      '--source-path',
      'x/*',
      '--versions',
      '> 1',
      '--title',
      'T',
    ];
    const { given, versions, title, mode, allowUnproved, sourcePath } = provingOptions(
      inputsOf({ args: [...args, '--allow-unproved'] }),
    );
    expect({ given: [...given], versions, title, mode, allowUnproved, sourcePath }).toEqual({
      given: ['packages'],
      versions: [],
      title: undefined,
      mode: 'verify',
      allowUnproved: false,
      sourcePath: 'x/*',
    });
  });
});
