#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  INPUTS,
  RELEASE_COLUMNS,
  TAG,
  VERSION,
  checkPath,
  checkSignature,
  compareEvr,
  createFetcher,
  examinePackage,
  failures,
  fetchKeys,
  formatNevra,
  headline,
  inputSpec,
  isInputName,
  judge,
  loadIndex,
  loadKeyring,
  parseKeys,
  parseOptions,
  printable,
  readPackage,
  readPayload,
  readVerifiedFiles,
  releaseCells,
  resolveSource,
  run,
  splitList,
  stopSignal,
  terminalLogger,
  toRpmString,
  uncompressedAlgorithms,
  verifyTree,
  withPayload,
  writeReport
} from "./chunk-X5P7BI4L.js";
import {
  InputError,
  MirrorError,
  PayloadError,
  describeError,
  sentences
} from "./chunk-2QV3JAXM.js";
import "./chunk-AHUJ6Z2U.js";
import "./chunk-KIZH3NRS.js";

// src/cli-arguments.ts
import { parseArgs } from "node:util";
var COMMANDS = ["publish", "check", "verify", "inspect", "init"];
var SWITCHES = /* @__PURE__ */ new Set(["help", "version", "json", "quiet", "verbose"]);
var VALUES = /* @__PURE__ */ new Set(["report", "extract"]);
function parseCommandLine(args) {
  const options = Object.fromEntries(
    [...Object.keys(INPUTS), ...SWITCHES, ...VALUES].map((name) => [name, { type: isSwitch(name) ? "boolean" : "string" }])
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const inputs = /* @__PURE__ */ new Map();
  const flags = /* @__PURE__ */ new Map();
  const positionals = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (token.rawName !== `--${token.name}`) throw unknownFlag(token.rawName);
    let value = token.value;
    const next = tokens[at + 1];
    if (value === void 0 && isSwitch(token.name) && next?.kind === "positional" && /^(true|false)$/.test(next.value)) {
      value = next.value;
      at++;
    }
    if (token.inlineValue === false && value?.startsWith("--") === true) {
      throw new InputError("INPUT_INVALID", `--${token.name} needs a value, and ${value} is a flag`, { remedy: `Write --${token.name}=VALUE.` });
    }
    take(token.name, value, { inputs, flags });
  }
  return finish(positionals, inputs, flags);
}
function isSwitch(name) {
  return SWITCHES.has(name) || isInputName(name) && inputSpec(name).boolean === true;
}
function take(name, value, { inputs, flags }) {
  if (isInputName(name)) {
    if (inputSpec(name).secret) throw secretFlag(name);
    if (name === "mode") throw new InputError("INPUT_INVALID", "--mode is not a flag: the command says the mode (publish, check, verify)");
  } else if (!SWITCHES.has(name) && !VALUES.has(name)) {
    throw unknownFlag(`--${name}`);
  }
  if (value === void 0 && !isSwitch(name)) {
    throw new InputError("INPUT_INVALID", `--${name} needs a value`, { remedy: `Write --${name} VALUE or --${name}=VALUE.` });
  }
  if (!isInputName(name)) {
    flags.set(name, value ?? "true");
    return;
  }
  if (/\bhttps?:\/\/[^/\s@]+@/i.test(value ?? "") && (name === "mirrors" || name === "repository")) throw secretFlag(name, "holds a URL with credentials");
  const earlier = inputs.get(name);
  inputs.set(name, earlier === void 0 || isSwitch(name) ? value ?? "true" : `${earlier}
${value ?? ""}`);
}
function finish(positionals, inputs, flags) {
  const [first, ...rest] = positionals;
  const isOn = (name) => flags.has(name) && flags.get(name) !== "false";
  const informative = isOn("help") || isOn("version");
  const command = COMMANDS.find((name) => name === first);
  if (command === void 0 && !(informative && first === void 0)) {
    throw new InputError("INPUT_INVALID", first === void 0 ? "no command is given" : `${JSON.stringify(first)} is not a command`, {
      remedy: `Commands are ${COMMANDS.join(", ")}; see --help.`
    });
  }
  if (command !== "inspect" && rest.length > 0) {
    throw new InputError("INPUT_INVALID", `${JSON.stringify(rest[0])} is not expected after ${command ?? ""}`, { remedy: "Flags begin with --; see --help." });
  }
  return {
    command,
    help: isOn("help"),
    version: isOn("version"),
    json: isOn("json"),
    quiet: isOn("quiet"),
    verbose: isOn("verbose"),
    report: flags.get("report"),
    extract: flags.get("extract"),
    files: command === "inspect" ? rest : [],
    inputs
  };
}
function unknownFlag(flag) {
  const name = flag.replace(/^-+/, "");
  const near = Object.keys(INPUTS).filter((input) => input.startsWith(name.slice(0, 3)) && name.length >= 3);
  return new InputError("INPUT_INVALID", `${flag} is not a flag`, {
    remedy: near.length > 0 ? `Did you mean --${near.join(" or --")}?` : "See --help for all flags."
  });
}
function secretFlag(name, problem = "is a secret") {
  return new InputError("INPUT_INVALID", `--${name} ${problem}, and the process list shows flags`, {
    remedy: `Set the environment variable ${variableOf(name)} instead.`
  });
}
function variableOf(name) {
  return `INPUT_${name.toUpperCase()}`;
}

