// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';

import { beforeAll, expect, it } from '@jest/globals';

import { memorySource } from '../../src/bytes.js';
import {
  type InspectedFile,
  inspectPackage,
  type InspectResult,
} from '../../src/inspect/inspect.js';
import { loadKeyring } from '../../src/openpgp/keyring.js';
import type { Keyring } from '../../src/openpgp/model.js';
import { checkSignature } from '../../src/openpgp/verify.js';
import type { RpmString } from '../../src/rpm/model.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

/** A line of the corpus's expected.jsonl, as far as it is compared (its README says what each field means). */
interface Row {
  readonly path: string;
  readonly verdict: 'ok' | 'reject';
  readonly reason_code: string;
  readonly signature_packets: readonly {
    tag: string;
    packet_version: number;
    keyid: string;
    created: number;
    hash: string;
    consensus: string;
  }[];
  readonly [fact: string]: unknown;
}
interface RowFile {
  readonly path: RpmString;
  readonly mode: string;
  readonly size: number;
  readonly flags: number;
  readonly link: RpmString | null;
}
interface Extracted {
  readonly ok: boolean;
  readonly tree?: readonly { path: RpmString; type: string; sha256?: string; implicit?: boolean }[];
}

/** Refusals by which we are stricter than rpmkeys on purpose (interface.md, inspect), or which need the key that the corpus has not. */
const AGREED =
  /^(?:NO_SIGNATURE: the package is not signed|WEAK_ALGORITHM: .*|UNKNOWN_KEY: .*|NOT_CHECKED: .*)$/;

/** The moment at which the corpus was judged; nothing here depends on this machine's clock. */
const policy = { allowWeak: new Set<string>(), now: Date.UTC(2026, 10, 22) / 1000 };

async function inspect(path: string, keyring: Keyring, keysGiven: boolean): Promise<InspectResult> {
  const source = memorySource(readFileSync(path));
  const { result } = await inspectPackage({
    file: path,
    source,
    keysGiven,
    check: (packets, data) => checkSignature(packets, data, keyring, policy),
  });
  return result;
}

function keysIn(folder: string): Promise<Keyring> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.asc'));
  return loadKeyring(names.map((name) => ({ name, bytes: readFileSync(`${folder}/${name}`) })));
}

/** Bytes of a string as latin1, which no two strings share. */
const raw = (value: RpmString): string =>
  Buffer.from(
    typeof value === 'string' ? value : value.b64,
    typeof value === 'string' ? 'utf8' : 'base64',
  ).toString('latin1');
