// SPDX-License-Identifier: MIT
/**
 * Writes __tests__/fixtures/github-openapi.json: of GitHub's OpenAPI description the operations that the stand-in for its API answers,
 * as JSON Schema. The description is 13 MB (its package 600), so only this part is kept here. Usage:
 *   npm pack @octokit/openapi && tar -xzf octokit-openapi-*.tgz && node scripts/github-openapi.mjs package/generated/api.github.com.json
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const fixtures = path.join(import.meta.dirname, '../__tests__/fixtures');
const [given] = process.argv.slice(2);
if (given === undefined) {
  console.error('expected the path of api.github.com.json of @octokit/openapi, found none');
  process.exit(2);
}
const description = JSON.parse(await readFile(given, 'utf8'));
const standIn = await readFile(path.join(fixtures, 'github-api.ts'), 'utf8');
const names = [...standIn.matchAll(/'((?:GET|POST|PATCH|PUT|DELETE) \/[^']*)'/g)].map(
  ([, name]) => name,
);

// What answers that the description does not list are held against.
const definitions = new Map();
const [refusal, invalid] = ['basic-error', 'validation-error'].map((name) =>
  toSchema({ $ref: `#/components/schemas/${name}` }),
);
const operations = Object.fromEntries([...new Set(names)].sort().map((name) => [name, of(name)]));
const lines = (entries) =>
  [...entries].map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
const text = [
  '{',
  `"source": ${JSON.stringify(`@octokit/openapi ${description.info.version}, generated/api.github.com.json (MIT)`)},`,
  '"command": "node scripts/github-openapi.mjs package/generated/api.github.com.json",',
  `"refusal": ${JSON.stringify(refusal)},`,
  `"invalid": ${JSON.stringify({ allOf: [refusal, invalid] })},`,
  `"operations": {\n${lines(Object.entries(operations)).join(',\n')}\n},`,
  `"definitions": {\n${lines([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))).join(',\n')}\n}`,
  '}\n',
].join('\n');
await writeFile(path.join(fixtures, 'github-openapi.json'), text);
console.log(
  `${Object.keys(operations).length} operations, ${definitions.size} schemas, ${Math.ceil(text.length / 1024)} KiB`,
);

/** The answers of an operation by status, each with its schema and the description's own example, where it has them. */
function of(name) {
  const [method, route] = name.split(' ');
  const operation = description.paths[route]?.[method.toLowerCase()];
  if (operation === undefined)
    throw new Error(`expected ${name} in the description, found no such operation`);
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => [status, answer(response)]),
  );
}

function answer(response) {
  const { schema, examples = {} } = find(response).content?.['application/json'] ?? {};
  const [example] = Object.values(examples).map((one) => find(one).value);
  return {
    ...(schema === undefined ? {} : { schema: toSchema(schema) }),
    ...(example === undefined ? {} : { example }),
  };
}

function find(value) {
  if (typeof value?.$ref !== 'string') return value;
  const keys = value.$ref.split('/').slice(1);
  return find(keys.reduce((at, key) => at[key], description));
}

/** A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and what only explains is left out. */
function toSchema(schema) {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(toSchema);
  if (typeof schema.$ref === 'string') return { $ref: refer(schema.$ref) };
  const plain = {};
  for (const [key, value] of Object.entries(schema)) {
    if (['properties', 'patternProperties'].includes(key))
      plain[key] = Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, toSchema(one)]),
      );
    else if (key === 'enum' || key === 'required') plain[key] = value;
    else if (!isExplanation(key)) plain[key] = toSchema(value);
  }
  return schema.nullable === true ? { anyOf: [{ type: 'null' }, plain] } : plain;
}

function isExplanation(key) {
  return (
    key.startsWith('x-') ||
    [
      'title',
      'description',
      'example',
      'examples',
      'default',
      'deprecated',
      'nullable',
      'readOnly',
      'externalDocs',
    ].includes(key)
  );
}

function refer(reference) {
  const name = reference.replace('#/components/schemas/', '');
  if (!definitions.has(name)) {
    definitions.set(name, undefined);
    definitions.set(name, toSchema(find({ $ref: reference })));
  }
  return `#/definitions/${name}`;
}
