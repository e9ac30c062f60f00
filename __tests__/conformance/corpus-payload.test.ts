// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { afterAll, expect, it } from '@jest/globals';

import { memorySource } from '../../src/bytes.js';
import { PayloadError } from '../../src/errors.js';
import type { PayloadFile } from '../../src/rpm/model.js';
import { readPayload } from '../../src/rpm/payload/payload.js';
import { readPackage } from '../../src/rpm/read.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

interface Row {
  readonly path: string;
  readonly verdict: string;
  readonly reason_code: string;
  readonly files?: readonly { readonly path: unknown; readonly flags: number }[];
  readonly extract?: Extract;
}
interface Extract {
  readonly ok: boolean;
  readonly reason?: string;
  readonly cpio_size?: number;
  readonly cpio_sha256?: string;
  readonly tree?: readonly {
    path: unknown;
    type: string;
    size: number;
    sha256?: string;
    link?: unknown;
    implicit?: boolean;
  }[];
}

function load(): Row[] {
  const index = sharedPath('corpus', 'expected.jsonl');
  const lines = existsSync(index) ? readFileSync(index, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line) as Row);
}

/** The corpus writes strings as text or base64; compare them as latin1 of their bytes. */
function bytesOf(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('latin1');
  return Buffer.from((value as { b64: string }).b64, 'base64').toString('latin1');
}

async function unpack(file: string) {
  const source = memorySource(readFileSync(file));
  const pkg = await readPackage(source);
  const files: PayloadFile[] = [];
  const reading = readPayload(pkg, source.stream(pkg.payloadStart), {
    keep: () => false,
    uncompressedDigests: ['sha256'],
  });
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { files, summary: next.value, facts: pkg.facts };
    files.push(next.value);
  }
}

const TYPES: Readonly<Record<string, string>> = {
  dir: 'directory',
  link: 'symlink',
  blk: 'block',
  chr: 'char',
};

describeWithShared('readPayload on the shared corpus', () => {
  let compared = 0;
  let files = 0;
  afterAll(() => {
    console.log(
      `corpus payloads: ${compared} packages, ${files} entries compared with rpm2cpio | cpio`,
    );
  });

  for (const row of load()) {
    const { extract } = row;
    if (extract === undefined) continue;
    it(`${row.path}: ${extract.ok ? 'gives what rpm2cpio | cpio gives' : 'is refused with a typed error'}`, async () => {
      const file = sharedPath('corpus', row.path);
      if (!extract.ok) {
        await expect(unpack(file)).rejects.toHaveProperty('code');
        return;
      }
      // rpm stops at the cpio trailer and misses damage behind it; rpmkeys has refused such a package by its digests.
      const unpacked =
        row.verdict === 'ok'
          ? await unpack(file)
          : await unpack(file).catch((error: unknown) => error);
      if (unpacked instanceof PayloadError) return;
      const { files: found, summary, facts } = unpacked as Awaited<ReturnType<typeof unpack>>;
      // Absent where the archive is in the stripped format, which rpm2cpio rewrites.
      if (extract.cpio_sha256 !== undefined) {
        expect(summary.digests['sha256']).toBe(extract.cpio_sha256);
        expect(summary.uncompressedSize).toBe(extract.cpio_size);
      }
      expect(found.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
        facts.files.map((_, index) => index),
      );
      const got = new Map(
        found
          .filter(({ entry }) => !entry.ghost && entry.path.length > 0)
          .map((row) => [Buffer.from(row.entry.path).toString('latin1'), row]),
      );
      for (const want of extract.tree ?? []) {
        if (want.implicit === true) continue;
        const name = bytesOf(want.path).replace(/^\.?\//, '');
        const entry = got.get(name);
        expect([name, entry?.entry.type]).toEqual([name, TYPES[want.type] ?? want.type]);
        if (want.type === 'file')
          expect([name, entry?.sha256, entry?.entry.size]).toEqual([name, want.sha256, want.size]);
        if (want.link !== undefined)
          expect(Buffer.from(entry?.entry.target ?? []).toString('latin1')).toBe(
            bytesOf(want.link),
          );
        if (row.verdict === 'ok') expect(entry?.digest).not.toBe('bad');
        files++;
      }
      expect(got.size).toBe((extract.tree ?? []).filter((want) => want.implicit !== true).length);
      compared++;
    });
  }
});

describeWithShared('readPayload on the Neuron packages', () => {
  it('finds every file of all 44 with its signed digest', async () => {
    const names = readdirSync(sharedPath('neuron', 'packages')).filter((name) =>
      name.endsWith('.rpm'),
    );
    for (const name of names) {
      const { files } = await unpack(sharedPath('neuron', 'packages', name));
      expect(
        files.filter(({ entry, digest }) => entry.type === 'file' && digest !== 'good'),
      ).toEqual([]);
    }
    expect(names).toHaveLength(44);
  });
});
