// SPDX-License-Identifier: MIT
import type { MirrorReader } from '../git/store.js';
import type { Options } from '../inputs/options.js';
import { silentLogger } from '../log.js';
import type { Ports, TagProver } from '../ports.js';
import { emptyReport } from '../report/report.js';
import { proveTag, provingOptions } from '../verify/prove-tag.js';
import { openForReading, type Place } from './open-reader.js';

/** A prover that reads the mirror when the first tag is to be proved, and not before: most runs have nothing to catch up with. */
export function openTagProver(
  options: Options,
  shared: Omit<Ports, 'store'>,
  place: Place,
): TagProver & { close(): Promise<void> } {
  let opened: Promise<MirrorReader> | undefined;
  return {
    prove: async (record, { trusted, find }) => {
      shared.logger.progress(`${record.tag}: proving what an earlier run published`);
      opened ??= openForReading(place, { mayBeShallow: false });
      const fingerprints = trusted.certificates.map(({ fingerprint }) => fingerprint);
      return proveTag(
        record,
        {
          ...provingOptions(options),
          gpgFingerprints: new Set(fingerprints),
          gpgkey: fingerprints.map((one) => ({ kind: 'armored', text: trusted.armored(one) })),
        },
        {
          ...shared,
          logger: {
            ...silentLogger,
            debug: (text) => {
              shared.logger.debug(text);
            },
          },
          report: emptyReport('verify'),
          reader: await opened,
          packageFiles: { find },
        },
      );
    },
    close: async () => {
      const reader = await opened?.catch(() => undefined);
      await reader?.close();
    },
  };
}
