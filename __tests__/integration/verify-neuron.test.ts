// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startGitServer } from '../fixtures/git-server.js';
import { type FileEdit, MirrorEditor } from '../fixtures/mirror-editor.js';
import { NEURON_FINGERPRINT, NEURON_KEY, publishNeuron } from '../fixtures/neuron.js';
import { makeCertificate, makeKey } from '../fixtures/openpgp-builder.js';
import {
  makeRunDirectory,
  removeRunDirectories,
  runAction,
  runCli,
  type RunResult,
} from '../fixtures/run-bundle.js';
import { describeWithShared, sharedPath } from '../fixtures/tools.js';

const TAG = '2.24.7.0';
const OTHER = '2.23.9.0';
const NEWEST = '2.25.4.0';
/** Tags that edits are made to, one each: what is wrong with one is no finding of another. */
const PLACES = [
  TAG,
  ...['2.22.2.0', '2.21.37.0', '2.20.74.0', '2.20.28.0', '2.19.64.0', '2.18.20.0', '2.18.12.0'],
  ...['2.17.17.0', '2.16.7.0', '2.15.9.0', '2.14.5.0', '2.13.4.0', '2.12.18.0', '2.12.11.0'],
  ...['2.11.9.0', '2.10.11.0', '2.9.4.0', '2.8.4.0', '2.7.33.0', '2.7.15.0', '2.6.33.0'],
  ...['2.6.5.0', '2.5.41.0', '2.5.7.0'],
];
/** The same code looks at all tags; five of them keep tests short that are of no tag in particular. */
const FEW = ['--versions', '>= 2.21'];
const BRANCH = 'refs/heads/main';
const LIMIT = 240_000;
const rpm = (version: string): string => `archive/rpm/aws-neuronx-dkms-${version}.noarch.rpm`;
const LIST = 'archive/releases.json';
const KEY = `archive/${NEURON_KEY}`;
const otherKey = makeCertificate({ key: makeKey('RSA') });

/** What an edit must be found as: kind, tag and path (a part of it). */
type Finding = readonly [kind: string, tag: string, path: string];
type Edit = readonly [title: string, edit: (mirror: MirrorEditor) => void, finding: Finding];

const files = (
  tag: string,
  title: string,
  edits: (mirror: MirrorEditor) => Record<string, FileEdit>,
  finding: Finding,
): Edit => [
  title,
  (mirror) => {
    mirror.retag(tag, { files: edits(mirror) });
  },
  finding,
];
const message = (
  tag: string,
  title: string,
  pattern: RegExp,
  replacement: string,
  finding: Finding,
): Edit => [
  title,
  (mirror) => {
    const change = (text: string): string => {
      if (!pattern.test(text)) throw new Error(`the message has nothing like ${pattern.source}`);
      return text.replace(pattern, replacement);
    };
    mirror.retag(tag, { message: change });
  },
  finding,
];
const tip = (
  title: string,
  edits: (mirror: MirrorEditor) => Record<string, FileEdit>,
  finding: Finding,
): Edit => [
  title,
  (mirror) => {
    mirror.commit(edits(mirror));
  },
  finding,
];
/** The list of a revision, changed. */
const changed = (
  mirror: MirrorEditor,
  revision: string,
  change: (text: string) => string,
): FileEdit => ({
  content: Buffer.from(change(mirror.bytes(`${revision}:${LIST}`).toString('latin1')), 'latin1'),
});
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
};
const line =
  (tag: string, change: (text: string) => string) =>
  (list: string): string =>
    list
      .split('\n')
      .map((text) => (text.includes(`{"tag":"${tag}",`) ? change(text) : text))
      .join('\n');
const withoutLine =
  (tag: string) =>
  (list: string): string =>
    list
      .split('\n')
      .filter((text) => !text.includes(`{"tag":"${tag}",`))
      .join('\n');
/** Gives the first hex digit of a value behind `label` another value. */
const otherDigit = (text: string, label: string): string =>
  text.replace(
    new RegExp(`(${label})([0-9a-fA-F])`),
    (_, before: string, digit: string) => before + (digit === '0' ? '1' : '0'),
  );

