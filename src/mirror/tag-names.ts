// SPDX-License-Identifier: MIT
import { InputError } from '../errors.js';
import type { Nevra } from '../rpm/model.js';
import { group } from '../text.js';

/** The fields that `tag-format` may hold. */
export const TAG_FIELDS = ['name', 'epoch', 'version', 'release', 'arch'] as const;
type TagField = (typeof TAG_FIELDS)[number];

const FIELD = /\{([^{}]*)\}/g;

/**
 * Checks a `tag-format`: known fields only, no stray brace, and one of `{version}` and `{release}`, without which all releases would share a tag.
 * @throws InputError INPUT_INVALID
 */
export function validateTagFormat(format: string): void {
  const known = new Set<string>(TAG_FIELDS);
  const fields = [...format.matchAll(FIELD)].map((match) => group(match, 1));
  const expected = `text with the fields ${TAG_FIELDS.map((field) => `{${field}}`).join(' ')}`;
  const refuse = (reason: string): never => {
    throw new InputError(
      'INPUT_INVALID',
      `tag-format: expected ${expected}, found ${JSON.stringify(format)}: ${reason}`,
      { expected, actual: format },
    );
  };
  if (format === '') refuse('it is empty');
  for (const field of fields) if (!known.has(field)) refuse(`there is no field {${field}}`);
  if (/[{}]/.test(format.replace(FIELD, ''))) refuse('a brace has no partner');
  if (!fields.includes('version') && !fields.includes('release'))
    refuse('without {version} or {release} all releases would share one tag');
}

/**
 * Name of the tag of a release (without `refs/tags/`), for a format that {@link validateTagFormat} accepts.
 * What git-check-ref-format(1) forbids, `%` and a leading `-` are written as `%` and two hex digits, so that the name is always legal and no two texts
 * give the same name. A slash separates folders where the format has it and is escaped where a field has it.
 * @throws InputError INPUT_INVALID when the name would be empty
 */
export function formatTagName(format: string, nevra: Nevra): string {
  const values: Record<TagField, string> = {
    name: nevra.name,
    epoch: String(nevra.epoch ?? 0),
    version: nevra.version,
    release: nevra.release,
    arch: nevra.arch,
  };
  let name = '';
  let at = 0;
  for (const match of format.matchAll(FIELD)) {
    name +=
      escapeCharacters(format.slice(at, match.index)) +
      escapeCharacters(values[match[1] as TagField]).replaceAll('/', '%2F');
    at = match.index + match[0].length;
  }
  name = escapePlaces(name + escapeCharacters(format.slice(at)));
  if (name !== '') return name;
  throw new InputError(
    'INPUT_INVALID',
    `tag-format: expected a name, found nothing for ${JSON.stringify(values)} in ${JSON.stringify(format)}`,
  );
}

/** The text that {@link formatTagName} escaped. */
export function parseTagName(name: string): string {
  return name.replace(/%(?:u[0-9A-F]{4}|[0-9A-F]{2})/g, (escaped) =>
    String.fromCharCode(Number.parseInt(escaped.replace(/^%u?/, ''), 16)),
  );
}

/** Escapes the characters that are forbidden anywhere: rules 4, 5 and 10 of git-check-ref-format(1), and what UTF-8 cannot hold. */
function escapeCharacters(text: string): string {
  return text
    .replace(/[\0- %~^:?*[\\\x7f]/g, escape)
    .replace(/\p{Surrogate}/gu, (unit) => `%u${hex(unit, 4)}`);
}

/** Escapes what is forbidden at its place: rules 1, 3, 6, 7, 8 and 9; and a leading dash, which commands take for an option. */
function escapePlaces(text: string): string {
  return text
    .replace(/(?<=\.)\.|(?<=^|\/)\.|\.$/g, escape)
    .replace(/\.(?=lock(?:\/|$))/g, escape)
    .replace(/^\/|(?<=\/)\/|\/$/g, escape)
    .replace(/@(?=\{)|^@$|^-/g, escape);
}

function escape(character: string): string {
  return `%${hex(character, 2)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(digits, '0');
}

/** A place in a format: which characters may stand there, and whether more of them may follow. */
interface Step {
  readonly takes: (character: string) => boolean;
  readonly repeats: boolean;
}

/** Formats with more fields are not compared; every name counts as theirs. */
const MOST_FIELDS = 32;
const FOLDER = '\0';

/**
 * Whether a format makes this name of some version that begins with a digit. Linear in the name, whatever the format: all ways to read it are followed
 * side by side. Values are taken to be any text (a repeated field may differ), so that the answer errs towards yes.
 */
export function isReleaseTagName(format: string, name: string): boolean {
  if (/%(?!u[0-9A-F]{4}|[0-9A-F]{2})/.test(name)) return false;
  if ([...format.matchAll(FIELD)].length > MOST_FIELDS) return true;
  const steps = stepsOf(format.replaceAll('/', FOLDER));
  // A slash in a value is escaped, so that one in the name stands for the format's own.
  const text = name.split('/').map(parseTagName).join(FOLDER);
  let states = new Set([0]);
  for (const character of text) {
    const next = new Set<number>();
    for (const at of reachable(states, steps)) {
      const step = steps[at];
      if (step?.takes(character) === true) next.add(step.repeats ? at : at + 1);
    }
    if (next.size === 0) return false;
    states = next;
  }
  return reachable(states, steps).has(steps.length);
}

/** A step that repeats may also be left out. */
function reachable(states: ReadonlySet<number>, steps: readonly Step[]): Set<number> {
  const all = new Set(states);
  for (const at of all) if (steps[at]?.repeats === true) all.add(at + 1);
  return all;
}

function stepsOf(format: string): Step[] {
  const isDigit = (character: string): boolean => character >= '0' && character <= '9';
  const isValue = (character: string): boolean => character !== FOLDER;
  return format.split(/(\{[^{}]*\})/).flatMap((part): Step[] => {
    if (!part.startsWith('{'))
      return Array.from(part, (literal) => ({
        takes: (character) => character === literal,
        repeats: false,
      }));
    const first = part === '{version}' || part === '{epoch}' ? isDigit : isValue;
    const others = part === '{epoch}' ? isDigit : isValue;
    return [
      { takes: first, repeats: false },
      { takes: others, repeats: true },
    ];
  });
}
