// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { SiteModel, SiteRelease } from '../model.js';
import { countedLong, fingerprint, formatBytes } from './layout.js';
import { Hash, Link, Text } from './visible.js';

/** What was checked, against what, and with which key. */
export function Evidence({
  model: { links, keys },
  release,
}: {
  readonly model: SiteModel;
  readonly release: SiteRelease;
}): VNode {
  const rows = [
    ...nameRows(release, links),
    ...packageRows(release, keys),
    ...contentRows(release, links),
  ];
  return (
    <section>
      <h2>Evidence</h2>
      <div class="scroll">
        <table class="facts-table">
          <tbody>
            {rows
              .filter(([, value]) => value !== undefined)
              .map(([name, value]) => (
                <tr>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** One without a value is left out. */
type Row = readonly [string, VNode | string | undefined];

function nameRows({ row, tag }: SiteRelease, links: SiteModel['links']): Row[] {
  return [
    ['Package', <Text of={row.nevra} />],
    [
      'Tag',
      <Link to={links.tag(tag)}>
        <Text of={tag} />
      </Link>,
    ],
    [
      'Commit',
      row.commit === undefined ? undefined : (
        <Link to={links.commit(row.commit)}>
          <Hash of={row.commit} />
        </Link>
      ),
    ],
  ];
}

function packageRows({ row: { package: pkg } }: SiteRelease, keys: SiteModel['keys']): Row[] {
  if (pkg === undefined) return [];
  const key = keys.find(({ fingerprint: of }) => of === pkg.signature.fingerprint);
  return [
    [
      'Signature',
      <>{`good: OpenPGP version ${pkg.signature.version}, ${pkg.signature.hash}, made ${pkg.signature.created}`}</>,
    ],
    [
      'Key',
      <>
        <Hash of={fingerprint(pkg.signature.fingerprint)} />
        {key === undefined ? null : (
          <>
            <br />
            <Text of={key.userId} />
          </>
        )}
      </>,
    ],
    ['Index checksum, SHA-256 of the file', pkg.sha256 ? <Hash of={pkg.sha256} /> : undefined],
    [
      'Content-Sha256, all but the signature',
      pkg.contentSha256 ? <Hash of={pkg.contentSha256} /> : undefined,
    ],
  ];
}

function contentRows(
  { tag, facts, sourceTree, source }: SiteRelease,
  links: SiteModel['links'],
): Row[] {
  return [
    [
      'Archived',
      facts === undefined ? undefined : (
        <>
          <Link to={links.raw(tag, facts.archivePath)}>
            <Text of={facts.archivePath} />
          </Link>
          {`, ${formatBytes(facts.packageBytes)}${facts.isHeader ? ', the signed header' : ''}`}
        </>
      ),
    ],
    [
      'Source tree',
      sourceTree === undefined ? undefined : (
        <>
          <Hash of={sourceTree} />
          {source === undefined
            ? ''
            : `, ${countedLong(source.files, 'file')}, ${formatBytes(source.bytes)}`}
        </>
      ),
    ],
    [
      'Built',
      facts === undefined || facts.buildTime === null ? undefined : (
        <>
          {new Date(facts.buildTime * 1000).toISOString().replace('.000', '')}
          {facts.buildHost === '' ? null : (
            <>
              {' '}
              on <Text of={facts.buildHost} />
            </>
          )}
        </>
      ),
    ],
  ];
}