const sourceEdits = (TAG: string): readonly Edit[] => [
  files(
    TAG,
    'one byte of a source file',
    (m) => ({ 'src/Kbuild': { content: flipped(m.bytes(`${TAG}:src/Kbuild`), 3) } }),
    ['content', TAG, 'src/Kbuild'],
  ),
  files(TAG, 'an executable bit dropped', () => ({ 'src/preinstall': { mode: '100644' } }), [
    'mode',
    TAG,
    'src/preinstall',
  ]),
  files(TAG, 'an executable bit added', () => ({ 'src/Kbuild': { mode: '100755' } }), [
    'mode',
    TAG,
    'src/Kbuild',
  ]),
  files(TAG, 'a file added', () => ({ 'src/extra.c': { content: 'int x;\n' } }), [
    'extra',
    TAG,
    'src/extra.c',
  ]),
  files(TAG, 'a file removed', () => ({ 'src/Kbuild': undefined }), ['missing', TAG, 'src/Kbuild']),
  files(
    TAG,
    'a file replaced by a link',
    () => ({ 'src/Kbuild': { content: '/etc/passwd', mode: '120000' } }),
    ['content', TAG, 'src/Kbuild'],
  ),
];

const archiveEdits = (TAG: string): readonly Edit[] => [
  files(
    TAG,
    'the package of another release',
    (m) => ({ [rpm(TAG)]: { content: m.bytes(`${OTHER}:${rpm(OTHER)}`) } }),
    ['package', TAG, rpm(TAG)],
  ),
  files(
    TAG,
    'the package of another release, with its checksum',
    (m) => ({
      [rpm(TAG)]: { content: m.bytes(`${OTHER}:${rpm(OTHER)}`) },
      [`${rpm(TAG)}.sha256`]: { content: m.bytes(`${OTHER}:${rpm(OTHER)}.sha256`) },
    }),
    ['package', TAG, rpm(TAG)],
  ),
  files(
    TAG,
    'one bit of the package',
    (m) => ({ [rpm(TAG)]: { content: flipped(m.bytes(`${TAG}:${rpm(TAG)}`), 40_000) } }),
    ['package', TAG, rpm(TAG)],
  ),
  files(
    TAG,
    'the package cut short',
    (m) => ({ [rpm(TAG)]: { content: m.bytes(`${TAG}:${rpm(TAG)}`).subarray(0, 500) } }),
    ['package', TAG, rpm(TAG)],
  ),
  files(TAG, 'the package removed', () => ({ [rpm(TAG)]: undefined }), ['package', TAG, rpm(TAG)]),
  files(TAG, 'its checksum', () => ({ [`${rpm(TAG)}.sha256`]: { content: '0'.repeat(64) } }), [
    'digest',
    TAG,
    `${rpm(TAG)}.sha256`,
  ]),
  files(TAG, 'its checksum removed', () => ({ [`${rpm(TAG)}.sha256`]: undefined }), [
    'digest',
    TAG,
    `${rpm(TAG)}.sha256`,
  ]),
  files(TAG, 'the key', () => ({ [KEY]: { content: otherKey } }), ['signature', TAG, KEY]),
  files(
    TAG,
    'the key, by something that is none',
    () => ({ [KEY]: { content: 'no key at all\n' } }),
    ['signature', TAG, KEY],
  ),
  files(TAG, 'the key removed', () => ({ [KEY]: undefined }), ['signature', TAG, KEY]),
  files(
    TAG,
    'an index file',
    (m) => ({
      'archive/primary.xml.gz': { content: flipped(m.bytes(`${TAG}:archive/primary.xml.gz`), 100) },
    }),
    ['digest', TAG, 'archive/primary.xml.gz'],
  ),
  files(
    TAG,
    'the checksum of an index file',
    () => ({ 'archive/repomd.xml.sha256': { content: '0'.repeat(64) } }),
    ['digest', TAG, 'archive/repomd.xml.sha256'],
  ),
  files(
    TAG,
    'an index file that its own checksum fits',
    (m) => ({
      'archive/primary.xml.gz': { content: m.bytes(`${OTHER}:archive/primary.xml.gz`) },
      'archive/primary.xml.gz.sha256': {
        content: m.bytes(`${OTHER}:archive/primary.xml.gz.sha256`),
      },
    }),
    ['digest', TAG, 'archive/primary.xml.gz'],
  ),
  files(
    TAG,
    'the line in releases.json removed',
    (m) => ({ [LIST]: changed(m, TAG, withoutLine(TAG)) }),
    ['metadata', TAG, LIST],
  ),
  files(
    TAG,
    'releases.json, which is no JSON any more',
    (m) => ({
      [LIST]: changed(
        m,
        TAG,
        line(TAG, (text) => text.slice(0, -1)),
      ),
    }),
    ['metadata', TAG, LIST],
  ),
  ...(['sha256', 'sourceTree', 'signingKey'] as const).map((key): Edit =>
    files(
      TAG,
      `${key} in releases.json`,
      (m) => ({
        [LIST]: changed(
          m,
          TAG,
          line(TAG, (text) => otherDigit(text, `"${key}":"`)),
        ),
      }),
      ['metadata', TAG, ''],
    ),
  ),
  ...(
    [
      ['nevra', 'aws-neuronx-dkms-2', 'other-name-2'],
      ['signedAt', '"signedAt":"20', '"signedAt":"21'],
    ] as const
  ).map(([key, before, after]): Edit =>
    files(
      TAG,
      `${key} in releases.json`,
      (m) => ({
        [LIST]: changed(
          m,
          TAG,
          line(TAG, (text) => text.replace(before, after)),
        ),
      }),
      ['metadata', TAG, ''],
    ),
  ),
];

