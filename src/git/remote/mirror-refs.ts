// SPDX-License-Identifier: MIT
import { GitError } from '../../errors.js';
import { type GitPlace, runGit } from '../command.js';
import { isOid } from '../objects/objects.js';
import type { MirrorRefs, Oid } from '../store.js';

const REMOTE = 'refs/remotes/origin/';
const REMOTE_HEAD = `${REMOTE}HEAD`;

/** Branches and tags of a repository, those that a clone fetched from its origin (who may push may push such names elsewhere), and where HEAD is. @throws GitError MIRROR_INVALID */
export async function readMirrorRefs(place: GitPlace): Promise<MirrorRefs> {
  const [listed, head, commit, shallow, fetched] = await Promise.all([
    runGit({
      ...place,
      args: [
        'for-each-ref',
        '--format=%(objectname) %(refname) %(symref)',
        'refs/heads/',
        'refs/tags/',
        REMOTE,
      ],
    }),
    runGit({ ...place, args: ['symbolic-ref', '--quiet', 'HEAD'] }),
    runGit({ ...place, args: ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'] }),
    runGit({ ...place, args: ['rev-parse', '--is-shallow-repository'] }),
    runGit({ ...place, args: ['config', '--get-all', 'remote.origin.fetch'] }),
  ]);
  if (listed.exitCode !== 0)
    throw new GitError('MIRROR_INVALID', `git could not list the refs: ${listed.stderr}`);
  const isClone = fetched.stdout.toString('latin1').includes(`:${REMOTE}`);
  const { refs, remoteHead } = parseRefs(listed.stdout, isClone);
  const local = text(head.stdout);
  const oid = text(commit.stdout);
  return {
    refs,
    head: remoteHead ?? (head.exitCode === 0 ? local : undefined),
    checkedOut: commit.exitCode === 0 && isOid(oid) ? oid : undefined,
    isShallow: text(shallow.stdout) === 'true',
  };
}

function parseRefs(
  listed: Buffer,
  isClone: boolean,
): { readonly refs: ReadonlyMap<string, Oid>; readonly remoteHead: string | undefined } {
  const refs = new Map<string, Oid>();
  let remoteHead: string | undefined;
  for (const line of splitLines(listed)) {
    const [oid = '', ref = '', symref = ''] = line.split(' ');
    if (!isClone && ref.startsWith(REMOTE)) continue;
    if (ref === REMOTE_HEAD) remoteHead = symref === '' ? undefined : symref;
    else if (isOid(oid)) refs.set(ref, oid);
  }
  return { refs, remoteHead };
}

/** Lines as text; names that are no UTF-8 stay apart from one another as latin1. */
function splitLines(bytes: Buffer): string[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => {
      const decoded = Buffer.from(line, 'latin1').toString('utf8');
      return decoded.includes('\ufffd') ? line : decoded;
    });
}

function text(bytes: Buffer): string {
  return bytes.toString('utf8').trim();
}
