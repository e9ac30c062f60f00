// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { MirrorEditor } from '../fixtures/mirror-editor.js';
import {
  NEURON_FINGERPRINT,
  neuronInputs,
  publishNeuron,
  serveNeuron,
} from '../fixtures/neuron.js';
import { makeKey } from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runAction,
  type RunResult,
} from '../fixtures/run-bundle.js';
import {
  hello,
  helloFiles,
  type ListedPackage,
  signBoth,
  signHeader,
} from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';
import { describeWithShared } from '../fixtures/tools.js';
import { type LoggedRequest, startYumServer, type YumServer } from '../fixtures/yum-server.js';

const LIMIT = 240_000;
const classes = ({ report }: RunResult): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { class: name } of report.changes as { class: string }[])
    counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};
const changeOf = ({ report }: RunResult, tag: string): unknown =>
  report.changes.find((change: { tag: string }) => change.tag === tag);
const ofPackages = (requests: readonly LoggedRequest[]): LoggedRequest[] =>
  requests.filter(({ url }) => url.endsWith('.rpm'));
const ranges = (requests: readonly LoggedRequest[]): LoggedRequest[] =>
  ofPackages(requests).filter(({ range }) => range !== undefined);
const wholes = (requests: readonly LoggedRequest[]): LoggedRequest[] =>
  ofPackages(requests).filter(({ range }) => range === undefined);

afterAll(removeRunDirectories);

describeWithShared('the snapshot of 2025-07-06 on the state after 2025-02-05', () => {
  let start: string;
  let yum: YumServer;
  const publish = (path: string, kill?: { onLine: RegExp }): Promise<RunResult> =>
    runAction({
      inputs: { ...neuronInputs(yum, path), 'push-batch': '1' },
      timeout: LIMIT,
      ...(kill === undefined ? {} : { kill }),
    });

  beforeAll(async () => {
    start = (await publishNeuron(['2025-02-05'])).path;
    yum = await startYumServer();
    serveNeuron(yum, '2025-07-06');
  }, LIMIT);
  afterAll(() => yum.close());

  it(
    'publishes 4 and reports 37 re-signed with 37 small range requests, and none in a second run',
    async () => {
      const mirror = MirrorEditor.copy(start);
      yum.requests.length = 0;
      const first = await publish(mirror.path);
      expect({
        code: first.code,
        tags: JSON.parse(first.outputs['tags']!),
        classes: classes(first),
      }).toEqual({
        code: 0,
        tags: ['2.20.28.0', '2.20.74.0', '2.21.37.0', '2.22.2.0'],
        classes: { 're-signed': 37 },
      });
      expect(
        ranges(yum.requests).map(({ status, bytes }) => status === 206 && bytes < 60_000),
      ).toEqual(Array.from({ length: 37 }, () => true));
      expect(ranges(yum.requests).every(({ range }) => /^bytes=0-\d+$/.test(range!))).toBe(true);
      expect(
        wholes(yum.requests)
          .map(({ url }) => /-(2\.2\d\.\d+\.0)\.noarch/.exec(url)?.[1])
          .sort(),
      ).toEqual(['2.20.28.0', '2.20.74.0', '2.21.37.0', '2.22.2.0']);

      const tip = mirror.git(['rev-parse', 'main']);
      yum.requests.length = 0;
      const second = await publish(mirror.path);
      expect({
        code: second.code,
        classes: classes(second),
        requests: ofPackages(yum.requests).length,
        tip: mirror.git(['rev-parse', 'main']),
      }).toEqual({ code: 0, classes: { 're-signed': 37, unchanged: 4 }, requests: 0, tip });
    },
    LIMIT,
  );

  it(
    'forgets nothing when the run is killed after its first push',
    async () => {
      const mirror = MirrorEditor.copy(start);
      // The second push waits until the run is dead, and is refused then; later ones go through.
      mirror.write(
        'hooks/pre-receive',
        '#!/bin/sh\ngit rev-parse -q --verify refs/tags/2.20.28.0 && ! [ -e killed ] || exit 0\nfor i in $(seq 600); do [ -e killed ] && exit 1; sleep 0.1; done\nexit 1\n',
      );
      yum.requests.length = 0;
      const killed = await publish(mirror.path, { onLine: /\[3 of 4\].*verified/ });
      mirror.write('killed', '');
      expect({
        signal: killed.signal,
        tags: mirror.git(['tag', '--list', '2.2[0-9].*']).split('\n'),
      }).toEqual({ signal: 'SIGKILL', tags: ['2.20.28.0'] });
      expect(ranges(yum.requests)).toHaveLength(37);
      yum.requests.length = 0;
      const next = await publish(mirror.path);
      // The push that outlived the run may or may not have reached the remote: what it brought is there, the rest follows.
      const added = (JSON.parse(next.outputs['tags']!) as string[]).length;
      expect(added).toBeLessThanOrEqual(3);
      expect({
        code: next.code,
        classes: classes(next),
        ranges: ranges(yum.requests).length,
      }).toEqual({ code: 0, classes: { 're-signed': 37, unchanged: 4 - added }, ranges: 0 });
      expect(mirror.git(['tag', '--list', '2.2[0-9].*']).split('\n')).toEqual([
        '2.20.28.0',
        '2.20.74.0',
        '2.21.37.0',
        '2.22.2.0',
      ]);
    },
    LIMIT,
  );

  it(
    'classifies in check, too, without a whole package and without writing',
    async () => {
      const mirror = MirrorEditor.copy(start);
      const refs = mirror.git(['for-each-ref']);
      yum.requests.length = 0;
      const checked = await runAction({
        inputs: {
          ...neuronInputs(yum, mirror.path),
          mode: 'check',
          'gpg-fingerprints': NEURON_FINGERPRINT,
        },
        timeout: LIMIT,
      });
      // One for each release that moved, and one for each that is new.
      expect({
        code: checked.code,
        classes: classes(checked),
        wholes: wholes(yum.requests).length,
        ranges: ranges(yum.requests).length,
        refs: mirror.git(['for-each-ref']),
      }).toEqual({ code: 0, classes: { 're-signed': 37 }, wholes: 0, ranges: 41, refs });
    },
    LIMIT,
  );
});

