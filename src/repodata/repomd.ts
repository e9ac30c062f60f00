// SPDX-License-Identifier: MIT
import type { RepodataError } from '../errors.js';
import { parseChecksum } from './checksum.js';
import type { Checksum, Repomd, RepomdRecord } from './model.js';
import type { XmlElement } from './xml/xml.js';
import { onlyChild, parseDocument } from './xml/xml.js';
import { xmlContext } from './xml/xml-context.js';

/** Records that are read or archived; all others are none of our business. */
export const NEEDED_RECORDS = ['primary', 'filelists', 'other'] as const;

const CONTEXT = xmlContext('repomd.xml', 'REPOMD_INVALID');

/**
 * Parses repomd.xml (createrepo_c, doc of `<repomd>`). Unknown records stay in the list when they are complete and
 * are dropped otherwise; the needed ones must be complete and there at most once.
 *
 * @throws RepodataError REPOMD_INVALID, XML_FORBIDDEN, LIMIT_EXCEEDED
 */
export function parseRepomd(bytes: Uint8Array): Repomd {
  const root = parseDocument(bytes, CONTEXT);
  if (root.name !== 'repomd')
    throw CONTEXT.invalid(`expected root element repomd, found ${root.name}`);
  const records = root.children.filter((child) => child.name === 'data').flatMap(parseRecord);
  for (const type of NEEDED_RECORDS) {
    const count = records.filter((record) => record.type === type).length;
    if (count > 1) throw CONTEXT.invalid(`expected one record "${type}", found ${count}`);
  }
  return { revision: onlyChild(root, 'revision', CONTEXT)?.text ?? '', records };
}

/** The record of a type, if the index has one. */
export function findRecord(repomd: Repomd, type: string): RepomdRecord | undefined {
  return repomd.records.find((record) => record.type === type);
}

function parseRecord(data: XmlElement): RepomdRecord[] {
  const type = data.attributes.get('type') ?? '';
  const needed = (NEEDED_RECORDS as readonly string[]).includes(type);
  try {
    return [readRecord(data, type)];
  } catch (error) {
    if (needed) throw error;
    return [];
  }
}

function readRecord(data: XmlElement, type: string): RepomdRecord {
  const location = onlyChild(data, 'location', CONTEXT);
  const href = location?.attributes.get('href') ?? '';
  if (href === '') throw CONTEXT.invalid(`record "${type}" has no location`);
  const checksum = readChecksum(data, 'checksum');
  if (checksum === undefined) throw incomplete(data, type);
  return {
    type,
    href,
    base: location?.attributes.get('xml:base'),
    checksum,
    openChecksum: readChecksum(data, 'open-checksum'),
    size: readNumber(data, 'size'),
    openSize: readNumber(data, 'open-size'),
    timestamp: readNumber(data, 'timestamp'),
  };
}

function readChecksum(data: XmlElement, name: string): Checksum | undefined {
  const element = onlyChild(data, name, CONTEXT);
  return element === undefined
    ? undefined
    : parseChecksum(element.attributes.get('type') ?? '', element.text);
}

function incomplete(data: XmlElement, type: string): RepodataError {
  const element = onlyChild(data, 'checksum', CONTEXT);
  const found =
    element === undefined
      ? 'none'
      : `type "${element.attributes.get('type') ?? ''}", value "${element.text.slice(0, 140)}"`;
  return CONTEXT.invalid(`record "${type}": expected a checksum of a known type, found ${found}`);
}

/** Sizes and times are hints (the checksum decides), so what is no number counts as absent, as in librepo. */
function readNumber(data: XmlElement, name: string): number | undefined {
  const text = data.children.find((child) => child.name === name)?.text ?? '';
  return /^[0-9]{1,15}(\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
}
