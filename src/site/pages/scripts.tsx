// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { ScriptChange } from '../../mirror/script-changes.js';
import type { InstallScript } from '../../rpm/scripts.js';
import type { PackageFacts } from '../model.js';
import { Text } from './visible.js';

/** Characters of one script on a page. */
const MOST_TEXT = 64 * 1024;

/** What a package runs on the machine it is installed on, and what changed in that. */
export function Scripts({
  facts,
  before,
}: {
  readonly facts: PackageFacts;
  readonly before: string | undefined;
}): VNode {
  const { scripts, scriptChanges } = facts;
  return (
    <section>
      <h2>What runs at installation</h2>
      <Changed changes={scriptChanges} before={before} />
      {scripts.length === 0 ? (
        <p>Nothing: the package has no install scripts and no triggers.</p>
      ) : (
        scripts.map((script) => <Script script={script} />)
      )}
    </section>
  );
}

function Changed({
  changes,
  before,
}: {
  readonly changes: readonly ScriptChange[] | undefined;
  readonly before: string | undefined;
}): VNode | null {
  if (changes === undefined || before === undefined) return null;
  const [trivial, real] = [
    changes.filter(({ isVersionOnly }) => isVersionOnly),
    changes.filter(({ isVersionOnly }) => !isVersionOnly),
  ];
  return (
    <>
      {real.length === 0 ? (
        <p>
          The same as in <Text of={before} />
          {trivial.length === 0 ? '' : ', but for the version number'}.
        </p>
      ) : (
        <div class="callout">
          {real.length === 1 ? 'A script is' : `${real.length} scripts are`} not as in{' '}
          <Text of={before} />: <Names changes={real} />.
        </div>
      )}
      {real.map((change) => (
        <Diff change={change} />
      ))}
      {trivial.length === 0 ? null : (
        <details>
          <summary>
            Changed in the version number alone: <Names changes={trivial} />
          </summary>
          {trivial.map((change) => (
            <Diff change={change} />
          ))}
        </details>
      )}
    </>
  );
}

function Names({ changes }: { readonly changes: readonly ScriptChange[] }): VNode {
  return (
    <>
      {changes.map(({ name, change }, at) => (
        <>
          {at > 0 ? ', ' : ''}
          <code>
            <Text of={name} />
          </code>{' '}
          {change}
        </>
      ))}
    </>
  );
}

function Diff({ change: { name, diff } }: { readonly change: ScriptChange }): VNode {
  return (
    <>
      <h3>
        <code>
          <Text of={name} />
        </code>
      </h3>
      <pre tabIndex={0}>
        <code class="diff">
          {diff
            .slice(0, MOST_TEXT)
            .split('\n')
            .map((line) => (
              <DiffLine line={line} />
            ))}
        </code>
      </pre>
    </>
  );
}

function DiffLine({ line }: { readonly line: string }): VNode {
  const kind = line.startsWith('@@')
    ? 'at'
    : line.startsWith('+')
      ? 'add'
      : line.startsWith('-')
        ? 'del'
        : undefined;
  const text = (
    <>
      <Text of={line} lines />
      {'\n'}
    </>
  );
  return kind === undefined ? text : <span class={kind}>{text}</span>;
}

function Script({ script: { name, program, text } }: { readonly script: InstallScript }): VNode {
  return (
    <details>
      <summary>
        <code>
          <Text of={name} />
        </code>{' '}
        by{' '}
        <code>
          <Text of={program} />
        </code>
      </summary>
      {text === '' ? (
        <p>The program alone, without a text.</p>
      ) : (
        <pre tabIndex={0}>
          <Text of={text.slice(0, MOST_TEXT)} lines />
        </pre>
      )}
    </details>
  );
}
