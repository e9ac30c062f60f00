// SPDX-License-Identifier: MIT

const BOT = 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>';

/** One input of action.yml. */
export interface InputSpec {
  /** Used when the input is absent or empty. */
  readonly default: string;
  /** Never accepted as a flag's value, since the process list shows it. */
  readonly secret?: true;
  /** A bare flag means `true`. */
  readonly boolean?: true;
}

/** Every input with its default; action.yml says the same, and a test compares them. */
export const INPUTS = {
  mode: { default: 'publish' },
  baseurl: { default: '' },
  mirrorlist: { default: '' },
  metalink: { default: '' },
  'repo-file': { default: '' },
  'repo-id': { default: '' },
  basearch: { default: 'x86_64' },
  releasever: { default: '' },
  'http-headers': { default: '', secret: true },
  packages: { default: '' },
  arch: { default: 'noarch' },
  versions: { default: '' },
  skip: { default: '' },
  gpgkey: { default: '' },
  'gpg-fingerprints': { default: '' },
  'repo-gpgcheck': { default: 'auto' },
  'allow-weak': { default: '' },
  'allow-rollback': { default: 'false', boolean: true },
  'max-index-age': { default: '0' },
  'source-path': { default: 'usr/src/*' },
  symlinks: { default: 'keep' },
  'source-directory': { default: 'src' },
  'archive-directory': { default: 'archive' },
  'packaging-directory': { default: 'packaging' },
  unpack: { default: 'main' },
  'archive-packages': { default: 'full' },
  'release-notes': { default: '' },
  title: { default: '' },
  'tag-format': { default: '{version}' },
  repository: { default: '' },
  branch: { default: '' },
  'line-branches': { default: '' },
  token: { default: '', secret: true },
  'dry-run': { default: 'false', boolean: true },
  'max-releases': { default: '0' },
  'push-batch': { default: '3' },
  concurrency: { default: '4' },
  author: { default: BOT },
  committer: { default: BOT },
  'signing-key': { default: '', secret: true },
  'signing-key-passphrase': { default: '', secret: true },
  mirrors: { default: '' },
  'ssh-key': { default: '', secret: true },
  'ssh-known-hosts': { default: '' },
  'create-releases': { default: 'false', boolean: true },
  'alarm-issue': { default: 'false', boolean: true },
  attest: { default: 'false', boolean: true },
  'on-content-change': { default: 'fail' },
} as const satisfies Readonly<Record<string, InputSpec>>;

export type InputName = keyof typeof INPUTS;

/** The specification of an input by name. */
export function inputSpec(name: InputName): InputSpec {
  return INPUTS[name];
}

export function isInputName(name: string): name is InputName {
  return Object.hasOwn(INPUTS, name);
}
