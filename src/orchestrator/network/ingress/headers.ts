import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { isToken } from './annotationvalues.ts';
import type { RequestFacts } from './decide.ts';
import type { HeaderChanges, Policy } from './policy.ts';

/** Of one connection, never passed on (RFC 9110, 7.6.1, and what older programs send). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** What others may have said of the way to here is not believed; `expect` has been answered. */
const NOT_BELIEVED: ReadonlySet<string> = new Set(['forwarded', 'x-scheme', 'x-real-ip', 'expect', 'host']);

/** Programs that get headers as variables (CGI, WSGI) do not tell `X_Real_IP` from `X-Real-IP`. */
function isBelieved(name: string): boolean {
  const plain = name.replaceAll('_', '-');
  return !NOT_BELIEVED.has(plain) && !plain.startsWith('x-forwarded-');
}

/** What the headers `Connection` names belongs to the connection too. */
const namedByConnection = ({ connection }: IncomingHttpHeaders): ReadonlySet<string> =>
  new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));

export function requestHeaders(
  headers: IncomingHttpHeaders,
  { hostHeader, client, isSecure, authority }: RequestFacts,
  { upstreamHost, forwardedPrefix, requestHeaders: changes }: Policy,
  port: number,
): OutgoingHttpHeaders {
  const dropped = namedByConnection(headers);
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith(':') && !HOP_BY_HOP.has(name) && isBelieved(name) && !dropped.has(name),
  );
  const id = headers['x-request-id'];
  const own = {
    ...Object.fromEntries(kept),
    ...framing(headers),
    host: upstreamHost ?? (hostHeader || authority.host),
    'x-forwarded-for': client,
    'x-forwarded-host': hostHeader,
    'x-forwarded-port': String(port),
    'x-forwarded-proto': isSecure ? 'https' : 'http',
    'x-real-ip': client,
    'x-request-id': typeof id === 'string' && isToken(id) ? id : randomUUID().replaceAll('-', ''),
    ...(forwardedPrefix === undefined ? {} : { 'x-forwarded-prefix': forwardedPrefix }),
  };
  return changedHeaders(own, changes);
}

/** Whether somebody else than the two ends of a connection may say so: how a message is framed is nobody else's, and whom it is for is `upstreamHost`. */
export const isChangeable = (name: string): boolean =>
  !HOP_BY_HOP.has(name) && name !== 'content-length' && name !== 'host';

function changedHeaders(
  headers: OutgoingHttpHeaders,
  changes: readonly HeaderChanges[] | undefined,
): OutgoingHttpHeaders {
  if (!changes) return headers;
  // Without a prototype: `constructor` and `__proto__` are names like any others.
  const changed: OutgoingHttpHeaders = Object.assign(Object.create(null), headers);
  for (const { set, add, remove } of changes) {
    for (const name of remove) delete changed[name];
    Object.assign(changed, set);
    for (const [name, value] of add) changed[name] = [changed[name] ?? [], value].flat().map(String);
  }
  return changed;
}

/** How long the body is, whatever else the client wanted dropped: what is sent on is framed by its own client. */
const framing = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  headers['content-length'] === undefined ? {} : { 'content-length': headers['content-length'] };

export function responseHeaders(
  headers: IncomingHttpHeaders,
  added: Readonly<Record<string, string>>,
  cookie: string | undefined,
  changes?: readonly HeaderChanges[],
): OutgoingHttpHeaders {
  const dropped = namedByConnection(headers);
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !dropped.has(name));
  const own = {
    ...Object.fromEntries(kept),
    ...added,
    ...(cookie === undefined ? {} : { 'set-cookie': [...(headers['set-cookie'] ?? []), cookie] }),
  };
  return changedHeaders(own, changes);
}
