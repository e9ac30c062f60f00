// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import type { Logger } from '../../../src/log.js';
import { terminalLogger } from '../../../src/report/loggers.js';

/** What is written to a terminal of 200 columns. */
function written(say: (logger: Logger) => void): string {
  let text = '';
  const stream = {
    isTTY: true,
    columns: 200,
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
    getColorDepth: () => 1,
    hasColors: () => false,
  } as unknown as NodeJS.WriteStream;
  say(terminalLogger({ stream, quiet: false, verbose: true }));
  return text;
}

describe('T33: what a terminal shows', () => {
  const HOSTILE = 'name\u001b[2J\u009b31m\rgood\nall good\u202e';

  it.each(['debug', 'info', 'warning', 'startGroup', 'progress'] as const)(
    '%s writes no control character of a text from outside, and no line of its own',
    (method) => {
      const text = written((logger) => {
        logger[method](HOSTILE);
      });
      expect(text).toContain('\\x1b[2J');
      const rest = text.replace(/^\r\u001b\[K|\u001b\[\d+m|\n$/g, '');
      expect(rest).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
    },
  );
});
