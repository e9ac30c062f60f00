import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  warnOfMistypedInputs
} from "./chunk-RDFSRSL6.js";
import {
  INPUTS,
  actionLogger,
  emptyReport,
  failures,
  formatSummary,
  headline,
  parseOptions,
  printable,
  run,
  secretsInUrl,
  secretsToMask,
  stopSignal,
  writeReport
} from "./chunk-VHF7COMM.js";
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
import { tmpdir } from "node:os";
import { join } from "node:path";
async function main() {
  let result;
  try {
    warnOfMistypedInputs(process.env, { logger: actionLogger(), underscores: false });
    const options = parseOptions(givenInput, process.env);
    maskSecrets(options);
    result = await run(options, {
      logger: actionLogger(),
      environment: process.env,
      signal: stopSignal()
    });
  } catch (error2) {
    result = refusedInput(error2);
    process.exitCode = error2 instanceof InputError ? 2 : 1;
  }
  await writeOutputs(result);
  if (!result.failed) info(printable(headline(result)));
  if (process.env["GITHUB_STEP_SUMMARY"] !== void 0)
    await summary.addRaw(formatSummary(result)).write();
  fail(result);
}
function givenInput(name) {
  const text = getInput(name);
  return text === INPUTS[name].default ? "" : text;
}
function refusedInput(error2) {
  const mode = getInput("mode");
  const report = emptyReport(mode === "check" || mode === "verify" ? mode : "publish");
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
async function writeOutputs(result) {
  const directory = process.env["RUNNER_TEMP"] ?? tmpdir();
  const path = await writeReport(
    result,
    join(directory, `rpm-source-mirror-report-${randomUUID()}.json`)
  );
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
