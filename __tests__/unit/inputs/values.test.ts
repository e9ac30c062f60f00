// SPDX-License-Identifier: MIT
import { describe, expect, it } from '@jest/globals';

import { parseFingerprints } from '../../../src/inputs/values.js';

const A = '00FA2C1079260870A76D2C285749CAD8646D9185';
const B = 'FFFF2C1079260870A76D2C285749CAD8646DFFFF';
const GPG = '00FA 2C10 7926 0870 A76D  2C28 5749 CAD8 646D 9185';

describe('parseFingerprints', () => {
  it.each([
    [GPG, [A]],
    [`${GPG}\n${B}`, [A, B]],
    [`0x${A.toLowerCase()}, ${GPG} ${B}`, [A, B]],
    [`${GPG} ${GPG.replaceAll(/00FA|9185/g, 'ffff')}`, [A, B]],
    ['', []],
  ])('takes fingerprints as they are and as gpg prints them: %j', (text, expected) => {
    expect([...parseFingerprints(text)]).toEqual(expected);
  });

  it.each([GPG.slice(5), `${GPG.slice(5)}\n${GPG}`, `${GPG} 9185`, '00FA', `${GPG}0`])(
    'takes nothing less, and joins no lines: %j',
    (text) => {
      expect(() => parseFingerprints(text)).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID' }),
      );
    },
  );

  it('says how to write one that was broken in another way', () => {
    expect(() => parseFingerprints(A.replaceAll(/.{8}/g, '$& ').trim())).toThrow(
      expect.objectContaining({ remedy: `Write ${A}.` }),
    );
  });
});
