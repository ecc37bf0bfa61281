import {
  request as ask,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect as connectTls } from 'node:tls';
import { problemOf } from '../../../base/errors.ts';
import { type StatusError, statusError } from '../../../kube/values/status.ts';
import type { Upgrade } from './websocket.ts';

/** What stands behind a proxied path. */
export interface Backend {
  /** A new connection to it. Rejects with StatusError. */
  readonly connect: () => Promise<Duplex>;
  /** What is spoken on the connection as it is: `http` where that is secure already. */
  readonly scheme: 'http' | 'https';
  /** The path of the request up to and with `/proxy`, as it was sent. */
  readonly prefix: string;
  /** What follows, as it was sent; begins with a slash. */
  readonly path: string;
  /** Default: the query as it was sent. */
  readonly search?: string;
  /** Headers that are said to it, whatever the client says, and which of the client's it never hears. */
  readonly headers?: OutgoingHttpHeaders;
  readonly hears?: (header: string) => boolean;
  /** A redirect becomes a failure: it would send the client elsewhere with what proves who it is (CVE-2022-3172). */
  readonly refusesRedirects?: boolean;
}

/** Headers of one connection (RFC 9110, 7.6.1), and those by which the client has proven who it is to us. */
const NOT_PASSED_ON = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
];

/** The path at the backend with the query of the request. */
export const locationOf = ({ path, search }: Backend, { url = '' }: IncomingMessage): string =>
  path + (search ?? (url.includes('?') ? url.slice(url.indexOf('?')) : ''));

/** Passes a request on and its answer back, as apimachinery's `pkg/util/proxy` does. Rejects with StatusError before anything is answered. */
export async function proxyRequest(
  request: IncomingMessage,
  response: ServerResponse,
  backend: Backend,
): Promise<void> {
  const asked = await begin(request, backend, {});
  response.once('close', () => asked.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  // A body that breaks off breaks the request too; its failure is that of the answer.
  pipeline(request, asked).catch(() => asked.destroy());
  const answer = await answered.catch((error: unknown) => {
    throw unreachable(error);
  });
  if (backend.refusesRedirects && isRedirect(answer)) {
    answer.destroy();
    response.writeHead(502, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': REDIRECTED.length,
    });
    return void response.end(REDIRECTED);
  }
  response.writeHead(answer.statusCode ?? 502, answerHeaders(answer, request, backend));
  response.flushHeaders();
  await pipeline(answer, response).catch(() => response.destroy());
}

/** apimachinery `pkg/util/proxy` RejectForwardingRedirects. */
const REDIRECTED = 'the backend attempted to redirect this request, which is not permitted';
const isRedirect = ({ statusCode = 0, headers }: IncomingMessage): boolean =>
  statusCode >= 300 && statusCode <= 399 && headers.location !== undefined;

/** The same for a request that asks for another protocol: once the backend agrees, bytes go both ways. */
export async function proxyUpgrade({ request, socket, head }: Upgrade, backend: Backend): Promise<void> {
  const { upgrade } = request.headers;
  const asked = await begin(request, backend, { connection: 'Upgrade', upgrade });
  socket.once('close', () => asked.destroy());
  asked.end();
  const other = await new Promise<{ answer: IncomingMessage; taken?: Duplex; first?: Buffer }>(
    (resolve, reject) => {
      asked.once('upgrade', (answer, taken, first) => resolve({ answer, taken, first }));
      asked.once('response', (answer) => resolve({ answer }));
      asked.once('error', (error) => reject(unreachable(error)));
    },
  );
  const { answer, taken, first } = other;
  if (!taken && (answer.statusCode ?? 0) < 400)
    throw statusError('InternalError', `invalid upgrade response: status code ${answer.statusCode}`);
  writeHead(socket, answer, request, backend);
  if (!taken) {
    answer.pipe(socket);
    return;
  }
  if (first && first.length > 0) socket.write(first);
  if (head.length > 0) taken.write(head);
  taken.once('close', () => socket.destroy());
  socket.once('close', () => taken.destroy());
  socket.pipe(taken);
  taken.pipe(socket);
}

async function begin(
  request: IncomingMessage,
  backend: Backend,
  headers: OutgoingHttpHeaders,
): Promise<ClientRequest> {
  const plain = await backend.connect();
  // The transport of a proxy does not verify whom it reaches (kube-apiserver `InsecureSkipVerify`).
  const connection =
    backend.scheme === 'https' ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain;
  connection.on('error', () => {});
  try {
    return ask({
      createConnection: () => connection,
      method: request.method ?? 'GET',
      path: locationOf(backend, request),
      headers: { ...requestHeaders(request, backend), ...headers },
      setHost: false,
    });
  } catch (error) {
    // What no header can hold, such as a name with a line break: nobody else ends the connection then.
    connection.destroy();
    throw error;
  }
}

function requestHeaders(
  request: IncomingMessage,
  { prefix, path, headers = {}, hears = () => true }: Backend,
): OutgoingHttpHeaders {
  const { remoteAddress } = request.socket;
  const forwardedFor = [request.headers['x-forwarded-for'] ?? [], remoteAddress ?? []].flat().join(', ');
  return {
    ...Object.fromEntries(Object.entries(endToEnd(request.headers)).filter(([name]) => hears(name))),
    'x-forwarded-for': forwardedFor,
    'x-forwarded-uri': prefix + path,
    // Node drops the framing of a body that it was not told of.
    ...(request.headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {}),
    ...headers,
  };
}

/** By which a message is read, so that Connection takes neither away, as in Go: a body without its length would be a request of its own. */
const FRAMING: readonly string[] = ['content-length', 'host'];

/** Also without what the header Connection names, and without whom the client acts as. */
function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = (headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !FRAMING.includes(name));
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !NOT_PASSED_ON.includes(name) && !named.includes(name) && !name.startsWith('impersonate-'),
    ),
  );
}

function answerHeaders(
  answer: IncomingMessage,
  request: IncomingMessage,
  backend: Backend,
): OutgoingHttpHeaders {
  const { location } = answer.headers;
  return {
    ...endToEnd(answer.headers),
    ...(location === undefined
      ? {}
      : { location: rewritten(location, request.headers.host, backend.prefix) }),
  };
}

/** A redirect to the backend itself leads through the proxy again (apimachinery `pkg/util/proxy/transport.go` rewriteURL). */
export function rewritten(location: string, clientHost: string | undefined, prefix: string): string {
  const [, host, rest = ''] = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)(.*)$/i.exec(location) ?? [
    undefined,
    '',
    location,
  ];
  const isElsewhere = host !== '' && host !== clientHost;
  if (isElsewhere || !rest.startsWith('/') || rest.startsWith(`${prefix}/`)) return location;
  return prefix + rest;
}

function writeHead(
  socket: Duplex,
  answer: IncomingMessage,
  request: IncomingMessage,
  backend: Backend,
): void {
  const isTaken = answer.statusCode === 101;
  const headers = Object.entries({
    ...answerHeaders(answer, request, backend),
    connection: isTaken ? 'Upgrade' : 'close',
    ...(isTaken ? { upgrade: answer.headers.upgrade } : {}),
  });
  const lines = headers.flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}`));
  socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`);
}

const unreachable = (error: unknown): StatusError =>
  statusError('ServiceUnavailable', `error trying to reach service: ${problemOf(error).message}`);
