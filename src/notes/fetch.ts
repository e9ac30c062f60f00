// SPDX-License-Identifier: MIT
import { describeError, diskFull, DownloadError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../log.js';
import { notesFileName } from '../mirror/layout.js';
import { type NotesState, notesUrl } from '../mirror/records/notes-state.js';
import type { Fetcher } from '../net/fetcher.js';
import type { PackageFacts } from '../rpm/model.js';
import type { MirrorState } from '../survey/mirror-state.js';
import { createNotesFinder, type FoundNotes } from './find.js';

/** A page of release notes, as served now or as archived. */
export interface NotesPage {
  readonly url: string;
  /** Name in the archive. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly state: NotesState | undefined;
}

/** Notes never hold a release up: one retry, and no page gets longer than this (ms). */
const ATTEMPTS = 2;
const TIMEOUT = 30_000;
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

/**
 * Reads the release notes, asking with the validators of the archived copies. What is missing, late or broken
 * is a warning, and the archived copy is used where there is one.
 */
export async function fetchNotes(
  urls: readonly string[],
  state: MirrorState,
  { fetcher, logger }: { fetcher: Fetcher; logger: Logger },
): Promise<NotesPage[]> {
  const pages = await Promise.all(
    urls.map(async (url): Promise<NotesPage | undefined> => {
      const file = notesFileName(url);
      const archived = state.contents.get(file);
      const known =
        archived === undefined
          ? undefined
          : state.notesState.find((entry) => entry.url === notesUrl(url) && entry.file === file);
      const old = archived === undefined ? undefined : { url, file, bytes: archived, state: known };
      try {
        return (await fetchPage(url, file, { known, fetcher })) ?? old;
      } catch (error) {
        if (diskFull(error) !== undefined) throw error;
        const { code, message } = describeError(error);
        logger.warning(
          `release notes ${code}: ${message}; releases are published ${old === undefined ? 'without them' : 'with the archived copy'}`,
        );
        return old;
      }
    }),
  );
  return pages.filter((page) => page !== undefined);
}

async function fetchPage(
  url: string,
  file: string,
  { known, fetcher }: { known: NotesState | undefined; fetcher: Fetcher },
): Promise<NotesPage | undefined> {
  const response = await fetcher.fetch({
    url,
    maxBytes: LIMITS.notesBytes,
    what: 'release notes',
    attempts: ATTEMPTS,
    timeout: TIMEOUT,
    ...(known?.etag ? { ifNoneMatch: known.etag } : {}),
    ...(known?.lastModified ? { ifModifiedSince: known.lastModified } : {}),
  });
  if (response.status === 304) return undefined;
  if (
    /^\s*<(!doctype\s+html|html)\b/i.test(
      Buffer.from(response.body.subarray(0, 1024)).toString('latin1'),
    )
  ) {
    throw new DownloadError(
      'HTTP_STATUS',
      `${notesUrl(url)}: expected RST or Markdown, found an HTML page`,
    );
  }
  if (isTooLong(response.body))
    throw new DownloadError(
      'TOO_LARGE',
      `${notesUrl(url)}: expected at most ${LIMITS.notesLines} lines, found more`,
    );
  const { etag, lastModified } = response;
  return {
    url,
    file,
    bytes: response.body,
    state: { url: notesUrl(url), file, etag: etag ?? null, lastModified: lastModified ?? null },
  };
}

function isTooLong(page: Uint8Array): boolean {
  let lines = 1;
  for (const byte of page) if (byte === LINE_FEED || byte === CARRIAGE_RETURN) lines++;
  return lines > LIMITS.notesLines;
}

/** Finds the notes of a release: on the first page that has its version, else in its %changelog. Pages are parsed once. */
export function notesFinder(
  pages: readonly NotesPage[],
): (facts: PackageFacts, title: string) => FoundNotes | undefined {
  const find = createNotesFinder(
    pages.map(({ url, bytes }) => ({ name: notesUrl(url), text: new TextDecoder().decode(bytes) })),
  );
  return ({ nevra, changelog }, title) => find({ nevra, title, changelog });
}
