// SPDX-License-Identifier: MIT
import { rmSync } from 'node:fs';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describeError } from '../errors.js';
import { emptyReport, type Report, type RunResult } from '../report/report.js';
import { HeapTamer } from './memory.js';

/** What is under way, for the words that are said when the process ends before the run does. */
export interface Unfinished {
  report: Report;
  /** Folders that nobody else removes then. */
  readonly folders: Set<string>;
}

/** Watches over one run. */
export interface CrashGuard {
  readonly unfinished: Unfinished;
  /** For a command that stops in the middle without loss: SIGTERM and SIGINT end the process as they do by themselves, but for the folders. */
  endOnSignal(): void;
  /** The run has said all it had to say; what breaks now costs the exit status alone. */
  done(): void;
}

const HEAP_CHECK = 25;
/** Share of the heap's limit at which V8 spends its time on collecting, and is about to end the process without a word. */
const HEAP_SHARE = 0.8;
/** What V8 keeps for young objects (three halves of 64 MiB) is part of the limit that it tells, and of no use to old ones. */
const YOUNG = 192 * 1048576;

/**
 * Makes sure that whatever ends the process (an exception that nobody caught, a promise that nobody awaited, a heap that runs out,
 * an event loop with nothing to wait for) leaves what a failed run leaves: `tell` gets a result with the error INTERNAL and has to
 * be done when it returns, then the folders go, and the exit status is 1.
 */
export function guardAgainstCrash(
  mode: Report['mode'],
  tell: (result: RunResult) => void,
): CrashGuard {
  const unfinished: Unfinished = { report: emptyReport(mode), folders: new Set() };
  let isDone = false;
  let isDying = false;
  const die = (error: unknown): void => {
    if (isDying) return;
    isDying = true;
    try {
      tell(crashResult(unfinished.report, error));
    } catch (cause) {
      process.stderr.write(`${String(cause)}\n`);
    }
    for (const folder of unfinished.folders) removeNow(folder);
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  process.on('exit', (code) => {
    if (!isDone) die(new Error(`the process ended (exit status ${code}) before the run did`));
  });
  const tamer = new HeapTamer();
  const watch = setInterval(() => {
    tamer.look();
    if (isHeapFull()) die(new Error(heapMessage()));
  }, HEAP_CHECK).unref();
  return {
    unfinished,
    endOnSignal() {
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.once(signal, () => {
          for (const folder of unfinished.folders) removeNow(folder);
          process.kill(process.pid, signal);
        });
    },
    done() {
      isDone = true;
      clearInterval(watch);
    },
  };
}

function crashResult(report: Report, error: unknown): RunResult {
  report.errors.push(describeError(error));
  return { report, hasNew: false, newVersions: [], latestVersion: '', commit: '', failed: true };
}

function removeNow(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
  }
}

/** What is garbage counts as used until it is collected, so it is collected before it is believed. */
function isHeapFull(): boolean {
  if (!isAbove()) return false;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return isAbove();
}

function isAbove(): boolean {
  const { used, limit } = oldHeap();
  return used > limit * HEAP_SHARE;
}

function oldHeap(): { readonly used: number; readonly limit: number } {
  const { heap_size_limit: limit } = getHeapStatistics();
  const used = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !name.startsWith('new_'))
    .reduce((sum, { space_used_size: size }) => sum + size, 0);
  return { used, limit: Math.max(limit - YOUNG, limit / 4) };
}

function heapMessage(): string {
  const { used, limit } = oldHeap();
  const inMiB = (bytes: number): number => Math.round(bytes / 1048576);
  return `the heap runs out: ${inMiB(used)} MiB of ${inMiB(limit)} MiB are in use (NODE_OPTIONS=--max-old-space-size=… gives more)`;
}
