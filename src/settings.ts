// SPDX-License-Identifier: MIT
import { InputError } from './errors.js';
import type { ClientOptions } from './github/client.js';
import { apiUrlOf, repositoryNameOf } from './github/repository-name.js';
import { credentialSettings, resolveRepository, type Remote } from './git/credentials.js';
import type { RemoteAccess } from './git/scratch.js';
import type { SshOptions } from './git/ssh.js';
import type { Options } from './inputs.js';
import { loadSigner } from './openpgp/sign.js';
import type { Sign } from './stages/branch.js';

/** What the inputs mean once remotes are resolved and keys opened. */
export interface Settings {
  readonly remote: Remote;
  readonly ssh: SshOptions;
  /** Further remotes, each with what opens it. */
  readonly mirrors: readonly RemoteAccess[];
  readonly sign: Sign | undefined;
  /** Where releases and issues go, and what `check` asks about the branch; undefined when nothing is to be asked. */
  readonly github: GitHubAccess | undefined;
}

/** What opens GitHub's API. */
export type GitHubAccess = Pick<ClientOptions, 'token' | 'apiUrl' | 'repository'>;

/** What is known besides the inputs. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Date of commits and tags, seconds since 1970. */
  readonly commitTime: number;
}

/**
 * Judges the inputs that need more than their text: remotes, keys. No server is asked for anything.
 * @throws InputError INPUT_MISSING, INPUT_INVALID, INPUT_CONFLICT
 */
export async function settle(options: Options, { environment, commitTime }: Surroundings): Promise<Settings> {
  const serverUrl = environment['GITHUB_SERVER_URL'] || 'https://github.com';
  if (options.attest) throw attestConflict();
  const remote = resolveRepository(options.repository, { serverUrl });
  const ssh = sshOf(options);
  credentialSettings(remote, options.token);
  return {
    remote,
    ssh,
    mirrors: options.mirrors.map((text) => accessTo(resolveRepository(text, { serverUrl, input: 'mirrors' }), { main: remote, ssh, token: options.token })),
    github: gitHubOf(options, { remote, serverUrl, apiUrl: environment['GITHUB_API_URL'] }),
    sign: options.mode === 'publish' ? await openSigningKey(options, commitTime) : undefined,
  };
}

/** A further remote brings its own credentials in its URL; the token goes to the origin that it was given for. */
function accessTo(remote: Remote, { main, ssh, token }: { readonly main: Remote; readonly ssh: SshOptions; readonly token: string | undefined }): RemoteAccess {
  if (remote.url === main.url) throw new InputError('INPUT_CONFLICT', `mirrors names the repository itself, ${remote.url}`, { remedy: 'List only other repositories in mirrors.' });
  const isSameOrigin = remote.transport === 'http' && main.transport === 'http' && new URL(remote.url).origin === new URL(main.url).origin;
  return { remote, ssh, ...(token !== undefined && isSameOrigin ? { token } : {}) };
}

/** Never ignored in silence: who asks for attestations relies on them. */
function attestConflict(): InputError {
  return new InputError('INPUT_CONFLICT', 'attest: true needs a signer for the identity of the job, which this version does not bundle', {
    remedy: 'Leave attest out. An in-toto statement per published release lies beside the report; a next step can give its predicate to actions/attest.',
  });
}

interface GitHubPlace {
  readonly remote: Remote;
  readonly serverUrl: string;
  readonly apiUrl: string | undefined;
}

function gitHubOf(options: Options, { remote, serverUrl, apiUrl }: GitHubPlace): GitHubAccess | undefined {
  const wanted = [...(options.createReleases ? ['create-releases'] : []), ...(options.alarmIssue ? ['alarm-issue'] : [])].join(' and ');
  if (wanted === '' && options.mode !== 'check') return undefined;
  const repository = repositoryNameOf(remote, serverUrl);
  if (wanted === '' && (repository === undefined || options.token === undefined)) return undefined;
  if (repository === undefined) {
    throw new InputError('INPUT_CONFLICT', `${wanted} needs a repository on ${serverUrl}, and repository is ${remote.url}`, {
      remedy: `Leave out ${wanted}; on GitHub Enterprise Server GITHUB_SERVER_URL says which host it is.`,
    });
  }
  if (options.token === undefined) throw new InputError('INPUT_MISSING', `${wanted} needs a token`, { remedy: 'Set token (on the command line the variable INPUT_TOKEN).' });
  return { token: options.token, apiUrl: apiUrlOf(serverUrl, apiUrl), repository };
}

function sshOf({ sshKey, sshKnownHosts }: Options): SshOptions {
  if (sshKey !== undefined && !/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s[\s\S]*-----END [A-Z0-9 ]*PRIVATE KEY-----$/.test(sshKey.trim())) {
    throw new InputError('INPUT_INVALID', 'ssh-key is no private key: expected the whole block from -----BEGIN to -----END', {
      remedy: 'Give the content of the private key file (not of the .pub file), line ends included.',
    });
  }
  return { ...(sshKey === undefined ? {} : { key: sshKey }), ...(sshKnownHosts === undefined ? {} : { knownHosts: sshKnownHosts }) };
}

/** A first signature shows now, not half-way, that the key opens and was valid at the time of the commits. */
async function openSigningKey({ signingKey, signingKeyPassphrase }: Options, commitTime: number): Promise<Sign | undefined> {
  if (signingKey === undefined) {
    if (signingKeyPassphrase === undefined) return undefined;
    throw new InputError('INPUT_CONFLICT', 'signing-key-passphrase is given without signing-key', { remedy: 'Set signing-key, or remove signing-key-passphrase.' });
  }
  const signer = await loadSigner(signingKey, signingKeyPassphrase);
  await signer.sign(new Uint8Array(), commitTime);
  return (content) => signer.sign(content, commitTime);
}
