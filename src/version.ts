// SPDX-License-Identifier: MIT

/** Version of this program; equals package.json's (a test compares them). */
export const VERSION = '1.0.0';
