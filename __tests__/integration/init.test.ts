// SPDX-License-Identifier: MIT
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRunDirectory, removeRunDirectories, runCli } from '../fixtures/run-bundle.js';
import { hello, PUBLISHER } from '../fixtures/small-repository.js';
import { onStage } from '../fixtures/stage.js';

const PACKAGES = [hello('1.0'), hello('2.0'), hello('1.0', { name: 'world-dkms' }), { ...hello('3.0'), name: 'intel', arch: 'x86_64' }];

describe('init', () => {
  afterAll(removeRunDirectories);

  it('prints a workflow with the fingerprints to pin, the likeliest package, and the others', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const { code, stdout } = await runCli(['init', '--baseurl', yum.url, '--gpgkey', `${yum.url}/KEY`]);
      expect(code).toBe(0);
      expect(stdout).toContain(`          baseurl: "${yum.url}"\n          gpgkey: "${yum.url}/KEY"\n`);
      expect(stdout).toMatch(new RegExp(`gpg-fingerprints: >-\\n +${PUBLISHER.fingerprint}\\n +packages: "world-dkms"\\n`));
      expect(stdout).toContain('#   hello (2 versions, newest 2.0)');
      expect(stdout).not.toContain('intel');
    });
  });

  it('follows a .repo file, and takes the packages that are named', async () => {
    await onStage({ packages: PACKAGES }, async ({ yum }) => {
      const file = join(makeRunDirectory(), 'vendor.repo');
      writeFileSync(file, `[vendor]\nname=Vendor\nbaseurl=${yum.url}\ngpgkey=${yum.url}/KEY\n`);
      const { code, stdout } = await runCli(['init', '--repo-file', file, '--packages', 'hello']);
      expect(code).toBe(0);
      expect(stdout).toContain(PUBLISHER.fingerprint);
      expect(stdout).toContain('packages: "hello"');
    });
  });

  it('is wrong input without a repository, and a failure where there is none', async () => {
    expect((await runCli(['init'])).code).toBe(2);
    await onStage({}, async ({ yum }) => {
      yum.setFiles({});
      expect((await runCli(['init', '--baseurl', yum.url])).code).toBe(1);
    });
  });
});
