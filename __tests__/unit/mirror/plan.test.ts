// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { RepodataError } from '../../../src/errors.js';
import {
  namesRelease,
  type PlanOptions,
  planReleases,
  type PlanRequest,
} from '../../../src/mirror/plan.js';
import type { ReleaseRecord } from '../../../src/mirror/records/releases.js';
import { createSelector, nearestNames, packageNotFound } from '../../../src/mirror/selection.js';
import { parseConstraints } from '../../../src/rpm/constraints.js';
import { formatNevra } from '../../../src/rpm/evr.js';
import { indexPackage, nevra, record } from './builders.js';

function plan(
  nevras: readonly string[],
  {
    tags = [],
    recorded = [],
    ...options
  }: { tags?: string[]; recorded?: ReleaseRecord[] } & Partial<PlanOptions> = {},
) {
  const request: PlanRequest = {
    candidates: nevras.map((text) => indexPackage(text)),
    remoteTags: new Set(tags),
    recorded,
    options: { versions: [], skip: [], tagFormat: '{version}', maxReleases: 0, ...options },
  };
  const { releases, warnings } = planReleases(request);
  return {
    rows: releases.map((row) => `${formatNevra(row.nevra)} ${row.tag} ${row.status}`),
    reasons: releases.map(({ reason }) => reason),
    warnings,
  };
}

