// SPDX-License-Identifier: MIT
import type { RepodataErrorCode } from '../../errors.js';
import { RepodataError } from '../../errors.js';

/** How errors about one document are worded. */
export interface XmlContext {
  /** Not well-formed, or not what it should be. */
  invalid(found: string, cause?: unknown): RepodataError;
  /** A declaration that no index needs (T7). */
  forbidden(markup: string): RepodataError;
  /** Over a cap. */
  tooMuch(found: string): RepodataError;
}

/** The context of a document called `what`, whose faults have the code `code`. */
export function xmlContext(what: string, code: RepodataErrorCode): XmlContext {
  const invalid = (found: string, cause?: unknown): RepodataError =>
    new RepodataError(code, `${what} is not valid: ${found}`, { cause });
  return {
    invalid,
    forbidden: (markup) =>
      /^<!doctype\s+html\b[^[]*$/i.test(markup)
        ? invalid('it is an HTML page')
        : new RepodataError(
            'XML_FORBIDDEN',
            `${what} holds a forbidden declaration: ${markup.split('\n', 1)[0] ?? ''}`,
          ),
    tooMuch: (found) => new RepodataError('LIMIT_EXCEEDED', `${what} holds ${found}`),
  };
}
