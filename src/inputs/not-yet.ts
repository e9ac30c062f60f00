// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';

/** The options that it looks at. */
interface Asked {
  readonly mode: string;
  readonly archivePackages: string;
  readonly tags: readonly string[];
  readonly packageFiles: string | undefined;
  readonly against: string | undefined;
  readonly allowUnproved: boolean;
  readonly acceptFindings: readonly unknown[];
}

/** What is declared and not built yet. Whoever builds it removes its line. */
const UNBUILT: readonly (readonly [what: string, isAsked: (options: Asked) => boolean])[] = [
  ['archive-packages: release', ({ archivePackages }) => archivePackages === 'release'],
  ['tags', ({ mode, tags }) => mode === 'verify' && tags.length > 0],
  ['package-files', ({ mode, packageFiles }) => mode === 'verify' && packageFiles !== undefined],
  ['against', ({ mode, against }) => mode === 'verify' && against !== undefined],
  ['allow-unproved', ({ mode, allowUnproved }) => mode === 'verify' && allowUnproved],
  ['accept-findings', ({ mode, acceptFindings }) => mode === 'verify' && acceptFindings.length > 0],
];

/** An input that would be passed over in silence is refused instead. @throws InputError INPUT_INVALID */
export function refuseUnbuilt(options: Asked): void {
  const [what] = UNBUILT.find(([, isAsked]) => isAsked(options)) ?? [];
  if (what !== undefined)
    throw new InputError('INPUT_INVALID', `${what} is not yet supported by this version`, {
      remedy: 'Leave it out, or use a later version.',
    });
}
