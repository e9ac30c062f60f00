// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { rpmvercmp } from '../../src/rpm/evr.js';
import { typeFits } from '../../src/rpm/tags.js';
import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { binary, buildHeader, type EntrySpec, int32, text } from '../fixtures/header-builder.js';
import { buildLead, buildPackage, type PackageSpec } from '../fixtures/rpm-builder.js';
import { inspectBytes } from '../fixtures/signed-packages.js';
import { describeWithTools } from '../fixtures/tools.js';

/** Our refusals that rpmkeys does not share: what rpm would only find out when it installs, and duplicate tags. */
const STRICTER =
  /^(?:DIGEST_MISMATCH: the file|PAYLOAD_INVALID|UNSAFE_PATH|UNSUPPORTED_|HEADER_INVALID: (?:file list|main header: (?:expected a|tag \d+ occurs twice)))/;

const CONTROLS: readonly PackageSpec[] = [
  {},
  { payloadDigest: false },
  { digests: false },
  { digests: false, payloadDigest: false },
  {
    source: true,
    files: [
      { path: 'a.spec', content: 'x' },
      { path: 'b.tar', content: 'yy' },
    ],
  },
  { header: (spec) => ({ ...spec, region: null }) },
  { signatureHeader: (spec) => ({ ...spec, region: null }) },
  { files: [] },
];

