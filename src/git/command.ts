// SPDX-License-Identifier: MIT
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { GitError } from '../errors.js';
import { KIB, MIB } from '../limits.js';

/** One call of git. */
export interface GitCommand {
  readonly args: readonly string[];
  /** The whole environment; see `gitEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Texts that must never leave this module in an error (T35). */
  readonly secrets?: readonly string[];
}

/** What all calls of git in one place have in common. */
export type GitPlace = Omit<GitCommand, 'args'>;

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

/**
 * Runs git to its end and gives what it said, whatever the exit code; nothing is printed. A signal to this process does not
 * reach it: a push under way ends by itself (and is atomic, should a terminal interrupt it, too). Nothing goes to its stdin, since
 * exec does not catch the error of a pipe that a short command has closed already.
 * @throws GitError GIT_FAILED when git cannot be started or says more than fits
 */
export async function runGit(command: GitCommand): Promise<GitResult> {
  const { exec } = await import('@actions/exec');
  const stdout = new Capture(STDOUT_CAP);
  const stderr = new Capture(STDERR_CAP);
  let exitCode: number | null;
  try {
    exitCode = await exec('git', [...command.args], {
      cwd: command.cwd,
      env: { ...command.env },
      silent: true,
      ignoreReturnCode: true,
      listeners: { stdout: (data) => { stdout.add(data); }, stderr: (data) => { stderr.add(data); } },
    });
  } catch (cause) {
    throw new GitError('GIT_FAILED', `git could not be started: ${cleanText(String(cause), command.secrets)}`, { cause });
  }
  if (stdout.overflow) throw new GitError('GIT_FAILED', `Expected at most ${STDOUT_CAP} bytes from git ${command.args[0] ?? ''}, found more.`);
  return { exitCode: exitCode ?? -1, stdout: stdout.bytes(), stderr: cleanText(stderr.bytes().toString('utf8'), command.secrets) };
}

/**
 * Starts git with its streams open, for conversations: `@actions/exec` has neither a stream for stdin nor back pressure on stdout,
 * and turns binary output into text. The caller ends it.
 */
export function startGit(command: GitCommand): ChildProcessWithoutNullStreams {
  return spawn('git', [...command.args], { cwd: command.cwd, env: { ...command.env }, stdio: 'pipe', windowsHide: true });
}

/**
 * Checks once that git is there and not too old.
 * @throws GitError GIT_FAILED
 */
export async function requireGit(command: GitPlace): Promise<void> {
  const { stdout } = await runGit({ ...command, args: ['--version'] });
  const text = stdout.toString('utf8').trim();
  const [, major = '0', minor = '0'] = /^git version (\d+)\.(\d+)/u.exec(text) ?? [];
  const found = [Number(major), Number(minor)] as const;
  if (found[0] < OLDEST[0] || (found[0] === OLDEST[0] && found[1] < OLDEST[1])) {
    const expected = `git ${OLDEST.join('.')} or newer`;
    throw new GitError('GIT_FAILED', `Expected ${expected}, found "${cleanText(text)}".`, { expected, actual: text });
  }
}

/**
 * A value from outside for git's command line.
 * @throws GitError GIT_FAILED when git could take it for an option (T31)
 */
export function plainValue(value: string): string {
  if (value === '' || value.startsWith('-') || /[\u0000-\u001f\u007f]/u.test(value)) {
    throw new GitError('GIT_FAILED', `The value ${JSON.stringify(value)} must not reach git: it is empty, begins with "-" or holds control characters.`);
  }
  return value;
}

/** `text` on one line: control characters gone, progress lines reduced to their end, secrets blotted out (T33, T35). */
export function cleanText(text: string, secrets: readonly string[] = []): string {
  const open = secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return open
    .replace(/\/\/[^/\s@]*@/gu, '//***@')
    .split('\n')
    .map((line) => line.replace(/^.*\r(?=.)/su, '').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, ' ').trim())
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
