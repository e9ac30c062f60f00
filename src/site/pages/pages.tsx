// SPDX-License-Identifier: MIT
import type { Proof, SiteModel } from '../model.js';
import { badgeJson, badgeSvg } from './badge.js';
import { renderFeeds } from './feeds.js';
import { renderPage } from './layout.js';
import { Overview } from './overview.js';
import { ReleasePage } from './release-page.js';

/** Every file of the site, one at a time, so that thousands of pages are never in memory at once. Paths have `/`. */
export function* renderSite(model: SiteModel): Generator<readonly [path: string, content: string]> {
  const { releases } = model;
  yield ['index.html', renderPage(<Overview model={model} />)];
  for (const [at, release] of releases.entries())
    yield [
      `releases/${release.folder}/index.html`,
      renderPage(
        <ReleasePage
          model={model}
          release={release}
          older={releases[at + 1]}
          newer={releases[at - 1]}
        />,
      ),
    ];
  const feeds = renderFeeds(model);
  yield ['feed.atom', feeds.atom];
  yield ['feed.json', feeds.json];
  yield ['badge.json', badgeJson(model)];
  yield ['badge.svg', badgeSvg(model)];
  yield ['status.json', statusJson(model)];
}

/** For monitors: one glance says whether the mirror is good, and how old it is. */
function statusJson(model: SiteModel): string {
  const { releases, newest, index, now } = model;
  const count = (proof: Proof): number =>
    releases.filter((release) => release.proof === proof).length;
  const date = newest?.date;
  const status = {
    schema: 1,
    verdict: model.proof,
    verifiedAt: new Date(now * 1000).toISOString().replace('.000', ''),
    commit: model.commit,
    packages: model.packages,
    releases: {
      total: releases.length,
      proved: count('proved'),
      failed: count('failed'),
      unproved: count('unproved'),
    },
    findings: model.findings.length,
    errors: model.errors,
    newest:
      newest === undefined
        ? null
        : {
            tag: newest.tag,
            version: newest.version,
            nevra: newest.row.nevra,
            date: date ?? null,
            ageDays:
              date === undefined
                ? null
                : Math.max(0, Math.floor((now - Date.parse(date) / 1000) / 86_400)),
          },
    index:
      index === undefined
        ? null
        : { revision: index.revision, ageDays: index.ageDays ?? null, signed: index.isSigned },
    keys: model.keys.map(({ fingerprint }) => fingerprint),
    pinned: model.isPinned,
  };
  return `${JSON.stringify(status, null, 2)}\n`;
}
