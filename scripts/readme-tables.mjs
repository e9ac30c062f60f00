// SPDX-License-Identifier: MIT
/**
 * Writes what the table of inputs (src/inputs/table.ts) says into action.yml, .github/workflows/publish.yml and README.md, and the
 * outputs of action.yml into README.md. Usage: node scripts/readme-tables.mjs [--check]
 */
import yaml from 'js-yaml';

import { generate, importSource, replace, source, table } from './generated.mjs';

const { INPUTS, INPUT_GROUPS, inputSpec } = await importSource('src/inputs/table.ts');

/** The one default that only a workflow has. */
const JOB_TOKEN = '${{ github.token }}';
const WIDTH = 118;
const names = Object.keys(INPUTS);

await replaceBetween('action.yml', {
  inputs: INPUT_GROUPS.map(([title, members]) =>
    [title === '' ? [] : [`\n  # ${title}`], ...members.map(actionInput)].flat().join('\n'),
  ).join('\n'),
});

/**
 * publish.yml asks neither for the mode, which it knows, nor for a dry run, which publishes nothing to verify. The versions that a run
 * takes do not narrow what is verified.
 */
const handed = names.filter((name) => !['mode', 'dry-run'].includes(name));
const reads = (command) => (name) => inputSpec(name).commands.includes(command);
await replaceBetween('.github/workflows/publish.yml', {
  inputs: handed
    .filter((name) => !inputSpec(name).secret)
    .map((name) => `      ${name}: { type: string }`)
    .join('\n'),
  secrets: handed
    .filter((name) => inputSpec(name).secret)
    .map((name) => `      ${name}: { required: false }`)
    .join('\n'),
  'publish with': handed.filter(reads('publish')).map(handOn).join('\n'),
  'verify with': handed
    .filter((name) => reads('verify')(name) && name !== 'versions')
    .map(handOn)
    .join('\n'),
  'pages env': handed
    .filter((name) => reads('verify')(name) && name !== 'versions')
    .map((name) =>
      handOn(name).replace(/[\w-]+/, `INPUT_${name.toUpperCase().replaceAll('-', '_')}`),
    )
    .join('\n'),
});

const { outputs } = yaml.load(await source('action.yml'));
await generate('docs/inputs.md', {
  inputs: INPUT_GROUPS.map(
    ([title, members]) =>
      `${title === '' ? '' : `## ${title}\n\n`}${table(
        ['input', 'default', 'meaning'],
        members.map((name) => [
          `\`${name}\``,
          defaultOf(name) ? `\`${defaultOf(name)}\`` : '',
          inputSpec(name).meaning,
        ]),
      )}`,
  ).join('\n\n'),
  outputs: table(
    ['output', 'value'],
    Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
  ),
});
await generate('README.md', {
  groups: table(
    ['', 'inputs'],
    INPUT_GROUPS.filter(([title]) => title !== '').map(([title, members]) => [
      `[${title}](docs/inputs.md#${title.toLowerCase().replaceAll(' ', '-')})`,
      members.map((name) => `\`${name}\``).join(' '),
    ]),
  ),
});

function defaultOf(name) {
  return name === 'token' ? JOB_TOKEN : inputSpec(name).default;
}

/** An input of action.yml. */
function actionInput(name) {
  const value = defaultOf(name);
  const lines = [`  ${name}:`, '    description: >-', ...wrap(inputSpec(name).meaning, '      ')];
  return value === '' ? lines : [...lines, `    default: ${scalar(value)}`];
}

/** Text as YAML reads it back: plain where that is a string, else in quotes. */
function scalar(text) {
  return /^[\w$]/.test(text) && yaml.load(`- ${text}`)[0] === text
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}

function wrap(text, indent) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== '' && indent.length + last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => indent + line);
}

/** A line of a step's `with:` in publish.yml. */
function handOn(name) {
  const value =
    name === 'token'
      ? '${{ secrets.token || github.token }}'
      : name === 'mirrors'
        ? '${{ inputs.mirrors }} ${{ secrets.mirrors }}'
        : `\${{ ${inputSpec(name).secret ? 'secrets' : 'inputs'}.${name} }}`;
  return `          ${name}: ${value}`;
}

/** Fills the parts of a YAML file between the comments `# <name>` and `# </name>`. */
async function replaceBetween(file, parts) {
  await replace(file, (text) =>
    Object.entries(parts).reduce((before, [name, content]) => {
      const [open, close] = [`# <${name}>`, `# </${name}>`];
      const start = before.indexOf('\n', before.indexOf(open));
      const end = before.lastIndexOf('\n', before.indexOf(close));
      if (!before.includes(open) || end < start)
        throw new Error(`${file} lacks the comments ${open} and ${close}`);
      return `${before.slice(0, start)}\n${content}${before.slice(end)}`;
    }, text),
  );
}
