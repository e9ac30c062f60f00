// SPDX-License-Identifier: MIT
/** Small faults made from the syntax of a file, for scripts/mutate.mjs: guards dropped, conditions negated, boundaries moved, constants returned. */
import { createHash } from 'node:crypto';

import ts from 'typescript';

const SWAPS = new Map([
  [ts.SyntaxKind.AmpersandAmpersandToken, ['swap', '||']],
  [ts.SyntaxKind.BarBarToken, ['swap', '&&']],
  [ts.SyntaxKind.LessThanToken, ['boundary', '<=']],
  [ts.SyntaxKind.LessThanEqualsToken, ['boundary', '<']],
  [ts.SyntaxKind.GreaterThanToken, ['boundary', '>=']],
  [ts.SyntaxKind.GreaterThanEqualsToken, ['boundary', '>']],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ['equality', '!==']],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ['equality', '===']],
]);
const LOGICAL = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken]);

/** Methods that give what they are called on, changed. */
const STEPS = new Set([
  'replace',
  'replaceAll',
  'filter',
  'slice',
  'toLowerCase',
  'trim',
  'toSorted',
]);

const isText = (node) => ts.isStringLiteral(node) || ts.isRegularExpressionLiteral(node);
const textsOf = (nodes) => nodes.map((node) => node.getText()).join(', ');

/**
 * All mutants of a file: where they stand, what stands there, and what is put in its place.
 * The id names the text around, so that it stays the same while other lines change.
 */
export function mutantsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (kind, node, replacement, before = node) => {
    const [start, end] = [before.getStart(source), node.getEnd()];
    const original = text.slice(start, end);
    if (original === replacement) return;
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    found.push({ file, kind, line, start, end, original, replacement, ...choice(node, source) });
  };
  const visit = (node) => {
    mutate(node, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return named(found, text);
}

/** The expression that can be chosen instead of another one while the code runs, for scripts/mutation-switch.mjs. */
function choice(node, source) {
  let whole = ts.isExpressionStatement(node) ? node.expression : node;
  while (!ts.isExpression(whole) || isNameOfCall(whole)) whole = whole.parent;
  // What stands behind `?.` is left out together, or not at all.
  while (ts.isOptionalChain(whole.parent) && whole.parent.expression === whole)
    whole = whole.parent;
  return { from: whole.getStart(source), to: whole.getEnd() };
}

function isNameOfCall(node) {
  return (
    (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
    (ts.isPropertyAccessExpression(node) &&
      ts.isCallExpression(node.parent) &&
      node.parent.expression === node)
  );
}

function mutate(node, add) {
  if (ts.isIfStatement(node)) {
    if (node.elseStatement === undefined && isExit(node.thenStatement))
      add('guard', node.expression, 'Boolean(0)');
    add('negate', node.expression, `!(${node.expression.getText()})`);
  }
  if (ts.isConditionalExpression(node))
    add('negate', node.condition, `!(${node.condition.getText()})`);
  if (ts.isExpressionStatement(node) && isCheck(node.expression)) add('call', node, ';');
  if (ts.isBinaryExpression(node)) {
    const [kind, operator] = SWAPS.get(node.operatorToken.kind) ?? [];
    if (kind !== undefined) add(kind, node.operatorToken, operator);
    if (LOGICAL.has(node.operatorToken.kind)) {
      add('operand', node, node.left.getText());
      add('operand', node, node.right.getText());
    }
  }
  if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
    if (node.name.text === 'some') add('quantifier', node.name, 'every');
    if (node.name.text === 'every') add('quantifier', node.name, 'some');
    if (STEPS.has(node.name.text)) add('step', node.parent, node.expression.getText());
  }
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 1 && node.elements.every(isText))
    for (const left of node.elements)
      add('element', node, `[${textsOf(node.elements.filter((element) => element !== left))}]`);
  if (ts.isReturnStatement(node) && node.expression !== undefined)
    for (const constant of constants(enclosing(node))) add('return', node.expression, constant);
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body))
    for (const constant of constants(node)) add('return', node.body, constant);
}

/** A statement that leaves: what stands before one is a guard. */
function isExit(statement) {
  const [only, ...more] = ts.isBlock(statement) ? statement.statements : [statement];
  return (
    only !== undefined &&
    more.length === 0 &&
    [
      ts.SyntaxKind.ReturnStatement,
      ts.SyntaxKind.ThrowStatement,
      ts.SyntaxKind.ContinueStatement,
      ts.SyntaxKind.BreakStatement,
    ].includes(only.kind)
  );
}

function isCheck(expression) {
  return ts.isCallExpression(ts.isAwaitExpression(expression) ? expression.expression : expression);
}

function enclosing(node) {
  for (let at = node.parent; at !== undefined; at = at.parent) if (ts.isFunctionLike(at)) return at;
  return undefined;
}

/** What a function of this declared type may as well return. */
function constants(declaration) {
  const type = declaration?.type?.getText().replace(/^Promise<(.*)>$/s, '$1') ?? '';
  if (type === 'boolean' || ts.isTypePredicateNode(declaration?.type ?? declaration))
    return ['true', 'false'];
  if (type.endsWith('[]')) return ['[]'];
  return /\|\s*undefined$/.test(type) ? ['undefined'] : [];
}

function named(found, text) {
  const times = new Map();
  return found.map((mutant) => {
    const lineStart = text.lastIndexOf('\n', mutant.start) + 1;
    const place = text.slice(lineStart, mutant.end).trim();
    const key = [mutant.file, mutant.kind, place, mutant.replacement].join('\0');
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    return { ...mutant, id: hash(`${key}\0${time}`).slice(0, 12) };
  });
}

/** So many of these, always the same ones for a seed. */
export function sample(mutants, count, seed) {
  return mutants
    .map((mutant) => ({ mutant, order: hash(`${seed}\0${mutant.id}`) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}
