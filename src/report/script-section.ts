// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { plain, printable } from './escape.js';
import { fenced, folded, within } from './markdown.js';
import type { ReleaseFactsRow, ReleaseRow, Report } from './report.js';

/** Characters of one diff; the whole text is in the report. */
const LONGEST_DIFF = 6000;
type ScriptRow = NonNullable<ReleaseFactsRow['scripts']>[number];

/** Sentences about what a reviewer looks at first, escaped: what installs differently, and facts that do not agree. */
function noticesOf(row: ReleaseRow): string[] {
  const { scripts = [], dkmsVersion, version } = row;
  const real = scripts.filter(({ isVersionOnly }) => !isVersionOnly);
  return [
    ...(real.length === 0
      ? []
      : [
          `changes what ${real.map(({ name }) => `**${plain(name)}**`).join(', ')} ${real.length === 1 ? 'does' : 'do'}`,
        ]),
    ...(dkmsVersion === undefined || dkmsVersion === version
      ? []
      : [`dkms.conf says ${plain(dkmsVersion)}`]),
  ];
}

/** `2.25.4.0 changes what %post does`, with the difference folded. */
export function scriptSection({ releases }: Report, bytes: number): string {
  const items = releases.flatMap((row) => {
    const notices = noticesOf(row);
    if (notices.length === 0) return [];
    const diffs = (row.scripts ?? [])
      .filter(({ isVersionOnly }) => !isVersionOnly)
      .map((script) => diffOf(script, row));
    return [[`**${plain(row.version)}** ${notices.join('; ')}.`, ...diffs].join('\n\n')];
  });
  const licences = licenceLines(releases);
  if (items.length + licences.length === 0) return '';
  const { shown, rest } = within([...items, ...licences], bytes);
  return [
    items.length === 0 ? '' : '### What to look at',
    ...shown,
    ...(rest > 0 ? [`… and ${rest} more in the report.`] : []),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What header and source say of the licence, a line for all releases that say the same. Shown, not judged. */
function licenceLines(releases: readonly ReleaseRow[]): string[] {
  const known = releases.flatMap(({ license, licenseFiles = [], version }) =>
    license === undefined ? [] : [{ license, licenseFiles, version }],
  );
  const groups = Map.groupBy(known, ({ license, licenseFiles }) =>
    [license, ...licenseFiles].join('\0'),
  );
  return [...groups.values()].map((rows) => {
    const { license, licenseFiles, version } = required(rows[0], 'a release of the group');
    const last = rows.slice(1).at(-1);
    const who = last === undefined ? version : `${version} to ${last.version}`;
    const files =
      licenseFiles.length === 0 ? 'no licence file' : licenseFiles.slice(0, 5).join(', ');
    return `Licence of ${plain(who)}: ${plain(license) || 'none'} in the header, ${plain(files)} in the source.`;
  });
}

function diffOf({ name, change, diff }: ScriptRow, { comparedWith = '' }: ReleaseRow): string {
  const text = diff.length > LONGEST_DIFF ? `${diff.slice(0, LONGEST_DIFF)}\n…` : diff;
  const lines = text.split('\n').map(printable).join('\n');
  return folded(`${plain(name)} ${change}, against ${plain(comparedWith)}`, fenced(lines, 'diff'));
}