// src/init.ts
var MOST = 20;
var SOURCE_NAME = /dkms|kmod|akmod|-src\b|-source/i;
function rankPackages(nevras) {
  const byName = Map.groupBy(nevras, ({ name }) => name);
  const candidates = [...byName].map(([name, all]) => ({ name, versions: all.length, newest: all.toSorted(compareEvr).at(-1).version }));
  const rank = ({ name }) => SOURCE_NAME.test(name) ? 0 : 1;
  return candidates.sort((a, b) => rank(a) - rank(b) || b.versions - a.versions || (a.name < b.name ? -1 : 1));
}
function formatWorkflow({ inputs, packages, candidates, keys }) {
  const chosen = packages.length > 0 ? packages : candidates.slice(0, 1).map(({ name }) => name);
  const others = candidates.filter(({ name }) => !chosen.includes(name));
  const given = inputs.map(([name, value]) => `          ${name}: ${quote(value.trim())}`);
  const isPinned = inputs.some(([name]) => name === "gpg-fingerprints");
  const pins = keys.map(({ fingerprint }) => `            ${fingerprint}`);
  const owners = keys.map(({ fingerprint, userId }) => `          # ${fingerprint}: ${printable(userId)}`);
  return [
    "name: Mirror",
    "",
    "on:",
    "  schedule:",
    "    - cron: '17 4 * * *'",
    "  workflow_dispatch:",
    "",
    "permissions: {}",
    "",
    "concurrency:",
    "  group: mirror",
    "  cancel-in-progress: false",
    "",
    "jobs:",
    "  mirror:",
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 60",
    "    permissions:",
    "      contents: write",
    "    steps:",
    "      - uses: rpm-source-mirror/rpm-source-mirror@v1",
    "        with:",
    ...given,
    ...keys.length === 0 && !isPinned ? ["          # gpgkey: the URL of the publisher's public key"] : [],
    ...isPinned || keys.length === 0 ? [] : ["          # Compare with what the publisher says elsewhere:", ...owners, "          gpg-fingerprints: >-", ...pins],
    `          packages: ${quote(chosen.join(" "))}`,
    ...others.length === 0 ? [] : ["          # Also there:"],
    ...others.slice(0, MOST).map(({ name, versions, newest }) => `          #   ${printable(name)} (${versions} versions, newest ${printable(newest)})`),
    ...others.length > MOST ? [`          #   and ${others.length - MOST} more`] : [],
    ""
  ].join("\n");
}
function quote(value) {
  return JSON.stringify(value.replaceAll("${{", "$ {{"));
}

