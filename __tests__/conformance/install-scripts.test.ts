// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, it } from '@jest/globals';

import { memorySource } from '../../src/bytes.js';
import { readPackage } from '../../src/rpm/read.js';
import { parseScripts } from '../../src/rpm/scripts.js';
import { execFileSync } from '../fixtures/commands.js';
import { describeWithTools } from '../fixtures/tools.js';

const SPEC = `
Name: scripts
Version: 1
Release: 1
Summary: s
License: MIT
BuildArch: noarch
%description
d
%pretrans -p <lua>
print("pretrans")
%pre
echo pre
%post
echo post
exit 0
%preun -p /bin/bash
echo preun
%postun -p /sbin/ldconfig
%posttrans
echo posttrans
%triggerin -- bash > 3, sed
echo triggerin
%triggerpostun -- bash
echo gone
%filetriggerin -- /usr/lib /usr/share
echo file
%transfiletriggerun -- /etc
echo transfile
%files
`;

describeWithTools(['rpmbuild', 'rpm'], 'install scripts and triggers', () => {
  it('are those that rpm shows', async () => {
    const work = mkdtempSync(path.join(tmpdir(), 'scripts-'));
    try {
      writeFileSync(path.join(work, 'x.spec'), SPEC);
      mkdirSync(path.join(work, 'out'));
      execFileSync(
        'rpmbuild',
        ['-bb', '--define', `_topdir ${work}`, '--define', `_rpmdir ${work}/out`, 'x.spec'],
        { cwd: work, stdio: 'pipe' },
      );
      const [file] = readdirSync(path.join(work, 'out'), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.rpm'));
      const rpm = path.join(work, 'out', file!);
      const { header } = await readPackage(memorySource(readFileSync(rpm)));
      const scripts = parseScripts(header);
      expect(scripts.map(({ name, program }) => [name, program])).toEqual([
        ['%pretrans', '<lua>'],
        ['%pre', '/bin/sh'],
        ['%post', '/bin/sh'],
        ['%preun', '/bin/bash'],
        ['%postun', '/sbin/ldconfig'],
        ['%posttrans', '/bin/sh'],
        ['%triggerin -- bash > 3, sed', '/bin/sh'],
        ['%triggerpostun -- bash', '/bin/sh'],
        ['%filetriggerin -- /usr/lib, /usr/share', '/bin/sh'],
        ['%transfiletriggerun -- /etc', '/bin/sh'],
      ]);
      const shown = execFileSync(
        'rpm',
        ['-qp', '--nosignature', '--scripts', '--triggers', '--filetriggers', rpm],
        {
          encoding: 'utf8',
        },
      );
      for (const { text } of scripts) expect(shown).toContain(text.trim());
      expect(scripts.find(({ name }) => name === '%post')!.text.trim()).toBe('echo post\nexit 0');
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});
