// SPDX-License-Identifier: MIT
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a folder for the length of `work`, and puts it into `noted`, so that a crash takes it along, too. */
export async function inTemporaryFolder<T>(
  environment: NodeJS.ProcessEnv,
  noted: Set<string> | undefined,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  // At once, so that no crash comes between the folder and the note of it.
  const folder = mkdtempSync(join(environment['RUNNER_TEMP'] || tmpdir(), 'rpm-source-mirror-'));
  noted?.add(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
