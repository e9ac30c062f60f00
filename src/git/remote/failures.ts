// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import type { GitResult } from '../command.js';
import type { Remote } from './access/credentials.js';
import type { RemoteAccess } from './scratch.js';

/** A refused login, in the words of git, curl, ssh and the common hosts. */
const AUTH =
  /authentication failed|could not read (?:username|password)|terminal prompts disabled|returned error: 40[13]|http 40[13]|permission denied \(|host key verification failed|invalid (?:credentials|username)|access denied|not granted|permission to \S+ denied/iu;
/** A login that the server does not know, as opposed to one that may not do this. */
const UNKNOWN_TOKEN =
  /authentication failed|could not read (?:username|password)|terminal prompts disabled|returned error: 401|http 401|invalid (?:credentials|username)/iu;
const NOT_FOUND =
  /repository not found|repository '[^']*' not found|returned error: 404|does not appear to be a git repository/iu;
/** What OpenSSH says, among much else, when a host has another key than the one that is known. */
const KEY_CHANGED =
  /the fingerprint for the (\S+) key sent by the remote host is[\s|]+((?:SHA256|MD5):[\w+/=:]+)/iu;
const TOO_LARGE =
  /GH001|exceeds .{0,60}(?:file )?size limit|file size limit|larger than .{0,30}(?:limit|allowed)/iu;
const NO_REF = /couldn't find remote ref|no such ref|invalid refspec/iu;
const MOVED = /returned error: 30\d|unable to update url base from redirection/iu;
/** A moment later it may work. */
const TRANSIENT =
  /returned error: (?:408|429|5\d\d)|http (?:429|5\d\d)|could not resolve host|failed to connect|connection (?:reset|refused|timed out|closed)|empty reply|early eof|unexpected disconnect|hung up unexpectedly|rpc failed|operation too slow|temporary failure|timed out|ssl_error|gnutls recv|ssl connect/iu;

/** A server or a proxy that takes no request of this size, and says so. */
const OVER_LIMIT = /returned error: 413|http 413|request entity too large|payload too large/iu;
/** The same from one that cuts the connection, or loses patience; it may be another fault. */
const CUT_OFF =
  /returned error: 408|http 408|broken pipe|unexpected disconnect|hung up unexpectedly|connection (?:reset|closed)/iu;
/** https spoken to a server that speaks http. */
const NOT_TLS =
  /wrong version number|packet length too long|unknown protocol|tlsv1 alert|ssl_error_rx_record_too_long|unexpected tls packet|http request was sent to https/iu;

/** What helps where a push is too large for what stands before the repository. */
const SIZE_REMEDY =
  'The server, or a proxy before it, takes no request of this size or ends it: set push-batch: 1, so that each push is small. Where one release is too large by itself, raise the limit there (nginx: client_max_body_size), push over ssh, or archive less with archive-packages: header or release.';

type Details = NonNullable<ConstructorParameters<typeof GitError>[2]>;

interface Failure {
  readonly said: RegExp;
  /** Only where this was tried. */
  readonly doing?: string;
  readonly code: GitError['code'];
  readonly details?: Details;
}

/** What git says and what it means; the first that fits counts. */
const FAILURES: readonly Failure[] = [
  {
    said: /host key verification failed/iu,
    code: 'AUTH',
    details: {
      remedy:
        'Put the host key into ssh-known-hosts: the lines that ssh-keyscan prints, after you compared them with the fingerprints that the host publishes.',
    },
  },
  {
    said: /permission denied \([^)]*publickey/iu,
    code: 'AUTH',
    details: {
      remedy:
        'Set ssh-key to a private key without passphrase whose public half may write to this repository (a deploy key with write access).',
    },
  },
  {
    said: UNKNOWN_TOKEN,
    code: 'AUTH',
    details: {
      remedy:
        'Either no token is given where one is needed, or the server does not know it: check that token is whole, has not expired, is made for this server, and may write to the repository (permissions: contents: write).',
    },
  },
  { said: AUTH, code: 'AUTH' },
  {
    said: NOT_FOUND,
    code: 'REMOTE_FAILED',
    details: {
      remedy:
        'Check the name in repository, and that the repository exists. A server says the same where the token may not see a private repository: give one that may.',
    },
  },
  {
    said: OVER_LIMIT,
    code: 'REMOTE_FAILED',
    details: { remedy: SIZE_REMEDY, isTooMuch: 'certainly' },
  },
  {
    said: CUT_OFF,
    doing: 'push to',
    code: 'REMOTE_FAILED',
    details: { remedy: SIZE_REMEDY, isTooMuch: 'perhaps' },
  },
  {
    said: NOT_TLS,
    code: 'REMOTE_FAILED',
    details: {
      remedy: 'The server does not speak TLS at this port: check scheme and port of repository.',
    },
  },
  { said: NO_REF, code: 'BRANCH_NOT_FOUND' },
  {
    said: MOVED,
    code: 'REMOTE_FAILED',
    details: {
      remedy:
        'The server redirects, and a token does not follow. Give the address that it redirects to (often the same with .git at the end, or the new name of the repository).',
    },
  },
];

