// SPDX-License-Identifier: MIT
import { lookup as dnsLookup } from 'node:dns';
import { readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';

import type { buildConnector, Dispatcher } from 'undici';

import { DownloadError } from '../errors.js';
import { type Environment, proxyFor } from './proxies.js';
import { type AddressKind, addressKind, hostKind } from './urls.js';

/** Which addresses a connection may reach: `open` all but link-local ones, `public` public ones only. */
export type Reach = 'open' | 'public';

/** Connections to servers, direct or through proxies, each with the address rule of T39. */
export interface Connections {
  /** @throws DownloadError INSECURE_REDIRECT when the host itself is an address out of reach */
  dispatcher(url: URL, reach: Reach): Dispatcher;
  /** The kind of address that was last connected for this URL's host and port; `public` when a proxy stands between. */
  kind(url: URL): AddressKind;
  destroy(): Promise<void>;
}

/**
 * Loads undici and opens nothing yet. HTTP/1.1 alone is spoken: one file at a time gains nothing from HTTP/2, and there is one
 * parser to trust. Costs 35 ms in the bundle, the same as node's own `fetch`, which cannot guard the connected address, takes no proxy at run time and decodes what must stay as it was sent.
 */
export async function createConnections(
  environment: Environment,
  connectTimeout: number,
): Promise<Connections> {
  // The default export is the CommonJS module itself, which is what a bundle holds, too.
  const { Agent, ProxyAgent, buildConnector } = (await import('undici')).default;
  const tls = await extraCertificates(environment);
  const kinds = new Map<string, AddressKind>();
  const made = new Map<string, Dispatcher>();

  const direct = (reach: Reach): Dispatcher => {
    const connect = buildConnector({
      timeout: connectTimeout,
      lookup: guardedLookup(reach),
      allowH2: false,
      ...tls,
    });
    return new Agent({ connect: remember(connect, kinds), allowH2: false });
  };
  const proxied = (uri: string): Dispatcher => {
    // Plain http goes through a proxy as curl does it, not in a tunnel, which many proxies refuse on port 80.
    return new ProxyAgent({
      uri,
      proxyTunnel: false,
      allowH2: false,
      proxyTls: { timeout: connectTimeout, ...tls },
      requestTls: { timeout: connectTimeout, ...tls },
    });
  };

  return {
    dispatcher(url, reach) {
      checkReach(url.hostname, hostKind(url), reach);
      const proxy = proxyFor(url, environment);
      const key = proxy ?? reach;
      const dispatcher =
        made.get(key) ?? (proxy === undefined ? direct(reach) : proxied(checkedProxy(proxy)));
      made.set(key, dispatcher);
      return dispatcher;
    },
    kind: (url) =>
      hostKind(url) ?? kinds.get(hostAndPort(url.hostname, url.port, url.protocol)) ?? 'public',
    destroy: async () => {
      await Promise.all([...made.values()].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function checkedProxy(proxy: string): string {
  if (/^https?:\/\/./i.test(proxy) && URL.canParse(proxy)) return proxy;
  throw new DownloadError(
    'CONNECTION_FAILED',
    'proxy variables: expected an http or https URL, found something else',
  );
}

/** SSL_CERT_FILE, on top of node's own and NODE_EXTRA_CA_CERTS. */
async function extraCertificates(environment: Environment): Promise<{ ca?: string[] }> {
  const path = environment.SSL_CERT_FILE;
  if (path === undefined || path === '') return {};
  const { getCACertificates } = await import('node:tls');
  const extra = await readFile(path, 'latin1').catch((cause: unknown) => {
    throw new DownloadError(
      'CONNECTION_FAILED',
      `SSL_CERT_FILE: expected a readable file, found none at ${path}`,
      { cause },
    );
  });
  return { ca: [...getCACertificates('default'), extra] };
}

/**
 * Lets the libraries that speak to GitHub's API and to Sigstore with connections of their own trust SSL_CERT_FILE as well (T40).
 * @throws DownloadError CONNECTION_FAILED for a file that cannot be read or holds no certificate
 */
export async function trustExtraCertificates(environment: Environment): Promise<void> {
  const { ca } = await extraCertificates(environment);
  if (ca === undefined) return;
  const { setDefaultCACertificates } = await import('node:tls');
  try {
    setDefaultCACertificates(ca);
  } catch (cause) {
    throw new DownloadError(
      'CONNECTION_FAILED',
      'SSL_CERT_FILE: expected certificates in PEM form, found something else',
      { cause },
    );
  }
}

/** Names resolve to the addresses within reach only, so that nothing is ever sent to another (also not by DNS). */
export function guardedLookup(reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const usable = found.filter(({ address }) => isWithin(addressKind(address), reach));
      const first = usable[0];
      if (first === undefined) {
        callback(refusal(hostname, addressKind(found[0]?.address ?? ''), reach), '', 0);
      } else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}

function remember(
  connect: buildConnector.connector,
  kinds: Map<string, AddressKind>,
): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      const address = result[1]?.remoteAddress;
      if (address !== undefined)
        kinds.set(
          hostAndPort(options.hostname, options.port, options.protocol),
          addressKind(address),
        );
      callback(...result);
    });
  };
}

function hostAndPort(hostname: string, port: string, protocol: string): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function isWithin(kind: AddressKind, reach: Reach): boolean {
  return reach === 'public' ? kind === 'public' : kind !== 'link-local';
}

function checkReach(host: string, kind: AddressKind | undefined, reach: Reach): void {
  if (kind !== undefined && !isWithin(kind, reach)) throw refusal(host, kind, reach);
}

function refusal(host: string, kind: AddressKind, reach: Reach): DownloadError {
  const expected =
    reach === 'public' ? 'a public address after a public host' : 'no link-local address';
  return new DownloadError(
    'INSECURE_REDIRECT',
    `expected ${expected}, found ${host}, which is ${kind}`,
    { expected, actual: `${host} (${kind})` },
  );
}