// src/cli-init.ts
async function printWorkflow({ line, read, logger }) {
  const given = read("packages");
  const options = parseOptions((name) => name === "mode" ? "check" : name === "packages" ? given || "*" : read(name), { GITHUB_REPOSITORY: "owner/name" });
  const fetcher = createFetcher({ logger, userAgent: `rpm-source-mirror/${VERSION}`, concurrency: options.concurrency, environment: process.env, secretHeaders: { lines: options.httpHeaders, urls: options.source.baseUrls } });
  try {
    const source = await resolveSource(options, fetcher);
    const keys = await loadKeyring((await fetchKeys(source.keys, fetcher)).map(({ source: name, bytes }) => ({ name, bytes })));
    const index = await loadIndex({
      bases: source.baseUrls,
      mirrorlist: source.mirrorlist,
      metalink: source.metalink,
      fetcher,
      select: ({ arch }) => options.arch.includes(arch),
      allowWeak: options.allowWeak,
      previous: void 0,
      verifyRepomd: void 0
    });
    const candidates = rankPackages(index.packages.map(({ nevra }) => nevra));
    logger.info(`${index.baseUrl}: ${index.packageCount} packages, ${candidates.length} names for ${options.arch.join(", ")}`);
    if (keys.certificates.length === 0) logger.warning(`no public key is given: set --gpgkey or ${variableOf("gpgkey")} to see its fingerprint`);
    const inputs = [...line.inputs].filter(([name]) => name !== "packages");
    process.stdout.write(formatWorkflow({ inputs, packages: options.packages.filter((name) => name !== "*"), candidates, keys: keys.certificates }));
    return 0;
  } finally {
    await fetcher.close();
  }
}

// src/cli-inspect.ts
import { existsSync as existsSync2 } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join as join2 } from "node:path";

// src/extract-files.ts
import { constants, existsSync } from "node:fs";
import { chmod, mkdir, open, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
async function extractFiles(pkg, source, folder) {
  verifyTree(pkg.facts.files, "the package");
  for (const { path } of pkg.facts.files) decode(path);
  await requireEmpty(folder);
  await mkdir(folder, { recursive: true });
  const links = [];
  const folders = [];
  const left = [];
  for await (const { entry, content } of readVerifiedFiles(pkg, source, () => true)) {
    if (entry.ghost) continue;
    const path = join(folder, decode(entry.path));
    await mkdir(entry.type === "directory" ? path : dirname(path), { recursive: true });
    if (entry.type === "directory") folders.push({ path, mode: entry.mode });
    else if (entry.type === "symlink") links.push({ path, target: Buffer.from(entry.target) });
    else if (entry.type === "file") await writeNew(path, content ?? new Uint8Array(), entry.mode);
    else left.push(decode(entry.path));
  }
  for (const { path, target } of links) await symlink(target, path);
  for (const { path, mode } of folders.reverse()) await chmod(path, mode & 511 | 448);
  return left;
}
async function requireEmpty(folder) {
  if (!existsSync(folder)) return;
  const names = await readdir(folder).catch(() => [""]);
  if (names.length > 0) throw new InputError("INPUT_INVALID", `extract: ${folder} is not an empty folder`, { remedy: "Name a new or an empty folder." });
}
async function writeNew(path, content, mode) {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 384);
  try {
    await file.writeFile(content);
    await file.chmod(mode & 511);
  } finally {
    await file.close();
  }
}
function decode(path) {
  try {
    return checkedName(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(path));
  } catch (cause) {
    throw new PayloadError("UNSAFE_PATH", `${JSON.stringify(Buffer.from(path).toString("latin1"))} is not UTF-8 and cannot be extracted under its name`, { cause });
  }
}
function checkedName(name) {
  const problem = checkPath(Buffer.from(name));
  if (problem !== void 0) throw new PayloadError("UNSAFE_PATH", `the name ${JSON.stringify(name)} ${problem}`);
  return name;
}

// src/file-source.ts
import { open as open2 } from "node:fs/promises";
var CHUNK = 1 << 18;
async function openFileSource(path) {
  const file = await open2(path, "r");
  const { size } = await file.stat();
  const source = {
    size,
    read: (start, end) => readRange(file, start, Math.min(end, size)),
    async *stream(start = 0, end = size) {
      const stop = Math.min(end, size);
      for (let at = start; at < stop; at += CHUNK) yield await readRange(file, at, Math.min(at + CHUNK, stop));
    },
    close: () => file.close()
  };
  return source;
}
async function readRange(file, start, end) {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}

