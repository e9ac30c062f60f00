// SPDX-License-Identifier: MIT
import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import { expect, it } from '@jest/globals';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../../..');
const FILES = globSync(join(ROOT, '__tests__/**/*.test.ts')).sort();

/** Titles of the tests of a text in which nothing is expected, by themselves or by a function of the file that they name. */
function emptyTests(text: string): string[] {
  const source = ts.createSourceFile('a.test.ts', text, ts.ScriptTarget.Latest, true);
  const expecting = new Set(['expect']);
  const expects = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && expecting.has(node.text)) ||
    ts.forEachChild(node, (child) => expects(child) || undefined) === true;
  const walk = (node: ts.Node, look: (at: ts.Node) => void): void => {
    look(node);
    ts.forEachChild(node, (child) => {
      walk(child, look);
    });
  };
  for (let known = 0; known < expecting.size;) {
    known = expecting.size;
    walk(source, (node) => {
      const isNamed = ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node);
      if (isNamed && node.name !== undefined && ts.isIdentifier(node.name) && expects(node))
        expecting.add(node.name.text);
    });
  }
  const found: string[] = [];
  walk(source, (node) => {
    if (!ts.isCallExpression(node)) return;
    const [title, body] = node.arguments;
    const isTest = /^it(?:\.each\b|$)/.test(node.expression.getText());
    if (isTest && title !== undefined && body !== undefined && !expects(body))
      found.push(title.getText());
  });
  return found;
}

it('finds a test that cannot fail', () => {
  const text = `
    const check = (n: number) => { expect(n).toBe(1); };
    function deeper() { check(1); }
    it('by itself', () => { expect(1).toBe(1); });
    it.each([1])('by what it calls', () => deeper());
    it.each([1])('a row without', async () => { await work(); });
    it('nothing', () => { work(); });`;
  expect(emptyTests(text)).toEqual(["'a row without'", "'nothing'"]);
});

it('every test of the project expects something', () => {
  expect(
    FILES.flatMap((file) =>
      emptyTests(readFileSync(file, 'utf8')).map((title) => `${relative(ROOT, file)}: ${title}`),
    ),
  ).toEqual([]);
});
