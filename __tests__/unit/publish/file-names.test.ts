// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import type { TreeFile } from '../../../src/git/objects/folders.js';
import { hashObject } from '../../../src/git/objects/objects.js';
import type { PlannedRelease } from '../../../src/mirror/plan.js';
import type { ReleaseRecord } from '../../../src/mirror/records/releases.js';
import { FileNames } from '../../../src/publish/file-names.js';

const planned = (version: string, fileName: string, epoch: number | null = null): PlannedRelease =>
  ({
    nevra: {
      name: 'hello',
      epoch,
      version,
      release: '1',
      arch: 'noarch',
    },
    indexPackage: { fileName },
  }) as unknown as PlannedRelease;
const record = (nevra: string, file: string): ReleaseRecord =>
  ({ nevra, file }) as unknown as ReleaseRecord;
const archived = (names: Readonly<Record<string, string>>): Map<string, TreeFile> =>
  new Map(
    Object.entries(names).map(([name, content]) => [
      `rpm/${name}`,
      { mode: '100644', oid: hashObject('blob', Buffer.from(content)) },
    ]),
  );
const names = (held: Partial<ConstructorParameters<typeof FileNames>[0]> = {}): FileNames =>
  new FileNames({ records: [], bare: [], archive: new Map(), ...held });
const SUM = 'a'.repeat(64);

describe('FileNames', () => {
  it('gives the first release the name of its file, and all others their NEVRA', () => {
    const list = names();
    expect(
      ['1.0', '2.0', '3.0'].map((version) => list.claim(planned(version, 'hello.rpm'), SUM)),
    ).toEqual(['hello.rpm', 'hello-2.0-1.noarch.rpm', 'hello-3.0-1.noarch.rpm']);
  });

  it('compares without case, and writes an epoch as a file name can', () => {
    const list = names();
    list.claim(planned('1.0', 'Hello.RPM'), SUM);
    expect(list.claim(planned('2.0', 'hello.rpm', 3), SUM)).toMatch(/^hello-3%3A2\.0-1\.noarch/);
  });

  it('keeps what is recorded for its own release, and from others', () => {
    const list = names({ records: [record('hello-0:1.0-1.noarch', 'hello.rpm')] });
    expect(list.claim(planned('1.0', 'hello.rpm'), SUM)).toBe('hello.rpm');
    expect(list.claim(planned('2.0', 'hello.rpm'), SUM)).toBe('hello-2.0-1.noarch.rpm');
  });

  it('takes a name of which nothing is recorded only for the same package', () => {
    const archive = archived({ 'hello.rpm': 'x', 'hello.rpm.sha256': SUM });
    expect(names({ archive }).claim(planned('1.0', 'hello.rpm'), SUM)).toBe('hello.rpm');
    expect(names({ archive }).claim(planned('1.0', 'hello.rpm'), 'b'.repeat(64))).toBe(
      'hello-1.0-1.noarch.rpm',
    );
  });

  it('gives a name back, to whom it was', () => {
    const list = names();
    const one = planned('1.0', 'hello.rpm');
    list.claim(one, SUM);
    list.release(one);
    expect(list.claim(planned('2.0', 'hello.rpm'), SUM)).toBe('hello.rpm');
  });

  it('refuses a release both of whose names are other packages', () => {
    const list = names({
      records: [
        record('hello-0:1.0-1.noarch', 'hello.rpm'),
        record('hello-0:2.0-1.noarch', 'hello-3.0-1.noarch.rpm'),
      ],
    });
    expect(() => list.claim(planned('3.0', 'hello.rpm'), SUM)).toThrow(
      expect.objectContaining({ code: 'PRIMARY_INVALID' }),
    );
  });
});
