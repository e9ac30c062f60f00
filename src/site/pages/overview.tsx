// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { FindingRow } from '../../report/report.js';
import type { Proof, SiteModel } from '../model.js';
import { FindingTable, MOST_FINDINGS } from './findings.js';
import { countedLong, day, fingerprint, formatTime, Page, Sign } from './layout.js';
import { Releases } from './release-table.js';
import { Timeline } from './timeline.js';
import { Hash, Link, Text } from './visible.js';

/** The front page: what is mirrored, who signed it, whether it is proved, and every release in a row. */
export function Overview({ model }: { readonly model: SiteModel }): VNode {
  const { title, packages, upstream, links } = model;
  return (
    <Page
      title={`${title}: source mirror`}
      description={`Releases of ${packages.join(', ')} with the proof of where their source comes from`}
      base=""
      model={model}
    >
      <header>
        <h1>
          <Text of={title} />
        </h1>
        <p class="lead">
          The source of{' '}
          {packages.map((name, at) => (
            <>
              {at > 0 ? ', ' : ''}
              <code>
                <Text of={name} />
              </code>
            </>
          ))}{' '}
          as its publisher packaged it
          {upstream === undefined ? null : (
            <>
              {' '}
              in{' '}
              <Link to={upstream}>
                <Text of={upstream} />
              </Link>
            </>
          )}
          , one commit and one tag a release
          {links.home === undefined ? null : (
            <>
              : <Link to={links.home}>{links.home}</Link>
            </>
          )}
          .
        </p>
      </header>
      <main>
        <Verdict model={model} />
        <Facts model={model} />
        <Findings findings={model.findings} />
        <Timeline releases={model.releases} />
        <Releases model={model} />
        <Remarks model={model} />
        <Feeds model={model} />
      </main>
    </Page>
  );
}

const VERDICTS: Readonly<Record<Proof, string>> = {
  proved: 'Every release is proved',
  failed: 'Something in this mirror is not what its packages say',
  unproved: 'Not every release could be proved',
};

function Verdict({ model }: { readonly model: SiteModel }): VNode {
  const { proof, releases, commit, links, now, findings, isPinned, accepted } = model;
  const count = (of: Proof): number => releases.filter((release) => release.proof === of).length;
  return (
    <section class={`verdict ${proof}`} aria-label="State of proof">
      <Sign proof={proof} />
      <div>
        <strong>{VERDICTS[proof]}</strong>
        <p>
          {count('proved')} of {countedLong(releases.length, 'release')} proved
          {findings.length > 0 ? `, ${countedLong(findings.length, 'finding')}` : ''}
          {accepted > 0 ? `, ${countedLong(accepted, 'finding')} accepted` : ''}; verified on{' '}
          {formatTime(now)}, commit{' '}
          <Link to={links.commit(commit)}>
            <code>{commit.slice(0, 12)}</code>
          </Link>
          .
        </p>
        {isPinned ? null : (
          <p>
            The signing key was not pinned: it is the one that the mirror itself names. Compare its
            fingerprint with one from elsewhere.
          </p>
        )}
        {model.errors.map((error) => (
          <p>
            <Text of={error} />
          </p>
        ))}
      </div>
    </section>
  );
}

function Facts({ model }: { readonly model: SiteModel }): VNode {
  const { newest, keys, index, now } = model;
  return (
    <dl class="facts">
      {newest === undefined ? null : (
        <div>
          <dt>Newest release</dt>
          <dd class="big">
            <a href={`releases/${encodeURIComponent(newest.folder)}/`}>
              <Text of={newest.version} />
            </a>
          </dd>
          <dd class="small">
            {newest.date === undefined
              ? 'no date'
              : `signed ${day(newest.date)}, ${age(newest.date, now)}`}
          </dd>
        </div>
      )}
      {keys.map((key) => (
        <div>
          <dt>Signed by</dt>
          <dd>
            <Text of={key.userId} />
          </dd>
          <dd class="small">
            <Hash of={fingerprint(key.fingerprint)} />
          </dd>
          <dd class="small">
            key of {key.created.slice(0, 10)}; {countedLong(key.releases, 'release')},{' '}
            {day(key.first)} to {day(key.last)}
          </dd>
        </div>
      ))}
      {index === undefined ? null : (
        <div>
          <dt>Index</dt>
          <dd class="big">
            {index.ageDays === undefined
              ? 'age unknown'
              : `${countedLong(index.ageDays, 'day')} old`}
          </dd>
          <dd class="small">
            revision <Text of={index.revision || 'none'} />,{' '}
            {index.isSigned
              ? 'with a signature'
              : 'not signed: packages are proved by their own signatures'}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Findings({ findings }: { readonly findings: readonly FindingRow[] }): VNode | null {
  if (findings.length === 0) return null;
  return (
    <section>
      <h2 id="findings">Findings</h2>
      <FindingTable findings={findings} hasTag />
    </section>
  );
}

function Remarks({ model: { remarks } }: { readonly model: SiteModel }): VNode | null {
  if (remarks.length === 0) return null;
  return (
    <details>
      <summary>What this proof does not cover ({remarks.length})</summary>
      <ul>
        {remarks.slice(0, MOST_FINDINGS).map((remark) => (
          <li>
            <Text of={remark} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Feeds({ model: { url } }: { readonly model: SiteModel }): VNode {
  return (
    <section>
      <h2>Follow it</h2>
      <p>
        <a href="feed.atom">Atom</a> and <a href="feed.json">JSON</a> feeds name each release with
        its digests, for packagers; <a href="status.json">status.json</a> is for monitors.
      </p>
      {url === undefined ? null : (
        <pre tabIndex={0}>
          <code>{`[![source mirror](${url}badge.svg)](${url})`}</code>
        </pre>
      )}
    </section>
  );
}

/** How long ago. */
function age(date: string, now: number): string {
  const days = Math.max(0, Math.floor((now - Date.parse(date) / 1000) / 86_400));
  return Number.isNaN(days) ? '' : days === 0 ? 'today' : `${countedLong(days, 'day')} ago`;
}
