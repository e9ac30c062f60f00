// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER } from '../fixtures/small-repository.js';
import { openStage, type Stage, TOKEN } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

afterAll(removeRunDirectories);

describeWithTools(['npm', 'git'], 'the npm package', () => {
  let folder = '';
  let stage: Stage;
  /** Runs the installed command with nothing but its Node and git. */
  const run = (
    args: string[],
    cwd = folder,
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(
      process.execPath,
      [path.join(folder, 'node_modules/.bin/rpm-source-mirror'), ...args],
      {
        cwd,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: folder,
          INPUT_TOKEN: TOKEN,
          GIT_CONFIG_NOSYSTEM: '1',
        },
      },
    );

  beforeAll(async () => {
    folder = makeRunDirectory();
    const npm = (args: string[], cwd: string): string =>
      execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    npm(['pack', '--ignore-scripts', '--pack-destination', folder], root);
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    // Offline: there is nothing to fetch.
    npm(['install', '--offline', '--no-audit', '--no-fund', `./${file!}`], folder);
    stage = await openStage({ packages: [hello('1.0'), hello('2.0')] });
  });
  afterAll(async () => {
    await stage.close();
  });

  it('installs itself alone', () => {
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.private).toBeUndefined();
    expect(
      readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['rpm-source-mirror']);
    expect(readdirSync(path.join(folder, 'node_modules/rpm-source-mirror')).sort()).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'dist', 'package.json']),
    );
  });

  it('says its version and its manual', () => {
    expect(run(['--version']).stdout.trim()).toBe(manifest.version);
    expect(run(['--help']).stdout).toContain('rpm-source-mirror site --output DIR');
  });

  it('goes from init to a published mirror, its proof and its pages', async () => {
    const clone = path.join(folder, 'clone');
    mkdirSync(clone);
    execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', 'mirror.git'], { cwd: folder });
    // Not spawnSync: the servers go on meanwhile.
    const node = async (args: string[], cwd = folder): Promise<number | null> => {
      const child = spawn(
        process.execPath,
        [path.join(folder, 'node_modules/.bin/rpm-source-mirror'), ...args],
        { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: folder }, stdio: 'ignore' },
      );
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    };
    const source = ['--baseurl', stage.yum.url, '--gpgkey', `${stage.yum.url}/KEY`];
    const mirror = ['--repository', './mirror.git'];
    expect(await node(['init', ...source], clone)).toBe(0);
    expect(readFileSync(path.join(clone, '.github/workflows/mirror.yml'), 'utf8')).toContain(
      PUBLISHER.fingerprint,
    );
    expect([
      await node(['check', ...source, ...mirror, '--packages', 'hello']),
      await node(['publish', ...source, ...mirror, '--packages', 'hello']),
      await node(['verify', ...mirror, '--gpg-fingerprints', PUBLISHER.fingerprint]),
      await node(['site', ...mirror, '--output', './pages']),
    ]).toEqual([0, 0, 0, 0]);
    expect(existsSync(path.join(folder, 'pages/releases/2.0/index.html'))).toBe(true);
    writeFileSync(path.join(folder, 'hello.rpm'), hello('1.0').built.bytes);
    expect(run(['inspect', 'hello.rpm', '--json']).stdout).toContain('"verdict":"accept"');
  });
});

describe('an older Node', () => {
  it('is told in one sentence', () => {
    const preload = makeRunDirectory();
    writeFileSync(
      path.join(preload, 'old.cjs'),
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });",
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', path.join(preload, 'old.cjs'), path.join(root, 'dist/cli.js'), '--version'],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'rpm-source-mirror needs Node 24 or newer; this is v20.1.0\n',
    });
  });
});
