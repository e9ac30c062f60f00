// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { metadataFacts, trailerFacts } from '../../../../src/mirror/records/facts.js';
import {
  parseReleaseMessage,
  parseTimestamp,
  stripSignature,
} from '../../../../src/mirror/records/message-parser.js';
import {
  formatArchiveMessage,
  formatReleaseMessage,
  formatTagMessage,
} from '../../../../src/mirror/records/messages.js';
import { hostileRelease, NEURON } from '../builders.js';

const METADATA = `Metadata
--------
Package: aws-neuronx-dkms
Version: 2.25.4.0
License: GPL-2.0
Summary: aws-neuronx 2.25.4.0 dkms package
Description: Kernel modules for aws-neuronx 2.25.4.0 in a DKMS wrapper.
Filename: aws-neuronx-dkms-2.25.4.0.noarch.rpm
Checksum: 3288d69b1f281ec6b638ac9da80d327494ae769cfda33ad1086801cce78b4344
Buildhost: 091b4239036f
Buildtime: 2025-11-18 00:57:58 +0000 UTC
GPG key primary uid: Amazon AWS Neuron <neuron-maintainers@amazon.com>
GPG key creation time: 2019-11-11 17:29:27 +0000 UTC
GPG key fingerprint: 00FA2C1079260870A76D2C285749CAD8646D9185
GPG check: OK
SHA256 check: OK
File digests check: OK (97 files)
--------
`;

const TRAILERS = `Rpm-Nevra: aws-neuronx-dkms-2.25.4.0-dkms.noarch
Rpm-Sha256: 3288d69b1f281ec6b638ac9da80d327494ae769cfda33ad1086801cce78b4344
Content-Sha256: ${'c'.repeat(64)}
Header-Sha256: ${'d'.repeat(64)}
Source-Path: usr/src/aws-neuronx-2.25.4.0
Source-Tree: ${'e'.repeat(40)}
Signing-Key: 00FA2C1079260870A76D2C285749CAD8646D9185
Signature-Date: 2025-12-20T00:46:57Z
Repomd-Revision: 1766192765
`;

function message(notes: string): string {
  return `feat: Neuron Driver 2.25.4.0

Source code extracted from file: aws-neuronx-dkms-2.25.4.0.noarch.rpm
Downloaded from repository: https://yum.repos.neuron.amazonaws.com


${notes}${METADATA}

Files
-----
- ?: archive/rpm/aws-neuronx-dkms-2.25.4.0.noarch.rpm
- M: src/Kbuild
- D: src/v1/fw_io.c
-----

${TRAILERS}`;
}

describe('formatReleaseMessage', () => {
  it('is what the interface shows, byte for byte', () => {
    expect(formatReleaseMessage(NEURON)).toBe(message(''));
  });

  it('has a block of release notes when there are any', () => {
    expect(formatReleaseMessage({ ...NEURON, notes: '\nDate: 06/24/2025\n\n* Fixed\n\n' })).toBe(
      message('Release Notes\n-------------\nDate: 06/24/2025\n\n* Fixed\n-------------\n\n\n'),
    );
    expect(formatReleaseMessage({ ...NEURON, notes: ' \n' })).toBe(message(''));
  });

  it('leaves nothing after the colon of an absent value', () => {
    const text = formatReleaseMessage({
      ...NEURON,
      facts: { ...NEURON.facts, license: '', buildTime: null, buildHost: '' },
      repomdRevision: '',
    });
    expect(text).toContain('\nLicense:\nSummary:');
    expect(text).toContain('\nBuildhost:\nBuildtime:\nGPG key');
    expect(text).toMatch(/\nRepomd-Revision:\n$/);
  });

  it('indents further lines of a value by four spaces', () => {
    const text = formatReleaseMessage({
      ...NEURON,
      facts: { ...NEURON.facts, description: 'One.\r\n\r\n--------\nChecksum: 0\n' },
    });
    expect(text).toContain('\nDescription: One.\n    \n    --------\n    Checksum: 0\nFilename: ');
  });

  it('lists every path in byte order, unusual ones quoted', () => {
    const paths = ['src/b', 'src/B', 'src/\xff', 'src/a/x', 'src/a.c', 'src/x\n-----'];
    const changes = paths.map((path) => ({
      letter: 'M' as const,
      path: Buffer.from(path, 'latin1'),
    }));
    const files = /Files\n-----\n([^]*?)\n-----\n/.exec(
      formatReleaseMessage({ ...NEURON, changes }),
    )![1];
    expect(files!.split('\n')).toEqual([
      '- M: src/B',
      '- M: src/a.c',
      '- M: src/a/x',
      '- M: src/b',
      '- M: "src/x\\n-----"',
      '- M: "src/\\377"',
    ]);
  });

  it('records several source folders, tolerated algorithms and dropped modes as trailers', () => {
    const text = formatReleaseMessage({
      ...NEURON,
      sourcePaths: [Buffer.from('usr/src/a'), Buffer.from('usr/src/b')],
      weakAlgorithms: ['sha1'],
      droppedModes: [Buffer.from('104755 src/x\ny')],
    });
    expect(text).toContain('\nSource-Path: usr/src/a\nSource-Path: usr/src/b\nSource-Tree: ');
    expect(text).toMatch(
      /\nRepomd-Revision: 1766192765\nWeak-Algorithm: sha1\nDropped-Mode: "104755 src\/x\\ny"\n$/,
    );
  });
});

