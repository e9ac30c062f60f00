// SPDX-License-Identifier: MIT
/**
 * What tests import from @jest/globals, for scripts/mutation-worker.mjs: they are collected to be run one by one, as often as wanted,
 * without a new process, new modules and new fixtures each time.
 */
import { expect } from 'expect';

export { expect };

/** Tests by `file number.test number`. */
export const tests = new Map();

let suite;
let file = '';

const newSuite = (parent) => ({
  parent,
  before: [],
  after: [],
  beforeAll: [],
  afterAll: [],
});

/** Collects what a file registers while `load` runs. */
export async function collect(name, load) {
  file = name;
  suite = newSuite(undefined);
  await load();
}

export const beforeAll = (hook) => suite.beforeAll.push(hook);
export const beforeEach = (hook) => suite.before.push(hook);
export const afterEach = (hook) => suite.after.unshift(hook);
/** Ends with the process. */
export const afterAll = () => undefined;

function rows(table) {
  return table.map((row) => (Array.isArray(row) ? row : [row]));
}

function addTest(name, body) {
  const path = [];
  for (let at = suite; at !== undefined; at = at.parent) path.unshift(at.name);
  const key = `${file}#${tests.size}`;
  tests.set(key, { name: [...path, name].filter(Boolean).join(' > '), body, suite });
}

function addSuite(name, body) {
  const parent = suite;
  suite = { ...newSuite(parent), name };
  try {
    body();
  } finally {
    suite = parent;
  }
}

const eachOf = (add) => (table) => (name, body) => {
  for (const row of rows(table)) add(`${name} ${String(row[0]).slice(0, 80)}`, () => body(...row));
};
const none = () => undefined;

export const it = Object.assign(addTest, {
  each: eachOf(addTest),
  skip: Object.assign(none, { each: () => none }),
});
export const test = it;
export const describe = Object.assign(addSuite, {
  each: eachOf(addSuite),
  skip: Object.assign(none, { each: () => none }),
});
export const jest = new Proxy(
  {},
  {
    get: () => () => {
      throw new Error('there is no jest here');
    },
  },
);

const within = (promise, milliseconds) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** Brings about what beforeAll does, once for all runs. */
export async function prepare(key) {
  const chain = [];
  for (let at = tests.get(key).suite; at !== undefined; at = at.parent) chain.unshift(at);
  for (const at of chain) for (const hook of at.beforeAll.splice(0)) await within(hook(), 600_000);
}

/** Runs a test; rejects when it fails. */
export async function runTest(key, milliseconds) {
  const { suite: own, body } = tests.get(key);
  const chain = [];
  for (let at = own; at !== undefined; at = at.parent) chain.unshift(at);
  try {
    for (const at of chain) for (const hook of at.before) await hook();
    await within(Promise.resolve(body()), milliseconds);
  } finally {
    for (const at of chain.toReversed()) for (const hook of at.after) await hook();
  }
}
