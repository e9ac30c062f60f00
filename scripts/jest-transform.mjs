// SPDX-License-Identifier: MIT
/** What jest does with a file of TypeScript: esbuild takes the types off (tsc checks them in `npm run typecheck`). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import esbuild from 'esbuild';

const own = readFileSync(import.meta.filename);
const options = (sourcefile) => ({
  loader: sourcefile.endsWith('x') ? 'tsx' : 'ts',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  format: 'esm',
  target: 'node24',
  sourcemap: 'inline',
  sourcefile,
});

export default {
  canInstrument: false,
  /** Names the result in jest's cache: another text, another transform or another esbuild makes it anew. */
  getCacheKey: (text, file) =>
    createHash('sha256')
      .update(own)
      .update(esbuild.version)
      .update(`\0${file}\0${text}`)
      .digest('hex'),
  process: (text, file) => esbuild.transformSync(text, options(file)),
  processAsync: (text, file) => esbuild.transform(text, options(file)),
};
