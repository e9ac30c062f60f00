// SPDX-License-Identifier: MIT

// An older Node fails while it links the program, with a stack that tells nobody why: so this entry imports nothing before it knows.
const LEAST = 24;
if (Number.parseInt(process.versions.node, 10) < LEAST) {
  process.stderr.write(
    `rpm-source-mirror needs Node ${LEAST} or newer; this is v${process.versions.node}\n`,
  );
  process.exitCode = 1;
} else {
  await import('./main.js');
}

export {};