// src/inspect.ts
import { createHash } from "node:crypto";
async function inspectPackage(request) {
  try {
    const pkg = await readPackage(request.source);
    return { result: await inspectReadable(request, pkg), pkg };
  } catch (error) {
    const { file, source } = request;
    return { result: { file, sha256: await hashFile(source), verdict: "reject", reasons: [reasonOf(error)] }, pkg: void 0 };
  }
}
async function inspectReadable({ file, source, check, keysGiven }, pkg) {
  const payload = await inspectPayload(pkg, source);
  const evidence = withPayload(pkg, await examinePackage(pkg, source, check), payload.digests);
  const judgement = judge(evidence, { keysGiven });
  const accepted = judgement.accepted && payload.accepted;
  return {
    file,
    ...describeHeader(pkg, evidence),
    signatures: evidence.signatures.map(describeSignature),
    digests: evidence.digests.map(({ name, covers, status }) => ({ name, covers, status })),
    files: pkg.facts.files.map((entry, index) => describeFile(entry, payload.files.get(index))),
    verdict: accepted ? "accept" : "reject",
    reasons: [...judgement.reasons.map(({ code, message }) => `${code}: ${message}`), ...payload.reasons]
  };
}
async function inspectPayload(pkg, source) {
  const files = /* @__PURE__ */ new Map();
  const { format } = pkg.facts.payload;
  if (format !== "cpio") {
    return { files, digests: {}, accepted: true, reasons: [`NOT_CHECKED: the payload has the format ${format}, so its files were not looked at`] };
  }
  const reasons = [];
  let digests = {};
  try {
    const payload = readPayload(pkg, source.stream(pkg.payloadStart), { keep: () => false, uncompressedDigests: uncompressedAlgorithms(pkg.header) });
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        digests = step.value.digests;
        break;
      }
      const { index, entry, digest, sha256 } = step.value;
      files.set(index, { digest, sha256 });
      if (digest === "bad") reasons.push(`DIGEST_MISMATCH: the file ${showText(toRpmString(entry.path))} is not the one that the header describes`);
    }
  } catch (error) {
    reasons.push(reasonOf(error));
  }
  return { files, digests, accepted: reasons.length === 0, reasons };
}
function describeHeader(pkg, evidence) {
  const { facts, header } = pkg;
  const { name, epoch, version, release, arch } = facts.nevra;
  const orNull = (tag, value) => header.get(tag) === void 0 ? null : value;
  return {
    sha256: evidence.sha256,
    contentSha256: evidence.contentSha256,
    headerSha256: evidence.headerSha256,
    nevra: formatNevra(facts.nevra),
    name,
    epoch,
    version,
    release,
    arch,
    license: orNull(TAG.LICENSE, facts.license),
    summary: orNull(TAG.SUMMARY, facts.summary),
    buildTime: facts.buildTime,
    buildHost: orNull(TAG.BUILD_HOST, facts.buildHost),
    payload: { format: facts.payload.format, compressor: facts.payload.compressor }
  };
}
function describeSignature(report) {
  const { tag, covers, version, algorithm, hash, keyId, created, fingerprint, status, reason } = report;
  return { tag, covers, version, algorithm, hash, keyId, created, fingerprint, status, ...reason === void 0 ? {} : { reason } };
}
function describeFile(entry, read) {
  const { path, type, mode, size, target, ghost } = entry;
  return {
    path: toRpmString(path),
    type,
    mode: mode.toString(8).padStart(6, "0"),
    size,
    ...read?.sha256 === void 0 ? {} : { sha256: read.sha256 },
    digest: read?.digest ?? "absent",
    ...type === "symlink" ? { target: toRpmString(target) } : {},
    ...ghost ? { ghost } : {}
  };
}
function formatInspection(result) {
  const { nevra, license, summary, buildHost, buildTime, payload, signatures = [], digests = [], files = [] } = result;
  const optional = (text) => text ? showText(text) : void 0;
  const built = `${typeof buildTime === "number" ? new Date(buildTime * 1e3).toISOString() : "?"} on ${optional(buildHost) ?? "?"}`;
  const facts = [
    ["package", nevra],
    ["summary", optional(summary)],
    ["license", optional(license)],
    ["built", nevra === void 0 ? void 0 : built],
    ["payload", payload === void 0 ? void 0 : `${payload.format}, ${payload.compressor}, ${files.length} files`],
    ["sha256", result.sha256],
    ["content", result.contentSha256],
    ["header", result.headerSha256]
  ];
  return [
    result.file,
    ...facts.flatMap(([label, value]) => value === void 0 ? [] : [`  ${label.padEnd(10)}${value}`]),
    ...digests.map(({ name, covers, status }) => `  digest    ${name} (${covers}): ${status}`),
    ...signatures.map((signature) => `  signature ${showSignature(signature)}`),
    ...files.filter(({ digest }) => digest === "bad").map(({ path }) => `  file      ${showText(path)}: bad`),
    `  verdict   ${result.verdict}`,
    ...result.reasons.map((reason) => `            ${reason}`)
  ].map((line) => line.replaceAll("\n", " ⏎ ")).join("\n");
}
function showSignature({ tag, covers, version, algorithm, hash, keyId, fingerprint, status, reason }) {
  const made = version === null ? "unreadable" : `V${version} ${algorithm}/${hash} by ${fingerprint ?? keyId ?? "nobody named"}`;
  return `${tag} (${covers}) ${made}: ${status}${reason === void 0 ? "" : ` (${reason})`}`;
}
function showText(text) {
  return typeof text === "string" ? text : `base64:${text.b64}`;
}
async function hashFile(source) {
  const hash = createHash("sha256");
  for await (const chunk of source.stream()) hash.update(chunk);
  return hash.digest("hex");
}
function reasonOf(error) {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}

