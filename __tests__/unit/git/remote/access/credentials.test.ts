// SPDX-License-Identifier: MIT
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import {
  credentialSettings,
  isForeignToJobToken,
  type Remote,
  remoteSecrets,
  resolveRepository,
  secretsToMask,
} from '../../../../../src/git/remote/access/credentials.js';

const of = (text: string, serverUrl = 'https://github.com'): Remote =>
  resolveRepository(text, { serverUrl, cwd: '/folder' });

describe('resolveRepository', () => {
  it.each<[string, Remote]>([
    ['acme/driver', { transport: 'http', url: 'https://github.com/acme/driver' }],
    ['acme/driver.git', { transport: 'http', url: 'https://github.com/acme/driver.git' }],
    [' https://git.example.org/a/b ', { transport: 'http', url: 'https://git.example.org/a/b' }],
    ['http://git.example.org:8080/a', { transport: 'http', url: 'http://git.example.org:8080/a' }],
    [
      'https://me:p%40ss@git.example.org/a',
      { transport: 'http', url: 'https://git.example.org/a', userinfo: 'me:p@ss' },
    ],
    [
      'ssh://git@git.example.org:2222/a',
      { transport: 'ssh', url: 'ssh://git@git.example.org:2222/a' },
    ],
    ['git@github.com:acme/driver.git', { transport: 'ssh', url: 'git@github.com:acme/driver.git' }],
    ['host:path/x', { transport: 'ssh', url: 'host:path/x' }],
    ['/srv/mirror.git', { transport: 'file', url: pathToFileURL('/srv/mirror.git').href }],
    ['/srv/a b%c', { transport: 'file', url: pathToFileURL('/srv/a b%c').href }],
    ['./mirror', { transport: 'file', url: pathToFileURL(resolve('/folder/mirror')).href }],
    ['../mirror', { transport: 'file', url: pathToFileURL(resolve('/mirror')).href }],
    ['file:///srv/x/../mirror', { transport: 'file', url: pathToFileURL('/srv/mirror').href }],
  ])('reads %j', (text, remote) => {
    expect(of(text)).toEqual(remote);
  });

  it('puts owner/name on the given server', () => {
    expect(of('a/b', 'https://ghe.example.org/').url).toBe('https://ghe.example.org/a/b');
  });

  it.each([
    '',
    '-x',
    '--upload-pack=x',
    'ext::sh -c x',
    'EXT::x',
    '::x',
    'fd::3',
    'a',
    'a/b/c',
    'a/..',
    'a\nb/c',
    'https://',
    'https://-x/y',
    'git://host/x',
    'ftp://x/y',
    'ssh://-oProxyCommand=x/y',
    'ssh://u:p@host/x',
    'ssh:///x',
    'host:-x',
    '-h:x',
    'file://server/share',
    'http://me:pass@git.example.org/x',
    'javascript:alert(1)//x:',
  ])('refuses %j', (text) => {
    if (process.platform === 'win32' && text.startsWith('file:')) return;
    const attempt = (): Remote => of(text);
    if (text.startsWith('javascript')) {
      // Read as host and path of ssh, which is harmless.
      expect(attempt().transport).toBe('ssh');
      return;
    }
    expect(attempt).toThrow(expect.objectContaining({ name: 'InputError', code: 'INPUT_INVALID' }));
  });

  it('never repeats a password', () => {
    expect(() => of('http://me:hunter2@git.example.org/x')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});

describe('credentialSettings', () => {
  const header = (text: string): string =>
    `Authorization: Basic ${Buffer.from(text).toString('base64')}`;

  it('empties the header before it sets it, for the origin only, and follows no redirect', () => {
    expect(credentialSettings(of('acme/driver'), 'secret')).toEqual([
      ['http.https://github.com/.extraheader', ''],
      ['http.https://github.com/.extraheader', header('x-access-token:secret')],
      ['http.followRedirects', 'false'],
    ]);
  });

  it('prefers what the URL says', () => {
    expect(credentialSettings(of('https://me:pw@h.example/x'), 'secret')[1]).toEqual([
      'http.https://h.example/.extraheader',
      header('me:pw'),
    ]);
  });

  it.each(['http://127.0.0.1:81/x', 'http://localhost:81/x', 'http://[::1]:81/x'])(
    'serves %s on this machine',
    (url) => {
      expect(credentialSettings(of(url), 'secret')).toHaveLength(3);
    },
  );

  it.each([
    '/srv/x',
    'git@h:x',
    'ssh://h/x',
    'http://git.example.org/x',
    'http://127.0.0.1.example.org/x',
    'http://localhost.example.org/x',
  ])('gives nothing to %s', (url) => {
    expect(credentialSettings(of(url), 'secret')).toEqual([]);
  });

  it.each(['a b', 'a\nb', 'a\r\nX-Evil: 1', 'ä'])(
    'refuses the token %j without repeating it',
    (token) => {
      expect(() => credentialSettings(of('a/b'), token)).toThrow(
        expect.objectContaining({
          code: 'INPUT_INVALID',
          message: expect.not.stringContaining(token),
        }),
      );
    },
  );
});

describe('secretsToMask', () => {
  it('knows the token in every form', () => {
    expect(secretsToMask('secret')).toEqual([
      'secret',
      'c2VjcmV0',
      Buffer.from('x-access-token:secret').toString('base64'),
    ]);
    expect(secretsToMask('')).toEqual([]);
    expect(secretsToMask(undefined)).toEqual([]);
  });

  it('includes the password of the URL', () => {
    expect(remoteSecrets(of('https://me:pw@h.example/x'), undefined)).toEqual(
      expect.arrayContaining(['pw', Buffer.from('me:pw').toString('base64')]),
    );
  });
});

describe('isForeignToJobToken', () => {
  it.each<[string, string, string, boolean]>([
    ['https://github.com/a/b', 'ghs_x', 'https://github.com', false],
    ['https://GitHub.com:443/a/b', 'ghs_x', 'https://github.com/', false],
    ['https://gitlab.com/a/b', 'ghs_x', 'https://github.com', true],
    ['https://github.com.example.org/a/b', 'ghs_x', 'https://github.com', true],
    ['https://github.com:8443/a/b', 'ghs_x', 'https://github.com', true],
    ['https://github.com/a/b', 'ghs_x', 'https://ghe.example.org', true],
    ['https://gitlab.com/a/b', 'ghs_x', '', true],
    ['https://gitlab.com/a/b', 'glpat-x', 'https://github.com', false],
    ['https://gitlab.com/a/b', 'ghp_x', 'https://github.com', false],
    ['http://127.0.0.1:8080/a/b', 'ghs_x', 'https://github.com', false],
    ['https://localhost/a/b', 'ghs_x', 'https://github.com', false],
    ['https://localhost.example.org/a/b', 'ghs_x', 'https://github.com', true],
    ['ssh://git@gitlab.com/a/b', 'ghs_x', 'https://github.com', false],
    ['/srv/mirror.git', 'ghs_x', 'https://github.com', false],
  ])('says of %s with %s in a job of %s: %s', (repository, token, serverUrl, foreign) => {
    expect(isForeignToJobToken(of(repository), token, serverUrl)).toBe(foreign);
  });
});
