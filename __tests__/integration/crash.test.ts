// SPDX-License-Identifier: MIT
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { KIB, MIB } from '../../src/limits.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runAction,
  runCli,
} from '../fixtures/run-bundle.js';
import { hello, helloFiles } from '../fixtures/small-repository.js';
import { openStage, type Stage, TOKEN } from '../fixtures/stage.js';

/** Faults that a preload throws into the bundle once its temporary folder is there: the product has no door for it. */
const FAULTS: Readonly<Record<string, { code: string; says: RegExp; options?: string[] }>> = {
  'an exception that nobody catches': {
    code: 'throw new Error("thrown into the run")',
    says: /thrown into the run/,
  },
  'a rejected promise that nobody awaits': {
    code: 'void Promise.reject(new Error("rejected in the run"))',
    says: /rejected in the run/,
  },
  'something thrown that is no error': {
    code: 'throw undefined',
    says: /undefined/,
  },
  'a library that ends the process': {
    code: 'process.exit(0)',
    says: /the process ended \(exit status 0\) before the run did/,
  },
  'a heap that runs out': {
    code: 'setInterval(() => { held.push(new Array(1e4).fill({}), new Array(1e4).fill({})); }, 5)',
    says: /the heap runs out: \d+ MiB of \d+ MiB/,
    options: ['--max-old-space-size=256'],
  },
};

