// SPDX-License-Identifier: MIT
import { BlockList, isIP } from 'node:net';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by the variables that curl (and so git) reads: `http_proxy`, `https_proxy`, `no_proxy`, lower case
 * first, then upper case (T40); undefined for none. A proxy without a scheme is an http one.
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const variable = (name: string): string | undefined =>
    environment[name]?.trim() || environment[name.toUpperCase()]?.trim() || undefined;
  const proxy = variable(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  if (proxy === undefined || isExempt(url, variable('no_proxy') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** curl's rules: `*` for all; a name stands for itself and what is below it; ports, addresses and CIDR blocks work, too. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const withPort = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry);
      if (withPort !== null && withPort[2] !== port) return false;
      const name = bare(withPort?.[1] ?? entry).replace(/^\*?\./, '');
      return (
        name !== '' &&
        (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)) || inBlock(host, name))
      );
    });
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function inBlock(host: string, entry: string): boolean {
  const [address = '', bits = ''] = entry.split('/');
  const version = isIP(address);
  if (
    isIP(host) === 0 ||
    version === 0 ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (version === 6 ? 128 : 32)
  )
    return false;
  const block = new BlockList();
  block.addSubnet(address, Number(bits), version === 6 ? 'ipv6' : 'ipv4');
  return block.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