// src/cli-inspect.ts
async function inspectFiles({ line, read, logger }) {
  if (line.files.length === 0) throw new InputError("INPUT_MISSING", "inspect: no file is named", { remedy: "Write inspect FILE…" });
  const missing = line.files.find((file) => !existsSync2(file));
  if (missing !== void 0) throw new InputError("INPUT_INVALID", `inspect: ${missing} does not exist`, { remedy: "Name existing files." });
  const folders = await extractFolders(line);
  const keyring = await readKeys(read("gpgkey"), logger);
  const policy = { allowWeak: new Set(splitList(read("allow-weak")).map((name) => name.toLowerCase())), now: Math.floor(Date.now() / 1e3) };
  let accepted = true;
  for (const [at, file] of line.files.entries()) {
    const result = await inspectFile(file, { keyring, policy, folder: folders[at], logger });
    accepted &&= result.verdict === "accept";
    print(result, line);
  }
  return accepted ? 0 : 1;
}
async function extractFolders({ extract: folder, files }) {
  if (folder === void 0) return [];
  const folders = files.map((file) => files.length === 1 ? folder : join2(folder, basename(file).replace(/\.rpm$/, "")));
  const twice = folders.find((name, at) => folders.indexOf(name) !== at);
  if (twice !== void 0) throw new InputError("INPUT_CONFLICT", `extract: two of the files would be unpacked into ${twice}`, { remedy: "Unpack them one at a time." });
  for (const name of folders) await requireEmpty(name);
  return folders;
}
function print(result, { json, quiet }) {
  if (json) process.stdout.write(`${JSON.stringify(result)}
`);
  else if (!quiet) process.stdout.write(`${formatInspection(result).split("\n").map(printable).join("\n")}
`);
}
async function readKeys(text, logger) {
  const sources = parseKeys(text);
  const fetcher = createFetcher({ logger, userAgent: `rpm-source-mirror/${VERSION}`, concurrency: 1, environment: process.env });
  try {
    return await loadKeyring((await fetchKeys(sources, fetcher)).map(({ source, bytes }) => ({ name: source, bytes })));
  } finally {
    await fetcher.close();
  }
}
async function inspectFile(file, { keyring, policy, folder, logger }) {
  let source;
  try {
    if (!(await stat(file)).isFile()) throw new Error("expected a regular file, found a folder, pipe or device");
    source = await openFileSource(file);
  } catch (error) {
    return { file, sha256: "", verdict: "reject", reasons: [`NOT_FOUND: ${error instanceof Error ? error.message : String(error)}`] };
  }
  try {
    const keysGiven = keyring.certificates.length > 0;
    const { result, pkg } = await inspectPackage({ file, source, keysGiven, check: (packets, data) => checkSignature(packets, data, keyring, policy) });
    if (folder === void 0 || pkg === void 0 || result.verdict === "reject") return result;
    const obstacle = await extract(pkg, source, { folder, logger });
    return obstacle === void 0 ? result : { ...result, verdict: "reject", reasons: [...result.reasons, obstacle] };
  } finally {
    await source.close();
  }
}
async function extract(pkg, source, { folder, logger }) {
  try {
    for (const path of await extractFiles(pkg, source, folder)) logger.warning(`${path} is a device, fifo or socket and was not extracted`);
    return void 0;
  } catch (error) {
    if (!(error instanceof MirrorError) || error instanceof InputError) throw error;
    const { code, message } = describeError(error);
    return `${code}: ${message}`;
  }
}

