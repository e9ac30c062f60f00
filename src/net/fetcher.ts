// SPDX-License-Identifier: MIT
import type { ByteSource } from '../bytes.js';
import type { HeaderLine } from './urls.js';

/** A request for a small file that is held in memory. */
export interface FetchRequest {
  /** http, https or file URL. */
  readonly url: string;
  /** The connection ends at this many bytes plus one, with `TOO_LARGE`. */
  readonly maxBytes: number;
  /** What it is, for messages: `repomd.xml`, `public key`. */
  readonly what: string;
  /** Bytes `start` to `end` (exclusive). A 200 answer is read up to `end` and dropped. */
  readonly range?: { readonly start: number; readonly end: number };
  /** Validators of the copy that the caller has. */
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  /** Headers, secret ones too, for the origin of `url` and no other (T35). */
  readonly ownHeaders?: readonly HeaderLine[] | undefined;
  /** True when a checksum pins the bytes, or their own signature decides, so that a redirect to another host is harmless (T39). */
  readonly pinned?: boolean;
  /** True when a pinned key decides what the bytes are good for: a redirect to another https host is harmless, too. */
  readonly hasPinnedKey?: boolean;
  /** The server that named this address, if it is another: only where it is in a private network itself, it may name one there. */
  readonly from?: string;
  /** Attempts, total time (ms); default {@link LIMITS}. */
  readonly attempts?: number;
  readonly timeout?: number;
}

/** What came back. */
export interface FetchResponse {
  /** 304 comes with an empty body. */
  readonly status: 200 | 206 | 304;
  readonly body: Uint8Array;
  /** URL of the last redirect. */
  readonly url: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** A request for a file whose size and checksum are known beforehand. */
export interface DownloadRequest {
  readonly url: string;
  /** As in {@link FetchRequest}. */
  readonly from?: string;
  readonly what: string;
  readonly size: number | undefined;
  readonly maxBytes: number;
  /** `md5` and `sha1` only where allow-weak names them; what decides that is `repodata/checksum`. */
  readonly checksum: {
    readonly algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
    readonly hex: string;
  };
  /** File name for messages and the cache. */
  readonly fileName: string;
  /** Headers, secret ones too, for the origin of `url` and no other (T35). */
  readonly ownHeaders?: readonly HeaderLine[] | undefined;
  /** Called with the bytes received so far. */
  readonly onProgress?: (received: number) => void;
}

/** The bytes of a download, equal to the announced size and checksum. */
export interface Download {
  readonly bytes: ByteSource;
  readonly sha256: string;
  /** True when the tool cache had it. */
  readonly cached: boolean;
  /** Frees memory and removes a private file. */
  release(): Promise<void>;
}

/** Carries bytes over the network. Never decides what they are good for. */
export interface Fetcher {
  /**
   * Reads a small file with retries.
   * @throws DownloadError
   */
  fetch(request: FetchRequest): Promise<FetchResponse>;
  /**
   * Downloads with retries (resumed by range where the server can) and checks size and checksum.
   * A wrong size or checksum is fetched once more, then refused.
   * @throws DownloadError, IntegrityError
   */
  download(request: DownloadRequest): Promise<Download>;
  /** Puts bytes that passed all checks into the runner's tool cache, where there is one. */
  keep(download: Download, request: DownloadRequest): Promise<void>;
  /** Ends everything under way. */
  close(): Promise<void>;
}
