// SPDX-License-Identifier: MIT
/** Writes the tables of inputs and outputs in README.md from action.yml. Usage: node scripts/readme-tables.mjs [--check] */
import yaml from 'js-yaml';

import { generate, source, table } from './generated.mjs';

const { inputs, outputs } = yaml.load(await source('action.yml'));

await generate('README.md', {
  inputs: table(
    ['input', 'default', 'meaning'],
    Object.entries(inputs).map(([name, { description, default: value }]) => [
      `\`${name}\``,
      value ? `\`${value}\`` : '',
      description,
    ]),
  ),
  outputs: table(
    ['output', 'value'],
    Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
  ),
});
