// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { nativeSourceTrees } from '../fixtures/native-tree.js';
import { makeRunDirectory, removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { openStage, type Stage, TOKEN } from '../fixtures/stage.js';
import { describeWithShared, requireTool, sharedPath } from '../fixtures/tools.js';

const FINGERPRINT = '00FA2C1079260870A76D2C285749CAD8646D9185';
const KEY = 'GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB';
/** Each date with the release notes of its time, the number of new releases and of those that were there before. */
const SNAPSHOTS = [
  ['2025-02-05', '2025-02-05', 37, 0],
  ['2025-07-06', '2025-07-06', 4, 37],
  ['2025-08-03', '2025-08-03', 1, 41],
  ['2025-12-21', '2025-12-21', 2, 42],
  ['2026-01-18', '2025-12-21', 0, 44],
] as const;
const LIMIT = 240_000;
const METADATA = `
Metadata
--------
Package: aws-neuronx-dkms
Version: 2.25.4.0
License: GPL-2.0
Summary: aws-neuronx 2.25.4.0 dkms package
Description: Kernel modules for aws-neuronx 2.25.4.0 in a DKMS wrapper.
Filename: aws-neuronx-dkms-2.25.4.0.noarch.rpm
Checksum: 3288d69b1f281ec6b638ac9da80d327494ae769cfda33ad1086801cce78b4344
Buildhost: 091b4239036f
Buildtime: 2025-11-18 00:57:58 +0000 UTC
GPG key primary uid: Amazon AWS Neuron <neuron-maintainers@amazon.com>
GPG key creation time: 2019-11-11 17:29:27 +0000 UTC
GPG key fingerprint: ${FINGERPRINT}
GPG check: OK
SHA256 check: OK
File digests check: OK (97 files)
--------


Files
-----
`;
const TRAILERS = `
Signing-Key: ${FINGERPRINT}
Signature-Date: 2025-12-20T00:46:57Z
Repomd-Revision: 1766192765
`;

describeWithShared(
  'the five snapshots of the real repository, published in order over smart HTTP',
  () => {
    let stage: Stage;
    const tempDir = makeRunDirectory();
    const runs: RunResult[] = [];
    const git = (...args: string[]): string => stage.git.git(...args);

    const serve = (date: string, notes: string): void => {
      stage.yum.setRoots(
        sharedPath('neuron/index', date),
        sharedPath('neuron/packages'),
        sharedPath('neuron'),
      );
      stage.yum.setFiles({
        'notes.rst': readFileSync(sharedPath('neuron/release-notes', `${notes}.rst`)),
      });
    };
    const publish = (): Promise<RunResult> =>
      stage.publish(
        {
          packages: 'aws-neuron-dkms, aws-neuronx-dkms',
          gpgkey: `${stage.yum.url}/${KEY}`,
          'gpg-fingerprints': FINGERPRINT,
          title: 'Neuron Driver',
          'release-notes': `${stage.yum.url}/notes.rst`,
          'push-batch': '10',
        },
        // Nothing may come out of the tool cache of an earlier run.
        { timeout: LIMIT, tempDir, env: { RUNNER_TOOL_CACHE: makeRunDirectory() } },
      );
    const paths = (): string[] =>
      stage.yum.requests.map(({ url }) => url.slice(1).replace(/[0-9a-f]{64}-/, ''));
    const classes = ({ report }: RunResult): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { class: name } of report.changes as { class: string }[])
        counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    };

    beforeAll(async () => {
      stage = await openStage();
    });
    afterAll(async () => {
      await stage.close();
      removeRunDirectories();
    });

    it.each(SNAPSHOTS)(
      '%s (notes of %s) brings %i new tags beside %i',
      async (date, notes, fresh, before) => {
        serve(date, notes);
        const tip = git('for-each-ref', '--format=%(objectname)', 'refs/heads/main');
        const result = await publish();
        runs.push(result);
        expect({
          code: result.code,
          errors: result.report?.errors,
          log: result.code === 0 ? '' : result.stdout,
        }).toEqual({ code: 0, errors: [], log: '' });
        expect(stage.tags()).toHaveLength(before + fresh);
        expect(result.outputs['has-new']).toBe(String(fresh > 0));
        expect(JSON.parse(result.outputs['new-versions']!)).toHaveLength(fresh);
        expect(JSON.parse(result.outputs['published-versions']!)).toHaveLength(fresh);
        expect(JSON.parse(result.outputs['tags']!)).toHaveLength(fresh);
        expect(result.outputs['latest-version']).toBe(stage.tags().at(-1));
        expect(result.outputs['commit']).toBe(git('rev-parse', 'main'));
        expect(git('rev-parse', 'main')).not.toBe(tip);

        const packages = stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'));
        expect(packages.filter(({ range }) => range === undefined)).toHaveLength(fresh);
        expect(
          packages.filter(
            ({ range, status, bytes }) => range !== undefined && status === 206 && bytes < 100_000,
          ),
        ).toHaveLength(before);
        expect(classes(result)).toEqual(before === 0 ? {} : { 're-signed': before });
      },
      LIMIT,
    );

    it('has all 44 releases as annotated tags on one linear branch, and nothing that git finds fault with', () => {
      expect(git('for-each-ref', '--format=%(objecttype)', 'refs/tags').split('\n')).toEqual(
        Array.from({ length: 44 }, () => 'tag'),
      );
      expect(git('rev-list', '--merges', 'main')).toBe('');
      expect(git('tag', '--list', '--merged', 'main').split('\n')).toHaveLength(44);
      expect(git('fsck', '--strict', '--full', '--no-dangling', '--no-progress')).toBe('');
      expect(git('log', '--format=%s', '-1', '2.25.4.0')).toBe('feat: Neuron Driver 2.25.4.0');
      expect(git('rev-list', '--count', 'main')).not.toBe('44');
    });

    it('writes the archive commits first, each only when something changed', () => {
      const subjects = stage.subjects();
      expect(subjects.slice(0, 4)).toEqual([
        'feat: Update archive - repo files',
        'feat: Update archive - release notes',
        'feat: Update archive - GPG Public Key',
        'feat: Neuron Driver 1.1',
      ]);
      expect(subjects.at(-1)).toBe('feat: Update archive - repo files');
      const count = (subject: string): number => subjects.filter((line) => line === subject).length;
      expect(count('feat: Update archive - repo files')).toBe(5);
      expect(count('feat: Update archive - GPG Public Key')).toBe(1);
      expect(count('feat: Update archive - release notes')).toBe(4);
    });

    it('gives every release a message whose trailers and tree are those of releases.json', () => {
      const records = git('show', 'main:archive/releases.json')
        .split('\n')
        .flatMap((line) => /\{"tag".*\}/.exec(line) ?? [])
        .map((line) => JSON.parse(line) as Record<string, string>);
      expect(records.map(({ tag }) => tag)).toHaveLength(44);
      for (const record of records) {
        const trailers = git('log', '-1', '--format=%(trailers:only,unfold)', record['tag']!);
        expect(trailers).toContain(`Rpm-Nevra: ${record['nevra']!}`);
        expect(trailers).toContain(`Rpm-Sha256: ${record['sha256']!}`);
        expect(trailers).toContain(`Source-Tree: ${record['sourceTree']!}`);
        expect(git('rev-parse', `${record['tag']!}:src`)).toBe(record['sourceTree']);
      }
    });

    it(
      'keeps every package and its checksum, byte for byte',
      () => {
        const listed = git('ls-tree', '--name-only', 'main:archive/rpm').split('\n');
        const files = readdirSync(sharedPath('neuron/packages'));
        expect(listed).toEqual(files.flatMap((file) => [file, `${file}.sha256`]).sort());
        const ids = git('ls-tree', '-r', 'main:archive/rpm')
          .split('\n')
          .filter((line) => line.endsWith('.rpm'))
          .map((line) => line.split(/\s/)[2]);
        expect(ids).toEqual(
          files.sort().map((file) => git('hash-object', join(sharedPath('neuron/packages'), file))),
        );
      },
      LIMIT,
    );

    it(
      'gives each tag the source tree that native git makes of what rpm2cpio and cpio unpack',
      () => {
        const tools = ['rpm2cpio', 'cpio'].map(requireTool);
        const files = readdirSync(sharedPath('neuron/packages'));
        if (tools.includes(undefined)) return;
        const native = nativeSourceTrees(files.map((file) => sharedPath('neuron/packages', file)));
        const ours = stage.tags().map((tag) => git('rev-parse', `${tag}:src`));
        expect(ours.sort()).toEqual(native.sort());
      },
      LIMIT,
    );

    it('keeps the executable bits', () => {
      const modes = (tag: string): string[] =>
        git('ls-tree', '-r', `${tag}:src`)
          .split('\n')
          .filter((line) => line.startsWith('100755'))
          .map((line) => line.split('\t')[1]!);
      const expected = (packaging: string): string[] => [
        ...['postinst', 'prerm', 'rules'].map((name) => `${packaging}/debian/${name}`),
        'postinstall',
        'postremove',
        'preinstall',
      ];
      expect(modes('1.1')).toEqual(expected('aws-neuron-dkms-mkdeb'));
      expect(modes('2.25.4.0')).toEqual(expected('aws-neuronx-dkms-mkdeb'));
    });

    it('describes 2.25.4.0 as the interface does', () => {
      const message = git('log', '-1', '--format=%B', '2.25.4.0');
      expect(message).toContain(METADATA);
      expect(message).toContain(TRAILERS);
      expect(message).toContain('\n- ?: archive/rpm/aws-neuronx-dkms-2.25.4.0.noarch.rpm\n');
      expect(message).toContain('\n- M: src/dkms.conf\n');
      const tag = git('for-each-ref', '--format=%(contents)', 'refs/tags/2.25.4.0').trim();
      expect(tag.split('\n').slice(0, 3)).toEqual([
        'feat: Neuron Driver 2.25.4.0',
        '',
        'Rpm-Nevra: aws-neuronx-dkms-2.25.4.0-dkms.noarch',
      ]);
      expect(message.trim().endsWith(tag.split('\n\n')[1]!)).toBe(true);
    });

    it('carries the release notes of its time', () => {
      const noted = stage
        .tags()
        .filter((tag) =>
          git('log', '-1', '--format=%B', tag).includes('\nRelease Notes\n-------------\n'),
        );
      const page = readFileSync(sharedPath('neuron/release-notes/2025-12-21.rst'), 'utf8');
      const named = [...page.matchAll(/^Neuron Driver release \[([^\]]+)\]/gm)].map(
        ([, version]) => (version === '2.1' ? '2.1.5.0' : version!),
      );
      expect(noted).toEqual(stage.tags().filter((tag) => named.includes(tag)));
      expect(noted.length).toBeGreaterThan(25);
      const text = 'New in this release\n^^^^^^^^^^^^^^^^^^^\n* Added Trainium2 support\n';
      expect(git('log', '-1', '--format=%B', '2.19.64.0')).toContain(text);
    });

    it('changes only index files and classes in the last run, and downloads no whole package', () => {
      const changed = git('diff', '--name-only', 'main~1', 'main').split('\n');
      expect(changed).toEqual(
        [
          'filelists.xml.gz',
          'filelists.xml.gz.sha256',
          'other.xml.gz',
          'other.xml.gz.sha256',
          'primary.xml.gz',
          'primary.xml.gz.sha256',
          'releases.json',
          'repomd.xml',
          'repomd.xml.sha256',
        ].map((name) => `archive/${name}`),
      );
    });

    it(
      'costs next to nothing when nothing is new: no commit, five small requests, one ls-remote and two fetches',
      async () => {
        const before = git('for-each-ref');
        const result = await publish();
        expect({
          code: result.code,
          hasNew: result.outputs['has-new'],
          refs: git('for-each-ref'),
        }).toEqual({ code: 0, hasNew: 'false', refs: before });
        expect(result.outputs).toMatchObject({
          'new-versions': '[]',
          'published-versions': '[]',
          tags: '[]',
          'latest-version': '2.25.4.0',
          commit: git('rev-parse', 'main'),
        });
        expect(paths().sort()).toEqual(
          [
            KEY,
            'notes.rst',
            'repodata/primary.xml.gz',
            'repodata/repomd.xml',
            'repodata/repomd.xml.asc',
          ].sort(),
        );
        expect(stage.yum.requests.find(({ url }) => url === '/notes.rst')?.status).toBe(304);
        expect(classes(result)).toEqual({ 're-signed': 44 });

        const commands = stage.git.requests.filter(({ method }) => method === 'GET');
        expect(
          commands.every(({ url }) => url.endsWith('/info/refs?service=git-upload-pack')),
        ).toBe(true);
        expect(commands).toHaveLength(3);
        expect(stage.git.requests.every(({ service }) => service === 'git-upload-pack')).toBe(true);
        // The archive has some 15 MB.
        expect(stage.git.requests.reduce((sum, { sent }) => sum + sent, 0)).toBeLessThan(120_000);
      },
      LIMIT,
    );

    it('lets no token into any log, report or summary', () => {
      const basic = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
      for (const { stdout, stderr, summary, report } of runs) {
        const text = [stdout, stderr, summary, JSON.stringify(report)]
          .join('\n')
          .split('\n')
          .filter((line) => !line.startsWith('::add-mask::'))
          .join('\n');
        expect(text).not.toContain(TOKEN);
        expect(text).not.toContain(basic);
      }
    });
  },
);
