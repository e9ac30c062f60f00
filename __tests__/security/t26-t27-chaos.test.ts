// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  type Arena,
  damages,
  freshDirectory,
  openArena,
  outcomeOf,
  settle,
} from '../fixtures/arena.js';
import type { GitFault, GitServer } from '../fixtures/git-server.js';
import { type Random, seededRandom } from '../fixtures/random.js';
import { removeRunDirectories, type RunOptions, type RunResult } from '../fixtures/run-bundle.js';
import type { Behaviour } from '../fixtures/yum-server.js';

/** `npm test` runs a short round; `npm run chaos` (scripts/chaos.mjs) sets these for a long one. */
const setting = (name: string, otherwise: number): number =>
  Number(process.env[`CHAOS_${name}`] ?? otherwise);
const SEED = setting('SEED', Date.now() % 1_000_000);
const [KILLS, RACES, FAULTS] = [setting('KILLS', 6), setting('RACES', 3), setting('FAULTS', 8)];
const LONG = 3_600_000;

let arena: Arena;
beforeAll(async () => {
  process.stderr.write(`chaos: ${KILLS} kills, ${RACES} races, ${FAULTS} faults, seed ${SEED}\n`);
  arena = await openArena();
});
afterAll(async () => {
  await arena.close();
  removeRunDirectories();
});

const codes = ({ report }: RunResult): string[] =>
  [
    ...(report?.errors ?? []),
    ...(report?.releases ?? []).flatMap((row: { error?: object }) => row.error ?? []),
  ].map(({ code }: { code: string }) => code);

/** Old or complete new: with one date for all commits, every id is one of the undisturbed run's. */
function expectOldOrNew(mirror: GitServer): void {
  const { commits, tags } = outcomeOf(mirror);
  expect(damages(mirror)).toEqual([]);
  expect(commits).toEqual(arena.expected.commits.slice(0, commits.length));
  expect([...tags]).toEqual([...arena.expected.tags].filter(([tag]) => tags.has(tag)));
}

/** Half the instants are spread over time; the others follow a request to the git server, since most of a run's time goes by before its first push. */
function someInstant(mirror: GitServer, random: Random): NonNullable<RunOptions['kill']> {
  if (random.next() < 0.5) return { after: Math.floor(random.next() * arena.duration * 1.1) };
  const [nth, later] = [1 + random.below(14), random.below(60)];
  const killer = new AbortController();
  let seen = 0;
  mirror.setFault(() => {
    if (++seen === nth)
      setTimeout(() => {
        killer.abort();
      }, later);
    return undefined;
  });
  return { when: killer.signal };
}

async function expectConvergence(mirror: GitServer, tempDir?: string): Promise<void> {
  const result = await arena.run(mirror, tempDir === undefined ? {} : { tempDir });
  expect({ code: result.code, codes: codes(result) }).toEqual({ code: 0, codes: [] });
  expect(outcomeOf(mirror)).toEqual(arena.expected);
}

const onLinux = process.platform === 'linux' ? it : it.skip;
if (process.platform !== 'linux')
  console.log('T26: what a killed run leaves behind is read from /proc: skipped where it is not');

