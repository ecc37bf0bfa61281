/** HOST or HOST:PORT, an IPv6 address in brackets; without a scheme, a user or a path. */
export const isAuthority = (word: string): boolean =>
  /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(word) && URL.canParse(`http://${word}`);

/** `host:port` as a URL of this machine writes it: an address to listen on is not always one to go to. */
export function authority(host: string, port: number): string {
  if (host === '0.0.0.0') return `127.0.0.1:${port}`;
  if (host === '::') return `[::1]:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
