// SPDX-License-Identifier: MIT
import type { Options } from '../inputs/options.js';
import type { ReleaseRecord } from '../mirror/records/releases.js';
import type { TagProof, VerifyPorts } from '../ports.js';
import { checkRecord } from '../rebuild/texts.js';
import { reasonOf } from './findings.js';
import { prove } from './verify.js';

/**
 * Proves one tag as `verify --tags` does, and a line that the end of the branch has of it: what a release on the host says is taken from there.
 * @throws what is no MirrorError
 */
export async function proveTag(
  record: ReleaseRecord,
  options: Options,
  ports: VerifyPorts,
): Promise<TagProof> {
  const ref = `refs/tags/${record.tag}`;
  try {
    const { result, proved } = await prove({ ...options, tags: [record.tag] }, ports);
    const outcome = proved.outcomes.find(({ item }) => item.ref === ref);
    const found = result.report.findings
      .filter((row) => row.ref === ref)
      .map(
        ({ kind, path, expected, actual }) =>
          `${kind} ${path}: expected ${expected}, found ${actual}`,
      );
    if (outcome === undefined) return { commit: undefined, reasons: [...found, 'no release'] };
    const { item, row, facts } = outcome;
    const wrong = facts && checkRecord({ item, ...facts }, record);
    const reasons = [
      ...found,
      ...(row.proof === 'proved' ? [] : [row.reason ?? 'not proved']),
      ...(wrong === undefined
        ? []
        : [`releases.json: expected ${wrong.expected}, found ${wrong.actual}`]),
      // A header alone, or a package that was signed again, says nothing of the file that the line names.
      ...(record.sha256 === null || row.package?.sha256 === record.sha256
        ? []
        : [`nobody has the package of SHA-256 ${record.sha256}`]),
    ];
    return { commit: item.commit, reasons };
  } catch (error) {
    return { commit: undefined, reasons: [reasonOf(error)] };
  }
}

/** What `verify` gets of the options of a publishing run: a tag is read by the mirror.json in its own tree, whatever the inputs say today. */
export function provingOptions(options: Options): Options {
  const kept = [
    'packages',
    'source-directory',
    'archive-directory',
    'packaging-directory',
  ] as const;
  return {
    ...options,
    mode: 'verify',
    title: undefined,
    versions: [],
    allowUnproved: false,
    given: new Set(kept.filter((name) => options.given.has(name))),
  };
}
