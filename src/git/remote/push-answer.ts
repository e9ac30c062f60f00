// SPDX-License-Identifier: MIT
import type { GitResult } from '../command.js';

/** Lines of an answer that are shown, and characters of each. */
const MOST_LINES = 8;
const WIDEST = 240;
/** What git and servers say beside the reason. */
const NOISE =
  /^(?:To |hint:|! \[|error: failed to push some refs|fatal: the remote end hung up|Everything up-to-date|(?:Enumerating|Counting|Compressing|Writing|Delta|Total|Resolving|Processing)\b)/u;

/** What a remote said to a push that it refused, in a few lines: its own words, then each reason once with the refs that it is of. */
export function refusalOf({ stdout, stderr }: GitResult): string | undefined {
  const refs = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  if (refs.length === 0) return undefined;
  // Joined by `cleanText`.
  const words = stderr
    .split(' | ')
    .map((line) => line.replace(/^(?:remote:\s*)+/u, '').trim())
    .filter((line) => /\w/u.test(line) && !NOISE.test(line))
    // No line of theirs begins as a workflow command does (T33).
    .map((line) => (/^(?:::|##\[)/u.test(line) ? `remote: ${line}` : line));
  const lines = [...new Set(words), ...reasons(refs)];
  const more = lines.length - MOST_LINES;
  return [
    // The reasons come last and are never left out.
    ...(more > 0
      ? [...lines.slice(0, 4), `(${more} more lines)`, ...lines.slice(4 + more)]
      : lines),
  ]
    .map((line) => line.slice(0, WIDEST))
    .join('\n');
}

/** `!\t<from>:<to>\t[remote rejected] (reason)` of git-push(1), --porcelain. */
function reasons(refs: readonly string[]): string[] {
  const parsed = refs.map((line) => {
    const [, spec = '', summary = ''] = line.split('\t');
    return { name: spec.slice(spec.indexOf(':') + 1), summary };
  });
  return [...Map.groupBy(parsed, ({ summary }) => summary)].map(([summary, group]) => {
    const [first, second, ...others] = group.map(({ name }) => name);
    const named = [first, second].filter((name) => name !== undefined).join(', ');
    return `${named}${others.length === 0 ? '' : ` and ${others.length} more`}: ${summary}`;
  });
}
