// SPDX-License-Identifier: MIT
import { readdirSync } from 'node:fs';

import { afterAll, describe, expect, it } from '@jest/globals';

import { parseOptions } from '../../src/inputs/options.js';
import { silentLogger } from '../../src/log.js';
import { run } from '../../src/run/run.js';
import { makeRunDirectory, removeRunDirectories } from '../fixtures/run-bundle.js';

describe('a run', () => {
  afterAll(removeRunDirectories);

  it('leaves no folder behind when one of its parts cannot even be built', async () => {
    const folder = makeRunDirectory();
    const inputs: Readonly<Record<string, string>> = {
      baseurl: 'http://127.0.0.1:9/',
      packages: 'hello',
      repository: 'http://127.0.0.1:9/acme/mirror',
    };
    const options = parseOptions((name) => inputs[name] ?? '', {});
    // No input can be this, so it stands for a defect of ours.
    const broken = { ...options, source: { ...options.source, repoFile: 'file:///a%2Fb' } };
    await expect(
      run(broken, {
        logger: silentLogger,
        environment: { RUNNER_TEMP: folder },
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });
});
