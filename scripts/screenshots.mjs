// SPDX-License-Identifier: MIT
/**
 * Makes the pictures in docs/images from real output: the job summary that the built action writes for the example repository, and what
 * the command line shows on a terminal. Needs a headless Chromium, and the package `marked` in a folder outside of this project:
 * `npm install --prefix /tmp/marked marked`. Usage: node scripts/screenshots.mjs /tmp/marked [chromium]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { serveFolders } from './serve.mjs';

const root = path.dirname(import.meta.dirname);
const examples = path.join(root, 'examples');
const images = path.join(root, 'docs/images');
const [library, chromium = 'chromium'] = process.argv.slice(2);
const start = promisify(execFile);

if (library === undefined)
  throw new Error('Usage: node scripts/screenshots.mjs FOLDER-WITH-MARKED [CHROMIUM]');
const { marked } = await import(createRequire(path.resolve(library, 'x.js')).resolve('marked'));
const work = await mkdtemp(path.join(tmpdir(), 'screenshots-'));

/** The summary of a run that publishes two releases and holds one back. */
async function jobSummary() {
  const [mirror, server] = [await bareRepository('summary.git'), await serveFolders([examples])];
  const file = path.join(work, 'summary.md');
  const inputs = { ...(await exampleInputs(server.url, mirror)), skip: '1.1' };
  const env = {
    PATH: process.env.PATH,
    HOME: work,
    RUNNER_TEMP: work,
    GITHUB_STEP_SUMMARY: file,
    GITHUB_OUTPUT: path.join(work, 'output'),
  };
  await Promise.all([file, env.GITHUB_OUTPUT].map((name) => writeFile(name, '')));
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
  try {
    await start(process.execPath, [path.join(root, 'dist/index.js')], { env, cwd: examples });
    return await readFile(file, 'utf8');
  } finally {
    server.close();
  }
}

/** Commands and what they print: a publication, and a verification of what it made. */
async function terminalSession() {
  const [mirror, server] = [await bareRepository('widget.git'), await serveFolders([examples])];
  const inputs = await exampleInputs(server.url, mirror);
  const env = { PATH: process.env.PATH, HOME: work, TMPDIR: work };
  const flags = (names) => names.map((name) => `--${name}=${inputs[name]}`);
  const commands = [
    ['publish', ...flags(Object.keys(inputs))],
    ['verify', ...flags(['repository', 'gpg-fingerprints'])],
  ];
  try {
    const shown = [];
    for (const args of commands) {
      const { stdout, stderr } = await start(
        process.execPath,
        [path.join(root, 'dist/cli.js'), ...args],
        { env, cwd: examples },
      );
      shown.push(`$ rpm-source-mirror ${args.map(quoted).join(' \\\n    ')}\n${stderr}${stdout}`);
    }
    return readable(shown.join('\n'));
  } finally {
    server.close();
  }
}

async function bareRepository(name) {
  const folder = path.join(work, name);
  await start('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  return folder;
}

async function exampleInputs(url, mirror) {
  return {
    baseurl: `${url}/repository`,
    gpgkey: 'repository/RPM-GPG-KEY-acme',
    'gpg-fingerprints': (await readFile(path.join(examples, 'fingerprint.txt'), 'utf8')).trim(),
    packages: 'acme-widget-dkms',
    title: 'Acme Widget',
    'release-notes': 'release-notes.rst',
    repository: mirror,
  };
}

/** An argument as a shell takes it. */
function quoted(text) {
  return /\s/.test(text) ? `'${text}'` : text;
}

/** Without the random parts of addresses and folders, which say nothing to a reader. */
function readable(text) {
  return text
    .replaceAll(/http:\u2060?\/\/127\.0\.0\.1:\d+/g, 'https://yum.example.com')
    .replaceAll(pathToFileURL(work).href, 'file:///srv')
    .replaceAll(`${work}/`, './');
}

/** Terminal text as HTML; what was typed is bright. */
function terminalHtml(text) {
  return escapeHtml(text).replaceAll(/^\$ (?:.*\\\n)*.*$/gm, '<b>$&</b>');
}

function escapeHtml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Lets Chromium draw a page that needs nothing from any network. */
async function takePicture(name, { body, width, height }) {
  const page = path.join(work, `${name}.html`);
  await writeFile(page, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body}`);
  const quiet = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
    '--disable-lcd-text',
  ];
  const profile = await mkdtemp(path.join(work, 'profile-'));
  await start(chromium, [
    ...quiet,
    `--user-data-dir=${profile}`,
    `--window-size=${width},${height}`,
    `--screenshot=${path.join(images, `${name}.png`)}`,
    pathToFileURL(page).href,
  ]);
  console.log(`docs/images/${name}.png`);
}

/** Close to what GitHub and a terminal look like. */
const STYLE = `
  body { margin: 0; background: #fff }
  .summary { padding: 20px 28px; color: #1f2328; font: 15px/1.5 system-ui, 'DejaVu Sans', sans-serif }
  .summary h2 { margin: 0 0 14px; padding-bottom: 6px; border-bottom: 1px solid #d1d9e0; font-size: 22px }
  .summary h3 { margin: 18px 0 10px; font-size: 18px }
  .summary table { border-collapse: collapse; font-size: 13px }
  .summary th, .summary td { padding: 5px 11px; border: 1px solid #d1d9e0; text-align: left; white-space: nowrap }
  .summary tr:nth-child(2n) td { background: #f6f8fa }
  .terminal { box-sizing: border-box; min-height: 100vh; padding: 20px 24px; background: #14181d; color: #d4dae0; font: 11.5px/1.4 'DejaVu Sans Mono', monospace; white-space: pre }
  .terminal b { color: #fff }
`;

try {
  await mkdir(images, { recursive: true });
  await takePicture('job-summary', {
    body: `<main class="summary">${readable(marked.parse(await jobSummary()))}</main>`,
    width: 1230,
    height: 300,
  });
  await takePicture('terminal', {
    body: `<main class="terminal">${terminalHtml(await terminalSession())}</main>`,
    width: 1050,
    height: 715,
  });
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}
