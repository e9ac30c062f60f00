// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const thorough = JSON.parse(read('__tests__/thorough.json')) as string[];
const files = readdirSync(path.join(root, '__tests__'), { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.test.ts'));

describe('npm test', () => {
  it('leaves out what there is, in order and once', () => {
    expect(thorough).toEqual([...new Set(thorough)].sort());
    for (const name of thorough)
      expect([
        name,
        existsSync(path.join(root, '__tests__', name.endsWith('/') ? name : `${name}.test.ts`)),
      ]).toEqual([name, true]);
  });

  it('keeps every unit test, most security tests and the main job through the bundle', () => {
    const isKept = (file: string): boolean =>
      !thorough.some((name) =>
        name.endsWith('/') ? file.startsWith(name) : file === `${name}.test.ts`,
      );
    const share = (folder: string): number => {
      const all = files.filter((file) => file.startsWith(folder));
      return all.filter(isKept).length / all.length;
    };
    expect(share('unit/')).toBe(1);
    expect(share('security/')).toBeGreaterThan(2 / 3);
    expect(isKept('security/publish-refusals.test.ts')).toBe(true);
    expect(isKept('security/t38-t44-run-through-the-bundle.test.ts')).toBe(true);
  });

  it('is what .ci/run does as a stranger, after lint and types and before everything', () => {
    const steps = [...read('.ci/run').matchAll(/^\s*(?:if )?step ([^;|\n]+)/gm)].map(([, step]) =>
      step!.trim(),
    );
    expect(steps).toEqual([
      'install_tools',
      'npm ci',
      'npm run lint',
      'npm run typecheck',
      'npm run check-dist',
      'as_a_stranger',
      'everything',
      'npm start',
    ]);
    expect(read('.ci/run')).toContain('.ci/stranger sh -c "npm ci && npm test ');
  });
});

describe('hooks', () => {
  it.each(files)('%s: registers tests where what it needs is missing, too', (file) => {
    const text = read(`__tests__/${file}`);
    // A suite without tests, and a hook in a group without tests, are faults to jest: fixtures/tools.ts knows the way out.
    expect(text).not.toMatch(/describe\.skip\)?\((?!['"`]T37|'verify on a mirror whose pack)/);
    expect(text).not.toMatch(/: \(\) => undefined\)\(/);
  });
});
