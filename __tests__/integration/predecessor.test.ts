// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { execFileSync } from '../fixtures/commands.js';
import { gitEnvironment } from '../fixtures/git-server.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { openStage, type Stage } from '../fixtures/stage.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

const KEY = 'GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB';
const FINGERPRINT = '00FA2C1079260870A76D2C285749CAD8646D9185';
/** The three oldest releases by version and file. */
const OLDEST = [
  ['1.1', 'aws-neuron-dkms-1.1-2.0.noarch.rpm'],
  ['1.2', 'aws-neuron-dkms-1.2.3.0.noarch.rpm'],
  ['1.3.2.0', 'aws-neuron-dkms-1.3.2.0.noarch.rpm'],
] as const;
const FOREIGN = {
  'README.md': '# AWS Neuron Driver\n',
  '.github/workflows/x.yml': 'on: push\n',
  'src-notes/todo.txt': 'not ours\n',
};
const LIMIT = 240_000;

describeWithShared('a mirror that the predecessor began', () => {
  let stage: Stage;
  let before: ReadonlyMap<string, string>;
  let first: RunResult;
  const git = (...args: string[]): string => stage.git.git(...args);
  const refs = (): Map<string, string> =>
    new Map(
      git('for-each-ref', '--format=%(refname) %(objecttype) %(objectname)')
        .split('\n')
        .map((line) => [line.split(' ')[0]!, line]),
    );
  const serve = (date: string): void => {
    stage.yum.setRoots(
      sharedPath('neuron/index', date),
      sharedPath('neuron/packages'),
      sharedPath('neuron'),
    );
  };
  const publish = (): Promise<RunResult> =>
    stage.publish(
      {
        packages: 'aws-neuron-dkms aws-neuronx-dkms',
        gpgkey: `${stage.yum.url}/${KEY}`,
        'gpg-fingerprints': FINGERPRINT,
        title: 'Neuron Driver',
        'push-batch': '10',
      },
      { timeout: LIMIT },
    );

  beforeAll(async () => {
    stage = await openStage();
    await writePredecessor(stage);
    before = refs();
    serve('2025-02-05');
    first = await publish();
  }, LIMIT);
  afterAll(async () => {
    await stage.close();
    removeRunDirectories();
  });

  it('is continued: the run adds the releases that are missing, and only those', () => {
    expect({ code: first.code, errors: first.report.errors }).toEqual({ code: 0, errors: [] });
    expect(stage.tags()).toHaveLength(37);
    expect(JSON.parse(first.outputs['tags']!)).toHaveLength(34);
    expect(
      first.report.releases
        .filter(({ status }: { status: string }) => status === 'exists')
        .map(({ tag }: { tag: string }) => tag),
    ).toEqual(OLDEST.map(([tag]) => tag));
    expect(stage.yum.requests.filter(({ url }) => url.endsWith('.rpm'))).toHaveLength(34);
  });

  it('keeps its lightweight tags where they were', () => {
    const now = refs();
    for (const [tag] of OLDEST) {
      expect(now.get(`refs/tags/${tag}`)).toBe(before.get(`refs/tags/${tag}`));
      expect(now.get(`refs/tags/${tag}`)).toContain(' commit ');
    }
  });

  it('keeps its commits: the old tip is an ancestor, and the new history is linear', () => {
    const tip = before.get('refs/heads/main')!.split(' ')[2]!;
    expect(git('merge-base', tip, 'main')).toBe(tip);
    expect(git('rev-list', '--merges', 'main')).toBe('');
    expect(git('fsck', '--strict', '--no-dangling', '--no-progress')).toBe('');
  });

  it("keeps every file that is not the tool's, in every commit", () => {
    for (const [path, content] of Object.entries(FOREIGN))
      expect(git('show', `main:${path}`)).toBe(content.trimEnd());
    const tip = before.get('refs/heads/main')!.split(' ')[2]!;
    const touched = git('log', '--format=', '--name-only', `${tip}..main`)
      .split('\n')
      .filter((path) => path !== '' && !/^(src|archive)\//.test(path));
    expect(touched).toEqual([]);
  });

  it('keeps the archived packages and the old messages', () => {
    for (const [tag, file] of OLDEST) {
      expect(git('rev-parse', `main:archive/rpm/${file}`)).toBe(
        git('hash-object', sharedPath('neuron/packages', file)),
      );
      expect(git('log', '-1', '--format=%B', tag)).toContain(
        'GPG check: OK\nSHA256 check: OK\n--------',
      );
    }
  });

  it('gets its executable bits back with the next release, which says so', () => {
    expect(git('ls-tree', '-r', '1.3.2.0:src')).not.toContain('100755');
    expect(git('ls-tree', '-r', '1.4.1.0:src')).toContain('100755');
    expect(git('log', '-1', '--format=%B', '1.4.1.0')).toMatch(/\n- M: src\/preinstall\n/);
  });

  it(
    'needs nothing more when nothing is new',
    async () => {
      const now = refs();
      const again = await publish();
      expect({
        code: again.code,
        hasNew: again.outputs['has-new'],
        refs: [...refs().values()],
      }).toEqual({ code: 0, hasNew: 'false', refs: [...now.values()] });
      expect(again.report.warnings).toEqual([]);
    },
    LIMIT,
  );

  it(
    'classifies what the predecessor published like everything else',
    async () => {
      serve('2025-07-06');
      const next = await publish();
      expect({ code: next.code, tags: JSON.parse(next.outputs['tags']!) }).toEqual({
        code: 0,
        tags: ['2.20.28.0', '2.20.74.0', '2.21.37.0', '2.22.2.0'],
      });
      const classes = next.report.changes.map(({ class: name }: { class: string }) => name);
      expect(classes).toEqual(Array.from({ length: 37 }, () => 're-signed'));
      for (const [tag] of OLDEST)
        expect(refs().get(`refs/tags/${tag}`)).toBe(before.get(`refs/tags/${tag}`));
    },
    LIMIT,
  );
});

/** Three releases as the predecessor published them: lightweight tags, no releases.json, no executable bits, its own messages. */
async function writePredecessor(stage: Stage): Promise<void> {
  const folder = makeRunDirectory();
  const work = join(folder, 'clone');
  mkdirSync(work);
  const env = {
    ...gitEnvironment(folder),
    GIT_AUTHOR_NAME: 'Predecessor',
    GIT_AUTHOR_EMAIL: 'p@example.invalid',
    GIT_COMMITTER_NAME: 'Predecessor',
    GIT_COMMITTER_EMAIL: 'p@example.invalid',
  };
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'core.fileMode=false', ...args], {
      cwd: work,
      env,
      encoding: 'utf8',
    });
  const put = (path: string, content: string | Uint8Array): void => {
    mkdirSync(join(work, path, '..'), { recursive: true });
    writeFileSync(join(work, path), content);
  };
  const commit = (message: string): void => {
    git('add', '--force', '--all', '.');
    git('commit', '--quiet', '--message', message);
  };
  git('init', '--quiet', '--initial-branch=main');
  for (const [path, content] of Object.entries(FOREIGN)) put(path, content);
  commit('Initial commit');
  const index = sharedPath('neuron/index/2025-02-05/repodata');
  for (const name of readdirSync(index)) {
    const bytes = readFileSync(join(index, name));
    put(`archive/${name.replace(/^[0-9a-f]{64}-/, '')}`, bytes);
    put(`archive/${name.replace(/^[0-9a-f]{64}-/, '')}.sha256`, sha256(bytes));
  }
  commit('feat: Update archive - repo files');
  put(`archive/${KEY}`, readFileSync(sharedPath('neuron', KEY)));
  commit('feat: Update archive - GPG Public Key');
  for (const [version, file] of OLDEST) {
    const rpm = sharedPath('neuron/packages', file);
    const unpacked = join(folder, `unpacked-${version}`);
    const inspected = await runCli(['inspect', rpm, '--extract', unpacked, '--quiet'], {
      tempDir: folder,
    });
    if (inspected.code !== 0) throw new Error(inspected.stderr);
    rmSync(join(work, 'src'), { recursive: true, force: true });
    copySource(unpacked, join(work, 'src'));
    put(`archive/rpm/${file}`, readFileSync(rpm));
    put(`archive/rpm/${file}.sha256`, sha256(readFileSync(rpm)));
    commit(oldMessage(version, file, sha256(readFileSync(rpm))));
    git('tag', version);
  }
  git('push', '--quiet', stage.git.repoDir, 'main', '--tags');
}