describe('whatever ends the process', () => {
  let stage: Stage;
  // Takes every request and answers none, so that the run is under way when the fault comes.
  const silent = createServer(() => undefined);
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    stage = await openStage({ packages: [hello('1.0'), hello('2.0')] });
  });
  afterAll(async () => {
    silent.close();
    await stage.close();
    removeRunDirectories();
  });

  /** Waits for the folder of the run below RUNNER_TEMP or TMPDIR, then does `code`. */
  function preload(tempDir: string, code: string): string {
    const file = join(tempDir, 'fault.mjs');
    const folder = JSON.stringify(join(tempDir, 'temp'));
    writeFileSync(
      file,
      `import { mkdirSync, readdirSync } from 'node:fs';
mkdirSync(${folder}, { recursive: true });
const held = [];
const wait = setInterval(() => {
  if (!readdirSync(${folder}).some((name) => /^rpm-source-mirror-(?!report)/.test(name))) return;
  clearInterval(wait);
  ${code};
}, 1);
globalThis.held = held;
`,
    );
    return pathToFileURL(file).href;
  }

  const given = (): Record<string, string> => ({
    baseurl: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`,
    packages: 'hello',
    gpgkey: `${stage.yum.url}/KEY`,
    repository: stage.git.url,
  });

  it.each(Object.entries(FAULTS))(
    '%s: the Action leaves outputs, report, summary and one annotation',
    async (_, fault) => {
      const tempDir = makeRunDirectory();
      const result = await runAction({
        tempDir,
        inputs: { ...given(), token: TOKEN },
        nodeOptions: [...(fault.options ?? []), '--import', preload(tempDir, fault.code)],
      });
      const annotations = result.stdout
        .split('\n')
        .filter((line) => line.startsWith('::error title='));
      expect({ code: result.code, annotations: annotations.length }).toEqual({
        code: 1,
        annotations: 1,
      });
      expect(annotations[0]).toMatch(/^::error title=INTERNAL::/);
      expect(annotations[0]).toMatch(fault.says);
      expect(result.outputs).toMatchObject({
        'has-new': 'false',
        'published-versions': '[]',
        tags: '[]',
      });
      expect(result.report).toMatchObject({
        schema: 1,
        mode: 'publish',
        errors: [{ code: 'INTERNAL' }],
      });
      expect(result.summary).toContain('INTERNAL');
      expect(
        readdirSync(join(tempDir, 'temp')).filter(
          (name) => !/^rpm-source-mirror-report-/.test(name),
        ),
      ).toEqual([]);
    },
  );

  it.each(Object.entries(FAULTS))(
    '%s: the command line leaves its report and exits 1',
    async (_, fault) => {
      const tempDir = makeRunDirectory();
      const report = join(tempDir, 'report.json');
      const flags = Object.entries(given()).map(([name, value]) => `--${name}=${value}`);
      const result = await runCli(['publish', ...flags, '--json', '--report', report], {
        tempDir,
        inputs: { token: TOKEN },
        env: { RUNNER_TEMP: join(tempDir, 'temp') },
        nodeOptions: [...(fault.options ?? []), '--import', preload(tempDir, fault.code)],
      });
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(fault.says);
      expect(result.stderr.match(/^error: INTERNAL: /gm)).toHaveLength(1);
      expect(result.report).toMatchObject({ mode: 'publish', errors: [{ code: 'INTERNAL' }] });
      expect(JSON.parse(result.stdout)).toEqual(result.report);
      expect(readdirSync(join(tempDir, 'temp'))).toEqual([]);
    },
  );

  it.each(
    ['init', 'inspect'].flatMap((command) =>
      ['throw new Error("thrown")', 'process.kill(process.pid, "SIGTERM")'].map((code) => [
        command,
        code,
      ]),
    ),
  )('%s leaves no folder behind after: %s', async (command, code) => {
    const tempDir = makeRunDirectory();
    const { baseurl } = given();
    const args = command === 'init' ? [baseurl!] : [join(tempDir, 'a.rpm'), `--gpgkey=${baseurl}`];
    writeFileSync(join(tempDir, 'a.rpm'), hello('1.0').built.bytes);
    const result = await runCli([command, ...args], {
      tempDir,
      nodeOptions: ['--import', preload(tempDir, code)],
    });
    expect({
      ended: [result.code, result.signal],
      left: readdirSync(join(tempDir, 'temp')),
    }).toEqual({ ended: code.startsWith('throw') ? [1, null] : [null, 'SIGTERM'], left: [] });
  });
});

/** Sends the signal while a package that is too large for memory is read from its private file, and goes on when that is gone. */
function stopWhileReading(tempDir: string, signal: NodeJS.Signals): string {
  const file = join(tempDir, 'stop.mjs');
  writeFileSync(
    file,
    `import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
const own = await open(import.meta.filename);
const files = Object.getPrototypeOf(own);
await own.close();
const { read } = files;
let isStopped = false;
files.read = async function (buffer, ...rest) {
  const result = await read.call(this, buffer, ...rest);
  if (isStopped || buffer.length !== ${256 * KIB}) return result;
  isStopped = true;
  process.kill(process.pid, '${signal}');
  while (this.fd !== -1) await sleep(1);
  return result;
};
`,
  );
  return pathToFileURL(file).href;
}

describe('a run that is stopped while it reads a package', () => {
  let stage: Stage;
  beforeAll(async () => {
    const noise = { path: '/usr/src/hello-1.0/noise', content: randomBytes(17 * MIB) };
    stage = await openStage({
      packages: [hello('1.0', { files: [...helloFiles('1.0'), noise] })],
      inputs: { 'archive-packages': 'none' },
    });
    expect((await stage.publish()).code).toBe(0);
  });
  afterAll(async () => {
    await stage.close();
    removeRunDirectories();
  });

  it.each(
    (['SIGTERM', 'SIGINT'] as const).flatMap((signal) =>
      (['verify', 'publish'] as const).map((mode) => [mode, signal] as const),
    ),
  )('%s, by %s: exit 1 with ABORTED, and nothing is said of the package', async (mode, signal) => {
    const tempDir = makeRunDirectory();
    const result = await stage.publish(
      { mode, ...(mode === 'publish' ? { repository: MirrorEditor.create().path } : {}) },
      { tempDir, nodeOptions: ['--import', stopWhileReading(tempDir, signal)] },
    );
    const { errors, findings, releases, warnings } = result.report;
    expect({
      ended: [result.code, result.signal],
      codes: errors.map(({ code }: { code: string }) => code),
      findings,
      warnings,
      blamed: releases.flatMap(({ error }: { error?: { code: string } }) => error?.code ?? []),
      left: readdirSync(join(tempDir, 'temp')).filter((name) => !name.endsWith('.json')),
    }).toEqual({
      ended: [1, null],
      codes: ['ABORTED'],
      findings: [],
      warnings: [],
      blamed: [],
      left: [],
    });
  });
});
