import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  INPUTS,
  editDistance,
  isInputName
} from "./chunk-VHF7COMM.js";

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

export {
  nearestOf,
  warnOfMistypedInputs
};
