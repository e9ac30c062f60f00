// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Line = Readonly<Record<string, Json>> & {
  readonly file: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
};
/** A line of the corpus's expected.jsonl, as far as it is compared (its README says what each field means). */
interface Row {
  readonly path: string;
  readonly verdict: 'ok' | 'reject';
  readonly reason_code: string;
  readonly signature_status: string;
  readonly signature_packets: readonly unknown[];
  readonly files?: readonly { readonly path: Json; readonly mode: string; readonly link: Json }[];
  readonly [fact: string]: unknown;
}

const KEYS =
  'file sha256 contentSha256 headerSha256 nevra name epoch version release arch license summary buildTime buildHost payload signatures digests files verdict reasons';
const PARTS = {
  payload: /^format compressor$/,
  signatures: /^tag covers version algorithm hash keyId created fingerprint status( reason)?$/,
  digests: /^name covers status$/,
  files: /^path type mode size( sha256)? digest( target)?( ghost)?$/,
} as const;
const TYPES = new Set(['file', 'directory', 'symlink', 'block', 'char', 'fifo', 'socket']);
/** Refusals by which we are stricter than rpmkeys on purpose (interface.md, inspect). */
const AGREED = /^(?:NO_SIGNATURE|WEAK_ALGORITHM|UNKNOWN_KEY|NOT_CHECKED): /;

/** Runs the built command line over these packages in one process; the status must follow from the verdicts. */
async function inspect(rows: readonly Row[], ...options: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await runCli(
    ['inspect', '--json', ...options, ...rows.map(({ path }) => path)],
    { cwd: sharedPath('corpus'), timeout: 600_000 },
  );
  expect(stderr).toBe('');
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(code).toBe(lines.every(({ verdict }) => verdict === 'accept') ? 0 : 1);
  expect(lines.map(({ file }) => file)).toEqual(rows.map(({ path }) => path));
  return lines;
}

const keysOf = (value: Json | undefined): string => Object.keys(value as object).join(' ');
const list = (value: Json | undefined): readonly Readonly<Record<string, Json>>[] =>
  value as readonly Readonly<Record<string, Json>>[];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The text of every `{"b64"}` in a value. */
function encoded(value: Json): string[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(encoded);
  const { b64 } = value as { readonly b64?: string };
  return b64 === undefined ? Object.values(value).flatMap(encoded) : [b64];
}

