// SPDX-License-Identifier: MIT
import type { Logger } from '../log.js';
import { editDistance } from '../mirror/selection.js';
import { INPUTS, isInputName } from './table.js';

/** The one of these names that somebody who wrote `name` most likely meant: one or two letters away, in a short name one. */
export function nearestOf(name: string, names: readonly string[]): string | undefined {
  const most = name.length < 5 ? 1 : 2;
  const rated = names
    .map((other) => ({ other, distance: editDistance(name, other) }))
    .filter(({ distance }) => distance <= most);
  return rated.sort((a, b) => a.distance - b.distance)[0]?.other;
}

/**
 * Warns of variables `INPUT_…` that are no input but nearly one: the input that was meant is silently absent, be it a pin. Those that are
 * near to none may be another program's.
 * @param underscores whether `INPUT_SIGNING_KEY` is read as well, as on the command line
 */
export function warnOfMistypedInputs(
  environment: Readonly<Record<string, string | undefined>>,
  { logger, underscores }: { readonly logger: Logger; readonly underscores: boolean },
): void {
  for (const variable of Object.keys(environment)) {
    const written = /^INPUT_([A-Z_-]{1,40})$/.exec(variable)?.[1]?.toLowerCase();
    if (written === undefined) continue;
    const name = underscores ? written.replaceAll('_', '-') : written;
    const meant = isInputName(name) ? undefined : nearestOf(name, Object.keys(INPUTS));
    if (meant !== undefined)
      logger.warning(
        `${written} (${variable}) is no input and is not read; did you mean ${meant}?`,
      );
  }
}
