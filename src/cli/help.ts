// SPDX-License-Identifier: MIT
import { INPUT_GROUPS, type InputName, inputSpec } from '../inputs/table.js';
import { type Command, shellVariableOf } from './arguments.js';

/** The flags of all commands. */
const ALL = INPUT_GROUPS.flatMap(([, names]) => names).filter((name) => name !== 'mode');

type Flag = readonly [flag: string, meaning: string];

interface CommandHelp {
  readonly synopsis: string;
  readonly purpose: string;
  readonly description: string;
  readonly output: readonly Flag[];
  /** What exit status 0 means. */
  readonly done: string;
  readonly example: string;
}

const REPORT = [
  ['--report FILE', 'write the JSON report to FILE'],
  ['--json', 'print the JSON report on standard output, and all else on standard error'],
] as const;

const COMMANDS: Readonly<Record<Command, CommandHelp>> = {
  publish: {
    synopsis: 'publish [options]',
    purpose: 'mirror new releases: verify, unpack, commit, tag, push',
    description:
      'Mirrors every release that has no tag yet, oldest first: one commit and one annotated tag each. Nothing is written before it is proved, nothing is forced, no tag is moved. Without new releases nothing changes.',
    output: REPORT,
    done: 'done, or there was nothing new',
    example: `rpm-source-mirror publish --baseurl https://yum.repos.neuron.amazonaws.com \\
  --packages 'aws-neuron-dkms aws-neuronx-dkms' --repository ./mirror.git \\
  --gpgkey https://yum.repos.neuron.amazonaws.com/GPG-PUB-KEY-AMAZON-AWS-NEURON.PUB`,
  },
  check: {
    synopsis: 'check [options]',
    purpose: 'try the settings: plan and report, change nothing',
    description:
      'Does everything that publish does before the first package: reads mirror, key and index, plans, asks whether a push would be let in (and GitHub whether the branch is protected), and looks at the header of the newest new release. Whole packages are not downloaded, nothing is changed. What would fail is said with what to change.',
    output: REPORT,
    done: 'checked; warnings may stand',
    example: `rpm-source-mirror check --baseurl https://yum.example.com/repo --packages example-dkms \\
  --gpgkey https://yum.example.com/RPM-GPG-KEY --repository ./mirror.git`,
  },
  verify: {
    synopsis: 'verify [options]',
    purpose: 'prove what is published, from the mirror alone',
    description:
      'Reads the whole mirror and proves every tag: the archived package by its signature and digests, the index that lists it, the recorded facts, and the source by the signed list of files. The yum server is asked only for packages that were archived as none. Exit status 1 on any finding.',
    output: REPORT,
    done: 'no findings',
    example: 'rpm-source-mirror verify --repository ./mirror.git',
  },
  site: {
    synopsis: 'site --output DIR [options]',
    purpose: 'verify, and write the pages, feeds and badges of the mirror',
    description:
      'Does what verify does, then writes static pages about it: what is mirrored from where, by whom it is signed, whether it is proved, every release with its evidence, what changed in source and install scripts, feeds, badges and a status file. Exit status 1 on any finding; the pages are written then, too, and say so. DIR must be empty, absent, or hold what an earlier run wrote there.',
    output: [
      ['--output DIR', 'the folder to write'],
      ['--url URL', 'where the pages will be, for feeds and badge'],
      ...REPORT,
    ],
    done: 'no findings; the pages are written',
    example: 'rpm-source-mirror site --repository ./mirror.git --output ./pages',
  },
  inspect: {
    synopsis: 'inspect FILE... [options]',
    purpose: 'what an RPM file says, and whether it is to be trusted',
    description:
      'Checks every digest and signature of each file and prints what it says. Without --gpgkey signatures are listed and not judged. Exit status 0 if every file is accepted.',
    output: [
      ['--json', 'print one JSON object a line on standard output, and all else on standard error'],
      ['--extract DIR', 'unpack an accepted package into DIR, which must be empty or absent'],
    ],
    done: 'every file is accepted',
    example: 'rpm-source-mirror inspect package.rpm --gpgkey RPM-GPG-KEY --json',
  },
  init: {
    synopsis: 'init [URL] [options]',
    purpose: 'look at a repository and write a workflow file for it',
    description:
      'Looks at the index, the keys, and the headers of a few packages; finds the package that carries source, its architecture (any, without --arch) and the folder of the source; tries the keys on the index and on the newest package. Prints a workflow on standard output and, once a fitting key is known, writes it as .github/workflows/mirror.yml; a file with other content is not touched. Findings and next steps go to standard error. Any other input of publish is taken into the workflow as it is.',
    output: [['--output FILE', 'the file to write; - writes none [.github/workflows/mirror.yml]']],
    done: 'looked at; the workflow is printed',
    example: 'rpm-source-mirror init https://yum.example.com/repo',
  },
};

const COMMON = [
  ['--quiet, --verbose', 'less, more'],
  ['--help, -h', 'this text; after a command, what that command takes'],
  ['--version', 'the version'],
] as const;

const WIDTH = 100;
const COLUMN = 28;

