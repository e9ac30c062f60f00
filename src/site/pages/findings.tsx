// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import { shortRef } from '../../report/findings.js';
import type { FindingRow } from '../../report/report.js';
import { Text } from './visible.js';

/** Rows of one page; a mirror with more findings is looked at with the command. */
export const MOST_FINDINGS = 200;

/** What verify could not reconcile. */
export function FindingTable({
  findings,
  hasTag = false,
}: {
  readonly findings: readonly FindingRow[];
  readonly hasTag?: boolean;
}): VNode {
  const rest = findings.length - MOST_FINDINGS;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Findings">
        <table>
          <thead>
            <tr>
              {hasTag ? <th scope="col">Tag</th> : null}
              <th scope="col">Kind</th>
              <th scope="col">Path</th>
              <th scope="col">Expected</th>
              <th scope="col">Found</th>
            </tr>
          </thead>
          <tbody>
            {findings.slice(0, MOST_FINDINGS).map((finding) => (
              <tr>
                {hasTag ? (
                  <td>
                    <Text of={shortRef(finding.ref)} />
                  </td>
                ) : null}
                <td>{finding.kind}</td>
                <td>
                  <Text of={finding.path} />
                </td>
                <td>
                  <Text of={finding.expected} />
                </td>
                <td>
                  <Text of={finding.actual} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest > 0 ? (
        <p class="small">
          … and {rest} more: run <code>rpm-source-mirror verify</code>.
        </p>
      ) : null}
    </>
  );
}