describeWithShared("the corpus of other people's packages, through the built command line", () => {
  let rows: readonly Row[];
  let lines: readonly Line[];
  beforeAll(async () => {
    // Three packages hold a file of 4 GiB of zeros, a minute each: left out here.
    rows = readFileSync(sharedPath('corpus', 'expected.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
      .filter(({ path }) => !path.includes('huge_zstd'));
    lines = await inspect(rows);
  }, 600_000);
  afterAll(removeRunDirectories);

  it('is one object a line of the shape and in the order of the interface', () => {
    const short = KEYS.split(' ')
      .filter((key) => ['file', 'sha256', 'verdict', 'reasons'].includes(key))
      .join(' ');
    for (const line of lines) {
      expect([line.file, keysOf(line)]).toEqual([
        line.file,
        line['nevra'] === undefined ? short : KEYS,
      ]);
      expect(line['sha256']).toMatch(/^[0-9a-f]{64}$/);
      for (const reason of line.reasons) expect(reason).toMatch(/^[A-Z_]+: \S/);
      if (line['nevra'] === undefined) continue;
      for (const part of ['signatures', 'digests', 'files'] as const)
        for (const item of list(line[part])) expect(keysOf(item)).toMatch(PARTS[part]);
      expect(keysOf(line['payload'])).toMatch(PARTS.payload);
      const odd = list(line['files']).filter(
        ({ type, mode }) => !TYPES.has(type as string) || !/^[0-7]{6}$/.test(mode as string),
      );
      expect([line.file, odd]).toEqual([line.file, []]);
    }
    say(
      `corpus through the bundle: ${lines.length} lines, ${lines.filter((line) => line['nevra'] !== undefined).length} of them readable packages`,
    );
  });

  it('writes each string as rpm has it, and base64 only for what is not UTF-8', () => {
    let strings = 0;
    for (const [at, row] of rows.entries()) {
      const line = lines[at]!;
      if (line['nevra'] === undefined || row['nevra'] === undefined) continue;
      expect([
        line['nevra'],
        line['name'],
        line['license'],
        line['summary'],
        line['buildHost'],
      ]).toEqual(['nevra', 'name', 'license', 'summary', 'buildhost'].map((key) => row[key]));
      const bare = (value: Json): Json =>
        typeof value === 'string'
          ? value.replace(/^\.?\//, '')
          : Buffer.from((value as { b64: string }).b64, 'base64')
              .toString('latin1')
              .replace(/^\.?\//, '');
      const ours = list(line['files']).map(({ path, mode, target }) => [
        bare(path!),
        mode,
        target ?? '',
      ]);
      expect([row.path, ours]).toEqual([
        row.path,
        row.files!.map(({ path, mode, link }) => [
          bare(path),
          mode,
          mode.startsWith('12') ? (link ?? '') : '',
        ]),
      ]);
      for (const b64 of encoded(line)) {
        const bytes = Buffer.from(b64, 'base64');
        expect([
          bytes.toString('base64'),
          bytes.equals(Buffer.from(bytes.toString('utf8'))),
        ]).toEqual([b64, false]);
        strings++;
      }
    }
    say(`corpus through the bundle: ${strings} strings that are not UTF-8`);
    expect(strings).toBeGreaterThan(0);
  });

  it("gives rpmkeys' verdict without keys, and says that none were given", () => {
    // Only who has the key can tell that a good signature covers too little.
    const compared = rows.flatMap((row, at) =>
      row.reason_code === 'signature-does-not-cover-payload' ? [] : [[row, lines[at]!] as const],
    );
    const differences = compared
      .filter(([row, { verdict }]) => (row.verdict === 'ok') !== (verdict === 'accept'))
      .map(([row, { reasons }]) => `${row.path}: rpm ${row.verdict}, ours ${reasons.join('; ')}`);
    say(
      `corpus through the bundle: ${compared.length} verdicts without keys, ${differences.length} differ`,
    );
    expect(differences).toEqual([]);
    expect(
      compared.filter(
        ([, { verdict, reasons }]) =>
          verdict === 'accept' && !reasons.some((reason) => reason.startsWith('NOT_CHECKED: ')),
      ),
    ).toEqual([]);
  });

  it("gives rpmkeys' verdict with all keys, but for what is agreed", async () => {
    const signed = rows.filter(({ signature_packets: packets }) => packets.length > 0);
    const keys = readdirSync(sharedPath('corpus', 'keys'))
      .filter((name) => name.endsWith('.asc'))
      .map((name) => `keys/${name}`);
    const found = await inspect(signed, ...keys.flatMap((key) => ['--gpgkey', key]));
    const rejected = signed.flatMap((row, at) =>
      row.verdict === 'ok' && found[at]!.verdict === 'reject' ? [[row, found[at]!] as const] : [],
    );
    const unexplained = rejected.filter(
      ([, { reasons }]) => !reasons.every((reason) => AGREED.test(reason)),
    );
    expect(unexplained.map(([row, { reasons }]) => `${row.path}: ${reasons.join('; ')}`)).toEqual(
      [],
    );
    expect(
      signed
        .filter((row, at) => row.verdict === 'reject' && found[at]!.verdict === 'accept')
        .map(({ path }) => path),
    ).toEqual([]);
    say(
      `corpus through the bundle: ${signed.length} signed packages with ${keys.length} keys, ${found.filter(({ verdict }) => verdict === 'accept').length} accepted, ${rejected.length} stricter as agreed`,
    );

    const special = signed.filter(
      ({ reason_code: code, signature_status: status }) =>
        code === 'signature-does-not-cover-payload' || status === 'verified-key-now-expired',
    );
    const tolerant = await inspect(
      special,
      '--allow-weak=sha1',
      '--allow-weak=dsa1024',
      ...keys.flatMap((key) => ['--gpgkey', key]),
    );
    const codes = ({ verdict, reasons }: Line): string[] => [
      verdict,
      ...reasons.map((reason) => reason.split(':')[0]!),
    ];
    // A key that has expired by now was valid when these were signed.
    expect(tolerant.map((line) => [line.file, codes(line)])).toEqual(
      special.map(({ path, verdict }) => [
        path,
        verdict === 'ok' ? ['accept'] : ['reject', 'NOT_COVERED'],
      ]),
    );
    say(
      `corpus through the bundle: with sha1 and dsa1024 tolerated ${special.length} whose key has expired by now, or whose signature covers too little, are judged as by rpm`,
    );
  }, 600_000);
});
