// SPDX-License-Identifier: MIT
/** A test that expects nothing cannot fail, and so it fails. */
import { beforeEach, expect } from '@jest/globals';

beforeEach(() => {
  expect.hasAssertions();
});
