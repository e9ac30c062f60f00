// SPDX-License-Identifier: MIT
import type { SiteModel, SiteRelease } from '../model.js';

/** A value for a shell, whatever it holds; a control character cannot be pasted and is left out, so that the command fails instead of doing something else. */
function quoted(text: string): string {
  const plain = text.replace(/\p{C}/gu, '');
  return /^[\w./:@%+=,-]+$/.test(plain) && !plain.startsWith('-')
    ? plain
    : `'${plain.replaceAll("'", `'\\''`)}'`;
}

/** What a reader pastes to check a release with git, rpm and gpg. */
export function handCommands(
  { links, archive, sourceDirectory }: SiteModel,
  { tag, facts, row, sourcePaths, isUnpacked }: SiteRelease,
): string {
  if (facts === undefined || row.package === undefined) return '';
  const isWhole = !facts.isHeader;
  const [sourcePath] = sourcePaths;
  // What came out of an archive in the package, or from several folders, needs more than a few lines: verify does it.
  const isPlain = sourcePaths.length <= 1 && !isUnpacked;
  const clone =
    links.home === undefined
      ? '# in a clone of the mirror'
      : `git clone ${quoted(links.home)} mirror && cd mirror`;
  const fingerprint = row.package.signature.fingerprint;
  return [
    clone,
    `tag=${quoted(tag)}`,
    'work=$(mktemp -d)',
    '',
    "# The vendor's key: compare the fingerprint with one from elsewhere.",
    'mkdir -m 700 "$work/gnupg"',
    `for file in $(git ls-tree --name-only "refs/tags/$tag" ${quoted(`${archive}/`)} | grep -v -E '[.](xml|json|sha256)'); do`,
    '  git show "refs/tags/$tag:$file" | gpg --homedir "$work/gnupg" --batch --quiet --import 2>/dev/null || true',
    'done',
    `gpg --homedir "$work/gnupg" --armor --export ${fingerprint.replace(/[^0-9A-F]/g, '')} >"$work/key"`,
    'gpg --show-keys --with-fingerprint "$work/key"',
    '',
    ...(isWhole
      ? wholeCommands(facts.archivePath, row.package.sha256)
      : headerCommands(facts.archivePath)),
    ...(isWhole && isPlain ? sourceCommands(sourceDirectory, sourcePath) : []),
  ].join('\n');
}

function wholeCommands(path: string, sha256: string): string[] {
  return [
    '# The package: as the index listed it, signed by that key, its digests good.',
    `git show "refs/tags/$tag":${quoted(path)} >"$work/package.rpm"`,
    `echo '${sha256.replace(/[^0-9a-f]/g, '')}  '"$work/package.rpm" | sha256sum --check`,
    'rpmkeys --dbpath "$work/db" --import "$work/key"',
    'rpmkeys --dbpath "$work/db" -Kv "$work/package.rpm"',
    '',
  ];
}

function headerCommands(path: string): string[] {
  return [
    '# The signed header, which lists a digest of every file.',
    `git show "refs/tags/$tag":${quoted(path)} >"$work/package.rpm.header"`,
    'rpm-source-mirror verify --repository .',
  ];
}

function sourceCommands(directory: string, sourcePath: string | undefined): string[] {
  return [
    '# The source: both lines are the same git tree id.',
    'mkdir "$work/payload"',
    '(cd "$work/payload" && rpm2cpio ../package.rpm | cpio -idm --quiet --no-absolute-filenames)',
    `(cd "$work"/payload/${sourcePath === undefined ? 'usr/src/*' : quoted(sourcePath)} && git init -q && echo '* -text -ident -filter -working-tree-encoding' >.git/info/attributes && git add -A -f && git write-tree)`,
    `git rev-parse "refs/tags/$tag":${quoted(directory)}`,
  ];
}
