// SPDX-License-Identifier: MIT
import { required } from '../defect.js';
import { LIMITS, MIB } from '../limits.js';
import type { FileEntry, PackageFacts } from '../rpm/model.js';
import { printable } from '../rpm/payload/paths.js';
import { latin1 } from '../text.js';
import type { ContentOptions, PackageStream } from './model.js';
import { streamVerifiedFiles } from './payload-files.js';
import { numberSources, parseSpecSources } from './spec-sources.js';

/** The sources of a source package by their numbers, Source0 first; names are latin1 of their bytes. */
export interface SourceOrder {
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

/** RPMFILE_SPECFILE. */
const SPEC_FILE = 1 << 5;
/** The largest spec files, of texlive and the kernel, have some 2 MiB. */
const SPEC_BYTES = 8 * MIB;

/**
 * Finds the numbers of the sources: the header lists them as the spec declares them, the spec says their numbers (`Source1` may come before `Source0`).
 * Where the spec does not tell, the header's order holds, and a warning says so. The spec is read for packages with several sources alone.
 * @throws PayloadError, IntegrityError
 */
export async function orderSources(
  { pkg, payload }: PackageStream,
  unpack: ContentOptions['unpack'],
): Promise<SourceOrder> {
  const { facts } = pkg;
  const names = sourceNames(facts);
  if (unpack === 'none' || names.length < 2) return { names, warnings: [] };
  const spec = specFiles(facts)[0];
  const text = spec === undefined ? undefined : await readSpec({ pkg, payload }, spec);
  const numbers =
    text === undefined
      ? undefined
      : numberSources(parseSpecSources(text, facts.nevra), names, facts.sources.length > 0);
  if (numbers === undefined) return { names, warnings: [unsure(spec, names)] };
  const sorted = names
    .map((name, at) => ({ name, number: required(numbers[at], 'the number of a source') }))
    .sort((a, b) => a.number - b.number);
  return { names: sorted.map(({ name }) => name), warnings: [] };
}

function unsure(spec: FileEntry | undefined, names: readonly string[]): string {
  const first = printable(Buffer.from(names[0] ?? '', 'latin1'));
  const why =
    spec === undefined
      ? 'the package holds no spec that tells the numbers of its sources'
      : `the Source lines of ${printable(spec.path)} cannot be matched to the package's sources`;
  return `${why}; the order of the header was taken, so that ${first} counts as Source0`;
}

/**
 * Names of the package's sources as declared; where an old package does not list them, of all files but spec and patches.
 * rpm 5 lists the spec among them.
 */
function sourceNames(facts: PackageFacts): string[] {
  const { files, sources, patches } = facts;
  const others = new Set([
    ...specFiles(facts).map(({ path }) => nameOf(path)),
    ...patches.map((name) => nameOf(Buffer.from(name))),
  ]);
  const names =
    sources.length > 0
      ? sources.map((name) => nameOf(Buffer.from(name)))
      : files.map(({ path }) => nameOf(path));
  return [...new Set(names)].filter((name) => !others.has(name));
}

function specFiles({ files }: PackageFacts): FileEntry[] {
  const flagged = files.filter(({ flags }) => (flags & SPEC_FILE) !== 0);
  return flagged.length > 0 ? flagged : files.filter(({ path }) => nameOf(path).endsWith('.spec'));
}

/** Reads as far as the spec; the whole payload is proved when it is read for its contents. */
async function readSpec(
  { pkg, payload }: PackageStream,
  spec: FileEntry,
): Promise<string | undefined> {
  if (spec.size > Math.min(SPEC_BYTES, LIMITS.blobBytes)) return undefined;
  const rows = streamVerifiedFiles(pkg, payload(), {
    keep: (entry) => entry === spec,
    receive: async (_, chunks) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      return Buffer.concat(parts).toString('latin1');
    },
  });
  for await (const { entry, content } of rows) if (entry === spec) return content;
  return undefined;
}

/** Names as latin1 text, so that bytes stay bytes. */
function nameOf(path: Uint8Array): string {
  return latin1(path);
}