/** What a failed call of git against the main remote means; `doing` completes "git could not …". */
export function remoteError(result: GitResult, doing: string, url: string): GitError {
  const text = result.stderr.slice(0, 2000) || `exit code ${result.exitCode}`;
  const message = `git could not ${doing} ${url}: ${text}`;
  const [, kind, sent] = KEY_CHANGED.exec(result.stderr) ?? [];
  if (kind !== undefined && sent !== undefined) {
    return new GitError(
      'AUTH',
      `git could not ${doing} ${url}: the host key sent is ${sent} (${kind}); ssh-known-hosts has another`,
      {
        remedy:
          'Either the host has a new key, or somebody stands in between: compare the fingerprint with those that the host publishes. If it is there, put the new line (ssh-keyscan prints it) into ssh-known-hosts.',
      },
    );
  }
  const failure = FAILURES.find(
    (one) => one.said.test(text) && (one.doing === undefined || one.doing === doing),
  );
  return new GitError(failure?.code ?? 'REMOTE_FAILED', message, failure?.details);
}

/** The same failure at a further remote, where the main remote's token and repository are not what to look at. */
export function mirrorRemoteError(
  error: GitError,
  { remote, token }: Pick<RemoteAccess, 'remote' | 'token'>,
): GitError {
  const remedy = furtherRemedy(error, remote, token !== undefined);
  return remedy === undefined
    ? error
    : new GitError(error.code, error.message, { remedy, cause: error });
}

function furtherRemedy(
  { code, message }: GitError,
  { transport, userinfo }: Remote,
  hasToken: boolean,
): string | undefined {
  if (code === 'PUSH_REJECTED')
    return "Read the remote's answer: rules that protect a branch or tags there must let this user push.";
  if (code === 'REMOTE_FAILED' && NOT_FOUND.test(message))
    return 'Check this URL in mirrors, and that the repository exists. A server says the same where the user may not see a private repository.';
  if (code === 'REMOTE_FAILED' && !MOVED.test(message) && !OVER_LIMIT.test(message))
    return 'Check this URL in mirrors, and the network.';
  if (code !== 'AUTH' || transport !== 'http') return undefined;
  if (userinfo !== undefined)
    return 'Check user and password in this URL of mirrors: whether they are whole, have not expired, and may write to this repository.';
  const give = 'put user and password into this URL of mirrors (https://user:password@…)';
  return hasToken
    ? `Let token write to this repository, too, or ${give}.`
    : `The server wants a login: ${give}.`;
}

/** True when the same call may succeed a moment later. */
export function mayRecover(result: GitResult): boolean {
  return !AUTH.test(result.stderr) && TRANSIENT.test(result.stderr);
}

/** True when a host refused a push because a file is too large. */
export function isTooLarge(text: string): boolean {
  return TOO_LARGE.test(text);
}

/** True when git missed an object of this repository that only the remote has. */
export function isMissingObject(result: GitResult): boolean {
  return /unable to read|missing blob|could not (?:read|fetch) [0-9a-f]{40}|failed to read object|bad object|missing object|unable to load/iu.test(
    result.stderr,
  );
}
