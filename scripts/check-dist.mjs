// SPDX-License-Identifier: MIT
/** Builds into a temporary folder and compares with dist/; exit 1 lists the files that differ. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build } from './build.mjs';

const root = path.dirname(import.meta.dirname);
const dist = path.join(root, 'dist');
const fresh = await mkdtemp(path.join(tmpdir(), 'rpm-source-mirror-dist-'));
try {
  const expected = await build(fresh);
  const actual = await readdir(dist).catch(() => []);
  const differences = [];
  for (const name of [...new Set([...expected, ...actual])].sort()) {
    const [wanted, found] = await Promise.all(
      [fresh, dist].map((folder) => readFile(path.join(folder, name)).catch(() => undefined)),
    );
    if (!found) differences.push(`${name}: missing`);
    else if (!wanted) differences.push(`${name}: not part of the build`);
    else if (!wanted.equals(found)) differences.push(`${name}: differs`);
  }
  for (const line of differences) console.error(`dist/${line}`);
  if (differences.length > 0) {
    console.error('dist/ is not what src/ builds. Run `npm ci && npm run build` and commit dist/.');
    process.exitCode = 1;
  } else console.log(`dist/ is what src/ builds (${expected.length} files).`);
} finally {
  await rm(fresh, { recursive: true });
}
