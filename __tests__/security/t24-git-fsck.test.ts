// SPDX-License-Identifier: MIT
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/limits.js';
import { type GitBench, gitBench, stageCommit } from '../fixtures/git-bench.js';

let bench: GitBench;
beforeEach(() => {
  bench = gitBench();
});
afterEach(() => bench.close());

/** What git's fsck refuses in `.gitmodules` and `.gitattributes` (CVE-2018-11235, CVE-2018-17456, CVE-2020-5260, CVE-2022-41903). */
const HOSTILE: readonly (readonly [string, string, Record<string, string>])[] = [
  [
    'a submodule name that leaves .git',
    'gitmodulesName',
    { '.gitmodules': '[submodule "../../x"]\n\tpath = x\n\turl = https://example.org\n' },
  ],
  [
    'a submodule URL that is an option',
    'gitmodulesUrl',
    { '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n' },
  ],
  [
    'a submodule path that is an option',
    'gitmodulesPath',
    { '.gitmodules': '[submodule "x"]\n\tpath = -x\n\turl = https://example.org\n' },
  ],
  [
    'a submodule update command',
    'gitmodulesUpdate',
    {
      '.gitmodules':
        '[submodule "x"]\n\tpath = x\n\turl = https://example.org\n\tupdate = !touch /tmp/x\n',
    },
  ],
  [
    '.gitmodules in another spelling',
    'gitmodulesName',
    { '.GITMODULES': '[submodule "../../x"]\n\tpath = x\n\turl = https://example.org\n' },
  ],
];

describe('T24: what git refuses is found before the push', () => {
  it.each(HOSTILE)('%s', async (_, reason, files) => {
    const path = bench.bare();
    const store = await bench.open(path);
    const good = await stageCommit(store, undefined, { good: 'good\n' });
    await store.check();
    const bad = await stageCommit(store, good, files);
    await expect(store.check()).rejects.toMatchObject({
      code: 'PUSH_REJECTED',
      message: expect.stringContaining(reason),
      remedy: expect.stringContaining('skip'),
    });
    // The release before it is durable, the refused one is gone.
    await expect(store.readCommit(bad)).rejects.toMatchObject({ code: 'MIRROR_INVALID' });
    const next = await stageCommit(store, good, { next: 'next\n' });
    expect(await store.push({ branches: [{ name: 'main', oid: next }], tags: [] })).toEqual({
      status: 'pushed',
    });
    expect(bench.git(['-C', path, 'ls-tree', '--name-only', 'main'])).toBe('good\nnext');
  });

  it('a push without a check finds it, too, and sends nothing', async () => {
    const path = bench.bare();
    const store = await bench.open(path);
    const bad = await stageCommit(store, undefined, HOSTILE[0]![2]);
    await expect(
      store.push({ branches: [{ name: 'main', oid: bad }], tags: [] }),
    ).rejects.toMatchObject({ code: 'PUSH_REJECTED' });
    expect(bench.git(['-C', path, 'for-each-ref'])).toBe('');
    expect(readdirSync(join(path, 'objects/pack'))).toEqual([]);
  });

  it('a link in the place of .gitmodules', async () => {
    const store = await bench.open(bench.bare());
    await stageCommit(store, undefined, {
      '.gitmodules': { mode: '120000', oid: await store.write('blob', Buffer.from('x')) },
    });
    await expect(store.check()).rejects.toMatchObject({
      code: 'PUSH_REJECTED',
      message: expect.stringContaining('gitmodulesSymlink'),
    });
  });

  it('ordinary .gitmodules, .gitattributes with filters and .gitignore are source like any other', async () => {
    const path = bench.bare();
    const store = await bench.open(path);
    const files = {
      '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = https://example.org/x\n',
      '.gitattributes': '*.bin filter=lfs diff=lfs\n* text eol=crlf\n',
      '.gitignore': '*\n',
      'a.bin': 'a\r\n',
    };
    const commit = await stageCommit(store, undefined, files);
    expect(await store.push({ branches: [{ name: 'main', oid: commit }], tags: [] })).toEqual({
      status: 'pushed',
    });
    for (const [name, content] of Object.entries(files))
      expect(bench.git(['-C', path, 'cat-file', 'blob', `main:${name}`])).toBe(
        content.replace(/\n$/, ''),
      );
  });

  it('a file over the cap of hosts is refused, one at the cap is not', async () => {
    const store = await bench.open(bench.bare());
    const content = Buffer.alloc(LIMITS.blobBytes + 1);
    await expect(store.write('blob', content)).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      remedy: expect.stringContaining('archive-packages: header'),
    });
    await expect(store.write('blob', content.subarray(1))).resolves.toMatch(/^[0-9a-f]{40}$/);
  });
});
