// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { gitEnvironment } from '../../../../../src/git/remote/access/environment.js';

const make = (
  source: Record<string, string>,
  protocols: string[] = ['https'],
): Record<string, string> =>
  gitEnvironment({
    home: '/scratch/home',
    protocols,
    settings: [
      ['a.b', 'c'],
      ['a.b', ''],
    ],
    source,
  });

describe('gitEnvironment', () => {
  it('passes on proxies and certificates', () => {
    const source = {
      https_proxy: 'p',
      HTTP_PROXY: 'q',
      NO_PROXY: 'n',
      SSL_CERT_FILE: 'f',
      GIT_SSL_CAINFO: 'i',
      PATH: '/bin',
    };
    expect(make(source)).toMatchObject({ ...source, http_proxy: 'q' });
  });

  it('keeps settings in order, empty values included', () => {
    const env = make({});
    const count = Number(env['GIT_CONFIG_COUNT']);
    expect([env[`GIT_CONFIG_KEY_${count - 2}`], env[`GIT_CONFIG_VALUE_${count - 2}`]]).toEqual([
      'a.b',
      'c',
    ]);
    expect([env[`GIT_CONFIG_KEY_${count - 1}`], env[`GIT_CONFIG_VALUE_${count - 1}`]]).toEqual([
      'a.b',
      '',
    ]);
    expect(env[`GIT_CONFIG_KEY_${count}`]).toBeUndefined();
  });

  it('allows no transport when none is named', () => {
    expect(make({}, [])['GIT_ALLOW_PROTOCOL']).toBe('none');
  });

  it('lets nothing of the job override it', () => {
    const env = make({
      HOME: '/root',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.sshCommand',
      GIT_CONFIG_PARAMETERS: "'a=b'",
      GIT_DIR: '/x',
      GIT_SSH_COMMAND: 'x',
      GIT_TRACE: '1',
    });
    expect(env).toMatchObject({ HOME: '/scratch/home' });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['GIT_CONFIG_PARAMETERS']));
    expect(env).not.toHaveProperty('GIT_DIR');
    expect(env).not.toHaveProperty('GIT_SSH_COMMAND');
    expect(env).not.toHaveProperty('GIT_TRACE');
    expect(env['GIT_CONFIG_KEY_0']).not.toBe('core.sshCommand');
  });
});
