// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import type { PackageFacts } from '../../src/rpm/model.js';
import { readPayload } from '../../src/rpm/payload/payload.js';
import { chunksOf } from '../fixtures/chunks.js';
import { cpioArchive, cpioMember, TRAILER } from '../fixtures/cpio-builder.js';
import { payloadFacts } from '../fixtures/payload-facts.js';

async function count(facts: PackageFacts, payload: Uint8Array): Promise<number> {
  let files = 0;
  for await (const file of readPayload({ facts }, chunksOf(payload), { keep: () => true }))
    files += file.index >= 0 ? 1 : 0;
  return files;
}

const A = { path: 'usr/a', content: 'alpha' };
const LINK = { path: 'usr/l', type: 'symlink' as const, target: 'a' };
const HARD = ['h1', 'h2'].map((path) => ({ path, content: 'same', inode: 5 }));
const a = { name: './usr/a', content: 'alpha' };
const link = { name: './usr/l', mode: 0o120777, content: 'a' };

describe('T25: a payload that disagrees with the signed header is refused', () => {
  it('accepts the control', async () => {
    expect(await count(payloadFacts([A, LINK]), cpioArchive([a, link]))).toBe(2);
  });

  it.each([
    ['an extra member', [A], cpioArchive([a, { name: './usr/b', content: 'extra' }])],
    ['a missing member', [A, LINK], cpioArchive([a])],
    ['an empty archive', [A], TRAILER],
    ['a member twice', [A], cpioArchive([a, a])],
    ['a member that is too short', [A], cpioArchive([{ ...a, content: 'alph' }])],
    ['a member that is too long', [A], cpioArchive([{ ...a, content: 'alpha!' }])],
    ['a member without its content', [A], cpioArchive([{ name: './usr/a' }])],
    ['a link in the place of a file', [A], cpioArchive([{ ...a, mode: 0o120777 }])],
    ['a file in the place of a link', [LINK], cpioArchive([{ ...link, mode: 0o100777 }])],
    ['another link target', [LINK], cpioArchive([{ ...link, content: 'b' }])],
    ['a longer link target', [LINK], cpioArchive([{ ...link, content: '/etc/passwd' }])],
    [
      'a folder with content',
      [{ path: 'd', type: 'directory' as const }],
      cpioArchive([{ name: './d', mode: 0o040755, content: 'x' }]),
    ],
    [
      'a name that only normalises to one of the header',
      [A],
      cpioArchive([{ ...a, name: './usr/../usr/a' }]),
    ],
    ['a name with two prefixes', [A], cpioArchive([{ ...a, name: '././usr/a' }])],
    [
      'hard links whose content never comes',
      HARD,
      cpioArchive([{ name: './h1' }, { name: './h2' }]),
    ],
    [
      'hard links of which the header gives two sizes',
      [HARD[0]!, { ...HARD[1]!, content: 'other' }],
      cpioArchive([{ name: './h1' }, { name: './h2', content: 'other' }]),
    ],
    ['a missing hard link', HARD, cpioArchive([{ name: './h1', content: 'same' }])],
    ['an index beyond the list', [A], cpioArchive([{ index: 1 }])],
    [
      'an index twice',
      [A],
      cpioArchive([
        { index: 0, content: 'alpha' },
        { index: 0, content: 'alpha' },
      ]),
    ],
    ['no trailer', [A], cpioMember(a)],
    [
      'a trailer with content',
      [A],
      Buffer.concat([
        cpioMember(a),
        cpioMember({ name: 'TRAILER!!!', mode: 0, content: Buffer.alloc(512) }),
      ]),
    ],
    ['data behind the trailer', [A], Buffer.concat([cpioArchive([a]), Buffer.from('07070')])],
    ['a second archive behind the trailer', [A], Buffer.concat([TRAILER, cpioArchive([a])])],
    ['a path that the header lists twice', [A, A], cpioArchive([a, a])],
  ])('refuses %s', async (_, files, payload) => {
    await expect(count(payloadFacts(files), payload)).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
    });
  });

  it('refuses a source package whose file is called TRAILER!!!, which ends the archive early', async () => {
    const files = [
      { path: 'TRAILER!!!', content: 'x' },
      { path: 'b', content: 'hidden' },
    ];
    const payload = cpioArchive([
      { name: 'TRAILER!!!', content: 'x' },
      { name: 'b', content: 'hidden' },
    ]);
    await expect(count(payloadFacts(files, { isSource: true }), payload)).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
    });
    const empty = cpioArchive([{ name: 'TRAILER!!!' }, { name: 'b', content: 'hidden' }]);
    await expect(
      count(payloadFacts([{ path: 'TRAILER!!!' }, files[1]!]), empty),
    ).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  });

  it('reads a file called TRAILER!!! where its name cannot be mistaken', async () => {
    expect(
      await count(
        payloadFacts([{ path: 'TRAILER!!!', content: 'x' }]),
        cpioArchive([{ name: './TRAILER!!!', content: 'x' }]),
      ),
    ).toBe(1);
  });

  it('ends an endless payload where the header ends, in bounded memory', async () => {
    const endless = cpioArchive([{ name: './usr/a', size: 0xffffffff }]);
    await expect(count(payloadFacts([A]), endless)).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
    });
    const zeros = Buffer.concat([cpioArchive([a]), Buffer.alloc(1 << 20)]);
    await expect(count(payloadFacts([A]), zeros)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