/** The text of --help: the whole manual, or what one command takes. Lines have at most 100 columns. */
export function helpText(command?: Command): string {
  const names = command === undefined ? (Object.keys(COMMANDS) as Command[]) : [command];
  const helps = names.map((name) => COMMANDS[name]);
  const taken = new Set(names.flatMap(optionsOf));
  const output = new Map([
    ...(command === undefined ? allFlags() : COMMANDS[command].output),
    ...COMMON,
  ]);
  const sections: readonly (readonly [title: string, text: string])[] = [
    [
      'NAME',
      `  rpm-source-mirror${command === undefined ? '' : ` ${command}`} - ${command === undefined ? 'turn a yum repository into a git mirror of its source' : COMMANDS[command].purpose}`,
    ],
    [
      'SYNOPSIS',
      `${helps.map(({ synopsis }) => `  rpm-source-mirror ${synopsis}`).join('\n')}\n\n${paragraph(CHECKOUT)}`,
    ],
    ['DESCRIPTION', paragraph(command === undefined ? OVERVIEW : COMMANDS[command].description)],
    ...(command === undefined
      ? [['COMMANDS', rows(names.map((name) => [name, COMMANDS[name].purpose]))] as const]
      : []),
    [
      'OPTIONS',
      `${paragraph(OPTIONS)}\n\n${optionGroups(taken, (name) => !inputSpec(name).secret)}`,
    ],
    ...secretSection(taken),
    ['OUTPUT', rows([...output])],
    [
      'FILES AND ENVIRONMENT',
      rows(command === 'inspect' || command === 'init' ? ENVIRONMENT.slice(0, 1) : ENVIRONMENT),
    ],
    ['EXIT STATUS', rows([['0', command === undefined ? DONE : COMMANDS[command].done], ...EXIT])],
    ['EXAMPLES', helps.map(({ example }) => example.replace(/^/gm, '  ')).join('\n\n')],
    ['SEE ALSO', paragraph(SEE_ALSO)],
  ];
  return `${sections.map(([title, text]) => `${title}\n${text}`).join('\n\n')}\n`;
}

/** `site` takes what `verify` takes. */
function optionsOf(command: Command): InputName[] {
  return ALL.filter((name) =>
    inputSpec(name).commands.includes(command === 'site' ? 'verify' : command),
  );
}

/** Of the whole manual: a flag that one command alone has says so. */
function allFlags(): Flag[] {
  const own = (['site', 'inspect', 'init'] as const).flatMap((name) =>
    COMMANDS[name].output.map(([flag, meaning]): Flag => [flag, `${name}: ${meaning}`]),
  );
  return [...REPORT, ...own.filter(([flag]) => !/^--(?:json|report)/.test(flag))];
}

const CHECKOUT =
  'In a checkout it is called node dist/cli.js; `npm link` gives the command that name.';
const OVERVIEW =
  'Verifies each package of a yum repository (index by its checksums, package by the signature, files by the signed digests) and publishes its source as one commit and one tag a release. The proof stays in the mirror. No local checkout is needed or touched.';
const OPTIONS =
  'Written --name value or --name=value; lists are separated by white space or commas; a bare flag is true. Every option may be given as an environment variable instead, --tag-format as INPUT_TAG_FORMAT; flags win. Defaults are in brackets.';
const SECRETS = 'Taken from the environment only, since the process list shows flags.';
const SEE_ALSO =
  'README.md, docs/troubleshooting.md (every error code), docs/audit-trail.md, git(1), rpmkeys(8), dnf.conf(5)';
const ENVIRONMENT = [
  [
    'HTTPS_PROXY, NO_PROXY',
    'proxies (HTTP_PROXY and lower-case names too); SSL_CERT_FILE: further certificates',
  ],
  ['SOURCE_DATE_EPOCH', 'date of commits and tags, in seconds since 1970, instead of now'],
  ['GITHUB_SERVER_URL', 'the server of owner/name [https://github.com]; GITHUB_API_URL: its API'],
] as const;
const DONE = 'done; nothing new is done, too';
const EXIT = [
  ['1', 'something was refused or failed; each failure has a code and a remedy'],
  ['2', 'wrong input'],
] as const;

function secretSection(taken: ReadonlySet<InputName>): (readonly [string, string])[] {
  const secrets = [...taken].filter((name) => inputSpec(name).secret);
  return secrets.length === 0
    ? []
    : [
        [
          'SECRETS',
          `${paragraph(SECRETS)}\n\n${rows(secrets.map((name) => [shellVariableOf(name), inputSpec(name).help]))}`,
        ],
      ];
}

function optionGroups(
  taken: ReadonlySet<InputName>,
  isShown: (name: InputName) => boolean,
): string {
  const groups = INPUT_GROUPS.map(
    ([title, names]) => [title, names.filter((name) => taken.has(name) && isShown(name))] as const,
  ).filter(([, names]) => names.length > 0);
  return groups
    .map(
      ([title, names]) =>
        `  ${title}\n${rows(
          names.map((name) => [`--${name}`, inputSpec(name).help + defaultOf(name)]),
          '    ',
        )}`,
    )
    .join('\n\n');
}

function defaultOf(name: InputName): string {
  const { default: value } = inputSpec(name);
  return value === '' || name === 'author' || name === 'committer' ? '' : ` [${value}]`;
}

function rows(pairs: readonly (readonly [string, string])[], indent = '  '): string {
  const room = COLUMN - indent.length - 1;
  return pairs
    .map(
      ([left, right]) =>
        `${indent}${left.length > room ? `${left}\n${' '.repeat(COLUMN - 1)}` : left.padEnd(room)} ${wrap(right, COLUMN)}`,
    )
    .join('\n');
}

function paragraph(text: string): string {
  return `  ${wrap(text, 2)}`;
}

/** Breaks text into lines that fit behind so many columns. */
function wrap(text: string, indent: number): string {
  const full: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      full.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...full, line].join(`\n${' '.repeat(indent)}`);
}