describe('T26: killed at a named step', () => {
  type Step = (mirror: GitServer, kill: () => void) => void;
  /** Kills at the n-th request to the yum server whose path holds `path`, after `sent` bytes of the answer. */
  const atYum =
    (path: string, sent?: number): Step =>
    (_, kill) => {
      arena.yum.setMisbehave(({ url }): Behaviour | undefined => {
        if (!url.includes(path)) return undefined;
        setTimeout(kill, sent === undefined ? 0 : 50);
        return sent === undefined ? { delay: 100 } : { stall: sent };
      });
    };
  const atGit =
    (matches: string, nth: number, then?: GitFault): Step =>
    (mirror, kill) => {
      let seen = 0;
      mirror.setFault(({ method, url }) => {
        if (!`${method} ${url}`.includes(matches) || ++seen !== nth) return undefined;
        setTimeout(kill, 0);
        return then;
      });
    };
  const inHook =
    (hook: string, script: string): Step =>
    (mirror, kill) => {
      mirror.setHook(hook, `${script}\nsleep 0.3`);
      atGit('POST /acme/mirror/git-receive-pack', 1)(mirror, () => setTimeout(kill, 150));
    };

  onLinux.each<[string, Step]>([
    ['reading the index', atYum('/repomd.xml')],
    ['reading primary', atYum('primary')],
    ['the first byte of a package', atYum('1.1-1')],
    ['the middle of a package', atYum('1.0-1', 2000)],
    ['the end of the last package, when others are pushed', atYum('2.0-1', 4000)],
    ['reading the refs', atGit('info/refs?service=git-upload-pack', 1)],
    ['opening the first push', atGit('info/refs?service=git-receive-pack', 1)],
    ['sending the first push', atGit('POST /acme/mirror/git-receive-pack', 1)],
    ['a push that the server never saw', atGit('POST /acme/mirror/git-receive-pack', 1, 'reset')],
    ['a push whose answer is lost', atGit('POST /acme/mirror/git-receive-pack', 2, 'lose-reply')],
    ['opening the last push', atGit('info/refs?service=git-receive-pack', 3)],
    ["the server's check of the push", inHook('pre-receive', 'true')],
    ["the server's work after the push", inHook('post-receive', 'true')],
  ])('%s: old or complete new, and the next run converges', async (_, step) => {
    const mirror = await arena.mirror();
    const tempDir = freshDirectory();
    const killer = new AbortController();
    step(mirror, () => {
      killer.abort();
    });
    const killed = await arena.run(mirror, { tempDir, kill: { when: killer.signal } });
    expect(killed.signal).toBe('SIGKILL');
    for (const hook of ['pre-receive', 'post-receive']) mirror.setHook(hook, undefined);
    arena.yum.setMisbehave(undefined);
    await settle(mirror, tempDir);
    mirror.setFault(undefined);
    expectOldOrNew(mirror);
    await expectConvergence(mirror, tempDir);
  });

  onLinux('SIGTERM in a push: the push ends, nothing half-done stays, exit 1', async () => {
    const mirror = await arena.mirror();
    const killer = new AbortController();
    inHook('pre-receive', 'true')(mirror, () => {
      killer.abort();
    });
    const stopped = await arena.run(mirror, { kill: { when: killer.signal, signal: 'SIGTERM' } });
    expect([stopped.code, stopped.signal]).toEqual([1, null]);
    expect(codes(stopped)).toContain('ABORTED');
    mirror.setHook('pre-receive', undefined);
    mirror.setFault(undefined);
    expect(outcomeOf(mirror).tags.size).toBeGreaterThan(0);
    expectOldOrNew(mirror);
    await expectConvergence(mirror);
  });
});

describe('T26: killed at any instant', () => {
  onLinux(
    `${KILLS} times: the mirror is at an old or a complete new state, and one more run ends where an undisturbed one does`,
    async () => {
      const random = seededRandom(SEED);
      let mirror = await arena.mirror();
      let tempDir = freshDirectory();
      const found = new Map<number, number>();
      for (let kills = 0; kills < KILLS;) {
        const result = await arena.run(mirror, { tempDir, kill: someInstant(mirror, random) });
        mirror.setFault(undefined);
        await settle(mirror, tempDir);
        expectOldOrNew(mirror);
        const { length } = outcomeOf(mirror).commits;
        if (result.signal === 'SIGKILL') found.set(length, (found.get(length) ?? 0) + 1);
        if (result.signal === 'SIGKILL') kills++;
        else expect(result.code).toBe(0);
        // Now and then the next victim finds what several killed runs have left.
        if (result.signal === 'SIGKILL' && random.next() < 0.5) continue;
        await expectConvergence(mirror, tempDir);
        await mirror.close();
        mirror = await arena.mirror();
        tempDir = freshDirectory();
      }
      await expectConvergence(mirror, tempDir);
      process.stderr.write(
        `chaos: commits found on the branch after a kill: ${[...found]
          .sort(([a], [b]) => a - b)
          .map(([commits, times]) => `${commits} (${times} times)`)
          .join(', ')}\n`,
      );
    },
    LONG,
  );
});

