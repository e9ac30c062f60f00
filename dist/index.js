import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  guardAgainstCrash,
  warnOfMistypedInputs
} from "./chunk-WG6H7FQI.js";
import {
  INPUTS,
  actionLogger,
  emptyReport,
  failures,
  formatReport,
  formatSummary,
  headline,
  parseOptions,
  printable,
  run,
  secretsInUrl,
  secretsToMask,
  stopSignal,
  writeReport
} from "./chunk-J44AZNKC.js";
import {
  InputError,
  describeError,
  sentences
} from "./chunk-Y2NINQKL.js";
import {
  error,
  getInput,
  info,
  setFailed,
  setOutput,
  setSecret,
  summary
} from "./chunk-AHUJ6Z2U.js";
import "./chunk-KIZH3NRS.js";

// src/index.ts
import { randomUUID } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
async function main() {
  const guard = guardAgainstCrash(modeGiven(), lastWords);
  let result;
  try {
    warnOfMistypedInputs(process.env, { logger: actionLogger(), underscores: false });
    const options = parseOptions(givenInput, process.env);
    maskSecrets(options);
    result = await run(options, {
      logger: actionLogger(),
      environment: process.env,
      signal: stopSignal(),
      unfinished: guard.unfinished
    });
  } catch (error2) {
    result = refusedInput(error2);
    process.exitCode = error2 instanceof InputError ? 2 : 1;
  }
  const path = reportPath();
  await writeReport(result, path);
  writeOutputs(result, path);
  if (!result.failed) info(printable(headline(result)));
  if (process.env["GITHUB_STEP_SUMMARY"] !== void 0)
    await summary.addRaw(formatSummary(result)).write();
  fail(result);
  guard.done();
}
function lastWords(result) {
  const path = reportPath();
  writeFileSync(path, formatReport(result));
  writeOutputs(result, path);
  const summary2 = process.env["GITHUB_STEP_SUMMARY"];
  if (summary2 !== void 0) appendFileSync(summary2, formatSummary(result));
  fail(result);
}
function givenInput(name) {
  const text = getInput(name);
  return text === INPUTS[name].default ? "" : text;
}
function modeGiven() {
  const mode = getInput("mode");
  return mode === "check" || mode === "verify" ? mode : "publish";
}
function refusedInput(error2) {
  const report = emptyReport(modeGiven());
  report.errors.push(describeError(error2));
  return { report, hasNew: false, newVersions: [], latestVersion: "", commit: "", failed: true };
}
function maskSecrets(options) {
  const secrets = [
    ...options.token === void 0 ? [] : secretsToMask(options.token),
    options.signingKeyPassphrase,
    ...(options.signingKey ?? "").split("\n"),
    ...(options.sshKey ?? "").split("\n"),
    ...options.httpHeaders.map(([, value]) => value),
    ...[
      options.repository,
      options.against ?? "",
      ...options.mirrors,
      ...sourceUrls(options)
    ].flatMap(secretsInUrl)
  ];
  for (const secret of secrets)
    if (secret !== void 0 && secret.trim().length > 3) setSecret(secret.trim());
}
function sourceUrls({ source, gpgkey, releaseNotes }) {
  const keys = gpgkey.flatMap((key) => key.kind === "location" ? [key.location] : []);
  return [
    ...source.baseUrls,
    source.mirrorlist,
    source.metalink,
    source.repoFile,
    ...keys,
    ...releaseNotes
  ].filter((url) => url !== void 0);
}
function reportPath() {
  const directory = process.env["RUNNER_TEMP"] ?? tmpdir();
  return join(directory, `rpm-source-mirror-report-${randomUUID()}.json`);
}
function writeOutputs(result, path) {
  const published = result.report.releases.filter((row) => row.status === "published");
  const outputs = {
    "has-new": String(result.hasNew),
    "new-versions": JSON.stringify(result.newVersions),
    "published-versions": JSON.stringify(published.map((row) => row.version)),
    tags: JSON.stringify(published.map((row) => row.tag)),
    "latest-version": result.latestVersion,
    commit: result.commit,
    report: path
  };
  if (process.env["GITHUB_OUTPUT"] === void 0) return;
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}
function fail(result) {
  if (!result.failed) return;
  for (const failure of failures(result))
    error(printable(sentences(failure)), { title: failure.code });
  const exitCode = process.exitCode ?? 1;
  setFailed(printable(headline(result)));
  process.exitCode = exitCode;
}
await main();
