// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { classifyByHeader, classifyByIndex, recordClass } from '../../src/mirror/changes.js';
import { type Plan, planReleases } from '../../src/mirror/plan.js';
import type { ReleaseRecord } from '../../src/mirror/records/releases.js';
import { formatTagName } from '../../src/mirror/tag-names.js';
import { indexPackage, nevra, record } from '../unit/mirror/builders.js';

function plan(
  nevras: readonly string[],
  tags: readonly string[] = [],
  recorded: readonly ReleaseRecord[] = [],
): Plan {
  const options = { versions: [], skip: [], tagFormat: '{version}', maxReleases: 0 };
  return planReleases({
    candidates: nevras.map((text) => indexPackage(text)),
    remoteTags: new Set(tags),
    recorded,
    options,
  });
}

describe('T28: a tag that exists', () => {
  it('is never planned again, by whatever release', () => {
    const version = fc.constantFrom('1', '1.0', '2~rc1', '2', '3^a');
    const release = fc.constantFrom('1', '2', '2.el9');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(version, release)),
        fc.array(version),
        fc.array(fc.tuple(version, release)),
        (listed, tagged, known) => {
          const recorded = [
            ...new Map(
              known.map(([v, r]) => [
                v,
                record(
                  `a-${v}-${r}.noarch`,
                  formatTagName('{version}', nevra(`a-${v}-${r}.noarch`)),
                ),
              ]),
            ).values(),
          ];
          const tags = [
            ...tagged.map((v) => formatTagName('{version}', nevra(`a-${v}-1.noarch`))),
            ...recorded.map(({ tag }) => tag),
          ];
          const { releases } = plan(
            listed.map(([v, r]) => `a-${v}-${r}.noarch`),
            tags,
            recorded,
          );
          const fresh = releases.filter(({ status }) => status === 'new').map(({ tag }) => tag);
          expect(fresh.filter((tag) => tags.includes(tag))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is reported when it stands for another release', () => {
    const { warnings } = plan(['a-1-2.noarch'], ['1'], [record('a-1-1.noarch', '1')]);
    expect(warnings).toEqual([expect.stringContaining('tag 1 is that of a-1-1.noarch')]);
  });
});

describe('T29: tags', () => {
  it('are never shared by two releases of a plan', () => {
    const version = fc.string({
      unit: fc.constantFrom('1', '.', '~', '^', ':', '%', '7', 'E', 'a', '+'),
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.uniqueArray(version, { maxLength: 8 }), (versions) => {
        const { releases } = planReleases({
          candidates: versions.map((text, at) => ({
            ...indexPackage(`a-1-${at}.noarch`),
            nevra: { ...nevra(`a-1-${at}.noarch`), version: text },
          })),
          remoteTags: new Set(),
          recorded: [],
          options: { versions: [], skip: [], tagFormat: '{version}', maxReleases: 0 },
        });
        const tags = releases.filter(({ status }) => status === 'new').map(({ tag }) => tag);
        expect(tags).toHaveLength(versions.length);
        expect(new Set(tags).size).toBe(tags.length);
      }),
      { numRuns: 500 },
    );
  });

  it('of two names that escape alike differ', () => {
    const [tilde, percent] = ['1~2', '1%7E2'].map((version) =>
      formatTagName('{version}', { ...nevra('a-1-1.noarch'), version }),
    );
    expect([tilde, percent]).toEqual(['1%7E2', '1%257E2']);
  });
});

describe('T30: same NEVRA, other bytes', () => {
  const published = record('a-1-1.noarch', '1');
  const other = { algorithm: 'sha256', hex: '9'.repeat(64) };

  it('is classified by its header, and the tag and the published facts stay', () => {
    expect(classifyByIndex(published, other)).toBe('needs-header');
    const identity = { headerSha256: 'h', payloadSize: 1, payloadDigest: null, sigMd5: 'm' };
    expect(classifyByHeader(identity, { ...identity, signature: 'good' })).toBe('re-signed');
    expect(classifyByHeader(identity, { ...identity, sigMd5: 'x', signature: 'good' })).toBe(
      'content-changed',
    );
    const {
      indexSha256,
      class: change,
      ...facts
    } = recordClass(published, 'content-changed', other);
    expect(published).toMatchObject(facts);
    expect([indexSha256, change]).toEqual([other.hex, 'content-changed']);
  });

  it('is never re-signed with a header signature that is not good', () => {
    const identity = { headerSha256: 'h', payloadSize: 1, payloadDigest: 'd', sigMd5: 'm' };
    for (const signature of ['bad', 'absent'] as const)
      expect(classifyByHeader(identity, { ...identity, signature })).not.toBe('re-signed');
  });
});