const messageEdits = (TAG: string): readonly Edit[] => [
  message(TAG, 'the trailer Rpm-Nevra', /^Rpm-Nevra: .*/m, 'Rpm-Nevra: other-1-1.noarch', [
    'metadata',
    TAG,
    'Rpm-Nevra',
  ]),
  ...['Rpm-Sha256'].map((label): Edit =>
    message(TAG, `the trailer ${label}`, new RegExp(`^${label}: .{8}`, 'm'), `${label}: 00000000`, [
      'metadata',
      TAG,
      label,
    ]),
  ),
  message(TAG, 'the trailer Source-Path', /^Source-Path: .*/m, 'Source-Path: usr/src', [
    'metadata',
    TAG,
    'Source-Path',
  ]),
  message(TAG, 'the trailer Signing-Key', /^Signing-Key: .{8}/m, 'Signing-Key: 00000000', [
    'metadata',
    TAG,
    'Signing-Key',
  ]),
  message(TAG, 'the trailer Signature-Date', /^Signature-Date: 20/m, 'Signature-Date: 19', [
    'metadata',
    TAG,
    'Signature-Date',
  ]),
  message(TAG, 'the trailer Repomd-Revision', /^Repomd-Revision: 1/m, 'Repomd-Revision: 9', [
    'metadata',
    TAG,
    'Repomd-Revision',
  ]),
  message(TAG, 'a trailer removed', /^Header-Sha256: .*\n/m, '', [
    'metadata',
    TAG,
    'Header-Sha256',
  ]),
  message(TAG, 'a trailer added', /^(Signing-Key: .*)$/m, '$1\nWeak-Algorithm: md5', [
    'metadata',
    TAG,
    'Weak-Algorithm',
  ]),
  ...(
    [
      // All lines are compared in one way; these are the first, a sum, the key, and what was checked.
      ['Package', 'other'],
      ['Checksum', '0'.repeat(64)],
      ['GPG key fingerprint', '0'.repeat(40)],
      ['GPG check', 'FAILED'],
      ['File digests check', 'OK (3 files)'],
    ] as const
  ).map(([label, value]): Edit =>
    message(
      TAG,
      `the Metadata line ${label}`,
      new RegExp(`^${label}: .*`, 'm'),
      `${label}: ${value}`,
      ['metadata', TAG, label],
    ),
  ),
  message(
    TAG,
    'the file that it was extracted from',
    /^(Source code extracted from file:) .*/m,
    '$1 other.rpm',
    ['metadata', TAG, 'Source code extracted from file'],
  ),
];

