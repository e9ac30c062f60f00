import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  PLAIN,
  codeUrl,
  failures,
  groupFindings,
  groupLine,
  headline,
  hostLinks,
  kindRemedies,
  listNotChecked,
  paintFor,
  printable,
  printableLines,
  remediesOf,
  tabulateReleases,
  verifyNotes,
  writeReport
} from "./chunk-5VH4LSMO.js";
import {
  required
} from "./chunk-CEM7CWHX.js";
import {
  describeError,
  sentences
} from "./chunk-YZVT7DPJ.js";

// src/report/terminal.ts
function formatError(failure, paint = PLAIN) {
  const { code } = failure;
  const show = code === "PUSH_REJECTED" ? printableLines : printable;
  return `${paint.bad(printable("error:"))} ${paint.link(paint.bold(printable(code)), codeUrl(code))}${show(`: ${sentences(failure)}`)}
`;
}
async function formatTable(result, room = Number.POSITIVE_INFINITY, paint = PLAIN) {
  const { report } = result;
  const rows = report.releases.filter((row) => row.status !== "exists" || report.mode === "verify");
  const moved = report.changes.filter((change) => change.class !== "unchanged");
  return [
    ...rows.length > 0 ? [await releaseTable(rows, { result, room, paint })] : [],
    ...moved.map(
      ({ class: kind, nevra, tag }) => `${paint.warn(kind)}${printable(`: ${nevra} (tag ${tag})`)}`
    ),
    ...groupFindings(report.findings).map(
      (group) => `${paint.bad(group.kind)}${printable(groupLine(group).slice(group.kind.length))}`
    ),
    ...kindRemedies(report.findings).map((text) => printable(`what to do: ${text}`)),
    ...listNotChecked(report).map((text) => printable(`not checked: ${text}`)),
    ...verifyNotes(report).map((text) => printable(text)),
    ...scriptLines(rows, paint),
    ...pasteLines(result, paint),
    paint.bold((result.failed ? paint.bad : paint.good)(printable(headline(result))))
  ].join("\n");
}
function scriptLines(rows, paint) {
  return rows.flatMap(({ version, scripts = [] }) => {
    const names = scripts.filter(({ isVersionOnly }) => !isVersionOnly).map(({ name }) => name);
    return names.length === 0 ? [] : [
      `${paint.warn("look:")} ${printable(`${version} changes what ${names.join(", ")} ${names.length === 1 ? "does" : "do"}`)}`
    ];
  });
}
function pasteLines({ report }, paint) {
  if (report.mode !== "publish") return [];
  return remediesOf(report).filter(({ releases }) => releases.length > 0).flatMap(
    ({ code, paste }) => paste === void 0 ? [] : [
      `${paint.dim(`to pass by ${code}:`)} ${printable(`--${paste.replace(": ", "=").replaceAll(", ", ",")}`)}`
    ]
  );
}
var DROPPED = ["Notes", "Signature", "Files", "Tag", "Package"];
var GAP = 2;
var NARROWEST = 24;
async function releaseTable(rows, { result, room, paint }) {
  const { default: Table } = await import("./cli-table3-2K36IQUE.js");
  const columns = columnsOf(rows);
  const remark = columns.find(({ name }) => name === "Remark");
  const kept = choose(columns, room);
  const left = room - widthWith(kept);
  const isWide = remark !== void 0 && remark.width > left;
  const isBelow = isWide && left < NARROWEST;
  const shown = remark === void 0 || isBelow ? kept : [...kept, remark];
  const table = new Table({
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
    head: shown.map(({ name }) => paint.dim(name)),
    ...isWide && !isBelow ? {
      colWidths: [...kept.map(({ width }) => width + GAP), left],
      wordWrap: true,
      wrapOnWordBoundary: false
    } : {}
  });
  const links = result.links ?? hostLinks("");
  for (const [at, row] of rows.entries()) {
    table.push(
      shown.map(
        ({ name, texts }) => painted(name, required(texts[at], "a cell"), { row, paint, url: links.tag(row.tag) })
      )
    );
  }
  const lines = trimmed(table.toString()).split("\n");
  if (!isBelow) return lines.join("\n");
  const [head = "", ...body] = lines;
  return [
    head,
    ...body.flatMap((line, at) => {
      const text = remark?.texts[at] ?? "";
      return text === "" ? [line] : [line, `  ${text}`];
    })
  ].join("\n");
}
function columnsOf(rows) {
  const { columns, rows: cells } = tabulateReleases(rows);
  return columns.map((name, at) => {
    const texts = cells.map((row) => printable(required(row[at], "a cell")));
    return { name, texts, width: Math.max(name.length, ...texts.map(widthOf)) };
  });
}
function widthWith(columns) {
  return columns.reduce((sum, { width }) => sum + width + GAP, 0);
}
function choose(columns, room) {
  let kept = columns.filter(({ name }) => name !== "Remark");
  for (const dropped of DROPPED) {
    if (widthWith(kept) - GAP <= room) break;
    kept = kept.filter(({ name }) => name !== dropped);
  }
  return kept;
}
function painted(column, text, { row, paint, url }) {
  if (column === "Status") {
    if (row.status === "failed") return paint.bad(text);
    return row.status === "published" ? paint.good(text) : paint.dim(text);
  }
  if (column === "Tag")
    return paint.link(
      text,
      row.status === "published" || row.status === "exists" ? url : void 0
    );
  if (column === "Remark") return text === "good" ? paint.good(text) : text;
  return column === "Signature" ? paint.dim(text) : text;
}
var BARE = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: ""
};
function widthOf(text) {
  let width = 0;
  for (const character of text)
    width += /[\p{Mn}\p{Me}\p{Cf}]/u.test(character) ? 0 : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[^\0-\uffff]/u.test(
      character
    ) ? 2 : 1;
  return width;
}
function trimmed(text) {
  return text.split("\n").map((line) => line.trimEnd()).join("\n");
}

// src/cli/show-result.ts
async function showResult(ran, { line, print }) {
  const result = line.report === void 0 ? ran : await keepReport(ran, line.report);
  for (const failure of failures(result))
    process.stderr.write(formatError(failure, paintFor(process.stderr)));
  if (line.json) print(`${JSON.stringify(result.report)}
`);
  if (line.quiet) return result;
  const stream = line.json ? process.stderr : process.stdout;
  const table = `${await formatTable(result, stream.columns || void 0, paintFor(stream))}
`;
  if (line.json) process.stderr.write(table);
  else print(table);
  return result;
}
async function keepReport(result, path) {
  try {
    await writeReport(result, path);
    return result;
  } catch (error) {
    result.report.errors.push(describeError(error));
    return { ...result, failed: true };
  }
}

export {
  formatError,
  showResult
};
