// SPDX-License-Identifier: MIT
import type { InstallScript } from '../rpm/scripts.js';

/** What became of one install script between two releases. */
export interface ScriptChange {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** True where nothing differs but that each text names its own version. */
  readonly isVersionOnly: boolean;
  /** Unified diff without its two header lines, or a sentence where the texts are too far apart or too long for one. */
  readonly diff: string;
}

/** A diff costs size times distance: past these it is not made, so that no text costs more than it may (T52). */
const MOST_BYTES = 64 * 1024;
const MOST_EDITS = 1000;
/** What `diff` says of a text without a last line end. */
const NO_NEWLINE = /\n\\ No newline at end of file/g;

/** The install scripts of a release. */
export interface ReleaseScripts {
  readonly version: string;
  readonly scripts: readonly InstallScript[];
}

/** The scripts that differ between two releases, in the order of the newer one, removed ones last. */
export async function compareScripts(
  before: ReleaseScripts,
  after: ReleaseScripts,
): Promise<ScriptChange[]> {
  const old = new Map(before.scripts.map((script) => [script.name, whole(script)]));
  const names = new Set(after.scripts.map(({ name }) => name));
  const changes: ScriptChange[] = [];
  for (const script of after.scripts) {
    const [earlier, text] = [old.get(script.name), whole(script)];
    if (earlier === text) continue;
    changes.push({
      name: script.name,
      change: earlier === undefined ? 'added' : 'changed',
      isVersionOnly:
        earlier !== undefined &&
        withoutVersion(earlier, before.version) === withoutVersion(text, after.version),
      diff: await diffOf(earlier ?? '', text),
    });
  }
  for (const [name, text] of old)
    if (!names.has(name))
      changes.push({
        name,
        change: 'removed',
        isVersionOnly: false,
        diff: await diffOf(text, ''),
      });
  return changes;
}

/** A version that is a bare number would hide a changed exit status. */
function withoutVersion(text: string, version: string): string {
  return /^\d*$/.test(version) ? text : text.replaceAll(version, '\0');
}

/** Program and text as one, as a script file has them. */
function whole({ program, text }: InstallScript): string {
  return `#!${program}\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}`;
}

async function diffOf(before: string, after: string): Promise<string> {
  if (before.length > MOST_BYTES || after.length > MOST_BYTES)
    return `(too long to compare here: ${before.length} and ${after.length} characters)`;
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch('a', 'b', before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MOST_EDITS,
  });
  if (patch === undefined) return '(changed from beginning to end)';
  return patch.hunks
    .map(
      ({ oldStart, oldLines, newStart, newLines, lines }) =>
        `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${lines.join('\n')}`,
    )
    .join('\n')
    .replace(NO_NEWLINE, '');
}
