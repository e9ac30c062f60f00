// SPDX-License-Identifier: MIT

/**
 * Keeps standard output for what the caller prints: whatever else writes there from now on (libraries print warnings and workflow
 * commands) goes to standard error. Returns the way to standard output.
 */
export function reserveStandardOutput(): (text: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (text) => {
    write(text);
  };
}
