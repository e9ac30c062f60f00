// SPDX-License-Identifier: MIT
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { InputError } from '../../../errors.js';

/**
 * Variables that make git trust what this process trusts: NODE_EXTRA_CA_CERTS and SSL_CERT_FILE on top of node's own and the
 * system's certificates. git knows neither variable, and takes one file only, which is written to `dir` (T40).
 * A GIT_SSL_CAINFO of the user's wins.
 * @throws InputError INPUT_INVALID when SSL_CERT_FILE cannot be read
 */
export async function certificateEnvironment(
  dir: string,
  source: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Record<string, string>> {
  const {
    NODE_EXTRA_CA_CERTS: extra = '',
    SSL_CERT_FILE: file = '',
    GIT_SSL_CAINFO: own = '',
  } = source;
  if (own !== '' || (extra === '' && file === '')) return {};
  const { getCACertificates } = await import('node:tls');
  const certificates = [
    ...new Set([...getCACertificates('default'), ...getCACertificates('system')]),
  ];
  for (const path of [extra, file].filter((name) => name !== ''))
    certificates.push(await readCertificates(path));
  const bundle = join(dir, 'certificates.pem');
  await writeFile(bundle, certificates.map((text) => `${text.trim()}\n`).join(''));
  return { GIT_SSL_CAINFO: bundle };
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    throw new InputError(
      'INPUT_INVALID',
      `Expected a file with certificates at ${path} (NODE_EXTRA_CA_CERTS or SSL_CERT_FILE), found none.`,
      { cause },
    );
  }
}
