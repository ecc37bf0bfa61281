import { type ClientRequest, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { isLocalAddress } from '../../../../../base/localaddresses.ts';
import { LocalAddressError, lookupElsewhere } from './addresses.ts';
import type { Endpoint } from './allowed.ts';
import { authorizationOf } from './upstream.ts';

export interface Way {
  readonly to: Endpoint;
  readonly mayBeLocal: boolean;
  /** The machine's own proxy, which then resolves the name. */
  readonly upstream: URL | undefined;
}

const CONNECT_MS = 10_000;
/** Of a server that makes up its answer. */
const ANSWER_MS = 60_000;

function check({ to, mayBeLocal }: Way): void {
  if (!mayBeLocal && isIP(to.host) !== 0 && isLocalAddress(to.host)) throw new LocalAddressError(to.host);
}

const lookupOf = ({ mayBeLocal }: Way) => (mayBeLocal ? {} : { lookup: lookupElsewhere });

/** A connection to where `way` leads. Rejects with LocalAddressError where that is this machine. */
export async function dial(way: Way): Promise<Socket> {
  check(way);
  return way.upstream ? dialThrough(way.upstream, way.to) : dialDirectly(way);
}

function dialDirectly(way: Way): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...way.to, ...lookupOf(way) });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('it does not answer')));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function dialThrough(upstream: URL, { host, port }: Endpoint): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const asking = ask(upstream, 'CONNECT', authority, { host: authority, ...authorizationOf(upstream) });
    asking.once('error', reject);
    asking.once('connect', (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        return reject(new Error(`the proxy of this machine answers ${answer.statusCode}`));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket as Socket);
    });
    asking.end();
  });
}

/** A plain request, in the form for a server or for the proxy in between; its body is still to be written. */
export function forward(
  way: Way,
  { method, path, headers }: { method: string; path: string; headers: OutgoingHttpHeaders },
): ClientRequest {
  check(way);
  const { upstream, to } = way;
  const host = `${to.host.includes(':') ? `[${to.host}]` : to.host}${to.port === 80 ? '' : `:${to.port}`}`;
  const own = { ...headers, host, connection: 'close' };
  if (upstream)
    return ask(upstream, method, `http://${host}${path}`, { ...own, ...authorizationOf(upstream) });
  const options = { ...to, method, path, headers: own, agent: false, timeout: ANSWER_MS, ...lookupOf(way) };
  return ended(httpRequest(options));
}

function ask({ protocol, hostname, port }: URL, method: string, path: string, headers: OutgoingHttpHeaders) {
  const isSecure = protocol === 'https:';
  const options = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isSecure ? 443 : 80),
    method,
    path,
    headers,
    agent: false,
    timeout: ANSWER_MS,
  } as const;
  return ended(isSecure ? httpsRequest(options) : httpRequest(options));
}

const ended = (asking: ClientRequest): ClientRequest =>
  asking.on('timeout', () => asking.destroy(new Error('it does not answer')));
