// SPDX-License-Identifier: MIT
/** Runs commands and says how long they took and how much memory they held. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const SAMPLE_EVERY = 25;

/**
 * Runs a command to its end: seconds of wall-clock time, and the largest memory in MiB that it and all its children held
 * at one time (sampled from /proc; undefined elsewhere).
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
  const memory = peakMemory(child.pid, () => running);
  const code = await ended;
  const seconds = (performance.now() - start) / 1000;
  running = false;
  if (code !== 0)
    throw new Error(`${command} ${args.slice(0, 2).join(' ')} ended with ${code}:\n${output}`);
  return { seconds, memory: await memory };
}

async function peakMemory(pid, running) {
  let peak;
  while (running()) {
    const now = await treeMemory(pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY));
  }
  return peak;
}

/** Resident memory in MiB of a process and its descendants, shared pages counted in each. */
async function treeMemory(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return undefined;
  const own = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const held = await Promise.all(children.split(' ').filter(Boolean).map(treeMemory));
  return held.reduce((sum, memory) => sum + (memory ?? 0), own);
}

export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return sorted.length === 0
    ? undefined
    : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
