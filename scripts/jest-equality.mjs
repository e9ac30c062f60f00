// SPDX-License-Identifier: MIT
/** Buffers are compared as bytes: jest alone walks them as objects with an index for each byte, at some 20 µs a byte. */
import { expect } from '@jest/globals';

expect.addEqualityTesters([
  (one, other) => (Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : undefined),
]);
