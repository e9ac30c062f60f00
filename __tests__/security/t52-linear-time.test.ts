// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { isDotGit, isDotName } from '../../src/dot-git.js';
import { describeError, InputError, sentences } from '../../src/errors.js';
import { cleanText } from '../../src/git/command.js';
import { parseCommit, parseTag } from '../../src/git/objects/strict.js';
import { parseLsRemote } from '../../src/git/remote/refs.js';
import { KIB, MIB } from '../../src/limits.js';
import { nevraKey, tryParseNevra } from '../../src/mirror/nevra.js';
import { parseReleaseMessage, stripSignature } from '../../src/mirror/records/message-parser.js';
import { parseNotesState } from '../../src/mirror/records/notes-state.js';
import { parseReleases } from '../../src/mirror/records/releases.js';
import { selectSource } from '../../src/mirror/source-path.js';
import { parseTagName } from '../../src/mirror/tag-names.js';
import { breakMarkers, cleanBlock, cleanLine, showPath } from '../../src/mirror/text.js';
import { displayUrl, hostKind, parseHeaderLines, parseTarget } from '../../src/net/urls.js';
import { findNotes } from '../../src/notes/find.js';
import { dearmor } from '../../src/openpgp/armor.js';
import { packageFileName, printableUrl, resolveHref, trimBase } from '../../src/repodata/hrefs.js';
import { parseMirrorlist } from '../../src/repodata/mirrorlist.js';
import { parseRepomd } from '../../src/repodata/repomd.js';
import { parseRepoFile } from '../../src/repodata/sources.js';
import { code, plain, printable } from '../../src/report/escape.js';
import { compareEvr, rpmvercmp, tryParseEvr } from '../../src/rpm/evr.js';
import { nevra } from '../unit/mirror/builders.js';

/** Milliseconds of processor time below which nothing is compared: what takes less is no attack. */
const FLOOR = 100;
/** What is linear ends after the first rounds on a quiet machine; a busy one has its chance. */
const ROUNDS = 20;

type Work = (text: string) => unknown;
type Kind = readonly [name: string, text: (size: number) => string, work: Work];

const repeat =
  (unit: string, head = '', tail = '') =>
  (size: number): string =>
    head + unit.repeat(Math.ceil(size / unit.length)) + tail;
const bytes = (text: string): Buffer => Buffer.from(text);
const notes =
  (name: string): Work =>
  (text) =>
    findNotes([{ name, text }], {
      nevra: nevra('hello-2.29.4.0-1.noarch'),
      title: 'Hello',
      changelog: [],
    });
const index =
  (base: string): Work =>
  (text) =>
    resolveHref('https://example.org/repo', 'x.rpm', base + text);
const repoFile: Work = (text) =>
  parseRepoFile(bytes(text), { repoId: undefined, basearch: 'x86_64', releasever: '9' });
const list: Work = (text) => parseMirrorlist(bytes(text));

/** Headings one in another, as deep as styles go, with version lines below the innermost. */
function deepNotes(size: number): string {
  const styles = '!"#$%&()*+,-./:;<=>?@[]^_`{|}~'.match(/./g)!;
  const headings = styles.map((style) => `Title ${'1.'.repeat(200)}\n${style.repeat(420)}\n\n`);
  return headings.join('') + repeat('Version: 2.29.4.0 2.29\n\n')(size);
}
/** One heading without a digit, of words that say nothing, again and again. */
const flatNotes = repeat(`${'release '.repeat(60)}2.29\n${'='.repeat(500)}\n\nText.\n\n`);

