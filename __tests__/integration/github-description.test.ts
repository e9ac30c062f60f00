// SPDX-License-Identifier: MIT
// Whether the stand-in for GitHub's API answers as GitHub's own OpenAPI description says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';

import { type GitHubApi, startGitHubApi } from '../fixtures/github-api.js';
import { DESCRIPTION, without } from '../fixtures/github-description.js';

const TOKEN = 'ghs_description';
const BRANCH = { classic: false, rules: [] };
const ajv = new Ajv({ allErrors: true, unknownFormats: ['int64'] });

/** Refusals that GitHub gives though its description does not list them for the operation. */
const UNLISTED = new Map([
  // microsoft/hve-core#554
  ['PATCH /repos/{owner}/{repo}/releases/{release_id} 422', 'a burnt tag'],
  // As for uploads: softprops/action-gh-release#653
  ['DELETE /repos/{owner}/{repo}/releases/assets/{asset_id} 422', 'an immutable release'],
]);

interface Case {
  /** What the path has in place of its parameters, and further settings of the request. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly status: number;
  readonly prepare?: (api: GitHubApi) => void;
}

const ISSUE = { title: 'Alarm', body: 'text' };
const RELEASE = {
  tag_name: 'v1',
  name: 'One',
  body: 'text',
  draft: true,
  prerelease: false,
  generate_release_notes: false,
};
const RULESET = {
  name: 'tags',
  target: 'tag',
  enforcement: 'active',
  current_user_can_bypass: 'never',
  conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
  rules: [{ type: 'creation' }],
} as const;

/** In this order: the later ones find what the earlier ones made (numbers count up from 1). */
const CASES: readonly (readonly [operation: string, ...cases: Case[]])[] = [
  [
    'GET /repos/{owner}/{repo}',
    { status: 200 },
    { status: 200, prepare: ({ about }) => Object.assign(about, { private: true }) },
  ],
  ['POST /repos/{owner}/{repo}/releases', { status: 201, body: RELEASE }],
  [
    'POST /repos/{owner}/{repo}/releases/{release_id}/assets',
    { status: 201, path: { release_id: '1' }, query: '?name=a.rpm&label=a.rpm', body: 'bytes' },
    { status: 422, path: { release_id: '1' }, query: '?name=a.rpm', body: 'bytes' },
  ],
  [
    'PATCH /repos/{owner}/{repo}/releases/{release_id}',
    { status: 404, path: { release_id: '99' }, body: {} },
    {
      status: 422,
      path: { release_id: '1' },
      body: { draft: false },
      prepare: ({ burntTags }) => burntTags.add('v1'),
    },
    {
      status: 200,
      path: { release_id: '1' },
      body: { name: 'One', draft: false, make_latest: 'true' },
      prepare: ({ burntTags, settings }) => {
        burntTags.clear();
        settings.immutableReleases = true;
      },
    },
  ],
  [
    'GET /repos/{owner}/{repo}/releases',
    { status: 200 },
    { status: 200, prepare: ({ releases }) => (releases[0]!.draft = true) },
  ],
  [
    'GET /repos/{owner}/{repo}/releases/assets/{asset_id}',
    { status: 302, path: { asset_id: '2' } },
  ],
  [
    'DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}',
    { status: 422, path: { asset_id: '2' } },
    {
      status: 204,
      path: { asset_id: '2' },
      prepare: ({ releases }) => (releases[0]!.immutable = false),
    },
  ],
  ['POST /repos/{owner}/{repo}/issues', { status: 201, body: ISSUE }],
  [
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { status: 201, path: { issue_number: '3' }, body: { body: 'text' } },
  ],
  [
    'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
    { status: 200, path: { issue_number: '3' }, body: { body: 'other' } },
  ],
  [
    'GET /repos/{owner}/{repo}/issues',
    { status: 200, query: '?state=open' },
    {
      status: 200,
      query: '?state=closed',
      prepare: ({ issues }) => Object.assign(issues[0]!, { state: 'closed' }),
    },
  ],
  ['POST /repos/{owner}/{repo}/attestations', { status: 201, body: { bundle: {} } }],
  [
    'GET /repos/{owner}/{repo}/branches/{branch}',
    { status: 404, path: { branch: 'none' } },
    {
      status: 200,
      path: { branch: 'release%2F1' },
      prepare: ({ branches }) => branches.set('release/1', { ...BRANCH, protected: true }),
    },
  ],
  [
    'GET /repos/{owner}/{repo}/rules/branches/{branch}',
    {
      status: 200,
      path: { branch: 'main' },
      prepare: ({ branches }) => branches.set('main', { rules: ['creation', 'pull_request'] }),
    },
  ],
  [
    'GET /repos/{owner}/{repo}/rulesets',
    {
      status: 200,
      query: '?targets=tag',
      prepare: ({ rulesets }) => rulesets.set(7, RULESET),
    },
  ],
  [
    'GET /repos/{owner}/{repo}/rulesets/{ruleset_id}',
    { status: 200, path: { ruleset_id: '7' } },
    { status: 404, path: { ruleset_id: '8' } },
  ],
];

describe("the stand-in for GitHub's API", () => {
  let api: GitHubApi;
  beforeAll(async () => {
    api = await startGitHubApi({ token: TOKEN });
  });
  afterAll(() => api.close());

  it('answers nothing that the description and this table do not have', () => {
    const sorted = [...api.operations].sort();
    expect(CASES.map(([operation]) => operation).sort()).toEqual(sorted);
    expect(Object.keys(DESCRIPTION.operations).sort()).toEqual(sorted);
  });

  it.each(CASES.map(([operation, ...cases]) => ({ operation, cases })))(
    'answers $operation as GitHub does',
    async ({ operation, cases }) => {
      for (const one of cases) {
        one.prepare?.(api);
        const answer = await ask(operation, one);
        expect(answer.status).toBe(one.status);
        expect(faultsOf(operation, answer)).toEqual([]);
      }
    },
  );

  it('refuses a wrong token, an injected fault and an unknown path in the form of all refusals', async () => {
    const operation = 'GET /repos/{owner}/{repo}';
    const answers = [await ask(operation, { status: 401 }, 'wrong')];
    api.setFault(() => ({ status: 403, message: 'secondary rate limit' }));
    answers.push(await ask(operation, { status: 403 }));
    api.setFault(undefined);
    answers.push(await ask('GET /repos/{owner}/{repo}/unknown', { status: 404 }));
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 404]);
    for (const { body } of answers) expect(faults(DESCRIPTION.refusal, body)).toEqual([]);
  });

