// SPDX-License-Identifier: MIT
import { devNull } from 'node:os';

/** git settings in the order in which git shall see them; a key may come several times. */
export type Settings = readonly (readonly [key: string, value: string])[];

export interface EnvironmentOptions {
  /** Private folder that stands for the user's home, so that no `.gitconfig`, `.netrc` or credential store is found. */
  readonly home: string;
  /** Transports that git may use, as in GIT_ALLOW_PROTOCOL; empty allows none. */
  readonly protocols: readonly string[];
  readonly settings: Settings;
  /** Further variables for this remote, such as GIT_SSH_COMMAND. */
  readonly extra?: Readonly<Record<string, string>>;
  /** The environment to choose from; the process's own when absent. */
  readonly source?: Readonly<Record<string, string | undefined>>;
}

/**
 * What a child may inherit: where programs and temporary files are, what Windows needs to start a process, proxies and CA
 * certificates. A list of what passes, since a list of what does not would miss the next secret (T36).
 */
const INHERITED: ReadonlySet<string> = new Set([
  'PATH',
  'PATHEXT',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PROGRAMDATA',
  'LD_LIBRARY_PATH',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_PROXY_SSL_CAINFO',
]);

/** Settings for every command: nothing in the background, nothing from a work tree, no hook. */
const ALWAYS: Settings = [
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['core.bigFileThreshold', '8m'],
  // The packs of kernels must not lie in memory as a whole.
  ['core.packedGitWindowSize', '16m'],
  ['core.packedGitLimit', '128m'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['protocol.version', '2'],
  ['credential.helper', ''],
  ['advice.detachedHead', 'false'],
];

/**
 * The whole environment of a git process: minimal, without the user's and the system's git configuration (T31), without inputs and
 * tokens of the job (T36). Settings travel in `GIT_CONFIG_COUNT`, which no process list shows (git-config(1), ENVIRONMENT).
 */
export function gitEnvironment({
  home,
  protocols,
  settings,
  extra = {},
  source = process.env,
}: EnvironmentOptions): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    // Names of proxies come in both cases, and Windows has no case in names.
    if (value !== undefined && INHERITED.has(name.toUpperCase())) env[name] = value;
  }
  // curl takes the lower-case name only, for fear of CGI.
  if (env['HTTP_PROXY'] !== undefined) env['http_proxy'] ??= env['HTTP_PROXY'];
  const all = [...ALWAYS, ...settings];
  Object.assign(env, {
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_PROTOCOL_FROM_USER: '0',
    // An empty list would read as "not set"; `none` is no transport.
    GIT_ALLOW_PROTOCOL: protocols.join(':') || 'none',
    GIT_CONFIG_COUNT: String(all.length),
    ...extra,
  });
  all.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}
