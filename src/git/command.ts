// SPDX-License-Identifier: MIT
import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  spawn,
} from 'node:child_process';
import type { Readable } from 'node:stream';

import { saidDiskFull } from '../disk.js';
import { GitError } from '../errors.js';
import { KIB, LIMITS, MIB } from '../limits.js';

/** One call of git. */
export interface GitCommand {
  readonly args: readonly string[];
  /** The whole environment; see `gitEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Texts that must never leave this module in an error (T35). */
  readonly secrets?: readonly string[];
  /** Milliseconds; `LIMITS.gitTimeout` when absent. */
  readonly timeout?: number;
}

/** What all calls of git in one place have in common. */
export type GitPlace = Omit<GitCommand, 'args' | 'timeout'>;

/** How it ended. */
export interface GitResult {
  /** -1 when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** What git wrote for people: without control characters and secrets, at most 8 KiB. */
  readonly stderr: string;
}

/** Oldest git with GIT_CONFIG_COUNT. */
const OLDEST = [2, 31] as const;
/** Answers that are read whole are lists of refs: 100,000 refs with names of 100 bytes fit. */
const STDOUT_CAP = 16 * MIB;
const STDERR_CAP = 8 * KIB;
/** Milliseconds. */
const STREAMS_AFTER_EXIT = 10_000;

/**
 * Runs git to its end and gives what it said, whatever the exit code; nothing is printed. It gets no stdin, and a signal to this process
 * does not reach it: a push under way ends by itself. What takes too long is killed, with the programs that git started.
 * @throws GitError GIT_FAILED when git cannot be started or says more than fits; TIMEOUT; DiskFullError, also for the remote's
 */
export async function runGit(command: GitCommand): Promise<GitResult> {
  const { timeout = LIMITS.gitTimeout } = command;
  const name = `git ${command.args[0] ?? ''}`;
  const stdout = new Capture(STDOUT_CAP);
  const stderr = new Capture(STDERR_CAP);
  let ended: Ending;
  try {
    // In a process group of its own, which a signal from a terminal does not reach, and which can be killed as a whole.
    const child = spawn('git', [...command.args], {
      cwd: command.cwd,
      env: { ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    child.stdout.on('data', (data: Buffer) => {
      stdout.add(data);
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr.add(data);
    });
    ended = await ending(child, timeout);
  } catch (cause) {
    throw notStarted(cause, command);
  }
  const said = cleanText(stderr.bytes().toString('utf8'), command.secrets);
  if (ended.isLate)
    throw new GitError(
      'TIMEOUT',
      `${name} did not end within ${timeout < 60_000 ? `${Math.ceil(timeout / 1000)} seconds` : `${Math.ceil(timeout / 60_000)} minutes`} and was stopped: ${said.slice(-1000) || 'it said nothing'}`,
    );
  if (stdout.overflow)
    throw new GitError(
      'GIT_FAILED',
      `Expected at most ${STDOUT_CAP} bytes from ${name}, found more.`,
    );
  const full = ended.exitCode === 0 ? undefined : saidDiskFull(said.split(' | '), name);
  if (full !== undefined) throw full;
  return { exitCode: ended.exitCode ?? -1, stdout: stdout.bytes(), stderr: said };
}

interface Ending {
  readonly exitCode: number | null;
  /** Killed for its time. */
  readonly isLate: boolean;
}

/** Waits for a child and its streams. Rejects when it did not start. */
function ending(
  child: ChildProcessByStdio<null, Readable, Readable>,
  timeout: number,
): Promise<Ending> {
  let isLate = false;
  const letGo = (): void => {
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  };
  const late = setTimeout(() => {
    isLate = true;
    killGroup(child);
    letGo();
  }, timeout);
  let left: NodeJS.Timeout | undefined;
  // A program that it left behind may hold its streams open.
  child.once('exit', () => {
    left = setTimeout(letGo, STREAMS_AFTER_EXIT);
  });
  return new Promise<Ending>((done, fail) => {
    child.once('error', fail);
    child.once('close', (exitCode) => {
      done({ exitCode, isLate });
    });
  }).finally(() => {
    clearTimeout(late);
    clearTimeout(left);
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32')
      process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/** Starts git with its streams open, for conversations. The caller ends it. */
export function startGit(command: GitCommand): ChildProcessWithoutNullStreams {
  return spawn('git', [...command.args], {
    cwd: command.cwd,
    env: { ...command.env },
    stdio: 'pipe',
    windowsHide: true,
  });
}

/**
 * Checks once that git is there and not too old.
 * @throws GitError GIT_FAILED
 */
export async function requireGit(command: GitPlace): Promise<void> {
  const { getExecOutput } = await import('@actions/exec');
  const options = {
    cwd: command.cwd,
    env: { ...command.env },
    silent: true,
    ignoreReturnCode: true,
  };
  const { stdout } = await getExecOutput('git', ['--version'], options).catch((cause: unknown) => {
    throw notStarted(cause, command);
  });
  const text = stdout.trim();
  const [, major = '0', minor = '0'] = /^git version (\d+)\.(\d+)/u.exec(text) ?? [];
  const found = [Number(major), Number(minor)] as const;
  if (found[0] < OLDEST[0] || (found[0] === OLDEST[0] && found[1] < OLDEST[1])) {
    const expected = `git ${OLDEST.join('.')} or newer`;
    throw new GitError('GIT_FAILED', `Expected ${expected}, found "${cleanText(text)}".`, {
      expected,
      actual: text,
    });
  }
}

function notStarted(cause: unknown, { secrets }: GitPlace): GitError {
  const text = cleanText(String(cause), secrets);
  return /ENOENT|unable to locate executable/iu.test(text)
    ? new GitError('GIT_FAILED', 'there is no program git on the PATH', {
        cause,
        remedy: `Install git ${OLDEST.join('.')} or newer, or add its folder to the PATH of this process.`,
      })
    : new GitError('GIT_FAILED', `git could not be started: ${text}`, { cause });
}

/**
 * A value from outside for git's command line.
 * @throws GitError GIT_FAILED when git could take it for an option (T31)
 */
export function plainValue(value: string): string {
  if (value === '' || value.startsWith('-') || /[\u0000-\u001f\u007f]/u.test(value)) {
    throw new GitError(
      'GIT_FAILED',
      `The value ${JSON.stringify(value)} must not reach git: it is empty, begins with "-" or holds control characters.`,
    );
  }
  return value;
}

/** `text` on one line: control characters gone, progress lines reduced to their end, secrets blotted out (T33, T35). */
export function cleanText(text: string, secrets: readonly string[] = []): string {
  const open = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return open
    .replace(/\/\/[^/\s@]*@/gu, '//***@')
    .split('\n')
    .map((line) =>
      line
        .replace(/^.*\r(?=.)/su, '')
        .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
    .join(' | ');
}

/** Keeps the first bytes of a stream, drops the rest and remembers that there was one. */
class Capture {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  overflow = false;

  constructor(readonly cap: number) {}

  add(data: Buffer): void {
    const room = this.cap - this.#size;
    if (data.length > room) this.overflow = true;
    if (room <= 0) return;
    this.#chunks.push(data.subarray(0, room));
    this.#size += Math.min(room, data.length);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
