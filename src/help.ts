// SPDX-License-Identifier: MIT
import { inputSpec, type InputName } from './input-table.js';

/** What each input means, in one line of --help. action.yml has the long texts. */
const MEANINGS: Readonly<Record<Exclude<InputName, 'mode'>, string>> = {
  baseurl: 'URL of the yum repository (the folder that holds repodata/); several are fallbacks',
  mirrorlist: 'URL of a list of base URLs, instead of --baseurl',
  metalink: 'URL of a metalink, instead of --baseurl',
  'repo-file': "a vendor's .repo file (URL or path), instead of --baseurl and --gpgkey",
  'repo-id': 'section of the .repo file',
  basearch: 'value of $basearch in a .repo file',
  releasever: 'value of $releasever in a .repo file',
  'http-headers': 'further `Name: value` lines for the yum server only',
  packages: 'names or globs; together they are one history',
  arch: 'architectures to take; src takes source packages',
  versions: 'constraints in RPM order: ">= 2.20, < 3, != 2.20.74.0"',
  skip: 'versions or NEVRAs to hold back',
  gpgkey: 'public keys: URLs or paths',
  'gpg-fingerprints': 'the only primary-key fingerprints that are trusted',
  'repo-gpgcheck': 'signature of repomd.xml: required, off, or auto (where there is one)',
  'allow-weak': 'algorithms to tolerate, such as sha1 or rsa1024',
  'allow-rollback': 'accept an index older than the recorded one',
  'max-index-age': 'days after which an unchanged index is a warning; 0 never',
  'source-path': 'glob of the payload folders that become the source',
  symlinks: 'links that point outside the source: keep or refuse',
  'source-directory': 'where the source goes in the mirror',
  'archive-directory': 'where packages and index go in the mirror',
  'packaging-directory': 'where the spec and patches of source packages go',
  unpack: 'archives in a source package: main, all, none',
  'archive-packages': 'full: the RPM; header: its signed header; none',
  'release-notes': 'URLs or paths of RST or Markdown notes, best first',
  title: 'product name in commit subjects (the package name)',
  'tag-format': 'fields {name} {epoch} {version} {release} {arch}',
  repository: 'owner/name, a git URL, or a path that begins with / . or file:',
  branch: "branch of the mirror (the remote's HEAD, else main)",
  'line-branches': 'pattern=branch pairs, such as 2.21.*=release/2.21',
  token: 'for https remotes',
  'dry-run': 'everything but the push',
  'max-releases': 'at most so many releases in this run; 0 is no limit',
  'push-batch': 'releases per atomic push',
  concurrency: 'downloads at a time',
  author: 'author of commits',
  committer: 'committer of commits and tagger of tags',
  'signing-key': 'armored OpenPGP or OpenSSH private key that signs commits and tags',
  'signing-key-passphrase': 'of the signing key',
  mirrors: 'further git remotes that receive the same branch and tags',
  'ssh-key': 'private key for ssh remotes',
  'ssh-known-hosts': 'host keys of ssh remotes',
  'create-releases': 'a GitHub Release per tag',
  'alarm-issue': 'one issue, opened, updated and closed by itself',
  attest: "sign a statement per release with the identity of the GitHub Actions job",
  'on-content-change': 'a published package with other content: fail or warn',
};

/** The text of --help. */
export function helpText(): string {
  const rows = Object.entries(MEANINGS).map(([name, meaning]) => {
    const spec = inputSpec(name as InputName);
    const flag = spec.secret ? `INPUT_${name.toUpperCase()}` : `--${name}`;
    const fallback = spec.default === '' || name === 'author' || name === 'committer' ? '' : ` [${spec.default}]`;
    return `  ${flag.padEnd(30)} ${meaning}${fallback}`;
  });
  const [secret, open] = [rows.filter((row) => row.startsWith('  INPUT_')), rows.filter((row) => row.startsWith('  --'))];
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
${open.join('\n')}

Secrets (environment only, since the process list shows flags; INPUT_SIGNING_KEY with underscores works, too):
${secret.join('\n')}

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

