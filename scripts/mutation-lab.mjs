// SPDX-License-Identifier: MIT
/** Where many mutants of a room are tried quickly: its tests and code bundled once, with all mutants in it, in a process that stays. */
import { fork } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import esbuild from 'esbuild';

import { BUNDLING } from './build.mjs';
import { switched } from './mutation-switch.mjs';

const root = path.dirname(import.meta.dirname);

/** Gives files of src their mutants, and lets modules know where they were. */
function instrument(mutants) {
  const byFile = Map.groupBy(mutants, ({ file }) => file);
  return {
    name: 'mutants',
    setup(builder) {
      builder.onLoad({ filter: /\.tsx?$/ }, ({ path: file }) => {
        const name = path.relative(root, file).replaceAll('\\', '/');
        if (name.startsWith('node_modules/')) return undefined;
        const text = switched(readFileSync(file, 'utf8'), byFile.get(name) ?? []);
        const isOfTests = name.startsWith('__tests__/');
        return {
          contents: isOfTests ? whereItWas(text, file) : text,
          loader: file.endsWith('x') ? 'tsx' : 'ts',
        };
      });
    },
  };
}

function whereItWas(text, file) {
  return text
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
    .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
    .replaceAll('import.meta.filename', JSON.stringify(file));
}

/** Said first in each file of the bundle: which mutant is on stands in a file beside it, and so does which ones were reached. */
const SWITCH = `
import { appendFileSync as __append, readFileSync as __read } from 'node:fs';
if (globalThis.__mutant === undefined) {
  const on = Number(__read(new URL('../active', import.meta.url), 'utf8'));
  const reached = new Set();
  globalThis.__mutant = (number) => {
    reached.add(number);
    return number === on;
  };
  if (on === 0) process.on('exit', () => __append(new URL('../reached', import.meta.url), [...reached].join(' ') + '\\n'));
}
`;

export class MutationLab {
  constructor({ mutants, tests, build, here }) {
    Object.assign(this, { mutants, tests, isBundle: build, isHere: here });
    this.folder = mkdtempSync(path.join(tmpdir(), 'mutate-'));
    this.known = new Map();
  }

  /** Bundles, and runs each test once, to know what it comes by and how long it takes: those of more than `longest` milliseconds are left out then. */
  async open({ longest = Infinity } = {}) {
    const inside = (name) => path.join(this.folder, name);
    symlinkSync(path.join(root, 'node_modules'), inside('node_modules'), 'junction');
    writeFileSync(inside('package.json'), '{ "type": "module" }\n');
    cpSync(path.join(import.meta.dirname, 'mutation-globals.mjs'), inside('globals.js'));
    this.files = Object.fromEntries(this.tests.map((test, at) => [test, inside(`tests/${at}.js`)]));
    await esbuild.build({
      ...BUNDLING,
      write: true,
      plugins: [instrument(this.mutants), ownGlobals(inside('globals.js'))],
      packages: 'external',
      entryPoints: Object.fromEntries(this.tests.map((test, at) => [at, test])),
      outdir: inside('tests'),
    });
    if (this.isBundle) await this.bundle(inside('dist'));
    await this.start();
    await this.measure(longest);
  }

  async bundle(folder) {
    mkdirSync(folder);
    writeFileSync(path.join(this.folder, 'active'), '0');
    await esbuild.build({
      ...BUNDLING,
      write: true,
      plugins: [instrument(this.mutants), ...BUNDLING.plugins],
      banner: { js: BUNDLING.banner.js + SWITCH },
      entryPoints: { index: 'src/index.ts', cli: 'src/cli/start.ts' },
      splitting: true,
      outdir: folder,
    });
    cpSync(
      path.join(root, 'node_modules/node-liblzma/lib/wasm/liblzma.wasm'),
      path.join(folder, 'liblzma.wasm'),
    );
  }

