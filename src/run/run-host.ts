// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
import type { MirrorReader } from '../git/store.js';
import type { Logger } from '../log.js';
import type { Clock } from '../ports.js';
import type { RunResult } from '../report/report.js';
import type { Unfinished } from './crash.js';

/** What an entry point hands in. */
export interface RunHost {
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told of what a crash has to know. */
  readonly unfinished?: Unfinished;
  /** Called when `verify` is through, while its reading of the mirror is still open. */
  readonly afterVerify?: (visit: Visit) => Promise<void>;
}

/** A verified mirror that is still open. */
interface Visit {
  readonly result: RunResult;
  readonly reader: MirrorReader;
  /** The mirror as git reaches it, without credentials. */
  readonly repositoryUrl: string;
}

/**
 * Now, and the time of what is committed: SOURCE_DATE_EPOCH where that is set.
 * @throws InputError INPUT_INVALID for a SOURCE_DATE_EPOCH that is no number of seconds
 */
export function openClock({ environment }: Pick<RunHost, 'environment'>): Clock {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  const now = (): number => Math.floor(Date.now() / 1000);
  if (epoch === undefined || epoch === '') return { now, commitTime: now() };
  if (/^\d{1,11}$/.test(epoch)) return { now, commitTime: Number(epoch) };
  throw new InputError(
    'INPUT_INVALID',
    `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}; it takes seconds since 1970`,
    { remedy: 'Correct the variable, or unset it.' },
  );
}
