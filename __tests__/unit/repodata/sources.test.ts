// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parseRepoFile } from '../../../src/repodata/sources.js';
import { codeOf } from './index-builder.js';

const parse = (text: string, options: { repoId?: string; releasever?: string } = {}) =>
  parseRepoFile(Buffer.from(text), {
    repoId: options.repoId,
    basearch: 'x86_64',
    releasever: options.releasever,
  });

const VENDOR = `\ufeff# a comment
[main]
cachedir=/var/cache

[neuron]
name=Neuron YUM Repository
baseurl=https://yum.repos.neuron.amazonaws.com/
enabled=1
metadata_expire=0
gpgcheck = 1
gpgkey=https://yum.repos.neuron.amazonaws.com/GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB
`;

describe('parseRepoFile', () => {
  it('gives the only section without being told its name', () => {
    expect(parse(VENDOR)).toEqual({
      id: 'neuron',
      name: 'Neuron YUM Repository',
      baseUrls: ['https://yum.repos.neuron.amazonaws.com'],
      mirrorlist: undefined,
      metalink: undefined,
      gpgKeys: ['https://yum.repos.neuron.amazonaws.com/GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB'],
      gpgCheck: true,
      repoGpgCheck: undefined,
      sslVerify: undefined,
      enabled: true,
    });
  });

  it('reads lists over several lines, separated by white space or commas, with CRLF and comments between', () => {
    const section = parse(
      '[a]\r\nbaseurl=http://one.example/r http://two.example/r,\r\n\thttp://three.example/r\r\n# no\r\n    http://four.example/r\r\ngpgkey=\r\n  https://k.example/1\r\n  file:///etc/pki/2\r\nrepo_gpgcheck=no\r\nsslverify=False\r\n',
    );
    expect(section.baseUrls.map((url) => new URL(url).hostname)).toEqual([
      'one.example',
      'two.example',
      'three.example',
      'four.example',
    ]);
    expect(section.gpgKeys).toEqual(['https://k.example/1', 'file:///etc/pki/2']);
    expect([section.repoGpgCheck, section.sslVerify, section.gpgCheck]).toEqual([
      false,
      false,
      undefined,
    ]);
  });

  it.each([
    ['http://h.example/$releasever/$basearch', 'http://h.example/9.4/x86_64'],
    ['http://h.example/${releasever}/${basearch}/', 'http://h.example/9.4/x86_64'],
    ['http://h.example/el$releasever_major.$arch', 'http://h.example/el9.x86_64'],
    ['http://h.example/el${releasever_major}_${releasever_minor}', 'http://h.example/el9_4'],
    ['http://h.example/${stream:-stable}/${releasever:+known}', 'http://h.example/stable/known'],
    ['http://h.example/a$/b', 'http://h.example/a$/b'],
  ])('fills the variables of %s', (baseurl, url) => {
    const releasever = parse(`[a]\nbaseurl=${baseurl}\n`, { releasever: '9.4' });
    expect(releasever.baseUrls[0]).toBe(url);
  });

  it('names the variable that has no value, and its input', () => {
    expect(() => parse('[a]\nbaseurl=http://h.example/$releasever\n')).toThrow(
      expect.objectContaining({
        code: 'REPO_FILE_INVALID',
        message: expect.stringContaining('baseurl needs a value for $releasever'),
        remedy: 'Set releasever.',
      }),
    );
    expect(() => parse('[a]\nbaseurl=http://h.example/$stream\n')).toThrow(
      /needs a value for \$stream/,
    );
  });

  it('does not need the variables of what it does not use', () => {
    expect(parse('[a]\nname=A $releasever\nbaseurl=http://h.example\n').name).toBe('A $releasever');
  });

  it('chooses among several sections by name, and lists them otherwise', () => {
    const text =
      '[a]\nbaseurl=http://a.example\n[a-source]\nmetalink=http://m.example/?x=$basearch\n[a-debug]\nmirrorlist=http://l.example\n';
    expect(parse(text, { repoId: 'a-source' }).metalink).toBe('http://m.example/?x=x86_64');
    expect(parse(text, { repoId: 'a-debug' }).mirrorlist).toBe('http://l.example');
    expect(() => parse(text)).toThrow(
      /expected repo-id to name one of its sections: a, a-source, a-debug/,
    );
    expect(() => parse(text, { repoId: 'b' })).toThrow(
      /expected a section \[b\], found: a, a-source, a-debug/,
    );
  });

  it.each([
    ['nothing', ''],
    ['only [main]', '[main]\nx=1\n'],
    ['no URL', '[a]\nname=x\n'],
    ['an empty URL', '[a]\nbaseurl=\n'],
    ['a key before any section', 'baseurl=http://a.example\n'],
    ['an HTML page', '<!DOCTYPE html><html></html>'],
    ['a line without value', '[a]\nbaseurl\n'],
    ['another scheme', '[a]\nbaseurl=ftp://a.example/\n'],
    ['no URL at all', '[a]\nbaseurl=repo\n'],
    ['a flag that is none', '[a]\nbaseurl=http://a.example\ngpgcheck=perhaps\n'],
  ])('refuses %s', async (_, text) => {
    expect(await codeOf(() => parse(text))).toBe('REPO_FILE_INVALID');
  });

  it('refuses what is not UTF-8', async () => {
    expect(
      await codeOf(() =>
        parseRepoFile(Buffer.from([0x5b, 0xff]), {
          repoId: undefined,
          basearch: 'x',
          releasever: undefined,
        }),
      ),
    ).toBe('REPO_FILE_INVALID');
  });

  it('never fails with anything but its own error', async () => {
    const lines = fc.array(
      fc.constantFrom(
        '[a]',
        '[',
        ']',
        'baseurl=',
        '=',
        ':',
        ' ',
        '\t',
        '\n',
        '\r',
        '#',
        ';',
        'http://h.example',
        '$',
        '${',
        '}',
        '${a:-',
        '$releasever',
        'é',
        '__proto__',
        '[__proto__]',
      ),
      { maxLength: 20 },
    );
    await expect(
      fc.assert(
        fc.asyncProperty(lines, async (parts) =>
          ['ok', 'REPO_FILE_INVALID'].includes(await codeOf(() => parse(parts.join('')))),
        ),
        { numRuns: 2000 },
      ),
    ).resolves.toBeUndefined();
  });
});