describe('T30: the same NEVRA with other bytes', () => {
  const [ONE, TWO] = [hello('1.0'), hello('2.0')];
  /** As ONE, with one byte of one file changed, signed again. */
  const changedOne = (): ListedPackage =>
    hello('1.0', {
      files: helloFiles('1.0').map((file) =>
        file.path.endsWith('.c')
          ? { ...file, content: String(file.content).replace('version', 'verzion') }
          : file,
      ),
    });
  const resigned = (
    listed: ListedPackage,
    version: string,
    sign = signHeader(),
  ): ListedPackage => ({ ...hello(version, { sign }), version: listed.version });
  const state = ({ git }: Stage): string => git.git('for-each-ref');
  const recordOf = ({ git }: Stage, tag: string): Record<string, string> =>
    git
      .git('show', 'main:archive/releases.json')
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
      .find((record) => record['tag'] === tag)!;

  it('with changed content ends the run before anything moves, and shows which files differ', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      await stage.publish();
      const before = state(stage);
      stage.offer([changedOne(), TWO], '1700000001');
      const result = await stage.publish();
      expect({ code: result.code, refs: state(stage), tags: result.outputs['tags'] }).toEqual({
        code: 1,
        refs: before,
        tags: '[]',
      });
      expect(result.report.errors).toMatchObject([
        { code: 'CONTENT_CHANGED', message: expect.stringContaining('usr/src/hello-1.0/hello.c') },
      ]);
      expect(changeOf(result, '1.0')).toEqual({
        nevra: 'hello-1.0-1.noarch',
        tag: '1.0',
        class: 'content-changed',
        files: ['usr/src/hello-1.0/hello.c'],
      });
      expect(result.stdout).toMatch(/^::error title=CONTENT_CHANGED::/m);
      expect(wholes(stage.yum.requests)).toEqual([]);
    });
  });

  it('is recorded once it is acknowledged: the run goes on, the tag stays, and the next run asks nothing', async () => {
    await onStage({ packages: [ONE], inputs: { 'on-content-change': 'warn' } }, async (stage) => {
      await stage.publish();
      const tag = stage.git.git('rev-parse', '1.0');
      const archived = stage.git.git('rev-parse', 'main:archive/rpm/hello-1.0-1.noarch.rpm');
      stage.offer([changedOne(), TWO], '1700000001');
      const result = await stage.publish();
      expect({
        code: result.code,
        tags: stage.tags(),
        tag: stage.git.git('rev-parse', '1.0'),
        archived: stage.git.git('rev-parse', 'main:archive/rpm/hello-1.0-1.noarch.rpm'),
      }).toEqual({ code: 0, tags: ['1.0', '2.0'], tag, archived });
      expect(recordOf(stage, '1.0')).toMatchObject({ class: 'content-changed' });
      expect(result.report.warnings.join('\n')).toContain('hello-1.0-1.noarch');
      const tip = state(stage);
      const next = await stage.publish();
      expect({
        code: next.code,
        refs: state(stage),
        requests: ofPackages(stage.yum.requests).length,
      }).toEqual({ code: 0, refs: tip, requests: 0 });
      expect(changeOf(next, '1.0')).toMatchObject({ class: 'content-changed' });
      // What was acknowledged stays so; another change is another matter.
      const strict = await stage.publish({ 'on-content-change': 'fail' });
      expect({
        code: strict.code,
        change: changeOf(strict, '1.0'),
        requests: ofPackages(stage.yum.requests).length,
      }).toMatchObject({ code: 0, change: { class: 'content-changed' }, requests: 0 });
      stage.offer(
        [
          hello('1.0', {
            files: [...helloFiles('1.0'), { path: '/usr/src/hello-1.0/new.c', content: '' }],
          }),
          TWO,
        ],
        '1700000002',
      );
      const other = await stage.publish({ 'on-content-change': 'fail' });
      expect({ code: other.code, error: other.report.errors[0]?.code, refs: state(stage) }).toEqual(
        { code: 1, error: 'CONTENT_CHANGED', refs: tip },
      );
    });
  });

  it('is re-signed when only signatures differ; what a stranger signed is not, and is content-changed when it is', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      await stage.publish();
      stage.offer([resigned(ONE, '1.0')], '1700000001');
      const result = await stage.publish();
      expect({
        code: result.code,
        change: changeOf(result, '1.0'),
        ranges: ranges(stage.yum.requests).length,
        wholes: wholes(stage.yum.requests).length,
      }).toEqual({
        code: 0,
        change: { nevra: 'hello-1.0-1.noarch', tag: '1.0', class: 're-signed' },
        ranges: 1,
        wholes: 0,
      });
      expect(recordOf(stage, '1.0')).toMatchObject({ class: 're-signed' });
      const stranger = signBoth(makeKey('EdDSA'));
      stage.offer([resigned(ONE, '1.0', stranger)], '1700000002');
      const unknown = await stage.publish();
      expect({
        code: unknown.code,
        warnings: unknown.report.warnings,
        change: changeOf(unknown, '1.0'),
      }).toMatchObject({
        code: 0,
        warnings: [expect.stringMatching(/could not be classified.*UNKNOWN_KEY/)],
        change: { class: 're-signed' },
      });
      const refs = state(stage);
      stage.offer(
        [hello('1.0', { files: helloFiles('1.0').slice(0, 3), sign: stranger })],
        '1700000003',
      );
      const replaced = await stage.publish();
      expect({
        code: replaced.code,
        change: changeOf(replaced, '1.0'),
        refs: state(stage),
      }).toMatchObject({
        code: 1,
        change: { class: 'content-changed', files: ['usr/src/hello-1.0/only-1.0'] },
        refs,
      });
    });
  });

  it('needs the whole package where nothing was archived to compare with, which check does not download', async () => {
    await onStage({ packages: [ONE], inputs: { 'archive-packages': 'none' } }, async (stage) => {
      await stage.publish();
      stage.offer([resigned(ONE, '1.0')], '1700000001');
      const checked = await stage.publish({ mode: 'check' });
      expect({
        code: checked.code,
        wholes: wholes(stage.yum.requests).length,
        warnings: checked.report.warnings,
      }).toEqual({
        code: 0,
        wholes: 0,
        warnings: [expect.stringContaining('could not be classified')],
      });
      const result = await stage.publish();
      expect({
        code: result.code,
        change: changeOf(result, '1.0'),
        wholes: wholes(stage.yum.requests).length,
      }).toMatchObject({ code: 0, change: { class: 're-signed' }, wholes: 1 });
      await stage.publish();
      expect(ofPackages(stage.yum.requests)).toEqual([]);
    });
  });

  it('keeps its record while the network fails, and is tried again', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      await stage.publish();
      stage.offer([resigned(ONE, '1.0'), TWO], '1700000001');
      stage.yum.setMisbehave(({ url }) =>
        url.includes('hello-1.0') ? { status: 404 } : undefined,
      );
      const failed = await stage.publish();
      expect({
        code: failed.code,
        tags: stage.tags(),
        warnings: failed.report.warnings,
      }).toMatchObject({
        code: 0,
        tags: ['1.0', '2.0'],
        warnings: [expect.stringContaining('could not be classified')],
      });
      expect(recordOf(stage, '1.0')).toMatchObject({
        class: 'unchanged',
        indexSha256: recordOf(stage, '1.0')['sha256'],
      });
      stage.yum.setMisbehave(undefined);
      const next = await stage.publish();
      expect({
        code: next.code,
        change: changeOf(next, '1.0'),
        ranges: ranges(stage.yum.requests).length,
      }).toMatchObject({ code: 0, change: { class: 're-signed' }, ranges: 1 });
      expect(recordOf(stage, '1.0')).toMatchObject({ class: 're-signed' });
    });
  });

  it('takes a server that answers a range request with everything', async () => {
    await onStage({ packages: [ONE] }, async (stage) => {
      await stage.publish();
      stage.offer([resigned(ONE, '1.0')], '1700000001');
      stage.yum.setMisbehave(({ url }) =>
        url.endsWith('.rpm') ? { ignoreRange: true } : undefined,
      );
      expect(changeOf(await stage.publish(), '1.0')).toMatchObject({ class: 're-signed' });
    });
  });
});