describe('planReleases', () => {
  it('orders releases by EVR, whatever their names', () => {
    expect(
      plan(['new-2.10-1.noarch', 'old-2.9-1.noarch', 'new-2.10~rc1-1.noarch', 'new-1:1-1.noarch'])
        .rows,
    ).toEqual([
      'old-2.9-1.noarch 2.9 new',
      'new-2.10~rc1-1.noarch 2.10%7Erc1 new',
      'new-2.10-1.noarch 2.10 new',
      'new-1:1-1.noarch 1 new',
    ]);
  });

  it('takes a NEVRA that is listed twice once, epoch 0 or none', () => {
    expect(plan(['a-1-1.noarch', 'a-1-1.noarch']).rows).toEqual(['a-1-1.noarch 1 new']);
    const candidates = [
      indexPackage('a-1-1.noarch', 'f'.repeat(64)),
      indexPackage('a-0:1-1.noarch', 'f'.repeat(64)),
    ];
    expect(
      planReleases({
        candidates,
        remoteTags: new Set(),
        recorded: [],
        options: { versions: [], skip: [], tagFormat: '{version}', maxReleases: 0 },
      }).releases,
    ).toHaveLength(1);
  });

  it('keeps a NEVRA that is listed twice with different checksums as refused, and lets the others be (T7)', () => {
    const candidates = [
      indexPackage('a-1-1.noarch'),
      indexPackage('a-0:1-1.noarch', '0'.repeat(64)),
      indexPackage('a-2-1.noarch'),
    ];
    const options = { versions: [], skip: [], tagFormat: '{version}', maxReleases: 1 };
    const { releases } = planReleases({ candidates, remoteTags: new Set(), recorded: [], options });
    expect(
      releases.map(({ status, indexPackage: { refused } }) => [status, refused?.code]),
    ).toEqual([
      ['new', 'PRIMARY_INVALID'],
      ['new', undefined],
    ]);
  });

  it('gives no tag to what the index speaks against', () => {
    const refused = {
      ...indexPackage('a-1-2.noarch'),
      refused: new RepodataError('UNSAFE_PATH', 'x'),
    };
    const options = { versions: [], skip: [], tagFormat: '{version}', maxReleases: 0 };
    const { releases, warnings } = planReleases({
      candidates: [indexPackage('a-1-1.noarch'), refused],
      remoteTags: new Set(),
      recorded: [],
      options,
    });
    expect([releases.map(({ status }) => status), warnings]).toEqual([['new', 'new'], []]);
  });

  it('leaves out what versions exclude and lists what skip holds back', () => {
    const { rows, reasons, warnings } = plan(['a-1-1.noarch', 'a-2-1.noarch', 'a-3-1.noarch'], {
      versions: parseConstraints('>= 2'),
      skip: ['3'],
    });
    expect(rows).toEqual(['a-2-1.noarch 2 new', 'a-3-1.noarch 3 skipped']);
    expect(reasons).toEqual([undefined, 'held back by skip: 3']);
    expect(warnings).toEqual([]);
  });

  it('knows a tag by its entry, whatever tag-format says today', () => {
    const recorded = [record('a-0:1-1.noarch', 'v1')];
    expect(plan(['a-1-1.noarch'], { recorded, tags: ['v1'] }).rows).toEqual([
      'a-1-1.noarch v1 exists',
    ]);
  });

  it('knows a tag without an entry by its name', () => {
    expect(plan(['a-1-1.noarch', 'a-2-1.noarch'], { tags: ['1'] }).rows).toEqual([
      'a-1-1.noarch 1 exists',
      'a-2-1.noarch 2 new',
    ]);
  });

  it('says when a recorded tag is not on the remote', () => {
    expect(plan(['a-1-1.noarch'], { recorded: [record('a-1-1.noarch', '1')] }).warnings).toEqual([
      'a-1-1.noarch is recorded as published, but the remote has no tag 1',
    ]);
  });

  it('lets a further release of a published version wait, and names the format that separates them', () => {
    const { rows, warnings } = plan(['a-1.2-1.noarch', 'a-1.2-2.noarch'], {
      recorded: [record('a-1.2-1.noarch', '1.2')],
      tags: ['1.2'],
    });
    expect(rows).toEqual(['a-1.2-1.noarch 1.2 exists', 'a-1.2-2.noarch 1.2 waiting']);
    expect(warnings).toEqual([
      'a-1.2-2.noarch waits for a decision: tag 1.2 is that of a-1.2-1.noarch; tag-format {version}-{release} would separate them',
    ]);
  });

  it('skips an older release of a published version', () => {
    const { rows } = plan(['a-1.2-1.noarch', 'a-1.2-2.noarch'], {
      recorded: [record('a-1.2-2.noarch', '1.2')],
      tags: ['1.2'],
    });
    expect(rows).toEqual(['a-1.2-1.noarch 1.2 skipped', 'a-1.2-2.noarch 1.2 exists']);
  });

  it('lets another release for a tag that is known by name alone wait', () => {
    const { rows, warnings } = plan(['a-1.2-1.noarch', 'a-1.2-2.noarch'], { tags: ['1.2'] });
    expect(rows).toEqual(['a-1.2-1.noarch 1.2 exists', 'a-1.2-2.noarch 1.2 waiting']);
    expect(warnings).toHaveLength(1);
  });

  it('lists what is published as such even when skip names it', () => {
    expect(
      plan(['a-1-1.noarch', 'a-2-1.noarch'], {
        tags: ['1', '2'],
        recorded: [record('a-2-1.noarch', '2')],
        skip: ['1', '2'],
      }).rows,
    ).toEqual(['a-1-1.noarch 1 exists', 'a-2-1.noarch 2 exists']);
    expect(plan(['a-1-1.noarch', 'a-1-2.noarch'], { tags: ['1'], skip: ['1-1'] }).rows).toEqual([
      'a-1-1.noarch 1 skipped',
      'a-1-2.noarch 1 exists',
    ]);
  });

  it('skips the lower of two in one plan', () => {
    const { rows, warnings } = plan(['a-1.2-1.noarch', 'a-1.2-2.noarch']);
    expect(rows).toEqual(['a-1.2-1.noarch 1.2 skipped', 'a-1.2-2.noarch 1.2 new']);
    expect(warnings).toEqual([
      'a-1.2-1.noarch is skipped: tag 1.2 goes to a-1.2-2.noarch; tag-format {version}-{release} would separate them',
    ]);
  });

  it.each([
    ['a-1-1.noarch', 'a-1:1-1.noarch', '{epoch}-{version}'],
    ['a-1-1.noarch', 'a-1-1.x86_64', '{version}.{arch}'],
  ])('names a format that separates %s and %s', (one, other, format) => {
    expect(plan([one, other]).warnings[0]).toContain(`tag-format ${format} would`);
    expect(plan([one, other], { tagFormat: format }).rows.map((row) => row.split(' ')[2])).toEqual([
      'new',
      'new',
    ]);
  });

  it('refuses two package names for one new tag, and names the format', () => {
    expect(() => plan(['a-1-1.noarch', 'b-1-2.noarch'])).toThrow(
      expect.objectContaining({
        code: 'TAG_COLLISION',
        message: expect.stringContaining('a-1-1.noarch and b-1-2.noarch'),
        remedy: expect.stringContaining('{name}-{version}'),
      }),
    );
    expect(plan(['a-1-1.noarch', 'b-1-2.noarch'], { skip: ['a-1-1'] }).rows).toEqual([
      'a-1-1.noarch 1 skipped',
      'b-1-2.noarch 1 new',
    ]);
  });

  it('publishes at most max-releases, oldest first', () => {
    expect(
      plan(['a-3-1.noarch', 'a-2-1.noarch', 'a-1-1.noarch', 'a-4-1.noarch'], {
        tags: ['2'],
        maxReleases: 2,
      }).rows,
    ).toEqual([
      'a-1-1.noarch 1 new',
      'a-2-1.noarch 2 exists',
      'a-3-1.noarch 3 new',
      'a-4-1.noarch 4 beyond-limit',
    ]);
  });
});

