// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';

/** The options that it looks at. */
interface Asked {
  readonly mode: string;
  readonly archivePackages: string;
}

/** What is declared and not built yet. Whoever builds it removes its line. */
const UNBUILT: readonly (readonly [what: string, isAsked: (options: Asked) => boolean])[] = [
  ['archive-packages: release', ({ archivePackages }) => archivePackages === 'release'],
];

/** An input that would be passed over in silence is refused instead. @throws InputError INPUT_INVALID */
export function refuseUnbuilt(options: Asked): void {
  const [what] = UNBUILT.find(([, isAsked]) => isAsked(options)) ?? [];
  if (what !== undefined)
    throw new InputError('INPUT_INVALID', `${what} is not yet supported by this version`, {
      remedy: 'Leave it out, or use a later version.',
    });
}
