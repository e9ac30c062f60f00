// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';

import { makeKey, makeSignature } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories, type RunResult } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER, PUBLISHER_KEY, repositoryFiles } from '../fixtures/small-repository.js';
import { onStage, type Stage } from '../fixtures/stage.js';

const PLAIN = repositoryFiles([hello('1.0')]);
const REPOMD = PLAIN['repodata/repomd.xml']!;
const good = makeSignature({ key: PUBLISHER, parts: [REPOMD] });
const bad = makeSignature({ key: PUBLISHER, parts: [Buffer.from('another index')] });
const strange = makeSignature({ key: makeKey('EdDSA'), parts: [REPOMD] });

const outcome = ({ code, report }: RunResult, stage: Stage) => [
  code,
  ...report.errors.map((error: { code: string }) => error.code),
  ...stage.tags(),
];

afterAll(removeRunDirectories);

describe('T9: repo_gpgcheck of a .repo file', () => {
  const run = async (flag: string, files: Record<string, Uint8Array>) => {
    let result: unknown;
    await onStage({}, async (stage) => {
      const text = `[hello]\nname=Hello\nbaseurl=${stage.yum.url}/\ngpgkey=${stage.yum.url}/KEY\n${flag}`;
      stage.yum.setFiles({ ...files, KEY: PUBLISHER_KEY, 'hello.repo': Buffer.from(text) });
      const published = await stage.publish({
        baseurl: '',
        gpgkey: '',
        'repo-file': `${stage.yum.url}/hello.repo`,
      });
      result = outcome(published, stage);
    });
    return result;
  };

  it('asks for a signature of the index, as the input does', async () => {
    expect(await run('repo_gpgcheck=1\n', PLAIN)).toEqual([1, 'NO_SIGNATURE']);
    expect(await run('repo_gpgcheck=1\n', { ...PLAIN, 'repodata/repomd.xml.asc': good })).toEqual([
      0,
      '1.0',
    ]);
    expect(await run('repo_gpgcheck=0\n', PLAIN)).toEqual([0, '1.0']);
  });
});

describe('T9: several signatures of the index', () => {
  it.each([
    ['a good one before a bad one', [good, bad], [1, 'BAD_SIGNATURE']],
    ['a bad one before a good one', [bad, good], [1, 'BAD_SIGNATURE']],
    ['a good one beside one by a stranger', [strange, good], [0, '1.0']],
  ])('%s', async (_, packets, expected) => {
    await onStage({}, async (stage) => {
      stage.yum.setFiles({ ...PLAIN, 'repodata/repomd.xml.asc': Buffer.concat(packets) });
      expect(outcome(await stage.publish(), stage)).toEqual(expected);
    });
  });
});
