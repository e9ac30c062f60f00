// SPDX-License-Identifier: MIT
/** A plain file server on loopback. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

/** Serves several folders as one tree: the first that has the file gives it. */
export async function serveFolders(folders) {
  const server = http.createServer(async (request, response) => {
    const name = path.normalize(
      decodeURIComponent(new URL(request.url, 'http://localhost').pathname),
    );
    for (const folder of folders) {
      const file = path.join(folder, name);
      const facts = await stat(file).catch(() => undefined);
      if (!facts?.isFile()) continue;
      response.writeHead(200, {
        'content-length': facts.size,
        'last-modified': facts.mtime.toUTCString(),
      });
      return request.method === 'HEAD' ? response.end() : createReadStream(file).pipe(response);
    }
    return response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
