// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

/** When the package of a tag was signed, as the mirror records it. */
function signedAt({ git }: Stage, tag: string): string {
  const lines = git
    .git('show', 'main:archive/releases.json')
    .split('\n')
    .map((line) => JSON.parse(line) as { tag: string; signedAt: string });
  return lines.find((line) => line.tag === tag)!.signedAt;
}

const daysSince = (date: string): number =>
  Math.floor((Date.now() - Date.parse(date)) / 86_400_000);

describe('the newest tag', () => {
  afterAll(removeRunDirectories);

  it("is in report and summary with the date of its package's signature: after a publication, an idle run, check and verify", async () => {
    await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
      const first = await stage.publish();
      const date = signedAt(stage, '2.0');
      const newest = { tag: '2.0', version: '2.0', date, ageDays: daysSince(date) };
      const results = [
        first,
        await stage.publish(),
        await stage.publish({ mode: 'check' }),
        await stage.publish({ mode: 'verify' }),
      ];
      for (const { code, report, summary } of results) {
        expect({ code, newest: report.newest }).toEqual({ code: 0, newest });
        expect(summary).toContain(
          `Newest tag: 2.0, ${newest.ageDays} days old &#40;${date.slice(0, 10)}&#41;.`,
        );
      }
    });
  });

  it('is the greatest version, whatever came last', async () => {
    await onStage({ packages: [hello('3.0')] }, async (stage) => {
      await stage.publish();
      stage.offer([hello('1.0'), hello('3.0')], '1700000001');
      const { report, outputs } = await stage.publish();
      expect([outputs['tags'], report.newest.tag]).toEqual(['["1.0"]', '3.0']);
    });
  });

  it('is none in an empty mirror, and not what a dry run would have tagged', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const { report, summary } = await stage.publish({ 'dry-run': 'true' });
      expect(report.newest).toBeNull();
      expect(summary).not.toContain('Newest tag');
    });
  });

  it('without a record is dated by its commit, when that is the end of the branch, else not at all; nothing more is asked', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      await stage.publish();
      const git = (...args: string[]): string =>
        stage.git.git('-c', 'user.name=m', '-c', 'user.email=m@example', ...args);
      // As the predecessor left it: no releases.json, a lightweight tag.
      git('read-tree', 'main');
      git(
        '--git-dir=.',
        '--work-tree=.',
        'update-index',
        '--force-remove',
        'archive/releases.json',
      );
      const tree = git('write-tree');
      const release = git('commit-tree', tree, '-m', git('log', '-1', '--format=%B', '1.0'));
      const look = async (tip: string): Promise<unknown[]> => {
        git('update-ref', 'refs/tags/1.0', release);
        git('update-ref', 'refs/heads/main', tip);
        const { report, summary } = await stage.publish({ mode: 'check' });
        return [
          report.newest,
          /Newest tag: .*/.exec(summary)?.[0],
          stage.yum.requests.length,
          stage.git.requests.length,
        ];
      };
      const built = new Date(Number(git('log', '-1', '--format=%at', release)) * 1000)
        .toISOString()
        .replace('.000', '');
      const [atRelease, , ...requests] = await look(release);
      expect(atRelease).toEqual({ tag: '1.0', version: '1.0', date: built, ageDays: 0 });
      const later = await look(git('commit-tree', tree, '-p', release, '-m', 'an archive commit'));
      expect(later).toEqual([
        { tag: '1.0', version: '1.0', date: null, ageDays: null },
        'Newest tag: 1.0, of unknown age.',
        ...requests,
      ]);
    });
  });
});