  it.each<[string, (good: Record<string, unknown>) => unknown, string]>([
    ['lacks a field', (good) => without(good, ['tag_name']), "required property 'tag_name'"],
    ['has a value of another type', (good) => ({ ...good, id: '1' }), '.id should be integer'],
    ['has null where none may be', (good) => ({ ...good, assets: null }), '.assets should be'],
    ['has a field of its own', (good) => ({ ...good, make_latest: 'true' }), 'make_latest'],
  ])('would not pass with an answer that %s', (_, spoil, says) => {
    const operation = 'POST /repos/{owner}/{repo}/releases';
    const good = DESCRIPTION.operations[operation]!['201']!.example as Record<string, unknown>;
    expect(faultsOf(operation, { status: 201, body: good })).toEqual([]);
    expect(faultsOf(operation, { status: 201, body: spoil(good) }).join()).toContain(says);
    expect(faultsOf(operation, { status: 200, body: good }).join()).toContain('status 200');
  });

  async function ask(
    operation: string,
    { path = {}, query = '', body }: Case,
    token = TOKEN,
  ): Promise<{ status: number; body: unknown }> {
    const [method, template] = operation.split(' ') as [string, string];
    const given: Record<string, string> = { owner: 'acme', repo: 'mirror', ...path };
    const route = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => given[name]!);
    const base = query.includes('name=') ? api.url.replace(/v3$/, 'uploads') : api.url;
    const response = await fetch(`${base}${route}${query}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `token ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }
});

/** What the description says against an answer. */
function faultsOf(
  operation: string,
  { status, body }: { readonly status: number; readonly body: unknown },
): string[] {
  const described = DESCRIPTION.operations[operation]![status];
  if (described === undefined && !UNLISTED.has(`${operation} ${status}`))
    return [`${operation}: the description has no status ${status}`];
  const refusal = status === 422 ? DESCRIPTION.invalid : DESCRIPTION.refusal;
  const schema = described?.schema ?? (status >= 400 ? refusal : undefined);
  if (schema === undefined) return body === undefined ? [] : [`expected no text with ${status}`];
  return faults(schema, body);
}

function faults(schema: object, body: unknown): string[] {
  const validate = ajv.compile({ allOf: [schema], definitions: DESCRIPTION.definitions });
  if (validate(body) !== true)
    return (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);
  const known = fieldsOf(schema);
  return [body]
    .flat()
    .flatMap((entry) => Object.keys(entry as object))
    .filter((name) => !known.has(name))
    .map((name) => `${name} is no field of GitHub's`);
}

/** The fields of an object, or of the entries of a list, as far as its schema names them. */
function fieldsOf(schema: object): Set<string> {
  const {
    $ref: ref,
    items,
    properties = {},
    allOf = [],
    anyOf = [],
    oneOf = [],
  } = schema as {
    readonly $ref?: string;
    readonly items?: object;
    readonly properties?: object;
    readonly allOf?: object[];
    readonly anyOf?: object[];
    readonly oneOf?: object[];
  };
  const parts = [...allOf, ...anyOf, ...oneOf, ...(items === undefined ? [] : [items])];
  if (ref !== undefined)
    parts.push(DESCRIPTION.definitions[ref.replace('#/definitions/', '')] as object);
  return new Set([...Object.keys(properties), ...parts.flatMap((part) => [...fieldsOf(part)])]);
}
