// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { trailerFacts } from '../../src/mirror/records/facts.js';
import {
  formatReleaseMessage,
  formatTagMessage,
  type ReleaseMessage,
} from '../../src/mirror/records/messages.js';
import { formatTagName } from '../../src/mirror/tag-names.js';
import { showPath } from '../../src/mirror/text.js';
import { anyText } from '../fixtures/any-text.js';
import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';
import { hostileRelease, NEURON, nevra } from '../unit/mirror/builders.js';

/** What git's own parser takes for trailers, one per line. */
function gitTrailers(message: string): string[] {
  const out = execFileSync('git', ['interpret-trailers', '--parse'], {
    input: message,
    encoding: 'utf8',
  });
  return out.split('\n').slice(0, -1);
}

function ourTrailers(release: ReleaseMessage): string[] {
  return trailerFacts(release).map(([key, value]) => `${key}: ${value}`);
}

describeWithTools(['git'], 'git interpret-trailers', () => {
  it('sees our trailers in an ordinary release, with and without notes', () => {
    expect(gitTrailers(formatReleaseMessage(NEURON))).toEqual(ourTrailers(NEURON));
    expect(
      gitTrailers(
        formatReleaseMessage({ ...NEURON, notes: 'Signed-off-by: x\n\nFixes: y\n---\nz' }),
      ),
    ).toEqual(ourTrailers(NEURON));
  });

  it('sees exactly our trailers, whatever strangers wrote (T32)', () => {
    fc.assert(
      fc.property(hostileRelease, (release) => {
        expect(gitTrailers(formatReleaseMessage(release))).toEqual(ourTrailers(release));
        expect(gitTrailers(formatTagMessage(release))).toEqual(ourTrailers(release));
      }),
      { numRuns: 100 },
    );
  });
});

describeWithTools(['git'], 'git check-ref-format', () => {
  const accepts = (name: string): boolean =>
    spawnSync('git', ['check-ref-format', '--allow-onelevel', name]).status === 0 &&
    spawnSync('git', ['check-ref-format', `refs/tags/${name}`]).status === 0;
  const awkward = fc.string({
    unit: fc.constantFrom(
      '.',
      '..',
      '/',
      '.lock',
      '@',
      '{',
      '~',
      '^',
      ':',
      '?',
      '*',
      '[',
      '\\',
      ' ',
      '-',
      '%',
      'a',
      '1',
      'ü',
      '\u2028',
      '\x7f',
      '\x01',
    ),
    minLength: 1,
    maxLength: 12,
  });

  it('accepts every tag name (T29)', () => {
    fc.assert(
      fc.property(
        fc.oneof(awkward, anyText({ minLength: 1 })),
        fc.constantFrom(
          '{version}',
          '{name}/{version}',
          '{version}.lock',
          './{version}/',
          '@{version}',
        ),
        (version, format) => {
          const name = formatTagName(format, { ...nevra('a-1-1.noarch'), version });
          expect(`${name} ${String(accepts(name))}`).toBe(`${name} true`);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('would refuse what is escaped, so that nothing is escaped in vain', () => {
    for (const character of [' ', '~', '^', ':', '?', '*', '[', '\\', '\x7f', '\x01', '/', '.'])
      expect(accepts(`a${character}`)).toBe(false);
    for (const name of ['a..b', '.a', 'a.lock', 'a@{b', '@', '/a', 'a//b'])
      expect(accepts(name)).toBe(false);
  });
});

describeWithTools(['git'], 'git ls-files', () => {
  let repository: string;

  beforeAll(() => {
    repository = mkdtempSync(path.join(tmpdir(), 'mirror-paths-'));
    execFileSync('git', ['init', '-q', repository]);
  });

  afterAll(() => {
    rmSync(repository, { recursive: true, force: true });
  });

  it('quotes unusual names as the list of files does', () => {
    const names = Array.from({ length: 255 }, (_, at) =>
      Buffer.concat([Buffer.from('a '), Buffer.from([at + 1]), Buffer.from('b')]),
    ).filter((name) => name[2] !== 0x2f);
    const blob = execFileSync('git', ['-C', repository, 'hash-object', '-w', '--stdin'], {
      input: '',
      encoding: 'utf8',
    }).trim();
    const index = Buffer.concat(
      names.flatMap((name) => [Buffer.from(`100644 ${blob}\t`), name, Buffer.from('\0')]),
    );
    execFileSync('git', ['-C', repository, 'update-index', '-z', '--index-info'], { input: index });
    const listed = execFileSync(
      'git',
      ['-C', repository, '-c', 'core.quotePath=true', 'ls-files'],
      { encoding: 'utf8' },
    )
      .split('\n')
      .slice(0, -1);
    expect(
      names
        .toSorted((a, b) => Buffer.compare(a, b))
        .map((name) => showPath(name).replaceAll('\u2060', '')),
    ).toEqual(listed);
  });
});