const tagEdits = (TAG: string): readonly Edit[] => [
  [
    'moved to an older release',
    (m) => {
      m.git(['update-ref', `refs/tags/${TAG}`, m.git(['rev-parse', OTHER])]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'moved to an older commit, lightweight',
    (m) => {
      m.git(['update-ref', `refs/tags/${TAG}`, m.git(['rev-parse', `${OTHER}^{commit}`])]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'moved to a newer release',
    (m) => {
      m.git(['update-ref', `refs/tags/${TAG}`, m.git(['rev-parse', NEWEST])]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'moved to a newer commit, lightweight',
    (m) => {
      m.git(['update-ref', `refs/tags/${TAG}`, m.git(['rev-parse', `${NEWEST}^{commit}`])]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'moved to a commit that records no release',
    (m) => {
      m.git(['update-ref', `refs/tags/${TAG}`, m.git(['rev-list', '--max-parents=0', 'main'])]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'moved to a file',
    (m) => {
      m.git(['update-ref', `refs/tags/${TAG}`, m.git(['rev-parse', `${TAG}:src/Kbuild`])]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'deleted',
    (m) => {
      m.git(['update-ref', '-d', `refs/tags/${TAG}`]);
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'with another subject',
    (m) => {
      m.retag(TAG, {
        tagText: (text) => text.replace('feat: Neuron Driver', 'feat: Neutron Driver'),
      });
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'with another trailer',
    (m) => {
      m.retag(TAG, {
        tagText: (text) => text.replace(/^Rpm-Sha256: .{8}/m, 'Rpm-Sha256: 00000000'),
      });
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
  [
    'with a paragraph between',
    (m) => {
      m.retag(TAG, {
        tagText: (text) => text.replace('\n\nRpm-Nevra', '\n\nApproved by nobody.\n\nRpm-Nevra'),
      });
    },
    ['tag', TAG, `refs/tags/${TAG}`],
  ],
];

/** Edits of the branch that do not touch one another: each group is made in one commit. */
const TIP_EDITS: readonly (readonly Edit[])[] = [
  [
    tip('the key', () => ({ [KEY]: { content: otherKey } }), ['signature', BRANCH, KEY]),
    tip('a package', (m) => ({ [rpm(TAG)]: { content: m.bytes(`${OTHER}:${rpm(OTHER)}`) } }), [
      'package',
      BRANCH,
      rpm(TAG),
    ]),
    tip(
      'the checksum of a package',
      () => ({ [`${rpm(OTHER)}.sha256`]: { content: '0'.repeat(64) } }),
      ['digest', BRANCH, `${rpm(OTHER)}.sha256`],
    ),
    tip(
      'an index file',
      (m) => ({
        'archive/primary.xml.gz': { content: flipped(m.bytes('main:archive/primary.xml.gz'), 100) },
      }),
      ['digest', BRANCH, 'archive/primary.xml.gz'],
    ),
    tip(
      'a line of releases.json',
      (m) => ({
        [LIST]: changed(
          m,
          'main',
          line(TAG, (text) => otherDigit(text, '"contentSha256":"')),
        ),
      }),
      ['metadata', BRANCH, LIST],
    ),
    tip(
      'a source file',
      (m) => ({ 'src/Kbuild': { content: flipped(m.bytes('main:src/Kbuild'), 3) } }),
      ['content', BRANCH, 'src/Kbuild'],
    ),
    tip('a source file added', () => ({ 'src/backdoor.c': { content: 'int x;\n' } }), [
      'extra',
      BRANCH,
      'src/backdoor.c',
    ]),
  ],
  [
    tip('the key removed', () => ({ [KEY]: undefined }), ['signature', BRANCH, KEY]),
    tip('a package removed', () => ({ [rpm(TAG)]: undefined }), ['package', BRANCH, rpm(TAG)]),
    tip(
      'a line of releases.json removed',
      (m) => ({ [LIST]: changed(m, 'main', withoutLine(TAG)) }),
      ['metadata', BRANCH, LIST],
    ),
  ],
  [
    tip(
      'releases.json, which is no JSON any more',
      (m) => ({ [LIST]: changed(m, 'main', (text) => text.slice(9)) }),
      ['metadata', BRANCH, LIST],
    ),
  ],
];

/** Each in a tag of its own. */
const DAMAGES: readonly (readonly [
  title: string,
  path: (tag: string) => string,
  kind: string,
  found?: string,
])[] = [
  ['a source file that only one tag has', () => 'src/dkms.conf', 'content'],
  ['a package', rpm, 'package'],
  ['a checksum', (tag) => `${rpm(tag)}.sha256`, 'digest'],
  ['a releases.json', () => LIST, 'metadata'],
  ['a source folder', () => 'src', 'content', 'src/'],
];

describeWithShared('verify on the replayed mirror of the real repository', () => {
  let mirror: string;
  const verify = (path: string, args: readonly string[] = []): Promise<RunResult> => {
    const report = `${makeRunDirectory()}/report.json`;
    const pins = args.includes('--gpg-fingerprints')
      ? []
      : ['--gpg-fingerprints', NEURON_FINGERPRINT];
    return runCli(
      ['verify', '--quiet', '--report', report, '--repository', path, ...pins, ...args],
      { timeout: LIMIT },
    );
  };
  const found = ({ report }: RunResult): Finding[] =>
    report.findings.map(
      ({ kind, tag, ref, path }: { kind: string; tag?: string; ref: string; path: string }) => [
        kind,
        tag ?? ref,
        path,
      ],
    );

  beforeAll(async () => {
    mirror = (await publishNeuron()).path;
  }, LIMIT);
  afterAll(removeRunDirectories);

  it('proves 44 tags, offline, and exits 0', async () => {
    const { code, report, stderr } = await verify(mirror);
    expect({
      code,
      stderr,
      findings: report.findings,
      notChecked: report.notChecked,
      warnings: report.warnings,
    }).toEqual({ code: 0, stderr: '', findings: [], notChecked: [], warnings: [] });
    expect(
      report.releases.map(({ status, proof }: Record<string, string>) => `${status!} ${proof!}`),
    ).toEqual(Array.from({ length: 44 }, () => 'exists proved'));
    const newest = report.releases.at(-1);
    expect(newest).toMatchObject({
      nevra: 'aws-neuronx-dkms-2.25.4.0-dkms.noarch',
      version: NEWEST,
      tag: NEWEST,
      package: {
        sha256: '3288d69b1f281ec6b638ac9da80d327494ae769cfda33ad1086801cce78b4344',
        signature: { fingerprint: NEURON_FINGERPRINT, version: 3, hash: 'SHA256' },
      },
    });
  });

  /** What verify finds once all of these were done to a copy, and its exit status. */
  const afterAllOf = async (edits: readonly Edit[], versions: string) => {
    const copy = MirrorEditor.copy(mirror);
    for (const [, edit] of edits) edit(copy);
    return verify(copy.path, ['--versions', versions]);
  };
  /** What was found where this edit was made. */
  const foundAt = (result: RunResult, [, , [, tag, path]]: Edit, byPath: boolean): Finding[] =>
    found(result).filter((row) => row[1] === tag && (!byPath || row[2].includes(path)));

  describe('edits of 25 tags at once', () => {
    const kinds = [
      ["in a tag's source", sourceEdits],
      ["in a tag's archive", archiveEdits],
      ["in a release's message", messageEdits],
      ['of a tag itself', tagEdits],
    ] as const;
    const makers = kinds.flatMap(([kind, editsOf]) =>
      editsOf(TAG).map((_, at) => [kind, (tag: string) => editsOf(tag)[at]!] as const),
    );
    const edits = makers.map(
      ([kind, make], at) => [kind, make(PLACES[at % PLACES.length]!), at] as const,
    );
    const batches = Array.from({ length: Math.ceil(edits.length / PLACES.length) }, (_, at) =>
      edits.slice(at * PLACES.length, (at + 1) * PLACES.length).map(([, edit]) => edit),
    );
    const results: RunResult[] = [];
    beforeAll(async () => {
      for (const batch of batches)
        results.push(await afterAllOf(batch, `>= ${PLACES[batch.length - 1]!}`));
    }, LIMIT);

    it.each(edits.map(([kind, edit, at]) => [kind, edit[0], edit, at] as const))(
      'an edit %s is exactly one finding: %s',
      (_kind, _title, edit, at) => {
        const [kind, tag, path] = edit[2];
        const result = results[Math.floor(at / PLACES.length)]!;
        expect(foundAt(result, edit, false)).toEqual([[kind, tag, expect.stringContaining(path)]]);
      },
    );

    it('and nothing else is found', () => {
      expect(results.map((result) => [result.code, found(result).length])).toEqual(
        batches.map(({ length }) => [1, length]),
      );
      for (const { expected, actual } of results.flatMap(({ report }) => report.findings))
        expect(expected).not.toBe(actual);
    });
  });

  describe.each(TIP_EDITS.map((edits) => [edits]))(
    'an edit at the end of the branch is exactly one finding',
    (edits) => {
      let result: RunResult;
      beforeAll(async () => {
        result = await afterAllOf(edits, '>= 2.21');
      }, LIMIT);

      it.each(edits.map((edit) => [edit[0], edit] as const))('%s', (_, edit) => {
        const [kind, tag, path] = edit[2];
        expect(foundAt(result, edit, true)).toEqual([[kind, tag, expect.stringContaining(path)]]);
      });

      it('and nothing else is found', () => {
        expect([result.code, found(result).length]).toEqual([1, edits.length]);
        for (const { expected, actual } of result.report.findings)
          expect(expected).not.toBe(actual);
      });
    },
  );

  describe('a damaged object is exactly one finding', () => {
    let result: RunResult;
    beforeAll(async () => {
      const copy = MirrorEditor.copy(mirror);
      for (const [at, [, path]] of DAMAGES.entries())
        copy.corrupt(`${PLACES[at]!}:${path(PLACES[at]!)}`);
      result = await verify(copy.path, ['--versions', `>= ${PLACES[DAMAGES.length - 1]!}`]);
    }, LIMIT);

    it.each(DAMAGES.map(([title, ...rest], at) => [title, PLACES[at]!, rest] as const))(
      '%s',
      (_, tag, [path, kind, shown = path(tag)]) => {
        expect(found(result).filter((row) => row[1] === tag)).toEqual([[kind, tag, shown]]);
      },
    );

    it('and nothing else is found', () => {
      expect([result.code, found(result).length]).toEqual([1, DAMAGES.length]);
    });
  });

  it(
    'finds a key that is exchanged in every tag once',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      for (const tag of ['2.21.37.0', OTHER, TAG, NEWEST])
        copy.retag(tag, { files: { [KEY]: { content: otherKey } } });
      expect(found(await verify(copy.path, FEW))).toEqual([['signature', '2.21.37.0', KEY]]);
    },
    LIMIT,
  );

  it(
    'finds an exchanged key where keys are pinned, too',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.retag(TAG, { files: { [KEY]: { content: otherKey } } });
      const args = ['--gpg-fingerprints', NEURON_FINGERPRINT, ...FEW];
      expect(found(await verify(copy.path, args))).toEqual([['signature', TAG, KEY]]);
    },
    LIMIT,
  );

  it(
    'finds pins that no archived key meets once, and says which keys there are',
    async () => {
      const result = await verify(mirror, ['--gpg-fingerprints', '0'.repeat(40), ...FEW]);
      expect({ code: result.code, found: found(result) }).toEqual({
        code: 1,
        found: [['signature', '2.21.37.0', KEY]],
      });
    },
    LIMIT,
  );

  it(
    'looks only at what versions allows',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      copy.retag(TAG, { files: { 'src/Kbuild': undefined } });
      const [without, only] = [
        await verify(copy.path, ['--versions', `>= 2.21, != ${TAG}`]),
        await verify(copy.path, ['--versions', `>= ${TAG}`]),
      ];
      expect({ code: without.code, tags: without.report.releases.length }).toEqual({
        code: 0,
        tags: 4,
      });
      expect({
        code: only.code,
        tags: only.report.releases.map(({ tag }: { tag: string }) => tag),
      }).toEqual({ code: 1, tags: [TAG, NEWEST] });
    },
    LIMIT,
  );

  it(
    'lists tags that are no releases as foreign, and finds nothing in them',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      const tree = copy.tree(undefined, { 'README.md': { content: 'mine\n' } });
      copy.git(['tag', 'mine', copy.git(['commit-tree', tree], 'mine\n')]);
      copy.git(['tag', 'a-tree', tree]);
      const { code, stdout, report } = await runCli(
        [
          ...['verify', '--report', `${makeRunDirectory()}/r.json`],
          ...['--repository', copy.path, ...FEW],
        ],
        { timeout: LIMIT },
      );
      expect({ code, count: report.releases.length }).toEqual({ code: 0, count: 5 });
      expect(report.foreign).toEqual([{ ref: 'refs/tags/a-tree' }, { ref: 'refs/tags/mine' }]);
      expect(stdout).toContain('2 foreign');
    },
    LIMIT,
  );

  it(
    'reads a mirror by its URL, and a clone with a work tree by its path',
    async () => {
      const server = await startGitServer({ repoDir: MirrorEditor.copy(mirror).path });
      try {
        const result = await verify(server.url, FEW);
        expect({ code: result.code, count: result.report.releases.length }).toEqual({
          code: 0,
          count: 5,
        });
        expect(server.requests.every(({ service }) => service === 'git-upload-pack')).toBe(true);
      } finally {
        await server.close();
      }
      const folder = `${makeRunDirectory()}/clone`;
      MirrorEditor.copy(mirror).git(['clone', '--quiet', mirror, folder]);
      expect((await verify(folder, FEW)).code).toBe(0);
    },
    LIMIT,
  );

  it('prints one JSON report on standard output with --json, and everything else beside it', async () => {
    const { code, stdout, stderr } = await runCli(
      ['verify', '--json', '--repository', mirror, '--versions', `= ${NEWEST}`],
      { timeout: LIMIT },
    );
    expect({ code, report: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      report: {
        schema: 1,
        mode: 'verify',
        findings: [],
        releases: [{ tag: NEWEST, status: 'exists' }],
      },
    });
    expect(stderr).toContain('1 releases to verify');
  });

  it(
    'groups findings for people, and has all of them in the report',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      const extra = Object.fromEntries(
        Array.from({ length: 12 }, (_, at) => [
          `src/extra-${String(at)}.c`,
          { content: `${String(at)}\n` },
        ]),
      );
      copy.retag(TAG, { files: extra });
      const { code, stdout, report, summary, outputs } = await runAction({
        inputs: { mode: 'verify', repository: copy.path, versions: '>= 2.21' },
        timeout: LIMIT,
      });
      expect({ code, findings: report.findings.length, warnings: report.warnings.length }).toEqual({
        code: 1,
        findings: 12,
        warnings: 1,
      });
      expect(stdout.match(/^::warning.*$/gm)).toHaveLength(1);
      expect(stdout.match(/^::error.*$/gm)).toHaveLength(2);
      expect(summary).toMatch(/\| extra \| 12 \|.* and 9 more/);
      expect(outputs).toMatchObject({
        'has-new': 'false',
        tags: '[]',
        'published-versions': '[]',
        'latest-version': NEWEST,
        commit: copy.git(['rev-parse', 'main']),
      });
    },
    LIMIT,
  );

  it(
    'changes nothing in the repository that it reads',
    async () => {
      const copy = MirrorEditor.copy(mirror);
      const before =
        copy.git(['for-each-ref']) +
        copy.git(['count-objects', '-v']) +
        readFileSync(`${copy.path}/config`, 'utf8');
      await verify(copy.path, FEW);
      expect(
        copy.git(['for-each-ref']) +
          copy.git(['count-objects', '-v']) +
          readFileSync(`${copy.path}/config`, 'utf8'),
      ).toBe(before);
      expect(readFileSync(sharedPath('neuron', NEURON_KEY)).equals(copy.bytes(`main:${KEY}`))).toBe(
        true,
      );
    },
    LIMIT,
  );
});
