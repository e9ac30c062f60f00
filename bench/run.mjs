// SPDX-License-Identifier: MIT
/**
 * npm run bench [-- --rounds N] [--write FILE] [backfill] [idle] [verify] [primary] [kernel]
 * Compares the bundle with what a user would script, in turns, on loopback and local bare remotes. Prints a Markdown table.
 * `kernel` takes minutes, 4 GB of disk and Debian's package of the kernel (kept where BENCH_KERNEL says): it is made only when it is named.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { serveFolders } from '../scripts/serve.mjs';
import { benchKernel } from './kernel.mjs';
import { makePrimary } from './make-primary.mjs';
import { measure, median } from './measure.mjs';

const root = path.dirname(import.meta.dirname);
const neuron = path.resolve(root, '../shared/neuron');
const bundle = path.join(root, 'dist/cli.js');
const FINGERPRINT = '00FA2C1079260870A76D2C285749CAD8646D9185';
const KEY = 'GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, write: { type: 'string' } },
});
const rounds = Number(values.rounds);
const wanted = (name) => positionals.length === 0 || positionals.includes(name);
const rows = [];
const notes = [];

/** Runs the contestants in turns, so that a slow moment of the machine hits all of them. One that fails has a row that says so. */
async function compare(title, contestants) {
  const results = contestants.map(() => []);
  const failed = new Set();
  for (let round = 0; round < rounds; round++) {
    for (const [at, { name, run }] of contestants.entries()) {
      if (failed.has(at)) continue;
      try {
        const result = await run();
        results[at].push(result);
        console.error(`${title}, round ${round + 1}, ${name}: ${result.seconds.toFixed(2)} s`);
      } catch (error) {
        console.error(`${title}, ${name}: ${error.message}`);
        failed.add(at);
        process.exitCode = 1;
      }
    }
  }
  const times = results.map((result) => median(result.map(({ seconds }) => seconds)));
  for (const [at, { name }] of contestants.entries()) {
    const memory = median(results[at].map((result) => result.memory));
    const cells = failed.has(at)
      ? ['failed', '', '']
      : [
          `${times[at].toFixed(2)} s`,
          (times[at] / times[0]).toFixed(2),
          memory === undefined ? '' : `${Math.round(memory)} MiB`,
        ];
    rows.push(`| ${[title, name, ...cells].join(' | ')} |`);
  }
}

async function bareRepository(folder, name) {
  const repository = path.join(folder, `${name}.git`);
  await rm(repository, { recursive: true, force: true });
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  return repository;
}

function publishArguments(base, repository) {
  return [
    bundle,
    'publish',
    `--baseurl=${base}`,
    `--gpgkey=${base}/${KEY}`,
    `--gpg-fingerprints=${FINGERPRINT}`,
    '--packages=aws-neuron-dkms aws-neuronx-dkms',
    '--title=Neuron Driver',
    `--repository=${pathToFileURL(repository)}`,
  ];
}

/** Each run has an empty tool cache: nothing is there from the round before. */
async function runBundle(folder, args) {
  const runner = await mkdtemp(path.join(folder, 'runner-'));
  const env = {
    RUNNER_TEMP: path.join(runner, 'temp'),
    RUNNER_TOOL_CACHE: path.join(runner, 'cache'),
    SOURCE_DATE_EPOCH: '1800000000',
  };
  await Promise.all([mkdir(env.RUNNER_TEMP), mkdir(env.RUNNER_TOOL_CACHE)]);
  return measure(process.execPath, args, { env });
}

