// SPDX-License-Identifier: MIT
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { execFileSync } from '../../fixtures/commands.js';

const root = path.resolve(import.meta.dirname, '../../..');

/** The files of a dist, as name → bytes. */
const filesOf = (dist: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(dist)
      .sort()
      .map((name) => [name, readFileSync(path.join(dist, name))]),
  );

/** Builds a copy of what the build reads, in `folder`. */
function buildIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['src', 'scripts', 'package.json', 'tsconfig.json', 'LICENSE'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: folder });
}

describe('the build (T43)', () => {
  let work = '';
  let folder = '';
  let first: ReadonlyMap<string, Buffer>;
  beforeAll(() => {
    work = mkdtempSync(path.join(tmpdir(), 'build-'));
    folder = path.join(work, 'a/much/deeper/folder');
    buildIn(folder);
    first = filesOf(path.join(folder, 'dist'));
  });
  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  it('gives the bytes of dist, in another folder', () => {
    const here = filesOf(path.join(root, 'dist'));
    expect([...here.keys()]).toEqual([...first.keys()]);
    for (const [name, bytes] of first)
      expect({ name, same: bytes.equals(here.get(name)!) }).toEqual({ name, same: true });
  });

  it('names no folder of the machine', () => {
    for (const bytes of first.values()) {
      expect(bytes.includes(work)).toBe(false);
      expect(bytes.includes(root)).toBe(false);
    }
  });

  it('carries the whole licence texts of the LGPL libraries that it holds', () => {
    const text = first.get('licenses.txt')!.toString('utf8');
    for (const name of ['openpgp', 'node-liblzma']) {
      const license = readFileSync(path.join(root, 'node_modules', name, 'LICENSE'), 'utf8');
      if (!text.includes(`\n${name} `)) continue;
      expect(text).toContain(license.replaceAll('\r\n', '\n').trim());
      expect(text).toContain(
        readFileSync(path.join(root, 'scripts/licenses/GPL-3.0.txt'), 'utf8').trim(),
      );
    }
    expect(text).toContain(readFileSync(path.join(root, 'LICENSE'), 'utf8').trim());
  });

  it('runs with nothing beside it', () => {
    const alone = path.join(work, 'alone');
    cpSync(path.join(folder, 'dist'), alone, { recursive: true });
    const version = execFileSync(process.execPath, [path.join(alone, 'cli.js'), '--version'], {
      cwd: alone,
      encoding: 'utf8',
    });
    expect(version).toContain(
      (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string })
        .version,
    );
  });

  it.each(['cli.js', 'index.js'])(
    'starts %s without the libraries that only a download needs',
    (entry) => {
      const seen = new Set([entry]);
      for (const name of seen) {
        const text = first.get(name)!.toString('utf8');
        expect({ name, undici: text.includes('// node_modules/undici/') }).toEqual({
          name,
          undici: false,
        });
        // cli.js loads the program late, once it knows its Node; all else that is loaded late is not for the start.
        const loaded =
          name === 'cli.js'
            ? /await import\("\.\/([^"]+)"\)/g
            : /^(?:import|\} from) "\.\/([^"]+)";$/gm;
        for (const [, chunk] of text.matchAll(loaded)) seen.add(chunk!);
      }
      expect(seen.size).toBeGreaterThan(2);
    },
  );

  it('fails where a bundled package has no licence text', () => {
    const script =
      "import { licenseTexts } from './scripts/licenses.mjs'; await licenseTexts(process.cwd(), ['node_modules/bare/index.js'], [])";
    const bare = path.join(folder, 'elsewhere');
    mkdirSync(path.join(bare, 'node_modules/bare'), { recursive: true });
    cpSync(path.join(folder, 'LICENSE'), path.join(bare, 'LICENSE'));
    cpSync(path.join(folder, 'scripts'), path.join(bare, 'scripts'), { recursive: true });
    cpSync(path.join(folder, 'package.json'), path.join(bare, 'node_modules/bare/package.json'));
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: bare,
        stdio: 'pipe',
      }),
    ).toThrow(/No licence text for bundled packages: rpm-source-mirror/);
  });
});
