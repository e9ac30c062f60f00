// SPDX-License-Identifier: MIT
import { GitError } from '../errors.js';
import type { Options } from '../inputs/options.js';
import type { Ports } from '../ports.js';
import type { ChangeRow } from '../report/report.js';
import type { Classification } from './classify.js';

/**
 * Shows what moved upstream.
 * @throws GitError CONTENT_CHANGED when published content was replaced and nobody acknowledged that
 */
export function reportChanges(
  { changes, acknowledged }: Classification,
  {
    options,
    ports,
  }: { readonly options: Options; readonly ports: Pick<Ports, 'logger' | 'report'> },
): void {
  ports.report.changes = [...changes];
  for (const change of changes) {
    if (change.class === 'withdrawn')
      ports.logger.warning(
        `${change.nevra} (tag ${change.tag}) is no longer in the index; its tag stays`,
      );
    if (change.class === 'content-changed') ports.logger.warning(describeChange(change));
  }
  const replaced = changes.filter(
    (change) => change.class === 'content-changed' && !acknowledged.has(change.tag),
  );
  if (replaced.length > 0 && options.onContentChange === 'fail')
    throw new GitError('CONTENT_CHANGED', replaced.map(describeChange).join('; '));
}

function describeChange({ nevra, tag, files }: ChangeRow): string {
  const which =
    files === undefined || files.length === 0
      ? ''
      : ` (${files.slice(0, 10).join(', ')}${files.length > 10 ? `, and ${files.length - 10} more` : ''})`;
  return `the publisher replaced the content of ${nevra}, published as tag ${tag}${which}; the tag stays`;
}
