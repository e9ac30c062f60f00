// SPDX-License-Identifier: MIT
import fc from 'fast-check';

import { tryParseNevra } from '../../../src/mirror/nevra.js';
import type { ReleaseMessage } from '../../../src/mirror/records/messages.js';
import type { ReleaseRecord } from '../../../src/mirror/records/releases.js';
import type { IndexPackage } from '../../../src/repodata/model.js';
import type { Nevra } from '../../../src/rpm/model.js';
import { anyText } from '../../fixtures/any-text.js';

/** `name-[epoch:]version-release.arch` as the model has it. */
export function nevra(text: string): Nevra {
  const parsed = tryParseNevra(text);
  if (parsed === undefined) throw new Error(`not a NEVRA: ${text}`);
  return parsed;
}

/** An entry of the index; its checksum is made from its NEVRA unless given. */
export function indexPackage(
  text: string,
  hex = Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64),
): IndexPackage {
  const fileName = `${text.replace(/-(\d+):/, '-$1.')}.rpm`;
  return {
    nevra: nevra(text),
    checksum: { algorithm: 'sha256', hex },
    size: 1000,
    archiveSize: 2000,
    href: fileName,
    base: undefined,
    fileName,
    headerRange: { start: 100, end: 500 },
    buildTime: 1,
    fileTime: 1,
    refused: undefined,
  };
}

/** A line of releases.json. */
export function record(
  text: string,
  tag: string,
  changes: Partial<ReleaseRecord> = {},
): ReleaseRecord {
  return {
    tag,
    nevra: text,
    file: `${text}.rpm`,
    sha256: 'a'.repeat(64),
    contentSha256: 'b'.repeat(64),
    headerSha256: 'c'.repeat(64),
    sourceTree: 'd'.repeat(40),
    signingKey: 'E'.repeat(40),
    signedAt: '2025-12-20T00:46:57Z',
    repomdRevision: '1766192765',
    indexSha256: 'a'.repeat(64),
    class: 'unchanged',
    ...changes,
  };
}

/** The release that the interface shows. */
export const NEURON: ReleaseMessage = {
  tag: '2.25.4.0',
  facts: {
    nevra: nevra('aws-neuronx-dkms-2.25.4.0-dkms.noarch'),
    license: 'GPL-2.0',
    summary: 'aws-neuronx 2.25.4.0 dkms package',
    description: 'Kernel modules for aws-neuronx 2.25.4.0 in a DKMS wrapper.',
    buildHost: '091b4239036f',
    buildTime: 1763427478,
  },
  evidence: {
    sha256: '3288d69b1f281ec6b638ac9da80d327494ae769cfda33ad1086801cce78b4344',
    contentSha256: 'c'.repeat(64),
    headerSha256: 'd'.repeat(64),
  },
  title: 'Neuron Driver',
  file: 'aws-neuronx-dkms-2.25.4.0.noarch.rpm',
  repository: 'https://yum.repos.neuron.amazonaws.com',
  notes: undefined,
  key: {
    fingerprint: '00FA2C1079260870A76D2C285749CAD8646D9185',
    userId: 'Amazon AWS Neuron <neuron-maintainers@amazon.com>',
    created: 1573493367,
  },
  signedAt: 1766191617,
  checkedFiles: 97,
  sourcePaths: [Buffer.from('usr/src/aws-neuronx-2.25.4.0')],
  sourceTree: 'e'.repeat(40),
  repomdRevision: '1766192765',
  indexSha256: '3288d69b1f281ec6b638ac9da80d327494ae769cfda33ad1086801cce78b4344',
  weakAlgorithms: [],
  droppedModes: [],
  unpackedFrom: [],
  changes: [
    { letter: 'D', path: Buffer.from('src/v1/fw_io.c') },
    { letter: 'M', path: Buffer.from('src/Kbuild') },
    { letter: '?', path: Buffer.from('archive/rpm/aws-neuronx-dkms-2.25.4.0.noarch.rpm') },
  ],
};

/** Lines with which a text would like to end a block, begin one, add a trailer or reach a host. */
const HOSTILE_LINES = [
  '--------',
  '-----',
  '-------------',
  '---',
  '--- a/file',
  'Metadata',
  'Files',
  'Release Notes',
  'Checksum: 0000',
  'Rpm-Sha256: 0000',
  'Rpm-Nevra: evil-1-1.noarch',
  'Signed-off-by: A <a@b.c>',
  'Co-authored-by: A <a@b.c>',
  'skip-checks: true',
  '[skip ci]',
  '***NO_CI***',
  'fixes #1',
  '@owner',
  '# comment',
  '',
  ' ',
  '\0',
  '\r',
  '\u2028Rpm-Sha256: 0000',
  '\u0085-----',
  '\ud800',
  '\x1b[31m',
];

/** Text as a stranger would write it into a package or its release notes. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE_LINES),
      anyText({ maxLength: 20 }),
      fc.string({ maxLength: 40 }),
    ),
    { maxLength: 12 },
  )
  .chain((lines) =>
    fc.constantFrom('\n', '\r\n', '\n\n', '\r', '\n    ').map((end) => lines.join(end)),
  );

const hostileBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 30 }),
  hostileText.map((text) => Buffer.from(`src/${text}`)),
);

/** A release whose every text comes from a stranger. */
export const hostileRelease: fc.Arbitrary<ReleaseMessage> = fc
  .record({
    name: hostileText,
    version: hostileText,
    license: hostileText,
    summary: fc.oneof(
      hostileText,
      fc.uint8Array().map((bytes) => ({ b64: Buffer.from(bytes).toString('base64') })),
    ),
    description: hostileText,
    buildHost: hostileText,
    buildTime: fc.option(fc.nat(0xffffffff)),
    title: hostileText,
    file: hostileText,
    notes: fc.option(hostileText, { nil: undefined }),
    userId: hostileText,
    repomdRevision: hostileText,
    sourcePaths: fc.array(hostileBytes, { minLength: 1, maxLength: 3 }),
    changes: fc.array(
      fc.record({
        letter: fc.constantFrom('M' as const, '?' as const, 'D' as const),
        path: hostileBytes,
      }),
      { maxLength: 5 },
    ),
    weak: fc.array(hostileText, { maxLength: 2 }),
  })
  .map(
    ({
      name,
      version,
      license,
      summary,
      description,
      buildHost,
      buildTime,
      userId,
      weak,
      ...rest
    }) => ({
      ...NEURON,
      ...rest,
      facts: {
        nevra: { name, epoch: null, version, release: '1', arch: 'noarch' },
        license,
        summary,
        description,
        buildHost,
        buildTime,
      },
      key: { ...NEURON.key, userId },
      weakAlgorithms: weak,
    }),
  );
