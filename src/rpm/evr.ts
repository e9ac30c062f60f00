// SPDX-License-Identifier: MIT
import type { Nevra } from './model.js';

/** Epoch, version, release. A missing epoch counts as 0; a missing release, in constraints, stands for any. */
export interface Evr {
  readonly epoch: number | null;
  readonly version: string;
  readonly release: string | undefined;
}

const SEGMENT = /^(?:[0-9]+|[A-Za-z]+)/;
const SEPARATORS = /^[^A-Za-z0-9~^]+/;

/**
 * Compares two versions or releases as rpm's rpmvercmp does: segments of digits and of letters in turn, `~` before everything
 * else (even the end), `^` after the end but before anything longer.
 * @returns negative, zero or positive
 */
export function rpmvercmp(left: string, right: string): number {
  if (left === right) return 0;
  let [a, b] = [left, right];
  while (a !== '' || b !== '') {
    a = a.replace(SEPARATORS, '');
    b = b.replace(SEPARATORS, '');
    const isMarked = /^[~^]/.test(a) || /^[~^]/.test(b);
    if (!isMarked && (a === '' || b === '')) break;
    const [first, second] = isMarked ? [a.charAt(0), b.charAt(0)] : takeSegments(a, b);
    const order = isMarked ? compareMarks(first, second) : compareSegments(first, second);
    if (order !== 0) return order;
    a = a.slice(first.length);
    b = b.slice(second.length);
  }
  // Whichever has something left is newer.
  return Number(a !== '') - Number(b !== '');
}

/** `~` is older than anything, the end included; `^` is newer than the end, and older than anything else. One of both is a mark. */
function compareMarks(a: string, b: string): number {
  const rank = (first: string): number => {
    if (first === '~') return 0;
    if (first === '') return 1;
    return first === '^' ? 2 : 3;
  };
  return Math.sign(rank(a) - rank(b));
}

/** The segment that begins `a`, and what of the same kind begins `b`: empty where the kinds differ. */
function takeSegments(a: string, b: string): [string, string] {
  const first = SEGMENT.exec(a)?.[0] ?? '';
  const second = SEGMENT.exec(b)?.[0] ?? '';
  return [first, isDigit(first) === isDigit(second) ? second : ''];
}

function compareSegments(a: string, b: string): number {
  // Digits are newer than letters.
  if (b === '') return isDigit(a) ? 1 : -1;
  if (!isDigit(a)) return compareText(a, b);
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || compareText(x, y);
}

function isDigit(text: string): boolean {
  return text >= '0' && text < ':';
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Compares epochs as numbers (none is 0), then versions, then releases where both have one (rpm's rpmVersionCompare). */
export function compareEvr(left: Evr, right: Evr): number {
  const epochs = (left.epoch ?? 0) - (right.epoch ?? 0);
  if (epochs !== 0) return epochs;
  const versions = rpmvercmp(left.version, right.version);
  if (versions !== 0) return versions;
  if (left.release === undefined || right.release === undefined) return 0;
  return rpmvercmp(left.release, right.release);
}

/** Epoch 0 is the same as none, since rpm compares them as equal and createrepo writes 0 for none; the signed header tells what is true. */
export function withoutZeroEpoch(nevra: Nevra): Nevra {
  return nevra.epoch === 0 ? { ...nevra, epoch: null } : nevra;
}

/** `name-[epoch:]version-release.arch`. */
export function formatNevra(nevra: Nevra): string {
  const epoch = nevra.epoch === null ? '' : `${nevra.epoch}:`;
  return `${nevra.name}-${epoch}${nevra.version}-${nevra.release}.${nevra.arch}`;
}

/** Parses `[epoch:]version[-release]`; undefined when it is none. */
export function tryParseEvr(text: string): Evr | undefined {
  const match = /^(?:(\d{1,10}):)?([^\s:-]+)(?:-([^\s:-]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, epoch, version = '', release] = match;
  return { epoch: epoch === undefined ? null : Number(epoch), version, release };
}
