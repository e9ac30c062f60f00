// SPDX-License-Identifier: MIT
/** A copy of the project in which scripts/mutate.mjs may break things. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const COPIED = [
  'src',
  'scripts',
  '__tests__',
  'docs',
  'examples',
  'dist',
  'package.json',
  'package-lock.json',
  'jest.config.mjs',
  'tsconfig.json',
  'LICENSE',
  'action.yml',
];

export class MutationCopy {
  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'mutate-'));
    for (const name of COPIED)
      cpSync(path.join(root, name), path.join(this.folder, name), { recursive: true });
    symlinkSync(
      path.join(root, 'node_modules'),
      path.join(this.folder, 'node_modules'),
      'junction',
    );
  }

  /** Whether the tests pass; undefined when none ran. Tests that do not end in `limit` milliseconds do not pass. */
  async passes({ tests, pattern, limit }) {
    const { status, stderr } = await this.node(
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
        '--runInBand',
        '--bail',
        ...(pattern === undefined ? [] : ['-t', pattern]),
        '--',
        ...tests,
      ],
      limit,
    );
    this.said = stderr;
    if (status === null) return false;
    return /Tests:.*\d+ (?:passed|failed)|Test suite failed to run/.test(stderr)
      ? status === 0
      : undefined;
  }

  /** What `run` says while a text of a file is replaced, and the bundle built from that where it is asked for; undefined when it does not build. */
  async without({ file, start, end, replacement, build }, run) {
    const target = path.join(this.folder, file);
    const source = readFileSync(target, 'utf8');
    writeFileSync(target, source.slice(0, start) + replacement + source.slice(end));
    try {
      if (build && (await this.node(['scripts/build.mjs'], 120_000)).status !== 0) return undefined;
      return await run();
    } finally {
      writeFileSync(target, source);
      if (build)
        cpSync(path.join(root, 'dist'), path.join(this.folder, 'dist'), { recursive: true });
    }
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs node in the copy; its group is ended with it, since tests that hang have children. The status is null when the time ran out. */
  node(args, limit = 1_800_000) {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: this.folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
        // Files are named, and still the thorough ones are meant.
        env: { ...process.env, TEST_ALL: '1' },
      });
      let stderr = '';
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        process.kill(-child.pid, 'SIGKILL');
      }, limit);
      child.stderr.setEncoding('utf8').on('data', (chunk) => {
        stderr = (stderr + chunk).slice(-200_000);
      });
      child.on('error', reject).on('close', (status) => {
        clearTimeout(timer);
        resolve({ status: isLate ? null : (status ?? 1), stderr });
      });
    });
  }
}
