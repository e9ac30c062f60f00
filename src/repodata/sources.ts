// SPDX-License-Identifier: MIT
import { RepodataError } from '../errors.js';
import { group } from '../text.js';
import { trimBase } from './hrefs.js';

/** What a section of a vendor's .repo file says (dnf.conf(5), REPO OPTIONS), with variables filled in. */
export interface RepoSection {
  readonly id: string;
  readonly name: string | undefined;
  readonly baseUrls: readonly string[];
  readonly mirrorlist: string | undefined;
  readonly metalink: string | undefined;
  readonly gpgKeys: readonly string[];
  /** Undefined when the file does not say. */
  readonly gpgCheck: boolean | undefined;
  readonly repoGpgCheck: boolean | undefined;
  /** False asks for TLS without verification, which this program never does. */
  readonly sslVerify: boolean | undefined;
  readonly enabled: boolean | undefined;
}

/** Which section of a .repo file, and the values of its variables. */
export interface RepoFileOptions {
  readonly repoId: string | undefined;
  readonly basearch: string;
  readonly releasever: string | undefined;
}

type Section = ReadonlyMap<string, string>;

/**
 * Reads one section of a .repo file: the one called `repoId`, or the only one.
 * @throws RepodataError REPO_FILE_INVALID
 */
export function parseRepoFile(bytes: Uint8Array, options: RepoFileOptions): RepoSection {
  const sections = parseSections(decodeText(bytes, '.repo file', 'REPO_FILE_INVALID'));
  const [id, section] = chooseSection(sections, options.repoId);
  const fill = (key: string): string | undefined => {
    const value = section.get(key);
    return value === undefined || value === '' ? undefined : substitute(value, key, options);
  };
  const urls = (key: string): string[] => listItems(fill(key)).map((url) => checkUrl(url, key, id));
  const first = (key: string): string | undefined => urls(key)[0];
  const found: RepoSection = {
    id,
    name: section.has('name') ? section.get('name') : undefined,
    baseUrls: urls('baseurl').map(trimBase),
    mirrorlist: first('mirrorlist'),
    metalink: first('metalink'),
    gpgKeys: urls('gpgkey'),
    gpgCheck: readFlag(section.get('gpgcheck')),
    repoGpgCheck: readFlag(section.get('repo_gpgcheck')),
    sslVerify: readFlag(section.get('sslverify')),
    enabled: readFlag(section.get('enabled')),
  };
  if (
    found.baseUrls.length === 0 &&
    found.mirrorlist === undefined &&
    found.metalink === undefined
  ) {
    throw invalid(`section [${id}]: expected baseurl, mirrorlist or metalink, found none`);
  }
  return found;
}

/** INI as yum and dnf read it: `#` and `;` begin a comment line, an indented line continues the value before it. */
function parseSections(text: string): Map<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key = '';
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const header = /^\[([^\]]*)\]\s*([#;].*)?$/.exec(line);
    const separator = line.search(/[=:]/);
    if (header !== null) {
      const id = group(header, 1).trim();
      section = sections.get(id) ?? new Map<string, string>();
      sections.set(id, section);
      key = '';
    } else if (section !== undefined && key !== '' && /^\s/.test(line)) {
      section.set(key, `${section.get(key) ?? ''}\n${line.trim()}`);
    } else if (section !== undefined && separator > 0 && /^[^\s[]/.test(line)) {
      key = line.slice(0, separator).trimEnd().toLowerCase();
      section.set(key, line.slice(separator + 1).trim());
    } else {
      throw invalid(
        `line ${index + 1}: expected a [section], key=value or comment, found ${JSON.stringify(line.slice(0, 80))}`,
      );
    }
  }
  return sections;
}

function chooseSection(
  sections: ReadonlyMap<string, Section>,
  repoId: string | undefined,
): [string, Section] {
  const candidates = [...sections].filter(([id]) => id !== 'main');
  const known = candidates.map(([id]) => id).join(', ');
  if (repoId === undefined || repoId === '') {
    const [only, ...others] = candidates;
    if (only === undefined) throw invalid('expected a section, found none');
    if (others.length > 0) throw invalid(`expected repo-id to name one of its sections: ${known}`);
    return only;
  }
  const found = candidates.find(([id]) => id === repoId);
  if (found === undefined)
    throw invalid(`expected a section [${repoId}], found: ${known === '' ? 'none' : known}`);
  return found;
}

/** dnf.conf(5), REPO VARIABLES: `$name`, `${name}`, and dnf5's `${name:-default}` and `${name:+alternate}`. */
function substitute(value: string, key: string, { basearch, releasever }: RepoFileOptions): string {
  const [major, minor] = (releasever ?? '').split('.', 2);
  const variables: Readonly<Record<string, string | undefined>> = {
    basearch,
    arch: basearch,
    releasever,
    releasever_major: major === '' ? undefined : major,
    releasever_minor: minor,
  };
  return value.replace(
    /\$(?:\{([A-Za-z0-9_]+)(?::([-+])([^{}]*))?\}|([A-Za-z0-9_]+))/g,
    (all, braced?: string, operator?: string, word?: string, bare?: string) => {
      const name = (braced ?? bare ?? '').toLowerCase();
      const known = Object.hasOwn(variables, name) ? variables[name] : undefined;
      const set = known !== undefined && known !== '';
      if (operator === '+') return set ? (word ?? '') : '';
      if (set) return known;
      if (operator === '-') return word ?? '';
      const remedy = name.startsWith('releasever')
        ? 'Set releasever.'
        : 'Give baseurl and gpgkey instead of repo-file.';
      throw new RepodataError(
        'REPO_FILE_INVALID',
        `the .repo file is not usable: ${key} needs a value for ${all}`,
        { remedy },
      );
    },
  );
}

function checkUrl(url: string, key: string, id: string): string {
  if (/^(https?|file):\/\//i.test(url) && URL.canParse(url)) return url;
  throw invalid(
    `section [${id}]: expected an http, https or file URL as ${key}, found ${JSON.stringify(url.slice(0, 200))}`,
  );
}

function listItems(value: string | undefined): string[] {
  return (value ?? '').split(/[\s,]+/).filter((item) => item !== '');
}

/** dnf.conf(5): booleans are 1, yes, true, on and 0, no, false, off. */
function readFlag(value: string | undefined): boolean | undefined {
  if (value === undefined || value === '') return undefined;
  if (/^(1|yes|true|on|enabled)$/i.test(value)) return true;
  if (/^(0|no|false|off|disabled|never)$/i.test(value)) return false;
  throw invalid(`expected a boolean, found ${JSON.stringify(value.slice(0, 80))}`);
}

/** UTF-8 text of a file from outside, without byte-order mark. */
function decodeText(
  bytes: Uint8Array,
  what: string,
  code: 'REPO_FILE_INVALID' | 'MIRRORLIST_INVALID',
): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RepodataError(
      code,
      `the ${what} is not usable: expected UTF-8 text, found other bytes`,
      { cause: error },
    );
  }
}

function invalid(found: string): RepodataError {
  return new RepodataError('REPO_FILE_INVALID', `the .repo file is not usable: ${found}`);
}
