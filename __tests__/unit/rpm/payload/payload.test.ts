// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { PayloadError } from '../../../../src/errors.js';
import { LIMITS } from '../../../../src/limits.js';
import type { PackageFacts, PayloadFile } from '../../../../src/rpm/model.js';
import type { PayloadOptions, PayloadSummary } from '../../../../src/rpm/payload/payload.js';
import { readPayload, streamPayload } from '../../../../src/rpm/payload/payload.js';
import { PayloadMap } from '../../../../src/rpm/payload/payload-map.js';
import { chunksOf } from '../../../fixtures/chunks.js';
import type { MemberSpec } from '../../../fixtures/cpio-builder.js';
import { cpioArchive } from '../../../fixtures/cpio-builder.js';
import type { FileSpec } from '../../../fixtures/payload-facts.js';
import { fileEntry, payloadFacts } from '../../../fixtures/payload-facts.js';

async function unpack(
  facts: PackageFacts,
  payload: Uint8Array,
  options: Partial<PayloadOptions> = {},
): Promise<{ files: PayloadFile[]; summary: PayloadSummary }> {
  const reading = readPayload({ facts }, chunksOf(payload, 1000), { keep: () => true, ...options });
  const files: PayloadFile[] = [];
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { files, summary: next.value };
    files.push(next.value);
  }
}

const rows = (files: readonly PayloadFile[]) =>
  files.map(({ entry, digest, content }) => [
    Buffer.from(entry.path).toString(),
    digest,
    content && Buffer.from(content).toString(),
  ]);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const refused = (code: string) => expect.objectContaining({ code });

const FILES: readonly FileSpec[] = [
  { path: 'usr', type: 'directory', size: 4096 },
  { path: 'usr/a', content: 'alpha' },
  { path: 'usr/empty' },
  { path: 'usr/link', type: 'symlink', target: 'a' },
  { path: 'var/log/x', ghost: true, size: 100 },
];
const MEMBERS: readonly MemberSpec[] = [
  { name: './usr', mode: 0o040755 },
  { name: './usr/a', content: 'alpha' },
  { name: './usr/empty' },
  { name: './usr/link', mode: 0o120777, content: 'a' },
];

