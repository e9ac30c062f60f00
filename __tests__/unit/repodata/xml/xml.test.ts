// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { RepodataError } from '../../../../src/errors.js';
import { LIMITS } from '../../../../src/limits.js';
import { cutDocument, onlyChild, parseDocument } from '../../../../src/repodata/xml/xml.js';
import { xmlContext } from '../../../../src/repodata/xml/xml-context.js';

const context = xmlContext('the document', 'REPOMD_INVALID');
const parse = (text: string | Uint8Array) =>
  parseDocument(typeof text === 'string' ? Buffer.from(text) : text, context);

/** What the cutter gives for a document that arrives in pieces of `size` bytes. */
async function cut(
  text: string | Uint8Array,
  size = 7,
): Promise<{ name: string; xml: string | undefined }[]> {
  const bytes = Buffer.from(text as string);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const found: { name: string; xml: string | undefined }[] = [];
  await cutDocument(pieces(), context, { element: (name, xml) => found.push({ name, xml }) });
  return found;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RepodataError) return error.code;
    throw error;
  }
  return 'ok';
}

describe('parseDocument', () => {
  it('gives local names, attributes as written, and the text of an element', () => {
    const root = parse(
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><r:root xmlns:r="u" r:x="1" xml:base="b"><a>  one </a><a/></r:root>',
    );
    expect(root.name).toBe('root');
    expect([...root.attributes]).toEqual([
      ['xmlns:r', 'u'],
      ['r:x', '1'],
      ['xml:base', 'b'],
    ]);
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['a', 'one'],
      ['a', ''],
    ]);
  });

  it('decodes the predefined entities and character references exactly once', () => {
    const root = parse(
      '<r a="&#x26;amp; &lt;&gt;&quot;&apos;">&amp;lt; &#228;&#x1F600;<![CDATA[ &amp; <x> ]]></r>',
    );
    expect(root.attributes.get('a')).toBe('&amp; <>"\'');
    expect(root.text).toBe('&lt; ä😀 &amp; <x>');
  });

  it('keeps line breaks in an attribute value, so that names that hold them are refused', () => {
    expect(parse('<r a="1\n\t2&#10;"/>').attributes.get('a')).toBe('1\n\t2\n');
  });

  it('tolerates a byte-order mark, comments and processing instructions around the root', () => {
    expect(
      parse('\ufeff<?xml version="1.0"?><!-- > " -->\n<?pi a > b?><r/>\n<!-- <x> -->\n').name,
    ).toBe('r');
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['text', 'hello'],
    ['an open element', '<r><a></r>'],
    ['an open root', '<r>'],
    ['an open tag', '<r'],
    ['an open comment', '<r/><!-- '],
    ['an open CDATA section', '<r><![CDATA[ </r>'],
    ['two roots', '<r/><s/>'],
    ['text before the root', 'x<r/>'],
    ['text after the root', '<r/>x'],
    ['CDATA outside the root', '<r/><![CDATA[x]]>'],
    ['an attribute without quotes', '<r a=1/>'],
    ['an attribute without value', '<r a/>'],
    ['an attribute twice', '<r a="1" a="2"/>'],
    ['"<" in an attribute', '<r a="<"/>'],
    ['a name that begins with a digit', '<1r/>'],
    ['a space before the name', '< r/>'],
    ['a lone "&"', '<r>a & b</r>'],
    ['a declaration in the middle', '<r/><?xml version="1.0"?>'],
    ['white space before the declaration', ' <?xml version="1.0"?><r/>'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><r/>'],
    ['a control character', '<r>\u0001</r>'],
    ['NUL', '<r>\0</r>'],
    ['a reference to NUL', '<r>&#0;</r>'],
    ['a reference to a surrogate', '<r>&#xD800;</r>'],
    ['a reference beyond Unicode', '<r>&#x110000;</r>'],
    ['a closing tag too many', '<r/></r>'],
    ['closing tags in the wrong order', '<r><a><b></a></b></r>'],
    ['a reserved name', '<r><__proto__/></r>'],
    ['an HTML page', '<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>'],
  ])('refuses %s as malformed', (_, text) => {
    expect(codeOf(() => parse(text))).toBe('REPOMD_INVALID');
  });

  it.each([
    [new Uint8Array([0x3c, 0x72, 0x2f, 0x3e, 0xff])],
    [new Uint8Array([0xff, 0xfe, 0x3c, 0, 0x72, 0])],
    [Buffer.from('<r>\xe4</r>', 'latin1')],
    [Buffer.from([0x3c, 0x72, 0x3e, 0xc3])],
  ])('refuses bytes that are not UTF-8: %s', (bytes) => {
    expect(codeOf(() => parse(bytes))).toBe('REPOMD_INVALID');
  });

  it('names the encoding that it does not read', () => {
    expect(() => parse('<?xml version="1.0" encoding="ISO-8859-1"?><r/>')).toThrow(
      /expected encoding UTF-8, found ISO-8859-1/,
    );
  });

  it('never fails with anything but its own error', () => {
    const markup = fc.array(
      fc.constantFrom(
        '<r>',
        '</r>',
        '<a b="',
        '"',
        '/>',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<?',
        '?>',
        '&',
        ';',
        '&amp;',
        '&#',
        'x',
        '\0',
        '<!DOCTYPE',
        ' ',
        'é',
        "'",
        '=',
      ),
      { maxLength: 30 },
    );
    expect(() => {
      fc.assert(
        fc.property(markup, (parts) =>
          ['ok', 'REPOMD_INVALID', 'XML_FORBIDDEN', 'LIMIT_EXCEEDED'].includes(
            codeOf(() => parse(parts.join(''))),
          ),
        ),
        { numRuns: 3000 },
      );
    }).not.toThrow();
    expect(() => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
          ['REPOMD_INVALID', 'XML_FORBIDDEN'].includes(codeOf(() => parse(bytes))),
        ),
      );
    }).not.toThrow();
  });
});

