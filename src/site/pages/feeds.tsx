// SPDX-License-Identifier: MIT
import { Feed } from 'feed';
import type { VNode } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';

import type { SiteModel, SiteRelease } from '../model.js';
import { countedLong } from './layout.js';
import { visible, visibleLines } from './visible.js';

/** Readers poll feeds; older releases are on the pages. */
const MOST_ITEMS = 100;

/** The feeds of proved releases, newest first, with the digests that a packager needs. What is not proved is announced to nobody. */
export function renderFeeds(model: SiteModel): { readonly atom: string; readonly json: string } {
  const releases = model.releases.filter(({ proof }) => proof === 'proved').slice(0, MOST_ITEMS);
  return {
    // Titles of Atom entries are HTML, those of a JSON feed are text.
    atom: feedOf(model, releases, escapeHtml).atom1(),
    json: `${feedOf(model, releases, (text) => text).json1()}\n`,
  };
}

function feedOf(
  model: SiteModel,
  releases: readonly SiteRelease[],
  titled: (text: string) => string,
): Feed {
  const home = model.url ?? model.links.home;
  const feed = new Feed({
    title: visible(model.title),
    description: visible(
      `Releases of ${model.packages.join(', ')}, each proved by the signature of its package`,
    ),
    id:
      home ??
      `urn:rpm-source-mirror:${encodeURIComponent(model.packages.join(',').toWellFormed()) || 'mirror'}`,
    ...(home === undefined ? {} : { link: home }),
    copyright: '',
    generator: 'rpm-source-mirror',
    updated: new Date(
      Math.max(0, ...releases.map(({ date }) => (date === undefined ? 0 : Date.parse(date)))),
    ),
    author: { name: 'rpm-source-mirror' },
    feedLinks:
      model.url === undefined
        ? {}
        : { json: `${model.url}feed.json`, atom: `${model.url}feed.atom` },
  });
  for (const release of releases) {
    const { date, version } = release;
    feed.addItem({
      ...addressOf(release, model),
      title: titled(visible(`${model.title} ${version}`)),
      date: new Date(date ?? 0),
      description: titled(visible(summaryOf(release))),
      content: bracketless(renderToStaticMarkup(<Digests release={release} />)),
    });
  }
  return feed;
}

/** A feed knows no relative addresses: where no page is known, the release's name stands in. */
function addressOf(
  { row, tag, folder }: SiteRelease,
  { url, links }: SiteModel,
): { readonly id: string; readonly link: string } {
  const id = `urn:rpm-source-mirror:${row.package?.contentSha256 || row.commit || ''}`;
  const page = `releases/${encodeURIComponent(folder)}/`;
  return { id, link: url === undefined ? (links.tag(tag) ?? id) : url + page };
}

function summaryOf({ row, source, facts }: SiteRelease): string {
  const changed =
    source?.since === undefined
      ? ''
      : ` +${source.counts.added} ~${source.counts.modified} −${source.counts.deleted} files since ${source.since}.`;
  const scripts = (facts?.scriptChanges ?? []).filter(({ isVersionOnly }) => !isVersionOnly);
  return `${row.nevra}.${changed}${scripts.length === 0 ? '' : ` ${countedLong(scripts.length, 'install script')} changed: ${scripts.map(({ name }) => name).join(', ')}.`}`;
}

function Digests({
  release: { row, sourceTree, notes },
}: {
  readonly release: SiteRelease;
}): VNode {
  const pkg = row.package;
  const rows: (readonly [string, string | undefined])[] = [
    ['Package', pkg?.file],
    ['SHA-256', pkg?.sha256],
    ['Content-Sha256', pkg?.contentSha256],
    ['Signed by', pkg?.signature.fingerprint],
    ['Signed', pkg?.signature.created],
    ['Tag', row.tag],
    ['Commit', row.commit],
    ['Source tree', sourceTree],
  ];
  return (
    <>
      <table>
        {rows.map(([name, value = '']) =>
          value === '' ? null : (
            <tr>
              <th>{name}</th>
              <td>
                <code>{visible(value)}</code>
              </td>
            </tr>
          ),
        )}
      </table>
      {notes === undefined ? null : <pre>{visibleLines(notes)}</pre>}
    </>
  );
}

function escapeHtml(text: string): string {
  return bracketless(renderToStaticMarkup(<>{text}</>));
}

/** The feed library puts HTML into CDATA and mends the first `]]>` alone: so none may be in it. */
function bracketless(html: string): string {
  return html.replaceAll(']]>', ']]&gt;');
}