// src/help.ts
var MEANINGS = {
  baseurl: "URL of the yum repository (the folder that holds repodata/); several are fallbacks",
  mirrorlist: "URL of a list of base URLs, instead of --baseurl",
  metalink: "URL of a metalink, instead of --baseurl",
  "repo-file": "a vendor's .repo file (URL or path), instead of --baseurl and --gpgkey",
  "repo-id": "section of the .repo file",
  basearch: "value of $basearch in a .repo file",
  releasever: "value of $releasever in a .repo file",
  "http-headers": "further `Name: value` lines for the yum server only",
  packages: "names or globs; together they are one history",
  arch: "architectures to take; src takes source packages",
  versions: 'constraints in RPM order: ">= 2.20, < 3, != 2.20.74.0"',
  skip: "versions or NEVRAs to hold back",
  gpgkey: "public keys: URLs or paths",
  "gpg-fingerprints": "the only primary-key fingerprints that are trusted",
  "repo-gpgcheck": "signature of repomd.xml: required, off, or auto (where there is one)",
  "allow-weak": "algorithms to tolerate, such as sha1 or rsa1024",
  "allow-rollback": "accept an index older than the recorded one",
  "max-index-age": "days after which an unchanged index is a warning; 0 never",
  "source-path": "glob of the payload folders that become the source",
  symlinks: "links that point outside the source: keep or refuse",
  "source-directory": "where the source goes in the mirror",
  "archive-directory": "where packages and index go in the mirror",
  "packaging-directory": "where the spec and patches of source packages go",
  unpack: "archives in a source package: main, all, none",
  "archive-packages": "full: the RPM; header: its signed header; none",
  "release-notes": "URLs or paths of RST or Markdown notes, best first",
  title: "product name in commit subjects (the package name)",
  "tag-format": "fields {name} {epoch} {version} {release} {arch}",
  repository: "owner/name, a git URL, or a path that begins with / . or file:",
  branch: "branch of the mirror (the remote's HEAD, else main)",
  "line-branches": "pattern=branch pairs, such as 2.21.*=release/2.21",
  token: "for https remotes",
  "dry-run": "everything but the push",
  "max-releases": "at most so many releases in this run; 0 is no limit",
  "push-batch": "releases per atomic push",
  concurrency: "downloads at a time",
  author: "author of commits",
  committer: "committer of commits and tagger of tags",
  "signing-key": "armored OpenPGP or OpenSSH private key that signs commits and tags",
  "signing-key-passphrase": "of the signing key",
  mirrors: "further git remotes that receive the same branch and tags",
  "ssh-key": "private key for ssh remotes",
  "ssh-known-hosts": "host keys of ssh remotes",
  "create-releases": "a GitHub Release per tag",
  "alarm-issue": "one issue, opened, updated and closed by itself",
  attest: "sign a statement per release with the identity of the GitHub Actions job",
  "on-content-change": "a published package with other content: fail or warn"
};
function helpText() {
  const rows = Object.entries(MEANINGS).map(([name, meaning]) => {
    const spec = inputSpec(name);
    const flag = spec.secret ? `INPUT_${name.toUpperCase()}` : `--${name}`;
    const fallback = spec.default === "" || name === "author" || name === "committer" ? "" : ` [${spec.default}]`;
    return `  ${flag.padEnd(30)} ${meaning}${fallback}`;
  });
  const [secret, open3] = [rows.filter((row) => row.startsWith("  INPUT_")), rows.filter((row) => row.startsWith("  --"))];
  return `rpm-source-mirror - turn a yum repository into a git mirror of its source

Usage:
  rpm-source-mirror publish [options]     mirror new releases: verify, unpack, commit, tag, push
  rpm-source-mirror check [options]       plan and report; whole packages are not downloaded
  rpm-source-mirror verify [options]      prove what is published, from the mirror alone
  rpm-source-mirror inspect FILE...       what an RPM file says, and whether it is to be trusted
      [--gpgkey KEY]... [--json] [--extract DIR]
  rpm-source-mirror init [options]        look at a repository and print a workflow file for it

Options (--name value or --name=value; lists by white space or commas; a bare flag is true;
every option may be given as environment variable INPUT_<NAME> instead, flags win):
${open3.join("\n")}

Secrets (environment only, since the process list shows flags; INPUT_SIGNING_KEY with underscores works, too):
${secret.join("\n")}

Output:
  --report FILE                  write the JSON report to FILE
  --json                         print the report (inspect: one object a line) on stdout, all else on stderr
  --quiet, --verbose             less, more
  --help, --version

Exit status: 0 done (nothing new included), 1 something was refused or failed, 2 wrong input.

Example:
  rpm-source-mirror publish --baseurl https://yum.repos.neuron.amazonaws.com \\
    --packages 'aws-neuron-dkms aws-neuronx-dkms' --repository ./mirror.git \\
    --gpgkey https://yum.repos.neuron.amazonaws.com/GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB
`;
}

