// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

import { counted } from '../counted.js';
import { required } from '../defect.js';
import { type InputName, INPUTS } from '../inputs/table.js';
import { printable } from '../report/escape.js';
import type { Candidate } from './candidates.js';
import type { WorkflowInputs, WorkflowValue } from './inputs.js';

/** What a workflow is made from. */
export interface WorkflowFacts {
  readonly inputs: WorkflowInputs;
  /** Other candidates with source, best first; they are listed in a comment. */
  readonly others: readonly Candidate[];
}

/** Candidates that are listed. */
const MOST = 20;
/** Columns of a comment. */
const WIDEST = 160;
/** What a double-quoted YAML scalar may hold as it is (YAML 1.2, 5.1), but for what JSON escapes. */
const UNPRINTABLE = /[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;
const WITH = '          ';

/** A workflow file. Every value from outside is a quoted YAML scalar or stands, on one line, in a comment; none is an expression of the workflow language. */
export function formatWorkflow({ inputs, others }: WorkflowFacts): string {
  const { values } = inputs;
  const lines = (Object.keys(INPUTS) as InputName[]).flatMap((name) => {
    const value = values.get(name);
    return value === undefined
      ? []
      : [
          ...commentsOf(name, inputs),
          ...formatInput(name, value),
          ...(name === 'packages' ? listOthers(others) : []),
        ];
  });
  const dryRun = values.get('dry-run');
  const hasKey = values.has('gpgkey') || values.has('repo-file') || values.has('gpg-fingerprints');
  return `name: Mirror

on:
  schedule:
    # In UTC; with timezone: Europe/Berlin below it in the time of a place.
    - cron: '${cronOf(values)}'
  workflow_dispatch:
${dryRun !== undefined && 'expression' in dryRun ? DRY_RUN : ''}
permissions: {}

concurrency:
  group: mirror
  cancel-in-progress: false

jobs:
  mirror:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
${permissionsOf(values)
  .map((permission) => `      ${permission}: write\n`)
  .join('')}    steps:
      - uses: rpm-source-mirror/rpm-source-mirror@v1
        with:
${[...(hasKey ? [] : [`${WITH}# gpgkey: the URL of the publisher's public key; without it nothing is published`]), ...lines].join('\n')}
`;
}

const DRY_RUN = `    inputs:
      dry-run:
        description: Everything but the push
        type: boolean
        default: false
`;

/** A time of day of its own for each mirror: everybody's full hours are the busy ones. */
function cronOf(values: WorkflowInputs['values']): string {
  const name = JSON.stringify(
    (['baseurl', 'mirrorlist', 'metalink', 'repo-file', 'packages'] as const).map((input) =>
      values.get(input),
    ),
  );
  const [first = 0, second = 0] = createHash('sha256').update(name).digest();
  return `${1 + (first % 59)} ${second % 24} * * *`;
}

function permissionsOf(values: WorkflowInputs['values']): string[] {
  const isOn = (name: InputName): boolean =>
    JSON.stringify(values.get(name) ?? '').includes('true');
  return [
    'contents',
    ...(isOn('alarm-issue') ? ['issues'] : []),
    ...(isOn('attest') ? ['id-token', 'attestations'] : []),
  ];
}

function commentsOf(name: InputName, { pinned, reasons }: WorkflowInputs): string[] {
  const reason = reasons.get(name);
  if (reason !== undefined) return [comment(`${name}: ${reason}`)];
  if (name !== 'gpg-fingerprints' || pinned.length === 0) return [];
  return [
    `${WITH}# Compare with what the publisher says elsewhere than on this server:`,
    ...pinned.map(({ fingerprint, userId }) => comment(`${fingerprint}: ${userId}`)),
  ];
}

function listOthers(others: readonly Candidate[]): string[] {
  if (others.length === 0) return [];
  const listed = others.slice(0, MOST).map(({ name, arch, versions, newest, source }) => {
    const files =
      source === undefined || source === null ? '' : `, ${source.files} files in ${source.glob}`;
    return comment(
      `  ${name} (${arch}, ${counted(versions, 'version')}, newest ${newest.nevra.version}${files})`,
    );
  });
  return [
    comment('If one of these is an earlier name of the same thing, add it to packages:'),
    ...listed,
    ...(others.length > MOST ? [comment(`  and ${others.length - MOST} more`)] : []),
  ];
}

function comment(text: string): string {
  return `${WITH}# ${printable(text).replace(UNPRINTABLE, '?').replaceAll('${{', '$ {{').slice(0, WIDEST)}`;
}

function formatInput(name: InputName, value: WorkflowValue): string[] {
  if ('expression' in value) return [`${WITH}${name}: \${{ ${value.expression} }}`];
  const lines = value.text.split('\n').map((line) => line.trim());
  // Lists and armored keys, where nothing needs an escape, are read more easily one item a line.
  const [first = '', ...further] = lines;
  const isBlock =
    further.length > 0 &&
    /^[\x21-\x7e]/.test(first) &&
    lines.every((line) => /^[\x20-\x7e]*$/.test(line) && !line.includes('${{'));
  return isBlock
    ? [`${WITH}${name}: |-`, ...lines.map((line) => (line === '' ? '' : `${WITH}  ${line}`))]
    : [`${WITH}${name}: ${quote(value.text)}`];
}

/** JSON strings are YAML scalars once what YAML does not print is escaped; the beginning of an expression becomes an expression that gives just that text. */
function quote(value: string): string {
  const json = JSON.stringify(value.toWellFormed());
  const escaped = json.replace(UNPRINTABLE, (c) => {
    const code = required(c.codePointAt(0), 'a character');
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return escaped.replaceAll('${{', "${{ '${{' }}");
}