describe('T27: pairs of runs', () => {
  it(
    `${RACES} races: one line of history, every version once, and the trees of an undisturbed run`,
    async () => {
      const random = seededRandom(SEED + 1);
      for (let race = 0; race < RACES; race++) {
        const mirror = await arena.mirror();
        const runs = [0, 1].map(async (second) => {
          await new Promise((begin) => setTimeout(begin, second * random.below(300)));
          const env = { SOURCE_DATE_EPOCH: String(1_767_225_600 + second * random.below(2)) };
          return arena.run(mirror, { inputs: { 'push-batch': String(1 + random.below(3)) }, env });
        });
        const results = await Promise.all(runs);
        expect(results.map((result) => [result.code, codes(result)])).toEqual([
          [0, []],
          [0, []],
        ]);
        expectSameTrees(mirror);
        const before = outcomeOf(mirror);
        expect((await arena.run(mirror)).code).toBe(0);
        expect(outcomeOf(mirror)).toEqual(before);
        await mirror.close();
      }
    },
    LONG,
  );

  onLinux(
    'a killed run beside a living one loses nothing either',
    async () => {
      const random = seededRandom(SEED + 2);
      for (let race = 0; race < Math.ceil(RACES / 3); race++) {
        const mirror = await arena.mirror();
        const tempDir = freshDirectory();
        const [, living] = await Promise.all([
          arena.run(mirror, {
            tempDir,
            kill: { after: random.below(arena.duration) },
            env: { SOURCE_DATE_EPOCH: '1767225601' },
          }),
          arena.run(mirror),
        ]);
        await settle(mirror, tempDir);
        expect(living.code).toBe(0);
        expectSameTrees(mirror);
        await mirror.close();
      }
    },
    LONG,
  );
});

function expectSameTrees(mirror: GitServer): void {
  const { trees, tipTree, commits } = outcomeOf(mirror);
  expect(damages(mirror)).toEqual([]);
  expect({ trees: [...trees], tipTree, commits: commits.length }).toEqual({
    trees: [...arena.expected.trees],
    tipTree: arena.expected.tipTree,
    commits: arena.expected.commits.length,
  });
}

