// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { parseHeader } from '../../../src/rpm/header.js';
import { parseScripts } from '../../../src/rpm/scripts.js';
import { buildHeader, type EntrySpec, int32, text, texts } from '../../fixtures/header-builder.js';

const BINARY = text(1044, 'hello-1-1.src.rpm');
const scripts = (...entries: EntrySpec[]): string[][] =>
  parseScripts(
    parseHeader(
      buildHeader({ entries: [...entries].sort((a, b) => a.tag - b.tag), region: 63 }),
      'main',
    ),
  ).map((script) => [script.name, script.program, script.text]);

/** rpm's names of a trigger's events (rpmds.h), and its comparisons. */
const [IN, UN, POSTUN, PREIN] = [1 << 16, 1 << 17, 1 << 18, 1 << 25];
const [LESS, GREATER, EQUAL] = [2, 4, 8];

describe('parseScripts', () => {
  it.each([
    ['%pretrans', 1151, 1153],
    ['%pre', 1023, 1085],
    ['%post', 1024, 1086],
    ['%preun', 1025, 1087],
    ['%postun', 1026, 1088],
    ['%posttrans', 1152, 1154],
    ['%preuntrans', 5103, 5105],
    ['%postuntrans', 5104, 5106],
    ['%verifyscript', 1079, 1091],
  ])('%s: with its program, without one, and a program without a text', (name, script, program) => {
    expect(scripts(BINARY, text(script, 'ls'), texts(program, ['/bin/bash', '-e']))).toEqual([
      [name, '/bin/bash -e', 'ls'],
    ]);
    expect(scripts(BINARY, text(script, 'ls'))).toEqual([[name, '/bin/sh', 'ls']]);
    expect(scripts(BINARY, texts(program, ['/sbin/ldconfig']))).toEqual([
      [name, '/sbin/ldconfig', ''],
    ]);
  });

  it("gives those of a package in rpm's order, and none where there are none", () => {
    expect(
      scripts(BINARY, text(1026, 'd'), text(1024, 'b'), text(1151, 'a')).map(([name]) => name),
    ).toEqual(['%pretrans', '%post', '%postun']);
    expect(scripts(BINARY)).toEqual([]);
  });

  it.each([
    ['a source package', [int32(1106, 1)], 0],
    ['a binary package', [BINARY], 1],
    ['one with the marks of both, which rpm takes for a binary one', [BINARY, int32(1106, 1)], 1],
    ['one with the marks of neither', [], 1],
  ])('%s runs as many as rpm would run', (_, marks, count) => {
    expect(scripts(...marks, text(1024, 'ls'))).toHaveLength(count);
  });

  it.each([
    ['%trigger', [1065, 1092, 1066, 1069, 1067, 1068]],
    ['%filetrigger', [5066, 5067, 5069, 5070, 5071, 5072]],
    ['%transfiletrigger', [5076, 5077, 5079, 5080, 5081, 5082]],
  ] as const)('%s: on what it waits, and for which events', (prefix, tags) => {
    const [script, program, names, indexes, versions, flags] = tags;
    const triggers = (rows: readonly (readonly [string, string, number, number])[]) => [
      texts(script, ['one', 'two']),
      texts(program, ['<lua>']),
      texts(
        names,
        rows.map(([name]) => name),
      ),
      texts(
        versions,
        rows.map(([, version]) => version),
      ),
      int32(flags, ...rows.map(([, , bits]) => bits)),
      int32(indexes, ...rows.map(([, , , index]) => index)),
    ];
    expect(
      scripts(
        BINARY,
        ...triggers([
          ['bash', '', IN | UN, 0],
          ['zsh', '5', POSTUN | GREATER | EQUAL, 0],
          ['ksh', '2', PREIN | LESS, 1],
          ['ash', '3', PREIN, 1],
          ['csh', '', PREIN | EQUAL, 1],
        ]),
      ),
    ).toEqual([
      [`${prefix}in/un/postun -- bash, zsh >= 5`, '<lua>', 'one'],
      [`${prefix}prein -- ksh < 2, ash, csh`, '/bin/sh', 'two'],
    ]);
  });

  it('takes a trigger without a version for one on any, and its missing number for the first', () => {
    expect(
      scripts(BINARY, texts(1065, ['one']), texts(1066, ['bash']), int32(1068, IN | LESS)),
    ).toEqual([['%triggerin -- bash', '/bin/sh', 'one']]);
  });

  it('numbers triggers that are on the same thing', () => {
    const same = [
      texts(1065, ['one', 'two', 'three']),
      texts(1066, ['bash', 'bash', 'bash']),
      texts(1067, ['', '', '']),
      int32(1068, IN, IN, IN),
      int32(1069, 0, 1, 2),
    ];
    expect(scripts(BINARY, ...same).map(([name]) => name)).toEqual([
      '%triggerin -- bash',
      '%triggerin -- bash (2)',
      '%triggerin -- bash (3)',
    ]);
  });
});
