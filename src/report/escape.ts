// SPDX-License-Identifier: MIT

/** U+2060: invisible, unbreakable, and enough to spoil a command or a mention. */
const WORD_JOINER = '\u2060';

/**
 * Makes text from outside harmless in a log line: one line, no control characters, nothing that the runner
 * takes for a workflow command (`::error::` at the start of a line, `##[error]` anywhere).
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n|[\n\r\u2028\u2029\u0085]/g, ' ⏎ ')
    .replace(
      /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
      (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    .replace(/^(\s*):(?=:)/, `$1:${WORD_JOINER}`)
    .replaceAll('##[', `#${WORD_JOINER}#[`);
}

/** The same for a message of several lines of ours: each by itself, those behind the first indented, so that none begins a command. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n  ');
}

/** The runner cuts an annotation off at 4,096 characters, and with it the remedy at its end. */
const ANNOTATION = 3500;

/** The same for an annotation: what is too long loses its middle, so that reason and remedy stay. */
export function annotation(text: string, escape = printable): string {
  const line = escape(text);
  if (line.length <= ANNOTATION) return line;
  const half = ANNOTATION / 2 - 20;
  return `${line.slice(0, half).toWellFormed()} … (cut) … ${line.slice(-half).toWellFormed()}`;
}

/** The same for a title, which is no Markdown: nobody is mentioned. */
export function unaddressed(text: string): string {
  return printable(text).replace(/@(?=\w)/g, `@${WORD_JOINER}`);
}

/** The same for a cell or a line of Markdown or HTML: nothing of it is markup, a mention or a reference. */
export function plain(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\\`*_{}[\]()#+!|~$]/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/@(?=\w)/g, `@${WORD_JOINER}`)
    .replace(/\b(https?|ftp):\/\//gi, `$1:${WORD_JOINER}//`)
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 1)}${WORD_JOINER}${www.slice(1)}`);
}

/** The same as a code span outside of tables, which can be copied as it is. */
export function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'")}\``;
}
