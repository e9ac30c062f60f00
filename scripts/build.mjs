// SPDX-License-Identifier: MIT
/**
 * Bundles src/ into dist/, which runs with nothing beside it. The same sources and lock file give the same bytes in any folder.
 * Usage: node scripts/build.mjs [folder]
 */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import esbuild from 'esbuild';

import { licenseTexts } from './licenses.mjs';

const root = path.dirname(import.meta.dirname);

/** CommonJS libraries in an ES module bundle still ask for `require`; without this the bundle builds and dies when run. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

/** Files that libraries open beside their own module: bundled input that asks for it → the file. */
const ASSETS = new Map([
  [
    'node_modules/node-liblzma/lib/wasm/liblzma.js',
    'node_modules/node-liblzma/lib/wasm/liblzma.wasm',
  ],
]);

/** Packages that do nothing when they are loaded, though they do not say so: what is not used of them, and what that imports, stays out. */
const QUIET = /node_modules\/@actions\/(attest|core|http-client)\//;

/**
 * undici is one module of everything: caches, mocks, cookies, web sockets, and a second parser that is an experiment.
 * Its index with what is used of it by net/ (Agent, ProxyAgent, buildConnector) and by @actions (ProxyAgent, fetch) instead.
 */
const UNDICI = `
const Dispatcher = require('./lib/dispatcher/dispatcher');
// ProxyAgent opens its tunnels by connect.
Object.assign(Dispatcher.prototype, {
  request: require('./lib/api/api-request'),
  connect: require('./lib/api/api-connect'),
});
module.exports = {
  Agent: require('./lib/dispatcher/agent'),
  ProxyAgent: require('./lib/dispatcher/proxy-agent'),
  buildConnector: require('./lib/core/connect'),
  fetch: require('./lib/web/fetch').fetch,
};
`;

/** Files of libraries that others take the place of. */
const INSTEAD = [
  [/node_modules\/undici\/index\.js$/, UNDICI],
  [/node_modules\/undici\/lib\/milo\//, "throw new Error('The experimental parser is left out.');"],
];

/** The switch for that parser, which it reads from the user's environment, is off. */
const DEFINE = { 'process.env.UNDICI_USE_MILO': 'undefined' };

/** Marks a resolution that was asked for by the plugin itself. */
const INNER = Symbol('inner');

/**
 * How libraries enter the bundle. A late `import()` of a CommonJS library gets the names that Node would give it: esbuild alone
 * keeps `default` only, and the bundle would fail where the tests pass.
 */
const libraries = {
  name: 'libraries',
  setup(builder) {
    builder.onResolve(
      { filter: /^[@\w.]/ },
      async ({ path: name, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === INNER || kind === 'entry-point') return undefined;
        const found = await builder.resolve(name, {
          importer,
          kind,
          resolveDir,
          pluginData: INNER,
        });
        if (found.external || found.errors.length > 0) return undefined;
        if (kind === 'dynamic-import' && /^[@\w]/.test(name) && (await isCommonJs(found.path)))
          return { path: name, namespace: 'named', pluginData: { file: found.path, resolveDir } };
        return QUIET.test(found.path.replaceAll('\\', '/'))
          ? { path: found.path, sideEffects: false }
          : undefined;
      },
    );
    for (const [filter, contents] of INSTEAD) builder.onLoad({ filter }, () => ({ contents }));
    builder.onLoad(
      { filter: /./, namespace: 'named' },
      async ({ path: name, pluginData: { file, resolveDir } }) => {
        const names = Object.keys(await import(pathToFileURL(file).href)).filter(
          (key) => /^[\w$]+$/.test(key) && key !== 'module.exports',
        );
        return { contents: `export { ${names.sort().join(', ')} } from '${name}';`, resolveDir };
      },
    );
  },
};

async function isCommonJs(file) {
  if (/\.[cm]js$/.test(file)) return file.endsWith('.cjs');
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text).type !== 'module';
  }
}

/** How everything is bundled; tests bundle parts of src/ the same way. */
export const BUNDLING = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  banner: { js: REQUIRE },
  charset: 'utf8',
  // Never follow a link out of the folder: paths in the bundle stay relative to it.
  preserveSymlinks: true,
  define: DEFINE,
  plugins: [libraries],
  write: false,
  logLevel: 'warning',
};

/** Bundles into `folder`, which is emptied first, and returns the names of the files it now holds. */
export async function build(folder) {
  const result = await esbuild.build({
    ...BUNDLING,
    entryPoints: {
      index: 'src/index.ts',
      cli: 'src/cli/start.ts',
      // Worker threads start with a file of their own, which the bundle finds beside itself.
      'decode-worker': 'src/compression/decode-worker.ts',
      'deflate-worker': 'src/git/objects/deflate-worker.ts',
    },
    outdir: 'dist',
    splitting: true,
    // Chunks lie beside the entries, so that `new URL('./file', import.meta.url)` in a library still finds its file.
    chunkNames: '[name]-[hash]',
    legalComments: 'external',
    metafile: true,
  });
  const files = new Map();
  const notices = [];
  for (const { path: name, contents, text } of result.outputFiles) {
    if (name.endsWith('.LEGAL.txt')) notices.push(text);
    else
      files.set(
        path.basename(name),
        path.basename(name) === 'cli.js' ? executable(text) : contents,
      );
  }
  const inputs = bundledInputs(result.metafile);
  for (const [input, asset] of ASSETS)
    if (inputs.includes(input))
      files.set(path.basename(asset), await readFile(path.join(root, asset)));
  files.set('licenses.txt', await licenseTexts(root, inputs, notices));
  files.set('package.json', '{\n  "type": "module"\n}\n');
  await writeAll(folder, files);
  return [...files.keys()].sort();
}

/** The files that left at least one byte in the bundle, relative to the root, in byte order. */
function bundledInputs(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return [
    ...new Set(used.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([name]) => name)),
  ].sort();
}

function executable(text) {
  return text.startsWith('#!') ? text : `#!/usr/bin/env node\n${text}`;
}

async function writeAll(folder, files) {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(path.join(folder, name), { recursive: true });
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  await chmod(path.join(folder, 'cli.js'), 0o755);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = path.resolve(process.argv[2] ?? path.join(root, 'dist'));
  const names = await build(folder);
  console.log(`${path.relative(process.cwd(), folder) || '.'}: ${names.join(', ')}`);
}
