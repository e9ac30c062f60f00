// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
import {
  credentialSettings,
  isForeignToJobToken,
  type Remote,
  resolveRepository,
} from '../git/remote/access/credentials.js';
import type { SshOptions } from '../git/remote/access/ssh.js';
import type { RemoteAccess } from '../git/remote/scratch.js';
import type { ClientOptions } from '../github/client.js';
import { apiUrlOf, type RepositoryName, repositoryNameOf } from '../github/repository-name.js';
import type { Options } from '../inputs/options.js';
import type { Logger } from '../log.js';
import type { Sign } from '../signing/signer.js';
import { needIdentity } from './after/attest.js';
import { openSigningKey, openSshKeys } from './keys.js';
import type { RunHost } from './run-host.js';

/** What the inputs mean once remotes are resolved and keys opened. */
export interface Settings {
  readonly remote: Remote;
  /** What opens the remote; undefined for a server that the token is not for. */
  readonly token: string | undefined;
  /** Whether there is something to push with; undefined for a path, which needs nothing. */
  readonly hasCredential: boolean | undefined;
  readonly ssh: SshOptions;
  /** Further remotes, each with what opens it. */
  readonly mirrors: readonly RemoteAccess[];
  /** The mirror to compare with, and what opens it. */
  readonly against: RemoteAccess | undefined;
  readonly sign: Sign | undefined;
  /** Where releases, issues and attestations go, and what `check` asks about the branch; undefined when nothing is to be asked. */
  readonly github: GitHubAccess | undefined;
  /** Owner and name of the mirror where it lies on the job's server. */
  readonly mirrorName: RepositoryName | undefined;
  /** The repository of the workflow that this run is part of; undefined outside of one, or without a token for its server. */
  readonly workflow: GitHubAccess | undefined;
}

/** What opens GitHub's API. */
type GitHubAccess = Pick<ClientOptions, 'token' | 'apiUrl' | 'repository'>;

/** What is known besides the inputs. */
interface Surroundings extends Pick<RunHost, 'environment' | 'logger'> {
  /** Date of commits and tags, seconds since 1970. */
  readonly commitTime: number;
}

/**
 * Judges the inputs that need more than their text: remotes, keys. No server is asked for anything.
 * @throws InputError INPUT_MISSING, INPUT_INVALID, INPUT_CONFLICT
 */
export async function resolveSettings(
  options: Options,
  { environment, commitTime, logger }: Surroundings,
): Promise<Settings> {
  const serverUrl = environment['GITHUB_SERVER_URL'] || 'https://github.com';
  const remote = resolveRepository(options.repository, { serverUrl });
  const mirrorName = repositoryNameOf(remote, serverUrl);
  if (options.attest) needIdentity(options.mode, { environment, logger, mirror: mirrorName });
  const ssh = await openSshKeys(options);
  const token =
    environment['GITHUB_ACTIONS'] === 'true'
      ? tokenFor(remote, { token: options.token, serverUrl, logger })
      : options.token;
  credentialSettings(remote, token);
  return {
    remote,
    token,
    hasCredential:
      remote.transport === 'file'
        ? undefined
        : remote.transport === 'ssh' || (token ?? remote.userinfo) !== undefined,
    ssh,
    mirrors: options.mirrors.map((text) =>
      accessTo(resolveRepository(text, { serverUrl, input: 'mirrors' }), {
        input: 'mirrors',
        main: remote,
        ssh,
        token,
      }),
    ),
    against:
      options.against === undefined || options.mode !== 'verify'
        ? undefined
        : accessTo(resolveRepository(options.against, { serverUrl, input: 'against' }), {
            input: 'against',
            main: remote,
            ssh,
            token,
          }),
    github: gitHubOf(options, { remote, serverUrl, apiUrl: environment['GITHUB_API_URL'] }),
    mirrorName,
    workflow: workflowOf(options.token, { remote, serverUrl, environment }),
    sign: options.mode === 'verify' ? undefined : await openSigningKey(options, commitTime),
  };
}