// src/report/terminal.ts
async function formatTable(result) {
  const { default: Table } = await import("./cli-table3-2K36IQUE.js");
  const { report } = result;
  const parts = [];
  const rows = report.releases.filter((row) => row.status !== "exists" || report.mode === "verify");
  if (rows.length > 0) {
    const table = new Table({ head: [...RELEASE_COLUMNS], style: { head: [], border: [] } });
    for (const row of rows) table.push(releaseCells(row).map((cell) => printable(cell)));
    parts.push(table.toString());
  }
  const moved = report.changes.filter((change) => change.class !== "unchanged");
  parts.push(...moved.map((change) => printable(`${change.class}: ${change.nevra} (tag ${change.tag})`)));
  parts.push(...report.findings.map((f) => printable(`${f.kind}: ${f.tag}: ${f.path}: expected ${f.expected}, found ${f.actual}`)));
  parts.push(...report.notChecked.map((n) => printable(`not checked: ${n.tag}: ${n.path}: ${n.reason}`)));
  parts.push(printable(headline(result)));
  return parts.join("\n");
}

// src/cli.ts
async function main(args) {
  const line = parseCommandLine(args);
  if (line.help || line.version) {
    process.stdout.write(line.help ? helpText() : `${VERSION}
`);
    return 0;
  }
  const logger = terminalLogger({ stream: process.stderr, quiet: line.quiet, verbose: line.verbose });
  if (line.command === "inspect") return inspectFiles({ line, read: inputReader(line), logger });
  if (line.command === "init") return printWorkflow({ line, read: inputReader(line), logger });
  const options = parseOptions(inputReader(line), process.env);
  const result = await run(options, { logger, environment: withoutToolCache(process.env), signal: stopSignal() });
  if (line.report !== void 0) await writeReport(result, line.report);
  for (const failure of failures(result)) printError(failure);
  const table = await formatTable(result);
  if (line.json) process.stdout.write(`${JSON.stringify(result.report)}
`);
  if (!line.quiet) (line.json ? process.stderr : process.stdout).write(`${table}
`);
  return result.failed ? 1 : 0;
}
function withoutToolCache(environment) {
  return { ...environment, RUNNER_TOOL_CACHE: void 0 };
}
function printError(failure) {
  process.stderr.write(`${printable(`error: ${failure.code}: ${sentences(failure)}`)}
`);
}
function inputReader(line) {
  return (name) => {
    if (name === "mode") return line.command ?? "";
    const variable = variableOf(name);
    return line.inputs.get(name) ?? process.env[variable] ?? process.env[variable.replaceAll("-", "_")] ?? "";
  };
}
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  printError(describeError(error));
  process.exitCode = error instanceof InputError ? 2 : 1;
}