  /** Starts the worker; `number` is on while it loads, and stays so. */
  async start(number = 0) {
    this.worker = fork(
      path.join(import.meta.dirname, 'mutation-worker.mjs'),
      [this.folder, String(this.mutants.length), this.isBundle ? this.folder : '', String(number)],
      {
        detached: true,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          ...process.env,
          ...(this.isBundle ? { BUNDLE_ROOT: this.folder } : {}),
          // What publishes is the bundle in dist, in which no mutant is.
          ...(this.isHere ? { BUNDLE_ROOT: root, VERIFY_HERE: '1' } : {}),
        },
      },
    );
    const { tests, reached } = await this.ask({ does: 'load', files: this.files });
    this.cases = tests;
    if (number === 0) this.readWhileLoading = new Set(reached);
  }

  /** Asks the worker; rejects with `late` when it is silent for longer than `limit` says. */
  ask(message, limit = () => 900_000) {
    return new Promise((resolve, reject) => {
      const { worker } = this;
      let timer;
      const wait = (milliseconds) => {
        clearTimeout(timer);
        timer = setTimeout(() => end(() => reject(new Error('late'))), milliseconds);
      };
      const end = (settle) => {
        clearTimeout(timer);
        worker.removeAllListeners('message').removeAllListeners('exit');
        settle();
      };
      wait(limit());
      worker
        .on('message', ({ at, done, failed }) => {
          if (at !== undefined) {
            this.at = at;
            wait(limit(at));
          } else if (failed === undefined) end(() => resolve(done));
          else end(() => reject(new Error(failed)));
        })
        .on('exit', () => end(() => reject(new Error('late'))));
      worker.send(message);
    });
  }

  async measure(longest) {
    let left = 0;
    for (const { key, name } of this.cases) {
      const fact = await this.ask({ does: 'measure', key });
      if (fact.duration > longest) left += 1;
      else if (fact.error === undefined)
        this.known.set(key, { ...fact, name, reached: new Set(fact.reached), kills: new Map() });
      else console.log(`not run here: ${key} ${name}: ${fact.error.slice(0, 300)}`);
    }
    if (left > 0)
      console.log(`${left} of ${this.cases.length} tests take longer than ${longest} ms`);
  }

  /** The tests that come by a mutant: what killed others of its file first, then the quick ones. */
  testsFor({ number, file }, isAll = false) {
    const score = ({ kills, duration }) => ((kills.get(file) ?? 0) + 0.2) / (duration + 3);
    return [...this.known.values()]
      .filter(({ reached }) => isAll || reached.has(number))
      .sort((a, b) => score(b) - score(a));
  }

  /** What became of a mutant. What is read while the code loads was in place before any test began: it is loaded anew. */
  async fate(mutant) {
    const answer = await this.tried(mutant, this.testsFor(mutant));
    if (answer.result === 'killed' || !this.readWhileLoading.has(mutant.number)) return answer;
    this.end();
    try {
      await this.start(mutant.number);
      return await this.tried(mutant, this.testsFor(mutant, true));
    } catch (error) {
      return { result: 'killed', key: '', name: String(error.message).slice(0, 200) };
    } finally {
      await this.restart();
    }
  }

  async tried(mutant, chosen, isSecond = false) {
    if (chosen.length === 0) return { result: 'unreached' };
    const limit = ({ duration }) => 10_000 + 10 * duration;
    const keys = chosen.map((test) => [test.key, limit(test)]);
    let answer;
    try {
      answer = await this.ask({ does: 'tryMutant', number: mutant.number, keys }, (key) =>
        key === undefined ? 900_000 : 2 * limit(this.known.get(key)) + 5_000,
      );
    } catch (error) {
      if (error.message !== 'late') throw error;
      answer = { result: 'killed', key: this.at, by: 'time' };
      await this.restart();
    }
    if (answer.result === 'poisoned') {
      await this.restart();
      if (!isSecond) return this.tried(mutant, chosen, true);
      answer.result = 'killed';
    }
    if (answer.result !== 'killed') return answer;
    const { kills, name } = this.known.get(answer.key);
    kills.set(mutant.file, (kills.get(mutant.file) ?? 0) + 1);
    return { ...answer, name };
  }

  async restart() {
    this.end();
    await this.start();
  }

  end() {
    try {
      process.kill(-this.worker.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }

  close() {
    this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Tests are collected by scripts/mutation-globals.mjs, once for all of their files. */
function ownGlobals(file) {
  return {
    name: 'globals',
    setup(builder) {
      builder.onResolve({ filter: /^@jest\/globals$/ }, () => ({
        path: file,
        external: true,
      }));
    },
  };
}
