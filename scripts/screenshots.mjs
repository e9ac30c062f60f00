// SPDX-License-Identifier: MIT
/**
 * Makes the pictures in docs/images from real output: the job summary that the built action writes for the example repository, what the
 * command line shows on a terminal, and the pages of a mirror. Needs the system's Chromium, `script` of util-linux, and the package
 * `marked` in a folder outside of this project: `npm install --prefix /tmp/marked marked`.
 * Usage: node scripts/screenshots.mjs /tmp/marked [mirror whose pages are shown; the example's without]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { chromium } from 'playwright-core';

import { serveFolders } from './serve.mjs';

const root = path.dirname(import.meta.dirname);
const examples = path.join(root, 'examples');
const images = path.join(root, 'docs/images');
const [library, shownMirror] = process.argv.slice(2);
const start = promisify(execFile);

if (library === undefined)
  throw new Error('Usage: node scripts/screenshots.mjs FOLDER-WITH-MARKED [MIRROR]');
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
      const command = [process.execPath, path.join(root, 'dist/cli.js'), ...args]
        .map(quoted)
        .join(' ');
      const { stdout } = await start(
        'script',
        ['--quiet', '--return', '--command', `stty cols 120; ${command}`, '/dev/null'],
        { env: { ...env, TERM: 'xterm-256color' }, cwd: examples },
      );
      const text = stdout.split('\r\n').map(lastState).join('\n');
      shown.push(`$ rpm-source-mirror ${args.map(quoted).join(' \\\n    ')}\n${text}`);
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

const ESCAPE = '\u001b';

/** What a terminal shows of a line that was written over. */
function lastState(line) {
  return line.slice(line.lastIndexOf(`\r${ESCAPE}[K`) + 1).replace(`${ESCAPE}[K`, '');
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

/** Terminal text as HTML, with its colours; what was typed is bright. */
function terminalHtml(text) {
  const classes = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow' };
  return escapeHtml(text)
    .replaceAll(new RegExp(`${ESCAPE}\\[(\\d+)m`, 'g'), (_, code) =>
      classes[code] ? `<i class="${classes[code]}">` : '</i>',
    )
    .replaceAll(/^\$ (?:.*\\\n)*.*$/gm, '<b>$&</b>');
}

function escapeHtml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const QUIET = [
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

/** Lets Chromium draw a page that needs nothing from any network; as high as it is, or as is asked for. */
async function takePicture(name, { url, width, height }) {
  const context = await chromium.launchPersistentContext(
    await mkdtemp(path.join(work, 'profile-')),
    {
      executablePath: '/usr/bin/chromium',
      args: QUIET,
      viewport: { width, height: height ?? 200 },
    },
  );
  const page = await context.newPage();
  await page.goto(url);
  await page.screenshot({ path: path.join(images, `${name}.png`), fullPage: height === undefined });
  await context.close();
  console.log(`docs/images/${name}.png`);
}

/** A page of ours around some HTML. */
async function pageOf(name, body) {
  const file = path.join(work, `${name}.html`);
  await writeFile(file, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body}`);
  return pathToFileURL(file).href;
}

/** The pages of a mirror, by the built command. */
async function sitePages() {
  const folder = path.join(work, 'pages');
  const mirror =
    shownMirror === undefined ? path.join(work, 'widget.git') : path.resolve(shownMirror);
  await start(process.execPath, [
    path.join(root, 'dist/cli.js'),
    'site',
    `--repository=${mirror}`,
    `--output=${folder}`,
    ...(shownMirror === undefined
      ? []
      : ['--gpg-fingerprints=00FA2C1079260870A76D2C285749CAD8646D9185']),
  ]);
  const front = path.join(folder, 'index.html');
  const html = await readFile(front, 'utf8');
  await writeFile(
    front,
    html.replaceAll(/http:\/\/127\.0\.0\.1:\d+\/?/g, 'https://yum.repos.neuron.amazonaws.com'),
  );
  const [, newest] = /href="(releases\/[^"]+\/)"/.exec(html);
  return {
    front: pathToFileURL(front).href,
    newest: pathToFileURL(path.join(folder, newest, 'index.html')).href,
  };
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
  .terminal { box-sizing: border-box; padding: 20px 24px; background: #14181d; color: #d4dae0; font: 11.5px/1.4 'DejaVu Sans Mono', monospace; white-space: pre }
  .summary pre { padding: 8px 12px; background: #f6f8fa; border-radius: 6px; font: 12px/1.45 'DejaVu Sans Mono', monospace }
  .summary a { color: #0969da }
  .terminal b { color: #fff }
  .terminal i { font-style: normal }
  .bold { font-weight: bold } .dim { color: #8b949e } .red { color: #ff7b72 } .green { color: #56d364 } .yellow { color: #e3b341 }
`;

try {
  await mkdir(images, { recursive: true });
  const summary = await pageOf(
    'summary',
    `<main class="summary">${readable(marked.parse(await jobSummary()))
      .replaceAll('<details>', '<details open>')
      .replaceAll('✅', '✔')
      .replaceAll('⏭️', '↷')}</main>`,
  );
  await takePicture('job-summary', { url: summary, width: 1200 });
  const terminal = await pageOf(
    'terminal',
    `<main class="terminal">${terminalHtml(await terminalSession())}</main>`,
  );
  await takePicture('terminal', { url: terminal, width: 1040 });
  const { front, newest } = await sitePages();
  await takePicture('site', { url: front, width: 1000, height: 900 });
  await takePicture('site-release', { url: newest, width: 1000, height: 1000 });
} finally {
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}
