// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { cleanText, plainValue } from '../../../../src/git/command.js';
import {
  isTooLarge,
  mayRecover,
  mirrorRemoteError,
  remoteError,
} from '../../../../src/git/remote/failures.js';

const failed = (stderr: string): { exitCode: number; stdout: Buffer; stderr: string } => ({
  exitCode: 128,
  stdout: Buffer.alloc(0),
  stderr,
});

describe('remoteError', () => {
  it.each([
    ["fatal: Authentication failed for 'https://github.com/a/b/'", 'AUTH'],
    ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", 'AUTH'],
    [
      "remote: Permission to a/b.git denied to github-actions[bot]. | fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 403",
      'AUTH',
    ],
    [
      'git@host: Permission denied (publickey). | fatal: Could not read from remote repository.',
      'AUTH',
    ],
    ['Host key verification failed.', 'AUTH'],
    ["fatal: couldn't find remote ref refs/heads/x", 'BRANCH_NOT_FOUND'],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'REMOTE_FAILED'],
    ['error: unable to open /srv/x: Permission denied', 'REMOTE_FAILED'],
    ['', 'REMOTE_FAILED'],
  ])('reads %j as %s', (stderr, code) => {
    expect(remoteError(failed(stderr), 'push to', 'https://x')).toMatchObject({
      name: 'GitError',
      code,
      message: expect.stringContaining('git could not push to https://x: '),
    });
  });

  it.each([
    [
      "fatal: Authentication failed for 'https://github.com/a/b/'",
      /token is whole, has not expired/,
    ],
    [
      "fatal: unable to access 'https://x/': The requested URL returned error: 401",
      /token is whole, has not expired/,
    ],
    [
      "remote: Permission to a/b.git denied to c. | fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 403",
      /^Give a token that may write/,
    ],
    [
      "remote: Repository not found. | fatal: repository 'https://github.com/a/b/' not found",
      /Check the name in repository.*may not see a private repository/,
    ],
  ])('says what to change after %j', (stderr, remedy) => {
    expect(remoteError(failed(stderr), 'push to', 'https://x').remedy).toMatch(remedy);
  });

  it('says what to do about a redirect', () => {
    expect(
      remoteError(
        failed("fatal: unable to access 'https://x/': The requested URL returned error: 301"),
        'x',
        'y',
      ).remedy,
    ).toContain('.git at the end');
  });
});

describe('a host key that changed', () => {
  const banner =
    '@@@@@ | @ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @ | @@@@@ | IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY! | The fingerprint for the ED25519 key sent by the remote host is | SHA256:bUqZ/4+abc. | Please contact your system administrator. | Add correct host key in /tmp/x/known-hosts to get rid of this message. | Offending ED25519 key in /tmp/x/known-hosts:1 | Host key verification failed.';

  it('is told by its fingerprint, without the banner of ssh', () => {
    const { code, message, remedy } = remoteError(failed(banner), 'push to', 'ssh://x/y');
    expect({ code, message }).toEqual({
      code: 'AUTH',
      message:
        'git could not push to ssh://x/y: the host key sent is SHA256:bUqZ/4+abc (ED25519); ssh-known-hosts has another',
    });
    expect(remedy).toMatch(/compare the fingerprint with those that the host publishes/);
  });
});

describe('furtherError', () => {
  const http = { transport: 'http', url: 'https://x/y' } as const;
  const auth = remoteError(failed('fatal: Authentication failed'), 'push to', http.url);
  it.each([
    [
      'a login in the URL',
      { remote: { ...http, userinfo: 'a:b' } },
      auth,
      /^Check user and password in this URL of mirrors/,
    ],
    [
      'no login',
      { remote: http },
      auth,
      /^The server wants a login: put user and password into this URL of mirrors/,
    ],
    [
      'the main token',
      { remote: http, token: 't' },
      auth,
      /^Let token write to this repository, too, or put/,
    ],
    [
      'a repository that is not there',
      { remote: http },
      remoteError(failed('remote: Repository not found.'), 'x', http.url),
      /^Check this URL in mirrors/,
    ],
    [
      'ssh',
      { remote: { transport: 'ssh', url: 'git@x:y' } as const },
      remoteError(failed('Permission denied (publickey).'), 'x', 'git@x:y'),
      /^Set ssh-key/,
    ],
  ])('says what to look at: %s', (_, access, error, remedy) => {
    const found = mirrorRemoteError(error, access);
    expect({ code: found.code, message: found.message, remedy: found.remedy }).toEqual({
      code: error.code,
      message: error.message,
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('mayRecover', () => {
  it.each([
    'The requested URL returned error: 503',
    'error: RPC failed; curl 56 Recv failure: Connection reset by peer',
    'fatal: the remote end hung up unexpectedly',
    'Could not resolve host: x',
    'Operation too slow. Less than 100 bytes/sec',
  ])('is true for %j', (text) => {
    expect(mayRecover(failed(text))).toBe(true);
  });

  it.each([
    'The requested URL returned error: 403',
    'fatal: repository not found',
    '',
    'Authentication failed | the remote end hung up unexpectedly',
  ])('is false for %j', (text) => {
    expect(mayRecover(failed(text))).toBe(false);
  });
});

describe('isTooLarge', () => {
  it.each([
    'remote: error: GH001: Large files detected.',
    "remote: error: File x.rpm is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB",
  ])('knows %j', (text) => {
    expect(isTooLarge(text)).toBe(true);
  });
});

describe('cleanText', () => {
  it('gives one line without control characters, with the end of progress lines', () => {
    expect(cleanText('a\n\nremote: 1%\rremote: 2%\rremote: done\x1b[31m\n b \n')).toBe(
      'a | remote: done [31m | b',
    );
  });

  it('blots out secrets and passwords in URLs', () => {
    expect(cleanText('x s3cret y czNjcmV0 https://me:pw@host/x', ['s3cret', 'czNjcmV0', ''])).toBe(
      'x *** y *** https://***@host/x',
    );
  });
});

describe('plainValue', () => {
  it.each(['', '-x', '--upload-pack=x', 'a\nb', 'a\0b'])('refuses %j', (value) => {
    expect(() => plainValue(value)).toThrow(expect.objectContaining({ code: 'GIT_FAILED' }));
  });
  it('gives other values back', () => {
    expect(plainValue('refs/heads/x')).toBe('refs/heads/x');
  });
});
