// SPDX-License-Identifier: MIT
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { publishHello, verifyMirror } from '../fixtures/forged-mirror.js';
import { texts } from '../fixtures/header-builder.js';
import { MirrorEditor } from '../fixtures/mirror-editor.js';
import { statesOf, viewOf } from '../fixtures/mirror-view.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import { Draw, EDITS } from '../fixtures/single-edits.js';
import { hello, helloFiles, type ListedPackage } from '../fixtures/small-repository.js';
import { tarArchive } from '../fixtures/tar-builder.js';

/** The last round of 150 found nothing any more; here it is enough that each kind has its turns. */
const RUNS = Number(process.env.EDITS ?? 28);
const LIMIT = 1_800_000;
const TAGS = ['1.0', '1.1', '2.0', '3.0'];
const BRANCHES = ['main', 'release/1'];
const REFS = [
  ...TAGS.map((name) => `refs/tags/${name}`),
  ...BRANCHES.map((name) => `refs/heads/${name}`),
];
const SOURCE = 1018;

/** A release with a folder in a folder. */
function release(version: string): ListedPackage {
  const folder = `/usr/src/hello-${version}`;
  return hello(version, {
    files: [
      ...helloFiles(version),
      { path: `${folder}/lib`, mode: 0o040755 },
      { path: `${folder}/lib/list.c`, content: 'int list;\n' },
    ],
  });
}

/** A source package, which brings packaging. */
function sourceRelease(version: string): ListedPackage {
  const members = ['main.c', 'lib/a.c'].map((name) => ({
    name: `hello-${version}/${name}`,
    content: version,
  }));
  const files = {
    'hello.tar.gz': gzipSync(tarArchive(members)),
    'hello.spec': `Name: hello\nVersion: ${version}\nSource0: hello.tar.gz\n`,
  };
  const listed = Object.entries(files).map(([path, content]) => ({
    path,
    content,
    flags: path.endsWith('.spec') ? 32 : 0,
  }));
  const entries = [texts(SOURCE, ['hello.tar.gz'])];
  return { ...hello(version, { source: true, files: listed, entries }), arch: 'src' };
}

interface Good {
  readonly path: string;
  readonly states: string;
  readonly view: Record<string, string>;
}

/** Four releases, the last of them a backport, and a line branch. */
async function mirrorOf(make: (version: string) => ListedPackage, arch: string): Promise<Good> {
  const all = ['1.0', '2.0', '3.0', '1.1'].map(make);
  const runs = all.map((_, at) => all.slice(0, at + 1));
  const path = await publishHello(runs, { arch, 'line-branches': '1.*=release/1' });
  return { path, states: statesOf(path), view: viewOf(path, [...TAGS, ...BRANCHES]) };
}

const edits = fc.record({
  mirror: fc.nat({ max: 1 }),
  ref: fc.constantFrom(...REFS),
  kind: fc.constantFrom(...Object.keys(EDITS)),
  draws: fc.array(fc.nat({ max: 1 << 20 }), { minLength: 12, maxLength: 12 }),
});
type Edit = typeof edits extends fc.Arbitrary<infer T> ? T : never;

/** What became of the edits: the property would say nothing if most were impossible, or none were found. */
const tally = { impossible: 0, harmless: 0, found: 0 };

function edited(good: Good, { kind, ref, draws }: Edit): MirrorEditor | undefined {
  const copy = MirrorEditor.copy(good.path);
  try {
    EDITS[kind]!(copy, ref, new Draw(draws));
    return copy;
  } catch {
    return undefined;
  }
}

describe('T45 to T50: any single edit of a good mirror', () => {
  let mirrors: Good[];
  beforeAll(async () => {
    mirrors = [await mirrorOf(release, 'noarch'), await mirrorOf(sourceRelease, 'src')];
    for (const { path } of mirrors) expect((await verifyMirror(path)).code).toBe(0);
  }, LIMIT);
  afterAll(removeRunDirectories);

  it(
    'is found, or leaves every clone, checkout and archive as it was',
    async () => {
      await fc.assert(
        fc.asyncProperty(edits, async (edit) => {
          const good = mirrors[edit.mirror]!;
          const copy = edited(good, edit);
          if (copy === undefined) {
            tally.impossible += 1;
            return;
          }
          const { code, report } = await verifyMirror(copy.path);
          const rows = [...report.findings, ...report.errors];
          expect([code, rows.length > 0]).toEqual([code === 0 ? 0 : 1, code !== 0]);
          if (code === 0 && statesOf(copy.path) !== good.states)
            expect(viewOf(copy.path, [...TAGS, ...BRANCHES])).toEqual(good.view);
          tally[code === 0 ? 'harmless' : 'found'] += 1;
          rmSync(dirname(copy.path), { recursive: true, force: true });
        }),
        { numRuns: RUNS, seed: 20_261_128, endOnFailure: true },
      );
      expect(tally.found).toBeGreaterThan(RUNS / 2);
      expect(tally.impossible).toBeLessThan(RUNS / 5);
    },
    LIMIT,
  );
});