/** In a job, where the token may be the job's own. Says so when it stays here: the push that fails without it would not tell why. */
function tokenFor(
  remote: Remote,
  {
    token,
    serverUrl,
    logger,
  }: { readonly token: string | undefined; readonly serverUrl: string; readonly logger: Logger },
): string | undefined {
  if (token === undefined || !isForeignToJobToken(remote, token, serverUrl)) return token;
  const { host } = new URL(remote.url);
  if (remote.userinfo === undefined)
    logger.warning(
      `the token is one of a GitHub App (ghs_…), such as the job's own, and belongs to ${serverUrl}; it is not sent to ${host}. Set token to a personal one of ${host}, or put the credential into repository (as a secret): https://x-access-token:TOKEN@${host}/…`,
    );
  return undefined;
}

/** A further remote brings its own credentials in its URL; the token goes to the origin that it was given for. */
function accessTo(
  remote: Remote,
  {
    input,
    main,
    ssh,
    token,
  }: {
    readonly input: 'mirrors' | 'against';
    readonly main: Remote;
    readonly ssh: SshOptions;
    readonly token: string | undefined;
  },
): RemoteAccess {
  if (remote.url === main.url)
    throw new InputError('INPUT_CONFLICT', `${input} names the repository itself, ${remote.url}`, {
      remedy: `Name only other repositories in ${input}.`,
    });
  const isSameOrigin =
    remote.transport === 'http' &&
    main.transport === 'http' &&
    new URL(remote.url).origin === new URL(main.url).origin;
  return { remote, ssh, ...(token !== undefined && isSameOrigin ? { token } : {}) };
}

interface GitHubPlace {
  readonly remote: Remote;
  readonly serverUrl: string;
  readonly apiUrl: string | undefined;
}

function gitHubOf(
  options: Options,
  { remote, serverUrl, apiUrl }: GitHubPlace,
): GitHubAccess | undefined {
  const asked = {
    'create-releases': options.createReleases,
    'alarm-issue': options.alarmIssue,
    attest: options.attest,
  };
  const wanted = Object.entries(asked)
    .flatMap(([name, isOn]) => (isOn ? [name] : []))
    .join(' and ');
  if (wanted === '' && options.mode !== 'check') return undefined;
  const repository = repositoryNameOf(remote, serverUrl);
  if (wanted === '' && (repository === undefined || options.token === undefined)) return undefined;
  if (repository === undefined) {
    throw new InputError(
      'INPUT_CONFLICT',
      `${wanted} needs a repository on ${serverUrl}, and repository is ${remote.url}`,
      {
        remedy: `Leave out ${wanted}; on GitHub Enterprise Server GITHUB_SERVER_URL says which host it is.`,
      },
    );
  }
  if (options.token === undefined)
    throw new InputError('INPUT_MISSING', `${wanted} needs a token`, {
      remedy: 'Set token (on the command line the variable INPUT_TOKEN).',
    });
  return { token: options.token, apiUrl: apiUrlOf(serverUrl, apiUrl), repository };
}

/** The token opens the job's server when it was given for a mirror there, or is of a GitHub App, such as the job's own, and can be for no http remote elsewhere. */
function workflowOf(
  token: string | undefined,
  {
    remote,
    serverUrl,
    environment,
  }: {
    readonly remote: Remote;
    readonly serverUrl: string;
    readonly environment: Surroundings['environment'];
  },
): GitHubAccess | undefined {
  const [, owner, repo] =
    /^([\w.-]+)\/([\w.-]+)$/u.exec(environment['GITHUB_REPOSITORY'] ?? '') ?? [];
  if (owner === undefined || repo === undefined || token === undefined || !URL.canParse(serverUrl))
    return undefined;
  if (
    repositoryNameOf(remote, serverUrl) === undefined &&
    (remote.transport === 'http' || !token.startsWith('ghs_'))
  )
    return undefined;
  return {
    token,
    apiUrl: apiUrlOf(serverUrl, environment['GITHUB_API_URL']),
    repository: { owner, repo },
  };
}
