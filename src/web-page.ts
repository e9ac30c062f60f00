// SPDX-License-Identifier: MIT
import { latin1 } from './text.js';

/** What is looked at: a page says what it is at its beginning. */
const LOOKED_AT = 1024;
const BEGINNING =
  /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|meta|script|h1|center)\b/i;

/** True for an HTML page: what login forms, proxies and error pages send, with status 200, in the place of a file. */
export function isWebPage(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, LOOKED_AT);
  // UTF-8's mark, which is no white space as Latin-1.
  const text = latin1(start[0] === 0xef ? start.subarray(3) : start);
  return BEGINNING.test(text);
}

/** `found an HTML page` in the words of every message, and what to do. */
export const WEB_PAGE = {
  actual: 'an HTML page',
  remedy:
    'A login, a proxy or an error page answers in the place of the file, with status 200. Open the URL in a browser; give what opens the server with http-headers, or the address of the file itself.',
} as const;
