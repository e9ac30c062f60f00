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

/** A copy of what the build reads, in `folder`, and its dist as name → bytes. */
function buildIn(folder: string): ReadonlyMap<string, Buffer> {
  mkdirSync(folder, { recursive: true });
  for (const name of ['src', 'scripts', 'package.json', 'tsconfig.json', 'LICENSE'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: folder });
  const dist = path.join(folder, 'dist');
  return new Map(
    readdirSync(dist)
      .sort()
      .map((name) => [name, readFileSync(path.join(dist, name))]),
  );
}

describe('the build (T43)', () => {
  let work = '';
  let first: ReadonlyMap<string, Buffer>;
  let second: ReadonlyMap<string, Buffer>;
  beforeAll(() => {
    work = mkdtempSync(path.join(tmpdir(), 'build-'));
    first = buildIn(path.join(work, 'one'));
    second = buildIn(path.join(work, 'a/much/deeper/folder'));
  });
  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  it('gives the same bytes in two folders', () => {
    expect([...first.keys()]).toEqual([...second.keys()]);
    for (const [name, bytes] of first)
      expect({ name, same: bytes.equals(second.get(name)!) }).toEqual({ name, same: true });
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
    cpSync(path.join(work, 'one/dist'), alone, { recursive: true });
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
    const folder = path.join(work, 'one');
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
