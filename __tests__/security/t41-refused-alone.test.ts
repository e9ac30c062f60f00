// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello, type ListedPackage, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import type { Behaviour } from '../fixtures/yum-server.js';

const [ONE, TWO, THREE, FOUR] = ['1.0', '2.0', '3.0', '4.0'].map((version) => hello(version)) as [
  ListedPackage,
  ListedPackage,
  ListedPackage,
  ListedPackage,
];

/** What is wrong with release 2.0: in the index, on the server, or in its bytes. */
interface Fault {
  readonly code: string;
  /** Changes the row of 2.0 in primary.xml. */
  readonly row?: (xml: string) => string;
  readonly package?: ListedPackage;
  readonly server?: Behaviour;
}

/** Refused for good: the release alone. */
const FINAL: readonly (readonly [string, Fault])[] = [
  [
    'a weak checksum',
    {
      code: 'WEAK_ALGORITHM',
      row: (xml) =>
        xml.replace(
          /type="sha256" pkgid="YES">([0-9a-f]{40})[0-9a-f]*/,
          'type="sha" pkgid="YES">$1',
        ),
    },
  ],
  [
    'no checksum',
    { code: 'PRIMARY_INVALID', row: (xml) => xml.replace(/<checksum.*?<\/checksum>/, '') },
  ],
  ['a bad href', { code: 'UNSAFE_PATH', row: (xml) => xml.replace('href="', 'href="../') }],
  ['no href', { code: 'PRIMARY_INVALID', row: (xml) => xml.replace(/<location[^>]*>/, '') }],
  ['no size', { code: 'PRIMARY_INVALID', row: (xml) => xml.replace(/<size[^>]*>/, '') }],
  [
    'an epoch that is none',
    { code: 'PRIMARY_INVALID', row: (xml) => xml.replace('epoch="0"', 'epoch="x"') },
  ],
  [
    'two checksums',
    {
      code: 'PRIMARY_INVALID',
      row: (xml) => xml + xml.replace(/YES">[0-9a-f]{8}/, 'YES">00000000'),
    },
  ],
  ['no signature', { code: 'NO_SIGNATURE', package: hello('2.0', { sign: () => [] }) }],
  [
    'another name in its header',
    { code: 'INDEX_MISMATCH', package: { ...hello('2.0', { name: 'other' }), name: 'hello' } },
  ],
  ['no file on the server', { code: 'HTTP_STATUS', server: { status: 404 } }],
  ['a file that is gone', { code: 'HTTP_STATUS', server: { status: 410 } }],
];

/** Says nothing of the release. */
const PASSING: readonly (readonly [string, Fault])[] = [
  [
    'other bytes',
    { code: 'DIGEST_MISMATCH', server: { body: (bytes) => Buffer.from(bytes).fill(0, 0, 96) } },
  ],
  ['a server that forbids', { code: 'HTTP_STATUS', server: { status: 403 } }],
];

const rows = ({ report }: RunResult): string[] =>
  report.releases.map(
    ({ version, status, error }: { version: string; status: string; error?: { code: string } }) =>
      `${version} ${status}${error === undefined ? '' : ` ${error.code}`}`,
  );

function offer({ yum }: Stage, fault: Fault, others = [ONE, THREE]): void {
  const two = fault.package ?? TWO;
  const spoil = fault.row ?? ((xml: string) => xml);
  const primary = (xml: string): string => {
    const spoilt = xml.replace(
      /<package type="rpm">(?:(?!<package )[^])*?ver="2\.0"[^]*?<\/package>/,
      spoil,
    );
    return spoilt.replace(/packages="\d+"/, `packages="${spoilt.split('<package ').length - 1}"`);
  };
  yum.setFiles(repositoryFiles([...others, two], { primary }));
  yum.setMisbehave(({ url }) => (url.includes('2.0') ? fault.server : undefined));
}

afterAll(removeRunDirectories);

describe('T41: one bad release', () => {
  describe.each(FINAL)('%s', (_, fault) => {
    let stopped: RunResult;
    let passed: RunResult;
    let tags: string[];
    let mended: RunResult;
    let after: { tags: string[]; files: string };
    let skipped: RunResult;

    beforeAll(async () => {
      await onStage({}, async (stage) => {
        offer(stage, fault);
        stopped = await stage.publish();
        tags = stage.tags();
        passed = await stage.publish({ 'on-refused': 'continue' });
        tags.push('|', ...stage.tags());
        offer(stage, { code: '' });
        mended = await stage.publish();
        after = {
          tags: stage.tags(),
          files: stage.git.git('ls-tree', '-r', '--name-only', 'main', 'src'),
        };
      });
      await onStage({}, async (stage) => {
        offer(stage, fault);
        skipped = await stage.publish({ skip: '2.0' });
      });
    });

    it('stops the run after the complete ones before it; on-refused: continue publishes around it, and exits 1', () => {
      expect([stopped.code, rows(stopped)]).toEqual([
        1,
        ['1.0 published', `2.0 failed ${fault.code}`, '3.0 skipped'],
      ]);
      expect([passed.code, rows(passed)]).toEqual([
        1,
        ['1.0 exists', `2.0 failed ${fault.code}`, '3.0 published'],
      ]);
      expect(tags).toEqual(['1.0', '|', '1.0', '3.0']);
    });

    it('comes as a backport once it is mended', () => {
      expect([mended.code, rows(mended)]).toEqual([
        0,
        ['1.0 exists', '2.0 published', '3.0 exists'],
      ]);
      expect(after.tags).toEqual(['1.0', '2.0', '3.0']);
      expect(after.files).toContain('src/only-3.0');
    });

    it('is passed by where skip names it', () => {
      expect([skipped.code, rows(skipped)]).toEqual([
        0,
        ['1.0 published', '2.0 skipped', '3.0 published'],
      ]);
    });
  });

  it.each(PASSING)(
    'on-refused: continue does not pass by what says nothing of the release: %s',
    async (_, fault) => {
      await onStage({}, async (stage) => {
        offer(stage, fault);
        const run = await stage.publish({ 'on-refused': 'continue' });
        expect([run.code, rows(run), stage.tags()]).toEqual([
          1,
          ['1.0 published', `2.0 failed ${fault.code}`, '3.0 skipped'],
          ['1.0'],
        ]);
      });
    },
  );

  it('refused releases do not count for max-releases', async () => {
    await onStage({}, async (stage) => {
      offer(stage, { code: '', package: hello('2.0', { sign: () => [] }) }, [ONE, THREE, FOUR]);
      const run = await stage.publish({ 'on-refused': 'continue', 'max-releases': '2' });
      expect([run.code, rows(run)]).toEqual([
        1,
        ['1.0 published', '2.0 failed NO_SIGNATURE', '3.0 published', '4.0 planned'],
      ]);
      expect(stage.tags()).toEqual(['1.0', '3.0']);
    });
  });

  it('files that are gone are named all at once, with the line to paste', async () => {
    await onStage({ packages: [ONE, TWO, THREE, FOUR] }, async (stage) => {
      stage.yum.setMisbehave(({ url }) =>
        /[134]\.0-1\.noarch/.test(url) ? { status: 404 } : undefined,
      );
      const run = await stage.publish({ skip: '0.9' });
      expect([run.code, rows(run)]).toEqual([
        1,
        [
          '1.0 failed HTTP_STATUS',
          '2.0 skipped',
          '3.0 failed HTTP_STATUS',
          '4.0 failed HTTP_STATUS',
        ],
      ]);
      const line = 'skip: 0.9, hello-1.0-1.noarch, hello-3.0-1.noarch, hello-4.0-1.noarch';
      expect(run.report.releases[0].error.remedy).toContain(line);
      const next = await stage.publish({ skip: line.slice(6) });
      expect([next.code, stage.tags()]).toEqual([0, ['2.0']]);
    });
  });
});
