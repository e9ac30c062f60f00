// SPDX-License-Identifier: MIT
import type { Header } from './header.js';
import { TAG } from './tags.js';
import { decodeLossy } from './text.js';

/** One thing that a package runs on the machine it is installed on. */
export interface InstallScript {
  /** As a spec file calls it: `%post`, `%triggerin -- bash`. Unique within a package. */
  readonly name: string;
  /** What runs it; `/bin/sh` where the package names nothing, `<lua>` for the built-in interpreter. */
  readonly program: string;
  /** Its text; empty when the program runs without one, such as `/sbin/ldconfig`. */
  readonly text: string;
}

/** rpm's own order of events, with the tags of script and interpreter (rpm tags.md, Scriptlets). */
const SCRIPTLETS: readonly (readonly [name: string, script: number, program: number])[] = [
  ['%pretrans', 1151, 1153],
  ['%pre', 1023, 1085],
  ['%post', 1024, 1086],
  ['%preun', 1025, 1087],
  ['%postun', 1026, 1088],
  ['%posttrans', 1152, 1154],
  ['%preuntrans', 5103, 5105],
  ['%postuntrans', 5104, 5106],
  ['%verifyscript', 1079, 1091],
];

interface TriggerTags {
  readonly scripts: number;
  readonly programs: number;
  readonly names: number;
  readonly versions: number;
  readonly flags: number;
  readonly indexes: number;
  readonly prefix: string;
}

/** The three kinds of triggers (rpm tags.md, Triggers). */
const TRIGGERS: readonly TriggerTags[] = [
  {
    prefix: '%trigger',
    scripts: 1065,
    names: 1066,
    versions: 1067,
    flags: 1068,
    indexes: 1069,
    programs: 1092,
  },
  {
    prefix: '%filetrigger',
    scripts: 5066,
    programs: 5067,
    names: 5069,
    indexes: 5070,
    versions: 5071,
    flags: 5072,
  },
  {
    prefix: '%transfiletrigger',
    scripts: 5076,
    programs: 5077,
    names: 5079,
    indexes: 5080,
    versions: 5081,
    flags: 5082,
  },
];

/** Bits of a trigger's flags (rpmds.h, rpmsenseFlags). */
const EVENTS: readonly (readonly [bit: number, event: string])[] = [
  [1 << 25, 'prein'],
  [1 << 16, 'in'],
  [1 << 17, 'un'],
  [1 << 18, 'postun'],
];
const [LESS, GREATER, EQUAL] = [2, 4, 8];

/** What a package runs when it is installed, removed or watched, in rpm's order. A source package runs nothing. */
export function parseScripts(header: Header): InstallScript[] {
  if (header.get(TAG.SOURCE_RPM) === undefined && header.get(TAG.SOURCE_PACKAGE) !== undefined)
    return [];
  const scripts = SCRIPTLETS.flatMap(([name, script, program]): InstallScript[] => {
    const text = header.strings(script)?.[0];
    const programs = header.strings(program);
    if (text === undefined && programs === undefined) return [];
    return [
      {
        name,
        program: programs?.map(decodeLossy).join(' ') ?? '/bin/sh',
        text: text === undefined ? '' : decodeLossy(text),
      },
    ];
  });
  return distinct([...scripts, ...TRIGGERS.flatMap((tags) => parseTriggers(header, tags))]);
}

function parseTriggers(header: Header, tags: TriggerTags): InstallScript[] {
  const texts = header.strings(tags.scripts) ?? [];
  const programs = header.strings(tags.programs) ?? [];
  const conditions = conditionsOf(header, tags);
  return texts.map((text, at) => {
    const { events, what } = conditions.get(at) ?? { events: new Set(), what: [] };
    return {
      name: `${tags.prefix}${[...events].join('/')} -- ${what.join(', ')}`,
      program: programs[at] === undefined ? '/bin/sh' : decodeLossy(programs[at]),
      text: decodeLossy(text),
    };
  });
}

interface Conditions {
  readonly events: Set<string>;
  readonly what: string[];
}

/** What each script waits for, by its number. */
function conditionsOf(header: Header, tags: TriggerTags): Map<number, Conditions> {
  const names = header.strings(tags.names) ?? [];
  const versions = header.strings(tags.versions) ?? [];
  const flags = header.numbers(tags.flags) ?? [];
  const indexes = header.numbers(tags.indexes) ?? [];
  const conditions = new Map<number, Conditions>();
  for (const [at, name] of names.entries()) {
    const script = indexes[at] ?? 0;
    const found = conditions.get(script) ?? { events: new Set<string>(), what: [] };
    const bits = flags[at] ?? 0;
    for (const [bit, event] of EVENTS) if ((bits & bit) !== 0) found.events.add(event);
    found.what.push(condition(decodeLossy(name), bits, versions[at]));
    conditions.set(script, found);
  }
  return conditions;
}

function condition(name: string, bits: number, version: Uint8Array | undefined): string {
  const sign = [
    ...((bits & LESS) !== 0 ? ['<'] : []),
    ...((bits & GREATER) !== 0 ? ['>'] : []),
    ...((bits & EQUAL) !== 0 ? ['='] : []),
  ].join('');
  const text = version === undefined ? '' : decodeLossy(version);
  return sign === '' || text === '' ? name : `${name} ${sign} ${text}`;
}

/** Two triggers on the same thing are told apart by their number. */
function distinct(scripts: readonly InstallScript[]): InstallScript[] {
  const seen = new Map<string, number>();
  return scripts.map((script) => {
    const count = (seen.get(script.name) ?? 0) + 1;
    seen.set(script.name, count);
    return count === 1 ? script : { ...script, name: `${script.name} (${count})` };
  });
}
