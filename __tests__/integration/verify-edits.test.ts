// SPDX-License-Identifier: MIT
import { writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type MemoryMirror, verdictOn } from '../fixtures/memory-mirror.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { foundIn, mirrorOfAll, ROWS } from '../fixtures/verify-rows/mirrors.js';

const out: Record<string, unknown> = {};

describe('verify, in this process, finds', () => {
  let mirror: MemoryMirror;
  beforeAll(async () => {
    mirror = await mirrorOfAll();
  });
  afterAll(removeRunDirectories);

  it.each(ROWS.map((row) => [row[0], row] as const))('%s', async (name, row) => {
    out[name] = await foundIn(mirror, row);
    if (process.env['OUT'] !== undefined) writeFileSync(process.env['OUT'], JSON.stringify(out));
    expect(out[name]).toEqual(row[1]);
  });

  it('a list that is none, and says that nothing of the next release was compared with it', async () => {
    const text = 'what a release changed in the list, where that of its parent is a finding';
    const other = mirror.copy();
    other.retag('1.0', { files: { 'archive/releases.json': { content: '{' } } });
    const head = (own: string): string =>
      own.replace(/^parent .*/m, `parent ${other.id('1.0^{commit}')}`);
    other.retag('2.0', { head });
    expect((await verdictOn(other)).report.residue).toContain(text);
    expect((await verdictOn(mirror)).report.residue).not.toContain(text);
  });

  it('a source folder that cannot be read once, and says that the Files block of the next release proves nothing', async () => {
    const text = 'the Files block of commits whose parent has a finding, and cannot be read';
    const other = mirror.copy();
    other.retag('1.0', { files: { 'src/d/x': { content: 'd' } } });
    const head = (own: string): string =>
      own.replace(/^parent .*/m, `parent ${other.id('1.0^{commit}')}`);
    other.retag('2.0', { head });
    other.spoiled.set(other.id('1.0:src'), 'missing');
    const { report, found } = await verdictOn(other);
    expect(found).toEqual(['content 1.0 src/']);
    expect(report.residue).toContain(text);
  });

  it('folders that differ in what is accepted, and says that the Files block beside them proves nothing', async () => {
    const text = "the Files block of commits whose folders are not the package's";
    const other = mirror.copy();
    other.retag('2.0', { files: { 'src/install.sh': { mode: '100644' } } });
    const { report } = await verdictOn(other, { args: ['--accept-findings', 'mode'] });
    expect(report.residue).toContain(text);
    expect((await verdictOn(mirror)).report.residue).not.toContain(text);
  });
});
