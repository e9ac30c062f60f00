// SPDX-License-Identifier: MIT
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { writeWhole } from '../disk.js';
import { VERSION } from '../version.js';
import type { ReleaseRow, Report, RunResult } from './report.js';

/** Names the form of the predicate below; a change of meaning gets a new number. */
export const PREDICATE_TYPE = 'urn:rpm-source-mirror:source:v1';

/** An in-toto statement (in-toto attestation framework, Statement v1); its keys are in the order in which they are signed. */
export interface Statement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: object;
}

/** What is said of a published release: this package, by digest, became this commit and this source tree. Undefined for a row that is not published. */
export function toStatement(row: ReleaseRow, { repository }: Report): Statement | undefined {
  const { status, package: pkg, commit, sourceTree } = row;
  if (
    status !== 'published' ||
    pkg === undefined ||
    commit === undefined ||
    sourceTree === undefined
  )
    return undefined;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: pkg.file, digest: { sha256: pkg.sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      tool: { name: 'rpm-source-mirror', version: VERSION },
      package: {
        nevra: row.nevra,
        contentSha256: pkg.contentSha256,
        index: { url: repository.url, revision: repository.revision },
      },
      signature: pkg.signature,
      checks: pkg.checks,
      tag: row.tag,
      commit: { digest: { gitCommit: commit } },
      source: { digest: { gitTree: sourceTree } },
    },
  };
}

/**
 * Writes a statement per published release into `<report without .json>-statements/<tag>.intoto.json`, and beside it, where it was signed,
 * the Sigstore bundle as `<tag>.sigstore.json`; no folder without any.
 */
export async function writeStatements(
  { report, attestations }: RunResult,
  reportPath: string,
): Promise<void> {
  const folder = `${reportPath.replace(/\.json$/u, '')}-statements`;
  for (const row of report.releases) {
    const statement = toStatement(row, report);
    if (statement === undefined) continue;
    await mkdir(folder, { recursive: true });
    // A tag may hold slashes, and what Windows keeps for itself.
    const path = join(folder, encodeURIComponent(row.tag).replaceAll('*', '%2A'));
    await writeWhole(`${path}.intoto.json`, `${JSON.stringify(statement, null, 2)}\n`);
    const bundle = attestations?.get(row.tag);
    if (bundle !== undefined)
      await writeWhole(`${path}.sigstore.json`, `${JSON.stringify(bundle)}\n`);
  }
}
