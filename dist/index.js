import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  guardAgainstCrash,
  warnOfMistypedInputs
} from "./chunk-F4IUEARB.js";
import {
  INPUTS,
  MOST_ANNOTATIONS,
  actionLogger,
  annotation,
  code,
  codeUrl,
  counted,
  emptyReport,
  failures,
  formatReport,
  groupFindings,
  groupLine,
  headline,
  hostLinks,
  kindRemedies,
  listNotChecked,
  parseOptions,
  plain,
  printable,
  printableLines,
  remediesOf,
  run,
  secretsInUrl,
  secretsToMask,
  stopSignal,
  tabulateReleases,
  verifyNotes,
  writeReport
} from "./chunk-5VH4LSMO.js";
import {
  error,
  getInput,
  info,
  setFailed,
  setOutput,
  setSecret,
  summary
} from "./chunk-AHUJ6Z2U.js";
import {
  required
} from "./chunk-CEM7CWHX.js";
import "./chunk-OSOGOBDG.js";
import {
  InputError,
  describeError,
  sentences
} from "./chunk-YZVT7DPJ.js";
import "./chunk-4IDUXMNJ.js";
import "./chunk-KIZH3NRS.js";

// src/index.ts
import { randomUUID } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// src/report/markdown.ts
var LONGEST_CELL = 400;
function cell(value) {
  if (typeof value === "string") return plain(cut(value));
  const text = plain(cut(value.text));
  return value.url === void 0 || text === "" ? text : `[${text}](${address(value.url)})`;
}
function address(url) {
  return url.replace(
    /[^\w:/.?=&%#~@+,;-]/g,
    (sign) => encodeURIComponent(sign).replace(
      /[()'*!]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`
    )
  );
}
function cut(text) {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
}
function within(lines, bytes) {
  const shown = [];
  let left = bytes;
  for (const line of lines) {
    left -= Buffer.byteLength(line) + 1;
    if (left < 0) break;
    shown.push(line);
  }
  return { shown, rest: lines.length - shown.length };
}
function markdownTable({
  columns,
  rows
}, bytes) {
  const { shown, rest } = within(
    rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
    bytes
  );
  return [
    `| ${columns.join(" | ")} |`,
    `|${" --- |".repeat(columns.length)}`,
    ...shown,
    ...rest > 0 ? ["", `… and ${rest} more in the report.`] : []
  ].join("\n");
}
function markdownList(title, items, bytes) {
  if (items.length === 0) return "";
  const { shown, rest } = within(
    items.map((item) => `- ${item}`),
    bytes
  );
  return `### ${title}

${[...shown, ...rest > 0 ? [`- and ${rest} more in the report`] : []].join("\n")}`;
}
function folded(title, content) {
  return `<details><summary>${title}</summary>

${content}

</details>`;
}
function fenced(text, language) {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run2) => run2.length + 1)));
  return `${fence}${language}
${text}
${fence}`;
}

// src/report/script-section.ts
var LONGEST_DIFF = 6e3;
function noticesOf(row) {
  const { scripts = [], dkmsVersion, version } = row;
  const real = scripts.filter(({ isVersionOnly }) => !isVersionOnly);
  return [
    ...real.length === 0 ? [] : [
      `changes what ${real.map(({ name }) => `**${plain(name)}**`).join(", ")} ${real.length === 1 ? "does" : "do"}`
    ],
    ...dkmsVersion === void 0 || dkmsVersion === version ? [] : [`dkms.conf says ${plain(dkmsVersion)}`]
  ];
}
function scriptSection({ releases }, bytes) {
  const items = releases.flatMap((row) => {
    const notices = noticesOf(row);
    if (notices.length === 0) return [];
    const diffs = (row.scripts ?? []).filter(({ isVersionOnly }) => !isVersionOnly).map((script) => diffOf(script, row));
    return [[`**${plain(row.version)}** ${notices.join("; ")}.`, ...diffs].join("\n\n")];
  });
  const licences = licenceLines(releases);
  if (items.length + licences.length === 0) return "";
  const { shown, rest } = within([...items, ...licences], bytes);
  return [
    items.length === 0 ? "" : "### What to look at",
    ...shown,
    ...rest > 0 ? [`… and ${rest} more in the report.`] : []
  ].filter((part) => part !== "").join("\n\n");
}
function licenceLines(releases) {
  const known = releases.flatMap(
    ({ license, licenseFiles = [], version }) => license === void 0 ? [] : [{ license, licenseFiles, version }]
  );
  const groups = Map.groupBy(
    known,
    ({ license, licenseFiles }) => [license, ...licenseFiles].join("\0")
  );
  return [...groups.values()].map((rows) => {
    const { license, licenseFiles, version } = required(rows[0], "a release of the group");
    const last = rows.slice(1).at(-1);
    const who = last === void 0 ? version : `${version} to ${last.version}`;
    const files = licenseFiles.length === 0 ? "no licence file" : licenseFiles.slice(0, 5).join(", ");
    return `Licence of ${plain(who)}: ${plain(license) || "none"} in the header, ${plain(files)} in the source.`;
  });
}
function diffOf({ name, change, diff }, { comparedWith = "" }) {
  const text = diff.length > LONGEST_DIFF ? `${diff.slice(0, LONGEST_DIFF)}
…` : diff;
  const lines = text.split("\n").map(printable).join("\n");
  return folded(`${plain(name)} ${change}, against ${plain(comparedWith)}`, fenced(lines, "diff"));
}

