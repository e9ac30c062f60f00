// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { REMEDIES } from '../../../src/errors.js';
import { execFileSync } from '../../fixtures/commands.js';

const root = path.resolve(import.meta.dirname, '../../..');
const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the documents', () => {
  it.each(['scripts/readme-tables.mjs', 'scripts/reference.mjs'])(
    'hold what %s generates',
    (script) => {
      expect(() =>
        execFileSync(process.execPath, [script, '--check'], { cwd: root, stdio: 'pipe' }),
      ).not.toThrow();
    },
  );

  it.each(documents)('%s links only to files and headings that exist', (name) => {
    const text = readFileSync(path.join(root, name), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [file, anchor] = target!.split('#');
      const full = file === '' ? path.join(root, name) : path.join(root, path.dirname(name), file!);
      expect({ target, exists: existsSync(full) }).toEqual({ target, exists: true });
      if (anchor) expect(headings(full)).toContain(anchor);
    }
  });

  it.each(['npm ci && npm start', 'npm ci && npm test'])('README.md says %s', (command) => {
    expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain(command);
  });

  it.each(documents.filter((name) => name.startsWith('docs/')))('README.md links %s', (name) => {
    expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain(`](${name})`);
  });

  it('docs/architecture.md: both walks lead through at most 12 files, each one imported by one before it', () => {
    const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
    const walks = text
      .slice(text.indexOf('## Two walks'), text.indexOf('## Words'))
      .split(/^One /mu)
      .slice(1)
      .map((walk) =>
        [...walk.matchAll(/^\d+\. \[[^\]]+\]\(\.\.\/([^)]+)\)/gmu)].map(([, file]) => file!),
      );
    expect(walks).toHaveLength(2);
    for (const files of walks) {
      expect(files.length).toBeGreaterThan(5);
      expect(files.length).toBeLessThanOrEqual(12);
      const imports = files.map((file) =>
        [
          ...readFileSync(path.join(root, file), 'utf8').matchAll(/from '(\.{1,2}\/[^']+)\.js'/gu),
        ].map(([, target]) => `${path.posix.join(path.posix.dirname(file), target!)}.ts`),
      );
      for (const [at, file] of files.entries())
        if (at > 0) expect(imports.slice(0, at).flat()).toContain(file);
    }
  });

  it('docs/troubleshooting.md has every error code with its remedy', () => {
    const text = readFileSync(path.join(root, 'docs/troubleshooting.md'), 'utf8');
    for (const [code, remedy] of Object.entries(REMEDIES))
      expect(text).toContain(`| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${remedy} |`);
  });

  it('the pictures have a text beside them, and are small', () => {
    const pictures = documents.flatMap((name) =>
      [
        ...readFileSync(path.join(root, name), 'utf8').matchAll(
          /!\[([^\]]*)\]\((?!https?:)([^)]+)\)/g,
        ),
      ].map(([, text, target]) => ({ text, file: path.join(root, path.dirname(name), target!) })),
    );
    expect(pictures.map(({ file }) => path.basename(file)).sort()).toEqual(
      readdirSync(path.join(root, 'docs/images')).sort(),
    );
    for (const { text, file } of pictures)
      expect({ described: text!.length > 30, small: statSync(file).size < 150 * 1024 }).toEqual({
        described: true,
        small: true,
      });
  });

  it('docs/dependencies.md gives a reason for every dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(path.join(root, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    const text = readFileSync(path.join(root, 'docs/dependencies.md'), 'utf8');
    for (const name of Object.keys({ ...dependencies, ...devDependencies }))
      expect(text).toContain(`\`${name}\``);
  });

  it('docs/threat-model.md lists every promise', () => {
    const text = readFileSync(path.join(root, 'docs/threat-model.md'), 'utf8');
    for (let number = 1; number <= 44; number++)
      expect(text).toMatch(new RegExp(`^\\| T${number} \\|`, 'm'));
  });
});

/** The anchors of a document's headings, as GitHub makes them. */
function headings(file: string): string[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'));
  return lines.map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
