// SPDX-License-Identifier: MIT
import { randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as core from '@actions/core';

import { describeError, InputError, sentences } from './errors.js';
import { secretsInUrl, secretsToMask } from './git/remote/access/credentials.js';
import { warnOfMistypedInputs } from './inputs/mistyped.js';
import { type Options, parseOptions } from './inputs/options.js';
import { type InputName, INPUTS } from './inputs/table.js';
import { annotation, printable, printableLines } from './report/escape.js';
import { groupFindings, groupLine, kindRemedies } from './report/findings.js';
import { headline } from './report/headline.js';
import { actionLogger, MOST_ANNOTATIONS } from './report/loggers.js';
import { emptyReport, type Report, type RunResult } from './report/report.js';
import { formatSummary } from './report/summary.js';
import { failures, formatReport, writeReport } from './run/after/write-report.js';
import { guardAgainstCrash } from './run/crash.js';
import { run } from './run/run.js';
import { stopSignal } from './run/signals.js';

/** The Action: inputs → use case → outputs, summary, annotations, exit code. */
async function main(): Promise<void> {
  const guard = guardAgainstCrash(modeGiven(), lastWords);
  let result: RunResult;
  try {
    warnOfMistypedInputs(process.env, { logger: actionLogger(), underscores: false });
    const options = parseOptions(givenInput, process.env);
    maskSecrets(options);
    result = await run(options, {
      logger: actionLogger(),
      environment: process.env,
      signal: stopSignal(),
      unfinished: guard.unfinished,
    });
  } catch (error) {
    result = refusedInput(error);
    process.exitCode = error instanceof InputError ? 2 : 1;
  }
  result = await deliver(result);
  if (!result.failed) core.info(printable(headline(result)));
  annotateFindings(result.report);
  fail(result);
  guard.done();
}

/** Report, outputs and summary. What the disk does not take is a failure of the run, and does not silence the rest. */
async function deliver(result: RunResult): Promise<RunResult> {
  const path = reportPath();
  const steps: readonly (() => Promise<unknown>)[] = [
    () => writeReport(result, path),
    async () => {
      writeOutputs(result, path);
    },
    () => writeSummary(result),
  ];
  const causes: unknown[] = [];
  for (const step of steps)
    try {
      await step();
    } catch (error) {
      causes.push(error);
    }
  if (causes.length === 0) return result;
  result.report.errors.push(...causes.map(describeError));
  return { ...result, failed: true };
}

async function writeSummary(result: RunResult): Promise<void> {
  if (process.env['GITHUB_STEP_SUMMARY'] === undefined) return;
  await core.summary.addRaw(formatSummary(result)).write();
}

/** What `verify` found, a group an annotation; those beyond what the runner shows stay lines of the log. */
function annotateFindings({ findings }: Report): void {
  for (const [at, group] of groupFindings(findings).entries()) {
    const line = groupLine(group);
    const [remedy = ''] = kindRemedies([group]);
    if (at >= MOST_ANNOTATIONS) core.info(`error: ${printable(line)}`);
    else core.error(annotation(`${line}. ${remedy}`), { title: `finding: ${group.kind}` });
  }
}

/** The same for a run that crashed, with nothing to wait for: the process ends when this returns. */
function lastWords(result: RunResult): void {
  const path = reportPath();
  try {
    writeFileSync(path, formatReport(result));
    writeOutputs(result, path);
    const summary = process.env['GITHUB_STEP_SUMMARY'];
    if (summary !== undefined) appendFileSync(summary, formatSummary(result));
  } finally {
    fail(result);
  }
}

/** The runner fills in the defaults of action.yml; what equals its default was not given. */
function givenInput(name: InputName): string {
  const text = core.getInput(name);
  return text === INPUTS[name].default ? '' : text;
}

function modeGiven(): Report['mode'] {
  const mode = core.getInput('mode');
  return mode === 'check' || mode === 'verify' ? mode : 'publish';
}

/** A run that did not begin has outputs, report and summary as well. */
function refusedInput(error: unknown): RunResult {
  const report = emptyReport(modeGiven());
  report.errors.push(describeError(error));
  return { report, hasNew: false, newVersions: [], latestVersion: '', commit: '', failed: true };
}

function maskSecrets(options: Options): void {
  const secrets = [
    ...(options.token === undefined ? [] : secretsToMask(options.token)),
    options.signingKeyPassphrase,
    ...(options.signingKey ?? '').split('\n'),
    ...(options.sshKey ?? '').split('\n'),
    ...options.httpHeaders.map(([, value]) => value),
    ...[
      options.repository,
      options.against ?? '',
      ...options.mirrors,
      ...sourceUrls(options),
    ].flatMap(secretsInUrl),
  ];
  for (const secret of secrets)
    if (secret !== undefined && secret.trim().length > 3) core.setSecret(secret.trim());
}

/** Every other URL that may hold a password. */
function sourceUrls({ source, gpgkey, releaseNotes }: Options): string[] {
  const keys = gpgkey.flatMap((key) => (key.kind === 'location' ? [key.location] : []));
  return [
    ...source.baseUrls,
    source.mirrorlist,
    source.metalink,
    source.repoFile,
    ...keys,
    ...releaseNotes,
  ].filter((url) => url !== undefined);
}

function reportPath(): string {
  const directory = process.env['RUNNER_TEMP'] ?? tmpdir();
  return join(directory, `rpm-source-mirror-report-${randomUUID()}.json`);
}

function writeOutputs(result: RunResult, path: string): void {
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
  const all = failures(result);
  // Where they are more than the runner shows, what became of the whole comes before them as well.
  if (all.length >= MOST_ANNOTATIONS)
    core.error(annotation(headline(result)), { title: 'rpm-source-mirror' });
  for (const failure of all) {
    const escape = failure.code === 'PUSH_REJECTED' ? printableLines : printable;
    core.error(annotation(sentences(failure), escape), { title: failure.code });
  }
  const exitCode = process.exitCode ?? (result.isInputWrong === true ? 2 : 1);
  core.setFailed(annotation(headline(result)));
  process.exitCode = exitCode;
}

await main();