describe('a release that the index no longer lists', () => {
  it('is withdrawn: a warning, exit 0, and the tag stays; when it comes back it is unchanged', async () => {
    const [one, two] = [hello('1.0'), hello('2.0')];
    await onStage({ packages: [one, two] }, async (stage) => {
      await stage.publish();
      stage.offer([two], '1700000001');
      const gone = await stage.publish();
      expect({
        code: gone.code,
        change: changeOf(gone, '1.0'),
        tags: stage.tags(),
        warnings: gone.report.warnings,
      }).toMatchObject({
        code: 0,
        change: { class: 'withdrawn' },
        tags: ['1.0', '2.0'],
        warnings: [expect.stringContaining('hello-1.0-1.noarch')],
      });
      const again = await stage.publish();
      expect({ code: again.code, change: changeOf(again, '1.0') }).toMatchObject({
        code: 0,
        change: { class: 'withdrawn' },
      });
      stage.offer([one, two], '1700000002');
      const back = await stage.publish();
      expect({
        code: back.code,
        change: changeOf(back, '1.0'),
        requests: ofPackages(stage.yum.requests).length,
      }).toMatchObject({ code: 0, change: { class: 'unchanged' }, requests: 0 });
    });
  });

  it.each([
    ['versions', '> 1.0'],
    ['skip', '1.0'],
  ])('is not called so where %s leaves it out', async (input, value) => {
    const [one, two] = [hello('1.0'), hello('2.0')];
    await onStage({ packages: [one, two] }, async (stage) => {
      await stage.publish();
      stage.offer([two], '1700000001');
      const result = await stage.publish({ [input]: value });
      expect({
        code: result.code,
        change: changeOf(result, '1.0'),
        warnings: result.report.warnings,
      }).toEqual({ code: 0, change: undefined, warnings: [] });
      expect(readFileSync(`${stage.git.repoDir}/HEAD`, 'utf8')).toContain('main');
      expect(stage.git.git('show', 'main:archive/releases.json')).toContain('"tag":"1.0"');
    });
  });
});

