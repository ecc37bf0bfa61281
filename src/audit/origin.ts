import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const MOST_TEXT = 512;
const MOST_ADDRESSES = 16;

/** What the head of a request says of where it comes from. Headers are what the client wrote; only the last address is the connection's own. */
export function originOf({ headers, socket }: IncomingMessage): {
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
} {
  return {
    sourceIPs: sourceAddresses(headers, socket.remoteAddress),
    userAgent: clipped(headers['user-agent'] ?? ''),
  };
}

/** In the order of `k8s.io/apimachinery/pkg/util/net` SourceIPs: X-Forwarded-For, X-Real-Ip, the peer. */
function sourceAddresses(headers: IncomingMessage['headers'], peer = ''): readonly string[] {
  const own = peer.startsWith('::ffff:') && peer.includes('.') ? peer.slice('::ffff:'.length) : peer;
  const { 'x-forwarded-for': forwarded, 'x-real-ip': real } = headers;
  if (forwarded === undefined && real === undefined) return own ? [own] : [];
  const claimed = `${forwarded ?? ''},${real ?? ''}`
    .split(',', MOST_ADDRESSES)
    .map((address) => address.trim());
  const known = new Set(claimed.filter((address) => isIP(address) !== 0));
  known.delete(own);
  return [...known, ...(own ? [own] : [])];
}

export const clipped = (text: string, most = MOST_TEXT): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** Parameters whose values tell what was asked for, and that hold no secret: those of the Kubernetes API, and those of the other faces. */
const SAID = new Set(
  `allowWatchBookmarks command container continue delivery denied dryRun environment fieldManager fieldSelector
  fieldValidation follow force gracePeriodSeconds insecureSkipTLSVerifyBackend labelSelector limit limitBytes object
  orphanDependents ports pretty previous propagationPolicy resourceVersion resourceVersionMatch revision
  sendInitialEvents service since sinceSeconds sinceTime stderr stdin stdout stream tailLines timeout timeoutSeconds
  timestamps tty until user verb watch includeObject as after`.split(/\s+/),
);
const MOST_URI = 4096;

/** Path and parameters; the values of parameters that nobody here knows are left out, because programs send tokens so. */
export function uriOf(path: string, query: URLSearchParams, isProxied = false): string {
  if (query.size === 0) return clipped(path, MOST_URI);
  let said = '';
  for (const [name, value] of query) {
    const shown = !isProxied && SAID.has(name) ? encodeURIComponent(value) : '…';
    said += `${said ? '&' : '?'}${encodeURIComponent(name)}=${shown}`;
  }
  return clipped(path + said, MOST_URI);
}