/** Copies the files below the only folder in `usr/src`, wherever it was unpacked. */
function copySource(unpacked: string, target: string): void {
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const entry of files) {
    const [, path] = /usr\/src\/[^/]+\/(.*)$/.exec(join(entry.parentPath, entry.name)) ?? [];
    if (path === undefined) continue;
    mkdirSync(join(target, path, '..'), { recursive: true });
    copyFileSync(join(entry.parentPath, entry.name), join(target, path));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function oldMessage(version: string, file: string, checksum: string): string {
  return `feat: Neuron Driver ${version}

Source code extracted from file: ${file}
Downloaded from repository: https://yum.repos.neuron.amazonaws.com


Metadata
--------
Package: aws-neuron-dkms
Version: ${version}
License: Unknown
Summary: aws-neuron ${version} dkms package
Description: Kernel modules for aws-neuron ${version} in a DKMS wrapper.
Filename: ${file}
Checksum: ${checksum}
Buildhost: 0cbde921ec7e
Buildtime: 2020-10-19 18:45:40 +0000 UTC
GPG key primary uid: Amazon AWS Neuron <neuron-maintainers@amazon.com>
GPG key creation time: 2019-11-11 17:29:27 +0000 UTC
GPG key fingerprint: ${FINGERPRINT}
GPG check: OK
SHA256 check: OK
--------


Files
-----
- M: src/README.md
- ?: archive/rpm/${file}
- ?: archive/rpm/${file}.sha256
-----
`;
}