const bare = (path: RpmString): string => raw(path).replace(/^\.?\//, '');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Counts comparisons and keeps those that differ. */
class Comparison {
  count = 0;
  readonly differences: string[] = [];
  same(what: string, ours: unknown, theirs: unknown): void {
    this.count++;
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      this.differences.push(
        `${what}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`,
      );
  }
}

function compareFacts(row: Row, result: InspectResult, into: Comparison): void {
  const facts: [string, unknown, unknown][] = [
    ['nevra', result.nevra, row['nevra']],
    ['name', result.name, row['name']],
    ['epoch', result.epoch?.toString() ?? null, row['epoch']],
    ['version', result.version, row['version']],
    ['release', result.release, row['release']],
    ['license', result.license, row['license']],
    ['summary', result.summary, row['summary']],
    ['buildTime', result.buildTime, row['buildtime']],
    ['buildHost', result.buildHost, row['buildhost']],
    ['sha256', result.sha256, row['sha256']],
    ['compressor', result.payload?.compressor, row['compressor'] ?? 'gzip'],
    ['format', result.payload?.format, row['payloadformat'] ?? 'cpio'],
    ['files', result.files?.length, row['nfiles']],
  ];
  for (const [what, ours, theirs] of facts) into.same(`${row.path} ${what}`, ours, theirs);
  for (const [at, expected] of (row['files'] as RowFile[]).entries())
    compareFile(row, expected, result.files![at]!, into);
}

function compareFile(row: Row, expected: RowFile, file: InspectedFile, into: Comparison): void {
  const what = `${row.path} ${raw(file.path)}`;
  into.same(`${what} path`, raw(file.path), bare(expected.path));
  into.same(`${what} mode`, file.mode, expected.mode);
  into.same(`${what} size`, file.size, expected.size);
  into.same(`${what} ghost`, file.ghost === true, (expected.flags & 64) !== 0);
  if (file.type === 'symlink') into.same(`${what} target`, file.target, expected.link);
}

function compareContent(row: Row, result: InspectResult, into: Comparison): void {
  const extracted = row['extract'] as Extracted;
  if (!extracted.ok) return;
  const tree = new Map((extracted.tree ?? []).map((entry) => [bare(entry.path), entry]));
  for (const file of result.files ?? []) {
    if (file.type !== 'file' || file.ghost === true) continue;
    into.same(
      `${row.path} ${raw(file.path)} sha256`,
      file.sha256,
      tree.get(raw(file.path))?.sha256,
    );
  }
}

function compareSignatures(row: Row, result: InspectResult, into: Comparison): void {
  const ours = result.signatures ?? [];
  into.same(
    `${row.path} signatures`,
    ours.map(({ tag }) => tag),
    row.signature_packets.map(({ tag }) => tag),
  );
  for (const [at, expected] of row.signature_packets.entries()) {
    const found = ours[at];
    const what = `${row.path} ${expected.tag}`;
    into.same(
      `${what} facts`,
      [found?.version, found?.hash, found?.keyId, found?.created],
      [expected.packet_version, expected.hash, expected.keyid, expected.created],
    );
    // A good value may still be refused by our policy (weak, revoked): that is no contradiction to rpm's "it verifies".
    const status = found?.status === 'rejected' ? 'good' : found?.status;
    into.same(
      `${what} status`,
      status?.replace('no-key', 'nokey'),
      expected.consensus.replace('-key-now-expired', '').replace('-key-revoked', ''),
    );
  }
}

describeWithShared("the corpus of other people's packages", () => {
  const rows: { readonly row: Row; readonly result: InspectResult }[] = [];
  beforeAll(async () => {
    const nobody = await loadKeyring([]);
    for (const line of readFileSync(sharedPath('corpus', 'expected.jsonl'), 'utf8')
      .trim()
      .split('\n')) {
      const row = JSON.parse(line) as Row;
      // Three packages hold a file of 4 GiB of zeros, a minute each: left out here.
      if (row.path.includes('huge_zstd')) continue;
      rows.push({ row, result: await inspect(sharedPath('corpus', row.path), nobody, false) });
    }
  }, 600_000);

  it('gives every fact, every file and every content as rpm does', () => {
    const into = new Comparison();
    const readable = rows.filter(
      ({ row, result }) => result.nevra !== undefined && row['nevra'] !== undefined,
    );
    for (const { row, result } of readable) {
      compareFacts(row, result, into);
      compareContent(row, result, into);
    }
    say(
      `corpus: ${readable.length} of ${rows.length} packages readable, ${into.count} facts compared, ${into.differences.length} differ`,
    );
    expect(into.differences).toEqual([]);
  });

  it("gives rpmkeys' verdict without keys", () => {
    const into = new Comparison();
    // Only who has the key can tell that a good signature covers too little.
    for (const { row, result } of rows.filter(
      ({ row: { reason_code } }) => reason_code !== 'signature-does-not-cover-payload',
    )) {
      into.same(
        `${row.path} (${result.reasons.join('; ')})`,
        result.verdict,
        row.verdict === 'ok' ? 'accept' : 'reject',
      );
    }
    say(`corpus: ${into.count} verdicts without keys, ${into.differences.length} differ`);
    expect(into.differences).toEqual([]);
  });

  it('finds every signature good that rpm and GnuPG find good, and refuses only what is agreed', async () => {
    const keyring = await keysIn(sharedPath('corpus', 'keys'));
    const into = new Comparison();
    const stricter: string[] = [];
    let accepted = 0;
    for (const { row } of rows.filter(
      ({ row: { signature_packets } }) => signature_packets.length > 0,
    )) {
      const result = await inspect(sharedPath('corpus', row.path), keyring, true);
      if (result.nevra !== undefined) compareSignatures(row, result, into);
      if (result.verdict === 'accept') accepted++;
      const expected = row.verdict === 'ok' ? 'accept' : 'reject';
      const agreed =
        expected === 'accept' &&
        result.reasons.length > 0 &&
        result.reasons.every((reason) => AGREED.test(reason));
      if (agreed && result.verdict === 'reject')
        stricter.push(`${row.path}: ${result.reasons.join('; ')}`);
      else into.same(`${row.path} (${result.reasons.join('; ')})`, result.verdict, expected);
    }
    say(
      `corpus: ${into.count} signature facts and verdicts with keys, ${accepted} packages accepted, ${into.differences.length} differ`,
    );
    say(`corpus: stricter than rpm as agreed in ${stricter.length}:\n  ${stricter.join('\n  ')}`);
    expect(into.differences).toEqual([]);
  }, 600_000);
});

describeWithShared("the upstream's 44 packages", () => {
  it('are accepted with its key: good header and header+payload signatures, every file good', async () => {
    const key = sharedPath('neuron', 'GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB');
    const keyring = await loadKeyring([{ name: key, bytes: readFileSync(key) }]);
    const folder = sharedPath('neuron', 'packages');
    const names = readdirSync(folder).filter((name) => name.endsWith('.rpm'));
    let files = 0;
    for (const name of names) {
      const result = await inspect(`${folder}/${name}`, keyring, true);
      expect([name, result.verdict, result.reasons]).toEqual([name, 'accept', []]);
      expect(
        result.signatures?.map(({ tag, status, version }) => `${tag} ${status} v${version}`),
      ).toEqual(['RSAHEADER good v3', 'SIGPGP good v3']);
      expect(
        result.files?.filter(
          ({ digest, type }) => digest !== (type === 'file' ? 'good' : 'absent'),
        ),
      ).toEqual([]);
      files += result.files?.length ?? 0;
    }
    say(`neuron: ${names.length} packages accepted, ${files} files`);
    expect(names).toHaveLength(44);
  }, 600_000);
});
