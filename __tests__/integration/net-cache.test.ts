// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { announced, collect, type NetBench, netBenches, noise } from '../fixtures/fetchers.js';

const benches = netBenches();
const bytes = noise(50_000);
let tools: string;
let before: { cache: string | undefined; temp: string | undefined };

beforeEach(() => {
  tools = mkdtempSync(join(tmpdir(), 'net-tools-'));
  before = { cache: process.env.RUNNER_TOOL_CACHE, temp: process.env.RUNNER_TEMP };
  process.env.RUNNER_TOOL_CACHE = tools;
  process.env.RUNNER_TEMP = tools;
});
afterEach(async () => {
  await benches.closeAll();
  rmSync(tools, { recursive: true, force: true });
  for (const [name, value] of [
    ['RUNNER_TOOL_CACHE', before.cache],
    ['RUNNER_TEMP', before.temp],
  ] as const) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

const open = (packageInMemory = 1 << 20): Promise<NetBench> =>
  benches.open(
    { files: { 'x.rpm': bytes } },
    { environment: { RUNNER_TOOL_CACHE: tools }, limits: { packageInMemory } },
  );

async function downloadAndKeep({
  server,
  fetcher,
}: NetBench): Promise<{ cached: boolean; requests: number }> {
  const request = announced(`${server.url}/x.rpm`, bytes);
  const download = await fetcher.download(request);
  expect((await collect(download.bytes)).equals(bytes)).toBe(true);
  await fetcher.keep(download, request);
  return { cached: download.cached, requests: server.requests.length };
}

const entry = (): string => {
  const [version] = readdirSync(join(tools, 'rpm-source-mirror')) as [string];
  return join(tools, 'rpm-source-mirror', version, 'any', 'package.rpm');
};

describe('the tool cache', () => {
  it.each([
    ['memory', 1 << 20],
    ['a private file', 100],
  ])(
    'keeps what passed all checks, by checksum, so that the next run does not fetch it (from %s)',
    async (_, inMemory) => {
      expect(await downloadAndKeep(await open(inMemory))).toEqual({ cached: false, requests: 1 });
      expect(readdirSync(join(tools, 'rpm-source-mirror'))).toEqual([
        `0.0.0-s${announced('', bytes).checksum.hex}`,
      ]);
      expect(await downloadAndKeep(await open(inMemory))).toEqual({ cached: true, requests: 0 });
    },
  );

  it('holds nothing that was only downloaded', async () => {
    const { server, fetcher } = await open();
    await fetcher.download(announced(`${server.url}/x.rpm`, bytes));
    expect(readdirSync(tools)).not.toContain('rpm-source-mirror');
  });

  it.each<[string, () => void]>([
    [
      'other bytes',
      () => {
        writeFileSync(entry(), noise(50_000, 2));
      },
    ],
    [
      'a shorter file',
      () => {
        writeFileSync(entry(), bytes.subarray(1));
      },
    ],
    [
      'a longer file',
      () => {
        writeFileSync(entry(), Buffer.concat([bytes, bytes]));
      },
    ],
    [
      'an empty file',
      () => {
        writeFileSync(entry(), '');
      },
    ],
  ])('T19: is hashed again, and %s in it are ignored, said and replaced', async (_, corrupt) => {
    await downloadAndKeep(await open());
    corrupt();
    const bench = await open();
    expect(await downloadAndKeep(bench)).toEqual({ cached: false, requests: 1 });
    expect(bench.log.filter((line) => line.startsWith('warning:'))).toEqual([
      expect.stringContaining('tool cache'),
    ]);
    expect(await downloadAndKeep(await open())).toEqual({ cached: true, requests: 0 });
  });

  it('T19: follows no link', async () => {
    await downloadAndKeep(await open());
    const path = entry();
    rmSync(path);
    writeFileSync(join(tools, 'elsewhere'), bytes);
    symlinkSync(join(tools, 'elsewhere'), path);
    expect(await downloadAndKeep(await open())).toMatchObject({ cached: false });
  });

  it('that cannot be written stops nobody', async () => {
    process.env.RUNNER_TOOL_CACHE = '/dev/null/nowhere';
    const bench = await open();
    expect(await downloadAndKeep(bench)).toEqual({ cached: false, requests: 1 });
    expect(bench.log.join('\n')).toContain('could not be put into the tool cache');
  });
});