describe('readPayload', () => {
  it('gives every file of the header once, ghosts last', async () => {
    const { files } = await unpack(payloadFacts(FILES), cpioArchive(MEMBERS));
    expect(rows(files)).toEqual([
      ['usr', 'absent', undefined],
      ['usr/a', 'good', 'alpha'],
      ['usr/empty', 'good', ''],
      ['usr/link', 'absent', undefined],
      ['var/log/x', 'absent', undefined],
    ]);
    expect(files.map((file) => file.sha256)).toEqual([
      undefined,
      sha256('alpha'),
      sha256(''),
      undefined,
      undefined,
    ]);
  });

  it('digests the uncompressed payload and tells its size', async () => {
    const archive = cpioArchive(MEMBERS);
    const facts = payloadFacts(FILES, {
      payload: { format: 'cpio', compressor: 'gzip', size: null },
    });
    const { summary } = await unpack(facts, gzipSync(archive), {
      uncompressedDigests: ['sha256', 'sha512'],
    });
    expect(summary.uncompressedSize).toBe(archive.length);
    expect(summary.digests).toEqual(
      Object.fromEntries(
        ['sha256', 'sha512'].map((name) => [name, createHash(name).update(archive).digest('hex')]),
      ),
    );
  });

  it('reads plain data under the default compressor gzip, as zlib does for rpm', async () => {
    const facts = payloadFacts(FILES, {
      payload: { format: 'cpio', compressor: 'gzip', size: null },
    });
    expect((await unpack(facts, cpioArchive(MEMBERS))).files).toHaveLength(5);
  });

  it('keeps only what is asked for', async () => {
    const { files } = await unpack(payloadFacts(FILES), cpioArchive(MEMBERS), {
      keep: (entry) => entry.size === 0,
    });
    expect(files.filter(({ content }) => content !== undefined).map(({ index }) => index)).toEqual([
      2,
    ]);
    expect(files[1]).toMatchObject({ digest: 'good', sha256: sha256('alpha') });
  });

  it('reports a wrong file digest as bad, and none as absent', async () => {
    const files = [
      { path: 'a', content: 'alpha', digest: sha256('other') },
      { path: 'b', content: 'beta', digest: '' },
    ];
    const result = await unpack(
      payloadFacts(files),
      cpioArchive([
        { name: './a', content: 'alpha' },
        { name: './b', content: 'beta' },
      ]),
    );
    expect(result.files.map(({ digest }) => digest)).toEqual(['bad', 'absent']);
  });

  it.each(['md5', 'sha1', 'sha224', 'sha384', 'sha512', 'sha3-256', 'sha3-512'])(
    'checks digests by %s and gives SHA-256 besides',
    async (algorithm) => {
      const digest = createHash(algorithm).update('alpha').digest('hex');
      const facts = payloadFacts([{ path: 'a', content: 'alpha', digest }], {
        fileDigestAlgorithm: algorithm,
      });
      const { files } = await unpack(facts, cpioArchive([{ name: './a', content: 'alpha' }]));
      expect(files[0]).toMatchObject({ digest: 'good', sha256: sha256('alpha') });
    },
  );

  it.each(['./a', '/a', 'a'])('finds the file a under the name %s', async (name) => {
    expect(
      (
        await unpack(
          payloadFacts([{ path: 'a', content: 'x' }]),
          cpioArchive([{ name, content: 'x' }]),
        )
      ).files,
    ).toHaveLength(1);
  });

  it('gives the content of hard links to every path of the set', async () => {
    const files = ['a', 'b', 'c'].map((path) => ({ path, content: 'same', inode: 7 }));
    const members = [
      { name: './a', links: 3 },
      { name: './b', links: 3 },
      { name: './c', links: 3, content: 'same' },
    ];
    const { files: found } = await unpack(payloadFacts(files), cpioArchive(members), {
      keep: ({ path }) => Buffer.from(path).toString() === 'a',
    });
    expect(rows(found)).toEqual([
      ['a', 'good', 'same'],
      ['b', 'good', undefined],
      ['c', 'good', undefined],
    ]);
  });

  it('gives the content of hard links in the stripped format', async () => {
    const files = ['a', 'b'].map((path) => ({ path, content: 'same', inode: 7 }));
    const link = { path: 'l', type: 'symlink' as const, target: 'a' };
    const members = [{ index: 0 }, { index: 1, content: 'same' }, { index: 2, content: 'a' }];
    expect(
      rows((await unpack(payloadFacts([...files, link]), cpioArchive(members))).files).slice(0, 2),
    ).toEqual([
      ['a', 'good', 'same'],
      ['b', 'good', 'same'],
    ]);
  });

  it('takes files of one inode that have each their content, as foreign builders write them', async () => {
    const files = [
      { path: 'a', content: 'one', inode: 1 },
      { path: 'b', content: 'three', inode: 1 },
      { path: 'c', inode: 1 },
    ];
    const { files: found } = await unpack(
      payloadFacts(files),
      cpioArchive([
        { name: './a', content: 'one' },
        { name: './b', content: 'three' },
        { name: './c' },
      ]),
    );
    expect(rows(found)).toEqual([
      ['a', 'good', 'one'],
      ['b', 'good', 'three'],
      ['c', 'good', ''],
    ]);
  });

  it('skips a ghost that an rpm before 4.11 put into the payload', async () => {
    const { files } = await unpack(
      payloadFacts([{ path: 'g', ghost: true, size: 2 }]),
      cpioArchive([{ name: './g', content: 'xy' }]),
    );
    expect(files).toMatchObject([{ digest: 'absent', sha256: undefined, content: undefined }]);
  });

  it('takes the root folder of the package filesystem', async () => {
    const root = [{ path: '', type: 'directory' as const }];
    for (const name of ['./', '.', '/'])
      expect(
        (await unpack(payloadFacts(root), cpioArchive([{ name, mode: 0o040755 }]))).files,
      ).toHaveLength(1);
  });

  it('gives devices, fifos and sockets as what they are', async () => {
    const types = ['char', 'block', 'fifo', 'socket'] as const;
    const modes = [0o020600, 0o060600, 0o010600, 0o140600];
    const members = modes.map((mode, at) => ({ name: `./d${at}`, mode }));
    const { files } = await unpack(
      payloadFacts(types.map((type, at) => ({ path: `d${at}`, type }))),
      cpioArchive(members),
    );
    expect(files.map(({ entry }) => entry.type)).toEqual(types);
  });

  it('keeps a file of exactly the cap and refuses one byte more before it reads it', async () => {
    const facts = payloadFacts([{ path: 'a', content: 'alpha' }]);
    const archive = cpioArchive([{ name: './a', content: 'alpha' }]);
    expect((await unpack(facts, archive, { maxKeptBytes: 5 })).files).toHaveLength(1);
    await expect(unpack(facts, archive, { maxKeptBytes: 4 })).rejects.toEqual(
      refused('LIMIT_EXCEEDED'),
    );
  });

  it('names a payload format or compressor that it does not know', async () => {
    const facts = (format: string, compressor: string) =>
      payloadFacts([], { payload: { format, compressor, size: null } });
    await expect(unpack(facts('drpm', 'xz'), Buffer.alloc(0))).rejects.toEqual(
      refused('UNSUPPORTED_FORMAT'),
    );
    await expect(unpack(facts('cpio', 'brotli'), Buffer.alloc(0))).rejects.toEqual(
      refused('UNSUPPORTED_COMPRESSOR'),
    );
    await expect(unpack(facts('cpio', 'constructor'), Buffer.alloc(0))).rejects.toEqual(
      refused('UNSUPPORTED_COMPRESSOR'),
    );
    await expect(unpack(facts('cpio', 'xz'), gzipSync('x'))).rejects.toEqual(
      refused('PAYLOAD_INVALID'),
    );
  });

  it('refuses file digests by an algorithm that cannot be computed', async () => {
    const facts = payloadFacts([{ path: 'a', content: 'x', digest: '00' }], {
      fileDigestAlgorithm: 'algorithm 99',
    });
    await expect(unpack(facts, cpioArchive([{ name: './a', content: 'x' }]))).rejects.toEqual(
      refused('UNSUPPORTED_FORMAT'),
    );
  });

  it('lets go of the payload when the reader stops early', async () => {
    let closed = 0;
    const payload = chunksOf(cpioArchive(MEMBERS), 10, () => closed++);
    for await (const file of readPayload({ facts: payloadFacts(FILES) }, payload, {
      keep: () => true,
    })) {
      expect(file.index).toBe(0);
      break;
    }
    expect(closed).toBe(1);
  });

  it('raises nothing but PayloadError, whatever the bytes, and never takes less than the header lists', async () => {
    const archive = cpioArchive(MEMBERS);
    const damage = fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(damage, async (edits) => {
        const copy = Buffer.from(archive);
        for (const [at, value] of edits) copy[at] = value;
        const result = await unpack(payloadFacts(FILES), copy).catch((error: unknown) => error);
        if (result instanceof PayloadError) return;
        expect((result as { files: PayloadFile[] }).files.map(({ index }) => index)).toEqual([
          0, 1, 2, 3, 4,
        ]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a payload may not do', () => {
  const archived = (
    files: readonly FileSpec[],
    members: readonly MemberSpec[],
    options: Partial<PayloadOptions> = {},
  ) => unpack(payloadFacts(files), cpioArchive(members), options);

  it.each<[string, readonly FileSpec[], readonly MemberSpec[], string]>([
    [
      'leave a file to the content of another one that shares no inode with it',
      ['a', 'b'].map((path) => ({ path, content: 'abc' })),
      [{ name: './a' }, { name: './b', content: 'abc' }],
      'holds 0 bytes of a; the header says 3',
    ],
    [
      'leave out the content of a file without links',
      [{ path: 'a', content: 'abc', inode: 7 }],
      [{ name: './a' }],
      'holds 0 bytes of a; the header says 3',
    ],
    [
      'leave out the content of links',
      ['a', 'b'].map((path) => ({ path, content: 'abc', inode: 7 })),
      [{ name: './a' }, { name: './b' }],
      'lacks the content of the hard link a',
    ],
    [
      'take a folder with the inode of a file for its link',
      [
        { path: 'a', type: 'directory', inode: 7, mode: 0o040755 },
        { path: 'b', content: 'abc', inode: 7 },
      ],
      [{ name: './a', mode: 0o040755 }, { name: './b' }],
      'holds 0 bytes of b; the header says 3',
    ],
    [
      'take a ghost with the inode of a file for its link',
      [
        { path: 'a', ghost: true, content: 'abc', inode: 7 },
        { path: 'b', content: 'abc', inode: 7 },
      ],
      [{ name: './b' }],
      'holds 0 bytes of b; the header says 3',
    ],
    [
      'hold what the header does not list, which is named',
      [],
      [{ name: './x' }],
      'holds ./x, which the header does not list',
    ],
    [
      'hold a number that the header does not list',
      [{ path: 'a' }],
      [{ index: 3 }],
      'holds file 3, but the header lists 1',
    ],
    [
      'hold a folder with content',
      [{ path: 'a', type: 'directory' }],
      [{ name: './a', mode: 0o040755, content: 'x' }],
      'a',
    ],
  ])('%s', async (_, files, members, message) => {
    const failed = archived(files, members);
    await expect(failed).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
    await expect(failed).rejects.toThrow(message);
  });

  it('be listed twice under one name', () => {
    for (const other of ['a', '/a', './a'])
      expect(() => new PayloadMap(['a', other].map((path) => fileEntry({ path })))).toThrow(
        /the header lists .* twice/,
      );
  });

  it('have a link whose target is longer than any may be, though the header says the same', async () => {
    const link = (length: number) => {
      const target = 'x'.repeat(length);
      const file = { path: 'a', type: 'symlink' as const, target };
      return archived([file], [{ name: './a', mode: 0o120777, content: target }]);
    };
    expect((await link(LIMITS.linkTargetBytes)).files).toHaveLength(1);
    await expect(link(LIMITS.linkTargetBytes + 1)).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
    });
  });

  it('be plain data under another compressor than the default one', async () => {
    const facts = payloadFacts(FILES, {
      payload: { format: 'cpio', compressor: 'xz', size: null },
    });
    await expect(unpack(facts, cpioArchive(MEMBERS))).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
    });
  });

  it('have another type of file than the header, where the header says one', async () => {
    const member = [{ name: './a', mode: 0o100644, content: 'x' }];
    expect((await archived([{ path: 'a', content: 'x', mode: 0o644 }], member)).files).toHaveLength(
      1,
    );
    await expect(
      archived([{ path: 'a', content: 'x', mode: 0o020644 }], member),
    ).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  });
});

describe('a file that its receiver cannot take', () => {
  const read = async (content: string, archive: Buffer) => {
    const reading = streamPayload(
      { facts: payloadFacts([{ path: 'a', content }]) },
      chunksOf(archive, 10),
      {
        keep: () => true,
        receive: async (_, chunks) => {
          for await (const chunk of chunks) if (chunk.length > 0) throw new Error('no room for it');
        },
      },
    );
    const digests: string[] = [];
    for await (const { digest } of reading) digests.push(digest);
    return digests;
  };
  const whole = cpioArchive([{ name: './a', content: 'alpha' }]);

  it('is its failure, where the file is what the header says', async () => {
    await expect(read('alpha', whole)).rejects.toThrow('no room for it');
  });

  it('is a bad digest first, where the file is damaged', async () => {
    expect(await read('other', whole)).toEqual(['bad']);
  });

  it('is the end of the archive first, where that ends within the file', async () => {
    const failed = read('alpha', whole.subarray(0, 115));
    await expect(failed).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  });
});