const KINDS: readonly Kind[] = [
  ['notes: version lines under deep headings', deepNotes, notes('n.rst')],
  ['notes: headings that say nothing', flatNotes, notes('n.rst')],
  ['notes: Markdown headings', repeat(`# ${'x '.repeat(100)}2.29.4.0 ###\n`), notes('n.md')],
  ['notes: Markdown, a closing that is none', repeat('#', '# 2.29 ', 'x'), notes('n.md')],
  ['notes: blank lines', repeat('\n', '2.29\n====\n', 'x'), notes('n.rst')],
  ['notes: blanks in a line', repeat(' ', '2.29\n====\n', 'x'), notes('n.rst')],
  ['notes: link targets', repeat('](', '2.29\n====\n'), notes('n.rst')],
  ['notes: targets', repeat('.. _:\n', '2.29\n====\n', 'x'), notes('n.rst')],
  ['notes: one target', repeat(': ', '2.29\n====\n\n.. _', 'x'), notes('n.rst')],
  ['notes: tags of HTML', repeat('<', '2.29\n====\n'), notes('n.rst')],
  ['notes: Version, colons', repeat(':', 'a\n=====\n\nVersion:', 'x'), notes('n.rst')],
  ['notes: underlines', repeat('=', '2.29\n', ' x'), notes('n.rst')],
  [
    'notes: the changelog',
    repeat(' ', '* Mon Jan 01 2024 x', 'y'),
    (text) =>
      findNotes([], {
        nevra: nevra('hello-2.29.4.0-1.noarch'),
        title: 'Hello',
        changelog: [{ author: `${text} - 2.29.4.0-1`, text: text.replaceAll(' ', '.'), time: 1 }],
      }),
  ],
  ['index: xml:base of slashes', repeat('/', '', 'x'), index('https://example.org/')],
  ['index: xml:base of segments', repeat('a/', '', 'x'), index('')],
  ['index: xml:base of queries', repeat('?', '', '\n'), index('https://example.org/')],
  ['index: trailing slashes', repeat('/', 'https://example.org', 'x'), trimBase],
  ['index: a URL to print', repeat('//', '', '@'), printableUrl],
  ['index: fragments', repeat('#', 'x', '\n'), printableUrl],
  ['index: hrefs', repeat('%25'), packageFileName],
  ['index: hrefs of dots', repeat('./', '', '.rpm'), packageFileName],
  [
    'index: repomd.xml, one attribute',
    repeat(' a=""', '<repomd', '>'),
    (t) => parseRepomd(bytes(t)),
  ],
  ['index: repomd.xml, entities', repeat('&', '<repomd>'), (t) => parseRepomd(bytes(t))],
  ['index: repomd.xml, blanks', repeat(' ', '<repomd', '<'), (t) => parseRepomd(bytes(t))],
  ['index: repomd.xml, open tags', repeat('<a>', '<repomd>'), (t) => parseRepomd(bytes(t))],
  [
    'index: repomd.xml, elements',
    repeat('<a/>', '<repomd>', '</repomd>'),
    (t) => parseRepomd(bytes(t)),
  ],
  ['.repo: blanks in a line', repeat(' ', '[a]\nx', 'y'), repoFile],
  ['.repo: blanks before the value', repeat(' ', '[a]\nbaseurl=', 'y'), repoFile],
  ['.repo: blank lines', repeat(' \n', '[a]\n', 'y'), repoFile],
  ['.repo: lines that go on', repeat(' x\n', '[a]\nbaseurl=a\n'), repoFile],
  ['.repo: variables', repeat('${a:-', '[a]\nbaseurl=http://x/'), repoFile],
  ['.repo: sections', repeat('[a]\nbaseurl=http://x\n'), repoFile],
  ['.repo: a section without end', repeat('[', '[', 'x'), repoFile],
  ['mirror list: slashes', repeat('/', 'https://example.org/', 'x'), list],
  ['mirror list: lines', repeat('https://example.org/a\n'), list],
  ['mirror list: blanks', repeat(' ', 'https://example.org/', 'x'), list],
  [
    'metalink: URLs',
    repeat('<url>https://x/repodata/repomd.xml</url>', '<metalink><file name="repomd.xml">'),
    list,
  ],
  [
    'metalink: slashes',
    repeat(
      '/',
      '<metalink><files><file name="repomd.xml"><verification><hash type="sha256">' +
        'a'.repeat(64) +
        '</hash></verification><resources><url>https://x',
      'repodata/repomd.xml</url></resources></file></files></metalink>',
    ),
    list,
  ],
  [
    'key file: lines',
    repeat('A\n', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n'),
    (t) => dearmor(bytes(t)),
  ],
  [
    'key file: headers',
    repeat('A: b\n', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n'),
    (t) => dearmor(bytes(t)),
  ],
  [
    'key file: blanks',
    repeat(' ', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n', 'x'),
    (t) => dearmor(bytes(t)),
  ],
  ['key file: one line', repeat('-', '-----BEGIN PGP '), (t) => dearmor(bytes(t))],
  [
    'key file: blocks',
    repeat('-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n'),
    (t) => dearmor(bytes(t)),
  ],
  ['header: a text of marks', repeat('@a #1 [skip ci] '), breakMarkers],
  ['header: a text of addresses', repeat('https://a/b/'), breakMarkers],
  ['header: a text of dashes', repeat('-'), cleanBlock],
  ['header: lines of dashes', repeat('-----\n'), cleanBlock],
  ['header: line ends', repeat('\r\n', 'x', 'y'), cleanLine],
  ['header: blanks', repeat(' ', 'x', 'y'), cleanBlock],
  [
    'header: bytes that are no UTF-8',
    (size) => Buffer.alloc(size, 0xff).toString('latin1'),
    cleanBlock,
  ],
  ['header: replacement characters', repeat('\ufffd'), cleanBlock],
  ['header: a path', repeat('\\"'), (t) => showPath(bytes(t))],
  ['header: versions of segments', repeat('1a.'), (t) => rpmvercmp(t, `${t}1`)],
  ['header: versions of zeros', repeat('0'), (t) => rpmvercmp(`${t}1`, `${t}2`)],
  ['header: versions of separators', repeat('..~'), (t) => rpmvercmp(t, `${t}x`)],
  ['header: EVR', repeat('-', '1:', '-'), tryParseEvr],
  [
    'header: EVRs compared',
    repeat('^1'),
    (t) =>
      compareEvr({ epoch: 0, version: t, release: t }, { epoch: 0, version: t, release: `${t}1` }),
  ],
  ['header: names of files', repeat('\\.gitmodules '), (t) => isDotName(bytes(t), 'gitmodules')],
  [
    'header: names with blanks',
    repeat(' ', '.gitmodules', 'x'),
    (t) => isDotName(bytes(t), 'gitmodules'),
  ],
  [
    'header: names with colons',
    repeat(':', '.gitmodules', '\n'),
    (t) => isDotName(bytes(t), 'gitmodules'),
  ],
  ['header: names like .git', repeat(' .', '.git', 'x'), (t) => isDotGit(bytes(t))],
  [
    'header: folders',
    repeat(`${'a/'.repeat(2_000)}x\n`),
    (t) =>
      selectSource(
        t.split('\n').map((path) => ({ path: bytes(path), isDirectory: false })),
        'a/*',
      ),
  ],
  ['releases.json: blanks', repeat(' ', '[', 'x'), (t) => parseReleases(bytes(t))],
  [
    'releases.json: lines',
    repeat('{"tag":"1","nevra":"a-1-1.noarch"}\n'),
    (t) => parseReleases(bytes(t)),
  ],
  ['releases.json: lines of nothing', repeat('{}\n'), (t) => parseReleases(bytes(t))],
  ['releases.json: a list', repeat('{"tag":"1"},', '[', '{}]'), (t) => parseReleases(bytes(t))],
  ['release-notes.json', repeat('{},', '[', '{}]'), (t) => parseNotesState(bytes(t))],
  ['commit message: blocks', repeat('Metadata\n--------\n'), parseReleaseMessage],
  ['commit message: notes', repeat('Release Notes\n-------------\n'), parseReleaseMessage],
  [
    'commit message: a description',
    repeat('x\n', 'Metadata\n--------\nDescription: ', '--------\n'),
    parseReleaseMessage,
  ],
  ['commit message: trailers', repeat('Rpm-Nevra: x\n', 'a\n\n'), parseReleaseMessage],
  ['commit message: blank lines', repeat('\n', 'a', 'x'), parseReleaseMessage],
  ['commit message: signatures', repeat('-----BEGIN PGP SIGNATURE----\n'), stripSignature],
  ['commit: headers', repeat('a b\n'), (t) => parseCommit(bytes(t))],
  ['commit: a header that goes on', repeat(' a\n', 'tree x\n'), (t) => parseCommit(bytes(t))],
  ['commit: an identity', repeat('<> ', 'author '), (t) => parseCommit(bytes(t))],
  ['tag: headers', repeat('a b\n'), (t) => parseTag(bytes(t))],
  ['tag names: escapes', repeat('%7E%'), parseTagName],
  ['tag names: refs', (size) => repeat(`${'a'.repeat(40)}\trefs/tags/x^{}\n`)(size), parseLsRemote],
  ['tag names: NEVRA of dashes', repeat('-', 'a', '.b'), tryParseNevra],
  ['tag names: NEVRA of dots', repeat('.', 'a-1-2', '-'), tryParseNevra],
  ['tag names: epochs', repeat('-0:'), nevraKey],
  ["git's words: addresses", repeat('//'), (t) => cleanText(t)],
  ["git's words: progress", repeat('\r', 'x', '\n'), (t) => cleanText(t)],
  ["git's words: lines", repeat('x\n'), (t) => cleanText(t)],
  [
    'errors: dots',
    repeat('.', '', 'x'),
    (t) => sentences(describeError(new InputError('INPUT_INVALID', t))),
  ],
  ['log: commands', repeat('::', ' '), printable],
  ['log: blanks', repeat(' ', '', 'x'), printable],
  ['summary: marks', repeat('`|'), plain],
  ['summary: code', repeat('`'), code],
  ['URLs: user information', repeat('/', 'https:'), displayUrl],
  ['URLs: queries', repeat('?', 'x', '\n'), displayUrl],
  ['URLs: escapes', repeat('%2', 'https://', '@x'), parseTarget],
  ['URLs: hosts', repeat('a.', 'https://', 'x'), (t) => hostKind(new URL(t))],
  ['http-headers: blanks', repeat(' ', 'A: b', '\x7f'), parseHeaderLines],
];

/** Processor time of one run in milliseconds; errors are answers, too. */
async function cost(text: string, work: Work): Promise<number> {
  const before = process.cpuUsage();
  try {
    await work(text);
  } catch {
    // A typed error is as good an answer as any; what it must not be is late.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Measures until the ratio holds or nobody can blame the collector of garbage any more: the best of each side counts. */
async function expectLinear(
  size: number,
  make: (size: number) => string,
  work: Work,
  rounds = ROUNDS,
): Promise<void> {
  let [first, second] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round += 1) {
    first = Math.min(first, await cost(make(size), work));
    second = Math.min(second, await cost(make(2 * size), work));
    if (second <= 3 * Math.max(first, FLOOR)) return;
  }
  throw new Error(`${2 * size} bytes cost ${second} ms, half of them ${first} ms`);
}

describe('T52: twice the text costs at most three times the time', () => {
  it.each(KINDS)('%s', async (_, make, work) => {
    // The small sizes first: what is quadratic shows there, and would take hours with megabytes.
    for (const size of [64 * KIB, MIB])
      await expect(expectLinear(size, make, work)).resolves.toBeUndefined();
  });

  it('and what is quadratic is found out', async () => {
    await expect(
      expectLinear(16 * KIB, repeat('/', '', 'x'), (text) => text.replace(/\/+$/, ''), 5),
    ).rejects.toThrow('bytes cost');
  });
});
