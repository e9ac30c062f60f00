// SPDX-License-Identifier: MIT
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { describeError, InputError, sentences } from './errors.js';
import { secretsInUrl, secretsToMask } from './git/credentials.js';
import { parseOptions, type Options } from './inputs.js';
import { printable } from './report/escape.js';
import { actionLogger } from './report/loggers.js';
import type { RunResult } from './report/report.js';
import { formatSummary, headline } from './report/summary.js';
import { failures, run, writeReport } from './runner.js';
import { stopSignal } from './signals.js';

/** The Action: inputs → use case → outputs, summary, annotations, exit code. */
async function main(): Promise<void> {
  let result: RunResult;
  try {
    const options = parseOptions((name) => core.getInput(name), process.env);
    maskSecrets(options);
    result = await run(options, { logger: actionLogger(), environment: process.env, signal: stopSignal() });
  } catch (error) {
    failInput(error);
    return;
  }
  await writeOutputs(result);
  if (process.env['GITHUB_STEP_SUMMARY'] !== undefined) await core.summary.addRaw(formatSummary(result)).write();
  else core.info(printable(headline(result)));
  fail(result);
}

function failInput(error: unknown): void {
  const { code, message, remedy } = describeError(error);
  core.error(printable(sentences({ message, remedy })), { title: code });
  core.setFailed(printable(`rpm-source-mirror did not start: ${message}`));
  process.exitCode = error instanceof InputError ? 2 : 1;
}

function maskSecrets(options: Options): void {
  const secrets = [
    ...(options.token === undefined ? [] : secretsToMask(options.token)),
    options.signingKeyPassphrase,
    ...(options.signingKey ?? '').split('\n'),
    ...(options.sshKey ?? '').split('\n'),
    ...options.httpHeaders.map(([, value]) => value),
    ...[options.repository, ...options.mirrors].flatMap(secretsInUrl),
  ];
  for (const secret of secrets) if (secret !== undefined && secret.trim().length > 3) core.setSecret(secret.trim());
}

async function writeOutputs(result: RunResult): Promise<void> {
  const directory = process.env['RUNNER_TEMP'] ?? tmpdir();
  const path = await writeReport(result, join(directory, `rpm-source-mirror-report-${randomUUID()}.json`));
  const published = result.report.releases.filter((row) => row.status === 'published');
  const outputs: Readonly<Record<string, string>> = {
    'has-new': String(result.hasNew),
    'new-versions': JSON.stringify(result.newVersions),
    'published-versions': JSON.stringify(published.map((row) => row.version)),
    tags: JSON.stringify(published.map((row) => row.tag)),
    'latest-version': result.latestVersion,
    commit: result.commit,
    report: path,
  };
  if (process.env['GITHUB_OUTPUT'] === undefined) return;
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

function fail(result: RunResult): void {
  if (!result.failed) return;
  for (const failure of failures(result)) core.error(printable(sentences(failure)), { title: failure.code });
  core.setFailed(printable(headline(result)));
}

await main();
