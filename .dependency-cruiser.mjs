// SPDX-License-Identifier: MIT
/** The import rule of docs/architecture.md: who may walk where. */
const room = (name) => `^src/${name}/`;
const PURE = '^src/(rpm|archives|compression|repodata|mirror|trust)/';
/** Every room above the adapters that is not a door. */
const ABOVE =
  '^src/(publish|check|verify|rebuild|inspect|init|site|survey|upstream|source|notes|openpgp|signing)/';
const ADAPTERS = '^src/(net|git|github)/';
/** What the rooms above the adapters see of them: ports, and the pure formats of git. */
const PORTS = '^src/git/(store\\.ts$|objects/)|^src/net/fetcher\\.ts$|^src/github/port\\.ts$';
/** Pure functions that stand with their adapter. */
const READING = '^src/net/urls\\.ts$|^src/git/remote/credentials\\.ts$';
const SYSTEM = '^(node:)?(fs|fs/promises|http|https|net|tls|child_process|os|dns|worker_threads)$';
const owner = (name, library, owners) => ({
  name,
  severity: 'error',
  comment: `${library} has one owner`,
  from: { path: '^src/', pathNot: owners },
  to: { path: `node_modules/${library}/` },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-drawers',
      severity: 'error',
      from: {},
      to: { path: '^src/(utils?|helpers?|common|misc)/' },
    },
    {
      name: 'pure-rooms',
      severity: 'error',
      comment: 'values in, values out; only liblzma reads its wasm',
      from: { path: PURE, pathNot: '^src/compression/liblzma\\.ts$' },
      to: { path: `${SYSTEM}|${ADAPTERS}|node_modules/@actions/`, pathNot: PORTS },
    },
    {
      name: 'use-cases-see-ports',
      severity: 'error',
      comment:
        'only the doors and run/ build adapters; inspect reads and writes local files itself',
      from: { path: ABOVE, pathNot: '^src/inspect/(file-source|extract-files)\\.ts$' },
      to: {
        path: `${SYSTEM}|${ADAPTERS}|node_modules/@actions/`,
        pathNot: `${PORTS}|${READING}`,
      },
    },
    {
      name: 'evidence-before-writing',
      severity: 'error',
      comment: 'bytes become facts, facts evidence, evidence a verdict; only a verdict may write',
      from: { path: '^src/(rpm|archives|repodata|compression|openpgp)/' },
      to: {
        path: '^src/(trust|mirror|publish|check|verify|inspect|init|site|survey|upstream|source|notes)/',
      },
    },
    owner('owner-core', '@actions/core', '^src/index\\.ts$|^src/(inputs|report|run)/'),
    owner('owner-github', '@actions/github', room('github')),
    owner('owner-attest', '@actions/attest', room('github')),
    owner('owner-exec', '@actions/exec', '^src/git/command\\.ts$'),
    owner('owner-tool-cache', '@actions/tool-cache', room('net')),
    owner('owner-openpgp', 'openpgp', '^src/(openpgp|signing)/'),
    owner('owner-xml', 'fast-xml-parser', '^src/repodata/xml\\.ts$'),
    owner('owner-isomorphic-git', 'isomorphic-git', room('git')),
    owner('owner-liblzma', 'node-liblzma', room('compression')),
    owner('owner-undici', 'undici', room('net')),
    owner('owner-picomatch', 'picomatch', '^src/(mirror|source|github)/'),
    owner('owner-preact', '(preact|preact-render-to-string|feed)', room('site')),
    owner('owner-diff', 'diff', room('mirror')),
    owner('owner-table', 'cli-table3', room('report')),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
