// SPDX-License-Identifier: MIT
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

import { MIB } from '../limits.js';

/** V8 gives young objects up to 192 MiB, and keeps it. Sources pass by in chunks that die at once: a fraction of that is as fast. */
const YOUNG_BYTES = 16 * MIB;
/** From here on garbage is collected before the heap has grown by two thirds, instead of when it has doubled or more. */
const RESIDENT_BYTES = 128 * MIB;

/**
 * Keeps the memory of a large run down; to be called now and then. An Action cannot pass these settings on a command line: V8 looks at both
 * whenever it is about to grow.
 */
export class HeapTamer {
  #isYoungBound = false;
  #isOldBound = false;

  look(): void {
    if (!this.#isYoungBound && youngBytes() >= YOUNG_BYTES) {
      setFlagsFromString('--semi-space-growth-factor=1');
      this.#isYoungBound = true;
    }
    if (!this.#isOldBound && process.memoryUsage.rss() >= RESIDENT_BYTES) {
      setFlagsFromString('--heap-growing-percent=66');
      this.#isOldBound = true;
    }
  }
}

function youngBytes(): number {
  return (
    getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0
  );
}
