// SPDX-License-Identifier: MIT
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { InputError } from '../../../errors.js';
import { trimEndWhile } from '../../../text.js';
import type { Settings } from './environment.js';

/** Where a repository is. */
export interface Remote {
  readonly transport: 'http' | 'ssh' | 'file';
  /** Without user name and password (http), so that it may be shown. */
  readonly url: string;
  /** `user:password` that the given URL held; a secret. */
  readonly userinfo?: string;
}

export interface ResolveOptions {
  /** The server that `owner/name` is on, such as https://github.com. */
  readonly serverUrl: string;
  /** Folder that relative paths start from; the current one when absent. */
  readonly cwd?: string;
  /** Name of the input, for the message. */
  readonly input?: string;
}

/**
 * The remote that a user names by `owner/name`, a URL (https, http, ssh, file), `user@host:path`, or a path that begins with `/` or `.`.
 * Paths become file URLs, since git ignores depth and filter for plain paths.
 * @throws InputError INPUT_INVALID for anything else: remote helpers (`ext::`), options, control characters
 */
export function resolveRepository(text: string, options: ResolveOptions): Remote {
  const value = text.trim();
  const refuse = (problem: string, remedy?: string): InputError =>
    new InputError(
      'INPUT_INVALID',
      `The input "${options.input ?? 'repository'}" ${problem}, found ${JSON.stringify(withoutUserinfo(value))}.`,
      remedy === undefined ? {} : { remedy },
    );
  if (value === '' || value.startsWith('-') || /[\u0000-\u001f\u007f]/u.test(value))
    throw refuse('must be a repository');
  if (/^[A-Za-z0-9+.-]*::/u.test(value)) throw refuse('must not name a remote helper');
  if (isPath(value)) {
    return { transport: 'file', url: pathToFileURL(resolve(options.cwd ?? '.', value)).href };
  }
  if (/^[A-Za-z0-9][\w.-]*\/(?!\.{1,2}$)[\w.-]+$/u.test(value)) {
    return resolveUrl(`${trimEndWhile(options.serverUrl, /\//)}/${value}`, refuse);
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//u.test(value) || value.startsWith('file:'))
    return resolveUrl(value, refuse);
  if (/^(?:\w[\w.-]*@)?\w[\w.-]*:[^-].*$/u.test(value)) return { transport: 'ssh', url: value };
  throw refuse(
    'must be owner/name, a URL, or a path that begins with "/" or "."',
    /^[\w][\w./ \\-]*$/u.test(value)
      ? `If it is a repository on this machine, write ./${value}`
      : undefined,
  );
}

function isPath(value: string): boolean {
  return /^[./]/u.test(value) || (process.platform === 'win32' && /^[A-Za-z]:[\\/]/u.test(value));
}

function resolveUrl(text: string, refuse: (problem: string) => InputError): Remote {
  const url = URL.parse(text);
  if (url === null || url.hostname.startsWith('-')) throw refuse('must be a URL');
  switch (url.protocol) {
    case 'https:':
    case 'http:':
      return resolveHttp(url, refuse);
    case 'ssh:':
      if (url.password !== '') throw refuse('must not hold a password');
      if (url.username.startsWith('-') || url.hostname === '') throw refuse('must name a host');
      return { transport: 'ssh', url: url.href };
    case 'file:':
      try {
        return { transport: 'file', url: pathToFileURL(fileURLToPath(url)).href };
      } catch {
        throw refuse('must be a file on this machine');
      }
    default:
      throw refuse('must use https, http, ssh or file');
  }
}

function resolveHttp(url: URL, refuse: (problem: string) => InputError): Remote {
  const { username, password } = url;
  url.username = url.password = url.hash = '';
  const remote: Remote = { transport: 'http', url: url.href };
  if (username === '' && password === '') return remote;
  if (!mayHoldSecret(url)) throw refuse('must not send a password over http');
  return { ...remote, userinfo: `${decode(username)}:${decode(password)}` };
}

/** https, or a server on this machine. */
function mayHoldSecret(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url));
}

function isThisMachine({ hostname }: URL): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/u.test(hostname);
}

/**
 * True for a token of a GitHub App installation (`ghs_…`), such as the job's own that action.yml fills in, and a remote on another server than
 * the job's: nobody chose to show it to that server. A remote on this machine gets it.
 */
export function isForeignToJobToken(remote: Remote, token: string, serverUrl: string): boolean {
  if (remote.transport !== 'http' || !token.startsWith('ghs_')) return false;
  const url = new URL(remote.url);
  return url.host !== URL.parse(serverUrl)?.host && !isThisMachine(url);
}

/**
 * Settings that hand the token (or the URL's own password) to the remote's origin, and to nothing else; none for paths, whose hooks
 * would inherit it (T31), for ssh and for http to other machines. An empty header first drops what other settings may have added,
 * since a server answers two Authorization headers with 400. Redirects are not followed: git would send the header to the new host.
 */
export function credentialSettings(remote: Remote, token: string | undefined): Settings {
  const basic = basicCredential(remote, token);
  if (basic === undefined) return [];
  const key = `http.${new URL(remote.url).origin}/.extraheader`;
  return [
    [key, ''],
    [key, `Authorization: Basic ${basic}`],
    ['http.followRedirects', 'false'],
  ];
}

/** Every form in which the secrets of a remote could show up in a text; for the log's mask and for error messages. */
export function remoteSecrets(remote: Remote, token: string | undefined): string[] {
  const [user = '', password = ''] = remote.userinfo?.split(/:(.*)/su) ?? [];
  return [
    ...new Set([
      ...secretsToMask(token),
      ...secretsToMask(password === '' ? user : password),
      basicCredential(remote, token) ?? '',
    ]),
  ].filter((text) => text !== '');
}

/** The token as it is and as the Basic credential that carries it; empty without a token. */
export function secretsToMask(token: string | undefined): string[] {
  return token === undefined || token === ''
    ? []
    : [token, base64(token), base64(`x-access-token:${token}`)];
}

/** The password in a URL as it stands there, as it reads, and as the Basic credential that carries it; none for what is no http URL. */
export function secretsInUrl(text: string): string[] {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username + url.password === '')
    return [];
  const [user, password] = [decode(url.username), decode(url.password)];
  // A token may stand alone, as the name of the user.
  const secret = password === '' ? user : password;
  return [
    secret,
    password === '' ? url.username : url.password,
    ...secretsToMask(secret),
    base64(`${user}:${password}`),
  ];
}

function basicCredential(remote: Remote, token: string | undefined): string | undefined {
  if (remote.transport !== 'http' || !mayHoldSecret(new URL(remote.url))) return undefined;
  if (remote.userinfo !== undefined) return base64(remote.userinfo);
  if (token === undefined || token === '') return undefined;
  if (/[^\u0021-\u007e]/u.test(token))
    throw new InputError(
      'INPUT_INVALID',
      'The input "token" must not hold white space or control characters.',
    );
  return base64(`x-access-token:${token}`);
}

/** A percent sign that encodes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function withoutUserinfo(text: string): string {
  return text.replace(/\/\/[^/]*@/u, '//***@');
}
