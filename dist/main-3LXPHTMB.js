import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  formatError,
  showResult
} from "./chunk-62JGIC74.js";
import {
  guardAgainstCrash,
  nearestOf,
  warnOfMistypedInputs
} from "./chunk-F4IUEARB.js";
import {
  DEFAULT_SOURCE_PATH,
  INPUTS,
  INPUT_GROUPS,
  NOT_CHECKED,
  SignatureChecker,
  TAG,
  VERSION,
  afterLast,
  before,
  checkIndexSignature,
  checkPath,
  compareEvr,
  counted,
  createFetcher,
  createSelector,
  cutDocument,
  decompress,
  detectCompression,
  displayUrl,
  examineHeader,
  examinePackage,
  failures,
  fetchKeys,
  findRecord,
  formatNevra,
  formatReport,
  formatTagName,
  group,
  hostKind,
  inTemporaryFolder,
  inputSpec,
  isInputName,
  judge,
  judgeFolders,
  latin1,
  listSignatures,
  loadIndex,
  loadKeyring,
  loadRecords,
  memorySource,
  namesRelease,
  oneOf,
  openFileSource,
  packageNotFound,
  paintFor,
  parseElement,
  parseFingerprints,
  parseKeys,
  parseOptions,
  parseRepoFile,
  printable,
  proposeSource,
  readPackage,
  readPayload,
  readServedHeader,
  readVerifiedFiles,
  resolveRepository,
  resolveSource,
  run,
  satisfies,
  serverUrls,
  showText,
  splitList,
  stopSignal,
  terminalLogger,
  toRpmString,
  uncompressedAlgorithms,
  validateSourcePath,
  verifyFront,
  verifyListed,
  verifyPath,
  verifyTree,
  withNearRepository,
  withPayload,
  withoutUserInfo,
  withoutZeroEpoch,
  writeWhole,
  writingTo,
  xmlContext
} from "./chunk-5VH4LSMO.js";
import "./chunk-AHUJ6Z2U.js";
import {
  required
} from "./chunk-CEM7CWHX.js";
import "./chunk-OSOGOBDG.js";
import {
  DownloadError,
  InputError,
  MirrorError,
  PayloadError,
  RepodataError,
  VerificationError,
  describeError,
  diskFull,
  sentences
} from "./chunk-YZVT7DPJ.js";
import {
  LIMITS,
  MIB
} from "./chunk-4IDUXMNJ.js";
import "./chunk-KIZH3NRS.js";

// src/cli/main.ts
import { writeFileSync } from "node:fs";

// src/cli/arguments.ts
import { parseArgs } from "node:util";
var COMMANDS = ["publish", "check", "verify", "inspect", "init", "site"];
var SWITCHES = /* @__PURE__ */ new Set(["help", "version", "json", "quiet", "verbose"]);
var VALUES = /* @__PURE__ */ new Set(["report", "extract", "output", "url"]);
var OWNED = /* @__PURE__ */ new Map([
  ["extract", ["inspect"]],
  ["output", ["init", "site"]],
  ["url", ["site"]]
]);
function parseCommandLine(args) {
  const tokens = tokensOf(args);
  const taken = { inputs: /* @__PURE__ */ new Map(), flags: /* @__PURE__ */ new Map() };
  const positionals = [];
  let answer;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "positional" && token !== answer) positionals.push(token.value);
    if (token.kind !== "option") continue;
    checkSpelling(token);
    answer = answerTo(token, tokens[at + 1]);
    take(token.name, answer?.value ?? token.value, taken);
  }
  return finish(positionals, taken);
}
function tokensOf(args) {
  const options = Object.fromEntries(
    [...Object.keys(INPUTS), ...SWITCHES, ...VALUES].map((name) => [
      name,
      {
        type: isSwitch(name) ? "boolean" : "string",
        ...name === "help" ? { short: "h" } : {}
      }
    ])
  );
  return parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true
  }).tokens;
}
function checkSpelling({ name, rawName, value, inlineValue }) {
  if (rawName !== `--${name}` && rawName !== "-h") throw unknownFlag(rawName);
  if (inlineValue === false && value.startsWith("--")) {
    throw new InputError("INPUT_INVALID", `--${name} needs a value, and ${value} is a flag`, {
      remedy: `Write --${name}=VALUE.`
    });
  }
}
function answerTo({ name, value }, next) {
  return value === void 0 && isSwitch(name) && next?.kind === "positional" && /^(true|false)$/.test(next.value) ? next : void 0;
}
function isSwitch(name) {
  return SWITCHES.has(name) || isInputName(name) && inputSpec(name).boolean === true;
}
function take(name, value, { inputs, flags }) {
  if (isInputName(name)) takeInput(name, value, inputs);
  else takeFlag(name, value, flags);
}
function takeFlag(name, value, flags) {
  if (!SWITCHES.has(name) && !VALUES.has(name)) throw unknownFlag(`--${name}`);
  const text = valueOf(name, value);
  checkOnce(name, text, flags.get(name));
  flags.set(name, text);
}
function takeInput(name, value, inputs) {
  const { secret, list, several } = inputSpec(name);
  if (secret) throw secretFlag(name);
  if (name === "mode")
    throw new InputError(
      "INPUT_INVALID",
      "--mode is not a flag: the command says the mode (publish, check, verify)"
    );
  const text = valueOf(name, value);
  const given = inputs.get(name);
  const isList = (list ?? several) === true;
  if (!isList) checkOnce(name, text, given);
  if (/\bhttps?:\/\/[^/\s@]+@/i.test(text) && ["mirrors", "repository", "against"].includes(name))
    throw secretFlag(name, "holds a URL with credentials");
  inputs.set(name, isList && given !== void 0 ? `${given}
${text}` : text);
}
function valueOf(name, value) {
  if (value !== void 0) return value;
  if (isSwitch(name)) return "true";
  throw new InputError("INPUT_INVALID", `--${name} needs a value`, {
    remedy: `Write --${name} VALUE or --${name}=VALUE.`
  });
}
function checkOnce(name, text, given) {
  if (given === void 0 || isSwitch(name) && given === text) return;
  throw new InputError("INPUT_CONFLICT", `--${name} is given twice, and takes one value`, {
    remedy: `Write --${name} once.`
  });
}
function finish(positionals, { inputs, flags }) {
  const [first, ...rest] = positionals;
  const isOn = (name) => flags.has(name) && flags.get(name) !== "false";
  const informative = isOn("help") || isOn("version");
  const command = COMMANDS.find((name) => name === first);
  if (command === void 0 && !(informative && first === void 0)) throw noCommand(first);
  if (!informative) checkOwners([...flags.keys()], command);
  checkRest(rest, command);
  return {
    command,
    help: isOn("help"),
    version: isOn("version"),
    json: isOn("json"),
    quiet: isOn("quiet"),
    verbose: isOn("verbose"),
    report: flags.get("report"),
    extract: flags.get("extract"),
    output: flags.get("output"),
    url: flags.get("url"),
    files: command === "inspect" || command === "init" ? rest : [],
    inputs
  };
}
function noCommand(first) {
  return new InputError(
    "INPUT_INVALID",
    first === void 0 ? "no command is given" : `${JSON.stringify(first)} is not a command`,
    { remedy: `Commands are ${COMMANDS.join(", ")}; see --help.` }
  );
}
function checkOwners(flags, command) {
  for (const flag of flags) {
    const owners = OWNED.get(flag);
    if (owners === void 0 || owners.some((owner) => owner === command)) continue;
    throw new InputError(
      "INPUT_INVALID",
      `--${flag} belongs to ${owners.join(" and ")}, and the command is ${command ?? ""}`,
      { remedy: `See rpm-source-mirror ${command ?? ""} --help.` }
    );
  }
}
function checkRest(rest, command) {
  if (command === "inspect" || rest.length <= (command === "init" ? 1 : 0)) return;
  throw new InputError(
    "INPUT_INVALID",
    `${JSON.stringify(rest.at(-1))} is not expected after ${command ?? ""}`,
    { remedy: "Flags begin with --; see --help." }
  );
}
function unknownFlag(flag) {
  const name = flag.replace(/^-+/, "");
  const near = nearestOf(name, [
    ...Object.keys(INPUTS).filter((input) => input !== "mode"),
    ...SWITCHES,
    ...VALUES
  ]);
  return new InputError("INPUT_INVALID", `${flag} is not a flag`, {
    remedy: near !== void 0 ? `Did you mean --${near}?` : "See --help for all flags."
  });
}
function secretFlag(name, problem = "is a secret") {
  return new InputError("INPUT_INVALID", `--${name} ${problem}, and the process list shows flags`, {
    remedy: `Set the environment variable ${shellVariableOf(name)} instead.`
  });
}
function shellVariableOf(name) {
  return variableOf(name).replaceAll("-", "_");
}
function variableOf(name) {
  return `INPUT_${name.toUpperCase()}`;
}

