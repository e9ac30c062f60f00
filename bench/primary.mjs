// SPDX-License-Identifier: MIT
// Peak memory and time of reading a big index, in a process of its own: node bench/primary.mjs [packages] [gz|zst]
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

import { makePrimary } from './make-primary.mjs';

const READER = `
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadIndex } from './client.mjs';
const fetcher = { fetch: async ({ url }) => ({ status: 200, body: readFileSync(fileURLToPath(url)), url }) };
const began = performance.now();
const index = await loadIndex({ bases: [process.argv[2]], fetcher, select: ({ name }) => process.argv[3] === 'all' || name === 'package-777' });
const milliseconds = Math.round(performance.now() - began);
console.log(JSON.stringify({ packages: index.packageCount, selected: index.packages.length, warnings: index.warnings, milliseconds, peakMiB: Math.round(Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024) }));
`;

/** Measures one reading; `selection` is `one` (a name of four architectures) or `all`. */
export async function measurePrimary({
  packages = 60_000,
  compression = 'gz',
  selections = ['one', 'all'],
} = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'primary-'));
  try {
    const sizes = await makePrimary(folder, { packages, compression });
    const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
    await build({
      entryPoints: [path.join(root, 'src/upstream/index-client.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: path.join(folder, 'client.mjs'),
      logLevel: 'error',
      banner: {
        js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
      },
    });
    await writeFile(path.join(folder, 'read.mjs'), READER);
    const runs = selections.map((selection) => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [path.join(folder, 'read.mjs'), pathToFileURL(folder).href, selection],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(stderr);
      return { selection, ...JSON.parse(stdout) };
    });
    return {
      compression,
      packedMB: Math.round(sizes.packed / 1e6),
      openMB: Math.round(sizes.open / 1e6),
      runs,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (
  process.argv[1] !== undefined &&
  fileURLToPath(import.meta.url) === path.resolve(process.argv[1])
) {
  const [, , packages = '60000', compression = 'gz'] = process.argv;
  console.log(
    JSON.stringify(await measurePrimary({ packages: Number(packages), compression }), null, 2),
  );
}
