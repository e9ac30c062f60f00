import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  INPUTS,
  editDistance,
  emptyReport,
  isInputName
} from "./chunk-5VH4LSMO.js";
import {
  describeError
} from "./chunk-YZVT7DPJ.js";
import {
  MIB
} from "./chunk-4IDUXMNJ.js";

// src/inputs/mistyped.ts
function nearestOf(name, names) {
  const most = name.length < 5 ? 1 : 2;
  const rated = names.map((other) => ({ other, distance: editDistance(name, other) })).filter(({ distance }) => distance <= most);
  return rated.sort((a, b) => a.distance - b.distance)[0]?.other;
}
function warnOfMistypedInputs(environment, { logger, underscores }) {
  for (const variable of Object.keys(environment)) {
    const written = /^INPUT_([A-Z_-]{1,40})$/.exec(variable)?.[1]?.toLowerCase();
    if (written === void 0) continue;
    const name = underscores ? written.replaceAll("_", "-") : written;
    const meant = isInputName(name) ? void 0 : nearestOf(name, Object.keys(INPUTS));
    if (meant !== void 0)
      logger.warning(
        `${written} (${variable}) is no input and is not read; did you mean ${meant}?`
      );
  }
}

// src/run/crash.ts
import { rmSync } from "node:fs";
import { getHeapSpaceStatistics as getHeapSpaceStatistics2, getHeapStatistics, setFlagsFromString as setFlagsFromString2 } from "node:v8";
import { runInNewContext } from "node:vm";

// src/run/memory.ts
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
var YOUNG_BYTES = 16 * MIB;
var RESIDENT_BYTES = 128 * MIB;
var HeapTamer = class {
  #isYoungBound = false;
  #isOldBound = false;
  look() {
    if (!this.#isYoungBound && youngBytes() >= YOUNG_BYTES) {
      setFlagsFromString("--semi-space-growth-factor=1");
      this.#isYoungBound = true;
    }
    if (!this.#isOldBound && process.memoryUsage.rss() >= RESIDENT_BYTES) {
      setFlagsFromString("--heap-growing-percent=66");
      this.#isOldBound = true;
    }
  }
};
function youngBytes() {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
}

// src/run/crash.ts
var HEAP_CHECK = 25;
var HEAP_SHARE = 0.8;
var YOUNG = 192 * 1048576;
function guardAgainstCrash(mode, tell) {
  const unfinished = { report: emptyReport(mode), folders: /* @__PURE__ */ new Set() };
  let isDone = false;
  let isDying = false;
  const die = (error) => {
    if (isDying) return;
    isDying = true;
    try {
      tell(crashResult(unfinished.report, error));
    } catch (cause) {
      process.stderr.write(`${String(cause)}
`);
    }
    for (const folder of unfinished.folders) removeNow(folder);
    process.exit(1);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
  process.on("exit", (code) => {
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
      for (const signal of ["SIGTERM", "SIGINT"])
        process.once(signal, () => {
          for (const folder of unfinished.folders) removeNow(folder);
          process.kill(process.pid, signal);
        });
    },
    done() {
      isDone = true;
      clearInterval(watch);
    }
  };
}
function crashResult(report, error) {
  report.errors.push(describeError(error));
  return { report, hasNew: false, newVersions: [], latestVersion: "", commit: "", failed: true };
}
function removeNow(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch (error) {
    process.stderr.write(`${String(error)}
`);
  }
}
function isHeapFull() {
  if (!isAbove()) return false;
  setFlagsFromString2("--expose-gc");
  runInNewContext("gc")();
  return isAbove();
}
function isAbove() {
  const { used, limit } = oldHeap();
  return used > limit * HEAP_SHARE;
}
function oldHeap() {
  const { heap_size_limit: limit } = getHeapStatistics();
  const used = getHeapSpaceStatistics2().filter(({ space_name: name }) => !name.startsWith("new_")).reduce((sum, { space_used_size: size }) => sum + size, 0);
  return { used, limit: Math.max(limit - YOUNG, limit / 4) };
}
function heapMessage() {
  const { used, limit } = oldHeap();
  const inMiB = (bytes) => Math.round(bytes / 1048576);
  return `the heap runs out: ${inMiB(used)} MiB of ${inMiB(limit)} MiB are in use (NODE_OPTIONS=--max-old-space-size=… gives more)`;
}

export {
  nearestOf,
  warnOfMistypedInputs,
  guardAgainstCrash
};
