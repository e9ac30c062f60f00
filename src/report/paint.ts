// SPDX-License-Identifier: MIT
import { styleText } from 'node:util';

/** How a stream shows what is good, bad, to be looked at, or said in passing. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  /** The text as a link to an address, where the terminal has that. */
  readonly link: (text: string, url: string | undefined) => string;
}

const same = (text: string): string => text;

/** For files, pipes, and who asked for no colour (https://no-color.org). */
export const PLAIN: Paint = {
  good: same,
  bad: same,
  warn: same,
  dim: same,
  bold: same,
  link: same,
};

type Style = Parameters<typeof styleText>[0];

/** Colour where the stream is a terminal and NO_COLOR is not set; hyperlinks (OSC 8) where the terminal is known to have them. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Paint {
  if (stream.isTTY !== true) return PLAIN;
  const isColoured = !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  const style =
    (name: Style) =>
    (text: string): string =>
      isColoured && text !== '' ? styleText(name, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    bad: style('red'),
    warn: style('yellow'),
    dim: style('dim'),
    bold: style('bold'),
    link: hasLinks(environment) ? hyperlink : same,
  };
}

/** What a URL may hold between the two escapes. */
const ADDRESS = /^https?:\/\/[\x21-\x7e]{1,2000}$/;

function hyperlink(text: string, url: string | undefined): string {
  return url === undefined || !ADDRESS.test(url)
    ? text
    : `\u001b]8;;${url}\u0007${text}\u001b]8;;\u0007`;
}

function hasLinks(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { TERM_PROGRAM = '', TERM = '', VTE_VERSION = '0', CI } = environment;
  if (CI !== undefined || TERM === 'dumb') return false;
  return (
    /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio)$/.test(TERM_PROGRAM) ||
    /^(?:xterm-kitty|xterm-ghostty|foot|alacritty)/.test(TERM) ||
    Number.parseInt(VTE_VERSION, 10) >= 5000 ||
    environment['WT_SESSION'] !== undefined ||
    environment['KONSOLE_VERSION'] !== undefined
  );
}
