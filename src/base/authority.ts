import { isIP } from 'node:net';

/** HOST or HOST:PORT, an IPv6 address in brackets; without a scheme, a user or a path. */
export const isAuthority = (word: string): boolean =>
  /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(word) && URL.canParse(`http://${word}`);

/** The address to go to where a server listens on all of them. */
export const reachable = (host: string): string =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;

/** `host:port` as a URL of this machine writes it: an address to listen on is not always one to go to. */
export function authority(host: string, port: number): string {
  const name = reachable(host);
  return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
}

/** Whether a host is this machine to itself. Of a name nobody knows where it leads by the time that it is used. */
export const isLoopback = (host: string): boolean =>
  (isIP(host) === 4 && host.startsWith('127.')) || host === '::1' || host === 'localhost';

/** Where an `https:` URL leads, as a socket is told it: an IPv6 address without brackets. */
export function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
}
