// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import { isOid } from '../objects/objects.js';
import type { Oid, RemoteRefs } from '../store.js';

const HEADS = 'refs/heads/';
const TAGS = 'refs/tags/';
const PEELED = '^{}';

/**
 * Parses the output of `git ls-remote --symref`. An empty repository says nothing; a detached HEAD has no `ref:` line; the commit
 * behind an annotated tag follows it as `<name>^{}`. Other refs (pull requests, notes) are left out.
 * @throws GitError REMOTE_FAILED when a line is neither
 */
export function parseLsRemote(output: string): RemoteRefs {
  let head: string | undefined;
  const branches = new Map<string, Oid>();
  const tags = new Map<string, { oid: Oid; commit: Oid }>();
  for (const line of output.split('\n')) {
    if (line === '') continue;
    const [value = '', ref = ''] = line.split('\t');
    if (value.startsWith('ref: ')) {
      if (ref === 'HEAD' && value.startsWith(HEADS, 5)) head = value.slice(5 + HEADS.length);
      continue;
    }
    if (!isOid(value) || ref === '')
      throw new GitError(
        'REMOTE_FAILED',
        `Expected "<id> <ref>" from git ls-remote, found ${JSON.stringify(line.slice(0, 200))}.`,
      );
    if (ref.startsWith(HEADS)) branches.set(ref.slice(HEADS.length), value);
    else if (ref.startsWith(TAGS)) addTag(tags, ref.slice(TAGS.length), value);
  }
  return { head, branches, tags };
}

function addTag(tags: Map<string, { oid: Oid; commit: Oid }>, name: string, oid: Oid): void {
  if (!name.endsWith(PEELED)) {
    tags.set(name, { oid, commit: oid });
    return;
  }
  const plain = name.slice(0, -PEELED.length);
  const tag = tags.get(plain);
  if (tag !== undefined) tags.set(plain, { oid: tag.oid, commit: oid });
}
