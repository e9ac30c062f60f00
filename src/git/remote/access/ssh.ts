// SPDX-License-Identifier: MIT
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What an ssh remote needs. */
export interface SshOptions {
  /** Private key in OpenSSH or PEM format; a secret. Without: the agent of SSH_AUTH_SOCK. */
  readonly key?: string;
  /** Lines of a known_hosts file. Without: the user's own. */
  readonly knownHosts?: string;
}

/**
 * Variables that make git use this key and accept these host keys only: never a question, never an unknown host, no configuration
 * of the user's. The key lies in the private folder `dir`, readable by its owner only, and goes with it.
 */
export async function sshEnvironment(
  dir: string,
  { key, knownHosts }: SshOptions,
): Promise<Record<string, string>> {
  const command = ['ssh', '-F', 'none', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'];
  command.push(
    '-o',
    'ConnectTimeout=30',
    '-o',
    'ServerAliveInterval=15',
    '-o',
    'ServerAliveCountMax=4',
  );
  const env: Record<string, string> = { GIT_SSH_VARIANT: 'ssh' };
  if (key === undefined) {
    const agent = process.env['SSH_AUTH_SOCK'];
    if (agent !== undefined) env['SSH_AUTH_SOCK'] = agent;
  } else {
    const path = join(dir, 'ssh-key');
    await writeFile(path, withLineEnd(key), { mode: 0o600, flag: 'wx' });
    command.push('-i', path, '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none');
  }
  if (knownHosts !== undefined) {
    const path = join(dir, 'known-hosts');
    await writeFile(path, withLineEnd(knownHosts), { mode: 0o600, flag: 'wx' });
    command.push('-o', `UserKnownHostsFile=${sshQuote(path)}`, '-o', 'GlobalKnownHostsFile=none');
  }
  return { ...env, GIT_SSH_COMMAND: command.map(shellQuote).join(' ') };
}

/** ssh refuses keys without a last line end, and secrets lose theirs on the way. */
function withLineEnd(text: string): string {
  return `${text.replaceAll('\r\n', '\n').trim()}\n`;
}

/** ssh splits this option's value at white space. */
function sshQuote(path: string): string {
  return `"${path}"`;
}

/** git gives the command to a shell. */
function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