describe('namesRelease', () => {
  it.each(['1.2', '1.2-3', '0:1.2-3', 'a-b-1.2-3', 'a-b-1.2-3.noarch', 'a-b-0:1.2-3.noarch'])(
    '%s is the release',
    (entry) => {
      expect(namesRelease(entry, nevra('a-b-1.2-3.noarch'))).toBe(true);
    },
  );

  it.each(['1', '1.2-4', '1:1.2-3', 'a-b', 'a-b-1.2', 'a-b-1.2-3.x86_64', ''])(
    '%s is not',
    (entry) => {
      expect(namesRelease(entry, nevra('a-b-1.2-3.noarch'))).toBe(false);
    },
  );
});

describe('createSelector', () => {
  it.each([
    ['aws-neuron*-dkms', 'aws-neuronx-dkms', true],
    ['aws-neuronx-dkms', 'aws-neuronx-dkms', true],
    ['aws-neuron-dkms', 'aws-neuronx-dkms', false],
    ['libstdc++*', 'libstdc++-devel', true],
    ['libstdc++', 'libstdc++', true],
    ['*', '.hidden', true],
    ['!a', 'b', false],
    ['a?c', 'abc', true],
    ['{a,b}-c', 'b-c', true],
  ])('%s takes %s: %s', (glob, name, expected) => {
    expect(createSelector({ packages: [glob], arch: ['noarch'] })({ name, arch: 'noarch' })).toBe(
      expected,
    );
  });

  it('takes only the architectures that are asked for', () => {
    const select = createSelector({ packages: ['*'], arch: ['noarch', 'src'] });
    expect(['noarch', 'src', 'x86_64'].map((arch) => select({ name: 'a', arch }))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('packageNotFound', () => {
  const names = ['aws-neuronx-dkms', 'aws-neuronx-tools', 'aws-neuron-dkms', 'zlib'];

  it('names the nearest names', () => {
    expect(nearestNames(['aws-neuronx-dksm'], names).slice(0, 2)).toEqual([
      'aws-neuronx-dkms',
      'aws-neuron-dkms',
    ]);
    expect(nearestNames(['dkms*'], names)).toEqual(['aws-neuron-dkms', 'aws-neuronx-dkms']);
    expect(nearestNames(['qqqqqqqq'], names)).toEqual([]);
    const error = packageNotFound({ packages: ['aws-neuronx-dkm'], arch: ['noarch'] }, names);
    expect(error.code).toBe('PACKAGE_NOT_FOUND');
    expect(error.message).toContain('near names: aws-neuronx-dkms');
  });

  it('names the architectures that there are', () => {
    expect(
      packageNotFound({ packages: ['zlib'], arch: ['noarch'] }, names, ['x86_64']).remedy,
    ).toBe('Set arch to x86_64.');
  });
});
