// SPDX-License-Identifier: MIT
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { InputError } from '../errors.js';
import { GIB, KIB, MIB } from '../limits.js';
import type { InputName } from './table.js';

/** A person in a commit or tag. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** A public key as the user names it: armored text, or a URL or path to read. */
export type KeySource =
  | { readonly kind: 'armored'; readonly text: string }
  | { readonly kind: 'location'; readonly location: string };

const ARMOR = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;

/** Splits a list by white space or commas. */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

/** One of a closed list of words. @throws InputError INPUT_INVALID, as all below, naming the input and what it takes */
export function oneOf<const T extends string>(
  name: InputName,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw invalid(name, value, allowed.join(', '));
  return found;
}

/** `true` or `false`, in any case. */
export function boolean(name: InputName, value: string): boolean {
  return oneOf(name, value.toLowerCase(), ['true', 'false']) === 'true';
}

/** A whole number, `least` or more. */
export function count(name: InputName, value: string, least: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < least)
    throw invalid(name, value, `a whole number of at least ${least}`);
  return Number(value);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kib: KIB, mib: MIB, gib: GIB };

/** A number of bytes, alone or with a unit of 1024: `100 MiB`, `2GiB`, `1048576`. */
export function parseSize(name: InputName, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})[ \t]*([a-z]{0,3})$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw invalid(name, text, 'a size such as 100 MiB, 2 GiB or a number of bytes');
  return bytes;
}

function invalid(name: InputName, value: string, takes: string): InputError {
  return new InputError('INPUT_INVALID', `${name} is ${JSON.stringify(value)}; it takes ${takes}`, {
    expected: takes,
    actual: value,
  });
}

/** A URL, and no path. */
export function checkUrl(name: InputName, value: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    throw invalid(name, value, 'URLs that begin with https://, http:// or file:///');
  return checkLocation(name, value);
}

/** A base URL, which is no .repo file and has its variables filled. @throws InputError INPUT_INVALID */
export function checkBase(value: string, basearch: string): string {
  const bare = withoutUserInfo(value);
  if (/\$\{?\w|%24(?:%7B)?\w/i.test(value)) {
    const filled = bare.replace(/(?:\$|%24)(?:\{|%7B)?(?:base)?arch(?:\}|%7D)?/gi, basearch);
    throw new InputError(
      'INPUT_INVALID',
      `baseurl is ${JSON.stringify(bare)}, which holds a variable; only a .repo file has those`,
      {
        remedy: /\$|%24/.test(filled)
          ? `Write the value in its place; the publisher's guide says which there are: ${filled}`
          : `Write ${filled}`,
      },
    );
  }
  if (/\.repo(?:[?#].*)?$/i.test(value))
    throw new InputError(
      'INPUT_INVALID',
      `baseurl is ${JSON.stringify(bare)}, a .repo file and not the folder that holds repodata/`,
      { remedy: `Give it as repo-file: ${bare}, and leave baseurl out.` },
    );
  return checkUrl('baseurl', value);
}

/** URLs must be http, https or file; anything else is a path that must exist. */
export function checkLocation(name: InputName, value: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !['http:', 'https:', 'file:'].includes(url.protocol)) {
      throw invalid(name, withoutUserInfo(value), 'http, https and file URLs');
    }
    if (url.protocol === 'file:') checkExists(name, localPath(name, url));
    return value;
  }
  checkExists(name, value);
  return value;
}

function localPath(name: InputName, url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw invalid(name, url.href, 'file URLs of this machine, such as file:///srv/key.asc');
  }
}

/** A URL that may be shown. */
export function withoutUserInfo(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}

function checkExists(name: InputName, path: string): void {
  if (path.includes('\0') || !existsSync(path)) {
    throw new InputError(
      'INPUT_INVALID',
      `${name} names ${JSON.stringify(path)}, which does not exist`,
      {
        remedy: 'Give a URL that begins with https://, or the path of an existing file.',
      },
    );
  }
}

/** A folder of this machine. */
export function checkFolder(name: InputName, path: string): void {
  checkExists(name, path);
  if (!statSync(path).isDirectory())
    throw invalid(name, path, 'the path of a folder; this is none');
}

/** Armored keys, and URLs or paths of others. */
export function parseKeys(text: string): KeySource[] {
  const keys: KeySource[] = [];
  const rest = text.replace(ARMOR, (block) => {
    keys.push({ kind: 'armored', text: `${block}\n` });
    return ' ';
  });
  if (rest.includes('-----'))
    throw invalid('gpgkey', 'a broken armored block', 'URLs, paths or whole armored public keys');
  const locations = splitList(rest).map((location) => ({
    kind: 'location' as const,
    location: checkLocation('gpgkey', location),
  }));
  return [...locations, ...keys];
}

const FINGERPRINT = /^([0-9A-F]{40}|[0-9A-F]{64})$/;
/** A fingerprint on one line as gpg prints it, in ten groups; a group alone is no fingerprint, so the list stays unambiguous. */
const GROUPED = /(?<![^\s,])[0-9a-f]{4}(?:[ \t]+[0-9a-f]{4}){9}(?![^\s,])/gi;

/** Fingerprints of primary keys as upper-case hex. */
export function parseFingerprints(text: string): Set<string> {
  const pins = new Set<string>();
  const items = splitList(text.replace(GROUPED, (groups) => groups.replaceAll(/\s/g, '')));
  const whole = items.join('').toUpperCase();
  for (const item of items) {
    const hex = item.replace(/^0x/i, '').replaceAll(':', '').toUpperCase();
    if (!FINGERPRINT.test(hex)) {
      if (FINGERPRINT.test(whole))
        throw new InputError(
          'INPUT_INVALID',
          `gpg-fingerprints is ${JSON.stringify(text)}; it looks like a fingerprint with spaces`,
          { remedy: `Write ${whole}.` },
        );
      throw invalid(
        'gpg-fingerprints',
        item,
        'whole fingerprints of primary keys, 40 or 64 hex digits without spaces (key ids can be forged)',
      );
    }
    pins.add(hex);
  }
  return pins;
}

/** `Name <mail>`, with nothing that git or a reader could take for more. */
export function parseIdentity(name: InputName, text: string): Identity {
  const match = /^([^<>\x00-\x1f\x7f]*[^<>\s\x00-\x1f\x7f])\s*<([^<>\s\x00-\x1f\x7f]*)>$/.exec(
    text,
  );
  if (match?.[1] === undefined || match[2] === undefined)
    throw invalid(name, text, '`Name <mail@example.org>` on one line');
  return { name: match[1].trim(), email: match[2] };
}

/** git-check-ref-format(1), as far as branch names go. */
export function checkRefName(name: InputName, branch: string): void {
  const bad =
    /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|^[-/.]|[/.]$/.test(branch) ||
    branch === '@' ||
    branch === 'HEAD';
  if (bad) throw invalid(name, branch, 'branch names (git-check-ref-format)');
}
