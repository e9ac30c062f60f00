// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

/** Names that Windows keeps for itself, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** File systems take 255 bytes. */
const LONGEST = 200;

/**
 * Names of folders for tags, one path segment each, no two the same on any file system: what is no plain letter, digit or mark is
 * percent-encoded, so that `a/b` cannot leave its place; so are capitals where another tag differs in case alone.
 */
export function folderNames(tags: readonly string[]): Map<string, string> {
  const plain = tags.map((tag) => [tag, shorten(encode(tag), tag)] as const);
  const twins = Map.groupBy(plain, ([, name]) => name.toLowerCase());
  return new Map(
    plain.map(([tag, name]) => [
      tag,
      twins.get(name.toLowerCase())?.length === 1 ? name : shorten(withoutCapitals(name), tag),
    ]),
  );
}

function encode(tag: string): string {
  const name = encodeURIComponent(tag.toWellFormed()).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const isAwkward = DEVICES.test(name) || /^\.|^$|^-/.test(name);
  const first = name.charCodeAt(0);
  const safe =
    isAwkward && name !== '' ? `%${first.toString(16).toUpperCase()}${name.slice(1)}` : name;
  return safe.endsWith('.') ? `${safe.slice(0, -1)}%2E` : safe || '%00';
}

function withoutCapitals(name: string): string {
  return name.replace(/%[0-9A-F]{2}|[A-Z]/g, (part) =>
    part.length > 1 ? part : `%${part.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function shorten(name: string, tag: string): string {
  if (name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(tag).digest('hex').slice(0, 32);
  return `${name.slice(0, LONGEST - 40).replace(/%.?$/, '')}-${hash}`;
}
