// SPDX-License-Identifier: MIT
import { printable } from './report/escape.js';
import { compareEvr } from './rpm/evr.js';
import type { Nevra } from './rpm/model.js';

/** A package name of the index, with what speaks for it. */
export interface Candidate {
  readonly name: string;
  readonly versions: number;
  /** Greatest version. */
  readonly newest: string;
}

/** What a workflow is made from. */
export interface WorkflowFacts {
  /** Inputs as the user gave them. */
  readonly inputs: readonly (readonly [name: string, value: string])[];
  /** Names that the user chose; empty when the choice is open. */
  readonly packages: readonly string[];
  readonly candidates: readonly Candidate[];
  readonly keys: readonly { readonly fingerprint: string; readonly userId: string }[];
}

/** Candidates that are listed. */
const MOST = 20;
/** Names of packages that usually carry source. */
const SOURCE_NAME = /dkms|kmod|akmod|-src\b|-source/i;

/** The package names, those that usually carry source first, then by number of versions. */
export function rankPackages(nevras: readonly Nevra[]): Candidate[] {
  const byName = Map.groupBy(nevras, ({ name }) => name);
  const candidates = [...byName].map(([name, all]) => ({ name, versions: all.length, newest: all.toSorted(compareEvr).at(-1)!.version }));
  const rank = ({ name }: Candidate): number => (SOURCE_NAME.test(name) ? 0 : 1);
  return candidates.sort((a, b) => rank(a) - rank(b) || b.versions - a.versions || (a.name < b.name ? -1 : 1));
}

/** A workflow file. Every value from outside is a quoted YAML scalar or stands, on one line, in a comment. */
export function formatWorkflow({ inputs, packages, candidates, keys }: WorkflowFacts): string {
  const chosen = packages.length > 0 ? packages : candidates.slice(0, 1).map(({ name }) => name);
  const others = candidates.filter(({ name }) => !chosen.includes(name));
  const given = inputs.map(([name, value]) => `          ${name}: ${quote(value.trim())}`);
  const isPinned = inputs.some(([name]) => name === 'gpg-fingerprints');
  const pins = keys.map(({ fingerprint }) => `            ${fingerprint}`);
  const owners = keys.map(({ fingerprint, userId }) => `          # ${fingerprint}: ${printable(userId)}`);
  return [
    'name: Mirror',
    '',
    'on:',
    '  schedule:',
    "    - cron: '17 4 * * *'",
    '  workflow_dispatch:',
    '',
    'permissions: {}',
    '',
    'concurrency:',
    '  group: mirror',
    '  cancel-in-progress: false',
    '',
    'jobs:',
    '  mirror:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 60',
    '    permissions:',
    '      contents: write',
    '    steps:',
    '      - uses: rpm-source-mirror/rpm-source-mirror@v1',
    '        with:',
    ...given,
    ...(keys.length === 0 && !isPinned ? ['          # gpgkey: the URL of the publisher\'s public key'] : []),
    ...(isPinned || keys.length === 0 ? [] : ['          # Compare with what the publisher says elsewhere:', ...owners, '          gpg-fingerprints: >-', ...pins]),
    `          packages: ${quote(chosen.join(' '))}`,
    ...(others.length === 0 ? [] : ['          # Also there:']),
    ...others.slice(0, MOST).map(({ name, versions, newest }) => `          #   ${printable(name)} (${versions} versions, newest ${printable(newest)})`),
    ...(others.length > MOST ? [`          #   and ${others.length - MOST} more`] : []),
    '',
  ].join('\n');
}

/** JSON strings are YAML scalars; an expression of the workflow language is spoiled. */
function quote(value: string): string {
  return JSON.stringify(value.replaceAll('${{', '$ {{'));
}