async function benchNeuron(folder) {
  const server = await serveFolders([
    path.join(neuron, 'index/2025-02-05'),
    path.join(neuron, 'packages'),
    neuron,
  ]);
  const mirror = await bareRepository(folder, 'mirror');
  try {
    if (wanted('backfill')) {
      await compare('back-fill of 37 releases', [
        {
          name: 'native pipeline',
          run: async () => {
            const [remote, work] = [
              await bareRepository(folder, 'native'),
              await mkdtemp(path.join(folder, 'native-')),
            ];
            return measure('bash', [
              path.join(import.meta.dirname, 'native-backfill.sh'),
              server.url,
              `${server.url}/${KEY}`,
              remote,
              work,
            ]);
          },
        },
        {
          name: 'rpm-source-mirror',
          run: async () =>
            runBundle(folder, publishArguments(server.url, await bareRepository(folder, 'mirror'))),
        },
      ]);
    } else await runBundle(folder, publishArguments(server.url, mirror));
    if (wanted('idle')) {
      await compare('nothing to do', [
        { name: 'node -e 0', run: () => measure(process.execPath, ['-e', '0']) },
        {
          name: 'rpm-source-mirror',
          run: () => runBundle(folder, publishArguments(server.url, mirror)),
        },
      ]);
    }
    if (wanted('verify')) {
      await compare('verify 37 tags', [
        {
          name: 'native pipeline',
          run: async () =>
            measure('bash', [
              path.join(import.meta.dirname, 'native-verify.sh'),
              mirror,
              await mkdtemp(path.join(folder, 'verify-')),
            ]),
        },
        {
          name: 'rpm-source-mirror',
          run: () =>
            runBundle(folder, [
              bundle,
              'verify',
              `--gpg-fingerprints=${FINGERPRINT}`,
              `--repository=${pathToFileURL(mirror)}`,
            ]),
        },
      ]);
    }
  } finally {
    server.close();
  }
}

/** A plan over an index as big as Fedora's. */
async function benchPrimary(folder) {
  const repository = path.join(folder, 'large');
  const { open } = await makePrimary(repository);
  const server = await serveFolders([repository]);
  const mirror = await bareRepository(folder, 'large-mirror');
  const check = [
    bundle,
    'check',
    `--baseurl=${server.url}`,
    `--gpgkey=${path.join(root, 'examples/repository/RPM-GPG-KEY-acme')}`,
    '--packages=package-777',
    // Its file is not there, and its header would be looked at.
    '--skip=package-777-1.8-3.fc44.noarch',
    `--repository=${pathToFileURL(mirror)}`,
  ];
  try {
    await compare(`index of 60,000 packages (${Math.round(open / 1e6)} MB)`, [
      {
        name: 'curl, zcat and grep',
        run: () =>
          measure('bash', [
            '-c',
            `curl -fsS ${server.url}/repodata/primary.xml.gz | zcat | grep -c '<package '`,
          ]),
      },
      { name: 'rpm-source-mirror check', run: () => runBundle(folder, check) },
    ]);
  } finally {
    server.close();
  }
}

async function main() {
  if (!existsSync(bundle)) throw new Error('dist/cli.js is missing: run `npm run build` first');
  const folder = await mkdtemp(path.join(tmpdir(), 'rpm-source-mirror-bench-'));
  try {
    const ofNeuron = ['backfill', 'idle', 'verify'].some(wanted);
    if (ofNeuron && existsSync(neuron)) await benchNeuron(folder);
    else if (ofNeuron)
      console.error('SKIPPED: back-fill, idle run and verify need ../shared/neuron');
    if (wanted('primary')) await benchPrimary(folder);
    if (positionals.includes('kernel'))
      notes.push(
        ...((await benchKernel(folder, { bundle, runBundle, bareRepository, compare })) ?? []),
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), node ${process.version}, ${execFileSync('git', ['--version'], { encoding: 'utf8' }).trim()}`;
  const table = [
    '| what | by | time (median) | ratio | peak memory |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  const text = `${machine}; ${rounds} rounds in turns. Memory is that of the process and its children together.\n\n${table}\n${notes.map((note) => `\n- ${note}`).join('')}\n`;
  console.log(`\n${text}`);
  if (values.write) await writeFile(values.write, text);
}

await main();
