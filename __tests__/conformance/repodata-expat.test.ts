// SPDX-License-Identifier: MIT

import { describe, expect, it } from '@jest/globals';

import { MirrorError } from '../../src/errors.js';
import { parseDocument } from '../../src/repodata/xml/xml.js';
import { xmlContext } from '../../src/repodata/xml/xml-context.js';
import { execFileSync } from '../fixtures/commands.js';
import { describeWithTools, requireTool } from '../fixtures/tools.js';

const ORACLE = `
import json, sys
from xml.parsers import expat
for line in sys.stdin:
    parser = expat.ParserCreate()
    events = []
    def start(name, attributes): events.append(['<', name, sorted(attributes.items())])
    def text(data):
        if events and events[-1][0] == '#': events[-1][1] += data
        else: events.append(['#', data])
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: events.append(['>', name])
    parser.CharacterDataHandler = text
    try:
        parser.Parse(bytes.fromhex(line.strip()), True)
        print(json.dumps({'ok': True, 'starts': [e[1:] for e in events if e[0] == '<']}))
    except (expat.ExpatError, LookupError) as error:
        print(json.dumps({'ok': False, 'error': str(error)}))
`;

interface Verdict {
  readonly ok: boolean;
  readonly starts?: readonly [string, readonly [string, string][]][];
  readonly error?: string;
}

const SAMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<!-- generated --><metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="r" packages="1">
<package type="rpm"><name>caf\u00e9 &amp; co</name><arch>noarch</arch><version epoch="0" ver="1.0~rc1" rel='2"'/>
<description><![CDATA[a <b> & c]]> &#228; &lt;x&gt;</description><location xml:base="a>b" href="x+1.rpm"/>
<format><rpm:header-range start="1" end="2"/><rpm:license></rpm:license><?php x ?></format></package>
</metadata>
`;
const INSERTS = [
  '<',
  '>',
  '&',
  '"',
  "'",
  '/',
  '=',
  ' ',
  '\n',
  'x',
  '<!--',
  '-->',
  '--',
  ']]>',
  '<![CDATA[',
  '<?x ',
  '?>',
  '<a>',
  '</a>',
  '<a/>',
  '&amp;',
  '&#0;',
  '&#x41;',
  '&x;',
  '\u0001',
  '\u00e9',
  '\uffff',
  ' a="1"',
  ':',
  '1',
  ';',
];

/** Small, seeded (mulberry32), so that a difference can be shown again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutate(seed: number): Buffer {
  const next = random(seed);
  let text = SAMPLE;
  for (let round = next(3); round >= 0; round -= 1) {
    const at = next(text.length);
    const end = at + next(4);
    text =
      text.slice(0, at) +
      (next(3) === 0 ? '' : INSERTS[next(INSERTS.length)]!) +
      text.slice(next(2) === 0 ? at : end);
  }
  return Buffer.from(text);
}

/** Refused here though expat takes it: T7; names that no index has; quotes in processing instructions, which no index has either. */
const STRICTER = /forbidden declaration|reserved JavaScript|Pi Tag is not closed/;
/** Taken here though expat does not know this spelling of UTF-8. */
const LENIENT = 'encoding="UTF8"';

function ours(bytes: Buffer): {
  readonly ok: boolean;
  readonly message: string;
  readonly starts: unknown[];
} {
  const starts: unknown[] = [];
  const walk = (element: ReturnType<typeof parseDocument>): void => {
    starts.push([
      element.name,
      [...element.attributes]
        .map(([name, value]) => [name, value.replace(/[\n\t]/g, ' ')] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    element.children.forEach(walk);
  };
  try {
    walk(parseDocument(bytes, xmlContext('it', 'PRIMARY_INVALID')));
    return { ok: true, message: '', starts };
  } catch (error) {
    if (error instanceof MirrorError) return { ok: false, message: error.message, starts };
    throw error;
  }
}

const python = requireTool('python3');

describeWithTools(['python3'], 'XML as expat reads it', () => {
  describe('mutations of a primary.xml', () => {
    it('are well-formed for us where they are for expat, with the same elements and attributes', () => {
      const documents = Array.from({ length: 10_000 }, (_, seed) => mutate(seed));
      const answers = execFileSync(python!, ['-c', ORACLE], {
        input: documents.map((each) => each.toString('hex')).join('\n'),
        maxBuffer: 1 << 28,
        encoding: 'utf8',
      });
      const verdicts = answers
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Verdict);
      const differences: string[] = [];
      for (const [seed, verdict] of verdicts.entries()) {
        const found = ours(documents[seed]!);
        if (documents[seed]!.includes(LENIENT)) continue;
        if (found.ok !== verdict.ok && !STRICTER.test(found.message))
          differences.push(`${seed}: expat ${verdict.error ?? 'ok'}, we ${found.message || 'ok'}`);
        else if (
          found.ok &&
          JSON.stringify(found.starts) !==
            JSON.stringify(
              verdict.starts?.map(([name, attributes]) => [
                name.slice(name.indexOf(':') + 1),
                attributes,
              ]),
            )
        )
          differences.push(`${seed}: other elements`);
      }
      expect(differences).toEqual([]);
    });
  });
});
