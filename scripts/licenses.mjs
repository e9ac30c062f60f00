// SPDX-License-Identifier: MIT
/** Makes dist/licenses.txt: the licence of the project and of every package with bytes in the bundle. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying|unlicense)([.-].*)?$/i;
const NOTICE_FILE = /^notice(\..*)?$/i;
const RULE = '-'.repeat(80);

/**
 * The whole text. `inputs` are bundled files relative to `root`; `notices` are licence comments that were taken out of the code.
 * @throws Error naming each bundled package that has a licence text neither in itself nor in scripts/licenses/.
 */
export async function licenseTexts(root, inputs, notices) {
  const own = await readFile(path.join(root, 'LICENSE'), 'utf8');
  const packages = await Promise.all(
    packageFolders(inputs).map((folder) => describePackage(root, folder)),
  );
  const bare = packages.filter(({ text }) => text === undefined).map(({ title }) => title);
  if (bare.length > 0)
    throw new Error(
      `No licence text for bundled packages: ${bare.join(', ')}. Put one into scripts/licenses/.`,
    );
  const sections = [
    `rpm-source-mirror\n\n${own.trim()}`,
    ...packages.map(({ title, text }) => `${title}\n\n${text}`),
  ];
  if (packages.some(({ license }) => license.startsWith('LGPL-3')))
    sections.push(await lesserNote(root));
  const comments = [...new Set(notices.map((text) => text.replaceAll('\r\n', '\n').trim()))].sort();
  if (comments.length > 0)
    sections.push(`Licence comments of the bundled files\n\n${comments.join('\n\n')}`);
  return `${sections.join(`\n\n${RULE}\n\n`)}\n`;
}

/** The package folders that hold `inputs`, in byte order. */
function packageFolders(inputs) {
  const folders = inputs.map(
    (name) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(name)?.[0],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

async function describePackage(root, folder) {
  const { name, version, license } = JSON.parse(
    await readFile(path.join(root, folder, 'package.json'), 'utf8'),
  );
  const names = await readdir(path.join(root, folder));
  const files = [
    ...names.filter((file) => LICENSE_FILE.test(file)),
    ...names.filter((file) => NOTICE_FILE.test(file)),
  ].sort();
  const texts = await Promise.all(
    files.map((file) => readFile(path.join(root, folder, file), 'utf8')),
  );
  if (!names.some((file) => LICENSE_FILE.test(file))) texts.unshift(await keptText(root, name));
  const known = texts.every((text) => text !== undefined);
  return {
    title: `${name} ${version} (${license})`,
    license: String(license),
    text: known
      ? texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n')
      : undefined,
  };
}

/** The licence text that scripts/licenses/ keeps for a package that ships none. */
async function keptText(root, name) {
  const file = path.join(root, 'scripts/licenses', `${name.replace('/', '__')}.txt`);
  return readFile(file, 'utf8').catch(() => undefined);
}

/** LGPL 3 is a set of permissions on top of the GPL 3, whose text has to come with it (section 4b). */
async function lesserNote(root) {
  const gpl = await readFile(path.join(root, 'scripts/licenses/GPL-3.0.txt'), 'utf8');
  return [
    'The packages above under the LGPL are unmodified. To use another version of one of them, change it in package.json of the',
    'source repository and run `npm ci && npm run build`. The LGPL builds on the following licence.',
    '',
    gpl.trim(),
  ].join('\n');
}