describe('T38: a fault at each request', () => {
  const flip = (bytes: Uint8Array): Uint8Array => {
    const copy = Buffer.from(bytes);
    copy[copy.length >> 1]! ^= 0x10;
    return copy;
  };
  /** What a fault may end in when it is not cured by a retry; release notes aside, nothing is published without what it needs. */
  const FAULTY: readonly (readonly [name: string, behaviour: Behaviour, codes: RegExp])[] = [
    ['status 500', { status: 500 }, /^HTTP_STATUS$/],
    ['status 404', { status: 404 }, /^(NOT_FOUND|HTTP_STATUS)$/],
    ['429 for a second', { status: 429, retryAfter: '1' }, /^HTTP_STATUS$/],
    ['a reset after 10 bytes', { reset: 10 }, /^(CONNECTION_FAILED|TRUNCATED)$/],
    ['an answer that is cut off', { truncate: 100 }, /^(TRUNCATED|CONNECTION_FAILED)$/],
    [
      'a login page',
      { html: true },
      /^(REPOMD_INVALID|XML_FORBIDDEN|DIGEST_MISMATCH|SIZE_MISMATCH|KEY_INVALID|UNKNOWN_KEY|BAD_SIGNATURE|NO_SIGNATURE)$/,
    ],
    ['endless zeros', { oversize: Infinity }, /^(TOO_LARGE|SIZE_MISMATCH)$/],
    [
      'other bytes',
      { body: flip },
      /^(REPOMD_INVALID|XML_FORBIDDEN|DIGEST_MISMATCH|KEY_INVALID|PIN_MISMATCH|UNKNOWN_KEY|BAD_SIGNATURE|RECORD_MISSING|ROLLBACK|UNSAFE_PATH|NOT_FOUND|HTTP_STATUS|WEAK_ALGORITHM)$/,
    ],
    ['a redirect to itself', { redirect: '?again' }, /^(INSECURE_REDIRECT|HTTP_STATUS)$/],
    [
      'a redirect to a link-local address',
      { redirect: 'http://169.254.169.254/latest' },
      /^INSECURE_REDIRECT$/,
    ],
    [
      'a wrong length',
      { length: 5 },
      /^(TRUNCATED|CONNECTION_FAILED|SIZE_MISMATCH|DIGEST_MISMATCH|REPOMD_INVALID|KEY_INVALID|UNKNOWN_KEY|XML_FORBIDDEN)$/,
    ],
  ];

  let first: GitServer;
  const sources = (mirror: GitServer): string[] =>
    [...arena.expected.tags.keys()].map((tag) =>
      mirror.git('rev-parse', `${tag}:src`, `${tag}:archive/rpm`),
    );

  /** Runs with these faults at the requests of that number (0 is the first) and lets the outcome be judged. */
  async function runWith(faults: ReadonlyMap<number, (typeof FAULTY)[number]>): Promise<void> {
    const mirror = await arena.mirror();
    let seen = 0;
    arena.yum.setMisbehave(() => faults.get(seen++)?.[1]);
    const result = await arena.run(mirror);
    arena.yum.setMisbehave(undefined);
    const what = [...faults].map(([at, [name]]) => `${name} at request ${at}`).join(' and ');
    const { tags } = outcomeOf(mirror);
    expect([what, damages(mirror)]).toEqual([what, []]);
    if (result.code === 0)
      expect([what, [...tags.keys()]]).toEqual([what, [...arena.expected.tags.keys()]]);
    if (result.code === 0) expect([what, sources(mirror)]).toEqual([what, sources(first)]);
    // Other bytes of the notes, fewer of them, or other bytes around a key are bytes like any other.
    const isExact =
      result.report.warnings.length === 0 &&
      ![...faults.values()].some(
        ([, { body, length }]) => body !== undefined || length !== undefined,
      );
    if (result.code === 0 && isExact)
      expect([what, outcomeOf(mirror)]).toEqual([what, arena.expected]);
    if (result.code !== 0) {
      expect([what, result.code, codes(result).length]).toEqual([what, 1, 1]);
      expect([
        what,
        [...faults.values()].some(([, , allowed]) => allowed.test(codes(result)[0]!))
          ? ''
          : codes(result)[0],
      ]).toEqual([what, '']);
      expect(readFileSync(result.outputs['report']!, 'utf8')).toContain(codes(result)[0]);
    }
    await mirror.close();
  }

  it(
    `${FAULTS} of them, alone and in pairs: published whole, or refused with the right error`,
    async () => {
      const random = seededRandom(SEED + 3);
      arena.yum.requests.length = 0;
      first = await arena.mirror();
      await arena.run(first);
      const requests = arena.yum.requests.length;
      const singles = Array.from(
        { length: requests * FAULTY.length },
        (_, at) => [at % requests, FAULTY[Math.floor(at / requests)]!] as const,
      );
      const everything = FAULTS >= singles.length;
      for (let n = 0; n < FAULTS; n++) {
        const one = everything && n < singles.length ? singles[n]! : random.pick(singles);
        const pair = everything ? n >= singles.length : n % 2 === 1;
        await runWith(new Map(pair ? [one, random.pick(singles)] : [one]));
      }
    },
    LONG,
  );
});