// src/cli/help.ts
var ALL = INPUT_GROUPS.flatMap(([, names]) => names).filter((name) => name !== "mode");
var REPORT = [
  ["--report FILE", "write the JSON report to FILE"],
  ["--json", "print the JSON report on standard output, and all else on standard error"]
];
var COMMANDS2 = {
  publish: {
    synopsis: "publish [options]",
    purpose: "mirror new releases: verify, unpack, commit, tag, push",
    description: "Mirrors every release that has no tag yet, oldest first: one commit and one annotated tag each. Nothing is written before it is proved, nothing is forced, no tag is moved. Without new releases nothing changes.",
    output: REPORT,
    done: "done, or there was nothing new",
    example: `rpm-source-mirror publish --baseurl https://yum.repos.neuron.amazonaws.com \\
  --packages 'aws-neuron-dkms aws-neuronx-dkms' --repository ./mirror.git \\
  --gpgkey https://yum.repos.neuron.amazonaws.com/GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB`
  },
  check: {
    synopsis: "check [options]",
    purpose: "try the settings: plan and report, change nothing",
    description: "Does everything that publish does before the first package: reads mirror, key and index, plans, asks whether a push would be let in (and GitHub whether the branch is protected), and looks at the header of the newest new release. Whole packages are not downloaded, nothing is changed. What would fail is said with what to change.",
    output: REPORT,
    done: "checked; warnings may stand",
    example: `rpm-source-mirror check --baseurl https://yum.example.com/repo --packages example-dkms \\
  --gpgkey https://yum.example.com/RPM-GPG-KEY --repository ./mirror.git`
  },
  verify: {
    synopsis: "verify [options]",
    purpose: "prove what is published, from the mirror alone",
    description: "Reads the whole mirror and proves every tag: the archived package by its signature and digests, the index that lists it, the recorded facts, and the source by the signed list of files. The yum server is asked only for packages that were archived as none. Exit status 1 on any finding.",
    output: REPORT,
    done: "no findings",
    example: "rpm-source-mirror verify --repository ./mirror.git"
  },
  site: {
    synopsis: "site --output DIR [options]",
    purpose: "verify, and write the pages, feeds and badges of the mirror",
    description: "Does what verify does, then writes static pages about it: what is mirrored from where, by whom it is signed, whether it is proved, every release with its evidence, what changed in source and install scripts, feeds, badges and a status file. Exit status 1 on any finding; the pages are written then, too, and say so. DIR must be empty, absent, or hold what an earlier run wrote there.",
    output: [
      ["--output DIR", "the folder to write"],
      ["--url URL", "where the pages will be, for feeds and badge"],
      ...REPORT
    ],
    done: "no findings; the pages are written",
    example: "rpm-source-mirror site --repository ./mirror.git --output ./pages"
  },
  inspect: {
    synopsis: "inspect FILE... [options]",
    purpose: "what an RPM file says, and whether it is to be trusted",
    description: "Checks every digest and signature of each file and prints what it says. Without --gpgkey signatures are listed and not judged. Exit status 0 if every file is accepted.",
    output: [
      ["--json", "print one JSON object a line on standard output, and all else on standard error"],
      ["--extract DIR", "unpack an accepted package into DIR, which must be empty or absent"]
    ],
    done: "every file is accepted",
    example: "rpm-source-mirror inspect package.rpm --gpgkey RPM-GPG-KEY --json"
  },
  init: {
    synopsis: "init [URL] [options]",
    purpose: "look at a repository and write a workflow file for it",
    description: "Looks at the index, the keys, and the headers of a few packages; finds the package that carries source, its architecture (any, without --arch) and the folder of the source; tries the keys on the index and on the newest package. Prints a workflow on standard output and, once a fitting key is known, writes it as .github/workflows/mirror.yml; a file with other content is not touched. Findings and next steps go to standard error. Any other input of publish is taken into the workflow as it is.",
    output: [["--output FILE", "the file to write; - writes none [.github/workflows/mirror.yml]"]],
    done: "looked at; the workflow is printed",
    example: "rpm-source-mirror init https://yum.example.com/repo"
  }
};
var COMMON = [
  ["--quiet, --verbose", "less, more"],
  ["--help, -h", "this text; after a command, what that command takes"],
  ["--version", "the version"]
];
var WIDTH = 100;
var COLUMN = 28;
function helpText(command) {
  const names = command === void 0 ? Object.keys(COMMANDS2) : [command];
  const helps = names.map((name) => COMMANDS2[name]);
  const taken = new Set(names.flatMap(optionsOf));
  const output = new Map([
    ...command === void 0 ? allFlags() : COMMANDS2[command].output,
    ...COMMON
  ]);
  const sections = [
    [
      "NAME",
      `  rpm-source-mirror${command === void 0 ? "" : ` ${command}`} - ${command === void 0 ? "turn a yum repository into a git mirror of its source" : COMMANDS2[command].purpose}`
    ],
    [
      "SYNOPSIS",
      `${helps.map(({ synopsis }) => `  rpm-source-mirror ${synopsis}`).join("\n")}

${paragraph(CHECKOUT)}`
    ],
    ["DESCRIPTION", paragraph(command === void 0 ? OVERVIEW : COMMANDS2[command].description)],
    ...command === void 0 ? [["COMMANDS", rows(names.map((name) => [name, COMMANDS2[name].purpose]))]] : [],
    [
      "OPTIONS",
      `${paragraph(OPTIONS)}

${optionGroups(taken, (name) => !inputSpec(name).secret)}`
    ],
    ...secretSection(taken),
    ["OUTPUT", rows([...output])],
    [
      "FILES AND ENVIRONMENT",
      rows(command === "inspect" || command === "init" ? ENVIRONMENT.slice(0, 1) : ENVIRONMENT)
    ],
    ["EXIT STATUS", rows([["0", command === void 0 ? DONE : COMMANDS2[command].done], ...EXIT])],
    ["EXAMPLES", helps.map(({ example }) => example.replace(/^/gm, "  ")).join("\n\n")],
    ["SEE ALSO", paragraph(SEE_ALSO)]
  ];
  return `${sections.map(([title, text]) => `${title}
${text}`).join("\n\n")}
`;
}
function optionsOf(command) {
  return ALL.filter(
    (name) => inputSpec(name).commands.includes(command === "site" ? "verify" : command)
  );
}
function allFlags() {
  const own = ["site", "inspect", "init"].flatMap(
    (name) => COMMANDS2[name].output.map(([flag, meaning]) => [flag, `${name}: ${meaning}`])
  );
  return [...REPORT, ...own.filter(([flag]) => !/^--(?:json|report)/.test(flag))];
}
var CHECKOUT = "In a checkout it is called node dist/cli.js; `npm link` gives the command that name.";
var OVERVIEW = "Verifies each package of a yum repository (index by its checksums, package by the signature, files by the signed digests) and publishes its source as one commit and one tag a release. The proof stays in the mirror. No local checkout is needed or touched.";
var OPTIONS = "Written --name value or --name=value; lists are separated by white space or commas; a bare flag is true. Every option may be given as an environment variable instead, --tag-format as INPUT_TAG_FORMAT; flags win. Defaults are in brackets.";
var SECRETS = "Taken from the environment only, since the process list shows flags.";
var SEE_ALSO = "README.md, docs/troubleshooting.md (every error code), docs/audit-trail.md, git(1), rpmkeys(8), dnf.conf(5)";
var ENVIRONMENT = [
  [
    "HTTPS_PROXY, NO_PROXY",
    "proxies (HTTP_PROXY and lower-case names too); SSL_CERT_FILE: further certificates"
  ],
  ["SOURCE_DATE_EPOCH", "date of commits and tags, in seconds since 1970, instead of now"],
  ["GITHUB_SERVER_URL", "the server of owner/name [https://github.com]; GITHUB_API_URL: its API"]
];
var DONE = "done; nothing new is done, too";
var EXIT = [
  ["1", "something was refused or failed; each failure has a code and a remedy"],
  ["2", "wrong input"]
];
function secretSection(taken) {
  const secrets = [...taken].filter((name) => inputSpec(name).secret);
  return secrets.length === 0 ? [] : [
    [
      "SECRETS",
      `${paragraph(SECRETS)}

${rows(secrets.map((name) => [shellVariableOf(name), inputSpec(name).help]))}`
    ]
  ];
}
function optionGroups(taken, isShown) {
  const groups = INPUT_GROUPS.map(
    ([title, names]) => [title, names.filter((name) => taken.has(name) && isShown(name))]
  ).filter(([, names]) => names.length > 0);
  return groups.map(
    ([title, names]) => `  ${title}
${rows(
      names.map((name) => [`--${name}`, inputSpec(name).help + defaultOf(name)]),
      "    "
    )}`
  ).join("\n\n");
}
function defaultOf(name) {
  const { default: value } = inputSpec(name);
  return value === "" || name === "author" || name === "committer" ? "" : ` [${value}]`;
}
function rows(pairs, indent = "  ") {
  const room = COLUMN - indent.length - 1;
  return pairs.map(
    ([left, right]) => `${indent}${left.length > room ? `${left}
${" ".repeat(COLUMN - 1)}` : left.padEnd(room)} ${wrap(right, COLUMN)}`
  ).join("\n");
}
function paragraph(text) {
  return `  ${wrap(text, 2)}`;
}
function wrap(text, indent) {
  const full = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      full.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...full, line].join(`
${" ".repeat(indent)}`);
}

// src/cli/init.ts
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join as join2, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// src/init/candidates.ts
var PLAIN = /^[A-Za-z0-9_][\w.+~^-]*$/;
var SOURCE_NAME = /dkms|kmod|akmod|-src\b|-source\b/i;
var DEBUG_NAME = /-debug(?:source|info)(?:-|$)/;
function isPlainName(text) {
  return PLAIN.test(text);
}
function newestPackages(packages) {
  return [...Map.groupBy(packages, ({ nevra: { name, arch } }) => `${name}\0${arch}`).values()].map(
    newestOf
  );
}
function newestOf(packages) {
  return packages.reduce(
    (newest, other) => compareEvr(newest.nevra, other.nevra) < 0 ? other : newest
  );
}
function rankCandidates(packages, listFiles2) {
  const plain = packages.filter(({ nevra }) => isPlainName(nevra.name) && isPlainName(nevra.arch));
  const best = [...Map.groupBy(plain, ({ nevra }) => nevra.name).values()].flatMap((all) => {
    const archs = [...Map.groupBy(all, ({ nevra }) => nevra.arch)].map(
      ([arch, ofArch]) => describe(arch, ofArch, listFiles2)
    );
    const [first, ...others] = archs.sort(compareCandidates);
    return first === void 0 ? [] : [{ ...first, otherArchs: others.map(({ arch }) => arch) }];
  });
  return best.sort(compareCandidates);
}
function otherSources({
  candidates,
  chosen
}) {
  const names = new Set(chosen.map(({ name }) => name));
  return candidates.filter((candidate) => !names.has(candidate.name) && rank(candidate) <= 4);
}
function describe(arch, packages, listFiles2) {
  const newest = newestOf(packages);
  const files = listFiles2(newest);
  return {
    name: newest.nevra.name,
    arch,
    otherArchs: [],
    versions: packages.length,
    newest,
    bytes: packages.reduce((sum, { size }) => sum + size, 0),
    source: files === void 0 ? void 0 : proposeSource(files, newest.nevra.version) ?? null
  };
}
function compareCandidates(a, b) {
  return rank(a) - rank(b) || b.versions - a.versions || (a.name < b.name ? -1 : a.name > b.name ? 1 : archRank(a) - archRank(b) || (a.arch < b.arch ? -1 : 1));
}
function rank({ name, arch, source }) {
  if (DEBUG_NAME.test(name)) return 9;
  const isNamed = SOURCE_NAME.test(name);
  if (arch === "src") return 4;
  if (source === null) return 6;
  if (source === void 0) return isNamed ? 3 : 5;
  if (source.isScripts) return 5;
  return source.glob === "usr/src/*" ? isNamed ? 0 : 1 : 2;
}
function archRank({ arch }) {
  return arch === "noarch" ? 0 : arch === "x86_64" ? 1 : 2;
}

