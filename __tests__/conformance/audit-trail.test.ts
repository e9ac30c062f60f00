// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { describeWithTools } from '../fixtures/tools.js';
import { startYumServer } from '../fixtures/yum-server.js';

const root = path.resolve(import.meta.dirname, '../..');

describeWithTools(
  ['bash', 'git', 'gpg', 'rpm', 'rpmkeys', 'rpm2cpio', 'cpio', 'sha256sum'],
  'the recipe of docs/audit-trail.md (T44)',
  () => {
    const fingerprint = readFileSync(path.join(root, 'examples/fingerprint.txt'), 'utf8').trim();
    let clone = '';
    let script = '';

    beforeAll(async () => {
      const folder = makeRunDirectory();
      const bare = path.join(folder, 'mirror.git');
      clone = path.join(folder, 'clone');
      script = path.join(folder, 'recipe.sh');
      const recipe = /```bash\n([\s\S]*?)```/.exec(
        readFileSync(path.join(root, 'docs/audit-trail.md'), 'utf8'),
      )![1]!;
      writeFileSync(script, recipe);
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
      const server = await startYumServer({ roots: [path.join(root, 'examples/repository')] });
      const { code, stderr } = await runCli([
        'publish',
        `--baseurl=${server.url}`,
        `--gpgkey=${server.url}/RPM-GPG-KEY-acme`,
        '--packages=acme-widget-dkms',
        `--repository=${pathToFileURL(bare).href}`,
      ]);
      await server.close();
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      execFileSync('git', ['clone', '--quiet', bare, clone], { stdio: 'pipe' });
    });
    afterAll(removeRunDirectories);

    it.each(['1.0', '1.1', '2.0'])(
      'proves tag %s with rpm, gpg, sha256sum and git alone',
      (tag) => {
        const { status, stdout, stderr } = spawnSync('bash', [script, tag, fingerprint], {
          cwd: clone,
          encoding: 'utf8',
        });
        expect({ status, stderr: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({
          status: 0,
          stderr: '',
        });
        expect(stdout).toContain(
          `good: ${tag} is acme-widget-dkms-${tag}-1.noarch, signed by ${fingerprint}`,
        );
      },
    );

    it('ends for another key than the expected one', () => {
      const { status } = spawnSync('bash', [script, '2.0', '0'.repeat(40)], {
        cwd: clone,
        encoding: 'utf8',
      });
      expect(status).not.toBe(0);
    });

    it('ends where the source is not that of the package', () => {
      const git = (...args: readonly string[]): string =>
        execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], {
          cwd: clone,
          encoding: 'utf8',
        }).trim();
      git('checkout', '--quiet', '1.1');
      writeFileSync(path.join(clone, 'src/Kbuild'), 'obj-m := other.o\n');
      git('commit', '--quiet', '--all', '--reuse-message=HEAD');
      git(
        'tag',
        '--force',
        '--annotate',
        '--cleanup=verbatim',
        '--message',
        `${git('tag', '-l', '--format=%(contents)', '1.1')}\n`,
        '1.1',
      );
      const { status, stdout } = spawnSync('bash', [script, '1.1', fingerprint], {
        cwd: clone,
        encoding: 'utf8',
      });
      expect(status).not.toBe(0);
      expect(stdout).toMatch(/same source tree of the commit: (\S+) (?!\1)\S+\n$/);
    });
  },
);
