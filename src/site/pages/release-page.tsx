// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { PackageFacts, Proof, SiteModel, SiteRelease } from '../model.js';
import { handCommands } from './by-hand.js';
import { Changes } from './changes.js';
import { Evidence } from './evidence.js';
import { FindingTable } from './findings.js';
import { Page, Sign } from './layout.js';
import { Scripts } from './scripts.js';
import { Text } from './visible.js';

export interface ReleasePageProps {
  readonly model: SiteModel;
  readonly release: SiteRelease;
  readonly older: SiteRelease | undefined;
  readonly newer: SiteRelease | undefined;
}

/** The page of one release: the evidence, how to check it, and what changed. */
export function ReleasePage({ model, release, older, newer }: ReleasePageProps): VNode {
  const { facts, source, notes, findings } = release;
  return (
    <Page
      title={`${model.title} ${release.version}: source mirror`}
      description={`${release.row.nevra}: evidence, checks and changes`}
      base="../../"
      model={model}
    >
      <header>
        <p class="crumb">
          <a href="../../index.html">
            <Text of={model.title} />
          </a>
        </p>
        <h1>
          <Text of={release.version} />
        </h1>
        <p class="lead">
          {facts === undefined ? <Text of={release.row.nevra} /> : <Text of={facts.summary} />}
        </p>
      </header>
      <main>
        <Verdict release={release} />
        {findings.length === 0 ? null : <FindingTable findings={findings} />}
        <Evidence model={model} release={release} />
        {facts === undefined ? null : <ByHand model={model} release={release} />}
        {notes === undefined ? null : (
          <>
            <h2>Release notes</h2>
            <pre tabIndex={0}>
              <Text of={notes} lines />
            </pre>
          </>
        )}
        {facts === undefined ? null : <Scripts facts={facts} before={source?.since} />}
        {facts === undefined ? null : <Licences facts={facts} version={release.version} />}
        {source === undefined ? null : <Changes source={source} />}
        <nav class="pages" aria-label="Other releases">
          {older === undefined ? (
            <span />
          ) : (
            <a href={`../${encodeURIComponent(older.folder)}/`}>
              ← <Text of={older.version} />
            </a>
          )}
          {newer === undefined ? (
            <span />
          ) : (
            <a href={`../${encodeURIComponent(newer.folder)}/`}>
              <Text of={newer.version} /> →
            </a>
          )}
        </nav>
      </main>
    </Page>
  );
}

const VERDICTS: Readonly<Record<Proof, readonly [string, string]>> = {
  proved: [
    'Proved',
    'The source in this tag is what is in the package that the key below signed, file by file.',
  ],
  failed: [
    'Not good',
    'What this tag holds is not what its package says. Do not use it before you know why.',
  ],
  unproved: [
    'Not proved',
    'Nothing at hand proves this release. What the mirror says of it is repeated here, and not vouched for.',
  ],
};

function Verdict({ release: { proof, marks } }: { readonly release: SiteRelease }): VNode {
  const [word, sentence] = VERDICTS[proof];
  return (
    <section class={`verdict ${proof}`} aria-label="State of proof">
      <Sign proof={proof} />
      <div>
        <strong>{word}</strong>
        <p>{sentence}</p>
        {marks.length === 0 ? null : (
          <p>
            {marks.map((mark) => (
              <>
                <span class="pill">
                  <Text of={mark} />
                </span>{' '}
              </>
            ))}
          </p>
        )}
      </div>
    </section>
  );
}

function ByHand({
  model,
  release,
}: {
  readonly model: SiteModel;
  readonly release: SiteRelease;
}): VNode {
  return (
    <section>
      <h2>Check it by hand</h2>
      <p>
        With git, rpm and gpg alone, and without this tool; or with it:{' '}
        <code>rpm-source-mirror verify --repository .</code>
      </p>
      <pre tabIndex={0}>
        <code>{handCommands(model, release)}</code>
      </pre>
    </section>
  );
}

function Licences({
  facts,
  version,
}: {
  readonly facts: PackageFacts;
  readonly version: string;
}): VNode {
  const { license, licenceFiles, dkms } = facts;
  return (
    <section>
      <h2>What it says of itself</h2>
      <div class="scroll">
        <table class="facts-table">
          <tbody>
            <tr>
              <th scope="row">Licence in the header</th>
              <td>{license === '' ? 'none' : <Text of={license} />}</td>
            </tr>
            <tr>
              <th scope="row">Licence files in the source</th>
              <td>
                {licenceFiles.length === 0
                  ? 'none found'
                  : licenceFiles.map(({ path, heading }) => (
                      <div>
                        <code>
                          <Text of={path} />
                        </code>{' '}
                        <Text of={heading} />
                      </div>
                    ))}
              </td>
            </tr>
            {dkms === undefined ? null : (
              <tr>
                <th scope="row">Version in dkms.conf</th>
                <td>
                  <Text of={dkms.version} />{' '}
                  {dkms.version === version ? (
                    ''
                  ) : (
                    <span class="pill">
                      the package says <Text of={version} />
                    </span>
                  )}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}