describe('cutDocument', () => {
  const text =
    '<?xml version="1.0"?><root a=">"><!-- <x> --><p:a b="/>" c=\'">\'>é<![CDATA[</a>]]><a/></p:a><b /> <c></c></root>';

  it.each([1, 2, 3, 7, 64, 1000])(
    'gives the children of the root as written, in pieces of %d bytes',
    async (size) => {
      expect(await cut(text, size)).toEqual([
        { name: 'a', xml: '<p:a b="/>" c=\'">\'>é<![CDATA[</a>]]><a/></p:a>' },
        { name: 'b', xml: '<b />' },
        { name: 'c', xml: '<c></c>' },
      ]);
    },
  );

  it('gives the same whatever the pieces, when they are large', async () => {
    const large = `<r>${Array.from({ length: 4000 }, (_, i) => `<p n="${i}"><!-- é > --><n>${'x'.repeat(i % 90)}</n></p>`).join('\n')}</r>`;
    const whole = await cut(large, 1 << 20);
    expect(whole).toHaveLength(4000);
    expect(await cut(large, 65_537)).toEqual(whole);
  });

  it('asks once for each child, as soon as its probes are known', async () => {
    const asked: unknown[] = [];
    await cutDocument(
      (async function* () {
        yield Buffer.from(
          '<r><p><n>a</n><x/><m>b<!-- c --></m><n>z</n></p><p><n>a<i/></n><m><![CDATA[b]]></m></p><q/></r>',
        );
      })(),
      context,
      {
        probes: ['n', 'm'],
        wants: (name, probes) => {
          asked.push([name, ...probes]);
          return true;
        },
      },
    );
    expect(asked).toEqual([['p', ['n', 'a'], ['m', 'b']], ['p'], ['q']]);
  });

  it('leaves out what is not kept', async () => {
    const found: (string | undefined)[] = [];
    await cutDocument(
      (async function* () {
        yield Buffer.from('<r><p><n>a</n><f><x/><y>1<x>2</x></y><z/>t</f></p><p/></r>');
      })(),
      context,
      {
        keeps: (parent, name) => !(parent === 'f' && name !== 'z'),
        element: (_, xml) => found.push(xml),
      },
    );
    expect(found).toEqual(['<p><n>a</n><f><z/>t</f></p>', '<p/>']);
  });

  it('refuses an element larger than the cap, also when it is not wanted', async () => {
    async function* endless() {
      yield Buffer.from('<r><p>');
      for (let i = 0; i <= LIMITS.packageElementBytes; i += 1 << 20)
        yield Buffer.alloc(1 << 20, 'x');
    }
    await expect(cutDocument(endless(), context, { wants: () => false })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });
});

describe('onlyChild', () => {
  it('gives the child, nothing when there is none, and refuses two', () => {
    const root = parse('<r><a/><b/><b/></r>');
    expect(onlyChild(root, 'a', context)?.name).toBe('a');
    expect(onlyChild(root, 'c', context)).toBeUndefined();
    expect(() => onlyChild(root, 'b', context)).toThrow(/expected one <b> in <r>, found 2/);
  });
});