// src/report/summary.ts
var KIB = 1024;
var SHARES = {
  todo: 60,
  scripts: 150,
  releases: 250,
  changes: 60,
  findings: 200,
  earlier: 120,
  list: 40
};
var STATUS_ICON = {
  published: "✅ published",
  planned: "🗓️ planned",
  exists: "☑️ exists",
  skipped: "⏭️ skipped",
  failed: "❌ failed"
};
function formatSummary(result) {
  const { report } = result;
  const links = result.links ?? hostLinks("");
  const parts = [
    `## rpm-source-mirror: ${report.mode}`,
    plain(headline(result)),
    toDo(report),
    scriptSection(report, SHARES.scripts * KIB),
    releaseTable(report, links),
    changeTable(report, links),
    findingTable(report, links),
    lineOf([repositoryLine(report), newestLine(report), mirrorLine(result, links)]),
    list("Could not be checked", listNotChecked(report)),
    list("Besides", verifyNotes(report)),
    warningList(report),
    list("Tried", result.facts ?? []),
    earlierTable(report, links)
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}
`;
}
function lineOf(lines) {
  return lines.filter((line) => line !== "").join("\n");
}
function list(title, messages) {
  return markdownList(
    title,
    messages.map((message) => plain(message)),
    SHARES.list * KIB
  );
}
function warningList({ warnings }) {
  const all = list("Warnings", warnings);
  return warnings.length > 10 ? folded(`${warnings.length} warnings`, all) : all;
}
function toDo(report) {
  const remedies = remediesOf(report);
  if (remedies.length === 0) return "";
  const title = report.mode === "check" ? "What publish would refuse" : "What to do";
  return markdownList(title, remedies.map(formatRemedy), SHARES.todo * KIB);
}
var MOST_NAMES = 5;
function formatRemedy({ code: name, releases, message, advice, paste }) {
  const rest = releases.length > MOST_NAMES ? ` and ${releases.length - MOST_NAMES} more` : "";
  const who = releases.length === 0 ? "" : `${releases.slice(0, MOST_NAMES).map((nevra) => plain(nevra)).join(", ")}${rest}: `;
  const text = `${who}${plain(message.slice(0, 2e3).replace(/[.\s]{1,20}$/, ""))}. ${plain(advice)}`;
  const block = paste === void 0 ? "" : `

${fenced(paste, "yaml").replace(/^/gm, "  ")}`;
  return `[${plain(name)}](${codeUrl(name)}): ${text}${block}`;
}
function repositoryLine({ repository }) {
  if (repository.url === "") return "";
  const age = repository.ageDays === null ? "" : `, ${repository.ageDays} days old`;
  const signed = repository.signed ? "signed" : "not signed";
  return `Index: ${code(repository.url)}, revision ${plain(repository.revision) || "none"}${age}, ${signed}.`;
}
function newestLine({ newest }) {
  if (newest === null) return "";
  const age = newest.date === null || newest.ageDays === null ? ", of unknown age" : `, ${newest.ageDays} days old (${newest.date.slice(0, 10)})`;
  return `Newest tag: ${plain(newest.tag + age)}.`;
}
function mirrorLine({ commit }, links) {
  const { home } = links;
  if (home === void 0 || commit === "") return "";
  return `Mirror: [${plain(home.replace(/^https?:\/\//, ""))}](${address(home)}), at ${linked(commit.slice(0, 12), links.commit(commit))}.`;
}
function linked(text, url) {
  return url === void 0 ? plain(text) : `[${plain(text)}](${address(url)})`;
}
function releaseTable({ mode, releases }, links) {
  const shown = mode === "verify" ? releases : releases.filter((row) => row.status !== "exists");
  if (shown.length === 0) return "";
  const { columns, rows } = tabulateReleases(
    shown,
    ({ status }) => mode === "verify" ? status : STATUS_ICON[status]
  );
  const before = olderTags(releases);
  const cells = rows.map((texts, at) => {
    const row = required(shown[at], "the release of a row");
    return texts.map(
      (text, column) => cellOf(required(columns[column], "the column of a cell"), text, {
        row,
        before: before.get(row),
        links
      })
    );
  });
  return markdownTable({ columns, rows: cells }, SHARES.releases * KIB);
}
function olderTags(releases) {
  const found = /* @__PURE__ */ new Map();
  let last;
  for (const row of releases) {
    if (row.status !== "published" && row.status !== "exists") continue;
    if (last !== void 0) found.set(row, last);
    last = row.tag;
  }
  return found;
}
function cellOf(column, text, { row, before, links }) {
  const isThere = row.status === "published" || row.status === "exists";
  if (!isThere) return text;
  if (column === "Tag") return { text, url: links.tag(row.tag) };
  if (column === "Version" && row.commit !== void 0)
    return { text, url: links.commit(row.commit) };
  if (column === "Files" && before !== void 0)
    return { text, url: links.compare(before, row.tag) };
  if (column === "Status" && row.isReleased === true) return { text, url: links.release(row.tag) };
  return text;
}
function earlierTable({ mode, releases }, links) {
  const quiet = mode === "verify" ? [] : releases.filter((row) => row.status === "exists");
  if (quiet.length === 0) return "";
  const rows = quiet.map((row) => [
    row.version,
    row.nevra,
    { text: row.tag, url: links.tag(row.tag) }
  ]);
  return folded(
    `${counted(quiet.length, "release")} published earlier`,
    markdownTable({ columns: ["Version", "Package", "Tag"], rows }, SHARES.earlier * KIB)
  );
}
function changeTable({ changes }, links) {
  const moved = changes.filter((change) => change.class !== "unchanged");
  if (moved.length === 0) return "";
  const rows = moved.map((change) => [
    { text: change.tag, url: links.tag(change.tag) },
    change.nevra,
    change.class,
    (change.files ?? []).join(", ")
  ]);
  const table = markdownTable(
    { columns: ["Tag", "Package", "Class", "Files"], rows },
    SHARES.changes * KIB
  );
  const isQuiet = moved.every((change) => change.class === "re-signed") && moved.length > 5;
  return isQuiet ? folded(
    `${counted(moved.length, "package")} signed again by the publisher, with the same content`,
    table
  ) : `### What upstream changed

${table}`;
}
function findingTable({ findings, mode, errors }, links) {
  if (mode !== "verify") return "";
  if (findings.length === 0) return errors.length > 0 ? "" : "No findings.";
  const rows = groupFindings(findings).map(
    ({ kind, count, where, paths, expected, actual }) => [
      kind,
      String(count),
      { text: where, url: links.tag(where) },
      paths,
      expected,
      actual
    ]
  );
  const columns = ["Kind", "Count", "Where", "Path", "Expected", "Actual"];
  const table = markdownTable({ columns, rows }, SHARES.findings * KIB);
  return `### Findings

${table}

${list("What to do about them", kindRemedies(findings))}`;
}

// src/index.ts
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
  result = await deliver(result);
  if (!result.failed) info(printable(headline(result)));
  annotateFindings(result.report);
  fail(result);
  guard.done();
}
async function deliver(result) {
  const path = reportPath();
  const steps = [
    () => writeReport(result, path),
    async () => {
      writeOutputs(result, path);
    },
    () => writeSummary(result)
  ];
  const causes = [];
  for (const step of steps)
    try {
      await step();
    } catch (error2) {
      causes.push(error2);
    }
  if (causes.length === 0) return result;
  result.report.errors.push(...causes.map(describeError));
  return { ...result, failed: true };
}
async function writeSummary(result) {
  if (process.env["GITHUB_STEP_SUMMARY"] === void 0) return;
  await summary.addRaw(formatSummary(result)).write();
}
function annotateFindings({ findings }) {
  for (const [at, group] of groupFindings(findings).entries()) {
    const line = groupLine(group);
    const [remedy = ""] = kindRemedies([group]);
    if (at >= MOST_ANNOTATIONS) info(`error: ${printable(line)}`);
    else error(annotation(`${line}. ${remedy}`), { title: `finding: ${group.kind}` });
  }
}
function lastWords(result) {
  const path = reportPath();
  try {
    writeFileSync(path, formatReport(result));
    writeOutputs(result, path);
    const summary2 = process.env["GITHUB_STEP_SUMMARY"];
    if (summary2 !== void 0) appendFileSync(summary2, formatSummary(result));
  } finally {
    fail(result);
  }
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
  const all = failures(result);
  if (all.length >= MOST_ANNOTATIONS)
    error(annotation(headline(result)), { title: "rpm-source-mirror" });
  for (const failure of all) {
    const escape = failure.code === "PUSH_REJECTED" ? printableLines : printable;
    error(annotation(sentences(failure), escape), { title: failure.code });
  }
  const exitCode = process.exitCode ?? (result.isInputWrong === true ? 2 : 1);
  setFailed(annotation(headline(result)));
  process.exitCode = exitCode;
}
await main();