/** The package with other bytes as its main header, and digests that fit them. */
function reseal(header: Uint8Array, payload: Uint8Array): Buffer {
  const digest = (algorithm: string, ...parts: Uint8Array[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest();
  const entries = [
    text(269, digest('sha1', header).toString('hex')),
    int32(1000, 5),
    binary(1004, digest('md5', header, payload)),
  ];
  const signature = buildHeader({ entries, region: 62 });
  return Buffer.concat([
    buildLead(),
    signature,
    Buffer.alloc(-signature.length & 7),
    header,
    payload,
  ]);
}

/** A repeatable source of numbers below `limit`. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
}

/** Changed copies of the controls: bytes of the file as it is, and bytes of the main header with digests made to fit. */
function mutations(count: number): Buffer[] {
  const next = numbers(42);
  return Array.from({ length: count }, () => {
    const { bytes, header, payload, payloadStart } = buildPackage(CONTROLS[next(CONTROLS.length)]);
    const whole = next(3) === 0;
    const changed = Buffer.from(whole ? bytes : header);
    for (let change = 0; change <= next(2); change++) {
      const at = next(whole ? payloadStart : header.length);
      changed[at] =
        [changed[at]! ^ (1 << next(8)), 0, 255, changed[at]! + 1, changed[at]! - 1, next(256)][
          next(6)
        ]! & 0xff;
    }
    return whole ? changed : reseal(changed, payload);
  });
}

describeWithTools(['rpmkeys', 'rpm'], 'rpm itself', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rpm-source-mirror-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function rpmkeysAccepts(packages: readonly Buffer[]): boolean[] {
    const files = packages.map((bytes, at) => {
      writeFileSync(path.join(folder, `${at}.rpm`), bytes);
      return `${at}.rpm`;
    });
    // An unreadable file's line has no end, so the name that counts is the last one before the verdict.
    const { stdout } = spawnSync(
      'rpmkeys',
      ['--define', '_pkgverify_level digest', '-K', ...files],
      { cwd: folder, encoding: 'utf8' },
    );
    const good = new Set(
      stdout.split('\n').map((line) => /(\d+\.rpm): (?!.*NOT)[^:]*OK\s*$/.exec(line)?.[1]),
    );
    return files.map((file) => good.has(file));
  }

  it('control: rpmkeys takes the packages that the builder makes, but for those without digests', () => {
    expect(rpmkeysAccepts(CONTROLS.map((spec) => buildPackage(spec).bytes))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('gives the same verdict on 2,000 damaged and forged packages', async () => {
    const packages = [...CONTROLS.map((spec) => buildPackage(spec).bytes), ...mutations(2000)];
    const theirs = rpmkeysAccepts(packages);
    const differences: string[] = [];
    let stricter = 0;
    for (const [at, bytes] of packages.entries()) {
      const { verdict, reasons } = await inspectBytes(bytes, { keysGiven: false });
      const ours = verdict === 'accept';
      const agreed = !ours && reasons.some((reason) => STRICTER.test(reason));
      if (agreed && theirs[at]) stricter++;
      else if (ours !== theirs[at])
        differences.push(
          `${at}: ours ${verdict} (${reasons.join('; ')}), rpmkeys ${String(theirs[at])}`,
        );
    }
    process.stdout.write(
      `rpmkeys: ${packages.length} packages, ${theirs.filter(Boolean).length} accepted by rpm, ${stricter} refused by us alone as agreed\n`,
    );
    expect(differences).toEqual([]);
  }, 120_000);

  it('orders any two versions as rpm.vercmp does', () => {
    const version = fc.stringMatching(/^[0-9a-c.~^+_]{1,10}$/);
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 2000, seed: 7 });
    const calls = pairs.map(([a, b]) => `t[#t+1]=rpm.vercmp("${a}","${b}")`).join(' ');
    const output = execFileSync(
      'rpm',
      ['--eval', `%{lua:local t={} ${calls} print(table.concat(t," "))}`],
      { encoding: 'utf8' },
    );
    expect(pairs.map(([a, b]) => Math.sign(rpmvercmp(a, b)))).toEqual(
      output.trim().split(' ').map(Number),
    );
  });

  it('prints the same facts', () => {
    const { bytes } = buildPackage({ epoch: 3, version: '1.0~rc1', release: '2^git1' });
    writeFileSync(path.join(folder, 'facts.rpm'), bytes);
    const format =
      '%{NEVRA}|%{LICENSE}|%{SUMMARY}|%{BUILDTIME}|[%{FILENAMES}:%{FILEMODES:octal}:%{FILESIZES} ]';
    const output = execFileSync('rpm', ['-qp', '--nosignature', '--qf', format, 'facts.rpm'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(output).toBe(
      'hello-3:1.0~rc1-2^git1.noarch|MIT|A package|1700000000|/usr/src/hello-1.0:40755:0 /usr/src/hello-1.0/hello.c:100644:29 ',
    );
  });

  it('wants the same types for the tags that it knows', () => {
    const entry = (tag: number, type: number) => ({
      tag,
      type,
      value: type === 6 ? 'x' : type === 7 ? Buffer.from('x') : 1,
    });
    const package_ = (...entries: EntrySpec[]): Buffer =>
      reseal(buildHeader({ entries, region: 63 }), Buffer.from('x'));
    // Without the payload digests, which would be wrong ones.
    const tags = [...Array(5102).keys()].filter(
      (tag) => tag >= 100 && (tag < 1300 || tag >= 4990) && tag !== 5092 && tag !== 5097,
    );
    for (const type of [3, 4, 5, 6, 7]) {
      const fitting = tags.filter((tag) => typeFits(tag, type));
      expect([type, rpmkeysAccepts([package_(...fitting.map((tag) => entry(tag, type)))])]).toEqual(
        [type, [true]],
      );
      const wrong = tags.filter((tag) => !typeFits(tag, type)).filter((_, at) => at % 5 === 0);
      const taken = rpmkeysAccepts(wrong.map((tag) => package_(entry(tag, type))));
      // Tags that came with rpm 6 have no type yet for an older rpm.
      expect(wrong.filter((tag, at) => taken[at] && tag !== 278 && tag !== 279)).toEqual([]);
    }
  }, 120_000);
});

describe('the table of versions', () => {
  it("is rpm's own: 68 pairs", () => {
    const table = readFileSync(new URL('../fixtures/rpm/rpmvercmp.txt', import.meta.url), 'utf8');
    expect(table.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toHaveLength(
      68,
    );
  });
});
