// SPDX-License-Identifier: MIT
import type { Logger } from '../log.js';
import { noCache, toolCache } from './cache.js';
import { type DownloadContext, downloadPackage } from './download.js';
import type { Download, DownloadRequest, Fetcher } from './fetcher.js';
import { PrivateDirectory, type PrivateFile } from './private-file.js';
import type { Environment } from './proxies.js';
import { fetchSmall } from './small.js';
import { NET_LIMITS, type NetLimits, type SecretHeaders, Transport } from './transport.js';

/** What the network adapter is made of. */
export interface FetcherOptions {
  readonly logger: Logger;
  readonly userAgent: string;
  /** Downloads at a time. */
  readonly concurrency: number;
  /**
   * `process.env`, of which are read: the proxy variables, SSL_CERT_FILE, RUNNER_TEMP for private files, and whether there is a
   * RUNNER_TOOL_CACHE. (A command line leaves that one out: `@actions/tool-cache` writes workflow commands to stdout.)
   */
  readonly environment: Environment;
  /** The input `http-headers`, by {@link parseHeaderLines}, and the URLs that the user gave for the yum server. */
  readonly secretHeaders?: SecretHeaders;
  /** For tests. */
  readonly limits?: Partial<NetLimits>;
}

/** The {@link Fetcher} for http, https and local files. Loads its HTTP library at the first request to a server. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { logger, environment } = options;
  const limits = { ...NET_LIMITS, ...options.limits };
  const transport = new Transport({ ...options, limits });
  const directory = new PrivateDirectory(environment.RUNNER_TEMP);
  const cache = environment.RUNNER_TOOL_CACHE ? toolCache : noCache;
  const context: DownloadContext = {
    transport,
    directory,
    cache,
    logger,
    inMemory: limits.packageInMemory,
  };
  const inSlot = createSlots(options.concurrency);
  const files = new WeakMap<Download, PrivateFile>();
  return {
    fetch: (request) => fetchSmall(transport, request),
    download: (request) =>
      inSlot(async () => {
        const { download, file } = await downloadPackage(context, request);
        if (file !== undefined) files.set(download, file);
        return download;
      }),
    keep: (download, request) => keep(context, { download, request, file: files.get(download) }),
    close: async () => {
      await transport.close();
      await directory.remove();
    },
  };
}

interface Keep {
  readonly download: Download;
  readonly request: DownloadRequest;
  readonly file: PrivateFile | undefined;
}

/** A cache that cannot be written costs time in the next run and nothing else, so it is only mentioned. */
async function keep(
  { cache, directory, logger }: DownloadContext,
  { download, request, file }: Keep,
): Promise<void> {
  if (download.cached || cache === noCache) return;
  let copy: PrivateFile | undefined;
  try {
    const kept = file ?? (copy = await directory.create());
    if (file === undefined)
      for await (const chunk of download.bytes.stream()) await kept.append(chunk);
    await cache.keep(kept.path, request.checksum.hex.toLowerCase());
  } catch (error) {
    logger.info(
      `${request.what} could not be put into the tool cache: ${(error as Error).message}`,
    );
  } finally {
    await copy?.remove();
  }
}

/** Runs at most `count` tasks at a time, the others in their order. */
function createSlots(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = Math.max(1, count);
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
