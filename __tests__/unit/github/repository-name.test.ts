// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { resolveRepository } from '../../../src/git/remote/access/credentials.js';
import { apiUrlOf, repositoryNameOf } from '../../../src/github/repository-name.js';

const GITHUB = 'https://github.com';

describe('repositoryNameOf', () => {
  it.each([
    ['acme/mirror', GITHUB, 'acme/mirror'],
    ['https://github.com/acme/mirror.git', GITHUB, 'acme/mirror'],
    ['https://github.com/acme/mirror/', GITHUB, 'acme/mirror'],
    ['https://me:secret@github.com/acme/a.b', GITHUB, 'acme/a.b'],
    ['git@github.com:acme/mirror.git', GITHUB, 'acme/mirror'],
    ['ssh://git@github.com:22/acme/mirror', GITHUB, 'acme/mirror'],
    ['acme/mirror', 'https://ghe.example.org:8443', 'acme/mirror'],
    ['https://ghe.example.org/acme/mirror', 'https://ghe.example.org:8443', undefined],
    ['https://gitlab.com/acme/mirror', GITHUB, undefined],
    ['https://github.com.example.org/acme/mirror', GITHUB, undefined],
    ['https://github.com/acme/group/mirror', GITHUB, undefined],
    ['./mirror.git', GITHUB, undefined],
  ])('%s on %s is %s', (text, server, expected) => {
    const name = repositoryNameOf(resolveRepository(text, { serverUrl: server }), server);
    expect(name === undefined ? undefined : `${name.owner}/${name.repo}`).toBe(expected);
  });
});

describe('apiUrlOf', () => {
  it.each([
    [GITHUB, undefined, 'https://api.github.com'],
    [GITHUB, '', 'https://api.github.com'],
    ['https://ghe.example.org', undefined, 'https://ghe.example.org/api/v3'],
    [
      'https://ghe.example.org',
      'https://ghe.example.org/api/v3/',
      'https://ghe.example.org/api/v3',
    ],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com', 'https://api.acme.ghe.com'],
  ])('%s with GITHUB_API_URL %s is %s', (server, given, expected) => {
    expect(apiUrlOf(server, given)).toBe(expected);
  });
});
