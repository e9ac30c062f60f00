// SPDX-License-Identifier: MIT
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { DownloadError } from '../errors.js';
import type { Exchange } from './exchange.js';

/**
 * Reads a local file as if a server without ranges and conditions had sent it.
 * @throws DownloadError NOT_FOUND for what is not there or no regular file (a pipe or a device could go on for ever)
 */
export async function localExchange(path: string, what: string): Promise<Exchange> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new DownloadError('NOT_FOUND', `${what}: expected a file at ${path}, found none`, {
      cause,
    });
  });
  if (!info.isFile())
    throw new DownloadError(
      'NOT_FOUND',
      `${what}: expected a regular file at ${path}, found something else`,
    );
  return {
    status: 200,
    header: () => undefined,
    body: content(path, what),
    discard: () => undefined,
    url: path,
  };
}

async function* content(path: string, what: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (cause) {
    throw new DownloadError(
      'NOT_FOUND',
      `${what}: ${path} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}