// src/repodata/filelists.ts
var CONTEXT = xmlContext("filelists.xml", "REPOMD_INVALID");
async function readFilelists(file, wanted, maxBytes) {
  const lists = /* @__PURE__ */ new Map();
  const opened = decompress(
    detectCompression(file.bytes) ?? "none",
    memorySource(file.bytes).stream(),
    { maxBytes, what: file.archiveName }
  );
  await cutDocument(opened, CONTEXT, {
    keeps: (parent, name) => parent !== "package" || name === "file",
    element: (name, xml) => {
      const id = name === "package" ? /^<[^>]*\spkgid\s*=\s*["']([0-9a-fA-F]+)["']/.exec(xml ?? "")?.[1]?.toLowerCase() : void 0;
      if (id === void 0 || xml === void 0 || !wanted.has(id)) return;
      const files = parseElement(xml, CONTEXT).children.filter((child) => child.name === "file");
      lists.set(
        id,
        files.map(({ text, attributes }) => ({
          path: text.replace(/^\/+/, ""),
          isDirectory: attributes.get("type") === "dir"
        }))
      );
    }
  });
  return lists;
}

// src/init/headers.ts
var MOST_READ = 96;
var PARALLEL = 8;
var Headers = class {
  constructor(index, fetcher, options) {
    this.index = index;
    this.fetcher = fetcher;
    this.options = options;
  }
  index;
  fetcher;
  options;
  known = /* @__PURE__ */ new Map();
  /** Undefined when the server or the index do not give it, or give something else. */
  async tryRead(found) {
    const held = await this.read(found);
    return held instanceof MirrorError ? void 0 : held;
  }
  files({ checksum }) {
    const held = this.known.get(checksum.hex);
    return held === void 0 || held instanceof MirrorError ? void 0 : held.facts.files.map(({ path, type }) => ({ path, isDirectory: type === "directory" }));
  }
  /** Reads many, side by side. */
  async readAll(packages, logger) {
    const queue = packages.values();
    let done = 0;
    const worker = async () => {
      for (const found of queue) {
        await this.read(found);
        done += 1;
        logger.progress(`headers: ${done} of ${packages.length}`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }
  /** Judges what was read as publish would. */
  async judge(listed, rules) {
    try {
      const held = await this.read(listed);
      if (held instanceof MirrorError) throw held;
      const verdict = await verifyFront(held, listed, rules);
      return { listed, verdict, error: void 0 };
    } catch (error) {
      if (error instanceof MirrorError) return { listed, verdict: void 0, error };
      throw error;
    }
  }
  async read(found) {
    const { hex } = found.checksum;
    const held = this.known.get(hex) ?? await this.fetch(found);
    this.known.set(hex, held);
    return held;
  }
  async fetch(found) {
    try {
      verifyListed(found, { options: this.options, index: this.index });
      return await readServedHeader(found, { index: this.index, fetcher: this.fetcher });
    } catch (error) {
      if (error instanceof MirrorError) return error;
      throw error;
    }
  }
};
function releasesOf(packages, chosen, { versions, skip }) {
  return packages.filter(
    ({ nevra }) => chosen.some(({ name, arch }) => name === nevra.name && arch === nevra.arch) && satisfies(nevra, versions) && !skip.some((entry) => namesRelease(entry, nevra))
  ).sort((a, b) => compareEvr(a.nevra, b.nevra));
}
function sample(items) {
  if (items.length <= MOST_READ) return [...items];
  const step = (items.length - 1) / (MOST_READ - 1);
  const places = new Set(Array.from({ length: MOST_READ }, (_, at) => Math.round(at * step)));
  return items.filter((_, at) => places.has(at));
}

// src/init/key-places.ts
var USUAL_PLACES = [
  "repodata/repomd.xml.key",
  "RPM-GPG-KEY",
  "RPM-GPG-KEY.asc",
  "RPM-GPG-KEY.pub",
  "GPG-KEY",
  "GPG-KEY.pub",
  "gpg",
  "gpg.key",
  "gpg.asc",
  "gpgkey",
  "KEY",
  "KEYS",
  "key.asc",
  "key.gpg",
  "KEY.gpg",
  "repo.key",
  "repo.asc",
  "public.key",
  "public.gpg",
  "public.asc",
  "pubkey.asc",
  "pubkey.gpg"
];
var ABOVE_PLACES = [
  "RPM-GPG-KEY",
  "RPM-GPG-KEY.asc",
  "GPG-KEY",
  "gpg",
  "gpg.key",
  "key.gpg",
  "KEY.gpg",
  "KEYS",
  "key.asc",
  "public.key",
  "repo.key"
];
var KEY_FOLDERS = ["gpg/", "keys/"];
var LINK = /href\s{0,9}=\s{0,9}["']?([^"'\s<>]{1,300})/gi;
var KEY_NAME = /^(?:RPM-GPG-KEY[\w.-]*|GPG-KEY[\w.-]*|KEYS?|gpg|[\w.-]+\.(?:asc|gpg|key|pub))$/i;
var REPO_NAME = /\.repo$/i;
var MOST = { links: 8, folders: 3, names: 6, repoFiles: 4 };
var GUESS = { attempts: 1, timeout: 15e3 };
async function* keyPlaces(hunt, fetcher) {
  const { base } = hunt;
  yield USUAL_PLACES.map((name) => `${base}/${name}`);
  const folders = [base, ...parentsOf(base)];
  const names = namesOf(hunt);
  const pages = [...folders, ...KEY_FOLDERS.map((name) => `${base}/${name}`.replace(/\/$/, ""))];
  const links = (await Promise.all(pages.map((folder) => linksOf(folder, fetcher)))).flat();
  const keys = links.filter((url) => KEY_NAME.test(lastSegment(url)));
  yield unique([...keys, ...names.map((name) => `${base}/RPM-GPG-KEY-${name}`)]);
  const repoFiles = unique([
    ...links.filter((url) => REPO_NAME.test(lastSegment(url))).slice(0, MOST.repoFiles),
    ...folders.slice(0, 2).flatMap((folder) => names.slice(0, 3).map((name) => `${folder}/${name}.repo`))
  ]);
  yield unique(
    (await Promise.all(repoFiles.map((url) => keysOfRepoFile(url, hunt, fetcher)))).flat()
  );
  for (const folder of folders.slice(1))
    yield unique([
      ...ABOVE_PLACES.map((name) => `${folder}/${name}`),
      ...names.map((name) => `${folder}/RPM-GPG-KEY-${name}`),
      ...KEY_FOLDERS.flatMap((name) => [
        `${folder}/${name}key.asc`,
        `${folder}/${name}RPM-GPG-KEY`
      ])
    ]);
}
function parentsOf(base) {
  const url = URL.parse(base);
  if (url === null) return [];
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  return segments.slice(0, MOST.folders).map((_, at) => {
    const above = new URL(url);
    above.pathname = segments.slice(0, segments.length - at - 1).join("/");
    return above.href.replace(/\/$/, "");
  });
}
function namesOf({ base, packages }) {
  const url = URL.parse(base);
  const labels = (url?.hostname ?? "").split(".");
  const [top = "", above = ""] = labels.toReversed();
  const host = /^\d+$/.test(top) ? "" : above;
  const segments = (url?.pathname ?? "").split("/").reverse();
  const plain = [...packages, ...packages.map((name) => before(name, /-/)), host, ...segments];
  return unique(plain.filter((name) => /^[A-Za-z][\w.-]{1,63}$/.test(name))).slice(0, MOST.names);
}
async function linksOf(folder, fetcher) {
  const page = await tryFetch(`${folder}/`, LIMITS.notesBytes, "listing", fetcher);
  if (page === void 0) return [];
  const urls = [...Buffer.from(page).toString("latin1").matchAll(LINK)].flatMap((link) => {
    const url = URL.parse(group(link, 1), `${folder}/`);
    return url !== null && url.origin === new URL(folder).origin ? url.href : [];
  });
  const wanted = unique(urls).filter((url) => {
    const name = lastSegment(url);
    return KEY_NAME.test(name) || REPO_NAME.test(name);
  });
  return wanted.slice(0, MOST.links);
}
async function keysOfRepoFile(url, hunt, fetcher) {
  const bytes = await tryFetch(url, LIMITS.repoFileBytes, ".repo file", fetcher);
  if (bytes === void 0) return [];
  const ids = [
    ...Buffer.from(bytes).toString("latin1").matchAll(/^\[([^\]\r\n]{1,100})\]/gm)
  ];
  return ids.slice(0, MOST.repoFiles).flatMap(([, repoId]) => {
    try {
      return parseRepoFile(bytes, { ...hunt, repoId }).gpgKeys.filter((key) => mayAsk(key, url));
    } catch {
      return [];
    }
  });
}
function mayAsk(key, from) {
  const [to, own] = [URL.parse(key), URL.parse(from)];
  if (to === null || own === null || !/^https?:$/.test(to.protocol)) return false;
  return to.origin === own.origin || hostKind(to) === void 0;
}
async function tryFetch(url, maxBytes, what, fetcher) {
  try {
    return (await fetcher.fetch({ url, maxBytes, what, ...GUESS })).body;
  } catch {
    return void 0;
  }
}
function lastSegment(url) {
  return afterLast(URL.parse(url)?.pathname ?? "", "/");
}
function unique(items) {
  return [...new Set(items)];
}

// src/init/keys.ts
async function findKeys(source, search) {
  const named = await namedKeys(source, search);
  if (named.length > 0 && isCovered(named, search.signers)) return named;
  return [...named, ...await guessKeys(named, search)];
}
async function namedKeys(source, { options, fetcher, logger }) {
  const named = [];
  for (const key of source.keys) {
    try {
      for (const file of await fetchKeys([key], fetcher)) named.push(await openKeys(file, false));
    } catch (error) {
      if (options.gpgkey.length > 0 || !isMissing(error)) throw error;
      logger.warning(
        `the .repo file names a key that cannot be read here: ${error.message}`
      );
    }
  }
  return named;
}
async function guessKeys(named, { base, packages, options, fetcher, signers }) {
  if (base === void 0) return [];
  const { basearch, releasever } = options.source;
  const guesses = [];
  const seen = new Set(named.flatMap(({ keyring }) => fingerprints(keyring)));
  for await (const urls of keyPlaces({ base, packages, basearch, releasever }, fetcher)) {
    const found = await Promise.all(urls.map((url) => tryKeys(url, fetcher)));
    for (const keys of found.filter((item) => item !== void 0)) {
      const own = fingerprints(keys.keyring);
      if (own.some((fingerprint) => !seen.has(fingerprint))) guesses.push(keys);
      for (const fingerprint of own) seen.add(fingerprint);
    }
    if (isCovered([...named, ...guesses], signers)) break;
  }
  return guesses;
}
function isCovered(keys, signers) {
  if (signers.size === 0) return keys.length > 0;
  const ids = new Set(
    keys.flatMap(({ keyring }) => keyring.certificates.flatMap(({ keyIds }) => keyIds))
  );
  return [...signers].every((id) => ids.has(id));
}
function fingerprints({ certificates }) {
  return certificates.map(({ fingerprint }) => fingerprint);
}
async function tryKeys(url, fetcher) {
  try {
    const { body } = await fetcher.fetch({
      url,
      maxBytes: LIMITS.keyBytes,
      what: "public key",
      ...GUESS
    });
    return await openKeys({ name: void 0, source: url, bytes: body }, true);
  } catch (error) {
    if (error instanceof DownloadError || error instanceof VerificationError) return void 0;
    throw error;
  }
}
async function openKeys({ source, bytes }, isGuess) {
  return { source, keyring: await loadKeyring([{ name: displayUrl(source), bytes }]), isGuess };
}
function isMissing(error) {
  return error instanceof DownloadError && (error.code === "NOT_FOUND" || error.code === "HTTP_STATUS");
}

// src/init/explore.ts
var FILELISTS = { bytes: 8 * MIB, openBytes: 512 * MIB };
var MOST_HEADERS = 8;
async function explore(request) {
  const { source, fetcher, logger } = request;
  const options = { ...request.options, allowWeak: tolerant(request.options.allowWeak) };
  const index = await readIndex({ ...request, options });
  for (const warning of index.warnings) logger.warning(warning);
  const headers = new Headers(index, fetcher, options);
  const candidates = await rank2(index, headers, request);
  const chosen = choose(candidates, options);
  const releases = releasesOf(index.packages, chosen, options);
  const sampled = sample(releases);
  await headers.readAll(sampled, logger);
  const keys = await findKeys(source, {
    ...request,
    base: index.bases[0],
    packages: chosen.map(({ name }) => name),
    signers: await signersOf(index, sampled, headers)
  });
  const checker = bind(await join(keys), options.allowWeak);
  const pins = options.gpgFingerprints;
  const rules = {
    options: { ...options, sourcePath: request.sourcePath ?? sourcePathOf(chosen, options) },
    checker: pins.size > 0 ? checker.restrictedTo(pins) : checker
  };
  const newest = sampled.toSorted((a, b) => (a.buildTime ?? 0) - (b.buildTime ?? 0)).at(-1);
  const pkg = newest === void 0 ? void 0 : await headers.tryRead(newest);
  const evidence = pkg === void 0 ? void 0 : await examineHeader(pkg, checker.check);
  const names = new Set(index.packages.map(({ nevra }) => nevra.name));
  const indexMakers = await checkIndex(index, checker);
  return {
    index,
    keys,
    indexSignatures: indexMakers && await checkIndex(index, rules.checker),
    indexMakers: indexMakers ?? [],
    isPinned: pins.size > 0,
    candidates,
    chosen,
    packageSignatures: evidence?.signatures,
    releases,
    judged: await Promise.all(sampled.map((listed) => headers.judge(listed, rules))),
    isSaidSigned: source.isSigned,
    oddNames: [...names].filter((name) => !isPlainName(name)).length
  };
}
function tolerant(given) {
  return /* @__PURE__ */ new Set([...given, "md5", "sha1", "ripemd160", "rsa512", "dsa512"]);
}
function bind(keyring, allowWeak) {
  return new SignatureChecker(keyring, { allowWeak, now: Math.floor(Date.now() / 1e3) });
}
function join(keys) {
  return loadKeyring(
    keys.flatMap(
      ({ source: name, keyring: own }) => own.certificates.map(({ fingerprint }) => ({
        name,
        bytes: Buffer.from(own.armored(fingerprint))
      }))
    )
  );
}
async function signersOf({ signatureBytes, repomdBytes }, sampled, headers) {
  const nobody = bind(await loadKeyring([]), /* @__PURE__ */ new Set());
  const reports = signatureBytes === void 0 ? [] : [...await nobody.checkDetached(signatureBytes, repomdBytes)];
  for (const found of sampled) {
    const pkg = await headers.tryRead(found);
    if (pkg === void 0) continue;
    for (const { packets } of listSignatures(pkg.signatureHeader))
      reports.push(...nobody.foresee(packets));
  }
  return new Set(reports.flatMap(({ keyId }) => keyId ?? []));
}
function sourcePathOf(chosen, { sourcePath }) {
  const globs = new Set(
    chosen.flatMap(({ source, arch }) => source && arch !== "src" ? [source.glob] : [])
  );
  const [glob] = globs;
  return globs.size === 1 && glob !== void 0 ? glob : sourcePath;
}
function choose(candidates, { packages }) {
  const isWanted = createSelector({ packages, arch: [""] });
  return packages.includes("*") ? candidates.slice(0, 1) : candidates.filter(({ name }) => isWanted({ name, arch: "" }));
}
async function checkIndex({ signatureBytes, repomdBytes }, checker) {
  return signatureBytes === void 0 ? void 0 : checkIndexSignature({ repomd: repomdBytes, signature: signatureBytes }, checker);
}
async function readIndex({
  options,
  arch,
  source,
  fetcher
}) {
  const isNamed = createSelector({ packages: options.packages, arch: [""] });
  const otherArchs = /* @__PURE__ */ new Set();
  const index = await loadIndex({
    bases: source.baseUrls,
    mirrorlist: source.mirrorlist,
    metalink: source.metalink,
    fetcher,
    select: ({ name, arch: found }) => {
      const isTaken = arch?.includes(found) ?? true;
      if (!isTaken && isNamed({ name, arch: "" })) otherArchs.add(found);
      return isTaken;
    },
    allowWeak: options.allowWeak,
    // Judged when the keys are known, some of which lie in the repository.
    verifyRepomd: options.repoGpgcheck === "off" ? void 0 : () => void 0
  }).catch(async (error) => {
    throw await withNearRepository(error, {
      bases: source.baseUrls,
      fetcher,
      basearch: options.source.basearch
    });
  });
  if (!index.packages.some(({ nevra: { name } }) => isPlainName(name) && isNamed({ name, arch: "" }))) {
    if (index.packageCount === 0)
      throw new RepodataError(
        "PACKAGE_NOT_FOUND",
        `the index of ${index.baseUrl} lists no package`,
        { remedy: "Check the URL; a publisher may keep each product in a repository of its own." }
      );
    throw packageNotFound(
      { packages: options.packages, arch: arch ?? ["any"] },
      index.names.size > 0 ? index.names : index.packages.map(({ nevra }) => nevra.name),
      otherArchs
    );
  }
  return index;
}
async function rank2(index, headers, { options, fetcher, logger }) {
  const isWanted = createSelector({ packages: options.packages, arch: [""] });
  const isAny = options.packages.includes("*");
  const lists = await listFiles(index, { options, fetcher }).catch((error) => {
    if (!(error instanceof MirrorError)) throw error;
    logger.warning(`the file lists of the repository cannot be used: ${error.message}`);
    return /* @__PURE__ */ new Map();
  });
  const known = (found) => headers.files(found) ?? lists.get(found.checksum.hex);
  const first = rankCandidates(index.packages, known);
  const unknown = first.filter(
    ({ name, source }) => source === void 0 && (isAny || isWanted({ name, arch: "" }))
  );
  for (const { newest } of unknown.slice(0, MOST_HEADERS)) await headers.tryRead(newest);
  return rankCandidates(index.packages, known);
}
async function listFiles(index, { options, fetcher }) {
  const record = findRecord(index.repomd, "filelists");
  if (record === void 0 || (record.size ?? Infinity) > FILELISTS.bytes) return /* @__PURE__ */ new Map();
  const {
    files: [file]
  } = await loadRecords(index, ["filelists"], { fetcher, allowWeak: options.allowWeak });
  if (file === void 0) return /* @__PURE__ */ new Map();
  const ids = new Set(newestPackages(index.packages).map(({ checksum }) => checksum.hex));
  const lists = await readFilelists(file, ids, FILELISTS.openBytes);
  return new Map(
    [...lists].map(([id, list]) => [
      id,
      list.map(({ path, isDirectory }) => ({ path: Buffer.from(path), isDirectory }))
    ])
  );
}

// src/init/certificates.ts
function namedCertificates(keys) {
  return uniqueCertificates(keys.filter(({ isGuess }) => !isGuess));
}
function mergeCertificates(...lists) {
  return [...new Map(lists.flat().map((facts) => [facts.fingerprint, facts])).values()];
}
function certificatesToPin({
  keys,
  indexSignatures = [],
  packageSignatures = [],
  judged
}) {
  const makers = /* @__PURE__ */ new Set([
    ...[...indexSignatures, ...packageSignatures].filter(({ status }) => status === "good").map(({ fingerprint }) => fingerprint),
    ...judged.flatMap(({ verdict }) => verdict?.signer ?? [])
  ]);
  const all = uniqueCertificates(keys);
  const signed = all.filter(({ fingerprint }) => makers.has(fingerprint));
  return signed.length > 0 || isByOthers(packageSignatures) ? signed : uniqueCertificates(keys.filter(({ isGuess }) => !isGuess));
}
function isByOthers(packageSignatures = []) {
  return packageSignatures.length > 0 && packageSignatures.every(({ status }) => status === "no-key");
}
function uniqueCertificates(keys) {
  return [
    ...new Map(
      keys.flatMap(
        ({ keyring }) => keyring.certificates.map((facts) => [facts.fingerprint, facts])
      )
    ).values()
  ];
}

// src/init/needs.ts
var WEAK_CHECKSUMS = /* @__PURE__ */ new Set(["md5", "sha1"]);
var PLAINEST = "{version}";
var FORMATS = [
  PLAINEST,
  "{version}-{release}",
  "{epoch}-{version}-{release}",
  "{name}-{version}",
  "{name}-{version}-{release}",
  "{name}-{epoch}-{version}-{release}",
  "{name}-{epoch}-{version}-{release}.{arch}"
];
function needsOf(exploration, given) {
  const found = [
    weakOf(exploration, given),
    formatOf(exploration.releases),
    signatureOf(exploration),
    skipOf(exploration)
  ];
  return found.filter(
    (need) => need !== void 0 && (need.name === "allow-weak" || need.name === "skip" || !given.has(need.name))
  );
}
function weakOf({ judged, index, releases }, given) {
  const ofSignatures = judged.flatMap(
    ({ verdict }) => (verdict?.evidence.signatures ?? []).filter(({ status }) => status === "good").flatMap(({ tolerated }) => tolerated)
  );
  const names = [.../* @__PURE__ */ new Set([...checksumsOf(index, releases), ...ofSignatures])];
  const known = new Set((given.get("allow-weak") ?? "").toLowerCase().split(/[\s,]+/));
  const missing = names.filter((name) => !known.has(name));
  return missing.length === 0 ? void 0 : {
    name: "allow-weak",
    value: [...[...known].filter((name) => name !== ""), ...missing].join(" "),
    reason: `the publisher's ${ofSignatures.length > 0 ? "signatures rest" : "index rests"} on ${missing.join(" and ")}, which can be forged with enough effort; each use is recorded`
  };
}
function checksumsOf({ repomd }, releases) {
  const records = repomd.records.filter(
    ({ type }) => ["primary", "filelists", "other"].includes(type)
  );
  return [...records, ...releases].map(({ checksum }) => checksum.algorithm).filter((name) => WEAK_CHECKSUMS.has(name));
}
function formatOf(releases) {
  const nevras = [...new Map(releases.map(({ nevra }) => [formatNevra(nevra), nevra])).values()];
  const value = FORMATS.find(
    (format2) => new Set(nevras.map((nevra) => formatTagName(format2, nevra))).size === nevras.length
  );
  return value === void 0 || value === PLAINEST ? void 0 : {
    name: "tag-format",
    value,
    reason: `${PLAINEST} would give one tag to several releases`
  };
}
function signatureOf(exploration) {
  const { indexSignatures, isSaidSigned } = exploration;
  if (indexSignatures === void 0)
    return isSaidSigned ? {
      name: "repo-gpgcheck",
      value: "off",
      reason: "the .repo file says that the index is signed, and it is not; the packages are, and are checked"
    } : void 0;
  if (indexSignatures.some(({ status }) => status === "good")) return void 0;
  const [first] = indexSignatures;
  const fault = unpinnedIndex(exploration) ?? `repomd.xml.asc cannot be checked (${first?.reason ?? "it holds no signature"})`;
  return {
    name: "repo-gpgcheck",
    value: "off",
    reason: `${fault}; the packages are checked by their own signatures`
  };
}
function unpinnedIndex({ indexMakers, isPinned }) {
  const maker = indexMakers.find(({ status }) => status === "good")?.fingerprint;
  return !isPinned || maker === void 0 || maker === null ? void 0 : `repomd.xml is signed by ${maker}, which gpg-fingerprints does not list`;
}
function indexObstacle(exploration, given) {
  const wanted = given.get("repo-gpgcheck")?.trim();
  if (wanted === void 0 || wanted === "off") return void 0;
  const { indexSignatures } = exploration;
  const isRefused = indexSignatures === void 0 ? wanted === "required" : !indexSignatures.some(({ status }) => status === "good");
  if (!isRefused) return void 0;
  return indexSignatures === void 0 ? "give --repo-gpgcheck=auto or off: the index is not signed, and publish would refuse it" : `give the key that signed repomd.xml with --gpgkey (and its fingerprint with --gpg-fingerprints, if you pin), or --repo-gpgcheck=off: publish would refuse the index`;
}
function emptyObstacle({ releases, index, chosen }, given) {
  if (releases.length > 0) return void 0;
  const names = ["versions", "skip"].filter((name) => given.has(name));
  const packages = chosen.map(({ name }) => name).join(", ");
  return `widen ${names.map((name) => `--${name}`).join(" or ") || "--packages"}: of the ${index.packageCount} packages of the index no release${packages === "" ? "" : ` of ${packages}`} is left to publish`;
}
function skipOf({ judged }) {
  const refused = judged.filter(({ error }) => error !== void 0);
  if (refused.length === 0 || refused.length === judged.length) return void 0;
  return {
    name: "skip",
    value: refused.map(({ listed }) => formatNevra(withoutZeroEpoch(listed.nevra))).join("\n"),
    reason: `publish would refuse these: ${codesOf(refused)}`
  };
}
function codesOf(judged) {
  const codes = Map.groupBy(judged, ({ error }) => error?.code ?? "");
  return [...codes].map(([code, group2]) => `${code} (${group2.length})`).join(", ");
}
function refusalOf({ judged }) {
  const errors = judged.flatMap(({ error }) => error ?? []);
  if (errors.length < judged.length) return void 0;
  const groups = [...Map.groupBy(errors, ({ code: code2 }) => code2).values()];
  const [first] = groups.sort((a, b) => b.length - a.length)[0] ?? [];
  if (first === void 0) return void 0;
  const { code, message, remedy } = first;
  switch (code) {
    case "NO_SIGNATURE":
      return "ask the publisher to sign the packages (rpmsign --addsign, then createrepo_c): publish accepts none that nobody signed, and nothing else can take the place of that";
    case "NOT_COVERED":
      return "ask the publisher to sign header and payload (rpmsign of rpm 4.14 or newer on packages that it built): these signatures say nothing of the payload";
    case "UNKNOWN_KEY":
      return void 0;
    case "SOURCE_PATH_NOT_FOUND":
      return `choose another package with --packages, or the folder of its source with --source-path: ${message}`;
    default:
      return `mend this, or ask the publisher to: ${code}: ${sentences({ message, remedy })}`;
  }
}

// src/init/inputs.ts
var SOURCES = [
  "baseurl",
  "mirrorlist",
  "metalink",
  "repo-file",
  "repo-id",
  "basearch",
  "releasever"
];
function chooseInputs({ given, exploration, source }) {
  const pins = parseFingerprints(given.get("gpg-fingerprints") ?? "");
  const signers = certificatesToPin(exploration);
  const obstacle = emptyObstacle(exploration, given) ?? obstacleOf(exploration, { pins, pinned: signers }) ?? refusalOf(exploration) ?? indexObstacle(exploration, given);
  const pinned = obstacle === void 0 && given.has("gpgkey") ? mergeCertificates(signers, namedCertificates(exploration.keys)) : signers;
  const needs = obstacle === void 0 ? needsOf(exploration, given) : [];
  const wanted = inTableOrder(
    new Map([
      ...foundInputs(given, { exploration, source, pinned }),
      ...needs.map(({ name, value }) => [name, value]),
      ...[...given].filter(
        ([name]) => !isDecided(name) && !needs.some((need) => need.name === name)
      )
    ])
  );
  const secrets = secretsOf(wanted, given.get("repository"));
  const values = new Map([
    ...wanted.map(([name, text]) => [name, { text: text.trim() }]),
    ...[...secrets].map(([secret, name]) => [name, { expression: `secrets.${secret}` }]),
    ...given.has("dry-run") ? [] : [["dry-run", { expression: "inputs.dry-run || false" }]]
  ]);
  return {
    values,
    pinned: given.has("gpg-fingerprints") ? [] : pinned,
    secrets,
    local: wanted.filter(([name, value]) => isLocalPath(name, value)).map(([name]) => name),
    reasons: new Map(needs.map(({ name, reason }) => [name, reason])),
    obstacle
  };
}
function foundInputs(given, {
  exploration,
  source,
  pinned
}) {
  const isIndexSigned = exploration.indexSignatures?.some(({ status }) => status === "good") === true;
  return [
    ...placeOf(given, source),
    ...keysOf(given, { exploration, pinned, isFileKept: isUrl(given.get("repo-file") ?? "") }),
    ...packagesOf(exploration),
    ...isIndexSigned ? [["repo-gpgcheck", "required"]] : []
  ];
}
function isDecided(name) {
  return SOURCES.includes(name) || name === "token" || name === "gpgkey";
}
function inTableOrder(values) {
  return Object.keys(INPUTS).flatMap((name) => {
    const value = values.get(name);
    return value === void 0 ? [] : [[name, value]];
  });
}
function secretsOf(wanted, repository) {
  const secrets = new Map(
    wanted.filter(([name, value]) => isSecret(name, value)).map(([name]) => [secretName(name), name])
  );
  if (repository === void 0 || isLocalPath("repository", repository)) return secrets;
  const { transport } = resolveRepository(repository, { serverUrl: "https://github.com" });
  return transport === "ssh" ? secrets.set("MIRROR_SSH_KEY", "ssh-key") : secrets.set("MIRROR_TOKEN", "token");
}
function obstacleOf({ keys, packageSignatures = [], judged }, {
  pins,
  pinned
}) {
  const isAnyGood = judged.some(({ verdict }) => verdict !== void 0);
  if (pinned.length === 0 || isByOthers(packageSignatures) && !isAnyGood) {
    const isUnsigned = judged.length > 0 && judged.every(({ error }) => error?.code === "NO_SIGNATURE");
    return isUnsigned ? void 0 : missingKey(packageSignatures, pinned);
  }
  const signers = [
    ...new Set(
      packageSignatures.flatMap(
        ({ status, fingerprint }) => status === "good" ? fingerprint ?? [] : []
      )
    )
  ];
  const fitting = signers.length > 0 ? signers : uniqueCertificates(keys).map(({ fingerprint }) => fingerprint);
  if (pins.size === 0 || fitting.some((fingerprint) => pins.has(fingerprint))) return void 0;
  return `correct --gpg-fingerprints, which does not list ${signers.length > 0 ? "the signer of the newest package" : "the key that was found"}, ${fitting.join(", ")}, and run init again`;
}
function missingKey(packageSignatures, pinned) {
  const ids = [...new Set(packageSignatures.flatMap(({ keyId }) => keyId ?? []))].map(
    (id) => id.toUpperCase()
  );
  return `find the publisher's key${ids.length === 0 ? "" : ` (key id ${ids.join(", ")})`} and run init again with --gpgkey URL${pinned.length === 0 ? "" : ", beside the key of the index"}`;
}
function placeOf(given, source) {
  const file = given.get("repo-file");
  if (file === void 0 || isUrl(file))
    return inTableOrder(given).filter(([name]) => SOURCES.includes(name));
  if (source.metalink !== void 0) return [["metalink", source.metalink]];
  if (source.mirrorlist !== void 0) return [["mirrorlist", source.mirrorlist]];
  return [["baseurl", source.baseUrls.join("\n")]];
}
function keysOf(given, {
  exploration,
  pinned,
  isFileKept
}) {
  const fingerprints2 = new Set(pinned.map(({ fingerprint }) => fingerprint));
  const files = exploration.keys.filter(
    ({ keyring }) => keyring.certificates.some(({ fingerprint }) => fingerprints2.has(fingerprint))
  );
  const isListed = isFileKept && !given.has("gpgkey") && files.every(({ source, isGuess }) => !isGuess && isUrl(source));
  const texts = files.flatMap(
    ({ source, keyring }) => isUrl(source) ? [source] : keyring.certificates.filter(({ fingerprint }) => fingerprints2.has(fingerprint)).map(({ fingerprint }) => keyring.armored(fingerprint).trim())
  );
  const pins = given.has("gpg-fingerprints") || pinned.length === 0 ? [] : [["gpg-fingerprints", [...fingerprints2].join("\n")]];
  return [
    ...texts.length === 0 || isListed ? [] : [["gpgkey", texts.join("\n")]],
    ...pins
  ];
}
function packagesOf({ chosen }) {
  const archs = [...new Set(chosen.map(({ arch }) => arch))];
  const globs = new Set(
    chosen.flatMap(
      ({ source, arch }) => source === null || source === void 0 || arch === "src" ? [] : [source.glob]
    )
  );
  const [glob] = globs;
  return [
    ["packages", chosen.map(({ name }) => name).join(" ")],
    ...archs.join() === INPUTS.arch.default ? [] : [["arch", archs.join(" ")]],
    ...globs.size !== 1 || glob === void 0 || glob === DEFAULT_SOURCE_PATH ? [] : [["source-path", glob]]
  ];
}
function isUrl(text) {
  return /^https?:\/\//i.test(text);
}
function isSecret(name, value) {
  return inputSpec(name).secret === true || /\bhttps?:\/\/[^/\s@]+@/i.test(value);
}
function isLocalPath(name, value) {
  const takesFiles = ["baseurl", "release-notes", "repository", "mirrors"].includes(name);
  return takesFiles && value.split(/[\s,]+/).some((item) => /^(?:file:|\/|\.)/i.test(item) || name === "release-notes" && !isUrl(item));
}
function secretName(name) {
  return name.toUpperCase().replaceAll("-", "_");
}

// src/init/report.ts
var MOST_NAMES = 10;
function reportLook(exploration, { inputs, logger }) {
  const { index, candidates, oddNames } = exploration;
  logger.info(
    `repository: ${index.baseUrl}: ${index.packageCount} packages with ${counted(candidates.length, "name")}, revision ${index.repomd.revision || "none"}`
  );
  if (oddNames > 0)
    logger.warning(
      `${oddNames} package names hold characters that no input can hold; they are left out`
    );
  reportIndexSignature(exploration, {
    isWanted: textOf(inputs, "repo-gpgcheck") !== "off",
    logger
  });
  reportPackages(exploration, logger);
  reportKeys(exploration, { inputs, logger });
  reportJudged(exploration, { inputs, logger });
}
function reportJudged({ judged, releases }, { inputs, logger }) {
  const refused = judged.filter(({ error }) => error !== void 0);
  const all = judged.length === releases.length ? `all ${judged.length}` : `${judged.length} of ${releases.length} (oldest and newest among them; check reads all)`;
  logger.info(`headers: ${all} read, publish would accept ${judged.length - refused.length}`);
  if (refused.length > 0)
    logger.warning(`publish would refuse ${refused.length}: ${codesOf(refused)}`);
  for (const [name, reason] of inputs.reasons) logger.warning(`${name} is set: ${reason}`);
}
function reportIndexSignature(exploration, { isWanted, logger }) {
  const { indexSignatures, isPinned } = exploration;
  if (indexSignatures === void 0) {
    logger.info(
      `index: ${isWanted ? "not signed (no repomd.xml.asc)" : "its signature was not looked at (repo-gpgcheck: off)"}; packages are checked by their own signatures`
    );
    return;
  }
  const good = indexSignatures.find(({ status }) => status === "good");
  if (good !== void 0)
    logger.info(
      `index: repomd.xml is signed by ${good.fingerprint ?? ""}, and the signature is good: repo-gpgcheck is set to required${isPinned ? "" : ". Whose key that is was not checked, since no gpg-fingerprints are given"}`
    );
  else
    logger.warning(
      `${unpinnedIndex(exploration) ?? `repomd.xml.asc cannot be checked: ${reasonsOf(indexSignatures)}`}. publish would refuse the index: add that key to --gpgkey, or set --repo-gpgcheck=off to rely on the packages' signatures alone`
    );
}
function reportPackages(exploration, logger) {
  const { chosen, candidates } = exploration;
  for (const { name, arch, versions, newest, bytes, source, otherArchs } of chosen) {
    const others2 = otherArchs.length === 0 ? "" : `; also there as ${otherArchs.join(", ")}`;
    logger.info(
      `package: ${name} (${arch}${others2}): ${counted(versions, "version")}, newest ${newest.nevra.version}-${newest.nevra.release}, ${formatSize(bytes)} in all`
    );
    if (arch === "src")
      logger.info(
        `source: ${name} is a source package; its first archive becomes the source (see unpack)`
      );
    else if (source === void 0)
      logger.warning(
        `the files of ${formatNevra(withoutZeroEpoch(newest.nevra))} are not listed by the index; check source-path with a dry run`
      );
    else if (source === null)
      logger.warning(
        `${formatNevra(withoutZeroEpoch(newest.nevra))} holds nothing that looks like source. Choose another package with --packages${suggest(candidates)}, or set --source-path to the folder that you want`
      );
    else
      logger.info(
        `source: ${source.glob} holds ${counted(source.files, "file")}${source.isScripts ? ", scripts and no compiled source," : ""} in ${formatNevra(withoutZeroEpoch(newest.nevra))}`
      );
  }
  const others = otherSources(exploration);
  if (others.length > 0)
    logger.info(
      `also with source: ${others.slice(0, MOST_NAMES).map(({ name }) => name).join(
        ", "
      )}${others.length > MOST_NAMES ? " and more" : ""}; if one is an earlier name of the same thing, add it to --packages`
    );
  if (new Set(chosen.flatMap(({ source, arch }) => source && arch !== "src" ? [source.glob] : [])).size > 1) {
    logger.warning(
      "the chosen packages keep their source in different folders: mirror them by one workflow each, or set --source-path"
    );
  }
}
function suggest(candidates) {
  const [first] = candidates.filter(({ source }) => source !== null && source !== void 0);
  return first === void 0 ? "" : ` (${first.name} has source)`;
}
function reportKeys(exploration, { inputs, logger }) {
  const { keys, packageSignatures } = exploration;
  for (const { source, keyring, isGuess } of keys) {
    const place = isGuess ? `${displayUrl(source)}, a usual place that nobody named` : displayUrl(source);
    for (const facts of keyring.certificates)
      logger.info(`key: ${describeKey(facts)}, from ${place}: ${duties(facts, exploration)}`);
  }
  if (packageSignatures === void 0)
    logger.warning(
      "the header of the newest package could not be read, so no key could be tried on it; a dry run will"
    );
  else if (packageSignatures.length === 0)
    logger.warning(
      "the newest package has no signature over its header; publish looks for one over the whole package, and refuses a package that nobody signed"
    );
  else if (!packageSignatures.some(({ status }) => status === "good"))
    logger.warning(
      `the newest package's signature cannot be accepted: ${reasonsOf(packageSignatures)}. ${remedyOf(packageSignatures, keys.length > 0)}`
    );
  if (keys.length === 0)
    logger.warning(
      "no public key was found in the repository. Look for it in the publisher's installation guide, and run init again with --gpgkey URL"
    );
  if (inputs.pinned.length > 0)
    logger.warning(
      `compare the fingerprint${inputs.pinned.length === 1 ? "" : "s"} with another source than this server, such as the publisher's documentation or a machine that trusts the key: whoever controls the server could have put any key there`
    );
}
function describeKey({ fingerprint, userId, created, algorithm }) {
  return `${fingerprint} ${userId === "" ? "(no user id)" : userId}, ${algorithm}, created ${new Date(created * 1e3).toISOString().slice(0, 10)}`;
}
function duties({ fingerprint }, { indexMakers, packageSignatures = [] }) {
  const signed = (reports) => reports.some((report) => report.status === "good" && report.fingerprint === fingerprint);
  const things = [
    ...signed(packageSignatures) ? ["the newest package"] : [],
    ...signed(indexMakers) ? ["repomd.xml"] : []
  ];
  return things.length === 0 ? "signed nothing that was looked at" : `signed ${things.join(" and ")}, and the signature is good`;
}
function reasonsOf(reports) {
  return [
    ...new Set(reports.map(({ code, reason, status }) => `${code ?? status}: ${reason ?? status}`))
  ].join("; ");
}
function remedyOf(reports, hasKeys) {
  if (reports.some(({ code }) => code === "WEAK_ALGORITHM"))
    return "If you must, name the algorithm in --allow-weak";
  return hasKeys ? "The keys that were found are not the signer's: give the right one with --gpgkey" : "Give the signer's key with --gpgkey";
}
var WRITERS = /* @__PURE__ */ new Map([
  ["token", "a token"],
  ["ssh-key", "the private half of a key"]
]);
function secretValue(name, repository) {
  const writer = WRITERS.get(name);
  return writer === void 0 ? `the value of ${name}` : `${writer} that may write to ${repository ?? "the repository of the mirror"}`;
}
function reportNextSteps({
  inputs,
  file,
  logger
}) {
  for (const name of inputs.local)
    logger.warning(`${name} names a place on this machine, which a runner does not have`);
  if (inputs.obstacle !== void 0) {
    logger.warning("no file is written: this workflow could not publish anything yet");
    logger.info("next:");
    logger.info(`  1. ${inputs.obstacle}`);
    return;
  }
  const repository = textOf(inputs, "repository");
  const steps = [
    ...inputs.pinned.length > 0 ? ["compare the fingerprints, as said above"] : [],
    ...[...inputs.secrets].map(
      ([secret, name]) => `add the secret ${secret} to the repository (Settings, Secrets and variables, Actions): ${secretValue(name, repository)}`
    ),
    ...[...inputs.secrets.values()].includes("ssh-key") && !inputs.values.has("ssh-known-hosts") ? [
      "add the input ssh-known-hosts: what ssh-keyscan prints for the host of the mirror, compared with what that host's operator says"
    ] : [],
    `commit ${file ?? "the workflow as .github/workflows/mirror.yml"} to the default branch of the repository that is to ${repository === void 0 ? "become the mirror" : `run it (the mirror itself is ${repository})`}, and push`,
    "open Actions, Mirror, Run workflow; choose dry-run first, read its summary, then run it without"
  ];
  logger.info("next:");
  for (const [at, step] of steps.entries()) logger.info(`  ${at + 1}. ${step}`);
}
function textOf({ values }, name) {
  const value = values.get(name);
  return value !== void 0 && "text" in value ? value.text : void 0;
}
function formatSize(bytes) {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / MIB)} MiB`;
}

// src/init/workflow.ts
import { createHash } from "node:crypto";
var MOST2 = 20;
var WIDEST = 160;
var UNPRINTABLE = /[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;
var WITH = "          ";
function formatWorkflow({ inputs, others }) {
  const { values } = inputs;
  const lines = Object.keys(INPUTS).flatMap((name) => {
    const value = values.get(name);
    return value === void 0 ? [] : [
      ...commentsOf(name, inputs),
      ...formatInput(name, value),
      ...name === "packages" ? listOthers(others) : []
    ];
  });
  const dryRun = values.get("dry-run");
  const hasKey = values.has("gpgkey") || values.has("repo-file") || values.has("gpg-fingerprints");
  return `name: Mirror

on:
  schedule:
    # In UTC; with timezone: Europe/Berlin below it in the time of a place.
    - cron: '${cronOf(values)}'
  workflow_dispatch:
${dryRun !== void 0 && "expression" in dryRun ? DRY_RUN : ""}
permissions: {}

concurrency:
  group: mirror
  cancel-in-progress: false

jobs:
  mirror:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
${permissionsOf(values).map((permission) => `      ${permission}: write
`).join("")}    steps:
      - uses: rpm-source-mirror/rpm-source-mirror@v1
        with:
${[...hasKey ? [] : [`${WITH}# gpgkey: the URL of the publisher's public key; without it nothing is published`], ...lines].join("\n")}
`;
}
var DRY_RUN = `    inputs:
      dry-run:
        description: Everything but the push
        type: boolean
        default: false
`;
function cronOf(values) {
  const name = JSON.stringify(
    ["baseurl", "mirrorlist", "metalink", "repo-file", "packages"].map(
      (input) => values.get(input)
    )
  );
  const [first = 0, second = 0] = createHash("sha256").update(name).digest();
  return `${1 + first % 59} ${second % 24} * * *`;
}
function permissionsOf(values) {
  const isOn = (name) => JSON.stringify(values.get(name) ?? "").includes("true");
  return [
    "contents",
    ...isOn("alarm-issue") ? ["issues"] : [],
    ...isOn("attest") ? ["id-token", "attestations"] : []
  ];
}
function commentsOf(name, { pinned, reasons }) {
  const reason = reasons.get(name);
  if (reason !== void 0) return [comment(`${name}: ${reason}`)];
  if (name !== "gpg-fingerprints" || pinned.length === 0) return [];
  return [
    `${WITH}# Compare with what the publisher says elsewhere than on this server:`,
    ...pinned.map(({ fingerprint, userId }) => comment(`${fingerprint}: ${userId}`))
  ];
}
function listOthers(others) {
  if (others.length === 0) return [];
  const listed = others.slice(0, MOST2).map(({ name, arch, versions, newest, source }) => {
    const files = source === void 0 || source === null ? "" : `, ${source.files} files in ${source.glob}`;
    return comment(
      `  ${name} (${arch}, ${counted(versions, "version")}, newest ${newest.nevra.version}${files})`
    );
  });
  return [
    comment("If one of these is an earlier name of the same thing, add it to packages:"),
    ...listed,
    ...others.length > MOST2 ? [comment(`  and ${others.length - MOST2} more`)] : []
  ];
}
function comment(text) {
  return `${WITH}# ${printable(text).replace(UNPRINTABLE, "?").replaceAll("${{", "$ {{").slice(0, WIDEST)}`;
}
function formatInput(name, value) {
  if ("expression" in value) return [`${WITH}${name}: \${{ ${value.expression} }}`];
  const lines = value.text.split("\n").map((line) => line.trim());
  const [first = "", ...further] = lines;
  const isBlock = further.length > 0 && /^[\x21-\x7e]/.test(first) && lines.every((line) => /^[\x20-\x7e]*$/.test(line) && !line.includes("${{"));
  return isBlock ? [`${WITH}${name}: |-`, ...lines.map((line) => line === "" ? "" : `${WITH}  ${line}`)] : [`${WITH}${name}: ${quote(value.text)}`];
}
function quote(value) {
  const json = JSON.stringify(value.toWellFormed());
  const escaped = json.replace(UNPRINTABLE, (c) => {
    const code = required(c.codePointAt(0), "a character");
    return code > 65535 ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return escaped.replaceAll("${{", "${{ '${{' }}");
}

// src/cli/init.ts
var USUAL_FILE = join2(".github", "workflows", "mirror.yml");
async function writeWorkflow({
  line,
  read,
  logger,
  print,
  environment
}) {
  const given = givenInputs(line, read);
  const options = parseOptions(
    (name) => name === "mode" ? "check" : given.get(name) ?? (name === "packages" ? "*" : ""),
    { GITHUB_REPOSITORY: "owner/name" }
  );
  const repository = given.get("repository");
  if (repository !== void 0) resolveRepository(repository, { serverUrl: "https://github.com" });
  const archs = given.get("arch");
  const secretHeaders = { lines: options.httpHeaders, urls: await serverUrls(options) };
  const fetcher = createFetcher({
    logger,
    userAgent: `rpm-source-mirror/${VERSION}`,
    concurrency: options.concurrency,
    environment,
    secretHeaders
  });
  try {
    const source = await resolveSource(options, fetcher);
    const exploration = await explore({
      options,
      sourcePath: given.has("source-path") ? options.sourcePath : void 0,
      arch: archs === void 0 ? void 0 : splitList(archs),
      source,
      fetcher,
      logger
    });
    const inputs = chooseInputs({ given, exploration, source });
    const workflow = formatWorkflow({ inputs, others: otherSources(exploration) });
    reportLook(exploration, { inputs, logger });
    print(workflow);
    const file = line.output === "-" || inputs.obstacle !== void 0 ? void 0 : line.output ?? USUAL_FILE;
    const obstacle = file === void 0 ? void 0 : await keepFile(file, workflow, logger);
    if (obstacle === void 0) reportNextSteps({ inputs, file, logger });
    else process.stderr.write(formatError(obstacle));
    return obstacle === void 0 ? 0 : 2;
  } finally {
    await fetcher.close();
  }
}
function givenInputs({ files }, read) {
  const given = new Map(
    Object.keys(INPUTS).filter((name2) => name2 !== "mode" && read(name2).trim() !== "").map((name2) => [name2, read(name2)])
  );
  const [address] = files;
  if (address === void 0) return given;
  const name = placeOf2(address);
  const other = ["baseurl", "mirrorlist", "metalink", "repo-file"].find(
    (input) => given.has(input)
  );
  if (other !== void 0)
    throw new InputError(
      "INPUT_CONFLICT",
      `the address ${JSON.stringify(withoutUserInfo(address))} and ${other} exclude one another`
    );
  return given.set(name, name === "baseurl" ? toUrl(address) : address);
}
function placeOf2(address) {
  if (/\.repo(?:[?#].*)?$/i.test(address)) return "repo-file";
  if (/metalink/i.test(address)) return "metalink";
  return /mirror-?list/i.test(address) ? "mirrorlist" : "baseurl";
}
function toUrl(address) {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || !existsSync(address) ? address : pathToFileURL(resolve(address)).href;
}
async function keepFile(file, content, logger) {
  try {
    await mkdir(dirname(file), { recursive: true });
    const held = await readFile(file, "utf8").catch(() => void 0);
    if (held !== content) await writeWhole(file, content, "wx");
    logger.info(held === content ? `${file} holds just this already` : `written: ${file}`);
    return void 0;
  } catch (error) {
    if (diskFull(error) !== void 0) throw error;
    const isTaken = error.code === "EEXIST";
    const problem = isTaken ? `${file} exists and holds something else; it was not touched` : `${file} cannot be written: ${error.message}`;
    return new InputError(isTaken ? "INPUT_CONFLICT" : "INPUT_INVALID", `output: ${problem}`, {
      remedy: "The workflow is on stdout. Give another file with --output FILE, or --output - for stdout alone; or compare, and remove the file if you do not need it.",
      cause: error
    });
  }
}

// src/cli/inspect.ts
import { existsSync as existsSync3 } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join as join4 } from "node:path";

// src/inspect/extract-files.ts
import { constants, existsSync as existsSync2 } from "node:fs";
import { chmod, mkdir as mkdir2, open, readdir, rm, symlink } from "node:fs/promises";
import { dirname as dirname2, join as join3 } from "node:path";
async function extractFiles(pkg, source, folder) {
  const files = pkg.facts.files.filter((entry) => !isRoot(entry));
  verifyTree(files, "the package");
  for (const { path } of files) decode(path);
  await requireEmpty(folder);
  await mkdir2(folder, { recursive: true });
  try {
    return await fill(folder, pkg, source);
  } catch (error) {
    for (const name of await readdir(folder))
      await rm(join3(folder, name), { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}
async function fill(folder, pkg, source) {
  const links = [];
  const folders = [];
  const left = [];
  let written = 0;
  for await (const { entry, content } of readVerifiedFiles(pkg, source, () => true)) {
    if (entry.ghost || isRoot(entry)) continue;
    const path = join3(folder, decode(entry.path));
    await mkdir2(entry.type === "directory" ? path : dirname2(path), { recursive: true });
    if (entry.type === "directory") folders.push({ path, mode: entry.mode });
    else if (entry.type === "symlink") links.push({ path, target: Buffer.from(entry.target) });
    else if (entry.type === "file") await writeNew(path, content ?? new Uint8Array(), entry.mode);
    else left.push(decode(entry.path));
    written += 1;
  }
  for (const { path, target } of links) await symlink(target, path);
  for (const { path, mode } of folders.reverse()) await chmod(path, mode & 511 | 448);
  return { written: written - left.length, left };
}
async function requireEmpty(folder) {
  if (!existsSync2(folder)) return;
  const names = await readdir(folder).catch(() => [""]);
  if (names.length > 0)
    throw new InputError("INPUT_INVALID", `extract: ${folder} is not an empty folder`, {
      remedy: "Name a new or an empty folder."
    });
}
function isRoot({ path, type }) {
  return path.length === 0 && type === "directory";
}
async function writeNew(path, content, mode) {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    384
  );
  try {
    await writingTo(dirname2(path), file.writeFile(content));
    await file.chmod(mode & 511);
  } finally {
    await file.close();
  }
}
function decode(path) {
  try {
    return checkedName(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(path));
  } catch (cause) {
    throw new PayloadError(
      "UNSAFE_PATH",
      `${JSON.stringify(latin1(path))} is not UTF-8 and cannot be extracted under its name`,
      { cause }
    );
  }
}
function checkedName(name) {
  const problem = checkPath(Buffer.from(name));
  if (problem !== void 0)
    throw new PayloadError("UNSAFE_PATH", `the name ${JSON.stringify(name)} ${problem}`);
  return name;
}

// src/inspect/inspect.ts
import { createHash as createHash2 } from "node:crypto";

// src/inspect/payload.ts
function judgeNames({ facts }, rules) {
  if (rules !== void 0 && !facts.isSource) return judgeFolders(facts, rules).warnings;
  for (const { path, type } of facts.files)
    if (path.length > 0 || type !== "directory") verifyPath(path, "package");
  return [];
}
async function inspectPayload(pkg, source, rules) {
  const files = /* @__PURE__ */ new Map();
  const { format: format2 } = pkg.facts.payload;
  if (format2 !== "cpio") {
    return {
      files,
      digests: {},
      accepted: true,
      filesGood: false,
      reasons: [
        `NOT_CHECKED: the payload has the format ${format2}, so its files were not looked at`
      ]
    };
  }
  const reasons = [];
  const warnings = [];
  let digests = {};
  let filesGood = true;
  try {
    warnings.push(...judgeNames(pkg, rules));
  } catch (error) {
    reasons.push(reasonOf(error));
  }
  try {
    const payload = readPayload(pkg, source.stream(pkg.payloadStart), {
      keep: () => false,
      uncompressedDigests: uncompressedAlgorithms(pkg.header)
    });
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        digests = step.value.digests;
        break;
      }
      const { index, entry, digest, sha256 } = step.value;
      files.set(index, { digest, sha256 });
      filesGood &&= digest === "good" || entry.type !== "file" || entry.ghost;
      if (digest === "bad")
        reasons.push(
          `DIGEST_MISMATCH: the file ${showText(toRpmString(entry.path))} is not the one that the header describes`
        );
    }
  } catch (error) {
    filesGood = false;
    reasons.push(reasonOf(error));
  }
  return {
    files,
    digests,
    accepted: reasons.length === 0,
    filesGood,
    reasons: [.../* @__PURE__ */ new Set([...reasons, ...warnings.map((text) => `WARNING: ${text}`)])]
  };
}
function reasonOf(error) {
  if (!(error instanceof MirrorError)) throw error;
  const { code, message } = describeError(error);
  return `${code}: ${message}`;
}

// src/inspect/inspect.ts
async function inspectPackage(request) {
  try {
    const pkg = await readPackage(request.source);
    return { result: await inspectReadable(request, pkg), pkg };
  } catch (error) {
    const { file, source } = request;
    return {
      result: {
        file,
        sha256: await hashFile(source),
        verdict: "reject",
        reasons: [reasonOf(error)]
      },
      pkg: void 0
    };
  }
}
async function inspectReadable({ file, source, check, keysGiven, rules }, pkg) {
  const payload = await inspectPayload(pkg, source, rules);
  const evidence = withPayload(pkg, await examinePackage(pkg, source, check), payload.digests);
  const judgement = judge(evidence, { keysGiven, filesGood: payload.filesGood });
  const accepted = judgement.accepted && payload.accepted;
  return {
    file,
    ...describeHeader(pkg, evidence),
    signatures: evidence.signatures.map(describeSignature),
    digests: evidence.digests.map(({ name, covers, status }) => ({ name, covers, status })),
    files: pkg.facts.files.map((entry, index) => describeFile(entry, payload.files.get(index))),
    verdict: accepted ? "accept" : "reject",
    reasons: [
      ...judgement.reasons.map(({ code, message }) => `${code}: ${message}`),
      ...payload.reasons
    ]
  };
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
  return {
    tag,
    covers,
    version,
    algorithm,
    hash,
    keyId,
    created,
    fingerprint,
    status,
    ...reason === void 0 ? {} : { reason }
  };
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
var UNJUDGED = `${NOT_CHECKED.code}: ${NOT_CHECKED.message}`;
function formatInspection(result) {
  const {
    nevra,
    license,
    summary,
    buildHost,
    buildTime,
    payload,
    signatures = [],
    digests = [],
    files = []
  } = result;
  const optional = (text) => text ? showText(text) : void 0;
  const built = `${typeof buildTime === "number" ? new Date(buildTime * 1e3).toISOString() : "?"} on ${optional(buildHost) ?? "?"}`;
  const facts = [
    ["package", nevra],
    ["summary", optional(summary)],
    ["license", optional(license)],
    ["built", nevra === void 0 ? void 0 : built],
    [
      "payload",
      payload === void 0 ? void 0 : `${payload.format}, ${payload.compressor}, ${files.length} files`
    ],
    ["sha256", result.sha256],
    ["content", result.contentSha256],
    ["header", result.headerSha256]
  ];
  return [
    result.file,
    ...facts.flatMap(
      ([label, value]) => value === void 0 ? [] : [`  ${label.padEnd(10)}${value}`]
    ),
    ...digests.map(({ name, covers, status }) => `  digest    ${name} (${covers}): ${status}`),
    ...signatures.map((signature) => `  signature ${showSignature(signature)}`),
    ...files.filter(({ digest }) => digest === "bad").map(({ path }) => `  file      ${showText(path)}: bad`),
    `  verdict   ${result.verdict}${result.verdict === "accept" && result.reasons.includes(UNJUDGED) ? ", but the signatures were not checked: no --gpgkey" : ""}`,
    ...result.reasons.map((reason) => `            ${reason}`)
  ].map((line) => line.replaceAll("\n", " ⏎ ")).join("\n");
}
function showSignature({
  tag,
  covers,
  version,
  algorithm,
  hash,
  keyId,
  fingerprint,
  status,
  reason
}) {
  const made = version === null ? "unreadable" : `V${version} ${algorithm}/${hash} by ${fingerprint ?? keyId ?? "nobody named"}`;
  return `${tag} (${covers}) ${made}: ${status}${reason === void 0 ? "" : ` (${reason})`}`;
}
async function hashFile(source) {
  const hash = createHash2("sha256");
  for await (const chunk of source.stream()) hash.update(chunk);
  return hash.digest("hex");
}

// src/cli/inspect.ts
async function inspectFiles({
  line,
  read,
  logger,
  print,
  environment
}) {
  if (line.files.length === 0)
    throw new InputError("INPUT_MISSING", "inspect: no file is named", {
      remedy: "Write inspect FILE…"
    });
  const missing = line.files.find((file) => !existsSync3(file));
  if (missing !== void 0)
    throw new InputError("INPUT_INVALID", `inspect: ${missing} does not exist`, {
      remedy: "Name existing files."
    });
  const folders = await extractFolders(line);
  const keyring = await readKeys(read("gpgkey"), { logger, environment });
  const checker = new SignatureChecker(keyring, {
    allowWeak: new Set(splitList(read("allow-weak")).map((name) => name.toLowerCase())),
    now: Math.floor(Date.now() / 1e3)
  });
  const rules = readRules(read);
  let accepted = true;
  for (const [at, file] of line.files.entries()) {
    const result = await inspectFile(file, {
      checker,
      rules,
      folder: folders[at],
      logger
    });
    accepted &&= result.verdict === "accept";
    print(format(result, line));
  }
  return accepted ? 0 : 1;
}
function readRules(read) {
  const sourcePath = read("source-path").trim();
  if (sourcePath === "") return void 0;
  validateSourcePath(sourcePath);
  const dotGit = read("dot-git").trim() || "refuse";
  return { sourcePath, dotGit: oneOf("dot-git", dotGit, ["refuse", "drop"]) };
}
async function extractFolders({ extract: folder, files }) {
  if (folder === void 0) return [];
  const folders = files.map(
    (file) => files.length === 1 ? folder : join4(folder, basename(file).replace(/\.rpm$/, ""))
  );
  const twice = folders.find((name, at) => folders.indexOf(name) !== at);
  if (twice !== void 0)
    throw new InputError(
      "INPUT_CONFLICT",
      `extract: two of the files would be unpacked into ${twice}`,
      { remedy: "Unpack them one at a time." }
    );
  for (const name of folders) await requireEmpty(name);
  return folders;
}
function format(result, { json, quiet }) {
  if (json) return `${JSON.stringify(result)}
`;
  return quiet ? "" : `${formatInspection(result).split("\n").map(printable).join("\n")}
`;
}
async function readKeys(text, { logger, environment }) {
  const sources = parseKeys(text);
  const fetcher = createFetcher({
    logger,
    userAgent: `rpm-source-mirror/${VERSION}`,
    concurrency: 1,
    environment
  });
  try {
    return await loadKeyring(
      (await fetchKeys(sources, fetcher)).map(({ source, bytes }) => ({ name: source, bytes }))
    );
  } finally {
    await fetcher.close();
  }
}
async function inspectFile(file, { checker, rules, folder, logger }) {
  let source;
  try {
    if (!(await stat(file)).isFile())
      throw new Error("expected a regular file, found a folder, pipe or device");
    source = await openFileSource(file);
  } catch (error) {
    return {
      file,
      sha256: "",
      verdict: "reject",
      reasons: [`NOT_FOUND: ${error instanceof Error ? error.message : String(error)}`]
    };
  }
  try {
    const keysGiven = checker.keyring.certificates.length > 0;
    const { result, pkg } = await inspectPackage({
      file,
      source,
      keysGiven,
      rules,
      check: checker.check
    });
    if (folder === void 0 || pkg === void 0 || result.verdict === "reject") return result;
    const obstacle = await extract(pkg, source, { folder, logger });
    return obstacle === void 0 ? result : { ...result, verdict: "reject", reasons: [...result.reasons, obstacle] };
  } finally {
    await source.close();
  }
}
async function extract(pkg, source, { folder, logger }) {
  try {
    const { written, left } = await extractFiles(pkg, source, folder);
    logger.info(`${written === 1 ? "1 entry" : `${written} entries`} unpacked into ${folder}`);
    for (const path of left)
      logger.warning(`${path} is a device, fifo or socket and was not extracted`);
    return void 0;
  } catch (error) {
    if (!(error instanceof MirrorError) || error instanceof InputError) throw error;
    const { code, message } = describeError(error);
    return `${code}: ${message}`;
  }
}

// src/cli/standard-output.ts
function reserveStandardOutput() {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (text) => {
    write(text);
  };
}

// src/cli/main.ts
async function main(args) {
  const line = parseCommandLine(args);
  if (line.help || line.version) {
    process.stdout.write(line.help ? helpText(line.command) : `${VERSION}
`);
    return 0;
  }
  const print = reserveStandardOutput();
  guard = guardAgainstCrash(modeOf(line), (result2) => {
    lastWords(result2, { line, print });
  });
  const logger = terminalLogger({
    stream: process.stderr,
    quiet: line.quiet,
    verbose: line.verbose
  });
  warnOfMistypedInputs(process.env, { logger, underscores: true });
  if (line.command === "inspect" || line.command === "init") {
    const command = line.command === "init" ? writeWorkflow : inspectFiles;
    guard.endOnSignal();
    return inTemporaryFolder(
      process.env,
      guard.unfinished.folders,
      (folder) => command({
        line,
        read: inputReader(line),
        logger,
        print,
        environment: { ...process.env, RUNNER_TEMP: folder }
      })
    );
  }
  if (line.command === "site") {
    const { writeSite } = await import("./site-PG6H5R2E.js");
    const { unfinished } = guard;
    return writeSite({ line, read: inputReader(line), logger, print, unfinished });
  }
  const options = parseOptions(inputReader(line), process.env);
  const ran = await run(options, {
    logger,
    environment: withoutToolCache(process.env),
    signal: stopSignal(),
    unfinished: guard.unfinished
  });
  const result = await showResult(ran, { line, print });
  return result.isInputWrong === true ? 2 : result.failed ? 1 : 0;
}
function modeOf({ command }) {
  if (command === "site") return "verify";
  return command === "check" || command === "verify" ? command : "publish";
}
function lastWords(result, { line, print }) {
  for (const failure of failures(result)) process.stderr.write(formatError(failure));
  if (line.command === "inspect" || line.command === "init") return;
  if (line.report !== void 0) writeFileSync(line.report, formatReport(result));
  if (line.json) print(`${JSON.stringify(result.report)}
`);
}
function withoutToolCache(environment) {
  return { ...environment, RUNNER_TOOL_CACHE: void 0 };
}
function inputReader(line) {
  return (name) => {
    if (name === "mode") return line.command === "site" ? "verify" : line.command ?? "";
    return line.inputs.get(name) ?? process.env[variableOf(name)] ?? process.env[shellVariableOf(name)] ?? "";
  };
}
var guard;
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(formatError(describeError(error), paintFor(process.stderr)));
  process.exitCode = error instanceof InputError ? 2 : 1;
}
guard?.done();
