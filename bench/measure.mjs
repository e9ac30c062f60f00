// SPDX-License-Identifier: MIT
/** Runs commands and says how long they took, how much memory and how much processor they and their children had. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const SAMPLE_EVERY = 25;
/** What /proc counts processor time in. */
const TICKS_A_SECOND = 100;
const MIB_IN_KIB = 1024;

/**
 * Runs a command to its end: seconds of wall-clock time; `memory`, the most MiB that it and all its children held at one time;
 * `processes`, the peak of each (by the kernel's own count) with its processor seconds. Memory is undefined where there is no /proc.
 * @throws Error with the output when it does not exit with 0.
 */
export async function measure(command, args, { env = {}, cwd } = {}) {
  const start = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-8192)));
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  let running = true;
  const watched = watch(child.pid, () => running);
  const code = await ended;
  const seconds = (performance.now() - start) / 1000;
  running = false;
  if (code !== 0)
    throw new Error(`${command} ${args.slice(0, 2).join(' ')} ended with ${code}:\n${output}`);
  return { seconds, ...(await watched) };
}

async function watch(pid, running) {
  const processes = new Map();
  let memory;
  while (running()) {
    const now = await sample(pid, processes);
    if (now !== undefined) memory = Math.max(memory ?? 0, now);
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY));
  }
  return { memory, processes: [...processes.values()] };
}

/** Resident memory in MiB of a process and its descendants, shared pages counted in each; notes what each of them had so far. */
async function sample(pid, processes) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return undefined;
  const name = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
    .split('\0')
    .slice(0, 3)
    .map((word) => word.split('/').at(-1))
    .join(' ');
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))
    .replace(/^.*\) /s, '')
    .split(' ');
  const kib = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  if (name !== '')
    processes.set(`${pid} ${name}`, {
      name,
      peak: kib('VmHWM') / MIB_IN_KIB,
      // Mapped files (packs) can be taken away at any time; what a process has of its own cannot.
      own: Math.max(processes.get(`${pid} ${name}`)?.own ?? 0, kib('RssAnon') / MIB_IN_KIB),
      processor: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    });
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const held = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => sample(child, processes)),
  );
  return held.reduce((sum, own) => sum + (own ?? 0), kib('VmRSS') / MIB_IN_KIB);
}

export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return sorted.length === 0
    ? undefined
    : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
