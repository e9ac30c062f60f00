// SPDX-License-Identifier: MIT
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';
import { describeWithTools, requireTool } from '../fixtures/tools.js';

afterAll(removeRunDirectories);

describeWithTools(['git'], 'what README.md says of the runner', () => {
  it('needs no rpm, gpg or cpio: with nothing but git on the PATH a mirror is published and verified', async () => {
    const folder = path.join(makeRunDirectory(), 'bin');
    mkdirSync(folder);
    symlinkSync(requireTool('git')!, path.join(folder, 'git'));
    await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
      const env = { PATH: folder };
      const [published, verified] = [
        await stage.publish({}, { env }),
        await stage.publish({ mode: 'verify' }, { env }),
      ];
      expect([published.code, verified.code, verified.report.findings, stage.tags()]).toEqual([
        0,
        0,
        [],
        ['1.0', '2.0'],
      ]);
    });
  });
});

describe('what README.md says of a run', () => {
  it('leaves README, workflows and licence of the branch alone', async () => {
    await onStage({ packages: [hello('1.0')] }, async (stage) => {
      const git = (...args: string[]): string => stage.git.git(...args);
      const blob = git('hash-object', '-w', path.resolve(import.meta.dirname, '../../LICENSE'));
      const index = { LICENSE: blob, 'README.md': blob, '.github/workflows/mirror.yml': blob };
      for (const [file, id] of Object.entries(index))
        git('update-index', '--add', '--cacheinfo', `100644,${id},${file}`);
      const start = git(
        '-c',
        'user.name=a',
        '-c',
        'user.email=a@example.org',
        'commit-tree',
        '-m',
        'begin',
        git('write-tree'),
      );
      git('update-ref', 'refs/heads/main', start);
      expect((await stage.publish()).code).toBe(0);
      for (const [file, id] of Object.entries(index))
        expect(git('rev-parse', `main:${file}`)).toBe(id);
      expect(git('ls-tree', '--name-only', 'main').split('\n')).toEqual([
        '.github',
        'LICENSE',
        'README.md',
        'archive',
        'src',
      ]);
    });
  });
});