describe('formatTagMessage', () => {
  it('is the subject, an empty line and the trailers', () => {
    expect(formatTagMessage(NEURON)).toBe(`feat: Neuron Driver 2.25.4.0\n\n${TRAILERS}`);
  });
});

describe('formatArchiveMessage', () => {
  it('is the subject alone', () => {
    expect(formatArchiveMessage('repoFiles')).toBe('feat: Update archive - repo files\n');
    expect(formatArchiveMessage('releaseNotes')).toBe('feat: Update archive - release notes\n');
    expect(formatArchiveMessage('publicKey')).toBe('feat: Update archive - GPG Public Key\n');
    expect(formatArchiveMessage('packages')).toBe('feat: Update archive - packages\n');
  });
});

describe('parseReleaseMessage', () => {
  it('gives back every fact of any release, whatever its texts hold (T32)', () => {
    fc.assert(
      fc.property(hostileRelease, (release) => {
        const parsed = parseReleaseMessage(formatReleaseMessage(release))!;
        expect([...parsed.metadata!]).toEqual(metadataFacts(release));
        const trailers = [...parsed.trailers!].flatMap(([key, values]) =>
          values.map((value) => [key, value]),
        );
        expect(trailers).toEqual(trailerFacts(release));
        expect([...parseReleaseMessage(formatTagMessage(release))!.trailers!]).toEqual([
          ...parsed.trailers!,
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('reads a message of the predecessor, which has no trailers', () => {
    const old = `feat: Neuron Driver 1.1\n\nSource code extracted from file: x.rpm\nDownloaded from repository: https://y\n\n\nRelease Notes\n-------------\nMetadata\n--------\nPackage: wrong\n--------\n-------------\n\n\nMetadata\n--------\nPackage: aws-neuron-dkms\nVersion: 1.1\nLicense: Unknown\nSummary: s\nDescription: one\ntwo\nChecksum: wrong\nFilename: f.rpm\nChecksum: d994\nBuildhost: h\nBuildtime: 2020-10-19 18:45:40 +0000 UTC\nGPG key primary uid: u\nGPG key creation time: 2019-11-11 17:29:27 +0000 UTC\nGPG key fingerprint: 00FA\nGPG check: OK\nSHA256 check: OK\n--------\n\n\nFiles\n-----\n- M: src/README.md\n-----\n`;
    const parsed = parseReleaseMessage(old)!;
    expect(parsed.subject).toBe('feat: Neuron Driver 1.1');
    expect(parsed.trailers).toBeUndefined();
    expect(Object.fromEntries(parsed.metadata!)).toMatchObject({
      Package: 'aws-neuron-dkms',
      License: 'Unknown',
      Description: 'one\ntwo',
      Checksum: 'd994',
      Buildtime: '2020-10-19 18:45:40 +0000 UTC',
    });
  });

  it.each([
    '',
    'x',
    'feat: Update archive - repo files\n',
    'a\n\nSigned-off-by: x\n',
    'Metadata\n--------\n',
  ])('finds nothing in %j', (text) => {
    expect(parseReleaseMessage(text)).toBeUndefined();
  });

  it('never throws', () => {
    expect(() => {
      fc.assert(
        fc.property(
          fc.array(
            fc.constantFrom(
              'Metadata',
              '--------',
              '',
              'Package: a',
              'Rpm-Nevra: x',
              ' b',
              'Checksum:',
            ),
          ),
          (lines) => {
            parseReleaseMessage(lines.join('\n'));
          },
        ),
      );
    }).not.toThrow();
  });

  it.each<[string, string, boolean]>([
    ['the last paragraph', `subject\n\nNotes: x\n\n${TRAILERS}`, true],
    ['the last paragraph, with empty lines behind it', `subject\n\n${TRAILERS}\n\n`, true],
    ['a paragraph before the last one', `subject\n\n${TRAILERS}\nApproved by nobody.\n`, false],
    ['a paragraph before one of other trailers', `subject\n\n${TRAILERS}\nSigned: x\n`, false],
    ['a paragraph with a line that is none', `subject\n\n${TRAILERS}no trailer\n`, false],
    ['the subject', TRAILERS, false],
  ])('takes %s for trailers, or does not', (_, text, isTaken) => {
    const trailers = parseReleaseMessage(text)?.trailers;
    expect(trailers?.get('Repomd-Revision')).toEqual(isTaken ? ['1766192765'] : undefined);
    expect(trailers?.has('Notes') ?? false).toBe(false);
  });

  it('reads the message of a signed tag', () => {
    const signed = `${formatTagMessage(NEURON)}-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n`;
    expect(stripSignature(signed)).toBe(formatTagMessage(NEURON));
    expect(parseReleaseMessage(signed)!.trailers!.get('Signing-Key')).toEqual([
      NEURON.key.fingerprint,
    ]);
  });
});

describe('parseTimestamp', () => {
  it.each([
    ['2025-11-18 00:57:58 +0000 UTC', 1763427478],
    ['2025-11-18T00:57:58Z', 1763427478],
    ['2025-13-18T00:57:58Z', undefined],
    ['2025-11-18', undefined],
    ['', undefined],
  ])('reads %j', (text, seconds) => {
    expect(parseTimestamp(text)).toBe(seconds);
  });
});
