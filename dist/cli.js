#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/cli/start.ts
var LEAST = 24;
if (Number.parseInt(process.versions.node, 10) < LEAST) {
  process.stderr.write(
    `rpm-source-mirror needs Node ${LEAST} or newer; this is v${process.versions.node}
`
  );
  process.exitCode = 1;
} else {
  await import("./main-3LXPHTMB.js");
}
