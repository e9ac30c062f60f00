// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { FileChange, SourceFacts } from '../model.js';
import { countedLong, formatBytes, formatNumber } from './layout.js';
import { Bar } from './timeline.js';
import { Text } from './visible.js';

/** The files that a release changed, with a bar for each. */
export function Changes({ source }: { readonly source: SourceFacts }): VNode {
  const { since, counts, lines, changes } = source;
  if (since === undefined)
    return (
      <>
        <h2>Files</h2>
        <p>
          {countedLong(source.files, 'file')}, {formatBytes(source.bytes)}. It is the first release
          that is proved here.
        </p>
      </>
    );
  const most = Math.max(
    ...changes.map((change) => (change.lines?.added ?? 0) + (change.lines?.deleted ?? 0)),
    1,
  );
  const total = counts.added + counts.modified + counts.deleted;
  return (
    <section>
      <h2>
        Files changed since <Text of={since} />
      </h2>
      <p>
        {`${formatNumber(counts.added)} added, ${formatNumber(counts.modified)} modified, ${formatNumber(counts.deleted)} deleted; `}
        <span class="add">+{formatNumber(lines.added)}</span>{' '}
        <span class="del">−{formatNumber(lines.deleted)}</span> lines
      </p>
      {changes.length === 0 ? null : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Files changed">
          <table>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Change</th>
                <th scope="col">Lines</th>
                <th scope="col">
                  <span class="small">Share</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <ChangeRow change={change} most={most} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {total > changes.length ? (
        <p class="small">… and {formatNumber(total - changes.length)} more.</p>
      ) : null}
    </section>
  );
}

function ChangeRow({
  change,
  most,
}: {
  readonly change: FileChange;
  readonly most: number;
}): VNode {
  const { path, kind, lines, before, after } = change;
  return (
    <tr>
      <td>
        <code>
          <Text of={path} />
        </code>
      </td>
      <td class="nowrap">{kind}</td>
      <td class="nowrap">
        {lines === undefined ? (
          `${formatBytes(before)} → ${formatBytes(after)}`
        ) : (
          <>
            <span class="add">+{lines.added}</span> <span class="del">−{lines.deleted}</span>
          </>
        )}
      </td>
      <td>
        {lines === undefined ? null : (
          <Bar added={lines.added} deleted={lines.deleted} most={most} />
        )}
      </td>
    </tr>
  );
}
