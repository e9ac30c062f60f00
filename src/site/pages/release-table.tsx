// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { SiteModel, SiteRelease } from '../model.js';
import { day, Pill } from './layout.js';
import { Link, Text } from './visible.js';

/** A path on this machine has no pages. */
function hasHost({ links }: SiteModel): boolean {
  return links.tag('x') !== undefined;
}

/** Every release in a row, newest first. */
export function Releases({ model }: { readonly model: SiteModel }): VNode {
  const { releases } = model;
  return (
    <section>
      <h2 id="releases">Releases</h2>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="releases">
        <table class="releases">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Signed</th>
              <th scope="col">Proof</th>
              <th scope="col">Files</th>
              <th scope="col">Lines</th>
              <th scope="col">Particular</th>
              {hasHost(model) ? <th scope="col">At the host</th> : null}
            </tr>
          </thead>
          <tbody>
            {releases.map((release, at) => (
              <Row release={release} before={releases[at + 1]} model={model} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({
  release,
  before,
  model: { links, archive },
}: {
  readonly release: SiteRelease;
  readonly before: SiteRelease | undefined;
  readonly model: SiteModel;
}): VNode {
  const { source, facts, row, tag } = release;
  const hosted = [
    ['tag', links.tag(tag)],
    ['commit', row.commit === undefined ? undefined : links.commit(row.commit)],
    ['compare', before === undefined ? undefined : links.compare(before.tag, tag)],
    [
      'package',
      facts === undefined
        ? undefined
        : links.raw(tag, facts.archivePath.startsWith(archive) ? facts.archivePath : ''),
    ],
  ] as const;
  return (
    <tr>
      <th scope="row">
        <a href={`releases/${encodeURIComponent(release.folder)}/`}>
          <Text of={release.version} />
        </a>
      </th>
      <td>{day(release.date)}</td>
      <td>
        <Pill proof={release.proof} />
      </td>
      <td>{source === undefined ? '' : changedFiles(release)}</td>
      <td>
        {source?.since === undefined ? (
          ''
        ) : (
          <>
            <span class="add">+{source.lines.added.toLocaleString('en')}</span>{' '}
            <span class="del">−{source.lines.deleted.toLocaleString('en')}</span>
          </>
        )}
      </td>
      <td>
        {[...(scriptsChanged(release) ? ['install scripts'] : []), ...release.marks].map((mark) => (
          <>
            <span class="pill">
              <Text of={mark} />
            </span>{' '}
          </>
        ))}
      </td>
      {links.tag(tag) === undefined ? null : (
        <td>
          {hosted
            .filter(([, url]) => url !== undefined)
            .map(([name, url], at) => (
              <>
                {at > 0 ? ' ' : ''}
                <Link to={url} title={`${name} ${tag}`}>
                  {name}
                </Link>
              </>
            ))}
        </td>
      )}
    </tr>
  );
}

function scriptsChanged({ facts }: SiteRelease): boolean {
  return (facts?.scriptChanges ?? []).some(({ isVersionOnly }) => !isVersionOnly);
}

function changedFiles({ source }: SiteRelease): string {
  if (source === undefined) return '';
  if (source.since === undefined) return `${source.files} files`;
  const { added, modified, deleted } = source.counts;
  return `+${added} ~${modified} −${deleted}`;
}