describe('T1, T2: an index that is frozen or goes back', () => {
  it('is refused when its revision is lower than the recorded one, unless that is allowed', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      stage.offer([hello('1.0')], '1700000010');
      await stage.publish();
      const refs = stage.git.git('for-each-ref');
      stage.offer([hello('1.0'), hello('2.0')], '1700000009');
      const refused = await stage.publish();
      expect({
        code: refused.code,
        errors: refused.report.errors.map(({ code }: { code: string }) => code),
        refs: stage.git.git('for-each-ref'),
      }).toEqual({ code: 1, errors: ['ROLLBACK'], refs });
      const allowed = await stage.publish({ 'allow-rollback': 'true' });
      expect({ code: allowed.code, tags: stage.tags() }).toEqual({ code: 0, tags: ['1.0', '2.0'] });
    });
  });

  it('has its age in the report, and a warning past max-index-age', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const { report } = await stage.publish();
      expect(report.repository).toMatchObject({ revision: '1700000000', signed: false });
      expect(report.repository.ageDays).toBeGreaterThan(300);
      expect(report.warnings).toEqual([]);
      const old = await stage.publish({ 'max-index-age': '30' });
      expect({ code: old.code, warnings: old.report.warnings }).toEqual({
        code: 0,
        warnings: [expect.stringContaining('max-index-age 30')],
      });
      // Ten minutes are left to the run.
      for (const [seconds, warnings] of [
        [31 * 86_400 - 600, []],
        [31 * 86_400, [expect.stringContaining('the index is 31 days old')]],
      ] as const) {
        stage.offer([hello('1.0')], String(Math.floor(Date.now() / 1000) - seconds));
        const run = await stage.publish({ 'max-index-age': '30', 'allow-rollback': 'true' });
        expect([seconds, run.code, run.report.warnings]).toEqual([seconds, 0, warnings]);
      }
    });
  });
});

describe('SOURCE_DATE_EPOCH', () => {
  it('gives the same commit and tag ids twice, from the same inputs and an empty start', async () => {
    const packages = [hello('1.0'), hello('2.0')];
    await onStage({ packages }, async (one) => {
      const env = { SOURCE_DATE_EPOCH: '1750000000' };
      await one.publish({}, { env });
      const refs = one.git.git('for-each-ref');
      const other = makeRunDirectory();
      one.git.git('init', '--quiet', '--bare', '--initial-branch=main', `${other}/again.git`);
      const again = await one.publish({ repository: `${other}/again.git` }, { env });
      expect({
        code: again.code,
        refs: one.git.git('--git-dir', `${other}/again.git`, 'for-each-ref'),
      }).toEqual({ code: 0, refs });
      expect(
        one.git
          .git('log', '--format=%ct', 'main')
          .split('\n')
          .every((time) => time === '1750000000'),
      ).toBe(true);
    });
  });
});
