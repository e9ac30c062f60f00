// SPDX-License-Identifier: MIT
/**
 * The example: serves examples/repository on loopback, publishes it with the built bundle into a local bare repository, and
 * shows what came out, its pages included. Needs Node and git alone. Usage: npm start [-- folder]
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { serveFolders } from '../scripts/serve.mjs';

const root = path.dirname(import.meta.dirname);
const bundle = path.join(root, 'dist/cli.js');

/** Runs a command with its output shown; the result is its exit status. */
function run(command, args) {
  // Nothing of a surrounding workflow may steer the example.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GITHUB|INPUT|RUNNER)_/.test(name)),
  );
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'inherit', env })
      .on('error', reject)
      .on('exit', (code) => resolve(code ?? 1));
  });
}

async function mustRun(command, args) {
  const code = await run(command, args);
  if (code !== 0)
    throw new Error(`${path.basename(command)} ${args[0]} ended with exit status ${code}`);
}

function heading(text) {
  console.log(`\n== ${text}\n`);
}

async function main() {
  const least = 24;
  if (Number.parseInt(process.versions.node, 10) < least)
    throw new Error(`it needs Node ${least} or newer; this is ${process.version}`);
  if (!existsSync(bundle))
    throw new Error('dist/cli.js is missing: run `npm ci && npm run build` first');
  const folder = path.resolve(
    process.argv[2] ?? (await mkdtemp(path.join(tmpdir(), 'rpm-source-mirror-'))),
  );
  const mirror = path.join(folder, 'acme-widget.git');
  await mkdir(folder, { recursive: true });
  await mustRun('git', ['init', '--quiet', '--bare', '--initial-branch=main', mirror]);

  const server = await serveFolders([path.join(root, 'examples')]);
  const base = server.url;
  const fingerprint = (await readFile(path.join(root, 'examples/fingerprint.txt'), 'utf8')).trim();
  const publish = [
    bundle,
    'publish',
    `--baseurl=${base}/repository`,
    `--gpgkey=${base}/repository/RPM-GPG-KEY-acme`,
    `--gpg-fingerprints=${fingerprint}`,
    '--packages=acme-widget-dkms',
    '--title=Acme Widget',
    `--release-notes=${base}/release-notes.rst`,
    `--repository=${pathToFileURL(mirror)}`,
  ];
  try {
    heading(`A yum repository at ${base}/repository, published into ${mirror}`);
    await mustRun(process.execPath, publish);
    heading('The same again: nothing is new');
    await mustRun(process.execPath, publish);
  } finally {
    server.close();
  }
  heading('The mirror');
  await mustRun('git', [
    '--no-pager',
    `--git-dir=${mirror}`,
    'log',
    '--oneline',
    '--decorate',
    '--graph',
    'main',
  ]);
  heading('The newest release');
  await mustRun('git', [
    '--no-pager',
    `--git-dir=${mirror}`,
    'show',
    '--stat',
    '2.0^{commit}',
    '--',
    'src',
  ]);
  const pages = path.join(folder, 'pages');
  heading('Its pages: verified, then written');
  await mustRun(process.execPath, [
    bundle,
    'site',
    `--repository=${pathToFileURL(mirror)}`,
    `--gpg-fingerprints=${fingerprint}`,
    `--output=${pages}`,
  ]);
  heading(`The pages lie in ${pages}. Open in a browser:`);
  console.log(pathToFileURL(path.join(pages, 'index.html')).href);
  heading(`It lies in ${mirror}. Look at it, for example with:`);
  console.log(`git --git-dir=${mirror} ls-tree -r main`);
  console.log(`git --git-dir=${mirror} diff 1.1 2.0 -- src`);
  console.log(`git --git-dir=${mirror} show 2.0`);
}

await main().catch((error) => {
  console.error(`\nThe example failed: ${error.message}`);
  process.exitCode = 1;
});
